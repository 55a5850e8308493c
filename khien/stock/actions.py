"""The doors of the ledger: lots, what came and went; the acts of consignments, vials, holds, recalls, counts and the cold chain."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Performed
from khien.plumbing import audit, outbox
from khien.stock import cold, consignments, harmed, ledger, lots, models, papers, recalls, rules
from khien.stock.cold import add_device, decide_excursion, end_key, make_key, report_alarm
from khien.stock.consignments import accept, refuse, send, settle
from khien.stock.counting import Counted, correct_book, count, refresh
from khien.stock.holders import add_store, change_store
from khien.stock.holding import decide_hold, hold
from khien.stock.labels import accept_label
from khien.stock.ledger import rebuild
from khien.stock.readings import take as take_readings
from khien.stock.recalls import ask_recall, confirm_recall, decline_recall, lift_recall
from khien.stock.types import LotInfo, Moved
from khien.stock.vials import end_vial, open_vial, thaw, waste_missing
from khien.stock.working import settle_work, take_work

__all__ = [
    "Counted", "accept", "accept_label", "add_device", "add_lot", "add_store", "ask_recall", "change_store", "confirm_recall", "correct_book",
    "correct_lot", "count", "decide_excursion", "decide_hold", "decline_recall", "end_key", "end_vial", "hold", "lift_recall", "make_key",
    "open_vial", "read_lot", "rebuild", "receive", "refresh", "refuse", "report_alarm", "return_", "send", "set_lot_state", "settle", "settle_lot",
    "settle_work", "take_in", "take_readings", "take_work", "thaw", "waste", "waste_missing", "watch",
]  # fmt: skip

STATES = ("released", "quarantined")


@transaction.atomic
def add_lot(
    *,
    vaccine: str,
    number: str,
    expires_on: date | None = None,
    manufacturer: str = "",
    manufactured_on: date | None = None,
    doses_per_vial: int = 10,
    provisional: bool = False,
    by: Actor,
    at: datetime,
    on: date | None = None,
) -> UUID:
    """Add a lot and return its id; the same number again is the same lot.

    `provisional`: the lot is known only because a dose was already given with it; it stays quarantined until someone
    enters its papers (then this call completes it). `on` stands for its unknown expiry.
    Goods that do not expire (boxes) need no expiry. Raises Refused: stock.lot_number_empty, stock.lot_expiry_missing,
    stock.lot_differs (lot, expires_on), stock.lot_made_differs (lot, manufactured_on), stock.lot_maker_differs (lot, manufacturer),
    stock.expiry_before_manufacture, stock.made_in_future.
    """  # fmt: skip
    number = number.strip().upper()
    if not rules.number_key(number):
        raise Refused("stock.lot_number_empty")
    rules.check_dates(number, expires_on, manufactured_on, clock.on_date(at))
    if expires_on is None and not provisional and getattr(rules.items().get(vaccine), "kind", "") in ("box", "syringe"):
        expires_on = rules.UNDATED
    known = lots.lot_by_number(vaccine, number)
    if known and (provisional or not known.provisional):
        if not provisional:
            _agree(known, expires_on, manufactured_on, manufacturer, by, at)
        return known.id
    if expires_on is None and not (provisional and on):
        raise Refused("stock.lot_expiry_missing", lot=number)
    facts: dict[str, Any] = {
        "manufacturer": manufacturer, "manufactured_on": manufactured_on, "expires_on": expires_on or on,
        "doses_per_vial": doses_per_vial, "state": "quarantined" if provisional else "released",
        "state_reason": "provisional" if provisional else "",
    }  # fmt: skip
    if known:
        models.Lot.objects.filter(id=known.id).update(**facts, state_at=at, state_by=by.text)
        lot_id = known.id
    else:
        lot_id = _insert_lot(vaccine, number, facts, by, at)
    audit.record("stock.lot_added", by=by, at=at, subject=f"lot:{lot_id}", provisional=provisional, **_as_typed(number, known))
    return lot_id


def _agree(known: LotInfo, expires_on: date | None, manufactured_on: date | None, manufacturer: str, by: Actor, at: datetime) -> None:
    """A paper may say less of a lot than is known, never otherwise; what nobody knew of it is filled in."""
    maker = manufacturer.strip()[:100]
    if expires_on and expires_on != known.expires_on:
        raise Refused("stock.lot_differs", lot=known.number, expires_on=known.expires_on)
    if manufactured_on and known.manufactured_on and manufactured_on != known.manufactured_on:
        raise Refused("stock.lot_made_differs", lot=known.number, manufactured_on=known.manufactured_on)
    if maker and known.manufacturer and maker.casefold() != known.manufacturer.casefold():
        raise Refused("stock.lot_maker_differs", lot=known.number, manufacturer=known.manufacturer)
    told = {"manufactured_on": manufactured_on, "manufacturer": maker}
    new: dict[str, Any] = {field: value for field, value in told.items() if value and not getattr(known, field)}
    if new:
        rules.check_dates(known.number, known.expires_on, manufactured_on, clock.on_date(at))
        models.Lot.objects.filter(id=known.id).update(**new)
        audit.record("stock.lot_filled", by=by, at=at, subject=f"lot:{known.id}", **new)


def read_lot(*, vaccine: str, number: str, site_id: UUID, by: Actor, at: datetime) -> LotInfo | None:
    """The lot that a number typed at a desk names; where an O was read as 0, an I or l as 1, the audit keeps what was typed."""
    known = lots.lot_by_number(vaccine, number)
    if known and (typed := _as_typed(number, known)):
        audit.record("stock.lot_read", by=by, at=at, subject=f"lot:{known.id}", site=site_id, **typed)
    return known


def _as_typed(number: str, lot: LotInfo | None) -> dict[str, Any]:
    """What the audit keeps of a lot number typed with other letters than the lot's own."""
    return {"typed": number.strip()} if lot and not rules.same_number(number, lot.number) else {}


def _insert_lot(vaccine: str, number: str, facts: dict[str, Any], by: Actor, at: datetime) -> UUID:
    row = models.Lot(
        vaccine=vaccine, number=number, number_key=rules.number_key(number), recorded_at=at, recorded_by=by.text, **facts
    )
    models.Lot.objects.bulk_create([row], ignore_conflicts=True)
    return models.Lot.objects.values_list("id", flat=True).get(vaccine=vaccine, number=number)


@transaction.atomic
def take_in(
    *, site_id: UUID, vaccine: str, number: str, doses: int, document: str | None, expires_on: date | None, manufactured_on: date | None = None,
    performed: Performed, act_id: UUID | None = None, by: Actor, at: datetime,
) -> bool:  # fmt: skip
    """Receive doses of a lot as its paper names it, or (no `document`) as the vial's label does: lot and doses enter together or not at all.

    Says whether the same paper (or the same `act_id`) was entered before. Raises Refused as add_lot, receive and accept_label do.
    """
    ledger.check_day(performed, at)
    read_lot(vaccine=vaccine, number=number, site_id=site_id, by=by, at=at)
    lot_id = add_lot(vaccine=vaccine, number=number, expires_on=expires_on, manufactured_on=manufactured_on, by=by, at=at)
    common: dict[str, Any] = {"site_id": site_id, "lot_id": lot_id, "doses": doses, "performed": performed, "by": by, "at": at}
    if document is not None:
        return receive(document=document, **common).already
    known = act_id is not None and ledger.done_before(models.LabelReceipt, act_id, site_id) is not None
    accept_label(act_id=act_id, **common)
    return known


@transaction.atomic
def correct_lot(
    *, lot_id: UUID, expires_on: date | None, manufactured_on: date | None, manufacturer: str, doses_per_vial: int, reason: str, by: Actor, at: datetime
) -> LotInfo:
    """Put right what was typed of a lot's label; every desk reads the right dates from now on, the audit keeps what stood before.

    Raises Refused: stock.lot_unknown, stock.reason_missing, stock.vial_doses (most), stock.lot_expiry_missing,
    stock.expiry_before_manufacture, stock.made_in_future.
    """
    row = models.Lot.objects.select_for_update().filter(id=lot_id).first()
    if row is None:
        raise Refused("stock.lot_unknown")
    if not reason.strip():
        raise Refused("stock.reason_missing")
    if not 1 <= doses_per_vial <= rules.MOST_IN_VIAL:
        raise Refused("stock.vial_doses", most=rules.MOST_IN_VIAL)
    if expires_on is None and row.expires_on != rules.UNDATED:
        raise Refused("stock.lot_expiry_missing", lot=row.number)
    rules.check_dates(row.number, expires_on, manufactured_on, clock.on_date(at))
    told = {"expires_on": expires_on or row.expires_on, "manufactured_on": manufactured_on, "manufacturer": manufacturer.strip()[:100], "doses_per_vial": doses_per_vial}
    before = {field: getattr(row, field) for field, value in told.items() if getattr(row, field) != value}
    if before:
        models.Lot.objects.filter(id=lot_id).update(**told)
        audit.record(
            "stock.lot_corrected", by=by, at=at, subject=f"lot:{lot_id}", reason=reason.strip()[:300],
            before={field: str(value or "") for field, value in before.items()}, after={field: str(told[field] or "") for field in before},
        )  # fmt: skip
        outbox.publish("stock.lot_state_changed", at=at, lot_id=lot_id, state=row.state)
    return lots.lot_info(models.Lot.objects.get(id=lot_id))


def set_lot_state(*, lot_id: UUID, state: str, reason: str, by: Actor, at: datetime) -> LotInfo:
    """Hold a lot back everywhere, or release it, and tell everyone who holds it; a recall needs two persons (ask_recall).

    Raises Refused: stock.lot_unknown, stock.lot_state_unknown, stock.recall_needs_two, stock.reason_missing, stock.recall_open.
    """
    if state == "recalled":
        raise Refused("stock.recall_needs_two")
    if state not in STATES:
        raise Refused("stock.lot_state_unknown")
    if not reason.strip():
        raise Refused("stock.reason_missing")
    with transaction.atomic():
        if any(one.scope.kind == "nation" for one in recalls.recalls(lot_id=lot_id, states=("confirmed",))):
            raise Refused("stock.recall_open")
        return recalls.put_state(lot_id, state, reason.strip(), by, at)


def receive(*, site_id: UUID, lot_id: UUID, doses: int, document: str, performed: Performed, by: Actor, at: datetime) -> Moved:
    """Enter doses that came in; the same document for the same lot counts once. Pays a shortfall back first.

    Raises Refused: stock.doses_not_positive, stock.day_in_future (day), stock.lot_unknown, stock.document_differs (document, doses),
    stock.consignment_comes (document), stock.consignment_received (document, received_at, state).
    """
    number = papers.entered_as("received", site_id, lot_id, document)
    papers.check_not_sent(site_id, lot_id, number)
    return _enter("received", site_id, lot_id, doses, performed, by, at, document=number)


def waste(
    *, site_id: UUID, lot_id: UUID, doses: int, reason: str, performed: Performed, act_id: UUID | None = None, by: Actor, at: datetime
) -> Moved:
    """Enter doses thrown away, with the reason. Never refused for want of paper stock. The same `act_id` counts once.

    Raises Refused: stock.doses_not_positive, stock.day_in_future (day), stock.lot_unknown, stock.reason_missing.
    """
    if not reason.strip():
        raise Refused("stock.reason_missing")
    return _enter("wasted", site_id, lot_id, doses, performed, by, at, reason=reason.strip(), act_id=act_id)


def return_(*, site_id: UUID, lot_id: UUID, doses: int, document: str, performed: Performed, by: Actor, at: datetime) -> Moved:
    """Enter doses sent back to the store; the same document for the same lot counts once.

    Raises Refused: stock.doses_not_positive, stock.lot_unknown, stock.not_enough (on_hand): nobody can send back what is not there.
    """
    number = papers.entered_as("returned", site_id, lot_id, document)
    return _enter("returned", site_id, lot_id, doses, performed, by, at, document=number)


@transaction.atomic
def _enter(
    kind: str, site_id: UUID, lot_id: UUID, doses: int, performed: Performed, by: Actor, at: datetime,
    *, reason: str = "", document: str = "", act_id: UUID | None = None,
) -> Moved:  # fmt: skip
    if doses <= 0:
        raise Refused("stock.doses_not_positive")
    ledger.check_day(performed, at)
    if not models.Lot.objects.filter(id=lot_id).exists():
        raise Refused("stock.lot_unknown")
    if ledger.done_before(models.Movement, act_id, site_id):
        return Moved(act_id or site_id, 0, already=True)
    if kind == "returned":
        if known := _returned_before(site_id, lot_id, doses, document):
            return known
        ledger.check_held(site_id, lot_id, doses)
    row = models.Movement(
        site_id=site_id, lot_id=lot_id, kind=kind, doses=doses, on_date=performed.on, performed_at=performed.at, recorded_at=at,
        recorded_by=by.text, reason=reason, document=document, **({"id": act_id} if act_id else {}),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return _entered_before(row)
    shortfall = ledger.move(site_id, lot_id, kind, doses)
    audit.record(f"stock.{kind}", by=by, at=at, subject=f"lot:{lot_id}", site=site_id, doses=doses, shortfall=shortfall)
    if shortfall > 0:
        outbox.publish("stock.shortfall", at=at, site_id=site_id, lot_id=lot_id, visit_id=None, doses=shortfall)
    return Moved(row.id, max(shortfall, 0))


def _returned_before(site_id: UUID, lot_id: UUID, doses: int, document: str) -> Moved | None:
    """The return that this paper already told; the lot's balance is locked, so that two cannot pass at once."""
    models.Balance.objects.select_for_update().filter(site_id=site_id, lot_id=lot_id).first()
    paper = {"site_id": site_id, "lot_id": lot_id, "kind": "returned", "document": document}
    if not document or not models.Movement.objects.filter(**paper).exists():
        return None
    return _entered_before(models.Movement(**paper, doses=doses))


def _entered_before(row: models.Movement) -> Moved:
    """The same paper keyed twice is one receipt; the same paper number with another count is a mistake to name."""
    before = models.Movement.objects.filter(site_id=row.site_id, lot_id=row.lot_id, kind=row.kind, document=row.document).latest("recorded_at")
    if before.doses != row.doses:
        raise Refused("stock.document_differs", document=row.document, doses=before.doses)
    return Moved(before.id, 0, already=True)


def settle_lot(
    *, site_id: UUID, visit_id: UUID, lot_id: UUID, record_id: UUID, performed: Performed, by: Actor, at: datetime
) -> int:
    """Move a visit's draw to another lot (the record was corrected): back to the one, out of the other. Returns the shortfall."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT stock_draw_back(%s, %s, %s, %s)", [site_id, visit_id, at, by.text])
        handlers = list(outbox.subscriptions()["stock.shortfall"])
        cursor.execute(
            "SELECT stock_draw(%s, %s, %s, %s, 1, %s, %s, %s, %s, %s)",
            [site_id, lot_id, visit_id, record_id, performed.on, performed.at, at, by.text, handlers],
        )
        return int(cursor.fetchone()[0])


def watch(at: datetime) -> None:
    """Name what nobody did: consignments not received, devices silent, excursions that last (called by the worker)."""
    consignments.watch(at)
    cold.watch(at)
    harmed.keyed_late(at)
