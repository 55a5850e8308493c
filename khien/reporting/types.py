"""What the boards are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line of a board: a unit or a site, and its numbers by indicator."""

    key: str
    name: str
    level: str
    counts: Mapping[str, int]
    site_id: UUID | None = None
    session_id: UUID | None = None
    paper_open: int = 0

    def n(self, indicator: str) -> int:
        """The number, 0 where nothing was counted."""
        return self.counts.get(indicator, 0)


@dataclass(frozen=True, slots=True)
class Board:
    """A unit's day, parted into its children; `as_of` is when the newest number was counted."""

    unit_key: str
    unit_name: str
    epoch: str
    on: date
    level: str
    rows: tuple[BoardRow, ...]
    total: BoardRow
    sites: tuple[BoardRow, ...] = ()
    parents: tuple[tuple[str, str], ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublicNumbers:
    """The country's numbers as everyone sees them."""

    doses: int
    first_doses: int
    today: int
    registered: int
    as_of: datetime | None
    by_dose: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitNumbers:
    """Doses given in a unit, with its population figure where one was imported."""

    key: str
    code: str
    name: str
    doses: int
    first: int
    today: int
    population: int | None = None

    @property
    def per_hundred(self) -> float | None:
        return 100 * self.doses / self.population if self.population else None


@dataclass(frozen=True, slots=True)
class Figure:
    """People or targets of a unit by age band, as imported."""

    kind: str
    unit_key: str
    age_from: int
    age_to: int
    people: int
    as_of: date
    source: str
