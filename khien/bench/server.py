"""The server under measurement: granian as `up` starts it, on a free port, and the processors that it and PostgreSQL use."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from django.conf import settings

from khien.config.supervisor import web_command
from khien.plumbing import postgres
from khien.plumbing.postgres import CannotStart

TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(workers: int) -> Iterator["Server"]:
    """Run the web server for as long as the block lasts."""
    port = _free_port()
    log = settings.DATA / "log" / "bench-web.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        child = subprocess.Popen(  # noqa: S603
            web_command("127.0.0.1", port, workers), stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            preexec_fn=partial(postgres.die_with_parent, os.getpid()),  # noqa: PLW1509
        )  # fmt: skip
    try:
        _await(child, port, log)
        yield Server(port, child.pid)
    finally:
        with suppress(OSError):
            os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(child: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if child.poll() is not None:
            raise CannotStart(f"The web server stopped at once; see {log}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise CannotStart(f"The web server does not answer; see {log}")


class Server:
    """A running web server and the PostgreSQL beside it."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid

    def cpu_seconds(self) -> float | None:
        """Processor seconds used until now by the web server and PostgreSQL with all its processes; None where they cannot be read.

        A PostgreSQL named by DATABASE_URL counts only when it runs on this machine under our data folder: never.
        """
        heads = [self.pid]
        with suppress(OSError, ValueError):
            heads.append(int((postgres.home(settings.DATA).data / "postmaster.pid").read_text().split("\n", 1)[0]))
        try:
            return sum(_ticks(pid) for head in heads for pid in (head, *_children(head))) / TICK
        except OSError:
            return None


def _ticks(pid: int) -> int:
    """User and system time of a process, and of its children that ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(int(field) for field in fields[11:15])
    return 0


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = [int(one) for one in found]
    return own + [below for one in own for below in _children_of(one)]


def _children_of(pid: int) -> list[int]:
    with suppress(OSError):
        return _children(pid)
    return []
