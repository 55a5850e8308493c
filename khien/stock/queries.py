"""Reads of lots, balances, the ledger and all that hangs on it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, Sum

from khien.kernel.refs import Scope
from khien.stock import models, rules
from khien.stock.cold import aside, device, devices, excursions, key_of, keys, series
from khien.stock.cold_rules import profiles
from khien.stock.cold_rules import rules as cold_rules
from khien.stock.cold_types import Key
from khien.stock.consignments import consignment, consignments
from khien.stock.counting import reconcile, unmatched_labels
from khien.stock.harmed import given_of
from khien.stock.holders import holder, holders, holders_by_id, place_of, within
from khien.stock.holding import holds, one_hold
from khien.stock.ledger import differing
from khien.stock.lots import all_lots, lot, lot_by_number, lot_read_as, lots, stopped_at
from khien.stock.recalls import affected, recall, recalls
from khien.stock.types import Alert, Balance, DayLine, LotInfo, MovementInfo, Proposed
from khien.stock.vials import open_vials, product, thaw_ends, thaws, vials
from khien.stock.working import RESOLUTIONS, one_work, work

__all__ = [
    "RESOLUTIONS", "Key", "affected", "alerts", "all_lots", "aside", "balance", "check_lot", "cold_rules", "consignment", "consignments", "day_movements",
    "device", "devices", "differing", "drawn", "excursions", "given_of", "held", "holder", "holders", "holders_by_id", "holds", "key_of", "keys", "lot",
    "lot_by_number", "lot_read_as", "lots", "lots_at", "movements", "one_hold", "one_work", "open_vials", "place_of", "product", "profiles", "propose",
    "recall", "recalls", "reconcile", "rules", "series", "stopped_at", "thaw_ends", "thaws", "totals", "unmatched_labels", "used", "used_on", "used_since", "vials", "work",
]  # fmt: skip
check_lot = rules.check_lot
USED = ("drawn", "drawn_back", "wasted")  # what the daily report counts of the ledger


def lots_at(site_id: UUID, *, on: date | None = None) -> list[Balance]:
    """Lots with doses at this site (or a shortfall), the first to expire first; with `on`, only lots usable that day."""
    rows = list(models.Balance.objects.filter(site_id=site_id))
    known = lots((row.lot_id for row in rows), site_id)
    found = [_balance(row, known[row.lot_id]) for row in rows if row.on_hand or row.shortfall]
    if on is not None:
        found = [balance for balance in found if rules.can_use(balance.lot, on)]
    return sorted(found, key=lambda balance: (balance.lot.expires_on, balance.lot.number))


def held(scopes: Iterable[Scope] | None = None) -> list[Balance]:
    """Every lot with doses (or a shortfall) at the points and stores of these scopes (None: all), the first to expire first."""
    rows = models.Balance.objects.filter(Q(on_hand__gt=0) | Q(shortfall__gt=0))
    found = list(rows.filter(within(scopes)))
    known = lots(row.lot_id for row in found)
    stopped = stopped_at(row.lot_id for row in found)
    return sorted(
        (_balance(row, stopped.get((row.site_id, row.lot_id)) or known[row.lot_id]) for row in found), key=lambda one: (one.lot.expires_on, one.lot.number, str(one.site_id))
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
    return [_movement(row) for row in rows.order_by("-performed_at", "-recorded_at")[:limit]]


def _movement(row: models.Movement) -> MovementInfo:
    return MovementInfo(
        row.id, row.site_id, row.lot_id, row.kind, row.doses, row.on_date, row.performed_at, row.recorded_at, row.recorded_by,
        row.reason, row.document, row.visit_id, row.other_id, row.consignment_id, row.vial_id,
    )  # fmt: skip


def day_movements(site_id: UUID, on: date) -> list[DayLine]:
    """What each lot did at a holder on a day, from the ledger itself, lots by number."""
    short = dict(models.Balance.objects.filter(site_id=site_id).values_list("lot_id", "shortfall"))
    return sorted((
        DayLine(
            one.lot, one.opening, one.received, one.drawn, one.wasted, one.returned + one.sent, one.closing, short.get(one.lot.id, 0),
            one.extra + one.adjusted,
        )
        for one in reconcile(site_id, on)
    ), key=lambda line: line.lot.number)  # fmt: skip


def used(site_ids: Iterable[UUID], on: date, days: int = 7) -> dict[tuple[UUID, str], int]:
    """Doses that left each holder (drawn, sent, wasted) in the days before this one, by item: what is needed to go on."""
    rows = models.Movement.objects.filter(
        site_id__in=list(site_ids), on_date__gte=on - timedelta(days=days), on_date__lt=on, kind__in=["drawn", "drawn_back", "sent", "wasted"]
    )
    sums = list(rows.values_list("site_id", "lot_id", "kind").annotate(n=Sum("doses")))
    known = lots(lot_id for _, lot_id, _, _ in sums)
    found: dict[tuple[UUID, str], int] = {}
    for site_id, lot_id, kind, n in sums:
        key = (site_id, known[lot_id].vaccine)
        found[key] = found.get(key, 0) + (-n if kind == "drawn_back" else n)
    return found


def alerts(scopes: Iterable[Scope] | None, on: date) -> list[Alert]:
    """Low stock (days at the mean of the last week), lots expired and soon to expire, at the holders of these scopes; worst first."""
    balances = [one for one in held(scopes) if one.on_hand]
    found: list[Alert] = []
    for one in balances:
        days = (one.lot.expires_on - on).days
        if days <= rules.SOON.days:
            found.append(Alert("expired" if days < 0 else "expiring", one.site_id, one.lot.vaccine, one.lot, one.on_hand, days))
    usable: dict[tuple[UUID, str], int] = {}
    for one in balances:
        n = one.on_hand if rules.can_use(one.lot, on) else 0
        usable[one.site_id, one.lot.vaccine] = usable.get((one.site_id, one.lot.vaccine), 0) + n
    for (site_id, item), n in used({site for site, _ in usable}, on).items():
        left = rules.days_of_stock(usable.get((site_id, item), 0), n)
        if left is not None and left < rules.LOW_DAYS:
            found.append(Alert("low", site_id, item, None, usable.get((site_id, item), 0), left))
    order = {"expired": 0, "low": 1, "expiring": 2}
    return sorted(found, key=lambda alert: (order[alert.kind], alert.days))


def propose(site_id: UUID, item: str, doses: int, on: date) -> list[Proposed]:
    """Which lots of an item to send or use first: first expired, first out."""
    return rules.first_expired_first_out(lots_at(site_id), item, doses, on)


def drawn(site_id: UUID, on: date) -> int:
    """Doses drawn at a site on a day, less those put back."""
    found = models.Movement.objects.filter(site_id=site_id, on_date=on, kind__in=["drawn", "drawn_back"])
    sums = dict(found.values_list("kind").annotate(n=Sum("doses")))
    return int(sums.get("drawn", 0) - sums.get("drawn_back", 0))


def used_on(site_ids: Iterable[UUID], on: date) -> dict[UUID, dict[str, tuple[int, int]]]:
    """Doses drawn (less those put back) and wasted at these sites on a day, by product: the daily report's two columns.

    Syringes, ampoules and boxes are no doses.
    """
    rows = models.Movement.objects.filter(site_id__in=list(site_ids), on_date=on, kind__in=USED)
    sums = list(rows.values_list("site_id", "lot_id", "kind").annotate(n=Sum("doses")))
    known = lots(lot_id for _site, lot_id, _kind, _n in sums)
    found: dict[UUID, dict[str, tuple[int, int]]] = {}
    for site_id, lot_id, kind, n in sums:
        if not rules.is_vaccine(known[lot_id].vaccine):
            continue
        of_site = found.setdefault(site_id, {})
        used, wasted = of_site.get(known[lot_id].vaccine, (0, 0))
        moved = (used, wasted + n) if kind == "wasted" else (used + (n if kind == "drawn" else -n), wasted)
        of_site[known[lot_id].vaccine] = moved
    return found


def used_since(site_id: UUID, on: date, since: datetime) -> list[MovementInfo]:
    """What was entered after this moment of the doses used and wasted at a site on a day, the latest entry first."""
    rows = list(models.Movement.objects.filter(site_id=site_id, on_date=on, kind__in=USED, recorded_at__gt=since).order_by("-recorded_at", "-id"))
    known = lots(row.lot_id for row in rows)
    return [_movement(row) for row in rows if rules.is_vaccine(known[row.lot_id].vaccine)]


def totals() -> dict[str, int]:
    """Doses received, drawn, wasted, returned and short over all sites."""
    names = ("on_hand", "received", "drawn", "wasted", "returned", "shortfall")
    found = models.Balance.objects.aggregate(**{name: Sum(name) for name in names})
    return {name: int(found[name] or 0) for name in names}


def _balance(row: models.Balance, lot: LotInfo) -> Balance:
    return Balance(row.site_id, lot, row.on_hand, row.received, row.drawn, row.wasted, row.returned, row.shortfall, row.sent, row.adjusted)
