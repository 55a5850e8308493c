"""`bin/khien up`: PostgreSQL, the web workers and the background workers under one small supervisor."""

import argparse
import errno
import os
import signal
import socket
import time
from pathlib import Path

from khien.config import folder, moved
from khien.config.supervisor import Supervisor, reachable
from khien.plumbing import postgres
from khien.plumbing.postgres import CannotStart


def main(argv: list[str]) -> int:
    """Run the platform until Ctrl-C or SIGTERM."""
    options = _options(argv)
    began = time.monotonic()
    data = folder.path()
    folder.has_room(data)
    data.mkdir(parents=True, exist_ok=True, mode=0o755)
    lock = folder.claim(data, who="bin/khien up")
    if lock is None:
        raise CannotStart(f"Khien already runs on {data}: {folder.holder(data)}. Stop it first, or choose another --data DIR.")
    with lock:
        if not folder.kind(data):  # a start that cannot be leaves a new folder free to become either
            _port_is_free(options.host, options.port, seconds=0)
            _check_server()
        mode = folder.begin(data, empty=options.empty)
        os.environ.update(KHIEN_DATA=str(data), KHIEN_MODE=mode)
        if mode == folder.DEMO:  # the messages of a demo carry links that open here
            os.environ.setdefault("KHIEN_URL", f"http://localhost:{options.port}")
        _check_server()
        supervisor = Supervisor(
            data, host=options.host, port=options.port, workers=options.workers, background=options.background, practice=options.practice_port,
            free=lambda: _port_is_free(options.host, options.practice_port),
        )  # fmt: skip
        try:
            _heed_signals(supervisor)
            supervisor.end_leftovers()
            _port_is_free(options.host, options.port)
            supervisor.start(demo=mode == folder.DEMO)
            _tell(options, data, mode=mode, seconds=time.monotonic() - began)
            supervisor.watch()
        except KeyboardInterrupt:
            pass  # asked to stop before everything ran
        finally:
            supervisor.stop()
    return 0


def _check_server() -> None:
    """Refuse a server outside that does not answer or does not fit."""
    if os.environ.get("DATABASE_URL"):
        from khien.config import database

        database.check_server(os.environ["DATABASE_URL"])


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("khien up")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--practice-port", type=int, default=None, help="of a practice copy, while one is open (port + 1; 0: none)")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--background", type=int, default=max(1, (os.cpu_count() or 1) // 4), help="background workers, which share the outbox")
    parser.add_argument(
        "--empty", action="store_true", help="no demo: a real instance (make its administrator with bin/khien admin create)"
    )
    options = parser.parse_args(argv)
    if not 0 < options.port < 65536:
        parser.error("a port is a number from 1 to 65535")
    if options.practice_port is None:
        options.practice_port = options.port + 1 if options.port < 65535 else 0
    if options.practice_port == options.port or not 0 <= options.practice_port < 65536:
        parser.error("a practice copy needs a port of its own")
    if options.workers < 1 or options.background < 1:
        parser.error("at least one worker of each kind is needed")
    return options


def _heed_signals(supervisor: Supervisor) -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal stop everything; while it starts, at once."""

    def stop(number: int, frame: object) -> None:
        first, supervisor.stopping = not supervisor.stopping, True
        if first and not supervisor.watching:
            raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN or number != signal.SIGHUP:  # nohup keeps its meaning
            signal.signal(number, stop)


def _port_is_free(host: str, port: int, *, seconds: float = 3) -> None:
    """Refuse a port that stays taken; what a killed start left behind may need a moment to let go."""
    until = time.monotonic() + seconds
    while True:
        try:
            return _try_port(host, port)
        except CannotStart:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _try_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise CannotStart(f"{host} is not an address of this machine: choose another with --host.") from None
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EACCES:
                raise CannotStart(f"Port {port} is not open to this user: choose one above 1023 with --port.") from None
            if error.errno == errno.EADDRNOTAVAIL:
                raise CannotStart(f"{host} is not an address of this machine: choose another with --host.") from None
            raise CannotStart(f"Port {port} is in use: choose another with --port.") from None


def _tell(options: argparse.Namespace, data: Path, *, mode: str, seconds: float) -> None:
    host = "localhost" if reachable(options.host) in ("127.0.0.1", "::1") else options.host
    base = f"http://{f'[{host}]' if ':' in host else host}:{options.port}"
    place = postgres.home(data).data.parent
    apart = "" if place == data or os.environ.get("DATABASE_URL") else f", its database in {place}"
    lines = [
        "", f"Khien runs at {base} ({seconds:.1f} s; data in {data}{apart})", "",
        f"  Portal (cổng thông tin)          {base}/", f"  Health book (sổ)                 {base}/so/",
        f"  Support system: the point        {base}/diem/", f"  Support system: command          {base}/dieu-phoi/",
        f"  Response centre                  {base}/mcc/", "",
    ]  # fmt: skip
    if mode == folder.DEMO:
        from khien.demo.accounts import ACCOUNTS, PASSWORD

        lines += [f"  Messages of the demo             {base}/demo/tin-nhan", "", f"Demo accounts (password {PASSWORD}):"]
        lines += [f"  {name:<14} {what}" for name, what in ACCOUNTS]
        lines += ["  where a six-digit code is asked:  bin/khien totp ACCOUNT", ""]
        if ahead := moved.shift(data):
            lines += [f"A rehearsal moved the clock of this demo {ahead.total_seconds() / 86_400:.1f} days ahead: it lives in those days.", ""]
    elif folder.kind(data) == folder.DEMO:
        lines += ["This folder was begun as a demo: its accounts have a published password. Do not use it for real people.", ""]
    else:
        lines += ["Make the administrator with: bin/khien admin create ACCOUNT 'FULL NAME'", ""]
    lines.append("Ctrl-C stops everything.")
    print("\n".join(lines), flush=True)
