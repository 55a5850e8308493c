"""Reconciliation of a holder, lot and day: the ledger, the records, the papers and the hand's count beside each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count as Number
from django.db.models import Q, Sum

from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor, Performed
from khien.plumbing import audit
from khien.stock import holders, labels, ledger, lots, models, vials, working
from khien.stock.types import Reconciled

OUT = ("drawn", "wasted", "returned", "sent", "counted_down", "extra_back", "matched")


@dataclass(frozen=True, slots=True)
class Counted:
    """What a hand counted of one lot: doses on hand, and doses given by the papers of the day (None: no paper)."""

    on_hand: int
    paper_given: int | None = None


def reconcile(site_id: UUID, on: date) -> list[Reconciled]:
    """Every lot that a holder had or moved on a day, by item and number.

    Counted back from the balance over the movements since: a day costs the same however long the ledger is.
    """
    balances = models.Balance.objects.filter(site_id=site_id).values_list("lot_id", "on_hand", "shortfall")
    sums: dict[UUID, dict[str, int]] = {lot_id: {"": on_hand - short} for lot_id, on_hand, short in balances}
    rows = models.Movement.objects.filter(site_id=site_id, on_date__gte=on).order_by().values("lot_id", "kind")
    for row in rows.annotate(today=Sum("doses", filter=Q(on_date=on), default=0), after=Sum("doses", filter=Q(on_date__gt=on), default=0)):
        of_lot = sums.setdefault(row["lot_id"], {"": 0})
        of_lot[row["kind"]] = row["today"]
        of_lot[""] -= _signed(row["kind"], row["after"])
    given = immunizations.given_on(site_id, on)
    counts = _last_counts(site_id, on)
    opened = dict(models.Vial.objects.filter(site_id=site_id, on_date=on).values_list("lot_id").annotate(n=Number("id")).order_by())
    lacking = vials.missing(site_id, on)
    known = lots.lots(set(sums) | set(given), site_id)
    lines = [
        _line(known[lot_id], sums.get(lot_id, {}), given.get(lot_id, 0), counts.get(lot_id), opened.get(lot_id, 0), lacking.get(lot_id, 0))
        for lot_id in set(sums) | set(given)
    ]
    moved = [line for line in lines if line.opening or line.closing or line.received or line.drawn or line.sent or line.given or line.wasted]
    return sorted(moved, key=lambda line: (line.lot.vaccine, line.lot.number))


def _signed(kind: str, doses: int) -> int:
    return -doses if kind in OUT else doses


def _line(lot: lots.LotInfo, sums: dict[str, int], given: int, count: models.Count | None, opened: int, lacking: int) -> Reconciled:
    """A lot's line; under "" stands what the ledger held at the day's end."""

    def of(*kinds: str) -> int:
        return sum(sums.get(kind, 0) for kind in kinds)

    closing = sums.get("", 0)
    moved = sum(_signed(kind, n) for kind, n in sums.items() if kind)
    return Reconciled(
        lot, closing - moved, of("received", "came_back") - of("matched"), of("drawn") - of("drawn_back"), of("extra") - of("extra_back"), of("wasted"),
        of("returned"), of("sent"), of("counted_up") - of("counted_down"), closing, given, count.counted if count else None,
        count.paper_given if count else None, opened, lacking,
    )  # fmt: skip


def _last_counts(site_id: UUID, on: date) -> dict[UUID, models.Count]:
    rows = models.Count.objects.filter(site_id=site_id, on_date=on).order_by("lot_id", "-counted_at", "-id").distinct("lot_id")
    return {row.lot_id: row for row in rows}


@transaction.atomic
def count(*, site_id: UUID, on: date, counted: Mapping[UUID, Counted], by: Actor, at: datetime) -> list[Reconciled]:
    """Enter what was counted at the day's end; each difference opens as work, each that is gone ends its work.

    The count never changes the ledger: a person settles the difference. Raises Refused: stock.holder_unknown,
    stock.doses_not_positive, stock.count_in_future.
    """
    holders.check(site_id)
    if any(one.on_hand < 0 or (one.paper_given or 0) < 0 for one in counted.values()):
        raise Refused("stock.count_negative")
    book = {line.lot.id: line for line in reconcile(site_id, on)}
    for lot_id, one in counted.items():
        line = book.get(lot_id)
        models.Count.objects.create(
            site_id=site_id, lot_id=lot_id, on_date=on, book=line.closing if line else 0, counted=one.on_hand, paper_given=one.paper_given,
            recorded_given=line.given if line else 0, counted_at=at, counted_by=by.text,
        )  # fmt: skip
    audit.record("stock.counted", by=by, at=at, subject=f"holder:{site_id}", lots=len(counted), on=on.isoformat())
    return refresh(site_id, on, by=by, at=at)


def refresh(site_id: UUID, on: date, *, by: Actor = SYSTEM, at: datetime) -> list[Reconciled]:
    """Reconcile a day again and bring its work up to date: what differs is open, what agrees now is cleared."""
    vials.refresh_work(site_id, on, by=by, at=at)
    lines = reconcile(site_id, on)
    for line in lines:
        for kind, doses in _gaps(line).items():
            key = f"{on.isoformat()}:{line.lot.id}"
            if doses:
                working.open_(kind, site_id, key, lot_id=line.lot.id, on=on, at=at, doses=abs(doses))
            else:
                working.clear(kind, site_id, key, by=by, at=at)
    return lines


def _gaps(line: Reconciled) -> dict[str, int]:
    """How far each pair of numbers is apart, in doses."""
    return {
        "count": line.counted - max(line.closing, 0) if line.counted is not None else 0,
        "paper": line.paper_given - line.given if line.paper_given is not None else 0,
        "record": line.given - line.drawn, "shortfall": min(line.closing, 0),
    }  # fmt: skip


@transaction.atomic
def correct_book(*, site_id: UUID, lot_id: UUID, on: date, reason: str, performed: Performed, by: Actor, at: datetime) -> Reconciled:
    """Bring the ledger to the last count of the day, as a movement with its reason; the work of the count ends.

    Raises Refused: stock.reason_missing, stock.nothing_to_settle.
    """
    if not reason.strip():
        raise Refused("stock.reason_missing")
    found = _last_counts(site_id, on).get(lot_id)
    line = next((one for one in reconcile(site_id, on) if one.lot.id == lot_id), None)
    if found is None or line is None or found.counted == line.closing:
        raise Refused("stock.nothing_to_settle")
    gap = found.counted - line.closing
    ledger.write("counted_up" if gap > 0 else "counted_down", site_id, lot_id, abs(gap), performed, by, at, reason=reason.strip()[:300])
    audit.record("stock.book_corrected", by=by, at=at, subject=f"lot:{lot_id}", site=site_id, doses=gap)
    return next(one for one in refresh(site_id, on, by=by, at=at) if one.lot.id == lot_id)


def unmatched_labels(site_id: UUID) -> dict[UUID, int]:
    """Doses by lot that were taken into use from the label and that no paper matches."""
    lots_here = set(models.LabelReceipt.objects.filter(site_id=site_id).values_list("lot_id", flat=True))
    found = {lot_id: labels.unmatched(site_id, lot_id) for lot_id in lots_here}
    return {lot_id: n for lot_id, n in found.items() if n}
