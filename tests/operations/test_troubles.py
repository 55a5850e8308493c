"""What an operator can meet at the start: each trouble is one clear line, and nothing is harmed."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.config import database, setup, told, worker
from khien.config import folder as folders
from khien.config.up import _options, _port_is_free
from khien.plumbing import keys, postgres
from khien.plumbing.postgres import CannotStart
from tests.operations.instance import Instance, folder, free_port, khien

ROOT = os.geteuid() == 0


@pytest.fixture
def data() -> Iterator[Path]:
    with folder() as place:
        yield place


def refused(*words: str, data: Path, **more: str) -> str:
    """The one line that a refused start says."""
    done = khien("up", "--empty", "--port", str(free_port()), *words, data=data, **more)
    lines = (done.stdout + done.stderr).strip().splitlines()
    assert (done.returncode, len(lines)) == (1, 1), lines
    return lines[0].removeprefix("khien: ")


def test_a_used_port_is_named_before_anything_is_made(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert refused("--port", str(port), data=data) == f"Port {port} is in use: choose another with --port."
    assert not (data / "postgres").exists()
    assert not (data / "instance").exists(), "the folder may still become a demo or a real instance"


@pytest.mark.parametrize("words", [["--port", "0"], ["--port", "65536"], ["--workers", "0"], ["--background", "0"]])
def test_a_port_or_a_number_of_workers_that_cannot_be_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        _options(words)
    assert left.value.code == 2


def test_a_host_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotStart, match=r"192\.0\.2\.1 is not an address of this machine"):
        _port_is_free("192.0.2.1", free_port())


def test_a_nearly_full_disk_is_refused_before_anything_is_written(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=200 << 20))
    with pytest.raises(CannotStart, match="The disk is nearly full: 200 MB free"):
        folders.has_room(data)
    assert not data.exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = refused(data=tmp_path / "file" / "data")
    assert str(tmp_path / "file") in said


def test_a_folder_of_a_newer_postgresql_is_left_alone(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "keys.json").write_text((Path(os.environ["KHIEN_TEST_BASE"]) / "keys.json").read_text())
    (data / "postgres" / "PG_VERSION").write_text("19\n")
    assert refused(data=data).startswith("The data folder was made by PostgreSQL 19; this is 18.")
    assert sorted(path.name for path in (data / "postgres").iterdir()) == ["PG_VERSION"]


@pytest.mark.parametrize(
    "newer",
    [
        "UPDATE setting SET value = '99' WHERE key = 'schema'",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('visits', '0099_of_a_later_release', now())",
    ],
    ids=["schema", "migration"],
)
def test_a_database_of_a_newer_release_is_left_alone(data: Path, committed: str, newer: str) -> None:
    with psycopg.connect(committed, autocommit=True) as session:
        session.execute(newer)
    said = refused(data=data, DATABASE_URL=committed)
    assert said.startswith("This data folder was written by a newer release of Khien: run that release")


def test_a_database_never_takes_the_keys_of_another(data: Path, committed: str) -> None:
    said = refused(data=data, DATABASE_URL=committed)
    assert said.startswith("These keys are not those of this database: put its own keys.json back from the backup")


@given(
    st.one_of(
        st.binary(max_size=60), st.sampled_from([b"{}", b"[]", b'{"django": "x", "current": "k1", "lookup": {}, "cipher": {}}'])
    )
)
def test_damaged_keys_are_one_clear_line(text: bytes) -> None:
    with folder() as data:
        data.mkdir()
        (data / "keys.json").write_bytes(text)
        with pytest.raises(CannotStart, match="is damaged: put it back from the backup"):
            keys.load(data / "keys.json")


def test_a_short_key_is_damaged_and_a_lost_file_is_never_made_anew_beside_its_database(data: Path) -> None:
    file = data / "keys.json"
    keys.load(file)
    raw = json.loads(file.read_text())
    file.write_text(json.dumps({**raw, "cipher": {"k1": "AAAA"}}))
    assert "is damaged" in refused(data=data)
    file.unlink()
    (data / "postgres").mkdir()
    (data / "postgres" / "PG_VERSION").write_text("18")
    assert refused(data=data).startswith(f"The keys' file {file} is missing, but its database is there")
    assert not file.exists()


def test_a_server_that_does_not_answer_is_told_without_its_password(data: Path) -> None:
    url = f"postgresql://khien:bimat@127.0.0.1:{free_port()}/khien"
    said = refused(data=data, DATABASE_URL=url)
    assert said.startswith("The server of DATABASE_URL cannot be used: ")
    assert "bimat" not in said


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://u:bimat@localhost/khien", "postgresql://u:bi mat@localhost/k", "postgresql://u:bi%mat@localhost/k", "postgresql://u:x@bimat@localhost/k", "postgresql://u:bi/mat@localhost/k", "postgresql://u:bi#mat@localhost/k"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_without_its_password(url: str, data: Path) -> None:
    said = refused(data=data, DATABASE_URL=url)
    assert said.startswith("DATABASE_URL is no address of a PostgreSQL server: ")
    assert "mat" not in said


def test_an_address_is_read_as_the_server_reads_it() -> None:
    url = "postgresql://khien:b%40c%23d@127.0.0.1:5433/lieu?sslmode=require"
    assert told.database_parts(url) == {"user": "khien", "password": "b@c#d", "host": "127.0.0.1", "port": "5433", "dbname": "lieu", "sslmode": "require"}


def test_a_data_folder_with_blanks_and_accents_is_used(data: Path) -> None:
    here = data / "Dữ liệu 100% thật"
    assert khien("prepare", data=here, KHIEN_MODE="production").returncode == 0
    assert khien("audit", "verify", data=here).stdout == "audit intact: 0 rows in 64 chains\n"


@pytest.mark.parametrize(
    ("name", "value", "why"), [("KHIEN_POOL", "x", "a number from 1 up"), ("KHIEN_POOL", "0", "a number from 1 up"), ("KHIEN_MODE", "Demo", "demo or production"), ("KHIEN_SIGNING", "auto", "automatic or manual")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_one_line(name: str, value: str, why: str, data: Path) -> None:
    assert refused(data=data, **{name: value}) == f"{name} is {why}, not '{value}'."
    assert not data.exists()


def test_a_database_that_is_not_there_is_told(committed: str) -> None:
    with pytest.raises(CannotStart, match="does not exist"):
        database.check_server(committed.replace("postgresql:///", "postgresql:///no_"))


def test_a_command_on_a_mistyped_folder_makes_nothing(data: Path) -> None:
    done = khien("audit", "verify", data=data)
    assert done.returncode == 1
    assert done.stderr.startswith(f"khien: There is no database in {data} yet")
    assert not data.exists()


def test_the_prepared_child_says_the_line_and_the_supervisor_adds_none(committed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", committed.replace("postgresql:///", "postgresql:///no_"))
    with pytest.raises(CannotStart) as refusal:
        setup.prepare_in_child(demo=False)
    assert str(refusal.value) == ""


def test_an_instance_is_prepared_by_a_command_alone(data: Path) -> None:
    assert khien("prepare", data=data, KHIEN_MODE="production").returncode == 0
    assert khien("audit", "verify", data=data).stdout == "audit intact: 0 rows in 64 chains\n"
    assert not (postgres.home(data).data / "postmaster.pid").exists()


@pytest.mark.parametrize("filled", ["--demo", "--practice"])
def test_no_command_fills_a_real_instance_with_invented_people(committed: str, filled: str, capsys: pytest.CaptureFixture[str]) -> None:
    from django.test import override_settings

    from khien.places.models import Site

    with override_settings(DEMO=False):
        assert setup.main([filled]) == 2
    assert capsys.readouterr().err == "khien: synthetic people are refused in production (KHIEN_MODE=production)\n"
    assert not Site.objects.exists()


@pytest.mark.parametrize("main", [setup.main, worker.main])
def test_a_word_that_a_command_does_not_know_is_refused_before_it_works(main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--dmeo"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --dmeo" in capsys.readouterr().err


def test_reference_data_that_was_interrupted_is_loaded_by_the_next_start(committed: str) -> None:
    from khien.places.models import Unit
    from khien.plumbing import marks

    marks.put("reference", "interrupted")
    Unit.objects.filter(key__startswith="2025-").first().delete()  # type: ignore[union-attr]
    count = Unit.objects.count()
    assert setup.prepare_database()
    assert Unit.objects.count() > count
    assert not setup.prepare_database()


def test_a_demo_is_refused_on_the_database_of_a_real_instance(committed: str) -> None:
    from django.test import override_settings

    from khien.plumbing import marks

    with override_settings(DEMO=False):
        setup.prepare_database()
    assert marks.get("instance") == "real"
    with override_settings(DEMO=True), pytest.raises(CannotStart, match="real instance"):
        setup.prepare_database()


def test_a_folder_is_real_or_a_demo_from_its_first_start_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data.mkdir()
    monkeypatch.delenv("KHIEN_MODE", raising=False)
    assert folders.begin(data, empty=False) == "demo"
    with pytest.raises(CannotStart, match="holds a demo"):
        folders.begin(data, empty=True)
    monkeypatch.setenv("KHIEN_MODE", "production")
    assert folders.begin(data, empty=False) == "production"
    assert folders.kind(data) == "demo"


@contextmanager
def small_disk(megabytes: int, base: Path) -> Iterator[Path]:
    """A disk of this size; without the right to mount one the test skips aloud."""
    base.mkdir(parents=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "khien", str(base)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield base
    finally:
        subprocess.run(["umount", "-l", str(base)], check=False)


@pytest.mark.skipif(not ROOT, reason="only root mounts a small disk")
def test_a_disk_that_fills_up_refuses_work_and_loses_nothing(data: Path) -> None:
    from tests.operations.instance import Citizens

    with small_disk(420, data.parent / "disk") as disk:
        up = Instance(disk / "data")
        try:
            up.start()
            citizens = Citizens(up.url)
            citizens.come(1)
            assert len(citizens.kept) == 1
            _fill(disk / "filler")
            citizens.keep_coming()
            up.until(lambda: citizens.refused > 3, "a full disk refuses")
            (disk / "filler").unlink()
            came = len(citizens.kept)
            up.until(lambda: len(citizens.kept) > came + 2, "people can write again")
            citizens.rest()
            assert citizens.missing() == []
            assert up.stop() == 0
        finally:
            up.kill_rest()


def _fill(file: Path) -> None:
    """Write until the disk is full."""
    with file.open("wb", buffering=0) as filler:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    filler.write(bytes(size))
            except OSError:
                continue
