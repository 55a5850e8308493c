"""The load: many kept-alive connections from one process over raw sockets, at a few microseconds a request.

Run as a process of its own (`python -m khien.bench.load < spec`), so that neither the server nor the bench pays for it.
"""

import json
import selectors
import socket
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Load:
    """What one run of the load saw: seconds, latencies in milliseconds, how many answers of each status, some bodies."""

    count: int
    seconds: float
    p50_ms: float
    p99_ms: float
    statuses: dict[int, int]
    samples: list[str]
    cpu_us: float

    @property
    def per_s(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0

    def all_ok(self, *fine: int) -> bool:
        """Say whether every answer had one of these statuses."""
        return bool(self.count) and set(self.statuses) <= set(fine or (200,))


def send(port: int, requests: list[bytes], *, connections: int = 32, seconds: float = 10.0, again: bool = False) -> Load:
    """Send these requests over so many connections and wait for the end: until they are used up, or the seconds are over.

    With `again` the requests are repeated from the first until the seconds are over.
    """
    told = {"port": port, "connections": connections, "seconds": seconds, "again": again,
            "requests": [b64encode(one).decode() for one in requests]}  # fmt: skip
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-S", "-P", str(Path(__file__))], input=json.dumps(told), capture_output=True, text=True, check=False,
        timeout=seconds + 120,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the load stopped: {done.stderr.strip()[-500:]}")
    found = json.loads(done.stdout)
    found["statuses"] = {int(status): count for status, count in found["statuses"].items()}
    return Load(**found)


def get(path: str, cookie: str = "") -> bytes:
    """A GET as a browser sends it."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n{_cookie(cookie)}\r\n".encode()


def post(path: str, value: Any, cookie: str, token: str) -> bytes:
    """A POST of JSON with its CSRF token."""
    body = json.dumps(value, default=str).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-CSRFToken: {token}\r\n{_cookie(cookie)}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _cookie(cookie: str) -> str:
    return f"Cookie: {cookie}\r\n" if cookie else ""


@dataclass
class _Line:
    """One connection."""

    socket: socket.socket
    got: bytearray = field(default_factory=bytearray)
    begun: float = 0.0
    wanted: int = 0


class _Run:
    def __init__(self, spec: dict[str, Any]) -> None:
        self.port, self.again = spec["port"], spec["again"]
        self.requests = [b64decode(one) for one in spec["requests"]]
        self.next, self.until = 0, time.perf_counter() + spec["seconds"]
        self.taken: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.samples: list[str] = []
        self.selector = selectors.DefaultSelector()
        self.open = 0
        for _ in range(spec["connections"]):
            self._begin(self._connect())

    def _connect(self) -> _Line:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = _Line(made)
        self.selector.register(made, selectors.EVENT_READ, line)
        self.open += 1
        return line

    def _begin(self, line: _Line) -> None:
        """Send the next request, or close the connection when there is none."""
        if self.next == len(self.requests) and self.again:
            self.next = 0
        line.begun = time.perf_counter()
        if self.next == len(self.requests) or line.begun > self.until:
            self._close(line)
            return
        request = self.requests[self.next]
        self.next += 1
        line.socket.sendall(request)

    def _close(self, line: _Line) -> None:
        self.selector.unregister(line.socket)
        line.socket.close()
        self.open -= 1

    def go(self) -> None:
        while self.open:
            for key, _ in self.selector.select(30):
                self._read(key.data)

    def _read(self, line: _Line) -> None:
        data = line.socket.recv(262144)
        if not data:  # the server ended a kept-alive connection
            self._close(line)
            self._begin(self._connect())
            return
        line.got += data
        if not line.wanted:
            line.wanted = _length(line.got)
        if line.wanted and len(line.got) >= line.wanted:
            self.taken.append(time.perf_counter() - line.begun)
            status = int(line.got[9:12])
            self.statuses[status] += 1
            if len(self.samples) < 3 or (status >= 400 and len(self.samples) < 8):
                self.samples.append(bytes(line.got[line.got.find(b"\r\n\r\n") + 4 :][:2000]).decode("utf-8", "replace"))
            line.got.clear()
            line.wanted = 0
            self._begin(line)


def _length(got: bytearray) -> int:
    """How many octets the whole answer has; 0 while its head is not complete."""
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = bytes(got[:end]).lower()
    at = head.find(b"content-length:")
    if at < 0:
        raise RuntimeError("an answer without its length")
    return end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])


def main() -> None:
    """Read the spec, load, tell what was seen."""
    run = _Run(json.load(sys.stdin))
    began, cpu = time.perf_counter(), time.process_time()
    run.go()
    seconds, count = time.perf_counter() - began, len(run.taken)
    taken = sorted(run.taken) or [0.0]
    json.dump({
        "count": count, "seconds": seconds, "p50_ms": taken[count // 2] * 1000, "p99_ms": taken[min(count - 1, count * 99 // 100)] * 1000,
        "statuses": run.statuses, "samples": run.samples, "cpu_us": (time.process_time() - cpu) / max(count, 1) * 1e6,
    }, sys.stdout)  # fmt: skip


if __name__ == "__main__":
    main()
