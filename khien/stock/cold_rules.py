"""The cold chain's rules: what a reading may be, when a device is out of its range, when a lot must be held. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

Reading = tuple[datetime, int]  # a moment and tenths of a degree Celsius
Span = tuple[datetime, datetime]
LOWEST, HIGHEST = -1200, 700  # nothing that holds vaccine was ever colder or warmer: the logger is broken, or the decimal comma is lost
AHEAD = timedelta(minutes=10)  # a clock may run so far ahead
SILENT_AFTER = 6  # times the device's own pace, and never less than half an hour
OLDEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Profile:
    """The range a device must keep, in tenths."""

    code: str
    vi: str
    en: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A lot in the device is held once so many minutes lay beyond a temperature (tenths), counted together over some days.

    One with a `vaccine` is that product's own; the others are for products that have none of their own for such a device and kind.
    """

    code: str
    profile: str
    kind: str
    beyond: int
    minutes: int
    within_days: int
    source: str
    vi: str
    en: str
    vaccine: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """Out of range from the first reading outside to the first one inside again (None: still outside)."""

    kind: str
    started_at: datetime
    ended_at: datetime | None
    peak: int
    last_at: datetime

    @property
    def minutes(self) -> int:
        return int(((self.ended_at or self.last_at) - self.started_at).total_seconds() // 60)


@cache
def _told() -> dict[str, list[dict[str, object]] | dict[str, dict[str, object]]]:
    found: dict[str, list[dict[str, object]] | dict[str, dict[str, object]]] = json.loads(
        (Path(__file__).parent / "data" / "cold_rules.json").read_text(encoding="utf-8")
    )
    return found


@cache
def profiles() -> dict[str, Profile]:
    """The kinds of devices by their range."""
    told = _told()["profiles"]
    assert isinstance(told, dict)
    return {
        code: Profile(code, str(one["vi"]), str(one["en"]), tenths(one["low"]), tenths(one["high"])) for code, one in told.items()
    }


@cache
def rules() -> tuple[Rule, ...]:
    """When lots are held; each names its source."""
    told = _told()["rules"]
    assert isinstance(told, list)
    return tuple(
        Rule(
            str(one["code"]), str(one["profile"]), str(one["kind"]), tenths(one["beyond"]), int(str(one["minutes"])),
            int(str(one["within_days"])), str(one["source"]), str(one["vi"]), str(one["en"]),
            str(one.get("vaccine", "")),
        )
        for one in told
    )  # fmt: skip


def of(profile: str, kind: str, vaccine: str = "", among: Iterable[Rule] | None = None) -> tuple[Rule, ...]:
    """The rules for a product in such a device: its own where it has any, else the general ones."""
    found = [rule for rule in (rules() if among is None else among) if (rule.profile, rule.kind) == (profile, kind)]
    own = tuple(rule for rule in found if vaccine and rule.vaccine == vaccine)
    return own or tuple(rule for rule in found if not rule.vaccine)


def tenths(celsius: object) -> int:
    """Tenths of a degree."""
    return round(float(str(celsius)) * 10)


def outside(value: int, profile: Profile) -> str:
    """too_warm, too_cold, or "" within the range."""
    return "too_warm" if value > profile.high else "too_cold" if value < profile.low else ""


def episodes(readings: Iterable[Reading], profile: Profile) -> list[Episode]:
    """The times out of range in readings ordered by time; silence in between neither ends nor begins one."""
    found: list[Episode] = []
    kind, started, peak, last = "", datetime.min, 0, datetime.min
    for at, value in readings:
        now = outside(value, profile)
        if kind and now != kind:
            found.append(Episode(kind, started, at, peak, last))
            kind = ""
        if now and not kind:
            kind, started, peak = now, at, value
        elif now:
            peak = max(peak, value) if kind == "too_warm" else min(peak, value)
        last = at
    if kind:
        found.append(Episode(kind, started, None, peak, last))
    return found


def spans_beyond(readings: Sequence[Reading], kind: str, beyond: int, until: datetime | None = None) -> list[Span]:
    """The times beyond a temperature, each reading holding to the next one; the last one to `until` where that is known."""
    following: list[datetime | None] = [*(at for at, _ in readings[1:]), until]
    found: list[Span] = []
    for (at, value), after in zip(readings, following, strict=False):
        if not is_beyond(value, kind, beyond) or after is None or after <= at:
            continue
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], after)
        else:
            found.append((at, after))
    return found


def is_beyond(value: int, kind: str, beyond: int) -> bool:
    """Whether a temperature is beyond another one; for the cold, reaching it is enough."""
    return value > beyond if kind == "too_warm" else value <= beyond


def minutes(spans: Iterable[Span], since: datetime, until: datetime) -> int:
    """Minutes of these times between two moments; what several of them tell of counts once."""
    total, done = timedelta(), since
    for start, end in sorted(spans):
        first, last = max(start, done), min(end, until)
        if last > first:
            total, done = total + (last - first), last
    return int(total.total_seconds() // 60)


def most_minutes(spans: Iterable[Span], since: datetime, until: datetime, within: timedelta, *, after: datetime) -> int:
    """The most minutes that any stretch of this length holds, between two moments and ending after a third."""
    told = list(spans)
    ends = {min(end, until) for start, end in told if start < until and min(end, until) > max(since, after)}
    return max((minutes(told, max(since, end - within), end) for end in ends), default=0)


def silent_since(last_at: datetime | None, every_minutes: int, at: datetime) -> bool:
    """Say whether a device has been silent for too long."""
    return last_at is None or at - last_at > timedelta(minutes=max(30, SILENT_AFTER * every_minutes))


def keeps(profile: str, low: float | None, high: float | None, thawed_days: int | None) -> bool:
    """Say whether a product stored between these degrees may stand in a device of this profile (thawed vials: in a fridge)."""
    if low is None or high is None:
        return profile == "fridge"
    if profile == "fridge":
        return high > 0 or bool(thawed_days)
    return high <= -50 if profile == "ultra" else -50 < high <= 0
