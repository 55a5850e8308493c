"""bin/khien makes its own environment: with uv or with pip, and says in one line what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.operations.instance import KHIEN, ROOT

SLOW = pytest.mark.skipif(os.environ.get("KHIEN_SLOW") != "1", reason="makes a whole environment from packages: KHIEN_SLOW=1")


def programs(folder: Path, *names: str, **scripts: str) -> str:
    """A PATH with these programs of the system and these scripts only."""
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(str(shutil.which(name, path="/usr/bin:/bin")))
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def run(path: str, home: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": path, "HOME": str(home / "nobody"), "KHIEN_VENV": str(home / "venv"), **more}
    return subprocess.run([str(KHIEN), *words], env=environment, capture_output=True, text=True, check=False, timeout=600)


TOOLS = ("sh", "dirname", "cmp", "mkdir", "ls", "grep", "cp")


def test_without_python_312_the_remedy_is_told_in_one_line(tmp_path: Path) -> None:
    old = "exit 1"
    path = programs(tmp_path / "bin", *TOOLS, python3=old, python=old)
    if any(Path("/usr/local/bin").glob("python3.1[2-9]")) or any(Path("/opt").glob("python*/bin/python3")):
        pytest.skip("this machine keeps a Python 3.12 where bin/environment always looks")
    done = run(path, tmp_path, "help")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("khien: Python 3.12 or newer (with venv) is needed and was not found. Install it")


def test_a_folder_that_holds_other_things_never_becomes_an_environment(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "letters").write_text("mine")
    done = run(programs(tmp_path / "bin", *TOOLS), tmp_path, "help")
    assert "holds other things than an environment" in done.stderr
    assert [path.name for path in (tmp_path / "venv").iterdir()] == ["letters"]


def test_when_uv_cannot_pip_does(tmp_path: Path) -> None:
    path = programs(tmp_path / "bin", *TOOLS, uv="exit 1", python3="exit 1")
    done = run(path, tmp_path, "help")
    assert "uv did not succeed; trying pip" in done.stderr


def test_an_environment_that_fits_its_lock_is_left_as_it_is(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    path = programs(tmp_path / "bin", *TOOLS)
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").write_text('#!/bin/sh\necho "$@"\n')
    (venv / "bin" / "python").chmod(0o755)
    shutil.copy(ROOT / "requirements.lock", venv / ".khien-runtime")
    done = run(path, tmp_path, "help", "it's", "a b")
    assert (done.returncode, done.stdout, done.stderr) == (0, "-m khien help it's a b\n", "")


@SLOW
@pytest.mark.parametrize("with_uv", [False, True], ids=["pip", "uv"])
def test_the_environment_is_made_from_the_hashed_lock(tmp_path: Path, with_uv: bool) -> None:
    path = os.environ["PATH"]
    if with_uv:
        beside = ROOT / ".venv" / "bin" / "uv"
        found = shutil.which("uv") or (str(beside) if beside.exists() else None)
        if found is None:
            pytest.skip("uv is not installed")
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "uv").symlink_to(found)
        path = f"{tmp_path / 'bin'}:{path}"
    more = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_"))}
    done = run(path, tmp_path, "help", **more)
    assert done.returncode == 0, done.stderr
    assert "bin/khien COMMAND" in done.stdout
    assert run(path, tmp_path, "help").stderr == "", "a second time nothing is made"
