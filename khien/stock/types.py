"""What the stock room answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LotInfo:
    """A lot: may be used through `expires_on`. `provisional`: known only from a dose that was already given with it."""

    id: UUID
    vaccine: str
    number: str
    manufacturer: str
    manufactured_on: date | None
    expires_on: date
    doses_per_vial: int
    state: str
    state_reason: str

    @property
    def provisional(self) -> bool:
        return self.state_reason == "provisional"


@dataclass(frozen=True, slots=True)
class Balance:
    """Doses of a lot at a site; `shortfall` is what was given or wasted beyond what papers say came in."""

    site_id: UUID
    lot: LotInfo
    on_hand: int
    received: int
    drawn: int
    wasted: int
    returned: int
    shortfall: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement written: what the balance is short of now, in doses."""

    movement_id: UUID
    shortfall: int
    already: bool = False


@dataclass(frozen=True, slots=True)
class MovementInfo:
    """One line of the ledger."""

    id: UUID
    site_id: UUID
    lot_id: UUID
    kind: str
    doses: int
    on_date: date
    performed_at: datetime
    recorded_at: datetime
    recorded_by: str
    reason: str
    document: str
    visit_id: UUID | None


@dataclass(frozen=True, slots=True)
class DayLine:
    """One lot at one site on one day: what was there, came, went, and is left, in doses."""

    lot: LotInfo
    opening: int
    received: int
    drawn: int
    wasted: int
    returned: int
    closing: int
    shortfall: int
