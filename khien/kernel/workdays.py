"""Working days in Viet Nam. Standard library only.

Public holidays as announced each year (days off on weekdays only): general knowledge of the announcements of 2021 to 2026. A year
that is not listed is reckoned by the Labour Code of 2019, article 112: a holiday on a weekend is made up on the next working day.
"""

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

_FIXED = ((1, 1), (4, 30), (5, 1), (9, 2))
# Of the Vietnamese lunar calendar (UTC+7): the first day of the year and the tenth of the third month.
_LUNAR: dict[int, tuple[str, str]] = {
    2027: ("02-06", "04-16"), 2028: ("01-26", "04-04"), 2029: ("02-13", "04-23"), 2030: ("02-02", "04-12"), 2031: ("01-23", "04-01"),
    2032: ("02-11", "04-19"), 2033: ("01-31", "04-09"), 2034: ("02-19", "04-28"), 2035: ("02-08", "04-17"), 2036: ("01-28", "04-06"),
    2037: ("02-15", "04-24"), 2038: ("02-04", "04-13"), 2039: ("01-24", "04-03"), 2040: ("02-12", "04-20"),
}  # fmt: skip
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
    return day.year in _LISTED or day not in reckoned(day.year)


@cache
def reckoned(year: int) -> frozenset[date]:
    """The weekdays that are free in a year by the law: Tet for five days from its eve, 2 September with the day before or after it."""
    days = {date(year, month, day) for month, day in _FIXED}
    second = date(year, 9, 2)
    days.add(second + timedelta(days=-1 if second.weekday() in range(1, 6) else 1))
    if year in _LUNAR:
        first, kings = (date.fromisoformat(f"{year}-{text}") for text in _LUNAR[year])
        days |= {kings, *(first + timedelta(days=n) for n in range(-1, 4))}
    free = {day for day in days if day.weekday() < 5}
    for day in sorted(days - free):
        while day.weekday() >= 5 or day in free:
            day += timedelta(days=1)
        free.add(day)
    return frozenset(free)


def working_days_after(day: date, count: int, more: Collection[date] = ()) -> date:
    """The so-many-th working day after a day; the day itself is not counted."""
    while count:
        day += timedelta(days=1)
        count -= is_working(day, more)
    return day
