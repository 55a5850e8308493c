"""Ask who somebody would be, many at once, without writing anything: what a list's rows are staged by."""

from collections.abc import Sequence
from uuid import UUID

from khien.kernel import vietnamese

from . import aliases, keys, meeting, rules
from .models import IdentifierHolder, Person
from .types import Met, NewPerson


def match_many(people: Sequence[NewPerson]) -> list[Met]:
    """For each, the record it certainly is and the records it may be; the judgement that `record_people` will make.

    Raises Refused for what no record can hold (names.*, phones.*).
    """
    told = meeting.read(people)
    values = {value for one in told for number, value in one.numbers if number.type in rules.DIRECTORY}
    by_hash = dict(IdentifierHolder.objects.filter(value_hash__in=values).values_list("value_hash", "person_id"))
    near = meeting.namesakes(told)
    current = aliases.currents({*by_hash.values(), *(id for ids in near for id in ids)})
    known = meeting.facts_of(set(current.values()))
    return [
        _met(one, {value: current[holder] for value, holder in by_hash.items()}, [current[id] for id in ids], known)
        for one, ids in zip(told, near, strict=True)
    ]


def _met(one: meeting.Told, holders: dict[str, UUID], near: list[UUID], known: dict[UUID, rules.Facts]) -> Met:
    same: UUID | None = None
    possible: dict[UUID, tuple[str, ...]] = {}
    for number, value in one.numbers:
        holder = holders.get(value)
        if holder is None:
            continue
        if rules.same_by_number(known[holder], one.facts, str(number.type)):
            same = same or holder
        else:
            possible[holder] = ("number", *rules.may_be_one(known[holder], one.facts))
    for id in near:
        if id in possible or id == same:
            continue
        if (
            same is None
            and not possible
            and not one.person.phone_contact_only
            and rules.same_without_number(known[id], one.facts)
        ):
            same = id
        elif why := rules.may_be_one(known[id], one.facts):
            possible[id] = why
    if same is not None:
        possible = {id: why for id, why in possible.items() if "number" in why}
    return Met(same, tuple(possible.items()))


def alike(person: NewPerson, *, most: int = 6) -> list[tuple[UUID, tuple[str, ...]]]:
    """The records that may be this person already, for whoever receives them to ask; each with why, the likeliest first.

    Wider than what is decided without a person: the same name without its accents with an agreeing birth, and one more thing (the
    whole birth date, the phone, the home, or no number on either side). Raises Refused names.*, phones.*.
    """
    (told,) = meeting.read([person])
    (met,) = match_many([person])
    current = aliases.currents(meeting.namesakes([told])[0])
    known = meeting.facts_of(set(current.values()))
    homes = dict(Person.objects.filter(id__in=known).values_list("id", "address_cipher"))
    found = {id: why for id, why in ((met.same, ("number",)), *met.possible) if id is not None}
    for id, facts in known.items():
        home = _one_home(person.address, keys.unseal(homes[id], "address"))
        if why := rules.worth_asking(facts, told.facts, home=home):
            found[id] = tuple(dict.fromkeys((*found.get(id, ()), *why)))
    return sorted(found.items(), key=lambda one: -len(one[1]))[:most]


def _one_home(told: str, known: str) -> bool:
    """Say whether two told addresses are one home: the same, or one the beginning of the other, with a house number."""
    first, second = sorted((vietnamese.letters(told), vietnamese.letters(known)), key=len)
    return len(first) >= 4 and any(letter.isdigit() for letter in first) and second.startswith(first)
