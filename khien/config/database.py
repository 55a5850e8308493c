"""A database for a command: the running one, or the embedded one started for as long as the command runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from khien.plumbing import postgres


@contextmanager
def running() -> Iterator[None]:
    """Use DATABASE_URL, or the embedded server of this data folder, started here when `up` is not running."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    from khien.config.settings import DATA

    place = postgres.home(DATA)
    if postgres.answers(place):
        yield
        return
    child = start(DATA)
    try:
        from khien.config import setup

        setup.prepare_in_child(demo=False)
        yield
    finally:
        postgres.stop(child)


def start(data: Path):  # noqa: ANN201 (a Popen)
    """Start the embedded server of a data folder and make the database where there is none."""
    data.mkdir(parents=True, exist_ok=True)
    place = postgres.home(data)
    postgres.prepare(place)
    postgres.end_orphan(place)
    (data / "log").mkdir(exist_ok=True)
    child = postgres.launch(place, log=data / "log" / "postgres.log")
    postgres.create_database(place)
    return child
