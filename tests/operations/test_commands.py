"""The operator's commands: listed, each with a test of its own, and clear about what they do not know."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from khien.config import cli
from tests.operations.instance import KHIEN, ROOT, environment, khien

TESTS = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_command_has_a_test_that_runs_it(name: str) -> None:
    module, function = cli.COMMANDS[name][0].split(":")
    room, file = module.rsplit(".", 1)
    words = ", ".join(f'"{word}"' for word in name.split())
    imported = re.compile(rf"(from {re.escape(room)} import .*\b{file}\b|from {re.escape(module)} import )")
    called = re.compile(rf"\b{function}\(")
    ran = [text for text in TESTS if words in text or (imported.search(text) and called.search(text))]
    assert ran, f"no test runs bin/khien {name}"


def test_help_lists_every_command() -> None:
    done = khien("help")
    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in cli.COMMANDS)
    assert khien().stdout == done.stdout


def test_an_unknown_command_is_named() -> None:
    done = khien("upp", "--port", "1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "khien: no command 'upp'; bin/khien help lists them\n"


def test_half_a_command_tells_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["certificate"]) == 2
    assert capsys.readouterr().err == "khien: 'certificate' is half a command: certificate verify, certificate trust\n"


@pytest.mark.parametrize(
    "words", [["--data", "d", "x"], ["x", "--data", "d"], ["x", "y", "--data=d", "--z"], ["admin", "--data", "d", "create"]]
)
def test_the_data_folder_may_be_named_anywhere(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHIEN_DATA", "before")
    left = cli._take_data(words)
    assert not any("data" in word or word == "d" for word in left)
    assert os.environ["KHIEN_DATA"] == str(Path("d").absolute())


@pytest.mark.parametrize("words", [["up", "--data", ""], ["up", "--data="], ["up", "--data"], ["up", "--data", "--empty"]])
def test_a_data_folder_that_is_not_named_is_not_the_current_one(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KHIEN_DATA", "before")
    assert cli.main(words) == 2
    assert capsys.readouterr().err == "khien: --data needs a folder: --data DIR\n"
    assert os.environ["KHIEN_DATA"] == "before"


def test_a_relative_folder_is_where_the_operator_stands(tmp_path: Path) -> None:
    done = subprocess.run(
        [KHIEN, "audit", "verify", "--data", "here"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"There is no database in {tmp_path / 'here'} yet" in done.stderr


def test_the_boards_figures_are_counted_again_by_a_command(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    from khien.reporting import commands

    assert commands.rebuild([]) == 0
    assert capsys.readouterr().out
