"""What the planning room answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from khien.planning.rules import Hour, Stand


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """A unit's plan at one version; `doses` by product, `weekdays` 0 (Monday) to 6, `walk_in` in per cent of those invited."""

    id: UUID
    unit_key: str
    version: int
    round_id: UUID | None
    first_on: date
    last_on: date
    doses: Mapping[str, int]
    tables: int
    per_table: int
    teams: int
    weekdays: tuple[int, ...]
    walk_in: int
    letter: str
    reason: str
    made_at: datetime
    starts: time
    ends: time

    @property
    def all_doses(self) -> int:
        """Doses of every product."""
        return sum(self.doses.values())


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """What a child unit was given, what it has, and who waits there."""

    key: str
    name: str
    plan: PlanInfo | None
    waiting: int
    due: int
    on_hand: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a plan starts from: people who wait, later doses by day, doses on hand by product, tables of the unit's sites."""

    unit_key: str
    waiting: int
    due: Mapping[date, int]
    on_hand: Mapping[str, int]
    tables: int
    per_hour: float | None
    planned: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class SessionLoad:
    """A session to come that has too many people or too few, and the sites nearby that could take some."""

    session_id: UUID
    site_id: UUID
    site_name: str
    on_date: date
    taken: int
    capacity: int
    standby: int
    load: str
    near: tuple[tuple[UUID, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Shifted:
    """People who were moved to another session, and those who could not be, by the code of the reason."""

    moved: int
    stayed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QueueOutlook:
    """How a session's queue will go, with what it was counted from: people an hour and table as measured (None: never) or as planned."""

    hours: tuple[Hour, ...]
    tables: int
    walk_in: int
    measured: float | None
    usual: float

    @property
    def longest(self) -> int | None:
        """The longest wait in minutes; None where it has no end."""
        waits = [one.wait for one in self.hours]
        return None if None in waits else max((one for one in waits if one is not None), default=0)


@dataclass(frozen=True, slots=True)
class Target:
    """How many people of one priority group a unit means to reach: `people` as recorded (None: never), `proposed` from what is known.

    `basis` says from what: "share" of the plan above by population, "over_65" or "adults" of the unit's own population, "" nothing known.
    """

    group: str
    people: int | None
    as_of: date | None
    proposed: int | None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class RosterInfo:
    """Who stands where at a session, at one version."""

    session_id: UUID
    version: int
    stands: tuple[Stand, ...]
    why: str
    made_at: datetime
    made_name: str


@dataclass(frozen=True, slots=True)
class Worry:
    """What somebody should know about one stand: `code` is no_account, closed, no_post, elsewhere or twice; `where` names the other point."""

    code: str
    stand: Stand
    where: str = ""


@dataclass(frozen=True, slots=True)
class Staffing:
    """How a session is staffed: its roster (None: nobody saved one) and how many people each kind of desk lacks."""

    roster: RosterInfo | None
    lacking: Mapping[str, int]

    @property
    def lacks(self) -> int:
        """People who lack at every desk together."""
        return sum(self.lacking.values())
