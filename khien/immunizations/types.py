"""What the record answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from khien.campaigns.types import NextDose


@dataclass(frozen=True, slots=True)
class ImmunizationView:
    """One dose of a person's record, at one version.

    In a history `dose_type`, `ordinal` and `validity` are the rules' reading over all doses, with its sentence; `number` counts
    the counted doses and `size` the primary doses of the course (EU certificate: dn and sd). In `versions` they are as stored.
    """

    record_id: UUID
    version: int
    person_id: UUID
    status: str
    course: str
    vaccine: str
    vaccine_name: str
    dose_type: str
    ordinal: int
    on_date: date
    lot_number: str
    lot_id: UUID | None
    volume_ml: Decimal | None
    performed_at: datetime | None
    performed_by: UUID | None
    performed_by_name: str
    recorded_at: datetime
    recorded_by: str
    site_id: UUID | None
    session_id: UUID | None
    visit_id: UUID | None
    facility_id: UUID | None
    facility_name: str
    country: str
    origin: str
    evidence: str
    evidence_file: UUID | None
    validity: str
    validity_code: str
    sentence_vi: str = ""
    sentence_en: str = ""
    number: int = 0
    size: int = 0
    marks: tuple[str, ...] = ()
    reason: str = ""
    facility_signed_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counted(self) -> bool:
        """Say whether the dose moves the course on."""
        return self.status == "completed" and self.validity != "invalid"

    def sentence(self, language: str) -> str:
        """Why the dose counts or does not."""
        return self.sentence_en if language == "en" else self.sentence_vi


@dataclass(frozen=True, slots=True)
class History:
    """All doses of a person over every id they were known by, in order of day, and what comes next."""

    person_id: UUID
    on: date
    doses: tuple[ImmunizationView, ...]
    next_dose: NextDose

    @property
    def counted(self) -> tuple[ImmunizationView, ...]:
        """The doses that count."""
        return tuple(dose for dose in self.doses if dose.counted)

    @property
    def last(self) -> ImmunizationView | None:
        """The last dose that counts."""
        return self.counted[-1] if self.counted else None


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction wrote: the record's new version, and other records of the person whose place in the course moved."""

    record_id: UUID
    person_id: UUID
    version: int
    also: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldDose:
    """What the rules ask of one record, as SQL tells it."""

    record_id: str
    vaccine: str
    on_date: date
    dose_type: str
    ordinal: int
    evidence: str
    validity_code: str
    validity_facts: dict[str, Any]
