"""`bin/khien up`: PostgreSQL, the web workers and one background worker under one small supervisor."""

import argparse
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from khien.plumbing import postgres
from khien.plumbing.postgres import CannotStart

NEEDED = 300 << 20
CALM = 20.0


def main(argv: list[str]) -> int:
    """Run the platform until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser("khien up")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--empty", action="store_true", help="no demo: a real instance (make its administrator with bin/khien admin create)")
    options = parser.parse_args(argv)
    if options.empty:
        os.environ.setdefault("KHIEN_MODE", "production")
    from khien.config.settings import DATA, MODE

    began = time.monotonic()
    lock = _claim(DATA)
    _port_is_free(options.host, options.port)
    supervisor = Supervisor(DATA, options)
    try:
        supervisor.start(demo=MODE == "demo" and not options.empty)
        _tell(options, DATA, demo=MODE == "demo" and not options.empty, seconds=time.monotonic() - began)
        return supervisor.watch()
    finally:
        supervisor.stop()
        lock.close()


def _claim(data: Path):  # noqa: ANN202 (an open file)
    """Hold the data folder for this supervisor alone; refuse a full disk before anything is written."""
    data.mkdir(parents=True, exist_ok=True, mode=0o755)
    free = shutil.disk_usage(data).free
    if free < NEEDED:
        raise CannotStart(f"The disk is nearly full: {free >> 20} MB free at {data}, {NEEDED >> 20} MB needed. Free some space and start again.")
    lock = (data / "supervisor.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(f"Khien already runs on {data}: stop it first, or choose another --data DIR.") from None
    return lock


def _port_is_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise CannotStart(f"Port {port} is in use: choose another with --port.") from None


class Supervisor:
    """Starts the parts in order, restarts each with backoff, stops them in reverse."""

    def __init__(self, data: Path, options: argparse.Namespace) -> None:
        self.data, self.options = data, options
        self.database: subprocess.Popen[bytes] | None = None
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.begun: dict[str, float] = {}
        self.waits: dict[str, float] = {}
        self.stopping = False

    def start(self, *, demo: bool) -> None:
        self._end_leftovers()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        if not os.environ.get("DATABASE_URL"):
            from khien.config import database

            self.database = database.start(self.data)
        from khien.config import setup

        setup.prepare_in_child(demo=demo)
        if self.stopping:
            raise KeyboardInterrupt
        for name in ("web", "worker"):
            self._launch(name)
        self._await_web()

    def _asked_to_stop(self, number: int, frame: object) -> None:
        if self.stopping:
            return
        self.stopping = True

    def _command(self, name: str) -> list[str]:
        if name == "worker":
            return [sys.executable, "-m", "khien", "worker"]
        static = Path(__file__).resolve().parent.parent / "surfaces" / "web" / "static"
        return [
            sys.executable, "-m", "granian", "--interface", "wsgi", "khien.config.wsgi:application",
            "--host", self.options.host, "--port", str(self.options.port), "--workers", str(self.options.workers),
            "--blocking-threads", "4", "--backlog", "1024", "--respawn-failed-workers", "--no-ws", "--log-level", "warning",
            "--static-path-route", "/static", "--static-path-mount", str(static), "--static-path-expires", "31536000",
        ]  # fmt: skip

    def _launch(self, name: str) -> None:
        with (self.data / "log" / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(  # noqa: S603
                self._command(name), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=postgres.die_with_parent,  # noqa: PLW1509
            )  # fmt: skip
        self.parts[name], self.begun[name] = child, time.monotonic()
        self._remember()

    def _remember(self) -> None:
        text = "\n".join(str(child.pid) for child in self.parts.values())
        (self.data / "supervisor.parts").write_text(text)

    def _end_leftovers(self) -> None:
        """End web and worker processes that a killed supervisor left on this data folder."""
        (self.data / "log").mkdir(exist_ok=True)
        try:
            pids = [int(line) for line in (self.data / "supervisor.parts").read_text().split()]
        except (OSError, ValueError):
            return
        mark = os.fsencode(f"KHIEN_DATA={self.data}")
        for pid in pids:
            try:
                if mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                    os.killpg(pid, signal.SIGKILL)
            except OSError:
                continue

    def _await_web(self) -> None:
        until = time.monotonic() + 60
        address = ("127.0.0.1" if self.options.host == "0.0.0.0" else self.options.host, self.options.port)  # noqa: S104
        while time.monotonic() < until and not self.stopping:
            if self.parts["web"].poll() is not None:
                raise CannotStart(f"The web server stopped at once; see {self.data / 'log' / 'web.log'}")
            try:
                socket.create_connection(address, timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        if not self.stopping:
            raise CannotStart(f"The web server does not answer; see {self.data / 'log' / 'web.log'}")

    def watch(self) -> int:
        """Restart what dies, with backoff, until asked to stop."""
        while not self.stopping:
            if self.database is not None and self.database.poll() is not None:
                self._restart_database()
            for name, child in list(self.parts.items()):
                if child.poll() is not None and not self.stopping:
                    self._again(name, child)
            time.sleep(0.2)
        return 0

    def _again(self, name: str, child: subprocess.Popen[bytes]) -> None:
        _end_group(child, signal.SIGKILL)
        calm = time.monotonic() - self.begun[name] > CALM
        self.waits[name] = 0.2 if calm else min(15.0, self.waits.get(name, 0.1) * 2)
        print(f"khien: the {name} stopped (status {child.returncode}); starting it again", file=sys.stderr, flush=True)
        time.sleep(self.waits[name])
        self._launch(name)

    def _restart_database(self) -> None:
        print("khien: PostgreSQL stopped; starting it again", file=sys.stderr, flush=True)
        place = postgres.home(self.data)
        while not self.stopping:
            try:
                postgres.end_orphan(place)
                self.database = postgres.launch(place, log=self.data / "log" / "postgres.log")
                return
            except CannotStart as trouble:
                print(f"khien: {trouble}", file=sys.stderr, flush=True)
                time.sleep(2)

    def stop(self) -> None:
        """Stop web and worker, then the database; nothing acknowledged is lost."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for child in self.parts.values():
            if child.poll() is None:
                child.terminate()
        for child in self.parts.values():
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                pass
            _end_group(child, signal.SIGKILL)
        if self.database is not None:
            postgres.stop(self.database)
        (self.data / "supervisor.parts").unlink(missing_ok=True)


def _end_group(child: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(child.pid, number)
    except OSError:
        pass


def _tell(options: argparse.Namespace, data: Path, *, demo: bool, seconds: float) -> None:
    host = "localhost" if options.host in ("127.0.0.1", "0.0.0.0") else options.host  # noqa: S104
    base = f"http://{host}:{options.port}"
    lines = [
        "", f"Khien runs at {base} ({seconds:.1f} s; data in {data})", "",
        f"  Portal (cổng thông tin)          {base}/", f"  Health book (sổ)                 {base}/so/",
        f"  Support system: the point        {base}/diem/", f"  Support system: command          {base}/dieu-phoi/",
        f"  Response centre                  {base}/mcc/", "",
    ]  # fmt: skip
    if demo:
        from khien.demo.accounts import ACCOUNTS, PASSWORD

        lines += [f"  Messages of the demo             {base}/demo/tin-nhan", "", f"Demo accounts (password {PASSWORD}):"]
        lines += [f"  {name:<14} {what}" for name, what in ACCOUNTS]
        lines += ["  where a six-digit code is asked:  bin/khien totp ACCOUNT", ""]
    else:
        lines += ["Make the administrator with: bin/khien admin create", ""]
    lines.append("Ctrl-C stops everything.")
    print("\n".join(lines), flush=True)
