"""Writes of the record: doses from elsewhere, corrections, errors. A dose given here is `sql/record.sql`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.campaigns.types import DoseType, Evidence, PastDose
from khien.immunizations import course, models, queries, rules
from khien.immunizations.types import Corrected
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import audit, outbox, sqlcall


@dataclass(frozen=True, slots=True)
class Told:
    """A dose given elsewhere, as its paper or its person tells it. `dose`: what the paper calls it, if it says."""

    vaccine: str
    on_date: date
    lot: str = ""
    place: str = ""
    facility_code: str = ""
    country: str = "VN"
    dose: tuple[DoseType, int] | None = None


@transaction.atomic
def record_elsewhere(
    *, person_id: UUID, told: Told, evidence: str, file: UUID | None = None, by: Actor, at: datetime, reason: str = "",
) -> UUID:  # fmt: skip
    """Add an earlier dose given elsewhere, with what stands behind it (document, statement); return its record.

    It never enters this site's stock or report. Places of later doses in the course move on with it. A named facility hears
    of it, to confirm; its own record joins this one later.
    Raises Refused: immunizations.date_in_future, immunizations.before_birth, immunizations.before_any_vaccine,
    immunizations.vaccine_missing, immunizations.evidence_unknown, immunizations.facility_unknown (code), immunizations.already_recorded (on_date).
    """
    basics = people.basics([person_id]).get(person_id)
    if basics is None:
        raise Refused("people.unknown")
    rules.check_told(told.vaccine, told.on_date, basics.birth, today=clock.on_date(at))
    if evidence not in (Evidence.DOCUMENT, Evidence.STATEMENT, Evidence.RECORD):
        raise Refused("immunizations.evidence_unknown")
    facility = places.facility_by_code(told.facility_code) if told.facility_code else None
    if told.facility_code and facility is None:
        raise Refused("immunizations.facility_unknown", code=told.facility_code)
    ids = people.ids_of(person_id)
    rows = [row for row in queries.current_rows(ids) if row.status == "completed"]
    if any((row.vaccine, row.on_date) == (told.vaccine, told.on_date) for row in rows):
        raise Refused("immunizations.already_recorded", on_date=told.on_date)
    record_id = uuid7()
    kind, ordinal = told.dose or (None, None)
    dose = PastDose(told.vaccine, told.on_date, kind, ordinal, None, Evidence(evidence), str(record_id))
    read = course.evaluate(person_id, rows, [dose])
    course.write(ids, course.moved(rows, read, reason="earlier_dose_added"), by=by, at=at)
    facts = {**{key: str(value) for key, value in read[str(record_id)].facts.items()}}
    if told.dose:
        facts["stated"] = [told.dose[0].value, told.dose[1]]  # type: ignore[assignment]
    place = facility.place if facility else None
    sqlcall.call("SELECT immunizations_record(%s)", [sqlcall.as_json({
        "id": record_id, "record_id": record_id, "person_id": people.current_id(person_id), "aliases": list(ids),
        "vaccine": told.vaccine, **course.placed(read[str(record_id)]), "validity_facts": facts, "lot_number": told.lot.strip().upper(),
        "on_date": told.on_date, "recorded_at": at, "recorded_by": by.text, "facility_id": facility.id if facility else None,
        "facility_name": facility.name if facility else told.place.strip(), "country": told.country, "origin": "elsewhere",
        "evidence": evidence, "evidence_file": file, "reason": reason,
        "place_province_2021": place.province_2021 if place else "", "place_commune_2021": place.commune_2021 if place else "",
        "place_commune_2025": place.commune_2025 if place else "",
    })])  # fmt: skip
    audit.record(
        "immunizations.recorded_elsewhere",
        by=by,
        at=at,
        subject=f"immunization:{record_id}",
        person=person_id,
        evidence=evidence,
    )
    outbox.publish(
        "immunizations.recorded", at=at, record_id=record_id, person_id=person_id, origin="elsewhere", evidence=evidence,
        facility_id=facility.id if facility else None,
    )  # fmt: skip
    return record_id


@transaction.atomic
def correct(
    *, record_id: UUID, changes: dict[str, Any], reason: str, by: Actor, at: datetime, second_by: Actor | None = None,
    expected_version: int | None = None,
) -> Corrected:  # fmt: skip
    """Add a version to a record: the former stays, claims move, and places of other doses in the course follow.

    `changes`: vaccine, on_date, lot_number, lot_id, volume_ml, performed_at, performed_by, performed_by_name, facility_id,
    facility_name, country, evidence, evidence_file, dose (type, ordinal: what the paper states), valid (a person's decision;
    None takes a decision back). Publishes immunizations.corrected in the same transaction.
    Raises Refused: immunizations.record_unknown, .entered_in_error, .nothing_changed, .reason_missing, .not_correctable (field),
    .changed_meanwhile, .date_in_future, .before_birth, .vaccine_missing.
    """
    row = _open(record_id, reason, expected_version)
    basics = people.basics([row.person_id]).get(row.person_id)
    assert basics is not None
    columns = rules.columns(changes, row.validity_facts)
    rules.check_told(
        columns.get("vaccine", row.vaccine), columns.get("on_date", row.on_date), basics.birth, today=clock.on_date(at)
    )
    changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
    if not changed:
        raise Refused("immunizations.nothing_changed")
    ids = people.ids_of(row.person_id)
    rows = [other for other in queries.current_rows(ids) if other.status == "completed"]
    target = next(other for other in rows if other.record_id == record_id)
    if changed.keys() & {"lot_id", "lot_number"} and rules.standing_doubt(target.validity_code, target.marks) in rules.LOT_DOUBTS:
        target.validity_code = ""
        changed["marks"] = [mark for mark in target.marks if mark not in rules.LOT_MARKS]
    for name, value in changed.items():
        setattr(target, name, value)
    read = course.evaluate(row.person_id, rows)
    own = course.item(row, {**changed, **course.placed(read[str(record_id)], target)}, reason=reason)
    others = course.moved([other for other in rows if other.record_id != record_id], read, reason="earlier_dose_corrected")
    course.write(ids, [own, *others], by=by, at=at, own=record_id)
    also = tuple(entry["record_id"] for entry in others)
    _tell("immunizations.corrected", row, by=by, at=at, fields=sorted(changed), second_by=second_by, also=also)
    return Corrected(record_id, row.person_id, row.version + 1, also)


@transaction.atomic
def mark_entered_in_error(
    *, record_id: UUID, reason: str, by: Actor, at: datetime, second_by: Actor | None = None
) -> Corrected:
    """Say that a record should never have been: it stays to be seen, claims nothing, and later doses move up.

    Raises Refused: immunizations.record_unknown, immunizations.entered_in_error, immunizations.reason_missing.
    """
    row = _open(record_id, reason, None)
    sqlcall.call(
        "SELECT immunizations_entered_in_error(%s, %s, %s, %s, %s, false)", [row.person_id, record_id, reason, at, by.text]
    )
    also = settle(person_id=row.person_id, by=by, at=at, reason="earlier_dose_removed")
    _tell("immunizations.corrected", row, by=by, at=at, fields=["status"], second_by=second_by, also=also)
    return Corrected(record_id, row.person_id, row.version + 1, also)


@transaction.atomic
def move_to_person(
    *, record_id: UUID, person_id: UUID, reason: str, by: Actor, at: datetime, second_by: Actor | None = None
) -> Corrected:
    """Give a dose that was recorded for the wrong person to the right one: an error there, a record of its own here.

    The record is the one the right person had told of, where there was one. Raises Refused as `mark_entered_in_error`.
    """
    row = _open(record_id, reason, None)
    mark_entered_in_error(record_id=record_id, reason=reason, by=by, at=at, second_by=second_by)
    ids = people.ids_of(person_id)
    rows = [other for other in queries.current_rows(ids) if other.status == "completed"]
    fresh = uuid7()
    dose = PastDose(row.vaccine, row.on_date, None, None, None, queries.past(row).evidence, str(fresh))
    read = course.evaluate(person_id, rows, [dose])
    course.write(ids, course.moved(rows, read, reason="earlier_dose_added"), by=by, at=at)
    kept = {field.name: getattr(row, field.name) for field in models.Immunization._meta.fields}
    kept |= {"id": fresh, "record_id": fresh, "version": 1, "person_id": people.current_id(person_id), "aliases": list(ids)}
    kept |= {**course.placed(read[str(fresh)], row), "marks": [queries.MOVED], "reason": reason, "visit_id": None}
    kept |= {"recorded_at": at, "recorded_by": by.text, "facility_signed_at": None}
    written = sqlcall.read(sqlcall.call("SELECT immunizations_record(%s)", [sqlcall.as_json(kept)])[0])
    row.person_id, row.record_id = person_id, UUID(written["record_id"])
    models.MovedDose.objects.update_or_create(record_id=row.record_id, defaults={"given_as": queries.written_as(record_id)})
    _tell("immunizations.corrected", row, by=by, at=at, fields=["person"], second_by=second_by, also=())
    return Corrected(row.record_id, person_id, 1)


@transaction.atomic
def doubt_vial(*, record_id: UUID, code: str, by: Actor, at: datetime) -> bool:
    """Put a dose in doubt whose vial turned out bad after it was given (`code`: one of `rules.LOT_DOUBTS`); once for each code.

    What somebody decided before knew nothing of it and is asked again, unless the dose is to be repeated anyway, or was let count against
    the rules: that stands, and the mark beside it. Returns whether it is in doubt now.
    """
    row, mark = queries.latest(record_id), code.split(".", 1)[1]
    if row is None or row.status != "completed" or mark in row.marks:
        return False
    ids = people.ids_of(row.person_id)
    rows = [other for other in queries.current_rows(ids) if other.status == "completed"]
    target = next(other for other in rows if other.record_id == record_id)
    target.marks = [*target.marks, mark]
    if target.validity_code != rules.DECISIONS[False][1]:
        target.validity, target.validity_code = "uncertain", code
    read = course.evaluate(row.person_id, rows)
    place = course.placed(read[str(record_id)], target)
    doubted = bool(place["validity"] == "uncertain")
    if not doubted and row.validity_code == rules.DECISIONS[True][1]:
        place = {}
    course.write(ids, [course.item(row, {"marks": target.marks, **place}, reason=mark)], by=by, at=at, own=record_id)
    _tell("immunizations.corrected", row, by=by, at=at, fields=["marks", "validity"], second_by=None, also=())
    return doubted


@transaction.atomic
def settle(*, person_id: UUID, by: Actor, at: datetime, reason: str = "history_changed") -> tuple[UUID, ...]:
    """Bring every record's place in the course in step with the whole history (a dose keyed late, a merge, an undo).

    Returns the records that got a new version.
    """
    ids = people.ids_of(person_id)
    rows = [row for row in queries.current_rows(ids) if row.status == "completed"]
    if not rows:
        return ()
    items = course.moved(rows, course.evaluate(person_id, rows), reason=reason)
    course.write(ids, items, by=by, at=at)
    return tuple(entry["record_id"] for entry in items)


@transaction.atomic
def sign_for_facility(*, record_id: UUID, by: Actor, at: datetime) -> None:
    """Set the facility's signature under a record: a new version, like everything else."""
    row = _open(record_id, "facility_signed", None)
    if row.facility_signed_at is None:
        own = course.item(row, {"facility_signed_at": at}, reason="facility_signed")
        course.write(people.ids_of(row.person_id), [own], by=by, at=at, own=record_id)
        audit.record("immunizations.facility_signed", by=by, at=at, subject=f"immunization:{record_id}", person=row.person_id)


def _open(record_id: UUID, reason: str, expected_version: int | None) -> models.Immunization:
    """The record's latest version, if it may still be corrected."""
    row = queries.latest(record_id)
    if row is None:
        raise Refused("immunizations.record_unknown")
    if row.status != "completed":
        raise Refused("immunizations.entered_in_error")
    if not reason.strip():
        raise Refused("immunizations.reason_missing")
    if expected_version is not None and row.version != expected_version:
        raise Refused("immunizations.changed_meanwhile")
    return row


def _tell(
    kind: str,
    row: models.Immunization,
    *,
    by: Actor,
    at: datetime,
    fields: list[str],
    second_by: Actor | None,
    also: tuple[UUID, ...],
) -> None:
    second = second_by.text if second_by else ""
    audit.record(
        kind, by=by, at=at, subject=f"immunization:{row.record_id}", person=row.person_id, fields=fields, second=second
    )
    outbox.publish(kind, at=at, record_id=row.record_id, person_id=row.person_id, also=list(also), fields=fields)
