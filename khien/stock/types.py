"""What the stock room answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khien.kernel.refs import PlaceFacts, Scope


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

    def expired(self, on: date) -> bool:
        """Say whether its last day was before this one."""
        return self.expires_on < on


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
    sent: int = 0
    adjusted: int = 0


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
    other_id: UUID | None = None
    consignment_id: UUID | None = None
    vial_id: UUID | None = None


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
    adjusted: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """Goods on the ledger that are no vaccine; counted in `unit`."""

    code: str
    kind: str
    unit: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds stock: a store of some level, or a point (`kind` site), with its place for the rights."""

    id: UUID
    kind: str
    name: str
    name_en: str
    place: PlaceFacts
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """So many doses of a lot."""

    lot: LotInfo
    doses: int


@dataclass(frozen=True, slots=True)
class SentLine:
    """A lot in a consignment, in doses: `accepted` None until it is received, `open` what is not yet explained."""

    lot: LotInfo
    sent: int
    accepted: int | None
    reason: str
    resolution: str

    @property
    def open(self) -> int:
        return 0 if self.accepted is None or self.resolution else self.sent - self.accepted


@dataclass(frozen=True, slots=True)
class ConsignmentInfo:
    """Goods on the way under the number of their paper; state: sent, accepted, differs, refused, settled."""

    id: UUID
    sender: Holder
    receiver: Holder
    kind: str
    document: str
    state: str
    on_date: date
    sent_at: datetime
    sent_by: str
    received_at: datetime | None
    received_by: str | None
    settled_at: datetime | None
    settled_by: str | None
    reason: str
    note: str
    lines: tuple[SentLine, ...]


@dataclass(frozen=True, slots=True)
class VialInfo:
    """A vial: `left` doses of its label not drawn (below zero: extra doses), usable until `use_until`."""

    id: UUID
    site_id: UUID
    session_id: UUID | None
    lot: LotInfo
    doses: int
    most: int
    drawn: int
    opened_at: datetime
    opened_by: str
    use_until: datetime
    ended_at: datetime | None
    wasted: int
    reason: str

    @property
    def left(self) -> int:
        return self.doses - self.drawn

    @property
    def missing(self) -> int:
        """Doses of an ended vial that were neither drawn nor thrown away: to be explained, perhaps still to be keyed."""
        return max(self.doses - self.drawn - self.wasted, 0) if self.ended_at else 0


@dataclass(frozen=True, slots=True)
class OpenVial:
    """A vial as the injection table asks about it: its clock, and the doses of its label not drawn yet."""

    opened_at: datetime
    use_until: datetime
    ended_at: datetime | None
    left: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """The vials of a lot that a holder opened on a day, and the last day of those thawed last, where thawing was told."""

    vials: tuple[OpenVial, ...] = ()
    thaw_before: date | None = None


@dataclass(frozen=True, slots=True)
class ThawInfo:
    """Frozen vials taken out to thaw; used before `use_before`, never refrozen."""

    id: UUID
    lot: LotInfo
    vials: int
    thawed_at: datetime
    use_before: date


@dataclass(frozen=True, slots=True)
class HoldInfo:
    """A lot set aside at a holder until a person decides; cause: paused, excursion (harmed since `harmed_at`)."""

    id: UUID
    site_id: UUID
    lot: LotInfo
    cause: str
    reason: str
    excursion_id: UUID | None
    held_at: datetime
    held_by: str
    decided_at: datetime | None
    decided_by: str | None
    decision: str
    decision_reason: str
    harmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecallInfo:
    """A recall of a lot: state asked, confirmed, declined, lifted; `affected` as counted when it was asked or decided."""

    id: UUID
    lot: LotInfo
    scope: Scope
    reason: str
    document: str
    state: str
    affected: dict[str, int]
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str | None
    decision_reason: str
    lifted_at: datetime | None
    lifted_by: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """What a holder's keeper must see: kind low, expiring, expired; `days` of stock or to expiry."""

    kind: str
    site_id: UUID
    item: str
    lot: LotInfo | None
    doses: int
    days: float


@dataclass(frozen=True, slots=True)
class WorkInfo:
    """A difference that is somebody's work; kinds: count, paper, label, consignment, vial, undrawn, shortfall, excursion."""

    id: UUID
    site_id: UUID
    kind: str
    lot: LotInfo | None
    ref_id: UUID | None
    doses: int
    on_date: date
    opened_at: datetime
    due_at: datetime
    taken_at: datetime | None
    taken_by: str | None
    settled_at: datetime | None
    settled_by: str | None
    resolution: str
    note: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One lot at one holder on one day: received + opening = given + wasted + returned + sent + on hand, beside what was counted.

    `given` are doses of the records, `drawn` those of the ledger, `undrawn` given doses that no vial was opened for;
    `paper_given` and `counted` are None until somebody counted.
    """

    lot: LotInfo
    opening: int
    received: int
    drawn: int
    extra: int
    wasted: int
    returned: int
    sent: int
    adjusted: int
    closing: int
    given: int
    counted: int | None
    paper_given: int | None
    vials: int
    missing: int

    @property
    def differences(self) -> tuple[str, ...]:
        """The names of what does not agree."""
        found = []
        if self.counted is not None and self.counted != max(self.closing, 0):
            found.append("count")
        if self.paper_given is not None and self.paper_given != self.given:
            found.append("paper")
        if self.given != self.drawn:
            found.append("record")
        if self.closing < 0:
            found.append("shortfall")
        if self.missing:
            found.append("vial")
        return tuple(found)
