"""What a run of benches stands on: the server, the points, the people who wait, and what one bench learns for another."""

import os
from dataclasses import dataclass, field
from datetime import datetime

from khien.bench import making
from khien.bench.load import Load, send
from khien.bench.making import Point, Waiting
from khien.bench.server import Server

CONNECTIONS = 32


@dataclass
class Ground:
    """One run. `seconds` bounds each measurement; `people` is how many the database holds."""

    server: Server
    seconds: float
    people: int
    at: datetime
    points: list[Point]
    free: list[Waiting]
    limits: dict[str, float] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def share(self, most: int) -> int:
        """How many of those who wait one measurement may use up."""
        return max(min(most, self.shares), 4)

    def __post_init__(self) -> None:
        self.shares = len(self.free) // 10

    def take(self, count: int) -> list[Waiting]:
        """The next people who wait; nobody is taken twice."""
        taken, self.free = self.free[:count], self.free[count:]
        return taken

    def load(self, requests: list[bytes], *, again: bool = False, fine: tuple[int, ...] = (200,), what: str = "") -> tuple[Load, float | None]:
        """Send requests; returns what the load saw and the processor seconds of server and database."""
        before = self.server.cpu_seconds()
        seen = send(self.server.port, requests, connections=CONNECTIONS, seconds=self.seconds, again=again)
        after = self.server.cpu_seconds()
        if not seen.all_ok(*fine):
            bad = next((one for one in seen.samples if "refused" in one or "<" in one), seen.samples[-1] if seen.samples else "")
            self.troubles.append(f"{what}: answers {seen.statuses}: {bad[:300]}")
        return seen, after - before if before is not None and after is not None else None

    def warm(self, requests: list[bytes]) -> None:
        """Let every worker open its connections and import what it needs."""
        send(self.server.port, requests, connections=CONNECTIONS, seconds=min(2.0, self.seconds), again=True)


def begin(server: Server, seconds: float, people: int, at: datetime) -> Ground:
    """Prepare the points and find those who wait."""
    points = making.points(CONNECTIONS, at)
    return Ground(server, seconds, people, at, points, making.waiting(60_000))


def workers() -> int:
    """As many web workers as `up` starts here."""
    return min(2, os.cpu_count() or 1)
