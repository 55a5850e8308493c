"""Files: short enough to read, free of this machine's paths and of any package registry's address."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 350  # lines of a source file
LONGEST_TESTS = 400  # a file of tests, whose tables of examples are long
# Files that may be longer, with the length they must not pass and why.
ALLOWED: dict[str, tuple[int, str]] = {
}
SOURCES = {".py", ".sql", ".js", ".html"}
VENDORED = ("htmx.min.js",)
TEXT = {
    ".py",
    ".sql",
    ".js",
    ".html",
    ".css",
    ".md",
    ".toml",
    ".sh",
    ".txt",
    ".json",
    ".lock",
    ".po",
    ".yml",
    ".yaml",
    ".svg",
    "",
}
# Built from parts, so that this file does not name them itself.
REGISTRIES = [
    "py" + "pi.org", "files.python" + "hosted.org", "registry." + "npmjs.org", "registry." + "yarnpkg.com", "crates" + ".io", "docker" + ".io",
    "gh" + "cr.io", "repo1.maven" + ".org",
]  # fmt: skip
_MACHINE = re.compile(
    r"(?<![\w.])/(?:"
    + "|".join(("wo" + "rk", "ro" + "ot", "home/[a-z]+", "Us" + "ers"))
    + r")/[\w.]+|(?<![\w.])/tm"
    + r"p/[\w.]+"
)


@cache
def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:  # an unpacked release has no git
        return [
            path
            for path in ROOT.rglob("*")
            if path.is_file() and not {".venv", "var", "node_modules"} & set(path.relative_to(ROOT).parts)
        ]
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_source_file_is_longer_than_can_be_read_at_once():
    long = {}
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if path.suffix not in SOURCES or {"migrations", "vendor"} & set(path.parts) or path.name in VENDORED:
            continue
        lines = read(path).count("\n") + 1
        usual = LONGEST_TESTS if name.startswith("tests/") else LONGEST
        if lines > ALLOWED.get(name, (usual, ""))[0]:
            long[name] = lines
    assert long == {}, f"split these (at most {LONGEST} lines)"


def test_the_allowance_for_long_files_is_still_needed():
    spare = [name for name, (most, _) in ALLOWED.items() if read(ROOT / name).count("\n") + 1 <= min(LONGEST, most)]
    assert spare == []


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_a_package_registry(host):
    naming = [str(path.relative_to(ROOT)) for path in tracked() if path.suffix in TEXT and host in read(path)]
    assert naming == []


def test_no_file_names_a_path_of_one_machine():
    naming = []
    for path in tracked():
        if path.suffix not in TEXT or path.name.startswith("requirements"):
            continue
        for found in _MACHINE.finditer(read(path)):
            naming.append(f"{path.relative_to(ROOT)}: {found.group()}")
    assert naming == []


def test_no_marker_of_unfinished_work_is_left():
    marker = re.compile(r"#\s*(?:TO" + "DO|FIX" + r"ME|XX" + "X|HA" + "CK)")
    unfinished = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix == ".py"
        for number, line in enumerate(read(path).splitlines(), 1)
        if marker.search(line) or "raise NotImplemented" + "Error" in line
    ]
    assert unfinished == []


def test_no_file_holds_a_private_key():
    holding = [
        str(path.relative_to(ROOT)) for path in tracked()
        if path.suffix in TEXT and "conformance" not in path.parts and "-----BEGIN" + " PRIVATE KEY" in read(path)
    ]  # fmt: skip
    assert holding == []
