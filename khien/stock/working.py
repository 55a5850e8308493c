"""Differences in the ledger as work: opened once, with a clock; somebody takes it; it ends with a named resolution."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Scope
from khien.plumbing import audit
from khien.stock import holders, lots, models, rules
from khien.stock.types import WorkInfo

# How a difference may end, by its kind; "cleared" is said by the ledger itself when the difference is gone.
RESOLUTIONS = {
    "count": ("book_corrected", "miscounted", "explained"),
    "paper": ("paper_keyed", "record_corrected", "miscounted", "explained"),
    "record": ("record_corrected", "explained"),
    "label": ("paper_came", "no_paper", "explained"),
    "consignment": ("explained",),
    "overdue": ("on_the_way", "explained"),
    "vial": ("keyed_late", "wasted", "explained"),
    "shortfall": ("paper_came", "no_paper", "explained"),
    "excursion": ("explained",),
    "silent": ("logger_mended", "explained"),
}


def open_(
    kind: str, site_id: UUID, key: str, *, on: date, at: datetime, lot_id: UUID | None = None, ref_id: UUID | None = None,
    doses: int = 0, within: timedelta = rules.CLOCK,
) -> None:  # fmt: skip
    """Open a piece of work, or bring the open one's doses up to date."""
    changed = models.Work.objects.filter(site_id=site_id, kind=kind, key=key, settled_at__isnull=True).update(doses=doses)
    if changed:
        return
    row = models.Work(
        site_id=site_id, kind=kind, key=key, lot_id=lot_id, ref_id=ref_id, doses=doses, on_date=on, opened_at=at, due_at=at + within
    )
    models.Work.objects.bulk_create([row], ignore_conflicts=True)


def clear(kind: str, site_id: UUID, key: str, *, by: Actor, at: datetime) -> None:
    """The difference is gone: its work ends."""
    models.Work.objects.filter(site_id=site_id, kind=kind, key=key, settled_at__isnull=True).update(
        settled_at=at, settled_by=by.text, resolution="cleared"
    )


@transaction.atomic
def take_work(*, work_id: UUID, by: Actor, at: datetime) -> None:
    """Take a difference to explain it; the name stands beside it. Raises Refused: stock.work_unknown, stock.work_settled."""
    row = _open(work_id)
    row.taken_at, row.taken_by = at, by.text
    row.save(update_fields=["taken_at", "taken_by"])
    audit.record("stock.work_taken", by=by, at=at, subject=f"work:{work_id}", kind=row.kind)


@transaction.atomic
def settle_work(*, work_id: UUID, resolution: str, note: str, by: Actor, at: datetime) -> None:
    """End a difference with its named reason and a word about it; the ledger itself is moved by its own acts.

    Raises Refused: stock.work_unknown, stock.work_settled, stock.resolution_unknown, stock.reason_missing.
    """
    row = _open(work_id)
    if resolution not in RESOLUTIONS[row.kind]:
        raise Refused("stock.resolution_unknown")
    if not note.strip():
        raise Refused("stock.reason_missing")
    row.settled_at, row.settled_by, row.resolution, row.note = at, by.text, resolution, note.strip()[:500]
    row.save(update_fields=["settled_at", "settled_by", "resolution", "note"])
    audit.record("stock.work_settled", by=by, at=at, subject=f"work:{work_id}", kind=row.kind, resolution=resolution)


def work(scopes: Iterable[Scope] | None = None, *, site_id: UUID | None = None, settled_since: datetime | None = None) -> list[WorkInfo]:
    """Open differences inside these scopes, the most urgent first; with `settled_since` also those settled after it."""
    rows = models.Work.objects.filter(holders.within(scopes)).order_by("due_at", "id")
    rows = rows.filter(site_id=site_id) if site_id else rows
    open_rows = rows.filter(settled_at__isnull=True)
    return _infos([*open_rows[:500], *(rows.filter(settled_at__gte=settled_since)[:200] if settled_since else ())])


def one_work(work_id: UUID) -> WorkInfo | None:
    """One piece of work."""
    return next(iter(_infos(list(models.Work.objects.filter(id=work_id)))), None)


def _open(work_id: UUID) -> models.Work:
    row = models.Work.objects.select_for_update().filter(id=work_id).first()
    if row is None:
        raise Refused("stock.work_unknown")
    if row.settled_at is not None:
        raise Refused("stock.work_settled", settled_at=row.settled_at)
    return row


def _infos(rows: list[models.Work]) -> list[WorkInfo]:
    known = lots.lots(row.lot_id for row in rows if row.lot_id)
    return [
        WorkInfo(
            row.id, row.site_id, row.kind, known.get(row.lot_id) if row.lot_id else None, row.ref_id, row.doses, row.on_date, row.opened_at,
            row.due_at, row.taken_at, row.taken_by, row.settled_at, row.settled_by, row.resolution, row.note,
        )
        for row in rows
    ]  # fmt: skip
