"""Correct what a record says of a person; what it said before is kept."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.kernel import names
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified
from khien.kernel.refs import Actor
from khien.places import queries as places
from khien.plumbing import audit, outbox

from . import aliases, events, keys, record, versions
from .identity import take_number
from .models import Guardian, NameWord, Person
from .types import NewGuardian

PLAIN = ("sex", "nationality", "ethnic_code", "occupation", "work_unit", "neighbourhood", "household", "language")


@transaction.atomic
def correct_particulars(*, person: UUID, changes: dict[str, Any], reason: str, by: Actor, at: datetime) -> int:
    """Correct fields and keep the version before; returns the new version's number.

    A new commune leaves the neighbourhood and household of the old one. Fields: full_name, birth (PartialDate), sex, identifier (Identified), phone, email, address, place_key, guardian
    (NewGuardian) and the plain ones. Raises Refused: people.unknown, people.nothing_changed, people.field_unknown (field),
    people.reason_needed, names.*, phones.*.
    """
    if not reason.strip():
        raise Refused("people.reason_needed")
    row = locked(person)
    if "place_key" in changes and any(getattr(row, name) != value for name, value in _columns("place_key", changes["place_key"]).items()):
        changes = {"neighbourhood": "", "household": "", **changes}  # both are of the commune that is left
    number: Identified | None = changes.get("identifier")
    new: dict[str, Any] = {}
    for field, value in changes.items():
        if field not in ("identifier", "guardian"):
            new |= _columns(field, value)
    changed = sorted(changes)
    if all(_same(getattr(row, name), value) for name, value in new.items()) and not number and "guardian" not in changes:
        raise Refused("people.nothing_changed")
    versions.keep(row, changed, reason=reason, by=by, at=at)
    Person.objects.filter(id=row.id).update(version=row.version + 1, **new)
    if "full_name" in new or "birth_year" in new:
        _reindex(row.id, new.get("full_name", row.full_name), new.get("birth_year", row.birth_year))
    if number is not None:
        take_number(row.id, number, reason=reason, supersede=True, by=by, at=at)
    if guardian := changes.get("guardian"):
        set_guardian(person=row.id, guardian=guardian, by=by, at=at)
    audit.record(
        "people.corrected", by=by, at=at, subject=f"person:{row.id}", person=row.id, changed=changed, version=row.version + 1
    )
    outbox.publish(events.PARTICULARS_CORRECTED, at=at, person_id=row.id, version=row.version + 1, changed=changed)
    return row.version + 1


def locked(person: UUID) -> Person:
    """The surviving record, locked. Raises Refused people.unknown."""
    row = Person.objects.select_for_update().filter(id=aliases.current(person)).first()
    if row is None:
        raise Refused("people.unknown")
    return row


def _same(old: Any, new: Any) -> bool:
    """Sealed columns are never equal twice, so they count as changed."""
    return not isinstance(new, bytes) and old == new


def _columns(field: str, value: Any) -> dict[str, Any]:
    """The columns that one field writes."""
    if field in PLAIN:
        return {field: str(value)}
    writer: dict[str, Callable[[Any], dict[str, Any]]] = {
        "full_name": _name, "birth": lambda b: {"birth_year": b.year, "birth_month": b.month, "birth_day": b.day},
        "phone": phone_columns, "email": lambda text: {"email_cipher": keys.seal(text, "address")},
        "address": lambda text: {"address_cipher": keys.seal(text, "address")},
        "place_key": lambda key: record.place_columns(key, places.unit_place(key)),
    }  # fmt: skip
    if field not in writer:
        raise Refused("people.field_unknown", field=field)
    return writer[field](value)


def _name(text: str) -> dict[str, Any]:
    value = names.read_name(text).value
    return {"full_name": value, **record.name_columns(value)}


def phone_columns(phone: str) -> dict[str, Any]:
    """A phone's columns; a new phone is unproven."""
    number = keys.e164(phone)
    return {
        "phone_cipher": keys.seal(number, "phone"), "phone_hash": keys.phone_hash(number), "phone_verified_at": None,
        "phone_contact_only": False,
    }  # fmt: skip


def _reindex(person_id: UUID, full_name: str, year: int) -> None:
    NameWord.objects.filter(person_id=person_id).delete()
    NameWord.objects.bulk_create(record.name_words(person_id, full_name, year))


@transaction.atomic
def set_phone(*, person: UUID, phone: str, by: Actor, at: datetime, verified: bool = False) -> None:
    """Put another phone on the record (the person stands here, or proved the number by a code); the old one is kept.

    Raises Refused: people.unknown, phones.*.
    """
    row = locked(person)
    versions.keep(row, ["phone"], reason="phone", by=by, at=at)
    Person.objects.filter(id=row.id).update(
        version=row.version + 1, **phone_columns(phone) | {"phone_verified_at": at if verified else None}
    )
    audit.record("people.phone_set", by=by, at=at, subject=f"person:{row.id}", person=row.id, verified=verified)


def set_numbers_aside(hashes: Iterable[str], *, owner: UUID, by: Actor, at: datetime) -> None:
    """Lost numbers: the owner's record forgets them (the version keeps them); on others' records they open nothing any more."""
    for row in Person.objects.select_for_update().filter(phone_hash__in=[one for one in hashes if one]).order_by("id"):
        mine = row.id == owner
        new: dict[str, Any] = {"phone_verified_at": None, "phone_contact_only": not mine}
        if mine:
            versions.keep(row, ["phone"], reason="lost_phone", by=by, at=at)
            new |= {"phone_cipher": None, "phone_hash": "", "version": row.version + 1}
        Person.objects.filter(id=row.id).update(**new)
        audit.record("people.phone_set_aside", by=by, at=at, subject=f"person:{row.id}", person=row.id)


@transaction.atomic
def phone_proved(*, person: UUID, phone_hash: str, by: Actor, at: datetime) -> bool:
    """Mark the record's phone as proved, when it is the phone that a code proved."""
    done = Person.objects.filter(id=aliases.current(person), phone_hash=phone_hash, phone_verified_at=None).update(
        phone_verified_at=at
    )
    if done:
        audit.record("people.phone_proved", by=by, at=at, subject=f"person:{person}", person=person)
    return bool(done)


@transaction.atomic
def set_guardian(*, person: UUID, guardian: NewGuardian, by: Actor, at: datetime) -> UUID:
    """Name who answers for this person now; the guardian before stays as ended."""
    row = locked(person)
    Guardian.objects.filter(person_id=row.id, ended_at=None).update(ended_at=at)
    made = Guardian.objects.create(
        person_id=row.id, guardian_person_id=guardian.person_id, name_cipher=keys.seal(names.normalise(guardian.full_name), "name"),
        phone_cipher=keys.seal(keys.e164(guardian.phone), "phone"), relation=guardian.relation, recorded_at=at, recorded_by=by.text,
    )  # fmt: skip
    audit.record("people.guardian_set", by=by, at=at, subject=f"person:{row.id}", person=row.id)
    return made.id


@transaction.atomic
def record_death(*, person: UUID, on: date, reason: str = "death", by: Actor, at: datetime) -> None:
    """Record that a person died: what waits for them is cancelled by those who hear of it. Said twice is said once.

    Raises Refused people.died_before_birth.
    """
    row = locked(person)
    if row.died_on is not None:
        return
    _died(row, on, reason, by, at)
    outbox.publish(events.DIED, at=at, person_id=row.id)


@transaction.atomic
def redate_death(*, person: UUID, on: date, reason: str, by: Actor, at: datetime) -> None:
    """Put right the day of a death that is on the record. Raises Refused: people.not_dead, people.died_before_birth."""
    row = locked(person)
    if row.died_on is None:
        raise Refused("people.not_dead")
    if row.died_on != on:
        _died(row, on, reason, by, at)


def _died(row: Person, on: date, reason: str, by: Actor, at: datetime) -> None:
    if (row.birth_year, row.birth_month or 1, row.birth_day or 1) > (on.year, on.month, on.day):
        raise Refused("people.died_before_birth")
    versions.keep(row, ["died_on"], reason=reason, by=by, at=at)
    Person.objects.filter(id=row.id).update(died_on=on, version=row.version + 1)
    audit.record("people.died", by=by, at=at, subject=f"person:{row.id}", person=row.id, on=on)


@transaction.atomic
def withdraw_death(*, person: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Undo a death recorded in error: a living person must not stay dead on paper. Raises Refused people.not_dead."""
    row = locked(person)
    if row.died_on is None:
        raise Refused("people.not_dead")
    versions.keep(row, ["died_on"], reason=reason, by=by, at=at)
    Person.objects.filter(id=row.id).update(died_on=None, version=row.version + 1)
    audit.record("people.death_withdrawn", by=by, at=at, subject=f"person:{row.id}", person=row.id)
    outbox.publish(events.DEATH_WITHDRAWN, at=at, person_id=row.id)
