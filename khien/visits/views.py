"""What the visits room shows: a visit's card and story, the boards of a desk, of the hall and of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.kernel.births import PartialDate
from khien.kernel.refs import VisitRef


@dataclass(frozen=True, slots=True)
class VisitCard:
    """One visit as a desk shows it; names come from people."""

    ref: VisitRef
    session_id: UUID
    person_id: UUID
    number: int | str
    code: str
    state: str
    on_date: date
    full_name: str
    birth: PartialDate | None
    sex: str
    identifier_masked: str
    identity_state: str
    identity_how: str
    walk_in: bool
    appointment_id: UUID | None
    priority_group: str
    paper_serial: str
    vaccine: str
    lot_id: UUID | None
    dose_type: str
    ordinal: int | None
    record_id: UUID | None
    checked_in_at: datetime
    dosed_at: datetime | None
    dosed_recorded_at: datetime | None
    dosed_by: str
    observe_minutes: int
    observe_until: datetime | None
    observed_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    end_detail: Mapping[str, Any]
    return_on: date | None


@dataclass(frozen=True, slots=True)
class ScreeningView:
    """One version of a screening."""

    version: int
    form: str
    answers: Mapping[str, Any]
    vitals: Mapping[str, Any]
    proposal: str
    reasons: tuple[Mapping[str, Any], ...]
    decision: str
    decision_reason: str
    performed_at: datetime
    performed_by_name: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One consent as signed."""

    agreed: bool
    signer: str
    how: str
    text_version: str
    guardian_name: str
    relation: str
    mixing_agreed: bool
    performed_at: datetime


@dataclass(frozen=True, slots=True)
class NoteView:
    """Why somebody did something, in their words."""

    action: str
    text: str
    before: Mapping[str, Any]
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class VisitStory:
    """A visit with everything that was recorded of it."""

    card: VisitCard
    consents: tuple[ConsentView, ...]
    screenings: tuple[ScreeningView, ...]
    undone: tuple[Mapping[str, Any], ...]
    notes: tuple[NoteView, ...] = ()


@dataclass(frozen=True, slots=True)
class Watched:
    """A person under observation, with the minutes left (0: enough)."""

    ref: VisitRef
    number: int | str
    full_name: str
    birth: PartialDate | None
    vaccine: str
    dosed_at: datetime
    observe_until: datetime
    observe_minutes: int
    minutes_left: int
    state: str


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One visit as a desk's screen keeps it: few facts of the person, where it stands, what its next step needs."""

    id: UUID
    number: int
    letter: str
    code: str
    person_id: UUID
    state: str
    previous: str
    moved_at: datetime
    name: str
    birth: str
    sex: str
    last4: str
    identity: str
    form: str
    identity_how: str
    walk_in: bool
    appointment_id: UUID | None
    vaccine: str
    lot_id: UUID | None
    dose_type: str
    ordinal: int | None
    checked_in_at: datetime
    dosed_at: datetime | None
    dosed_recorded_at: datetime | None
    observe_minutes: int
    observe_until: datetime | None
    ended_at: datetime | None
    end_reason: str
    return_on: date | None
    marks: tuple[str, ...]
    joined_to: UUID | None = None
    registration_code: str = ""


@dataclass(frozen=True, slots=True)
class HallNumbers:
    """Queue numbers for the screen in the hall: waiting by desk, under observation with the end of their minutes."""

    waiting: Mapping[str, tuple[int | str, ...]]
    watched: tuple[tuple[datetime, int | str], ...]
    doses: int


@dataclass(frozen=True, slots=True)
class SessionBoard:
    """Counts of a session by state and of its papers, for the top line of every desk."""

    session_id: UUID
    state: str
    counts: Mapping[str, int]
    received: int
    dosed: int
    papers: Mapping[str, int]
    checklist_signed_at: datetime | None
    lots: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class DaySummary:
    """A session's day in the columns of the daily report (Decision 3588, Appendix 5)."""

    session_id: UUID
    received: int
    walk_ins: int
    ends: Mapping[str, int]
    doses: Mapping[str, int]
    by_group: Mapping[str, int]
    marked: int
    papers: Mapping[str, int]
    open_people: int
