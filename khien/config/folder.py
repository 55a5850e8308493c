"""The data folder of one instance: where it lies, what it holds, and who may use it now."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from khien.plumbing import postgres
from khien.plumbing.postgres import CannotStart

NEEDED = 300 << 20
REAL, DEMO = "real", "demo"


def path() -> Path:
    """The data folder that KHIEN_DATA names, else `var/data` beside the program."""
    named = os.environ.get("KHIEN_DATA")
    return Path(named or Path(__file__).resolve().parents[2] / "var" / "data").absolute().resolve()


def keys_file() -> Path:
    """The file of the secret keys: KHIEN_KEYS, else `keys.json` in the data folder."""
    return Path(os.environ.get("KHIEN_KEYS") or path() / "keys.json")


def kind(data: Path) -> str:
    """What the folder was begun for: `real`, `demo`, or nothing yet."""
    try:
        return (data / "instance").read_text().strip()
    except OSError:
        return ""


def mode(data: Path) -> str:
    """`production` where the folder holds a real instance, whatever is asked; else KHIEN_MODE, a demo when that is not set."""
    return "production" if kind(data) == REAL else os.environ.get("KHIEN_MODE", DEMO)


def begin(data: Path, *, empty: bool) -> str:
    """Settle for what this folder is used, now and at each later start; returns the mode."""
    asked = os.environ.get("KHIEN_MODE", "production" if empty else "")
    known = kind(data)
    if known == REAL and asked == DEMO:
        raise CannotStart(f"{data} holds a real instance: a demo never starts on it. Choose another --data DIR.")
    if known == DEMO and empty:
        raise CannotStart(f"{data} holds a demo: choose another --data DIR for a real instance.")
    if not known:
        (data / "instance").write_text(REAL if asked and asked != DEMO else DEMO)
    return mode(data)


def has_room(data: Path) -> None:
    """Refuse a full disk before anything is written."""
    free = shutil.disk_usage(_nearest(data)).free
    if free < NEEDED:
        raise CannotStart(
            f"The disk is nearly full: {free >> 20} MB free at {data}, {NEEDED >> 20} MB needed. Free some space and start again."
        )


def _nearest(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def claim(data: Path, *, who: str) -> IO[str] | None:
    """Hold the folder's database for this process alone; None when another holds it (`holder` says who)."""
    lock = _lock(data, "supervisor.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return None
        raise
    lock.truncate(0)
    lock.write(f"{who} (process {os.getpid()})")
    lock.flush()
    return lock


def _lock(data: Path, name: str) -> IO[str]:
    """The lock's file lies beside the database, so that two folders which share one cannot both start it."""
    place = postgres.home(data).data.parent
    place.mkdir(parents=True, exist_ok=True)
    return (place / name).open("a+")


def holder(data: Path) -> str:
    """Who holds the folder, as it wrote itself."""
    with _lock(data, "supervisor.lock") as lock:
        lock.seek(0)
        return lock.read() or "another process"


@contextmanager
def used(data: Path) -> Iterator[None]:
    """Use the database that another process started; a command that started it waits for us before it stops it."""
    with _lock(data, "users.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


@contextmanager
def unused(data: Path) -> Iterator[None]:
    """Wait until no other command uses the database."""
    with _lock(data, "users.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
