"""What the visits' doors take and answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from khien.kernel.refs import VisitRef

UNDO = timedelta(minutes=5)  # to take back one's own step; later only the lead corrects


@dataclass(frozen=True, slots=True)
class Warning:
    """Something the desk is told and that stops nothing: a code with its facts."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GivenNumber:
    """What a device without a line gave a person: the visit's id, the queue number, its own letter before it."""

    visit_id: UUID
    number: int
    letter: str


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A person is in the queue; `already` when they were in it before this call."""

    visit: VisitRef
    person_id: UUID
    number: int
    code: str
    state: str
    already: bool
    warnings: tuple[Warning, ...] = ()
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A visit after a step."""

    visit: VisitRef
    state: str
    number: int | str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """Who agrees or refuses, on what: `signer` is self or guardian, `how` is screen or paper.

    `mixing_agreed` says yes to another vaccine than before, where the rules ask for it.
    """

    agreed: bool
    signer: str = "self"
    how: str = "screen"
    text_version: str = ""
    guardian_name: str = ""
    guardian_phone: str = ""
    relation: str = ""
    mixing_agreed: bool = False


@dataclass(frozen=True, slots=True)
class ScreeningReceipt:
    """The software's proposal and the doctor's decision, as kept."""

    visit: VisitRef
    state: str
    version: int
    proposal: str
    reasons: tuple[Mapping[str, Any], ...]
    decision: str
    observe_minutes: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How the injector made sure who sits there: the slip's code as scanned, or the names of the facts asked and heard."""

    slip: str = ""
    facts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "slip" if self.slip else "+".join(sorted(set(self.facts)))


@dataclass(frozen=True, slots=True)
class Stop:
    """A reason not to inject, with its facts; for a dose already injected it becomes a mark."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """The name without its room: lot_expired, too_early."""
        return self.code.split(".", 1)[1]


@dataclass(frozen=True, slots=True)
class DosePlan:
    """What would be recorded for this dose: which one of the course, of which lot, and what speaks against it."""

    vaccine: str
    lot_id: UUID
    lot_number: str
    dose_type: str
    ordinal: int
    volume_ml: Decimal | None
    observe_minutes: int
    validity: str
    validity_code: str
    validity_facts: Mapping[str, Any]
    sentence_vi: str
    sentence_en: str
    stops: tuple[Stop, ...] = ()
    warnings: tuple[Warning, ...] = ()
    namesakes: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoseReceipt:
    """A dose as recorded. `repeat` when this very injection had been recorded before: nothing was written twice."""

    visit: VisitRef
    record_id: UUID
    vaccine: str
    lot_id: UUID
    dose_type: str
    ordinal: int
    performed_at: datetime
    observe_until: datetime
    marks: tuple[str, ...]
    shortfall: int
    undo_until: datetime | None
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One line of the opening checklist."""

    code: str
    vi: str
    en: str
    ok: bool
    overridable: bool
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaperInfo:
    """A printed form and what became of it."""

    serial: str
    state: str
    visit_id: UUID | None
    reason: str
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class PaperKeyed:
    """A whole visit keyed from paper; `already` when the same injection was on record before."""

    visit: VisitRef
    serial: str
    number: int | str
    state: str
    dose: DoseReceipt | None
    warnings: tuple[Warning, ...]
    already: bool = False


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What keeps the day from closing: queue numbers of people without an end, serials that nobody explained, vials still open."""

    people: tuple[int | str, ...]
    serials: tuple[str, ...]
    vials: int = 0

    @property
    def none(self) -> bool:
        return not self.people and not self.serials and not self.vials
