"""What the people room takes and gives: frozen, without a table behind them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.kernel.births import PartialDate
from khien.kernel.identifiers import Identified
from khien.kernel.refs import PlaceFacts


@dataclass(frozen=True, slots=True)
class NewGuardian:
    """Who answers for a minor; relation is father, mother, grandparent, relative, institution or other."""

    full_name: str
    phone: str = ""
    relation: str = "other"
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person as told: `place_key` is the chosen unit ("2021-26734"), phones are read into E.164.

    `commune_2025` is the new commune that the person named where the old one was divided. A human's decision may stand in
    it: `known_as` says whose record it is, `surely_new` that it is nobody's yet.
    """

    full_name: str
    birth: PartialDate
    sex: str
    identifier: Identified | None = None
    no_identifier_reason: str = ""
    insurance: Identified | None = None
    other_identifiers: tuple[Identified, ...] = ()
    phone: str = ""
    phone_contact_only: bool = False
    email: str = ""
    place_key: str = ""
    commune_2025: str = ""
    address: str = ""
    nationality: str = "VN"
    ethnic_code: str = ""
    occupation: str = ""
    work_unit: str = ""
    guardian: NewGuardian | None = None
    household: str = ""
    neighbourhood: str = ""
    language: str = "vi"
    known_as: UUID | None = None
    surely_new: bool = False


@dataclass(frozen=True, slots=True)
class PersonRecorded:
    """Who it is now: a new record, or the holder of the number; `differences` names what was told otherwise."""

    person_id: UUID
    created: bool
    disputed: bool = False
    differences: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuardianCard:
    """A guardian as staff may see it."""

    full_name: str
    phone_masked: str
    relation: str
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person on a list or a page: numbers masked, place in words."""

    id: UUID
    full_name: str
    birth: PartialDate
    sex: str
    identity_state: str
    identifier_type: str = ""
    identifier_masked: str = ""
    identifier_state: str = ""
    phone_masked: str = ""
    takes_sms: bool = False
    phone_verified: bool = False
    phone_contact_only: bool = False
    nationality: str = "VN"
    ethnic_code: str = ""
    occupation: str = ""
    work_unit: str = ""
    place: PlaceFacts = field(default_factory=PlaceFacts)
    commune: str = ""
    district: str = ""
    province: str = ""
    neighbourhood: str = ""
    household: str = ""
    language: str = "vi"
    guardian: GuardianCard | None = None
    died_on: date | None = None
    recorded_at: datetime | None = None
    source: str = ""
    version: int = 1
    has_email: bool = False

    @property
    def name_key(self) -> str:
        from khien.kernel import names

        return names.name_key(self.full_name)

    @property
    def place_text(self) -> str:
        """Commune, district, province as people say them; what is unknown is left out."""
        return ", ".join(part for part in (self.commune, self.district, self.province) if part)

    def age(self, on: date) -> int:
        """Whole years surely reached."""
        return self.birth.age_min(on)


@dataclass(frozen=True, slots=True)
class IdentifierCard:
    """One number of a person, masked."""

    id: UUID
    type: str
    country: str
    masked: str
    state: str
    how: str
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """A person's own facts in clear: only for the person and for staff whose desk needs them."""

    card: PersonCard
    identifier: str
    insurance: str
    phone: str
    email: str
    address: str
    identifiers: tuple[IdentifierCard, ...]
    guardian_phone: str = ""


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """Particulars as they stood before a correction."""

    version: int
    changed: tuple[str, ...]
    particulars: dict[str, Any]
    reason: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Match:
    """How a card or a form agrees with a record: exact, probable or none; `differences` names the fields."""

    kind: str
    person_id: UUID | None
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """What the identity is after looking at the paper: verified, or disputed when another verified holder stands."""

    state: str
    identifier_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MergeProposed:
    """What the first of two people proposes: under which record to join, why, who and when."""

    survivor: UUID
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two records that may be one person, side by side."""

    id: UUID
    first: PersonCard
    second: PersonCard
    why: tuple[str, ...]
    found_at: datetime
    proposed: MergeProposed | None = None


@dataclass(frozen=True, slots=True)
class MergeInfo:
    """One joining of two records, open to be undone; `undo_by` is who wishes to take it apart and waits for a second person."""

    id: UUID
    loser_id: UUID
    survivor_id: UUID
    reason: str
    merged_at: datetime
    merged_by: str
    undo_by: str = ""
    undo_at: datetime | None = None
    undo_reason: str = ""


@dataclass(frozen=True, slots=True)
class AccountRef:
    """A phone that proved itself."""

    id: UUID
    language: str = "vi"
    phone_masked: str = ""


@dataclass(frozen=True, slots=True)
class LinkedPerson:
    """A record that an account may open."""

    link_id: UUID
    person_id: UUID
    full_name: str
    relation: str
    proof: str
    linked_at: datetime
    birth: PartialDate
    phone_masked: str = ""


@dataclass(frozen=True, slots=True)
class PhoneProof:
    """A phone whose code was typed right on this device; it proves a phone, never a person."""

    challenge_id: UUID
    phone_hash: str
    purpose: str
    person_id: UUID | None
    proved_at: datetime


@dataclass(frozen=True, slots=True)
class CodeToSend:
    """What messaging needs to send one code, in clear, once."""

    phone: str
    code: str
    purpose: str
    language: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Met:
    """Whom somebody told would be: `same` is certain, `possible` waits for a human, each with why."""

    same: UUID | None
    possible: tuple[tuple[UUID, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Basics:
    """The few facts that other rooms' rules need, nothing sealed."""

    id: UUID
    full_name: str
    birth: PartialDate
    sex: str
    place: PlaceFacts
    neighbourhood: str
    household: str
    died_on: date | None
    phone_hash: str
