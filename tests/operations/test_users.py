"""As root or as a plain user: the same command; PostgreSQL never runs as root, and a folder keeps its owner."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from khien.plumbing import postgres
from khien.plumbing.postgres import CannotStart
from tests.operations.instance import KHIEN, ROOT, Citizens, Instance, as_user, environment, folder, free_port, khien

NOBODY = 65534
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become another user (as a plain user all other tests show it)"
)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder of the plain user's own."""
    with folder() as data:
        os.chown(data.parent, NOBODY, NOBODY)
        yield data.parent


@pytest.fixture(scope="module")
def venv(place: Path) -> str:
    """An environment that a plain user can read: root's own interpreter may lie in a closed home."""
    if not postgres._open_to_all(ROOT / "bin"):
        pytest.skip("this checkout lies in a folder that a plain user cannot read")
    base = Path(sys.base_prefix)
    if not postgres._open_to_all(base / "bin"):
        base = _copied(base, place / "python")
    packages = ":".join(path for path in sys.path if path.endswith("site-packages"))
    program = place / "venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(
        "#!/bin/sh\n"
        f'export LD_LIBRARY_PATH="{base}/lib" PYTHONPATH="$PYTHONPATH:{packages}" PYTHONDONTWRITEBYTECODE=1\n'
        f'exec {base}/bin/python3 "$@"\n'
    )
    program.chmod(0o755)
    shutil.copy(ROOT / "requirements.lock", place / "venv" / ".khien-runtime")
    return str(place / "venv")


def _copied(base: Path, to: Path) -> Path:
    """The interpreter with its library, without its tests."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (to / "bin").mkdir(parents=True)
    (to / "lib").mkdir()
    shutil.copy2((base / "bin" / name).resolve(), to / "bin" / "python3")
    for library in (base / "lib").glob("libpython*.so*"):
        shutil.copy2(library, to / "lib" / library.name)
    ignored = shutil.ignore_patterns("test", "idlelib", "site-packages", "__pycache__", "config-*", "ensurepip", "*.a")
    shutil.copytree(base / "lib" / name, to / "lib" / name, ignore=ignored)
    return to


def owners(pids: list[int]) -> set[int]:
    return {Path(f"/proc/{pid}").stat().st_uid for pid in pids}


def test_a_plain_user_starts_it_and_root_goes_on_with_the_same_folder(place: Path, venv: str) -> None:
    up = Instance(place / "data", settings={"KHIEN_VENV": venv, "HOME": str(place)}, user=NOBODY)
    try:
        up.start()
        citizens = Citizens(up.url)
        citizens.come(1)
        assert len(citizens.kept) == 1
        assert owners(up.processes()) == {NOBODY}
        assert up.stop() == 0
        assert up.processes() == []
        assert postgres.home(up.data).uid == NOBODY
        checked = khien("audit", "verify", data=up.data)
        assert (checked.returncode, checked.stdout) == (0, "audit intact: 0 rows in 64 chains\n"), checked.stderr
    finally:
        up.kill_rest()


def test_a_folder_that_this_user_may_not_write_is_one_line(place: Path, venv: str) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o755)
    done = subprocess.run(
        [str(KHIEN), "up", "--empty", "--port", str(free_port()), "--data", str(closed)],
        env=environment(KHIEN_VENV=venv, HOME=str(place)), capture_output=True, text=True, check=False, **as_user(NOBODY),
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == f"khien: cannot write {closed / 'supervisor.lock'}: choose a folder of your own with --data DIR\n"


def test_under_a_closed_home_the_database_lies_where_its_own_user_can_walk_and_the_folder_remembers_it(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    data.mkdir()
    place = postgres.home(data)
    try:
        assert place.data.parent.parent == Path("/var/lib/khien")
        assert place.uid not in (None, 0)
        postgres.prepare(place, folder=data)
        assert (place.data / "PG_VERSION").exists()
        assert place.data.stat().st_uid == place.uid
        moved = tmp_path / "moved"
        closed.chmod(0o755)
        data.rename(moved)
        assert postgres.home(moved).data == place.data, "a folder that was moved or opened keeps its database"
        closed.chmod(0o700)
        data.mkdir()
        assert postgres.home(data).data != place.data, "a new folder at the old path does not get it"
    finally:
        shutil.rmtree(place.data.parent, ignore_errors=True)


def test_a_socket_folder_that_someone_else_made_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    home = postgres.home(data)
    place = postgres.Home(data / "postgres", data / "run", home.uid, home.gid)
    place.run.mkdir()
    os.chown(place.run, 12345, 12345)
    with pytest.raises(CannotStart, match="belongs to another user"):
        postgres.prepare(place, folder=data)
