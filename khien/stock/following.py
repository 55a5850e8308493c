"""Goods that a breach of the cold chain harmed, held where they are now: at the holder, on the road, at whoever received them since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.refs import SYSTEM
from khien.plumbing import audit
from khien.stock import holders, holding, models
from khien.stock.cold_rules import Rule


@dataclass(frozen=True, slots=True)
class Leaving:
    """Doses of a lot that left a holder in a consignment: some were accepted at `to_id`, some are still on the road (or on it back)."""

    lot_id: UUID
    moment: datetime
    to_id: UUID
    received_at: datetime | None
    accepted: bool
    on_road: bool


def leavings(site_id: UUID, lot_ids: Iterable[UUID], since: datetime) -> list[Leaving]:
    """The consignments in which these lots left a holder since a moment."""
    rows = models.Movement.objects.filter(
        site_id=site_id, lot_id__in=list(lot_ids), kind__in=["sent", "returned"], consignment_id__isnull=False, performed_at__gte=since,
        on_date__gte=clock.on_date(since),
    ).order_by("performed_at")  # fmt: skip
    moved = {(row.consignment_id, row.lot_id): row.performed_at for row in reversed(rows) if row.consignment_id}
    ids = {consignment_id for consignment_id, _ in moved}
    known = models.Consignment.objects.in_bulk(ids)
    found = []
    for line in models.ConsignmentLine.objects.filter(consignment_id__in=ids).order_by("consignment_id", "lot_id"):
        moment, one = moved.get((line.consignment_id, line.lot_id)), known[line.consignment_id]
        if moment is not None:
            arrived = bool(line.accepted) or line.resolution == "arrived"
            road = not line.resolution and (line.accepted is None or line.accepted < line.sent)
            found.append(Leaving(line.lot_id, moment, one.to_id, one.received_at, arrived, road))
    return found


def follow(device: models.ColdDevice, one: models.Excursion, leaving: Leaving, broken: list[Rule], at: datetime) -> bool:
    """Hold harmed goods at their receiver and at everyone to whom they went on; says whether anything is held that was not."""
    waiting, seen, held = [leaving], {device.site_id}, False
    while waiting:
        here = waiting.pop()
        if here.to_id in seen or not here.accepted or here.received_at is None:
            continue
        seen.add(here.to_id)
        told = {key for row in standing(one, here.to_id, [here.lot_id]) for key in row.rules}
        fresh = [rule for rule in broken if key(device, rule) not in told]
        if not fresh:
            continue
        onward = leavings(here.to_id, [here.lot_id], here.received_at)
        on_hand = models.Balance.objects.filter(site_id=here.to_id, lot_id=here.lot_id, on_hand__gt=0).exists()
        if on_hand or any(leaving.on_road for leaving in onward) or immunizations.count_given(here.lot_id, here.to_id, here.received_at):
            hold(device, one, here.to_id, here.lot_id, fresh, here.received_at, at)
            held = True
        waiting += onward
    return held


def standing(one: models.Excursion, site_id: UUID, lot_ids: Iterable[UUID]) -> Iterable[models.Hold]:
    """The cold chain's holds of these lots at a holder that nobody has decided, or that somebody decided since this breach was found."""
    return models.Hold.objects.filter(
        Q(decided_at__isnull=True) | Q(decided_at__gte=one.found_at), site_id=site_id, cause="excursion", lot_id__in=list(lot_ids)
    ).order_by("held_at")


def key(device: models.ColdDevice, rule: Rule) -> str:
    """A broken rule as a hold keeps it."""
    return f"{device.id}:{rule.code}"


def hold(device: models.ColdDevice, one: models.Excursion, site_id: UUID, lot_id: UUID, broken: list[Rule], since: datetime, at: datetime) -> None:
    """Hold a lot for the rules that were broken since a moment; held already for others, whoever decides is told of these too."""
    keys, name = [key(device, rule) for rule in broken], device.name
    if site_id != device.site_id and (sender := holders.holder(device.site_id)):
        name = f"{sender.name}, {name}"
    reason = "; ".join(f"{name}: {rule.vi}" for rule in broken)
    row = models.Hold.objects.select_for_update().filter(site_id=site_id, lot_id=lot_id, cause="excursion", decided_at__isnull=True).first()
    if row is None:
        holding.hold(
            site_id=site_id, lot_id=lot_id, reason=reason, cause="excursion", excursion_id=one.id, rules=keys, harmed_at=since, by=SYSTEM, at=at
        )
        return
    row.rules = [*row.rules, *(one for one in keys if one not in row.rules)]
    row.reason = f"{row.reason}; {reason}" if reason not in row.reason else row.reason
    row.harmed_at = min(row.harmed_at or since, since)
    row.save(update_fields=["rules", "reason", "harmed_at"])
    audit.record("stock.hold_widened", by=SYSTEM, at=at, subject=f"lot:{lot_id}", site=site_id)
