"""Calendar arithmetic of the rules: months, birthdays, ages that a year-only birth leaves open."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from khien.kernel.births import PartialDate


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the last day of the month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def birthday(born: date, age: int) -> date:
    """The day on which this age is reached; born on 29 February: 1 March in other years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Whole years from `low` to `high`, both included; `high` None has no end."""

    low: int
    high: int | None

    def surely(self, birth: PartialDate, on: date) -> bool:
        """Say whether the age lies inside, whatever the birth date turns out to be."""
        least, most = birth.ages(on)
        return least >= self.low and (self.high is None or most <= self.high)

    def possibly(self, birth: PartialDate, on: date) -> bool:
        """Say whether the age can lie inside."""
        least, most = birth.ages(on)
        return most >= self.low and (self.high is None or least <= self.high)

    def holds(self, age: int) -> bool:
        """Say whether this age lies inside."""
        return age >= self.low and (self.high is None or age <= self.high)

    def touches(self, other: AgeBand) -> bool:
        """Say whether the two bands share an age."""
        return (self.high is None or other.low <= self.high) and (other.high is None or self.low <= other.high)
