"""What the safety room's doors answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from khien.kernel import clock
from khien.kernel.refs import PlaceFacts
from khien.safety.core import Clocks


@dataclass(frozen=True, slots=True)
class Reported:
    """A reaction as kept: how urgent and how grave, what to say, by when the facility reports it (None: it need not)."""

    id: UUID
    urgency: str
    severity: str
    call_emergency: bool
    red: tuple[str, ...]
    anaphylaxis: bool
    advice_vi: str
    advice_en: str
    report_due: datetime | None
    already: bool = False
    aefi_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReactionView:
    """One reaction of a person."""

    id: UUID
    person_id: UUID
    record_id: UUID | None
    visit_id: UUID | None
    site_id: UUID | None
    source: str
    symptoms: tuple[str, ...]
    severity: str
    urgency: str
    anaphylaxis: bool
    onset_at: datetime
    detail: str
    action_taken: str
    outcome: str
    recorded_at: datetime
    recorded_by: str
    aefi_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ToldPatient:
    """Someone with a reaction whom no record is known for: what the caller told. Empty fields were not told."""

    full_name: str = ""
    birth: str = ""
    sex: str = ""
    phone: str = ""
    address: str = ""
    vaccine: str = ""
    lot: str = ""
    dosed_on: date | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class AefiLine:
    """One line of the line list; names are read beside it (and logged)."""

    id: UUID
    code: str
    state: str
    person_id: UUID | None
    site_id: UUID | None
    province_2021: str
    district_2021: str
    commune_2021: str
    province_2025: str
    commune_2025: str
    vaccine: str
    lot_number: str
    dose_type: str
    ordinal: int | None
    dosed_on: date | None
    dosed_at: datetime | None
    sex: str
    age_years: int | None
    source: str
    signs: tuple[str, ...]
    anaphylaxis: bool
    severe: bool
    serious: tuple[str, ...]
    onset_at: datetime
    outcome: str
    opened_at: datetime
    reported_at: datetime | None
    cause: str
    due_at: datetime | None
    overdue: bool

    @property
    def key(self) -> str:
        """Where the next page begins after this line."""
        return f"{self.opened_at.isoformat()}|{self.id}"

    @property
    def interval(self) -> timedelta | None:
        """From the dose to the onset; in whole days, two at least, where only the dose's day is known."""
        if self.dosed_at:
            return self.onset_at - self.dosed_at if self.onset_at >= self.dosed_at else None
        days = (clock.on_date(self.onset_at) - self.dosed_on).days if self.dosed_on else 0
        return timedelta(days=days) if days > 1 else None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a case's story; `words` holds before and after of what was typed, and reasons, in clear."""

    kind: str
    recorded_at: datetime
    recorded_by: str
    by_name: str
    facts: Mapping[str, Any]
    words: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AefiView:
    """A whole AEFI case; opening the person behind it is logged by the surface."""

    line: AefiLine
    version: int
    place: PlaceFacts
    record_id: UUID | None
    dose_doubt: str  # why a person has to look at the dose, see `dosing.doubt`
    visit_id: UUID | None
    lot_id: UUID | None
    told: ToldPatient | None
    facts: Mapping[str, str]
    died_on: date | None
    opened_by: str
    noticed_at: datetime | None
    reported_by: str
    investigation_at: datetime | None
    investigation_by: str
    investigated_at: datetime | None
    investigated_by: str
    assessed_at: datetime | None
    assessed_by: str
    ended_at: datetime | None
    joined_into: UUID | None
    clocks: Clocks
    reports: tuple[ReactionView, ...]
    changes: tuple[Change, ...]
    related: tuple[AefiLine, ...]


@dataclass(frozen=True, slots=True)
class LineFilter:
    """What a page of the line list is narrowed to; empty means all. `joined` ones stay away unless their state is asked."""

    states: tuple[str, ...] = ()
    severe: bool = False
    overdue: bool = False
    vaccine: str = ""
    lot: str = ""
    sign: str = ""
    cause: str = ""
    site_id: UUID | None = None
    first: date | None = None
    last: date | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class AlarmAct:
    """One act of an alarm's time line."""

    id: UUID
    kind: str
    happened_at: datetime
    facts: Mapping[str, Any]
    words: str
    edited: bool
    by_name: str


@dataclass(frozen=True, slots=True)
class AlarmView:
    """A red flag with its time line."""

    id: UUID
    visit_id: UUID
    session_id: UUID
    site_id: UUID
    person_id: UUID
    reaction_id: UUID
    state: str
    raised_at: datetime
    raised_by_name: str
    acknowledge_by: datetime
    acknowledged_at: datetime | None
    acknowledged_by_name: str
    confirmed_at: datetime | None
    confirmed_by_name: str
    ended_at: datetime | None
    outcome: str
    acts: tuple[AlarmAct, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """One question to a person after a dose and what came of it."""

    id: UUID
    person_id: UUID
    record_id: UUID
    visit_id: UUID | None
    session_id: UUID | None
    site_id: UUID | None
    day: int
    due_on: date
    answer: str
    channel: str
    calls: int
    words: str
    answered_at: datetime | None
    reaction_id: UUID | None


@dataclass(frozen=True, slots=True)
class Rate:
    """Events for doses: per 100,000 with its exact 95 % interval."""

    key: str
    events: int
    severe: int
    doses: int
    per_100k: float | None
    low: float | None
    high: float | None
