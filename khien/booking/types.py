"""What the booking room answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.kernel.refs import PlaceFacts
from khien.people.types import PersonCard
from khien.places.types import SiteInfo


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A site on a day in a shift, with what it offers and where it stands that day."""

    id: UUID
    site_id: UUID
    facility_id: UUID
    campaign: str
    on_date: date
    shift: str
    starts_at: datetime
    ends_at: datetime
    mode: str
    state: str
    age_kind: str
    tables: int
    per_table: int
    over_capacity_reason: str
    vaccines: tuple[str, ...]
    place: PlaceFacts
    site: SiteInfo
    stop_id: UUID | None
    opened_at: datetime | None
    closed_at: datetime | None
    capacity: int = 0
    taken: int = 0

    @property
    def free(self) -> int:
        """Places nobody has yet."""
        return max(self.capacity - self.taken, 0)


@dataclass(frozen=True, slots=True)
class SlotInfo:
    """Places at a session in one hour for one vaccine; `kept` ones wait for the standby list."""

    id: UUID
    session_id: UUID
    site_id: UUID
    vaccine: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    kept: int = 0

    @property
    def free(self) -> int:
        """Places that can be booked."""
        return max(self.capacity - self.taken - self.kept, 0)


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """A slot that a person may book now, and the point where it is; `near` is 0 in the own commune, 3 far away."""

    slot: SlotInfo
    site: SiteInfo
    on_date: date
    near: int


@dataclass(frozen=True, slots=True)
class Dose:
    """Which dose an appointment is for."""

    dose_type: str = "primary"
    ordinal: int = 1


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot that the rules allow one person now; `seal` is shown again when it is taken."""

    slot: OpenSlot
    dose: Dose
    seal: str


@dataclass(frozen=True, slots=True)
class Booked:
    """A place taken. `code` is what the person carries."""

    appointment_id: UUID
    code: str
    person_id: UUID
    registration_id: UUID
    site_id: UUID
    session_id: UUID
    slot_id: UUID
    vaccine: str
    starts_at: datetime
    dose: Dose


@dataclass(frozen=True, slots=True)
class Ended:
    """An appointment that no longer stands; `kept`: its place waits for the standby list."""

    appointment_id: UUID
    state: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class AppointmentInfo:
    """A person's place at a slot, as it stands."""

    id: UUID
    code: str
    person_id: UUID
    registration_id: UUID
    site_id: UUID
    session_id: UUID
    slot_id: UUID
    vaccine: str
    starts_at: datetime
    on_date: date
    dose_type: str
    ordinal: int
    how: str
    state: str
    confirmed_at: datetime | None
    booked_at: datetime
    ended_at: datetime | None
    end_reason: str
    replaces_id: UUID | None
    allocation_id: UUID | None
    ended_by: str = ""

    @property
    def stands(self) -> bool:
        """Say whether the person is still expected (or has come)."""
        return self.state in ("active", "arrived")


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One line of a session's list: the appointment and the person."""

    appointment: AppointmentInfo
    card: PersonCard


@dataclass(frozen=True, slots=True)
class StandbyEntry:
    """Someone near who can come within the last hours."""

    id: UUID
    session_id: UUID
    person_id: UUID
    registration_id: UUID
    asked_at: datetime
    state: str
    called_at: datetime | None
    appointment_id: UUID | None


@dataclass(frozen=True, slots=True)
class AllocationInfo:
    """One draw as it is published: hashes and the commitment before it, the seed after it."""

    id: UUID
    code: str
    unit_key: str
    criteria: dict[str, Any]
    session_ids: tuple[UUID, ...]
    state: str
    candidates: int
    candidates_hash: str
    seed_commitment: str
    seed: str
    invited: int
    left_over: int
    result_hash: str
    committed_at: datetime
    drawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw did."""

    code: str
    invited: int
    left_over: int
    result_hash: str
    seed: str


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """A draw done again from what is stored: every check by name, and the first candidate that differs."""

    code: str
    checks: dict[str, bool] = field(default_factory=dict)
    candidates: int = 0
    invited: int = 0
    first_difference: str = ""

    @property
    def same(self) -> bool:
        """Say whether everything came out the same."""
        return all(self.checks.values())


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """One candidate of a draw, for the officer's list: rank and place once drawn, or why there is none."""

    registration_id: UUID
    person_id: UUID
    rank: int | None
    slot_id: UUID | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """One product in a province or the nation: doses there, later doses due within reserve.AHEAD, first doses that have a place already.

    `shut`: for the nation, provinces in which first doses need a decision.
    """

    vaccine: str
    on_hand: int
    due: int
    booked: int
    counted_at: datetime
    shut: int = 0

    @property
    def free(self) -> int:
        """Doses that more first doses may use; below zero: more places were given than there is."""
        return self.on_hand - self.due - self.booked

    @property
    def closed(self) -> bool:
        """Whether first doses may book or walk in by a decision only."""
        return self.due > 0 and self.free <= 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Who let first doses use the reserve, of which product ("" of all), up to which day, on what grounds; `province` "vn" is the nation."""

    vaccine: str
    until: date
    decision: str
    decided_at: datetime
    decided_name: str
    id: UUID
    province: str = ""
    session_id: UUID | None = None
    ended_at: datetime | None = None
    ended_name: str = ""
