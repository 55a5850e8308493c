"""A database for a command: the running one, or the embedded one started for as long as the command runs."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from khien.config import folder
from khien.plumbing import keys, postgres
from khien.plumbing.postgres import CannotStart

OLDEST = 150000
PATIENCE = 60.0  # seconds that a command waits for a server which another process is starting


@contextmanager
def running(*, may_begin: bool = True) -> Iterator[None]:
    """Use DATABASE_URL, or the embedded server of this data folder, started here when `up` is not running.

    Raises CannotStart: no server, no such database, or (not `may_begin`) a folder without a database.
    """
    if os.environ.get("DATABASE_URL"):
        check_server(os.environ["DATABASE_URL"])
        yield
        return
    data = folder.path()
    place = postgres.home(data)
    if not may_begin and not (place.data / "PG_VERSION").exists():
        raise CannotStart(f"There is no database in {data} yet: bin/khien up makes it, or name another folder with --data DIR.")
    folder.has_room(data)
    data.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + PATIENCE
    while True:
        with folder.used(data):
            if postgres.answers(place):
                yield
                return
        lock = folder.claim(data, who="a command")
        if lock:
            break
        if time.monotonic() > until:
            raise CannotStart(f"The database of {data} does not answer; it is held by {folder.holder(data)}.")
        time.sleep(0.2)
    with lock:
        if os.environ.get("KHIEN_MODE", folder.DEMO) != folder.DEMO:
            folder.begin(data, empty=True)
        child = start(data)
        try:
            from khien.config import setup

            setup.prepare_in_child(demo=False)
            yield
        finally:
            with folder.unused(data):
                postgres.stop(child)


def start(data: Path) -> subprocess.Popen[bytes]:
    """Start the embedded server of a data folder and make the database where there is none."""
    keys.load(folder.keys_file())
    place = postgres.home(data)
    postgres.prepare(place, folder=data)
    postgres.end_orphan(place)
    child = postgres.launch(place, log=log_file(data, "postgres"))
    try:
        postgres.create_database(place)
    except BaseException:
        postgres.stop(child)
        raise
    return child


def log_file(data: Path, name: str) -> Path:
    """The log of one part; a log of more than 10 MB is put aside once."""
    (data / "log").mkdir(parents=True, exist_ok=True)
    log = data / "log" / f"{name}.log"
    if log.exists() and log.stat().st_size > 10 << 20:
        log.replace(log.with_suffix(".log.1"))
    return log


def check_server(url: str) -> None:
    """See that the server of DATABASE_URL answers and is new enough; the text never holds the password."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        why = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
        raise CannotStart(f"The server of DATABASE_URL cannot be used: {why}") from None
    if version < OLDEST:
        raise CannotStart(f"The server of DATABASE_URL is PostgreSQL {version // 10000}; {OLDEST // 10000} or newer is needed.")
