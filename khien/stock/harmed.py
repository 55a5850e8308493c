"""Doses given from a lot after the cold chain had harmed it, before anybody held it: in doubt once the lot is judged to be destroyed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.immunizations import queries as immunizations
from khien.plumbing import outbox
from khien.stock import models

PAGE = 300
LATE = timedelta(days=60)  # after a decision, in which a dose may still be keyed from paper


def given_of(hold_id: UUID) -> int:
    """How many doses were given from a held lot after it was harmed."""
    row = models.Hold.objects.filter(id=hold_id, harmed_at__isnull=False).first()
    return immunizations.count_given(row.lot_id, row.site_id, row.harmed_at, row.decided_at) if row and row.harmed_at else 0


@transaction.atomic
def decided(data: dict[str, Any], at: datetime) -> None:
    """Name each dose that a destroyed lot leaves in doubt, page after page: each is a delivery of its own, under its person."""
    if data.get("hold_id"):
        _name(UUID(str(data["hold_id"])), at, after=UUID(str(data["after_id"])) if data.get("after_id") else None)


def keyed_late(at: datetime) -> None:
    """Name the doses that reached the record after the decision about their lot (called by the worker)."""
    for row in models.Hold.objects.filter(decision="destroyed", harmed_at__isnull=False, decided_at__gt=at - LATE).order_by("decided_at"):
        with transaction.atomic():
            _name(row.id, at, recorded_after=row.decided_at)


def _name(hold_id: UUID, at: datetime, *, after: UUID | None = None, recorded_after: datetime | None = None) -> None:
    row = models.Hold.objects.filter(id=hold_id, decision="destroyed", harmed_at__isnull=False).first()
    if row is None or row.harmed_at is None or row.decided_at is None:
        return
    page = immunizations.given_between(
        row.lot_id, row.site_id, row.harmed_at, row.decided_at, after=after, recorded_after=recorded_after, unmarked="lot_cold_breach", limit=PAGE
    )
    outbox.publish_many("stock.dose_harmed", at=at, rows=[{"record_id": record_id, "person_id": person_id} for record_id, person_id in page])
    if len(page) == PAGE and recorded_after is None:
        outbox.publish("stock.harm_continued", at=at, hold_id=row.id, after_id=page[-1][0])
