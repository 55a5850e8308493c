"""Queues of a point: people wait, a free hand serves them, time passes by the minute. Pure: told the time, it never asks for it."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Step = Callable[[float], None]


class Clockwork:
    """What happens when: steps in order of their minute, those of one minute in the order in which they were set."""

    def __init__(self) -> None:
        self._steps: list[tuple[float, int, Step]] = []
        self._order = count()
        self.now = 0.0

    def at(self, minute: float, step: Step) -> None:
        """Do a step at this minute; one that is past is done next."""
        heapq.heappush(self._steps, (max(minute, self.now), next(self._order), step))

    @property
    def next(self) -> float | None:
        """The minute of the next step; None when nothing is left to do."""
        return self._steps[0][0] if self._steps else None

    def run(self, until: float) -> int:
        """Do everything up to this minute, and what that brings up to it; returns how many steps were done."""
        done = 0
        while self._steps and self._steps[0][0] <= until:
            minute, _, step = heapq.heappop(self._steps)
            self.now = minute
            step(minute)
            done += 1
        self.now = max(self.now, until)
        return done


@dataclass
class Tally:
    """What a desk did: how long each waited, when each was served, the longest line and its hour."""

    waits: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)
    longest: int = 0
    longest_at: float = 0.0


class Desk:
    """Some hands at one kind of work; whoever comes first is served first. A closed desk finishes whom it serves and takes nobody."""

    def __init__(self, clockwork: Clockwork, name: str, *, hands: int, minutes: Callable[[Any], float], then: Callable[[Any, float], None]) -> None:
        self.clockwork, self.name, self.hands, self.minutes, self.then = clockwork, name, hands, minutes, then
        self.line: deque[tuple[Any, float]] = deque()
        self.busy = 0
        self.open = True
        self.tally = Tally()

    def join(self, one: Any, minute: float) -> None:
        """Somebody joins the line."""
        self.line.append((one, minute))
        if self.open:
            self._call(minute)
        if len(self.line) > self.tally.longest:
            self.tally.longest, self.tally.longest_at = len(self.line), minute

    def shut(self) -> None:
        self.open = False

    def reopen(self, minute: float) -> None:
        self.open = True
        self._call(minute)

    def _call(self, minute: float) -> None:
        while self.open and self.line and self.busy < self.hands:
            one, since = self.line.popleft()
            self.busy += 1
            self.tally.waits.append(minute - since)
            self.clockwork.at(minute + self.minutes(one), lambda at, one=one: self._finish(one, at))  # type: ignore[misc]

    def _finish(self, one: Any, minute: float) -> None:
        self.busy -= 1
        self.tally.served.append(minute)
        self.then(one, minute)
        self._call(minute)


def hands_for(people: int, minutes: float, *, hours: float = 7.5, peak: float = 1.5, load: float = 0.85) -> int:
    """How many hands a desk needs so that the peak hour does not outgrow it."""
    return max(1, -(-round(people / hours * peak * minutes * 100) // round(60 * load * 100)))
