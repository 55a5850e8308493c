"""The bench of stock and readings says its lines, keeps what it counts, and leaves nothing behind. It asserts no time."""

import json

from khien.stock import models, queries
from tests.bench.test_bench import bench


def test_a_draw_and_a_day_of_readings_are_measured_and_taken_back(committed):
    done = bench(committed, "stock", "reading", "--json", "--people", "240", "--seconds", "0.1")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [line["name"] for line in told] == ["stock", "reading"]
    assert all(line["ours_per_s"] > 0 and line["limit_per_s"] > 0 for line in told)
    assert "5,760 readings of 20 devices" in told[1]["note"]
    left = [models.ReadingBlock, models.Excursion, models.ColdDevice, models.Vial, models.Hold]
    assert [model.__name__ for model in left if model.objects.exists()] == []
    assert queries.differing() == []
