"""Multi-dose vials: thawed, opened, drawn from, ended; their clocks, and what was left in them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Performed
from khien.plumbing import audit, sqlcall
from khien.stock import ledger, lots, models, rules, working
from khien.stock.types import LotInfo, ThawInfo, VialInfo


@transaction.atomic
def open_vial(
    *, site_id: UUID, lot_id: UUID, performed: Performed, session_id: UUID | None = None, doses: int | None = None,
    act_id: UUID | None = None, by: Actor, at: datetime,
) -> VialInfo:  # fmt: skip
    """Open a vial: its in-use clock runs from the first puncture (or dilution), by the product's rule of the day.

    `doses` as the label says where it differs from the lot's; the same `act_id` opens one vial. Raises Refused: stock.lot_unknown, stock.vial_in_future
    (opened_at), stock.lot_expired, stock.lot_recalled, stock.lot_quarantined, stock.not_a_vaccine, stock.vial_doses (most).
    """
    rules.check_opened(performed.at, at)
    lot = rules.check_vaccine(rules.check_lot(lots.lot(lot_id, site_id), performed.on))
    labelled = lot.doses_per_vial if doses is None else doses
    if not 1 <= labelled <= rules.MOST_IN_VIAL:
        raise Refused("stock.vial_doses", most=rules.MOST_IN_VIAL)
    if before := ledger.done_before(models.Vial, act_id, site_id):
        return _infos([before])[0]
    hours, _ = product(lot.vaccine, performed.on)
    ledger.lock(site_id, lot_id)
    row = models.Vial.objects.create(
        site_id=site_id, session_id=session_id, lot_id=lot_id, on_date=performed.on, doses=labelled,
        most=labelled + (rules.EXTRA_DOSES if labelled > 1 else 0), opened_at=performed.at, opened_by=_who(performed, by),
        use_until=rules.use_until(performed.at, hours, _thaw_end(site_id, lot_id)), recorded_at=at,
        **({"id": act_id} if act_id else {}),
    )  # fmt: skip
    sqlcall.call("SELECT stock_settle_vials(%s, %s, %s, NULL, %s, %s)", [site_id, lot_id, performed.on, at, by.text])
    row.refresh_from_db(fields=["drawn"])
    audit.record("stock.vial_opened", by=by, at=at, subject=f"vial:{row.id}", lot=lot_id, site=site_id)
    return _infos([row])[0]


@transaction.atomic
def end_vial(
    *, site_id: UUID, vial_id: UUID, left: int, reason: str = "", performed: Performed, by: Actor, at: datetime
) -> VialInfo:
    """End a vial: `left` doses are thrown away for a reason of rules.WASTE_REASONS; the ledger wastes them.

    Doses that other vials open beside it can have given make way for those that are left, and so do doses recorded before anybody
    told of this vial. Doses neither drawn nor left (perhaps on papers still to be keyed) stay in the ledger as a difference of the
    vial. The same end told again is the same end. Raises Refused: stock.vial_unknown, stock.vial_ended (ended_at), stock.vial_left (most),
    stock.reason_missing, stock.vial_in_future.
    """
    row = _locked(site_id, vial_id)
    rules.check_opened(performed.at, at)
    if row.ended_at is not None:
        if row.wasted == left:
            return _infos([row])[0]
        raise Refused("stock.vial_ended", ended_at=row.ended_at, wasted=row.wasted)
    ended_at = max(performed.at, row.opened_at)
    sqlcall.call("SELECT stock_end_vial(%s, %s, %s, %s, %s, %s, %s)", [site_id, vial_id, ended_at, _who(performed, by), left, at, by.text])
    row.refresh_from_db()
    if not 0 <= left <= max(row.doses - row.drawn, 0):
        raise Refused("stock.vial_left", most=max(row.doses - row.drawn, 0), drawn=row.drawn)
    if left and reason not in rules.WASTE_REASONS:
        raise Refused("stock.reason_missing")
    row.wasted, row.reason = left, reason
    row.save(update_fields=["wasted", "reason"])
    if left:
        ledger.write("wasted", site_id, row.lot_id, left, performed, by, at, reason=reason, vial_id=row.id)
    audit.record("stock.vial_ended", by=by, at=at, subject=f"vial:{row.id}", lot=row.lot_id, wasted=left, reason=reason)
    ended = _infos([row])[0]
    if ended.missing:
        working.open_("vial", site_id, str(row.id), lot_id=row.lot_id, ref_id=row.id, on=row.on_date, at=at, doses=ended.missing)
    return ended


@transaction.atomic
def waste_missing(*, site_id: UUID, vial_id: UUID, reason: str, performed: Performed, by: Actor, at: datetime) -> VialInfo:
    """Write doses that an ended vial lacks as wasted (never drawn, spilled): the difference is explained.

    Raises Refused: stock.vial_unknown, stock.nothing_to_settle, stock.reason_missing.
    """
    row = _locked(site_id, vial_id)
    missing = _infos([row])[0].missing
    if not missing:
        raise Refused("stock.nothing_to_settle")
    if reason not in rules.WASTE_REASONS:
        raise Refused("stock.reason_missing")
    row.wasted += missing
    row.save(update_fields=["wasted"])
    ledger.write("wasted", site_id, row.lot_id, missing, performed, by, at, reason=reason, vial_id=row.id)
    audit.record("stock.vial_explained", by=by, at=at, subject=f"vial:{row.id}", wasted=missing, reason=reason)
    working.clear("vial", site_id, str(row.id), by=by, at=at)
    return _infos([row])[0]


@transaction.atomic
def thaw(*, site_id: UUID, lot_id: UUID, vials: int, performed: Performed, act_id: UUID | None = None, by: Actor, at: datetime) -> ThawInfo:
    """Take frozen vials out: from here they are used within the product's days and never frozen again. The same `act_id` counts once.

    Raises Refused: stock.lot_unknown, stock.doses_not_positive, stock.vial_in_future, stock.never_thawed (vaccine).
    """
    rules.check_opened(performed.at, at)
    lot = lots.lot(lot_id)
    if lot is None:
        raise Refused("stock.lot_unknown")
    if vials <= 0:
        raise Refused("stock.doses_not_positive")
    _, days = product(lot.vaccine, performed.on)
    if not days:
        raise Refused("stock.never_thawed", vaccine=lot.vaccine)
    if before := ledger.done_before(models.Thaw, act_id, site_id):
        return ThawInfo(before.id, lot, before.vials, before.thawed_at, before.use_before)
    row = models.Thaw.objects.create(
        site_id=site_id, lot_id=lot_id, vials=vials, thawed_at=performed.at, thawed_by=_who(performed, by),
        use_before=min(performed.on + timedelta(days=days), lot.expires_on), recorded_at=at,
        **({"id": act_id} if act_id else {}),
    )  # fmt: skip
    audit.record("stock.thawed", by=by, at=at, subject=f"lot:{lot_id}", site=site_id, vials=vials)
    return ThawInfo(row.id, lot, vials, row.thawed_at, row.use_before)


def thaws(site_id: UUID, on: date) -> list[ThawInfo]:
    """Thawed vials of a holder whose days are not long over, the first to end first."""
    rows = list(models.Thaw.objects.filter(site_id=site_id, use_before__gte=on - timedelta(days=7)).order_by("use_before", "id"))
    known = lots.lots(row.lot_id for row in rows)
    return [ThawInfo(row.id, known[row.lot_id], row.vials, row.thawed_at, row.use_before) for row in rows]


def thaw_ends(site_id: UUID) -> dict[UUID, date]:
    """The last day of what was thawed last of each lot at a holder, by lot."""
    rows = models.Thaw.objects.filter(site_id=site_id).order_by("lot_id", "-thawed_at", "-id").distinct("lot_id")
    return dict(rows.values_list("lot_id", "use_before"))


def product(vaccine: str, on: date) -> tuple[int | None, int | None]:
    """The hours of an open vial and the days of a thawed one, by the rules of the day."""
    known = campaigns.rulebook(on).vaccines.get(vaccine)
    return (known.use_within_hours, known.thawed_days) if known else (None, None)


def vials(site_id: UUID, on: date, *, session_id: UUID | None = None, open_only: bool = False) -> list[VialInfo]:
    """The vials of a day at a holder, the first opened first."""
    rows = models.Vial.objects.filter(site_id=site_id, on_date=on).order_by("opened_at", "id")
    rows = rows.filter(session_id=session_id) if session_id else rows
    return _infos(list(rows.filter(ended_at__isnull=True) if open_only else rows))


def open_vials(session_id: UUID) -> list[VialInfo]:
    """The vials that a session has still open: its end asks what is left in them."""
    return _infos(list(models.Vial.objects.filter(session_id=session_id, ended_at__isnull=True).order_by("opened_at", "id")))


def missing(site_id: UUID, on: date) -> dict[UUID, int]:
    """Doses by lot that ended vials of the day lack."""
    rows = models.Vial.objects.filter(site_id=site_id, on_date=on, ended_at__isnull=False, doses__gt=F("drawn") + F("wasted"))
    found: dict[UUID, int] = {}
    for lot_id, doses, drawn, wasted in rows.values_list("lot_id", "doses", "drawn", "wasted"):
        found[lot_id] = found.get(lot_id, 0) + doses - drawn - wasted
    return found


def refresh_work(site_id: UUID, on: date, *, by: Actor, at: datetime) -> None:
    """Bring the work of vials up to date: doses keyed later join their vial and end its difference."""
    for row in models.Work.objects.filter(site_id=site_id, kind="vial", on_date=on, settled_at__isnull=True):
        vial = next(iter(_infos(list(models.Vial.objects.filter(site_id=site_id, id=UUID(row.key))))), None)
        if vial is None or not vial.missing:
            working.clear("vial", site_id, row.key, by=by, at=at)
        elif vial.missing != row.doses:
            models.Work.objects.filter(id=row.id).update(doses=vial.missing)


def _thaw_end(site_id: UUID, lot_id: UUID) -> datetime | None:
    """When the thawed vials of a lot end, where thawing was recorded: the first that ends, for safety."""
    found = models.Thaw.objects.filter(site_id=site_id, lot_id=lot_id).order_by("-thawed_at").values_list("use_before", flat=True).first()
    return clock.at_local(found + timedelta(days=1), 0) if found else None


def _locked(site_id: UUID, vial_id: UUID) -> models.Vial:
    """A vial, with the lock of its lot's balance: draws give the doses of a lot another vial. Raises Refused: stock.vial_unknown."""
    lot_id = models.Vial.objects.filter(site_id=site_id, id=vial_id).values_list("lot_id", flat=True).first()
    if lot_id is None:
        raise Refused("stock.vial_unknown")
    ledger.lock(site_id, lot_id)
    return models.Vial.objects.get(site_id=site_id, id=vial_id)


def _who(performed: Performed, by: Actor) -> str:
    return performed.by_name or by.text


def _infos(rows: Iterable[models.Vial]) -> list[VialInfo]:
    several = list(rows)
    known: dict[UUID, LotInfo] = lots.lots(row.lot_id for row in several)
    return [
        VialInfo(
            row.id, row.site_id, row.session_id, known[row.lot_id], row.doses, row.most, row.drawn, row.opened_at, row.opened_by, row.use_until,
            row.ended_at, row.wasted, row.reason,
        )
        for row in several
    ]  # fmt: skip
