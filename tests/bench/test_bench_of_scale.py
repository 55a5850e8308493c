"""The bench of lists and boards opens each of them and leaves nothing behind; its drawing shows every size. It asserts no time."""

import json

from khien.access.models import Staff
from khien.bench import plot, scale
from tests.bench.test_bench import bench


def test_every_list_and_board_is_opened_and_nothing_stays(committed, tmp_path):
    done = bench(committed, "scale", "--json", "--people", "240", "--seconds", "0.1")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [line["name"] for line in told] == [name for name, _who, _address in scale.PAGES]
    assert all(line["p50_ms"] > 0 for line in told)
    assert not Staff.objects.filter(username__startswith="bench.").exists()
    (tmp_path / "a.json").write_text(done.stdout)
    assert plot.main([str(tmp_path / "a.svg"), f"240={tmp_path}/a.json", f"480={tmp_path}/a.json"]) == 0
    drawn = (tmp_path / "a.svg").read_text()
    assert drawn.count("<circle") == 2 + 2 * len(scale.PAGES)
    assert "board, nation" in drawn
