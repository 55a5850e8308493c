"""The practice copy under the supervisor: the same program with its own database, keys, port and cookies, only while it is asked for."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from khien.config import database, folder, told
from khien.plumbing import postgres
from khien.plumbing import practice as asked
from khien.plumbing.postgres import CannotStart

LOOK = 0.5  # seconds between two looks at the order
SUFFIX = "_practice"


def real_url(data: Path) -> str:
    """The address of the real instance's database."""
    return told.database_url(data)


def own_url(url: str) -> str:
    """The address of the practice's database: beside the real one, in the same cluster, under a name of its own."""
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/') or '/khien'}{SUFFIX}"
    if not parts.netloc:  # a socket: urlunsplit would drop the empty host
        return f"{parts.scheme}://{path}" + (f"?{parts.query}" if parts.query else "")
    return urlunsplit(parts._replace(path=path))


def environment(data: Path, *, real: str, mode: str) -> dict[str, str]:
    """What the copy's processes know: nothing of the real instance's settings passes but its host names."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KHIEN_", "PG", "DATABASE_URL"))}
    kept |= {name: os.environ[name] for name in ("KHIEN_TLS", "KHIEN_LOG", "KHIEN_TRACE") if name in os.environ}
    hosts = os.environ.get("KHIEN_HOSTS") or ("*" if mode == folder.DEMO else "localhost,127.0.0.1,[::1]")
    return {
        **kept, "KHIEN_PRACTICE": "1", "KHIEN_MODE": folder.DEMO, "KHIEN_DATA": str(data / asked.FOLDER), "DATABASE_URL": own_url(real),
        "KHIEN_HOSTS": hosts, "KHIEN_POOL": "4", "KHIEN_PART_OF": str(data),
    }  # fmt: skip


class Practice:
    """Starts the copy when it is ordered, keeps it running, stops and wipes it when the order is withdrawn."""

    def __init__(self, data: Path, *, port: int, web: Callable[[], list[str]], free: Callable[[], None], mode: str) -> None:
        self.data, self.port, self.web, self.free, self.mode = data, port, web, free, mode
        self.preparing: subprocess.Popen[bytes] | None = None
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.looked = 0.0
        self.failed = ""

    def step(self) -> None:
        """Look at the order, at most twice a second; a trouble of the copy never reaches the real instance."""
        if not self.port or time.monotonic() - self.looked < LOOK:
            return
        self.looked = time.monotonic()
        wanted = asked.ordered(self.data)
        try:
            if wanted is None:
                self._end()
            elif not self.failed:
                self._keep(str(wanted.get("id", "")))
        except Exception as trouble:
            self._fail(str(trouble) or type(trouble).__name__)

    def stop(self) -> None:
        """Stop the processes; the order stays, so that the copy goes on after a restart."""
        children = [*self.parts.values(), *([self.preparing] if self.preparing else [])]
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(10)
            _end_group(child)
        self.parts, self.preparing = {}, None

    def _keep(self, order: str) -> None:
        if self.preparing is not None:
            status = self.preparing.poll()
            if status is None:
                return
            self.preparing = None
            if status:
                raise CannotStart(f"it could not be prepared; see {database.log_file(self.data, 'practice')}")
            asked.forget_passwords(self.data)
            asked.say(self.data, "running", port=self.port, order=order)
            self._launch("web", self.web())
            self._launch("worker", [sys.executable, "-m", "khien", "worker"])
        elif not self.parts:
            asked.say(self.data, "preparing", order=order)
            self.free()
            (self.data / asked.FOLDER).mkdir(exist_ok=True, mode=0o700)
            _make_database(real_url(self.data))
            self.preparing = self._start([sys.executable, "-m", "khien", "prepare", "--practice"])
        else:
            for name, child in self.parts.items():
                if child.poll() is not None:
                    _end_group(child)
                    self._launch(name, self.web() if name == "web" else [sys.executable, "-m", "khien", "worker"])

    def _end(self) -> None:
        """Stop what runs and wipe what is left of it; nothing to do where there is nothing."""
        here = self.data / asked.FOLDER
        self.failed = ""
        if not (self.parts or self.preparing or here.exists()):
            return
        self.stop()
        _drop_database(real_url(self.data))
        shutil.rmtree(here, ignore_errors=True)
        asked.say(self.data, "")

    def _fail(self, why: str) -> None:
        self.failed = why
        self.stop()
        with suppress(OSError):
            asked.say(self.data, "failed", why=why)
        print(f"khien: the practice copy stopped: {why}", file=sys.stderr, flush=True)

    def _launch(self, name: str, words: list[str]) -> None:
        self.parts[name] = self._start(words)

    def _start(self, words: list[str]) -> subprocess.Popen[bytes]:
        with database.log_file(self.data, "practice").open("ab") as log:
            return subprocess.Popen(  # noqa: S603
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=environment(self.data, real=real_url(self.data), mode=self.mode),
                preexec_fn=partial(postgres.die_with_parent, os.getpid()),  # noqa: PLW1509
            )  # fmt: skip


def _make_database(url: str) -> None:
    _on_server(url, "CREATE DATABASE {}", unless_there=True)


def _drop_database(url: str) -> None:
    _on_server(url, "DROP DATABASE IF EXISTS {} WITH (FORCE)")


def _on_server(url: str, words: str, *, unless_there: bool = False) -> None:
    """Make or drop the practice's database from a session in the real one; raises CannotStart, in words without a password."""
    import psycopg
    from psycopg import sql

    name = urlsplit(own_url(url)).path.lstrip("/")
    if not name.endswith(SUFFIX):
        raise CannotStart("no name for the practice's database")
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            if unless_there and connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            connection.execute(sql.SQL(words).format(sql.Identifier(name)))  # type: ignore[arg-type]
    except psycopg.Error as error:
        why = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CannotStart(f"its database {name}: {why}") from None


def _end_group(child: subprocess.Popen[bytes]) -> None:
    import signal

    with suppress(OSError):
        os.killpg(child.pid, signal.SIGKILL)
