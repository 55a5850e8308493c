"""What the cases' doors take and answer. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.kernel.births import PartialDate
from khien.kernel.refs import PlaceFacts

# The four kinds of the national platform's form, and the wish to be named right. Source: /portal/portal-report, 2021.
CORRECTION_KINDS = ("no_certificate", "one_shown", "both_missing", "wrong_data")


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """How to reach who asked: sealed with the case, opened for the answer only."""

    phone: str = ""
    email: str = ""
    name: str = ""
    language: str = "vi"

    @property
    def reachable(self) -> bool:
        return bool(self.phone or self.email)


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """What a caller tells of a person beyond the phone; empty is not asked."""

    birth: PartialDate | None = None
    identifier: str = ""
    commune: str = ""
    last_dose_on: date | None = None

    @property
    def count(self) -> int:
        """How many facts were told."""
        return sum(map(bool, (self.birth, self.identifier.strip(), self.commune.strip(), self.last_dose_on)))


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A case as its opener learns of it; `already` when the same thing had been told before."""

    id: UUID
    code: str
    due_at: datetime
    already: bool = False


@dataclass(frozen=True, slots=True)
class AskedDose:
    """A dose as a person tells it who misses it in the record."""

    vaccine: str
    on_date: date
    lot: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionAsked:
    """What a person asks to be put right, in their words. `right` is the right value of each wrong field (full_name, birth, sex,
    identifier, phone, address, ...); `who` names a person whose record is not known yet (full_name, birth, identifier)."""

    kind: str
    right: Mapping[str, str] = field(default_factory=dict)
    doses: tuple[AskedDose, ...] = ()
    words: str = ""
    who: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be changed, all in one transaction, each part optional.

    `particulars`: field -> right value (full_name, birth as ISO, sex, nationality, phone, email, address, place_key,
    identifier as {"type", "value", "country"}). `records`: record id -> changes of `immunizations.actions.correct` (dates as
    ISO, dose as [type, ordinal]). `errors`: records that should never have been. `add`: doses given elsewhere. `move`: records
    of another person that are this one's. `give`: records of this person that are another's (record id -> that person). `merge`: a record of the same person to be joined under this one. `verify`: how
    identity was proved (people.verify_identity).
    """

    particulars: Mapping[str, Any] = field(default_factory=dict)
    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    errors: tuple[UUID, ...] = ()
    add: tuple[AskedDose, ...] = ()
    move: tuple[UUID, ...] = ()
    merge: UUID | None = None
    verify: str = ""
    give: Mapping[str, UUID] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Say whether nothing would be changed but certificates issued where they are missing."""
        return not (self.particulars or self.records or self.errors or self.add or self.move or self.merge or self.verify or self.give)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of the queue."""

    id: UUID
    code: str
    kind: str
    subject: str
    priority: str
    tier: int
    state: str
    person_id: UUID | None
    site_id: UUID | None
    session_id: UUID | None
    desk: str
    channel: str
    opened_at: datetime
    due_at: datetime
    waiting_since: datetime | None
    owner_id: UUID | None
    facts: Mapping[str, Any]
    overdue: bool = False
    resolved_at: datetime | None = None

    @property
    def key(self) -> str:
        """Where the next page begins after this line."""
        return f"{self.priority}|{self.due_at.isoformat()}|{self.id}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's story. `by` is an actor's text; staff are named by `by_name`."""

    at: datetime
    by: str
    kind: str
    to_citizen: bool
    text: str
    facts: Mapping[str, Any]
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction within its case: asked, proposed, decided. `versions`: record id -> the version that stood when it was proposed."""

    kind: str
    state: str
    asked: CorrectionAsked
    evidence_file: UUID | None
    proposal: Proposal | None
    proposed_by: str
    proposed_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    decision_reason: str
    versions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseView:
    """A whole case for who works on it; opening the person behind it is logged by the surface."""

    line: CaseLine
    place: PlaceFacts
    visit_id: UUID | None
    record_id: UUID | None
    detail: str
    contact: ContactPoint
    entries: tuple[Entry, ...]
    owner_name: str
    taken_at: datetime | None
    answered_at: datetime | None
    resolution: str
    correction: CorrectionView | None = None


@dataclass(frozen=True, slots=True)
class CitizenCase:
    """A case as the person who asked may see it: no staff names, only what was said to them.

    `responsible` is the tier that holds it now: 1 the point, 2 the district, 3 the steering committee; `body` names the point or
    the unit.
    """

    id: UUID
    code: str
    kind: str
    subject: str
    state: str
    opened_at: datetime
    due_at: datetime
    overdue: bool
    responsible: int
    body: str
    entries: tuple[Entry, ...]
    resolution: str
    resolved_at: datetime | None
    correction_state: str = ""
    asked: CorrectionAsked | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How the queue stands."""

    open: int = 0
    taken: int = 0
    waiting: int = 0
    overdue: int = 0
    by_priority: Mapping[str, int] = field(default_factory=dict)
    by_kind: Mapping[str, int] = field(default_factory=dict)
    by_tier: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clock:
    """How corrections stand in one unit: asked, done in time, late, still open, median days to the end."""

    code: str
    asked: int
    done: int
    late: int
    open: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a page of the queue is narrowed to; empty means all. Without `states` the resolved ones stay away."""

    kinds: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    owner_id: UUID | None = None
    unowned: bool = False
    overdue: bool = False
    site_id: UUID | None = None
    code: str = ""
