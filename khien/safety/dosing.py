"""An AEFI case follows the dose it is about: corrected, moved to the right person, struck out. Its story keeps what the dose was before."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from khien.immunizations import queries as immunizations
from khien.immunizations.types import ImmunizationView
from khien.kernel import clock
from khien.kernel.refs import SYSTEM
from khien.people import queries as people
from khien.plumbing import marks
from khien.safety import doses, kept, models

FOLLOWED = "aefi_doses"  # cases opened before they followed their dose have been brought to it
_LAGGING = """
SELECT DISTINCT c.record_id FROM aefi_case c JOIN immunization i ON i.record_id = c.record_id AND i.version > 1
UNION SELECT m.record_id FROM aefi_case c JOIN moved_dose m ON m.given_as = c.record_id ORDER BY 1
"""


def take(row: models.AefiCase, dose: ImmunizationView | None) -> None:
    """Write on a case what the record says of its dose; None clears it: there was no such dose."""
    if dose is None:
        row.vaccine = row.lot_number = row.dose_type = ""
        row.lot_id = row.ordinal = row.dosed_on = row.dosed_at = None
        return
    row.vaccine, row.lot_number, row.lot_id = dose.vaccine, dose.lot_number, dose.lot_id
    row.dose_type, row.ordinal, row.dosed_on, row.dosed_at = dose.dose_type, dose.ordinal, dose.on_date, doses.hour(dose)
    row.facility_id = dose.facility_id or row.facility_id


@transaction.atomic
def follow(record_id: UUID, *, at: datetime) -> None:
    """Let the cases about this dose say what the record says of it now; a line of their story keeps what stood there."""
    known = {record_id, immunizations.written_as(record_id)}
    owners = {found.person_id for one in known if (found := immunizations.record(one))}
    ids = {one for owner in owners for one in people.ids_of(owner)}
    for row in models.AefiCase.objects.select_for_update().filter(person_id__in=ids, record_id__in=known).order_by("id"):
        _follow(row, at)


@transaction.atomic
def written_anew(record_id: UUID, *, at: datetime) -> None:
    """A dose came to the record: a case of its person whose own dose was struck out that day is about this one."""
    found = immunizations.record(record_id)
    if found is None or found.status != "completed":
        return
    rows = models.AefiCase.objects.select_for_update().filter(person_id__in=people.ids_of(found.person_id), record_id__isnull=False, dosed_on__isnull=True)
    for row in rows.order_by("id"):
        _follow(row, at)


def _follow(row: models.AefiCase, at: datetime) -> None:
    assert row.record_id is not None
    before, now = _said(row), immunizations.recorded_as(row.record_id)
    dose = immunizations.record(now)
    kind = "dose_corrected" if now == row.record_id else "dose_moved"
    if dose is not None and dose.status != "completed":
        kind, dose = "dose_struck", _same_day(row, dose)
        row.record_id = dose.record_id if dose else row.record_id
    take(row, dose)
    after = _said(row)
    told = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    moved = kind == "dose_moved" and not models.AefiChange.objects.filter(aefi_id=row.id, kind=kind, facts__record_id=str(now)).exists()
    if told or moved:
        kept.keep(row, kind if moved or kind != "dose_moved" else "dose_corrected", by=SYSTEM, at=at, told=told, fields=sorted(told), record_id=now)


def _same_day(row: models.AefiCase, struck: ImmunizationView) -> ImmunizationView | None:
    """The dose that stands where one injection was written twice, or anew, and one of the two was struck out."""
    standing = immunizations.history(row.person_id or struck.person_id, struck.on_date).doses
    that_day = [one for one in standing if one.on_date == struck.on_date]
    same = [one for one in that_day if one.vaccine == struck.vaccine] or that_day
    return same[0] if len(same) == 1 else None


def _said(row: models.AefiCase) -> dict[str, str]:
    """What a case says of its dose, by the codes of the core variables."""
    moment = row.dosed_at or row.dosed_on
    return {
        "vaccine": row.vaccine, "batch": row.lot_number, "dose_number": f"{row.dose_type} {row.ordinal}" if row.dose_type else "",
        "vaccinated_at": moment.isoformat() if moment else "",
    }  # fmt: skip


def doubt(row: models.AefiCase) -> str:
    """Why a person has to look at the dose of a case: "struck" out, "moved" to another person, given "after" it began; or nothing."""
    if row.record_id and immunizations.recorded_as(row.record_id) != row.record_id:
        return "moved"
    found = immunizations.record(row.record_id) if row.record_id else None
    if found is not None and found.status != "completed":
        return "struck"
    late = row.onset_at < row.dosed_at if row.dosed_at else row.dosed_on is not None and clock.on_date(row.onset_at) < row.dosed_on
    return "after" if late else ""


def catch_up(at: datetime) -> bool:
    """Bring the cases of a copy whose cases did not follow their doses to them, once. Returns whether that was now."""
    if marks.get(FOLLOWED) is not None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_LAGGING)
        lagging = [row[0] for row in cursor.fetchall()]
    for record_id in lagging:
        follow(record_id, at=at)
    marks.put(FOLLOWED, at.isoformat())
    return bool(lagging)
