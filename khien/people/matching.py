"""Ask who somebody would be, many at once, without writing anything: what a list's rows are staged by."""

from collections.abc import Sequence
from uuid import UUID

from . import aliases, meeting, rules
from .models import IdentifierHolder
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
