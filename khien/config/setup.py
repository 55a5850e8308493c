"""Brings an instance's database to readiness: schema, then the reference data that the product ships."""

import argparse
import hashlib
import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial

from khien.config import folder
from khien.kernel import clock
from khien.plumbing import postgres
from khien.plumbing.postgres import CannotStart

TOO_NEW = 75


def prepare_database() -> bool:
    """Migrate, load the functions and the reference data; returns whether anything changed. One process at a time."""
    from django.conf import settings

    from khien.plumbing import marks, schema

    with schema.alone():
        changed = schema.apply()
        _mark_belongs()
        _keys_belong()
        reference = _reference_mark()
        if marks.get("reference") != reference:
            load_reference()
            marks.put("reference", reference)
            changed = True
        if not settings.DEMO and not marks.get("demo") and not marks.get("instance"):
            marks.put("instance", folder.REAL)
        if settings.DEMO and marks.get("instance") == folder.REAL:
            raise CannotStart("This database holds a real instance: start it with KHIEN_MODE=production.")
    return changed


def _mark_belongs() -> None:
    """Refuse a practice copy on any other database, and any other instance on a practice copy's."""
    from django.conf import settings

    from khien.plumbing import marks

    known = marks.get("instance") or ("demo" if marks.get("demo") else "")
    if settings.PRACTICE and not known:
        marks.put("instance", "practice")
    elif (known == "practice") != settings.PRACTICE:
        raise CannotStart("A practice copy and a real instance never share a database. Nothing was changed.")


def load_reference() -> None:
    """Load geography, vaccines, rules and texts; what is there already stays."""
    from khien.campaigns import actions as campaigns
    from khien.places import actions as places

    places.load_units()
    campaigns.load_reference(at=clock.now())


def _reference_mark() -> str:
    """A fingerprint of the reference data: the same mark means that all of it is loaded."""
    from django.conf import settings

    from khien.plumbing import schema

    digest = hashlib.sha256(schema.mark().encode())
    for room in settings.ROOMS:
        for path in sorted((settings.PACKAGE / room / "data").glob("*")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _keys_belong() -> None:
    """Refuse keys that are not this database's own: with others, nobody's number or phone would be found again."""
    from django.conf import settings

    from khien.plumbing import marks

    known, here = marks.get("keys") or {}, settings.KEYS.fingerprints()
    if any(here.get(name) != print_ for name, print_ in known.items()):
        raise CannotStart(
            "These keys are not those of this database: put its own keys.json back from the backup"
            " (KHIEN_KEYS or the data folder). Nothing was changed."
        )
    if known != here:
        marks.put("keys", here)


def prepare_in_child(*, demo: bool) -> None:
    """Prepare the database in a process of its own, so that the supervisor stays small; the child says what is wrong."""
    words = [sys.executable, "-m", "khien", "prepare", *(["--demo"] if demo else [])]
    child = subprocess.Popen(  # noqa: S603
        words, env={**os.environ, "KHIEN_POOL": "2", "KHIEN_PART_OF": str(folder.path())}, start_new_session=True,
        preexec_fn=partial(postgres.die_with_parent, os.getpid()),  # noqa: PLW1509
    )  # fmt: skip
    try:
        status = child.wait()
    finally:  # interrupted: the builders that it started end with it
        with suppress(OSError):
            os.killpg(child.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            child.wait(5)
        with suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)
    if status == TOO_NEW:
        raise CannotStart(
            "This data folder was written by a newer release of Khien: run that release, or choose another --data DIR."
        )
    if status < 0:
        raise CannotStart(f"The database could not be prepared: stopped by signal {-status}.")
    if status:
        raise CannotStart


def main(argv: list[str]) -> int:
    """`khien prepare [--demo | --practice]`: what `up` runs before it serves."""
    from django.conf import settings

    from khien.plumbing.schema import TooNew

    parser = argparse.ArgumentParser("khien prepare", description="Migrate, and load the reference data.")
    filled = parser.add_mutually_exclusive_group()
    filled.add_argument("--demo", action="store_true", help="build the demo city as well")
    filled.add_argument("--practice", action="store_true", help="build a practice copy as well")
    options = parser.parse_args(argv)
    if (options.demo and not settings.DEMO) or (options.practice and not settings.PRACTICE):
        print("khien: synthetic people are refused in production (KHIEN_MODE=production)", file=sys.stderr)
        return 2
    try:
        prepare_database()
    except TooNew:
        return TOO_NEW
    if options.practice:
        from khien.practice import build as practice

        practice.ensure()
    if options.demo:
        from khien.demo import build

        build.ensure()
    return 0
