"""Reads of lots, and how a lot stands at one holder: its own holds and the recalls of its province come before its state."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db import connection

from khien.stock import models, rules
from khien.stock.types import LotInfo


def lot(lot_id: UUID, site_id: UUID | None = None) -> LotInfo | None:
    """The lot of this id; with `site_id` as it stands at that holder."""
    row = models.Lot.objects.filter(id=lot_id).first()
    if row is None:
        return None
    return at_holder(site_id, [lot_info(row)])[0] if site_id else lot_info(row)


def lots(lot_ids: Iterable[UUID], site_id: UUID | None = None) -> dict[UUID, LotInfo]:
    """Several lots by id; with `site_id` as they stand at that holder."""
    found = [lot_info(row) for row in models.Lot.objects.filter(id__in=set(lot_ids))]
    return {one.id: one for one in (at_holder(site_id, found) if site_id else found)}


def lot_by_number(vaccine: str, number: str) -> LotInfo | None:
    """The lot with this number, read as people write it; an exact number wins over one that only looks alike."""
    found = list(models.Lot.objects.filter(vaccine=vaccine, number_key=rules.number_key(number)).order_by("id"))
    exact = [row for row in found if row.number == number.strip().upper()]
    chosen = exact or found
    return lot_info(chosen[0]) if chosen else None


def lot_read_as(vaccine: str, number: str) -> LotInfo | None:
    """The lot as which a number will be read for this product; where it has none so, another product's. None for a number in no book."""
    asked = rules.number_key(number)
    if not asked or not rules.is_vaccine(vaccine):
        return None
    others = models.Lot.objects.filter(number_key=asked).exclude(vaccine__in=rules.items()).order_by("-expires_on", "number")
    return lot_by_number(vaccine, number) or next(map(lot_info, others[:1]), None)


def all_lots(vaccine: str | None = None) -> list[LotInfo]:
    """Every vaccine's lot known (or those of one item), the last to expire first."""
    rows = models.Lot.objects.order_by("-expires_on", "number")
    rows = rows.filter(vaccine=vaccine) if vaccine else rows.exclude(vaccine__in=rules.items())
    return [lot_info(row) for row in rows]


def at_holder(site_id: UUID | None, found: list[LotInfo]) -> list[LotInfo]:
    """These lots as they stand at a holder."""
    released = [one.id for one in found if one.state == "released"]
    if site_id is None or not released:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l, s.state, s.state_reason FROM unnest(%s::uuid[]) AS l, stock_lot_stands(l, %s) AS s WHERE s.state IS NOT NULL",
            [released, site_id],
        )
        stopped = {lot_id: (state, reason) for lot_id, state, reason in cursor.fetchall()}
    return [
        replace(one, state=stopped[one.id][0], state_reason=stopped[one.id][1]) if one.id in stopped else one for one in found
    ]


def stopped_at(lot_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], LotInfo]:
    """By holder and lot: these lots where they are stopped at single holders (their holds, the recalls of a province)."""
    ids = list(set(lot_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.site_id, b.lot_id, s.state, s.state_reason FROM stock_balance b, stock_lot_stands(b.lot_id, b.site_id) AS s"
            " WHERE b.lot_id = ANY (%s) AND s.state IS NOT NULL AND (EXISTS (SELECT 1 FROM stock_hold h WHERE h.site_id = b.site_id"
            " AND h.lot_id = b.lot_id AND h.decided_at IS NULL) OR EXISTS (SELECT 1 FROM lot_recall r WHERE r.lot_id = b.lot_id"
            " AND r.state = 'confirmed' AND r.scope_kind = 'province'))",
            [ids],
        )
        told = cursor.fetchall()
    known = lots({lot_id for _, lot_id, _, _ in told})
    return {
        (site_id, lot_id): replace(known[lot_id], state=state, state_reason=reason)
        for site_id, lot_id, state, reason in told
        if known[lot_id].state == "released"
    }


def lot_info(row: models.Lot) -> LotInfo:
    """The row as a type."""
    return LotInfo(
        row.id, row.vaccine, row.number, row.manufacturer, row.manufactured_on, row.expires_on, row.doses_per_vial, row.state,
        row.state_reason,
    )  # fmt: skip
