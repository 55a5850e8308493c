"""A lot taken into use from the vial's label: a provisional receipt, matched with its paper the same day."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Performed
from khien.plumbing import audit
from khien.stock import ledger, models, working


@transaction.atomic
def accept_label(*, site_id: UUID, lot_id: UUID, doses: int, performed: Performed, act_id: UUID | None = None, by: Actor, at: datetime) -> UUID:
    """Receive doses of a lot that stands in the fridge but on no paper; until a paper matches it is somebody's work of the day.

    The same `act_id` counts once.

    Raises Refused: stock.doses_not_positive, stock.day_in_future (day), stock.lot_unknown.
    """
    if doses <= 0:
        raise Refused("stock.doses_not_positive")
    ledger.check_day(performed, at)
    if not models.Lot.objects.filter(id=lot_id).exists():
        raise Refused("stock.lot_unknown")
    before = ledger.done_before(models.LabelReceipt, act_id, site_id)
    if before:
        return before.id
    row = models.LabelReceipt.objects.create(
        site_id=site_id, lot_id=lot_id, doses=doses, on_date=performed.on, accepted_at=at, accepted_by=by.text, **({"id": act_id} if act_id else {})
    )
    ledger.write("received", site_id, lot_id, doses, performed, by, at, reason="label")
    audit.record("stock.label_accepted", by=by, at=at, subject=f"lot:{lot_id}", site=site_id, doses=doses)
    working.open_("label", site_id, str(lot_id), lot_id=lot_id, ref_id=row.id, on=performed.on, at=at, doses=unmatched(site_id, lot_id))
    return row.id


def match(site_id: UUID, lot_id: UUID, doses: int, performed: Performed, by: Actor, at: datetime) -> int:
    """Match provisional doses with a paper that came for the same lot: they are counted once. Returns the doses matched."""
    left = doses
    rows = models.LabelReceipt.objects.select_for_update().filter(site_id=site_id, lot_id=lot_id, matched__lt=F("doses"))
    for row in rows.order_by("accepted_at", "id"):
        part = min(left, row.doses - row.matched)
        if part <= 0:
            break
        row.matched += part
        row.save(update_fields=["matched"])
        ledger.write("matched", site_id, lot_id, part, performed, by, at, reason="label")
        left -= part
    if left != doses:
        still = unmatched(site_id, lot_id)
        if still:
            working.open_("label", site_id, str(lot_id), lot_id=lot_id, on=performed.on, at=at, doses=still)
        else:
            working.clear("label", site_id, str(lot_id), by=by, at=at)
    return doses - left


def unmatched(site_id: UUID, lot_id: UUID, on: date | None = None) -> int:
    """Provisional doses of a lot that no paper matches yet."""
    rows = models.LabelReceipt.objects.filter(site_id=site_id, lot_id=lot_id)
    found = (rows.filter(on_date=on) if on else rows).aggregate(n=Sum(F("doses") - F("matched")))
    return int(found["n"] or 0)
