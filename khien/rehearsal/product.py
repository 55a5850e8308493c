"""The product that a rehearsal plays against: found by its address, or started; what cannot be played is one clear line."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlparse

import httpx

from khien.plumbing import postgres
from khien.plumbing.postgres import CannotStart

FIRST_START = 900.0  # seconds
ANSWER = 10.0
OURS = ("KHIEN_DATA", "KHIEN_MODE", "KHIEN_KEYS", "DATABASE_URL")


@contextmanager
def running(url: str) -> Iterator[str]:
    """The address of the product; a demo of this data folder is started where none is named. Raises CannotStart."""
    if url:
        yield _found(url)
        return
    port = _free_port()
    from khien.config import folder

    # A group of its own: Ctrl-C stops the rehearsal, and the product must still answer while the sheet is written.
    words = [sys.executable, "-m", "khien", "up", "--data", str(folder.path()), "--port", str(port)]
    told = tempfile.TemporaryFile()  # noqa: SIM115 (a pipe that nobody reads would stop a long day when it is full)
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=told, env=os.environ, process_group=0)  # noqa: S603
    try:
        base = f"http://127.0.0.1:{port}"
        until = time.monotonic() + FIRST_START
        while not _healthy(base):
            if child.poll() is not None:
                told.seek(0)
                raise CannotStart(f"{told.read().decode(errors='replace').strip().removeprefix('khien: ')} (a running demo is named with --url)")
            if time.monotonic() > until:
                raise CannotStart(f"The product did not answer within {FIRST_START:.0f} s")
            time.sleep(0.3)
        yield base
    finally:
        child.terminate()
        child.wait(60)
        told.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(base: str) -> bool:
    try:
        return httpx.get(f"{base}/api/health", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _found(url: str) -> str:
    """The address as typed, made whole; the data folder of its server becomes ours. Raises CannotStart."""
    base = (url if "://" in url else f"http://{url}").rstrip("/")
    try:
        port = urlparse(base).port or 80
        answer = httpx.get(f"{base}/api/health", timeout=ANSWER, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise CannotStart(f"Nothing answers at {url} ({type(error).__name__}): start it with bin/khien up, or name its address") from None
    if answer.status_code != 200 or "json" not in answer.headers.get("content-type", ""):
        raise CannotStart(f"What answers at {url} is not Khien in working order (status {answer.status_code})")
    _join(port)
    from khien.config import folder

    if not os.environ.get("DATABASE_URL") and not postgres.answers(postgres.home(folder.path())):
        raise CannotStart(f"No database runs in {folder.path()}: name the data folder of {base} with --data DIR")
    return base


def _join(port: int) -> None:
    """Take the data folder of the server on this port, when it runs on this machine: its database is what is checked."""
    if os.environ.get("KHIEN_DATA"):
        return
    for name, value in _environment_of(port).items():
        os.environ[name] = value


def _environment_of(port: int) -> dict[str, str]:
    """The settings of the web server that listens on this port, as its process has them."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if b"khien.config.wsgi:application" not in words or str(port).encode() not in words:
                continue
            found = dict(pair.split("=", 1) for pair in (entry / "environ").read_bytes().decode(errors="replace").split("\0") if "=" in pair)
            return {name: found[name] for name in OURS if name in found}
    return {}


def pids_of(data: Path, *words: str) -> list[int]:
    """The processes of the instance on this data folder whose command line holds these words."""
    mark = f"KHIEN_PART_OF={data}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            told = (entry / "cmdline").read_bytes()
            if mark in (entry / "environ").read_bytes().split(b"\0") and all(word.encode() in told for word in words):
                found.append(int(entry.name))
    return found


def postmaster_of(data: Path) -> list[int]:
    """The embedded PostgreSQL of this data folder, where there is one."""
    with suppress(OSError, ValueError, IndexError):
        return [int((postgres.home(data).data / "postmaster.pid").read_text().split()[0])]
    return []


def healthy(base: str) -> bool:
    """Whether the server and its database answer."""
    return _healthy(base)


def check(base: str) -> None:
    """Refuse an instance that is no demo, or whose data folder is another's. Raises CannotStart."""
    from django.conf import settings

    from khien.plumbing import marks

    if not settings.DEMO:
        raise CannotStart("A rehearsal needs a demo instance: synthetic people never meet real ones")
    demo = marks.get("demo")
    if not demo or "city" not in demo:
        raise CannotStart(f"{settings.DATA} holds no demo: name the folder of {base} with --data DIR")
    site = demo["city"]["sites"][0]
    if httpx.get(f"{base}/diem-tiem/{site}", timeout=60, trust_env=False).status_code != 200:
        raise CannotStart(f"{base} does not serve the data folder {settings.DATA}: name its folder with --data DIR")


def awake(seconds: float = 60.0) -> None:
    """Wait until the database answers again: it may have been killed since we last asked. Raises django's OperationalError."""
    from django.db import OperationalError, connection

    until = time.monotonic() + seconds
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return
        except OperationalError:
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def told[T](ask: Callable[[], T]) -> T:
    """What the database answers, asked again when it was killed in between."""
    from django.db import InterfaceError, OperationalError

    for _ in range(3):
        try:
            return ask()
        except (OperationalError, InterfaceError):
            awake()
    return ask()
