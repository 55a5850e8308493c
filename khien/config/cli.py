"""The operator's commands: `bin/khien help` lists them; each has its own test."""

import importlib
import os
import sys
from pathlib import Path

# name: (module:function, whether it needs the database, one line)
COMMANDS: dict[str, tuple[str, bool, str]] = {
    "up": ("khien.config.up:main", False, "run the platform: [--data DIR] [--port 8000] [--host 127.0.0.1] [--workers N] [--background N] [--practice-port 8001] [--empty]"),
    "admin create": ("khien.access.commands:create_admin", True, "make the first administrator of a real instance"),
    "totp": ("khien.access.commands:totp", True, "the present six-digit code of a demo account (refused in production)"),
    "certificate verify": (
        "khien.certificates.command:verify_main", False,
        "judge a certificate: --trust FILE_OR_DIR [--at ISO8601] [--revoked FILE] [--picture FILE], else HC1 text on standard input",
    ),
    "certificate trust": ("khien.certificates.command:trust_main", True, "write the signers' certificates: --out DIR [--revoked FILE]"),
    "allocation replay": ("khien.booking.commands:replay", True, "repeat a draw from what was stored, and compare: CODE"),
    "audit verify": ("khien.config.audit_command:main", True, "check the chained audit and name the first broken row"),
    "rehearse": ("khien.rehearsal.command:main", False, "play a day at the points, or days with faults: --sites 10 --people 300 [--days N --faults network,...] [--url URL] [--report FILE] [--json]"),
    "population": ("khien.synthetic.population:main", True, "fill the database with synthetic people: --people N [--seed N]"),
    "bench": ("khien.bench.command:main", False, "measure speed against this machine's limit: NAME... [--people N] [--json]"),
    "rollups rebuild": ("khien.reporting.commands:rebuild", True, "count every board's figures again from the records"),
    "worker": ("khien.config.worker:main", True, "a background worker alone (up starts --background of them)"),
    "prepare": ("khien.config.setup:main", True, "migrate and load reference data: [--demo | --practice]"),
}  # fmt: skip
# These may make a database where the folder holds none yet; for the others that is a mistyped folder.
BEGIN = {"admin create", "population", "prepare", "worker"}


def main(argv: list[str]) -> int:
    """Find the command's words, set the data folder, run it; every trouble is one clear line."""
    try:
        status = _main(argv)
        if sys.stdout is not None:  # a shell or a service may have closed it
            sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _main(argv: list[str]) -> int:
    try:
        argv = _take_data(list(argv))
    except NoFolder as refusal:
        print(f"khien: {refusal}", file=sys.stderr)
        return 2
    if not argv or argv[0] in ("help", "--help", "-h"):
        print(usage())
        return 0
    for words in (2, 1):
        name = " ".join(argv[:words])
        if name in COMMANDS and len(argv) >= words:
            return _run(name, argv[words:])
    begun = [name for name in COMMANDS if name.startswith(f"{argv[0]} ")]
    if begun:
        print(f"khien: '{argv[0]}' is half a command: {', '.join(begun)}", file=sys.stderr)
    else:
        print(f"khien: no command '{argv[0]}'; bin/khien help lists them", file=sys.stderr)
    return 2


def usage() -> str:
    """The list of commands."""
    lines = ["Khien: one person, one record.", "", "usage: bin/khien COMMAND [--data DIR] ...", ""]
    lines += [f"  {name:<20} {text}" for name, (_, _, text) in COMMANDS.items()]
    return "\n".join(lines)


class NoFolder(Exception):
    """`--data` without a folder; the message says so."""


def _take_data(argv: list[str]) -> list[str]:
    """Move `--data DIR` (anywhere) into the environment, where settings read it."""
    for i, word in enumerate(argv):
        if word == "--data" or word.startswith("--data="):
            named, after = (word[7:], i + 1) if word.startswith("--data=") else ("".join(argv[i + 1 : i + 2]), i + 2)
            if not named or named.startswith("-"):  # an unset variable of a script is not the current folder
                raise NoFolder("--data needs a folder: --data DIR")
            os.environ["KHIEN_DATA"] = str(Path(named).absolute().resolve())
            return argv[:i] + argv[after:]
    return argv


def _run(name: str, rest: list[str]) -> int:
    path, needs_database, _ = COMMANDS[name]
    module, function = path.split(":")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khien.config.settings")
    from khien.config import told
    from khien.config.trouble import one_line

    with one_line() as trouble:
        told.check()
        if not needs_database:
            return int(getattr(importlib.import_module(module), function)(rest))
        from khien.config.database import running

        with running(may_begin=name in BEGIN):
            import django

            django.setup()
            return int(getattr(importlib.import_module(module), function)(rest))
    if trouble.text:  # else a process of ours has said it already
        print(f"khien: {trouble.text}", file=sys.stderr)
    return trouble.status
