"""Working days in Viet Nam. Standard library only.

Public holidays as announced each year (days off on weekdays only); fixed days stand for years that are not listed. General
knowledge of the announcements of 2021 to 2026: an instance may add days.
"""

from collections.abc import Collection
from datetime import date, timedelta

_FIXED = ((1, 1), (4, 30), (5, 1), (9, 2))
_LISTED: dict[int, str] = {
    2021: "01-01 02-10 02-11 02-12 02-15 02-16 04-21 04-30 05-03 09-02 09-03",
    2022: "01-03 01-31 02-01 02-02 02-03 02-04 04-11 05-02 05-03 09-01 09-02",
    2023: "01-02 01-20 01-23 01-24 01-25 01-26 05-01 05-02 05-03 09-01 09-04",
    2024: "01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-29 04-30 05-01 09-02 09-03",
    2025: "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02",
}
HOLIDAYS = frozenset(date.fromisoformat(f"{year}-{day}") for year, days in _LISTED.items() for day in days.split())


def is_working(day: date, more: Collection[date] = ()) -> bool:
    """Say whether offices work on this day."""
    if day.weekday() >= 5 or day in HOLIDAYS or day in more:
        return False
    return day.year in _LISTED or (day.month, day.day) not in _FIXED


def working_days_after(day: date, count: int, more: Collection[date] = ()) -> date:
    """The so-many-th working day after a day; the day itself is not counted."""
    while count:
        day += timedelta(days=1)
        count -= is_working(day, more)
    return day
