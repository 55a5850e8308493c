"""What breaks, where and when: a plan by seed (pure), and the hands that break it for real."""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("network", "otp", "lot", "staff", "power", "clock", "server", "printer")
EVERYWHERE = ("otp", "server")  # they meet the whole city
# From when to when, in minutes of the day. No two that need each other's way out overlap at one point.
WINDOWS = {
    "network": (9 * 60, 9 * 60 + 40), "otp": (10 * 60, 10 * 60 + 45), "lot": (10 * 60 + 30, 10 * 60 + 30), "staff": (7 * 60 + 30, 8 * 60 + 5),
    "power": (13 * 60 + 30, 14 * 60 + 30), "clock": (7 * 60 + 30, 17 * 60), "server": (11 * 60 + 10, 11 * 60 + 10), "printer": (7 * 60 + 30, 12 * 60),
}  # fmt: skip
ALL_DAY = (8 * 60, 16 * 60)  # on the last day the line stays away as long
PAPER_FROM = 13 * 60  # the afternoon on paper


@dataclass(frozen=True)
class Planned:
    """One fault of a day: its kind, its point (from 0; -1 for the whole city), its minutes."""

    kind: str
    site: int
    begins: float
    ends: float


def plan(kinds: Sequence[str], *, day: int, sites: int, last: bool = False, tablets: int | None = None) -> list[Planned]:
    """The faults of a day, in the order in which they begin; each day they meet other points.

    On the `last` one the line is away all day, and on that of the point (from 0) that is to be carried by four `tablets` alone.
    """
    found = []
    first = day * 3 if tablets is None else tablets
    for place, kind in enumerate(one for one in KINDS if one not in EVERYWHERE):
        if kind in kinds:
            window = ALL_DAY if kind == "network" and (last or tablets is not None) else WINDOWS[kind]
            found.append(Planned(kind, (place + first) % sites, *window))
    found += [Planned(kind, -1, *WINDOWS[kind]) for kind in EVERYWHERE if kind in kinds]
    return sorted(found, key=lambda one: (one.begins, one.kind))


def read(text: str) -> tuple[str, ...]:
    """The kinds that a command line names, by comma. Raises ValueError with the one that is unknown."""
    told = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    for word in told:
        if word not in KINDS:
            raise ValueError(word)
    return told


def paper_afternoon(days: int, sites: int) -> tuple[int, int]:
    """The day and the point (from 0) where everything after noon is written on paper."""
    return (0, sites - 1) if days > 1 or sites > 1 else (-1, -1)


def kill(pids: Sequence[int]) -> int:
    """`kill -9`, as when memory runs out; returns how many were there."""
    gone = 0
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
            gone += 1
        except ProcessLookupError:
            continue
    return gone
