"""What the record says today of doses that points gave: reports count a dose as it is recorded now, not as it was first written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

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
    struck = [row.record_id for row in rows if row.status != "completed"]
    moved = _moved(struck) if struck else {}
    found = {}
    for row in rows:
        now = row if row.status == "completed" else moved.get(row.record_id)
        found[row.record_id] = Standing(now is not None, (now or row).vaccine, (now or row).dose_type, (now or row).ordinal)
    return found


def _moved(struck: list[UUID]) -> dict[UUID, models.Immunization]:
    """The records that took over struck ones, by these."""
    first = dict(models.MovedDose.objects.filter(given_as__in=struck).values_list("record_id", "given_as"))
    if not first:
        return {}
    rows = models.Immunization.objects.filter(record_id__in=list(first)).order_by("record_id", "-version").distinct("record_id")
    return {first[row.record_id]: row for row in rows if row.status == "completed"}


def written_as(record_id: UUID) -> UUID:
    """The record under which a point wrote this dose: another one where it was moved from another person since."""
    found: UUID | None = models.MovedDose.objects.filter(record_id=record_id).values_list("given_as", flat=True).first()
    return found or record_id


def recorded_as(record_id: UUID) -> UUID:
    """The record under which a dose that a point wrote as this one stands now: another one where it was moved to another person since."""
    now = _moved([record_id]).get(record_id)
    return now.record_id if now else record_id


def site_days(record_id: UUID) -> set[tuple[UUID, date]]:
    """The points and days under which any version of this dose, or of the record it was moved from, stands."""
    rows = models.Immunization.objects.filter(record_id__in=[record_id, written_as(record_id)], site_id__isnull=False)
    return {(site_id, on) for site_id, on in rows.values_list("site_id", "on_date") if site_id}
