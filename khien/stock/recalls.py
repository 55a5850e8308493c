"""A lot's recall for a province or the nation: asked by one person, confirmed by another, the doses affected shown first."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Sum

from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Scope
from khien.plumbing import audit, outbox
from khien.stock import holders, lots, models
from khien.stock.types import LotInfo, RecallInfo

NATION = Scope("nation")


def affected(lot_id: UUID, scope: Scope = NATION) -> dict[str, int]:
    """What a recall touches, counted now: doses given and at how many points, doses on hand and at how many holders, on the way from or to them."""
    scopes = None if scope.kind == "nation" else (scope,)
    given = immunizations.sites_of_lot(lot_id, scopes)
    held = models.Balance.objects.filter(holders.within(scopes), lot_id=lot_id, on_hand__gt=0)
    ids = models.Consignment.objects.filter(holders.within(scopes, "from_id") | holders.within(scopes, "to_id"), state="sent").values("id")
    road = models.ConsignmentLine.objects.filter(lot_id=lot_id, consignment_id__in=ids).aggregate(n=Sum("sent"))["n"]
    return {
        "given": sum(given.values()), "points": len(given), "on_hand": int(held.aggregate(n=Sum("on_hand"))["n"] or 0),
        "holders": held.count(), "on_the_way": int(road or 0),
    }  # fmt: skip


@transaction.atomic
def ask_recall(*, lot_id: UUID, scope: Scope, reason: str, document: str = "", by: Actor, at: datetime) -> RecallInfo:
    """Ask for a recall; nothing stops yet beyond the holds of the points, until another person confirms.

    Raises Refused: stock.lot_unknown, stock.reason_missing, stock.recall_scope, stock.recall_open.
    """
    if not models.Lot.objects.filter(id=lot_id).exists():
        raise Refused("stock.lot_unknown")
    if not reason.strip():
        raise Refused("stock.reason_missing")
    if scope.kind not in ("province", "nation"):
        raise Refused("stock.recall_scope")
    row = models.Recall(
        lot_id=lot_id, scope_kind=scope.kind, scope_key=scope.key, scope_epoch=scope.epoch, reason=reason.strip()[:300],
        document=document.strip()[:100], affected=affected(lot_id, scope), asked_at=at, asked_by=by.text,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused("stock.recall_open") from None
    audit.record("stock.recall_asked", by=by, at=at, subject=f"lot:{lot_id}", scope=f"{scope.kind} {scope.key}".strip(), **row.affected)
    outbox.publish("stock.recall_asked", at=at, recall_id=row.id, lot_id=lot_id)
    return _infos([row])[0]


@transaction.atomic
def confirm_recall(*, recall_id: UUID, by: Actor, at: datetime) -> RecallInfo:
    """Confirm a recall that another person asked for: every desk in it stops now, the messages to the recipients open.

    Raises Refused: stock.recall_unknown, stock.recall_decided, stock.second_person_same.
    """
    row = _asked(recall_id)
    if row.asked_by == by.text:
        raise Refused("stock.second_person_same")
    row.state, row.decided_at, row.decided_by = "confirmed", at, by.text
    row.affected = affected(row.lot_id, _scope(row))
    row.save(update_fields=["state", "decided_at", "decided_by", "affected"])
    if row.scope_kind == "nation":
        put_state(row.lot_id, "recalled", row.reason, by, at)
    audit.record("stock.recall_confirmed", by=by, at=at, subject=f"lot:{row.lot_id}", recall=row.id, **row.affected)
    outbox.publish("stock.recalled", at=at, recall_id=row.id, lot_id=row.lot_id)
    return _infos([row])[0]


@transaction.atomic
def decline_recall(*, recall_id: UUID, reason: str, by: Actor, at: datetime) -> RecallInfo:
    """Decline a recall that was asked for, or take one's own back.

    Raises Refused: stock.recall_unknown, stock.recall_decided, stock.reason_missing.
    """
    if not reason.strip():
        raise Refused("stock.reason_missing")
    row = _asked(recall_id)
    row.state, row.decided_at, row.decided_by, row.decision_reason = "declined", at, by.text, reason.strip()[:300]
    row.save(update_fields=["state", "decided_at", "decided_by", "decision_reason"])
    audit.record("stock.recall_declined", by=by, at=at, subject=f"lot:{row.lot_id}", recall=row.id)
    return _infos([row])[0]


@transaction.atomic
def lift_recall(*, recall_id: UUID, reason: str, by: Actor, at: datetime) -> RecallInfo:
    """Let a recalled lot be used again, with the reason; by another person than the one who confirmed.

    Raises Refused: stock.recall_unknown, stock.recall_decided, stock.reason_missing, stock.second_person_same.
    """
    if not reason.strip():
        raise Refused("stock.reason_missing")
    row = models.Recall.objects.select_for_update().filter(id=recall_id).first()
    if row is None:
        raise Refused("stock.recall_unknown")
    if row.state != "confirmed":
        raise Refused("stock.recall_decided", state=row.state)
    if row.decided_by == by.text:
        raise Refused("stock.second_person_same")
    row.state, row.lifted_at, row.lifted_by, row.decision_reason = "lifted", at, by.text, reason.strip()[:300]
    row.save(update_fields=["state", "lifted_at", "lifted_by", "decision_reason"])
    if row.scope_kind == "nation":
        put_state(row.lot_id, "released", reason.strip(), by, at)
    audit.record("stock.recall_lifted", by=by, at=at, subject=f"lot:{row.lot_id}", recall=row.id)
    return _infos([row])[0]


def put_state(lot_id: UUID, state: str, reason: str, by: Actor, at: datetime) -> LotInfo:
    """Write a lot's state for everywhere and tell it. Raises Refused: stock.lot_unknown."""
    row = models.Lot.objects.select_for_update().filter(id=lot_id).first()
    if row is None:
        raise Refused("stock.lot_unknown")
    before, row.state, row.state_reason, row.state_at, row.state_by = row.state, state, reason, at, by.text
    row.save(update_fields=["state", "state_reason", "state_at", "state_by"])
    audit.record("stock.lot_state_set", by=by, at=at, subject=f"lot:{lot_id}", before=before, state=state)
    outbox.publish("stock.lot_state_changed", at=at, lot_id=lot_id, state=state)
    return lots.lot_info(row)


def recalls(*, lot_id: UUID | None = None, states: tuple[str, ...] = ()) -> list[RecallInfo]:
    """Recalls, the newest first."""
    rows = models.Recall.objects.order_by("-asked_at", "-id")
    rows = rows.filter(lot_id=lot_id) if lot_id else rows
    return _infos(list((rows.filter(state__in=states) if states else rows)[:200]))


def recall(recall_id: UUID) -> RecallInfo | None:
    """One recall."""
    return next(iter(_infos(list(models.Recall.objects.filter(id=recall_id)))), None)


def _asked(recall_id: UUID) -> models.Recall:
    row = models.Recall.objects.select_for_update().filter(id=recall_id).first()
    if row is None:
        raise Refused("stock.recall_unknown")
    if row.state != "asked":
        raise Refused("stock.recall_decided", state=row.state)
    return row


def _scope(row: models.Recall) -> Scope:
    return Scope(row.scope_kind, row.scope_key, row.scope_epoch)


def _infos(rows: list[Any]) -> list[RecallInfo]:
    known = lots.lots(row.lot_id for row in rows)
    return [
        RecallInfo(
            row.id, known[row.lot_id], _scope(row), row.reason, row.document, row.state, row.affected, row.asked_at, row.asked_by, row.decided_at,
            row.decided_by, row.decision_reason, row.lifted_at, row.lifted_by,
        )
        for row in rows
    ]  # fmt: skip
