"""Who somebody told is: the directory's row is taken first, so that one number makes one person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from khien.kernel import names
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import Identified, IdType
from khien.kernel.ids import uuid7
from khien.kernel.refs import PlaceFacts
from khien.places import queries as places

from . import aliases, keys, rules
from .models import Identifier, IdentifierHolder, Person
from .types import NewPerson


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

    @property
    def owner(self) -> UUID:
        """The record that is this person's now."""
        return self.same_as or self.id


def read(people: Sequence[NewPerson]) -> list[Told]:
    """Check what no record can hold, hash the rest. Raises Refused names.*, births.*, phones.*."""
    spots: dict[tuple[str, str], PlaceFacts] = {("", ""): PlaceFacts()}
    told = []
    for person in people:
        names.check(names.normalise(person.full_name))
        phone = keys.e164(person.phone)
        spot = (person.place_key, person.commune_2025 if person.place_key else "")
        if spot not in spots:
            spots[spot] = places.facts_for_commune(*spot) if spot[1] else places.unit_place(spot[0])
        numbers = tuple(
            (number, keys.number_hash(number))
            for number in (person.identifier, person.insurance, *person.other_identifiers)
            if number is not None and number.type != IdType.NONE
        )
        facts = rules.Facts(
            names.normalise(person.full_name), person.birth, str(person.sex), keys.phone_hash(phone),
            tuple((str(number.type), value) for number, value in numbers),
        )  # fmt: skip
        known = aliases.current(person.known_as) if person.known_as else None
        told.append(Told(person, uuid7(), phone, facts.phone_hash, numbers, facts, spots[spot], known is None, known))
    return told


def meet(told: list[Told]) -> dict[UUID, rules.Facts]:
    """Settle for each whether it is somebody known, a clash or new; returns the facts of all who were met."""
    known = _claim(told)
    _meet_without_number(told, known)
    return known


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
        if one.is_new and not one.person.surely_new and rules.same_by_number(facts, one.facts, str(number.type)):
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
    near = namesakes(open_ones)
    known.update(facts_of({id for ids in near for id in ids} - known.keys()))
    current = aliases.currents({id for ids in near for id in ids})
    for one, ids in zip(open_ones, near, strict=True):
        for id in ids:
            _meet_alike(one, current[id], known[id])
    _follow(told)


_NAMESAKES = """
SELECT t.i, p.id FROM unnest(%s::int[], %s::smallint[], %s::smallint[], %s::smallint[], %s::text[], %s::text[]) AS t(i, y, m, d, s, k)
JOIN person p ON p.birth_year = t.y AND p.name_key = t.k AND (t.m IS NULL OR p.birth_month IS NULL OR p.birth_month = t.m)
  AND (t.d IS NULL OR p.birth_day IS NULL OR p.birth_day = t.d) AND (p.sex = t.s OR 'unknown' IN (p.sex, t.s))
"""


def namesakes(told: Sequence[Told]) -> list[list[UUID]]:
    """For each, the records of that folded name whose birth and sex agree; fifty at most."""
    births = [one.facts.birth for one in told]
    found: list[list[UUID]] = [[] for _ in told]
    with connection.cursor() as cursor:
        cursor.execute(
            _NAMESAKES,
            [
                list(range(len(told))), [b.year for b in births], [b.month for b in births], [b.day for b in births],
                [one.facts.sex for one in told], [names.name_key(one.facts.name) for one in told],
            ],
        )  # fmt: skip
        for place, id in cursor.fetchall():
            if len(found[place]) < 50:
                found[place].append(id)
    return found


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
    surely_other = one.disputed or one.person.phone_contact_only or one.person.surely_new
    if one.is_new and not surely_other and rules.same_without_number(facts, one.facts):
        one.is_new, one.same_as = False, current
        one.candidates.pop(current, None)
        values = [value for _number, value in one.numbers]
        IdentifierHolder.objects.filter(value_hash__in=values, person_id=one.id).update(person_id=current)
    elif (
        one.is_new
        and not one.person.surely_new
        and current not in one.candidates
        and (why := rules.may_be_one(facts, one.facts))
    ):
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
