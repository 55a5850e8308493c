"""What the record says today of doses that points gave: reports count a dose as it is recorded now, not as it was first written."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from khien.immunizations import models

MOVED = "moved_from_other_person"


@dataclass(frozen=True, slots=True)
class Standing:
    """A dose as recorded now; `given` is false once it is said that nobody was given it."""

    given: bool
    vaccine: str
    dose_type: str
    ordinal: int


def standing(record_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """How these records stand; one that was moved to the right person was given all the same."""
    rows = list(models.Immunization.objects.filter(record_id__in=list(record_ids)).order_by("record_id", "-version").distinct("record_id"))
    struck = [row for row in rows if row.status != "completed"]
    moved = _moved(struck) if struck else {}
    found = {}
    for row in rows:
        now = row if row.status == "completed" else moved.get(_place(row))
        found[row.record_id] = Standing(now is not None, (now or row).vaccine, (now or row).dose_type, (now or row).ordinal)
    return found


def _place(row: models.Immunization) -> tuple[object, ...]:
    return (row.session_id, row.performed_at, row.lot_number)


def _moved(struck: list[models.Immunization]) -> dict[tuple[object, ...], models.Immunization]:
    """The records that took over struck ones, by session, hour and lot."""
    days = Q()
    for site_id, on in {(row.site_id, row.on_date) for row in struck}:
        days |= Q(site_id=site_id, on_date=on)
    rows = models.Immunization.objects.filter(days, marks__contains=[MOVED]).order_by("record_id", "-version").distinct("record_id")
    return {_place(row): row for row in rows if row.status == "completed"}
