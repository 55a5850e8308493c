"""One real instance for a test: `bin/khien up` in processes of its own, on a data folder and a port of its own."""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from khien.plumbing import postgres

ROOT = Path(__file__).resolve().parents[2]
KHIEN = ROOT / "bin" / "khien"
PATIENT = 240.0  # seconds: only a fault takes as long
KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR", "KHIEN_VENV", "SYSTEMROOT")


def environment(**more: str) -> dict[str, str]:
    """A plain environment: nothing of the tests' own cluster reaches the instance."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "KHIEN_VENV": os.environ.get("KHIEN_VENV", str(Path(sys.prefix))), **more}


def khien(*words: str, data: Path | None = None, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    where = ["--data", str(data)] if data else []
    return subprocess.run(
        [str(KHIEN), *words, *where],
        input=stdin,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENT,
    )


def as_user(user: int | None) -> dict[str, Any]:
    """What Popen needs to run as this user."""
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def free_port() -> int:
    """A port that nobody listens on now, below those that outgoing connections take by themselves."""
    while True:
        port = random.randrange(18_000, 31_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def folder() -> Iterator[Path]:
    """A data folder that any user may walk to; it goes, with a database that root keeps elsewhere."""
    base = Path(tempfile.mkdtemp(prefix=f"khien-test-{os.getpid()}-"))
    base.chmod(0o755)
    try:
        yield base / "data"
    finally:
        forget(base / "data")
        shutil.rmtree(base, ignore_errors=True)


def forget(data: Path) -> None:
    """Remove a data folder and its database, wherever it lies."""
    place = postgres.home(data).data.parent
    if place != data:
        shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


@dataclass
class Instance:
    """`bin/khien up` on one folder: starts, is asked over HTTP, is stopped or killed."""

    data: Path
    port: int = field(default_factory=free_port)
    words: tuple[str, ...] = ("--empty",)
    settings: dict[str, str] = field(default_factory=dict)
    user: int | None = None
    said: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> str:
        """Start, and wait until it says that it runs; returns what it said."""
        self.said = []
        self.process = subprocess.Popen(
            [str(KHIEN), "up", "--data", str(self.data), "--port", str(self.port), *self.words],
            env=environment(**self.settings), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            **as_user(self.user),
        )  # fmt: skip
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()
        self.until(lambda: self.text.count("Ctrl-C stops everything.") or self.process.poll() is not None, "it runs")
        assert self.process.poll() is None, self.text
        return self.text

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.said.append(line)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; returns the exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENT)

    def kill_rest(self) -> None:
        """End whatever of this instance is left, whatever the test found."""
        for pid in self.processes():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def until(self, holds: object, what: str) -> None:
        """Wait for a condition; fails with what the instance said."""
        end = time.monotonic() + PATIENT
        while time.monotonic() < end:
            if holds():  # type: ignore[operator]
                return
            threading.Event().wait(0.05)
        raise AssertionError(f"not in time: {what}\n{self.text}")

    def answers(self) -> bool:
        """Whether the server and its database answer."""
        try:
            return httpx.get(f"{self.url}/api/health", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def processes(self) -> list[int]:
        """Every process of this instance that lives, by its folder in the environment or on the command line."""
        marks = (f"KHIEN_DATA={self.data}".encode(), f"KHIEN_PART_OF={self.data}".encode())
        place = str(postgres.home(self.data).data).encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                ours = any(mark in (entry / "environ").read_bytes().split(b"\0") for mark in marks) or place in words
                if words != [b""] and (ours or str(self.data).encode() in words):
                    found.append(int(entry.name))
        return [pid for pid in found if pid != os.getpid()]

    def named(self, *words: str) -> list[int]:
        """The processes of this instance whose command line holds these words."""
        return [pid for pid in self.processes() if all(word.encode() in _command(pid) for word in words)]

    def postmaster(self) -> int:
        return int((postgres.home(self.data).data / "postmaster.pid").read_text().split()[0])


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


@dataclass
class Citizens:
    """People who begin to register while things break; each remembers what the server acknowledged to them."""

    url: str
    kept: list[tuple[str, httpx.Cookies]] = field(default_factory=list)
    refused: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def come(self, number: int) -> None:
        """One citizen answers two questions; acknowledged is a redirect to the next question after the name."""
        name = f"Người Thử {_words(number)}"
        try:
            with httpx.Client(base_url=self.url, timeout=20, trust_env=False) as browser:
                for step, told in (("cho-ai", {"whom": "self"}), ("ho-ten", {"full_name": name})):
                    page = browser.get(f"/dang-ky/{step}")
                    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
                    if (
                        token is None
                        or browser.post(f"/dang-ky/{step}", data={**told, "csrfmiddlewaretoken": token[1]}).status_code != 302
                    ):
                        self.refused += 1
                        return
                self.kept.append((name, browser.cookies))
        except httpx.HTTPError:
            self.refused += 1

    def keep_coming(self, many: int = 2) -> None:
        """Let them come, one after the other, until `rest`."""
        self._stop.clear()

        def work(first: int) -> None:
            number = first
            while not self._stop.is_set():
                self.come(number)
                number += many

        begin = len(self.kept) + self.refused + 1
        self._threads = [threading.Thread(target=work, args=(begin + i,), daemon=True) for i in range(many)]
        for thread in self._threads:
            thread.start()

    def rest(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def missing(self, *, after: int = 0) -> list[str]:
        """The names that were acknowledged (past the first `after`) and are not there any more."""
        lost = []
        for name, cookies in self.kept[after:]:
            with httpx.Client(base_url=self.url, cookies=cookies, timeout=20, trust_env=False) as browser:
                if f'value="{name}"' not in browser.get("/dang-ky/ho-ten").text:
                    lost.append(name)
        return lost


def _words(number: int) -> str:
    """A name for each number: letters only, as a name has."""
    syllables = ("An", "Bình", "Chi", "Dung", "Em", "Giang", "Hà", "Khoa", "Lan", "Mai")
    return " ".join(syllables[int(digit)] for digit in str(number))
