"""Starts the parts of one instance in order, restarts each with backoff, stops them in reverse."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from khien.config import database, folder, setup
from khien.config.practice import Practice
from khien.plumbing import postgres
from khien.plumbing.postgres import CannotStart

CALM = 20.0  # seconds of quiet after which a part that stops is started again at once
LONGEST = 15.0
PATIENCE = 8  # seconds that a web worker has to answer whom it serves when it is asked to stop


def web_command(host: str, port: int, workers: int) -> list[str]:
    """The web server's command line: `up` and the bench start the same one."""
    static = Path(__file__).resolve().parent.parent / "surfaces" / "web" / "static"
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "khien.config.wsgi:application",
        "--host", host, "--port", str(port), "--workers", str(workers),
        "--blocking-threads", "4", "--backlog", "1024", "--respawn-failed-workers", "--no-ws", "--log-level", "warning",
        "--workers-kill-timeout", str(PATIENCE),  # one that is asked to stop while it still loads never hears it
        "--static-path-route", "/static", "--static-path-mount", str(static), "--static-path-expires", "31536000",
    ]  # fmt: skip


class Supervisor:
    """The parent of PostgreSQL, of the web server and of the background workers."""

    def __init__(
        self, data: Path, *, host: str, port: int, workers: int, background: int = 1, practice: int = 0, free: Callable[[], None] = lambda: None
    ) -> None:
        self.data, self.host, self.port, self.workers = data, host, port, workers
        self.names = ("web", "worker", *(f"worker-{number}" for number in range(2, background + 1)))
        self.practice = Practice(data, port=practice, web=lambda: web_command(host, practice, 1), free=free, mode=os.environ.get("KHIEN_MODE", folder.DEMO))
        self.database: subprocess.Popen[bytes] | None = None
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.begun: dict[str, float] = {}
        self.waits: dict[str, float] = {}
        self.due: dict[str, float] = {}
        self.said = ""
        self.stopping = self.watching = False

    def start(self, *, demo: bool) -> None:
        """Start the database, bring it to this release, start the parts; returns when the first page is answered."""
        if not os.environ.get("DATABASE_URL"):
            self.database = database.start(self.data)
        setup.prepare_in_child(demo=demo)
        for name in self.names:
            self._launch(name)
        self._await_web()

    def end_leftovers(self) -> None:
        """End the parts that a killed supervisor left on this data folder; they have a moment to end by themselves."""
        until = time.monotonic() + 5
        while (left := _parts_of(self.data)) and time.monotonic() < until:
            time.sleep(0.1)
        for pid in left:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def watch(self) -> None:
        """Restart what dies, with backoff, until asked to stop."""
        self.watching = True
        while not self.stopping:
            if self.database is not None and self.database.poll() is not None:
                self._restart("database")
            else:
                for name in self.names:
                    if self.parts[name].poll() is not None:
                        self._restart(name)
                self.practice.step()
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop web and workers, then the database; nothing acknowledged is lost."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self.practice.stop()
        for child in self.parts.values():
            if child.poll() is None:
                child.terminate()
        for child in self.parts.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(PATIENCE + 2)
            _end_group(child)
        if self.database is not None:
            postgres.stop(self.database)

    def _command(self, name: str) -> list[str]:
        if name != "web":
            return [sys.executable, "-m", "khien", "worker"]
        return web_command(self.host, self.port, self.workers)

    def _launch(self, name: str) -> None:
        with database.log_file(self.data, name).open("ab") as log:
            self.parts[name] = subprocess.Popen(  # noqa: S603
                self._command(name), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "KHIEN_PART_OF": str(self.data)},
                preexec_fn=partial(postgres.die_with_parent, os.getpid()),  # noqa: PLW1509
            )  # fmt: skip
        self.begun[name] = time.monotonic()

    def _await_web(self) -> None:
        until = time.monotonic() + 60
        log = self.data / "log" / "web.log"
        while time.monotonic() < until:
            if self.parts["web"].poll() is not None:
                raise CannotStart(f"The web server stopped at once; see {log}")
            if self._answers():
                return
            time.sleep(0.05)
        raise CannotStart(f"The web server does not answer; see {log}")

    def _answers(self) -> bool:
        """Whether the server answers, and its database."""
        page = http.client.HTTPConnection(reachable(self.host), self.port, timeout=30)
        try:
            page.request("GET", "/api/health", headers={"Host": "localhost"})
            return page.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            page.close()

    def _restart(self, name: str) -> None:
        """Start a part again when its pause is over; the pause doubles while it keeps stopping."""
        now = time.monotonic()
        if name not in self.due:
            calm = now - self.begun.get(name, 0.0) > CALM
            self.waits[name] = 0.2 if calm else min(LONGEST, self.waits.get(name, 0.1) * 2)
            self.due[name] = now + self.waits[name]
            self._say("PostgreSQL stopped; starting it again" if name == "database" else self._how(name))
        if now < self.due[name]:
            return
        if name == "database":
            self._restart_database()
        else:
            _end_group(self.parts[name])
            del self.due[name]
            self._launch(name)

    def _how(self, name: str) -> str:
        return f"the {name} stopped (status {self.parts[name].returncode}); starting it again"

    def _restart_database(self) -> None:
        try:
            place = postgres.home(self.data)
            postgres.end_orphan(place)
            self.database = postgres.launch(place, log=database.log_file(self.data, "postgres"))
        except (CannotStart, OSError) as trouble:
            self._say(f"{trouble}; trying again")
            self.due["database"] = time.monotonic() + 2
            return
        self.begun["database"] = time.monotonic()
        del self.due["database"]
        self._say("PostgreSQL runs again")
        with suppress(OSError):
            self.parts["web"].send_signal(signal.SIGHUP)  # fresh web workers, one after the other: no stale connection is met

    def _say(self, text: str) -> None:
        if text != self.said:
            print(f"khien: {text}", file=sys.stderr, flush=True)
        self.said = text


def reachable(host: str) -> str:
    """The address at which this machine itself reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}.get(host, host)  # noqa: S104


def _parts_of(data: Path) -> list[int]:
    """The processes that a supervisor of this folder started, by the mark in their environment."""
    mark = os.fsencode(f"KHIEN_PART_OF={data}")
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def _end_group(child: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        os.killpg(child.pid, signal.SIGKILL)
