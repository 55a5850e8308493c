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
    group: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """One signed version of a site's day."""

    version: int
    numbers: Mapping[str, int]
    vaccines: Mapping[str, Mapping[str, int]]
    note: str
    due_at: datetime
    signed_at: datetime
    signed_name: str

    @property
    def late(self) -> bool:
        """Say whether it was signed after it was due."""
        return self.signed_at > self.due_at


@dataclass(frozen=True, slots=True)
class SiteDay:
    """A site's day in the columns of Appendix 5: as it stands now, as it was signed, and by how much the two differ.

    `state` is waiting (its sessions go on), due (over, not signed), late (not signed in time), signed or changed (differs since).
    """

    site_id: UUID
    name: str
    facility_code: str
    facility_name: str
    on: date
    place: Mapping[str, str]
    session_ids: tuple[UUID, ...]
    open_sessions: int
    numbers: Mapping[str, int]
    vaccines: Mapping[str, Mapping[str, int]]
    due_at: datetime
    state: str
    signed: Signed | None = None
    changed: Mapping[str, int] = field(default_factory=dict)
    round_number: int | None = None
    changed_products: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def n(self, column: str) -> int:
        """The number as it stands now."""
        return self.numbers.get(column, 0)


@dataclass(frozen=True, slots=True)
class UnitDay:
    """The sum of a unit's sites on a day, and how many of them have signed."""

    key: str
    name: str
    sites: int
    signed: int
    late: int
    changed: int
    numbers: Mapping[str, int]

    def n(self, column: str) -> int:
        """The sum of a column."""
        return self.numbers.get(column, 0)


@dataclass(frozen=True, slots=True)
class DailyReport:
    """The daily report of a unit: its sites, its child units, the sum of both."""

    unit_key: str
    unit_name: str
    epoch: str
    on: date
    level: str
    units: tuple[UnitDay, ...]
    sites: tuple[SiteDay, ...]
    total: UnitDay
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What moved a signed day afterwards."""

    cause: str
    kind: str
    moved: Mapping[str, int]
    at: datetime
    products: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One priority group in the end-of-round report (Appendix 6): people."""

    group: str
    target: int | None
    before: int
    now: int
    second: int
    doses: int

    @property
    def share(self) -> float | None:
        """First doses before and now against the target; None without one."""
        return (self.before + self.now) / self.target if self.target else None


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """People with a dose in one unit: by where they live, by where they were given it, against the imported number of people."""

    key: str
    name: str
    home: Mapping[str, int]
    here: Mapping[str, int]
    people: int | None
    target: int | None


@dataclass(frozen=True, slots=True)
class Timely:
    """How soon the doses of a point or an hour could be seen."""

    key: str
    doses: int
    within: Mapping[str, int]

    def share(self, bucket: str) -> float | None:
        """The part of the doses visible within this bucket or an earlier one."""
        order = ("2min", "10min", "1h", "same_day", "later")
        reached = sum(self.within.get(name, 0) for name in order[: order.index(bucket) + 1])
        return reached / self.doses if self.doses else None
