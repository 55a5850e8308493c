"""Reads of lots, balances and the ledger."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, Sum

from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.stock import models, rules
from khien.stock.types import Balance, DayLine, LotInfo, MovementInfo

check_lot = rules.check_lot


def lot(lot_id: UUID) -> LotInfo | None:
    """The lot of this id."""
    row = models.Lot.objects.filter(id=lot_id).first()
    return lot_info(row) if row else None


def lots(lot_ids: Iterable[UUID]) -> dict[UUID, LotInfo]:
    """Several lots by id."""
    return {row.id: lot_info(row) for row in models.Lot.objects.filter(id__in=set(lot_ids))}


def lot_by_number(vaccine: str, number: str) -> LotInfo | None:
    """The lot with this number, read as people write it; an exact number wins over one that only looks alike."""
    found = list(models.Lot.objects.filter(vaccine=vaccine, number_key=rules.number_key(number)).order_by("id"))
    exact = [row for row in found if row.number == number.strip().upper()]
    chosen = exact or found
    return lot_info(chosen[0]) if chosen else None


def all_lots(vaccine: str | None = None) -> list[LotInfo]:
    """Every lot known, the last to expire first."""
    rows = models.Lot.objects.order_by("-expires_on", "number")
    return [lot_info(row) for row in (rows.filter(vaccine=vaccine) if vaccine else rows)]


def lots_at(site_id: UUID, *, on: date | None = None) -> list[Balance]:
    """Lots with doses at this site (or a shortfall), the first to expire first; with `on`, only lots usable that day."""
    rows = list(models.Balance.objects.filter(site_id=site_id))
    known = lots(row.lot_id for row in rows)
    found = [_balance(row, known[row.lot_id]) for row in rows if row.on_hand or row.shortfall]
    if on is not None:
        found = [balance for balance in found if rules.can_use(balance.lot, on)]
    return sorted(found, key=lambda balance: (balance.lot.expires_on, balance.lot.number))


def held(scopes: Iterable[Scope] | None = None) -> list[Balance]:
    """Every lot with doses (or a shortfall) at the points of these scopes (None: all), the first to expire first."""
    rows = models.Balance.objects.filter(Q(on_hand__gt=0) | Q(shortfall__gt=0))
    if scopes is not None:
        rows = rows.filter(places.within(scopes, units=None, site="site_id"))
    found = list(rows)
    known = lots(row.lot_id for row in found)
    return sorted(
        (_balance(row, known[row.lot_id]) for row in found), key=lambda one: (one.lot.expires_on, one.lot.number, str(one.site_id))
    )


def balance(site_id: UUID, lot_id: UUID) -> Balance:
    """The balance of a lot at a site; all zero where it never was."""
    known = lot(lot_id)
    if known is None:
        raise LookupError(lot_id)
    row = models.Balance.objects.filter(site_id=site_id, lot_id=lot_id).first()
    return _balance(row, known) if row else Balance(site_id, known, 0, 0, 0, 0, 0, 0)


def movements(site_id: UUID, *, lot_id: UUID | None = None, on: date | None = None, limit: int = 500) -> list[MovementInfo]:
    """The ledger of a site, the latest first."""
    rows = models.Movement.objects.filter(site_id=site_id)
    rows = rows.filter(lot_id=lot_id) if lot_id else rows
    rows = rows.filter(on_date=on) if on else rows
    return [
        MovementInfo(
            row.id, row.site_id, row.lot_id, row.kind, row.doses, row.on_date, row.performed_at, row.recorded_at, row.recorded_by,
            row.reason, row.document, row.visit_id,
        )
        for row in rows.order_by("-performed_at", "-recorded_at")[:limit]
    ]  # fmt: skip


def day_movements(site_id: UUID, on: date) -> list[DayLine]:
    """What each lot did at a site on a day, from the ledger itself, lots by number."""
    sums: dict[UUID, dict[tuple[bool, str], int]] = {}
    rows = (
        models.Movement.objects.filter(site_id=site_id, on_date__lte=on)
        .values("lot_id", "kind", "on_date")
        .annotate(n=Sum("doses"))
    )
    for row in rows:
        of_lot = sums.setdefault(row["lot_id"], {})
        key = (row["on_date"] == on, row["kind"])
        of_lot[key] = of_lot.get(key, 0) + row["n"]
    known, short = lots(sums), dict(models.Balance.objects.filter(site_id=site_id).values_list("lot_id", "shortfall"))
    lines = [_day_line(known[lot_id], of_lot, short.get(lot_id, 0)) for lot_id, of_lot in sums.items()]
    active = [
        line for line in lines if line.opening or line.closing or line.received or line.drawn or line.wasted or line.returned
    ]
    return sorted(active, key=lambda line: line.lot.number)


def _day_line(lot: LotInfo, sums: dict[tuple[bool, str], int], shortfall: int) -> DayLine:
    def total(today: bool) -> dict[str, int]:
        got = {kind: sums.get((today, kind), 0) for kind in ("received", "drawn", "drawn_back", "wasted", "returned")}
        got["drawn"] -= got.pop("drawn_back")
        return got

    before, day = total(False), total(True)
    opening = before["received"] - before["drawn"] - before["wasted"] - before["returned"]
    closing = opening + day["received"] - day["drawn"] - day["wasted"] - day["returned"]
    return DayLine(lot, opening, day["received"], day["drawn"], day["wasted"], day["returned"], closing, shortfall)


def drawn(site_id: UUID, on: date) -> int:
    """Doses drawn at a site on a day, less those put back."""
    found = models.Movement.objects.filter(site_id=site_id, on_date=on, kind__in=["drawn", "drawn_back"])
    sums = dict(found.values_list("kind").annotate(n=Sum("doses")))
    return int(sums.get("drawn", 0) - sums.get("drawn_back", 0))


def used_on(site_ids: Iterable[UUID], on: date) -> dict[UUID, dict[str, tuple[int, int]]]:
    """Doses drawn (less those put back) and wasted at these sites on a day, by product: the daily report's two columns."""
    rows = models.Movement.objects.filter(site_id__in=list(site_ids), on_date=on, kind__in=["drawn", "drawn_back", "wasted"])
    sums = list(rows.values_list("site_id", "lot_id", "kind").annotate(n=Sum("doses")))
    known = lots(lot_id for _site, lot_id, _kind, _n in sums)
    found: dict[UUID, dict[str, tuple[int, int]]] = {}
    for site_id, lot_id, kind, n in sums:
        of_site = found.setdefault(site_id, {})
        used, wasted = of_site.get(known[lot_id].vaccine, (0, 0))
        moved = (used, wasted + n) if kind == "wasted" else (used + (n if kind == "drawn" else -n), wasted)
        of_site[known[lot_id].vaccine] = moved
    return found


def totals() -> dict[str, int]:
    """Doses received, drawn, wasted, returned and short over all sites."""
    names = ("on_hand", "received", "drawn", "wasted", "returned", "shortfall")
    found = models.Balance.objects.aggregate(**{name: Sum(name) for name in names})
    return {name: int(found[name] or 0) for name in names}


def lot_info(row: models.Lot) -> LotInfo:
    """The row as a type."""
    return LotInfo(
        row.id, row.vaccine, row.number, row.manufacturer, row.manufactured_on, row.expires_on, row.doses_per_vial, row.state,
        row.state_reason,
    )  # fmt: skip


def _balance(row: models.Balance, lot: LotInfo) -> Balance:
    return Balance(row.site_id, lot, row.on_hand, row.received, row.drawn, row.wasted, row.returned, row.shortfall)
