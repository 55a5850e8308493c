"""Consignments: sent, accepted in full or with a difference named by its reason, refused, explained; any holder to any other."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor, Performed, Scope
from khien.plumbing import audit, outbox
from khien.stock import holders, holding, labels, ledger, lots, models, papers, rules, working
from khien.stock.types import ConsignmentInfo, SentLine


@transaction.atomic
def send(
    *, from_id: UUID, to_id: UUID, doses: Mapping[UUID, int], document: str, kind: str = "supply", note: str = "", performed: Performed,
    by: Actor, at: datetime,
) -> UUID:  # fmt: skip
    """Send doses (units, for other goods) of lots from one holder to another under the number of the paper.

    The same paper sent again with the same lines is the same consignment. Raises Refused: stock.holder_unknown,
    stock.document_missing, stock.nothing_sent, stock.sent_to_itself, stock.day_in_future (day), stock.document_used (document), stock.lot_unknown,
    stock.doses_not_positive, stock.not_enough (on_hand, doses): the ledger never goes below zero; stock.stopped_not_sent (lot, reason),
    stock.expired_not_sent (lot, expired_on): what nobody may inject here goes back, and nowhere else.
    """  # fmt: skip
    document, lines = papers.sent_as(from_id, document), {lot: n for lot, n in doses.items() if n}
    holders.check(from_id), holders.check(to_id)
    _check_paper(from_id, to_id, document, lines)
    ledger.check_day(performed, at)
    before = models.Consignment.objects.filter(from_id=from_id, document=document).first()
    if before:
        return _sent_before(before, to_id, lines)
    if kind != "return":
        for lot in lots.lots(lines, from_id).values():
            rules.check_sent(lot, performed.on)
    row = models.Consignment.objects.create(
        from_id=from_id, to_id=to_id, kind=kind, document=document, on_date=performed.on, sent_at=at, sent_by=by.text, note=note.strip()[:300]
    )
    for lot_id in sorted(lines):
        ledger.check_held(from_id, lot_id, lines[lot_id])
        _leave(row, lot_id, lines[lot_id], performed, by, at)
        models.ConsignmentLine.objects.create(consignment_id=row.id, lot_id=lot_id, sent=lines[lot_id])
    audit.record("stock.sent", by=by, at=at, subject=f"consignment:{row.id}", sender=from_id, receiver=to_id, kind=kind, lots=len(lines))
    outbox.publish("stock.sent", at=at, consignment_id=row.id, from_id=from_id, to_id=to_id)
    return row.id


def _check_paper(from_id: UUID, to_id: UUID, document: str, lines: Mapping[UUID, int]) -> None:
    if not document:
        raise Refused("stock.document_missing")
    if from_id == to_id:
        raise Refused("stock.sent_to_itself")
    if not lines:
        raise Refused("stock.nothing_sent")
    if any(n < 0 for n in lines.values()):
        raise Refused("stock.doses_not_positive")
    if models.Lot.objects.filter(id__in=lines).count() != len(lines):
        raise Refused("stock.lot_unknown")


def _sent_before(row: models.Consignment, to_id: UUID, lines: Mapping[UUID, int]) -> UUID:
    same = dict(models.ConsignmentLine.objects.filter(consignment_id=row.id).values_list("lot_id", "sent")) == dict(lines)
    if not same or row.to_id != to_id:
        raise Refused("stock.document_used", document=row.document, on_date=row.on_date)
    return row.id


def _leave(row: models.Consignment, lot_id: UUID, doses: int, performed: Performed, by: Actor, at: datetime) -> None:
    kind = "returned" if row.kind == "return" else "sent"
    ledger.write(kind, row.from_id, lot_id, doses, performed, by, at, document=row.document, other_id=row.to_id, consignment_id=row.id)


@transaction.atomic
def accept(
    *, consignment_id: UUID, counted: Mapping[UUID, int] | None = None, reasons: Mapping[UUID, str] | None = None, performed: Performed,
    by: Actor, at: datetime,
) -> ConsignmentInfo:  # fmt: skip
    """Receive a consignment: in full (`counted` None), or as counted, each difference with a reason of rules.DIFFERENCES.

    What was counted enters the ledger at once; a difference becomes the sender's and the receiver's work. Doses that the point
    took into use from the label are matched; what was entered by hand from the same paper before is taken back. Raises Refused: stock.consignment_unknown, stock.consignment_received (document,
    received_at, state), stock.difference_reason_missing (lot, sent, accepted), stock.doses_not_positive.
    """  # fmt: skip
    row = _waiting(consignment_id)
    told, why = dict(counted or {}), dict(reasons or {})
    differs = False
    for line in models.ConsignmentLine.objects.select_for_update().filter(consignment_id=row.id).order_by("lot_id"):
        line.accepted = told.get(line.lot_id, line.sent)
        line.reason = _reason(line, why.get(line.lot_id, ""))
        line.save(update_fields=["accepted", "reason"])
        differs = differs or line.accepted != line.sent
        if line.accepted:
            ledger.write(
                "received", row.to_id, line.lot_id, line.accepted, performed, by, at, other_id=row.from_id, consignment_id=row.id,
                reason=line.reason,
            )  # fmt: skip
            labels.match(row.to_id, line.lot_id, line.accepted, performed, by, at)
            _typed_before(row, line.lot_id, line.accepted, performed, by, at)
            holding.follow(row, line.lot_id, at)
    _end(row, "differs" if differs else "accepted", by, at)
    if differs:
        for site in (row.from_id, row.to_id):
            working.open_("consignment", site, str(row.id), ref_id=row.id, on=performed.on, at=at, doses=_difference(row.id))
    return one(row.id)


def _typed_before(row: models.Consignment, lot_id: UUID, doses: int, performed: Performed, by: Actor, at: datetime) -> None:
    """Goods whose paper was entered by hand before their consignment was on the system came once: the line by hand is taken back by name."""
    twice = min(doses, papers.typed_before(row.to_id, lot_id, row.document))
    if twice > 0:
        ledger.write("counted_down", row.to_id, lot_id, twice, performed, by, at, document=row.document, reason=papers.TYPED_BEFORE)
        audit.record("stock.typed_before", by=by, at=at, subject=f"consignment:{row.id}", lot=lot_id, site=row.to_id, doses=twice)


def _reason(line: models.ConsignmentLine, told: str) -> str:
    assert line.accepted is not None
    if line.accepted < 0:
        raise Refused("stock.doses_not_positive")
    if line.accepted == line.sent:
        return ""
    if told not in rules.DIFFERENCES:
        known = lots.lot(line.lot_id)
        raise Refused("stock.difference_reason_missing", lot=known.number if known else "", sent=line.sent, accepted=line.accepted)
    return told


@transaction.atomic
def refuse(*, consignment_id: UUID, reason: str, note: str = "", by: Actor, at: datetime) -> ConsignmentInfo:
    """Refuse a whole consignment (warm, frozen, wrong goods): it goes back; the sender says when it arrived.

    Raises Refused: stock.consignment_unknown, stock.consignment_received, stock.reason_missing.
    """
    if reason not in rules.DIFFERENCES:
        raise Refused("stock.reason_missing")
    row = _waiting(consignment_id)
    models.ConsignmentLine.objects.filter(consignment_id=row.id).update(accepted=0, reason=reason)
    row.reason, row.note = reason, note.strip()[:300] or row.note
    _end(row, "refused", by, at)
    working.open_("consignment", row.from_id, str(row.id), ref_id=row.id, on=row.on_date, at=at, doses=_difference(row.id))
    return one(row.id)


@transaction.atomic
def settle(*, consignment_id: UUID, lot_id: UUID, resolution: str, performed: Performed, by: Actor, at: datetime) -> ConsignmentInfo:
    """Say what the difference of one lot was: lost, came_back to the sender, arrived after all, miscounted by the sender.

    The doses leave the road for where they are; nothing hangs between two ledgers. Raises Refused: stock.consignment_unknown,
    stock.nothing_to_settle, stock.resolution_unknown.
    """
    row = models.Consignment.objects.select_for_update().filter(id=consignment_id).first()
    if row is None:
        raise Refused("stock.consignment_unknown")
    line = models.ConsignmentLine.objects.select_for_update().filter(consignment_id=row.id, lot_id=lot_id).first()
    if line is None or line.accepted is None or line.resolution or line.accepted == line.sent:
        raise Refused("stock.nothing_to_settle")
    _settle_line(row, line, resolution, performed, by, at)
    line.resolution = resolution
    line.save(update_fields=["resolution"])
    audit.record("stock.difference_settled", by=by, at=at, subject=f"consignment:{row.id}", lot=lot_id, resolution=resolution)
    if all(one.open == 0 for one in _lines(row.id)):
        row.state, row.settled_at, row.settled_by = "settled", at, by.text
        row.save(update_fields=["state", "settled_at", "settled_by"])
        for site in (row.from_id, row.to_id):
            working.clear("consignment", site, str(row.id), by=by, at=at)
    return one(row.id)


def _settle_line(row: models.Consignment, line: models.ConsignmentLine, resolution: str, performed: Performed, by: Actor, at: datetime) -> None:
    assert line.accepted is not None
    difference = line.sent - line.accepted
    ways = ("lost", "came_back", "arrived", "miscounted") if difference > 0 else ("miscounted",)
    if resolution not in ways:
        raise Refused("stock.resolution_unknown")
    facts = {"consignment_id": row.id, "reason": line.reason}
    if difference < 0:  # more arrived than the sender's paper said: it left the sender all the same
        _leave(row, line.lot_id, -difference, performed, by, at)
    elif resolution in ("came_back", "miscounted"):
        ledger.write("came_back", row.from_id, line.lot_id, difference, performed, by, at, other_id=row.to_id, **facts)
        if resolution == "came_back":
            _harmed(row, line, row.from_id, at)
    elif resolution == "arrived":
        ledger.write("received", row.to_id, line.lot_id, difference, performed, by, at, other_id=row.from_id, **facts)
        labels.match(row.to_id, line.lot_id, difference, performed, by, at)
        holding.follow(row, line.lot_id, at)
        _harmed(row, line, row.to_id, at)


def _harmed(row: models.Consignment, line: models.ConsignmentLine, site_id: UUID, at: datetime) -> None:
    """Doses that were refused as warm or frozen stand again at a holder: the lot is held there until a person decides."""
    if line.reason in rules.HARMED and rules.is_vaccine(models.Lot.objects.values_list("vaccine", flat=True).get(id=line.lot_id)):
        reason = f"Chuyến hàng {row.document}: {rules.HARMED[line.reason]}"
        holding.hold(site_id=site_id, lot_id=line.lot_id, reason=reason, cause="excursion", by=SYSTEM, at=at)


def _waiting(consignment_id: UUID) -> models.Consignment:
    row = models.Consignment.objects.select_for_update().filter(id=consignment_id).first()
    if row is None:
        raise Refused("stock.consignment_unknown")
    if row.state != "sent":
        raise Refused("stock.consignment_received", document=row.document, received_at=row.received_at, state=row.state)
    return row


def _end(row: models.Consignment, state: str, by: Actor, at: datetime) -> None:
    row.state, row.received_at, row.received_by = state, at, by.text
    row.save(update_fields=["state", "received_at", "received_by", "reason", "note"])
    for site in (row.from_id, row.to_id):
        working.clear("overdue", site, str(row.id), by=SYSTEM, at=at)
    audit.record(f"stock.consignment_{state}", by=by, at=at, subject=f"consignment:{row.id}")
    outbox.publish("stock.arrived", at=at, consignment_id=row.id, state=state)


def _difference(consignment_id: UUID) -> int:
    return sum(abs(line.open) for line in _lines(consignment_id))


def _lines(consignment_id: UUID) -> tuple[SentLine, ...]:
    return _all_lines([consignment_id]).get(consignment_id, ())


def _all_lines(ids: Iterable[UUID]) -> dict[UUID, tuple[SentLine, ...]]:
    rows = list(models.ConsignmentLine.objects.filter(consignment_id__in=list(ids)))
    known = lots.lots(row.lot_id for row in rows)
    found: dict[UUID, list[SentLine]] = {}
    for row in rows:
        found.setdefault(row.consignment_id, []).append(SentLine(known[row.lot_id], row.sent, row.accepted, row.reason, row.resolution))
    return {key: tuple(sorted(lines, key=lambda line: (line.lot.vaccine, line.lot.number))) for key, lines in found.items()}


def one(consignment_id: UUID) -> ConsignmentInfo:
    """One consignment. Raises Refused: stock.consignment_unknown."""
    found = _infos(list(models.Consignment.objects.filter(id=consignment_id)))
    if not found:
        raise Refused("stock.consignment_unknown")
    return found[0]


def consignment(consignment_id: UUID) -> ConsignmentInfo | None:
    """One consignment, or None."""
    return next(iter(_infos(list(models.Consignment.objects.filter(id=consignment_id)))), None)


def consignments(
    scopes: Iterable[Scope] | None = None, *, to_id: UUID | None = None, from_id: UUID | None = None, states: Iterable[str] = (),
    limit: int = 100,
) -> list[ConsignmentInfo]:  # fmt: skip
    """Consignments from or to the holders of these scopes, the newest first."""
    rows = models.Consignment.objects.order_by("-sent_at", "-id")
    told = None if scopes is None else tuple(scopes)
    if told is not None and not any(scope.kind == "nation" for scope in told):
        ids = [one.id for one in holders.holders(told)]
        rows = rows.filter(Q(from_id__in=ids) | Q(to_id__in=ids))
    for name, value in (("to_id", to_id), ("from_id", from_id)):
        rows = rows.filter(**{name: value}) if value else rows
    wanted = list(states)
    return _infos(list((rows.filter(state__in=wanted) if wanted else rows)[:limit]))


def watch(at: datetime) -> None:
    """Name consignments that nobody received for days as work of the receiver (called by the worker)."""
    for row in models.Consignment.objects.filter(state="sent", sent_at__lt=at - rules.OVERDUE)[:500]:
        working.open_("overdue", row.to_id, str(row.id), ref_id=row.id, on=row.on_date, at=at, doses=sum(one.sent for one in _lines(row.id)))


def _infos(rows: list[models.Consignment]) -> list[ConsignmentInfo]:
    known = holders.holders_by_id({row.from_id for row in rows} | {row.to_id for row in rows})
    lines = _all_lines(row.id for row in rows)
    return [
        ConsignmentInfo(
            row.id, known[row.from_id], known[row.to_id], row.kind, row.document, row.state, row.on_date, row.sent_at, row.sent_by,
            row.received_at, row.received_by, row.settled_at, row.settled_by, row.reason, row.note, lines.get(row.id, ()),
        )
        for row in rows
    ]  # fmt: skip
