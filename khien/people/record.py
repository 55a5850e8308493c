"""Record people, one or a thousand at a time: the directory's row first, so that one number makes one person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.kernel import names
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import Identified, IdType
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor, PlaceFacts
from khien.places import queries as places
from khien.plumbing import audit, outbox

from . import aliases, events, keys, rules
from .models import DuplicateCandidate, Guardian, Identifier, IdentifierHolder, NameWord, Person
from .types import NewPerson, PersonRecorded

# What an unlinked citizen may not fill in on somebody's record: a stranger's phone would open it.
CONTACT = ("phone", "email", "address", "guardian")


@dataclass(slots=True)
class Told:
    """One person as told, read and hashed."""

    person: NewPerson
    id: UUID
    phone: str
    phone_hash: str
    numbers: tuple[tuple[Identified, str], ...]
    facts: rules.Facts
    place: PlaceFacts
    is_new: bool = True
    same_as: UUID | None = None
    disputed: dict[str, UUID] = field(default_factory=dict)
    candidates: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    filled: tuple[str, ...] = ()


@transaction.atomic
def record_people(
    people: Sequence[NewPerson], *, by: Actor, at: datetime, source: str, fill_contact: bool = True
) -> list[PersonRecorded]:
    """Record many in one transaction, in their order; each answer is as `record_person` gives it.

    One audit row stands for each person, whether new or found.
    """
    told = _read(people)
    known = _claim(told)
    _meet_without_number(told, known)
    _write(told, by=by, at=at, source=source)
    for one in told:
        if not one.is_new:
            _fill(one, by=by, at=at, contact=fill_contact)
    _tell(told, by=by, at=at, source=source)
    return [_answer(one, known) for one in told]


def _read(people: Sequence[NewPerson]) -> list[Told]:
    """Check what no record can hold, hash the rest. Raises Refused names.*, births.*, phones.*."""
    spots: dict[str, PlaceFacts] = {"": PlaceFacts()}
    told = []
    for person in people:
        names.check(names.normalise(person.full_name))
        phone = keys.e164(person.phone)
        if person.place_key not in spots:
            spots[person.place_key] = places.unit_place(person.place_key)
        numbers = tuple(
            (number, keys.number_hash(number))
            for number in (person.identifier, person.insurance, *person.other_identifiers)
            if number is not None and number.type != IdType.NONE
        )
        facts = rules.Facts(
            names.normalise(person.full_name), person.birth, str(person.sex), keys.phone_hash(phone),
            tuple((str(number.type), value) for number, value in numbers),
        )  # fmt: skip
        told.append(Told(person, uuid7(), phone, facts.phone_hash, numbers, facts, spots[person.place_key]))
    return told


def _claim(told: list[Told]) -> dict[UUID, rules.Facts]:
    """Take a directory row for every number; whoever holds one already is the same person, or the number is disputed.

    Rows are taken in the order of their hashes, so that two batches never wait for each other in a circle.
    """
    wanted: dict[str, Told] = {}
    for one in told:
        for number, value in one.numbers:
            if number.type in rules.DIRECTORY:
                wanted.setdefault(value, one)
    if not wanted:
        return {}
    taken = _take(wanted)
    by_hash = dict(
        IdentifierHolder.objects.filter(value_hash__in=[value for value in wanted if value not in taken]).values_list(
            "value_hash", "person_id"
        )
    )
    current = aliases.currents(by_hash.values())
    holders = {value: current[holder] for value, holder in by_hash.items()}
    known = facts_of(set(holders.values()))
    for one in told:
        _meet_by_number(one, wanted, holders, known)
    return known


def _take(wanted: dict[str, Told]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identifier_holder (value_hash, person_id, verified)"
            " SELECT h, p, false FROM unnest(%s::text[], %s::uuid[]) AS t(h, p) ORDER BY h"
            " ON CONFLICT (value_hash) DO NOTHING RETURNING value_hash",
            [list(wanted), [one.id for one in wanted.values()]],
        )
        return {value for (value,) in cursor.fetchall()}


def _meet_by_number(one: Told, wanted: dict[str, Told], holders: dict[str, UUID], known: dict[UUID, rules.Facts]) -> None:
    """Decide for one whose number another holds: the same person, or a clash."""
    met = []
    for number, value in one.numbers:
        if number.type not in rules.DIRECTORY:
            continue
        holder = holders.get(value) or (wanted[value].same_as or wanted[value].id)
        if holder == one.id:
            continue
        facts = known.get(holder)
        if facts is None:
            facts = known.setdefault(holder, wanted[value].facts)
        met.append((number, value, holder, facts))
    for number, _value, holder, facts in met:
        if one.is_new and rules.same_by_number(facts, one.facts, str(number.type)):
            one.is_new, one.same_as = False, holder
    for _number, value, holder, facts in met:
        if holder != one.same_as:
            one.disputed[value] = holder
            one.candidates[holder] = rules.may_be_one(facts, one.facts) or ("number",)
    if not one.is_new and one.same_as:
        mine = [value for _number, value in one.numbers if value not in one.disputed]
        IdentifierHolder.objects.filter(value_hash__in=mine, person_id=one.id).update(person_id=one.same_as)


def _meet_without_number(told: list[Told], known: dict[UUID, rules.Facts]) -> None:
    """Find the same person, or somebody who may be, among those of that name and birth."""
    open_ones = [one for one in told if one.is_new]
    if not open_ones:
        return _follow(told)
    if len(told) == 1:
        _serialise(told[0])
    alike = Person.objects.filter(
        birth_year__in={one.facts.birth.year for one in open_ones},
        name_key__in={names.name_key(one.facts.name) for one in open_ones},
    ).values_list("id", "birth_year", "name_key")
    near: dict[tuple[int, str], list[UUID]] = {}
    for id, year, key in alike:
        near.setdefault((year, key), []).append(id)
    pairs = [(one, near.get((one.facts.birth.year, names.name_key(one.facts.name)), [])) for one in open_ones]
    found = {id for _one, ids in pairs for id in ids[:50]}
    known.update(facts_of(found - known.keys()))
    current = aliases.currents(found)
    for one, ids in pairs:
        for id in ids[:50]:
            _meet_alike(one, current[id], known[id])
    _follow(told)


def _follow(told: list[Told]) -> None:
    """Somebody met in this very batch may have turned out to be an older record: point to that one."""
    turned = {one.id: one.same_as for one in told if one.same_as}
    for one in told:
        while one.same_as in turned:
            one.same_as = turned[one.same_as]
        one.disputed = {value: turned.get(holder) or holder for value, holder in one.disputed.items()}
        one.candidates = {turned.get(other) or other: why for other, why in one.candidates.items()}


def _meet_alike(one: Told, current: UUID, facts: rules.Facts) -> None:
    if one.disputed.values() and current in one.disputed.values():
        return
    if one.is_new and not one.disputed and not one.person.phone_contact_only and rules.same_without_number(facts, one.facts):
        one.is_new, one.same_as = False, current
        one.candidates.pop(current, None)
        values = [value for _number, value in one.numbers]
        IdentifierHolder.objects.filter(value_hash__in=values, person_id=one.id).update(person_id=current)
    elif one.is_new and current not in one.candidates and (why := rules.may_be_one(facts, one.facts)):
        one.candidates[current] = why


def _serialise(one: Told) -> None:
    """Two requests at once for one person without a number wait for each other."""
    if not one.numbers and one.phone_hash:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [one.phone_hash + names.name_key(one.facts.name)]
            )


def facts_of(ids: Iterable[UUID]) -> dict[UUID, rules.Facts]:
    """What is compared, for each of these people."""
    wanted = list(ids)
    if not wanted:
        return {}
    numbers: dict[UUID, list[tuple[str, str]]] = {}
    for id, type, value in Identifier.objects.filter(person_id__in=wanted, state__in=["claimed", "verified"]).values_list(
        "person_id", "type", "value_hash"
    ):
        numbers.setdefault(id, []).append((type, value))
    rows = Person.objects.filter(id__in=wanted).values_list(
        "id", "full_name", "birth_year", "birth_month", "birth_day", "sex", "phone_hash"
    )
    return {
        id: rules.Facts(name, PartialDate(year, month, day), sex, phone, tuple(numbers.get(id, ())))
        for id, name, year, month, day, sex, phone in rows
    }


def _write(told: list[Told], *, by: Actor, at: datetime, source: str) -> None:
    new = [one for one in told if one.is_new]
    Person.objects.bulk_create([_person(one, by=by, at=at, source=source) for one in new])
    NameWord.objects.bulk_create([word for one in new for word in name_words(one.id, one.facts.name, one.facts.birth.year)])
    Identifier.objects.bulk_create([row for one in told for row in _identifiers(one, by=by, at=at)], ignore_conflicts=True)
    Guardian.objects.bulk_create([_guardian(one.id, one, by=by, at=at) for one in new if one.person.guardian])
    pairs = {tuple(sorted((one.same_as or one.id, other))): why for one in told for other, why in one.candidates.items()}
    DuplicateCandidate.objects.bulk_create(
        [DuplicateCandidate(first_id=a, second_id=b, why=list(why), found_at=at) for (a, b), why in pairs.items() if a != b],
        ignore_conflicts=True,
    )


def _person(one: Told, *, by: Actor, at: datetime, source: str) -> Person:
    person, birth = one.person, one.facts.birth
    return Person(
        id=one.id, full_name=one.facts.name, **name_columns(one.facts.name),
        birth_year=birth.year, birth_month=birth.month, birth_day=birth.day, sex=one.facts.sex,
        nationality=person.nationality or "VN", ethnic_code=person.ethnic_code, occupation=person.occupation,
        work_unit=person.work_unit, phone_cipher=keys.seal(one.phone, "phone"), phone_hash=one.phone_hash,
        phone_contact_only=bool(one.phone) and person.phone_contact_only, email_cipher=keys.seal(person.email, "address"),
        **place_columns(person.place_key, one.place), address_cipher=keys.seal(person.address, "address"),
        neighbourhood=person.neighbourhood, household=person.household, language=person.language,
        identity_state=_identity_state(one), recorded_at=at, recorded_by=by.text, source=source,
    )  # fmt: skip


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
    owner = one.same_as or one.id
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


def _fill(one: Told, *, by: Actor, at: datetime, contact: bool) -> None:
    """Write only where the record is empty; what stands there stays."""
    row = Person.objects.select_for_update().get(id=one.same_as)
    new = {name: value for name, value in _fillable(one, contact).items() if value and not getattr(row, name)}
    if row.identity_state == "none" and one.numbers and not one.disputed:
        new["identity_state"] = "claimed"
    if not row.commune_2021 and not row.commune_2025 and (one.place.commune_2021 or one.place.commune_2025) and contact:
        new |= place_columns(one.person.place_key, one.place)
    if "phone_hash" in new:
        new["phone_contact_only"] = one.person.phone_contact_only
    if new:
        Person.objects.filter(id=row.id).update(**new)
    if one.person.guardian and contact and not Guardian.objects.filter(person_id=row.id, ended_at=None).exists():
        _guardian(row.id, one, by=by, at=at).save()
        new["guardian"] = True
    one.filled = tuple(sorted(name for name in new if not name.endswith("_cipher")))


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
            rows=[(f"person:{one.same_as or one.id}", one.same_as or one.id, {"source": source, "filled": list(one.filled)}) for one in ones],
        )  # fmt: skip
    outbox.publish_many(
        events.PERSON_RECORDED, at=at, rows=[{"person_id": one.id, "source": source} for one in told if one.is_new]
    )
    outbox.publish_many(
        events.IDENTIFIER_DISPUTED,
        at=at,
        rows=[
            {"person_id": one.same_as or one.id, "holder_id": one.disputed[value], "type": str(number.type)}
            for one in told
            for number, value in one.numbers
            if value in one.disputed
        ],
    )


def _answer(one: Told, known: dict[UUID, rules.Facts]) -> PersonRecorded:
    owner = one.same_as or one.id
    met = one.same_as or next(iter(one.disputed.values()), None)
    told_otherwise = rules.differences(known[met], one.facts) if met and met in known else ()
    return PersonRecorded(owner, one.is_new, bool(one.disputed), told_otherwise, one.filled)
