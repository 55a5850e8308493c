"""Brings an instance's database to readiness: schema, then the reference data that the product ships."""

import os
import subprocess
import sys

from khien.kernel import clock
from khien.plumbing.postgres import CannotStart

TOO_NEW = 75


def prepare_database() -> bool:
    """Migrate, load the functions and the reference data; returns whether the schema changed."""
    from khien.plumbing import schema

    changed = schema.apply()
    if changed:
        load_reference()
    return changed


def load_reference() -> None:
    """Load geography, vaccines, rules and texts; what is there already stays."""
    from khien.campaigns import actions as campaigns
    from khien.places import actions as places

    places.load_units()
    campaigns.load_reference(at=clock.now())


def prepare_in_child(*, demo: bool) -> None:
    """Prepare the database in a process of its own, so that the supervisor stays small."""
    words = [sys.executable, "-m", "khien", "prepare", *(["--demo"] if demo else [])]
    done = subprocess.run(words, env={**os.environ, "KHIEN_POOL": "2"}, check=False)  # noqa: S603
    if done.returncode == TOO_NEW:
        raise CannotStart("This data folder was written by a newer release of Khien: run that release, or choose another --data DIR.")
    if done.returncode:
        raise CannotStart("The database could not be prepared (the lines above say why).")


def main(argv: list[str]) -> int:
    """`khien prepare [--demo]`: what `up` runs before it serves."""
    from khien.plumbing.schema import TooNew

    try:
        prepare_database()
    except TooNew:
        return TOO_NEW
    if "--demo" in argv:
        from khien.demo import build

        build.ensure()
    return 0
