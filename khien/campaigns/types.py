"""What the campaign's rules take and answer: history, recipient, verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from khien.campaigns.book_types import PriorityGroup as PriorityGroup
from khien.campaigns.book_types import Vaccine as Vaccine
from khien.kernel.births import PartialDate
from khien.kernel.sex import Sex


class DoseType(StrEnum):
    """What a dose is for; a number alone cannot say it (Abdala's third dose is still primary)."""

    PRIMARY = "primary"
    ADDITIONAL = "additional"
    BOOSTER = "booster"
    EXTRA = "extra"  # given, kept, and outside every schedule


class Validity(StrEnum):
    """Whether a given dose counts; an uncertain one counts until a person decides."""

    VALID = "valid"
    INVALID = "invalid"
    UNCERTAIN = "uncertain"


class Evidence(StrEnum):
    """What stands behind a dose."""

    RECORD = "record"
    DOCUMENT = "document"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class PastDose:
    """One dose already given, as its record says.

    `dose_type` and `ordinal` are what the record claims; `valid` is a person's decision, which ends the question.
    `ref` is the caller's own key and comes back untouched.
    """

    vaccine: str
    on_date: date
    dose_type: DoseType | None = None
    ordinal: int | None = None
    valid: bool | None = None
    evidence: Evidence = Evidence.RECORD
    ref: str = ""

    def sort_key(self) -> tuple[Any, ...]:
        """By day, then by everything else, so that the order of input never matters."""
        rank = list(DoseType).index(self.dose_type) if self.dose_type else -1
        return (self.on_date, rank, self.ordinal or 0, self.vaccine, str(self.valid), self.evidence.value, self.ref)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules ask about a person's health, as known on the day.

    `settled_birth` is the birth date on which a doctor settled an age that the papers leave open.
    """

    immune_deficient: bool = False
    pregnant: bool = False
    breastfeeding: bool = False
    last_infection_on: date | None = None
    settled_birth: date | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """The person, as far as the rules need to know; `province` is the point's (2021 code), for local intervals."""

    birth: PartialDate
    sex: Sex = Sex.UNKNOWN
    facts: Facts = field(default_factory=Facts)
    province: str = ""

    def known_birth(self) -> PartialDate:
        """The birth date, or the one a doctor settled."""
        return PartialDate.of(self.facts.settled_birth) if self.facts.settled_birth else self.birth


@dataclass(frozen=True, slots=True)
class EvaluatedDose:
    """A given dose with its place in the course and whether it counts.

    `size` is the number of primary doses of its course; `number` counts every counted dose from 1 (EU certificate: dn).
    """

    dose: PastDose
    dose_type: DoseType
    ordinal: int
    validity: Validity
    code: str
    sentence_vi: str
    sentence_en: str
    size: int
    number: int
    stated_differs: bool
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counted(self) -> bool:
        """Say whether the dose moves the course on."""
        return self.validity is not Validity.INVALID


@dataclass(frozen=True, slots=True)
class DoseVerdict:
    """May this vaccine be given to this person on this day, as which dose, and if not, why and from when.

    `code` names the reason also when allowed: campaigns.allowed, campaigns.before_recommended (allowed, with a warning),
    campaigns.after_recommended (allowed, nothing begins again). `earliest_on` is the first day on which it is allowed
    (after the last dose, or after today when not allowed now); None when no day is known.
    """

    allowed: bool
    code: str
    dose_type: DoseType
    ordinal: int
    vaccine: str
    on: date
    earliest_on: date | None
    recommended_on: date | None
    recommended_to: date | None
    sentence_vi: str
    sentence_en: str
    volume_ml: Decimal | None
    needs_consent: bool
    source: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def warns(self) -> bool:
        """Say whether it is allowed but earlier than recommended."""
        return self.allowed and self.code == "campaigns.before_recommended"


@dataclass(frozen=True, slots=True)
class NextDose:
    """The dose that comes next, or that none does.

    `code`: campaigns.due (today or before), campaigns.due_later, campaigns.series_complete, or the reason why no day is known.
    """

    complete: bool
    primary_complete: bool
    code: str
    dose_type: DoseType | None
    ordinal: int | None
    vaccines: tuple[str, ...]
    earliest_on: date | None
    recommended_on: date | None
    recommended_to: date | None
    sentence_vi: str
    sentence_en: str

    @property
    def first(self) -> bool:
        """Whether it would be the first dose of all."""
        return self.dose_type is DoseType.PRIMARY and self.ordinal == 1


@dataclass(frozen=True, slots=True)
class RoundInfo:
    """A round of the campaign in a unit ("" is the nation); without a last day it goes on."""

    id: UUID
    unit_key: str
    number: int
    first_on: date
    last_on: date | None
    closed_at: datetime | None
