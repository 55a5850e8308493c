"""Record people, one or a thousand at a time, in few statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.kernel import names, vietnamese
from khien.kernel.identifiers import Identified, IdType
from khien.kernel.refs import Actor, PlaceFacts
from khien.plumbing import audit, bulk, outbox

from . import events, keys, meeting, rules
from .meeting import Told
from .models import DuplicateCandidate, Guardian, Identifier, NameWord, Person
from .types import NewPerson, PersonRecorded

# What an unlinked citizen may not fill in on somebody's record: a stranger's phone would open it.
CONTACT = ("phone", "email", "address", "guardian")


@transaction.atomic
def record_people(
    people: Sequence[NewPerson], *, by: Actor, at: datetime, source: str, fill_contact: bool = True
) -> list[PersonRecorded]:
    """Record many in one transaction, in their order; each answer is as `record_person` gives it.

    One audit row stands for each person, whether new or found.
    """
    told = meeting.read(people)
    known = meeting.meet(told)
    _write(told, by=by, at=at, source=source)
    _fill_gaps([one for one in told if not one.is_new], by=by, at=at, contact=fill_contact)
    _tell(told, by=by, at=at, source=source)
    return [_answer(one, known) for one in told]


def _write(told: list[Told], *, by: Actor, at: datetime, source: str) -> None:
    new = [one for one in told if one.is_new]
    bulk.insert(_person(one, by=by, at=at, source=source) for one in new)
    _index(new)
    bulk.insert(row for one in new for row in _identifiers(one, by=by, at=at))
    again = (row for one in told if not one.is_new for row in _identifiers(one, by=by, at=at))
    Identifier.objects.bulk_create(sorted(again, key=lambda row: row.value_hash), ignore_conflicts=True)
    Guardian.objects.bulk_create([_guardian(one.id, one, by=by, at=at) for one in new if one.person.guardian])
    pairs = {tuple(sorted((one.owner, other))): why for one in told for other, why in one.candidates.items()}
    DuplicateCandidate.objects.bulk_create(
        [
            DuplicateCandidate(first_id=a, second_id=b, why=list(why), found_at=at)
            for (a, b), why in sorted(pairs.items())
            if a != b
        ],
        ignore_conflicts=True,
    )


def _index(new: list[Told]) -> None:
    """The words of every name, for search."""
    if len(new) < bulk.FEW:
        NameWord.objects.bulk_create(word for one in new for word in name_words(one.id, one.facts.name, one.facts.birth.year))
        return
    words = ((word, one.id, one.facts.birth.year) for one in new for word in dict.fromkeys(names.words(one.facts.name)))
    bulk.copy_values(NameWord, ("word", "person_id", "birth_year"), words)


def _person(one: Told, *, by: Actor, at: datetime, source: str) -> Person:
    person, birth = one.person, one.facts.birth
    return Person(
        id=one.id, full_name=one.facts.name, **name_columns(one.facts.name),
        birth_year=birth.year, birth_month=birth.month, birth_day=birth.day, sex=one.facts.sex,
        nationality=person.nationality or "VN", ethnic_code=person.ethnic_code, occupation=person.occupation,
        work_unit=person.work_unit, phone_cipher=keys.seal(one.phone, "phone"), phone_hash=one.phone_hash,
        phone_contact_only=bool(one.phone) and person.phone_contact_only, email_cipher=keys.seal(person.email, "address"),
        **place_columns(person.place_key, one.place), address_cipher=keys.seal(person.address, "address"),
        neighbourhood=person.neighbourhood, household=person.household or household_of(one), language=person.language,
        identity_state=_identity_state(one), recorded_at=at, recorded_by=by.text, source=source,
    )  # fmt: skip


def household_of(one: Told) -> str:
    """Who lives under one house number of one commune is a household, until somebody says otherwise; empty when unknown."""
    address = vietnamese.letters(one.person.address)
    commune = one.place.commune_2021 or one.place.commune_2025
    if not commune or not any(c.isdigit() for c in address):
        return ""
    return settings.KEYS.hash(f"{commune}|{one.person.neighbourhood}|{address}", purpose="household")[:20]


def _identity_state(one: Told) -> str:
    deciding = [value for number, value in one.numbers if number.type != IdType.BIRTH_CERTIFICATE]
    if any(value in one.disputed for value in deciding):
        return "disputed"
    return "claimed" if deciding else "none"


def name_columns(full_name: str) -> dict[str, str]:
    """The name with its keys for search and for order."""
    return {"name_key": names.name_key(full_name), "name_sort": names.sort_key(full_name)}


def place_columns(place_key: str, place: PlaceFacts) -> dict[str, str]:
    """The unit codes of both epochs; the epoch is that of the unit as it was chosen."""
    return {
        "epoch": place_key.split("-", maxsplit=1)[0] if place_key else "2021",
        "province_2021": place.province_2021, "district_2021": place.district_2021, "commune_2021": place.commune_2021,
        "province_2025": place.province_2025, "commune_2025": place.commune_2025,
    }  # fmt: skip


def name_words(person_id: UUID, full_name: str, year: int) -> list[NameWord]:
    return [NameWord(word=word, person_id=person_id, birth_year=year) for word in dict.fromkeys(names.words(full_name))]


def _identifiers(one: Told, *, by: Actor, at: datetime) -> list[Identifier]:
    owner = one.owner
    rows = [
        identifier_row(owner, number, value, "disputed" if value in one.disputed else "claimed", by=by, at=at)
        for number, value in one.numbers
    ]
    if one.is_new and not one.numbers and one.person.no_identifier_reason:
        without = Identified(IdType.NONE, "VN", one.person.no_identifier_reason)
        rows.append(identifier_row(owner, without, f"none:{owner}", "claimed", by=by, at=at, reason=without.value))
    return rows


def identifier_row(
    person_id: UUID, number: Identified, value_hash: str, state: str, *, by: Actor, at: datetime, reason: str = ""
) -> Identifier:
    return Identifier(
        person_id=person_id, type=str(number.type), country=number.country, value_hash=value_hash, key_id=keys.current_key(),
        value_cipher=keys.seal(number.value, "identifier"), state=state, reason=reason,
        warnings=list(number.warnings), recorded_at=at, recorded_by=by.text,
    )  # fmt: skip


def _guardian(person_id: UUID, one: Told, *, by: Actor, at: datetime) -> Guardian:
    guardian = one.person.guardian
    assert guardian is not None
    return Guardian(
        person_id=person_id, guardian_person_id=guardian.person_id, name_cipher=keys.seal(guardian.full_name, "name"),
        phone_cipher=keys.seal(keys.e164(guardian.phone), "phone"), relation=guardian.relation,
        recorded_at=at, recorded_by=by.text,
    )  # fmt: skip


def _fill_gaps(found: list[Told], *, by: Actor, at: datetime, contact: bool) -> None:
    """Write only where a record is empty; what stands there stays. Rows are locked in the order of their ids."""
    rows = {
        row.id: row for row in Person.objects.select_for_update().filter(id__in={one.owner for one in found}).order_by("id")
    }
    guarded = set(Guardian.objects.filter(person_id__in=rows, ended_at=None).values_list("person_id", flat=True))
    for one in found:
        row = rows[one.owner]
        new = {name: value for name, value in _fillable(one, contact).items() if value and not getattr(row, name)}
        if row.identity_state == "none" and one.numbers and not one.disputed:
            new["identity_state"] = "claimed"
        if contact and not (row.commune_2021 or row.commune_2025) and (one.place.commune_2021 or one.place.commune_2025):
            new |= place_columns(one.person.place_key, one.place)
        if "phone_hash" in new:
            new["phone_contact_only"] = one.person.phone_contact_only
        if new:
            Person.objects.filter(id=row.id).update(**new)
        for name, value in new.items():
            setattr(row, name, value)
        filled = {name for name in new if not name.endswith("_cipher")} | {
            name[:-7] for name in new if name.endswith("_cipher")
        }
        if one.person.guardian and contact and row.id not in guarded:
            _guardian(row.id, one, by=by, at=at).save()
            guarded.add(row.id)
            filled.add("guardian")
        one.filled = tuple(sorted(filled - {"phone_hash", "phone_contact_only"}))


def _fillable(one: Told, contact: bool) -> dict[str, Any]:
    person = one.person
    plain = {"ethnic_code": person.ethnic_code, "occupation": person.occupation, "work_unit": person.work_unit,
             "neighbourhood": person.neighbourhood, "household": person.household}  # fmt: skip
    if not contact:
        return plain
    sealed = {"phone_cipher": keys.seal(one.phone, "phone"), "phone_hash": one.phone_hash,
              "email_cipher": keys.seal(person.email, "address"), "address_cipher": keys.seal(person.address, "address")}  # fmt: skip
    return plain | sealed


def _tell(told: list[Told], *, by: Actor, at: datetime, source: str) -> None:
    """Audit each person and publish what the rooms below must hear."""
    for action, ones in (
        ("people.recorded", [one for one in told if one.is_new]),
        ("people.told_again", [one for one in told if not one.is_new]),
    ):
        audit.record_many(
            action, by=by, at=at,
            rows=[(f"person:{one.owner}", one.owner, {"source": source, "filled": list(one.filled)}) for one in ones],
        )  # fmt: skip
    outbox.publish_many(
        events.PERSON_RECORDED, at=at, rows=[{"person_id": one.id, "source": source} for one in told if one.is_new]
    )
    clashes = [(one, number, value) for one in told for number, value in one.numbers if value in one.disputed]
    rows = Identifier.objects.filter(value_hash__in=[value for _, _, value in clashes]) if clashes else ()
    written = {(row.person_id, row.value_hash): row.id for row in rows}
    outbox.publish_many(
        events.IDENTIFIER_DISPUTED,
        at=at,
        rows=[
            {
                "person_id": one.owner,
                "holder_id": one.disputed[value],
                "identifier_id": written.get((one.owner, value)),
                "type": str(number.type),
            }
            for one, number, value in clashes
        ],
    )


def _answer(one: Told, known: dict[UUID, rules.Facts]) -> PersonRecorded:
    owner = one.owner
    met = one.same_as or next(iter(one.disputed.values()), None)
    told_otherwise = rules.differences(known[met], one.facts) if met and met in known else ()
    return PersonRecorded(owner, one.is_new, bool(one.disputed), told_otherwise, one.filled)
