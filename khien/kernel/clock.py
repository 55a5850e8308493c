"""Moments: UTC inside, Asia/Ho_Chi_Minh for days and people.

Only surfaces and commands ask for `now()`; rooms receive `at`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone

# Viet Nam has kept UTC+7 without daylight saving since 1975: a fixed offset needs no time-zone data.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

_shift: Callable[[], timedelta] = timedelta


def shift_by(source: Callable[[], timedelta]) -> None:
    """Let a demo instance move its clock; `source` returns how far."""
    global _shift
    _shift = source


def now() -> datetime:
    """The present moment in UTC, moved by the demo's shift."""
    return datetime.now(UTC) + _shift()


def local(at: datetime) -> datetime:
    """The same moment on Viet Nam's clocks."""
    return at.astimezone(VIETNAM)


def on_date(at: datetime) -> date:
    """The day in Viet Nam at this moment: rules, reports and uniqueness use it."""
    return at.astimezone(VIETNAM).date()


def at_local(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The moment (UTC) of an hour of a day in Viet Nam."""
    return datetime.combine(day, time(hour, minute), VIETNAM).astimezone(UTC)
