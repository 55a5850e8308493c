"""What the readiness room answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.visits.types import ChecklistItem


@dataclass(frozen=True, slots=True)
class DeskAsked:
    """One person who practises: at which desk, by which script, under which name on the score."""

    desk: str
    script: str
    name: str


@dataclass(frozen=True, slots=True)
class ScoreInfo:
    """One person's score: 0 to 100, None when nobody was served; `lessons` are codes with how often."""

    number: int
    desk: str
    script: str
    name: str
    points: int | None
    served: int
    seconds: int | None
    lessons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class PracticeInfo:
    """A practice of a point, with its scores once it is closed."""

    id: UUID
    site_id: UUID
    desks: tuple[DeskAsked, ...]
    guests: int
    opened_at: datetime
    closed_at: datetime | None
    scores: tuple[ScoreInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class GuestView:
    """Someone of the invented crowd as a desk is told: what they hold, and the situation that each desk meets in them."""

    number: int
    person_id: UUID | None
    facts: Mapping[str, Any]
    situations: Mapping[str, str]
    called_at: datetime | None
    called_by: str


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """One look at a point: each line of the opening checklist as judged, and what was noted of it."""

    id: UUID
    site_id: UUID
    version: int
    on_date: date
    lines: tuple[ChecklistItem, ...]
    notes: Mapping[str, str]
    note: str
    made_at: datetime
    made_name: str

    @property
    def good(self) -> int:
        """How many lines hold."""
        return sum(line.ok for line in self.lines)

    @property
    def missing(self) -> tuple[ChecklistItem, ...]:
        """The lines that do not hold."""
        return tuple(line for line in self.lines if not line.ok)


@dataclass(frozen=True, slots=True)
class PointStanding:
    """What is known of one point before the decision; `fixes` are (kind, code, text)."""

    site_id: UUID
    name: str
    check: CheckInfo | None
    practice: PracticeInfo | None
    fixes: tuple[tuple[str, str, str], ...]

    @property
    def hard(self) -> bool:
        """Whether something is missing without which no point opens."""
        return self.check is None or any(not line.overridable for line in self.check.missing)


@dataclass(frozen=True, slots=True)
class SignatureInfo:
    """One name under a decision."""

    staff_id: UUID
    name: str
    office: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionInfo:
    """One version of a go / no-go; it stands when enough members signed."""

    id: UUID
    unit_key: str
    version: int
    decision: str
    reasons: str
    points: tuple[Mapping[str, Any], ...]
    made_at: datetime
    made_name: str
    signatures: tuple[SignatureInfo, ...]
    stands: bool
