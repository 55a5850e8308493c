"""A lot set aside at one holder: paused at once by the point, or quarantined by a rule; a person releases or destroys it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor, Performed, Scope
from khien.plumbing import audit, outbox
from khien.stock import holders, ledger, lots, models
from khien.stock.types import HoldInfo


@transaction.atomic
def hold(
    *, site_id: UUID, lot_id: UUID, reason: str, cause: str = "paused", excursion_id: UUID | None = None, rules: Iterable[str] = (),
    harmed_at: datetime | None = None, by: Actor, at: datetime,
) -> UUID:  # fmt: skip
    """Set a lot aside at one holder: every desk there stops on it at its next look. Held already: the same hold.

    Raises Refused: stock.reason_missing, stock.lot_unknown.
    """
    if not reason.strip():
        raise Refused("stock.reason_missing")
    if not models.Lot.objects.filter(id=lot_id).exists():
        raise Refused("stock.lot_unknown")
    row = models.Hold(
        site_id=site_id, lot_id=lot_id, cause=cause, excursion_id=excursion_id, rules=list(rules), harmed_at=harmed_at,
        reason=reason.strip()[:300], held_at=at, held_by=by.text,
    )  # fmt: skip
    models.Hold.objects.bulk_create([row], ignore_conflicts=True)
    kept = models.Hold.objects.get(site_id=site_id, lot_id=lot_id, cause=cause, decided_at__isnull=True)
    if kept.id == row.id:
        audit.record("stock.held", by=by, at=at, subject=f"lot:{lot_id}", site=site_id, cause=cause)
        outbox.publish("stock.hold_changed", at=at, site_id=site_id, lot_id=lot_id, state=cause)
    return kept.id


def follow(consignment: models.Consignment, lot_id: UUID, at: datetime) -> None:
    """Hold a lot at the receiver of a consignment for what it is held for at the sender: the goods are the same.

    A hold that ended in destruction while they were on the road goes with them too; a breach that began after they left does not.
    """
    for row in models.Hold.objects.filter(
        Q(decided_at__isnull=True) | Q(decision="destroyed", decided_at__gte=consignment.sent_at), site_id=consignment.from_id, lot_id=lot_id
    ):  # fmt: skip
        if not (row.excursion_id and models.Excursion.objects.filter(id=row.excursion_id, started_at__gt=consignment.sent_at).exists()):
            hold(
                site_id=consignment.to_id, lot_id=lot_id, reason=row.reason, cause=row.cause, excursion_id=row.excursion_id, rules=row.rules,
                by=SYSTEM, at=at,
            )  # fmt: skip


@transaction.atomic
def decide_hold(*, hold_id: UUID, decision: str, reason: str, performed: Performed, by: Actor, at: datetime) -> HoldInfo:
    """Release a held lot at its holder, or destroy what is left of it there; a person's decision with its reason.

    Doses that were given there after the cold chain had harmed a lot that is destroyed are in doubt from now on (`harmed`).

    Raises Refused: stock.hold_unknown, stock.hold_decided, stock.decision_unknown, stock.reason_missing.
    """
    row = models.Hold.objects.select_for_update().filter(id=hold_id).first()
    if row is None:
        raise Refused("stock.hold_unknown")
    if row.decided_at is not None:
        raise Refused("stock.hold_decided", decided_at=row.decided_at)
    if decision not in ("released", "destroyed"):
        raise Refused("stock.decision_unknown")
    if not reason.strip():
        raise Refused("stock.reason_missing")
    if decision == "destroyed":
        _destroy(row, performed, by, at)
    row.decided_at, row.decided_by, row.decision, row.decision_reason = at, by.text, decision, reason.strip()[:300]
    row.save(update_fields=["decided_at", "decided_by", "decision", "decision_reason"])
    _end_excursion(row, by, at)
    audit.record("stock.hold_decided", by=by, at=at, subject=f"lot:{row.lot_id}", site=row.site_id, decision=decision)
    outbox.publish("stock.hold_changed", at=at, site_id=row.site_id, lot_id=row.lot_id, state=decision, hold_id=row.id)
    return _infos([row])[0]


def _destroy(row: models.Hold, performed: Performed, by: Actor, at: datetime) -> None:
    held = models.Balance.objects.select_for_update().filter(site_id=row.site_id, lot_id=row.lot_id).first()
    if held and held.on_hand:
        reason = "cold_chain" if row.cause == "excursion" else "other"
        ledger.write("wasted", row.site_id, row.lot_id, held.on_hand, performed, by, at, reason=reason)


def _end_excursion(row: models.Hold, by: Actor, at: datetime) -> None:
    """An excursion is decided when no lot is held for it any more."""
    left = models.Hold.objects.filter(excursion_id=row.excursion_id, decided_at__isnull=True).exists()
    if row.excursion_id and not left:
        models.Excursion.objects.filter(id=row.excursion_id, decided_at__isnull=True).update(
            decided_at=at, decided_by=by.text, decision=row.decision
        )


def holds(
    scopes: Iterable[Scope] | None = None, *, site_id: UUID | None = None, lot_id: UUID | None = None, decided: bool = False, limit: int = 300
) -> list[HoldInfo]:
    """Lots set aside inside these scopes, the newest first; with `decided` also those that somebody decided about."""
    rows = models.Hold.objects.filter(holders.within(scopes)).order_by("-held_at", "-id")
    rows = rows.filter(site_id=site_id) if site_id else rows
    rows = rows.filter(lot_id=lot_id) if lot_id else rows
    return _infos(list((rows if decided else rows.filter(decided_at__isnull=True))[:limit]))


def one_hold(hold_id: UUID) -> HoldInfo | None:
    """One hold."""
    return next(iter(_infos(list(models.Hold.objects.filter(id=hold_id)))), None)


def _infos(rows: list[models.Hold]) -> list[HoldInfo]:
    known = lots.lots(row.lot_id for row in rows)
    return [
        HoldInfo(
            row.id, row.site_id, known[row.lot_id], row.cause, row.reason, row.excursion_id, row.held_at, row.held_by, row.decided_at,
            row.decided_by, row.decision, row.decision_reason, row.harmed_at,
        )
        for row in rows
    ]  # fmt: skip
