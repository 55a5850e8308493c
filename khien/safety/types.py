"""What the safety room's doors answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


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
