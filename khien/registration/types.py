"""What the registration room takes and gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.kernel.births import PartialDate
from khien.kernel.refs import PlaceFacts


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for, as told; answers of `history` are yes, no or unsure."""

    groups: tuple[str, ...] = ()
    wished_from: date | None = None
    wished_shift: str = ""
    history: Mapping[str, str] = field(default_factory=dict)
    declared_dose: str = "first"
    previous_dose: Mapping[str, str] = field(default_factory=dict)
    consent_version: str = ""
    organization_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """The person's place in the one queue. `code` is what may be shown to who asked: for a citizen who is not linked to a
    record that was there before, a receipt that opens nothing; `already` is told to nobody but staff and linked citizens."""

    registration_id: UUID
    code: str
    already: bool
    person_id: UUID
    linked: bool = False
    disputed: bool = False
    phone_verified: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredDoses:
    """Doses that a person said they had before registering: how many (3 stands for more too), and the last of them as far as it was known."""

    count: int
    vaccine: str
    on: date | None
    place: str
    lot: str
    told_on: date

    def unrecorded(self, given: Iterable[date]) -> bool:
        """Whether the record holds fewer doses up to the day of telling."""
        return sum(day <= self.told_on for day in given) < self.count


@dataclass(frozen=True, slots=True)
class DeclaredHealth:
    """A question about health that was answered with yes or unsure, and the day."""

    question: str
    answer: str
    told_on: date


@dataclass(frozen=True, slots=True)
class WayInfo:
    """One way by which the registration came."""

    way: str
    source_id: UUID | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """One registration with all its ways."""

    id: UUID
    person_id: UUID
    code: str
    state: str
    way: str
    ways: tuple[WayInfo, ...]
    organization_id: UUID | None
    priority_groups: tuple[str, ...]
    best_group: str
    wished_from: date | None
    wished_shift: str
    declared_dose: str
    previous_dose: Mapping[str, Any]
    history: Mapping[str, str]
    risk: bool
    consent_version: str
    phone_verified: bool
    place: PlaceFacts
    recorded_at: datetime
    ended_at: datetime | None
    end_reason: str
    call_outcome: str
    called_at: datetime | None

    @property
    def active(self) -> bool:
        return self.state in ("waiting", "booked")


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One who waits, as the allocation sees it: ids and facts, no name."""

    registration_id: UUID
    person_id: UUID
    best_group: str
    priority_groups: tuple[str, ...]
    risk: bool
    wished_from: date | None
    wished_shift: str
    organization_id: UUID | None
    place: PlaceFacts
    declared_dose: str = "first"
    registered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueCard:
    """One registration with the person's name, for an officer's list."""

    registration_id: UUID
    person_id: UUID
    code: str
    full_name: str
    birth: PartialDate
    sex: str
    identifier_masked: str
    phone_masked: str
    commune: str
    neighbourhood: str
    state: str
    best_group: str
    way: str
    wished_from: date | None
    call_outcome: str
    called_at: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class CallRow:
    """One line of a ward's call sheet, phone in clear: it is there to be called."""

    registration_id: UUID
    person_id: UUID
    code: str
    full_name: str
    birth: PartialDate
    sex: str
    phone: str
    address: str
    neighbourhood: str
    household: str
    best_group: str
    state: str
    call_outcome: str
    called_at: datetime | None


@dataclass(frozen=True, slots=True)
class DraftView:
    """A form half filled in."""

    id: UUID
    data: Mapping[str, Any]
    step: str
    expires_at: datetime
    registration_id: UUID | None


@dataclass(frozen=True, slots=True)
class RowIn:
    """A row as read and understood: `cells` are the texts as sent, `values` the fields understood, remarks are plain data.

    A remark is {"field", "code", "facts"}, a repair {"field", "before", "after", "why"}. `number` is the row's place in the whole
    file, `source_row` its number on its own sheet.
    """

    section: int
    source_row: int
    cells: tuple[str, ...]
    values: Mapping[str, str]
    repairs: tuple[Mapping[str, Any], ...] = ()
    refusals: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ListReceived:
    """A list in the queue to be read; `again` when this very file was sent before (nothing is read twice)."""

    list_id: UUID
    job_id: UUID | None
    again: bool = False


@dataclass(frozen=True, slots=True)
class ListCard:
    """A list with its counts."""

    id: UUID
    organization_id: UUID
    way: str
    name: str
    state: str
    rows: int
    accepted: int
    repaired: int
    refused: int
    possible: int
    sent: int
    skipped: int
    shared_phones: int
    uploaded_at: datetime
    sent_at: datetime | None
    job_id: UUID | None
    refusal: str = ""
    refusal_facts: Mapping[str, Any] = field(default_factory=dict)
    commune_key: str = ""
    skipped_rows: tuple[Mapping[str, Any], ...] = ()
    sections: tuple[Mapping[str, Any], ...] = ()
    sendable: int = 0


@dataclass(frozen=True, slots=True)
class PossiblePerson:
    """A record that a row may mean, masked: the sender sees enough to know it, not to learn it."""

    person_id: UUID | None
    name_masked: str
    birth_year: int
    sex: str
    identifier_masked: str
    commune: str
    why: tuple[str, ...]
    same_list_row: int | None = None


@dataclass(frozen=True, slots=True)
class RowView:
    """A staged row for its page: as last written, as understood, and what is to be said of it; `sent` is how it came first."""

    id: UUID
    list_id: UUID
    number: int
    section: int
    source_row: int
    state: str
    cells: tuple[str, ...]
    values: Mapping[str, str]
    repairs: tuple[Mapping[str, Any], ...]
    refusals: tuple[Mapping[str, Any], ...]
    warnings: tuple[Mapping[str, Any], ...]
    possible: tuple[PossiblePerson, ...]
    decision: str
    result: str
    registration_id: UUID | None
    sent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListTotals:
    """How many rows stand in each state."""

    accepted: int = 0
    repaired: int = 0
    refused: int = 0
    possible: int = 0
    sent: int = 0
    skipped: int = 0
