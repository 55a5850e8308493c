"""Records that were merged are one person: every read goes over the set of their ids."""

from collections.abc import Iterable
from uuid import UUID

from khien.plumbing import once

from .models import PersonAlias


def current(person_id: UUID) -> UUID:
    """The record that survives; itself when it was never merged."""
    return currents([person_id])[person_id]


def currents(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The surviving record of each, in one look-up for each step of a chain."""
    asked, kept = list(person_ids), once.shelf("people.current")
    found = {id: id for id in asked if id not in kept}
    while found and (step := dict(
        PersonAlias.objects.filter(loser_id__in=set(found.values()), undone_at=None).values_list("loser_id", "survivor_id")
    )):  # fmt: skip
        found = {id: step.get(now, now) for id, now in found.items()}
    kept |= found
    return {id: kept[id] for id in asked}


def all_ids(person_id: UUID) -> list[UUID]:
    """Every id of this person, the surviving one first."""
    survivor, kept = current(person_id), once.shelf("people.ids")
    if survivor not in kept:
        found, fresh = [survivor], [survivor]
        while fresh := list(PersonAlias.objects.filter(survivor_id__in=fresh, undone_at=None).values_list("loser_id", flat=True)):
            found += fresh
        kept[survivor] = found
    return list(kept[survivor])


def members(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Every id under which rows of these (surviving) people may stand -> the surviving id."""
    asked, kept = list(person_ids), once.shelf("people.ids")
    found = {id: owner for owner in asked if owner in kept for id in kept[owner]}
    fresh = {id for id in asked if id not in kept}
    found |= {id: id for id in fresh}
    while fresh:
        step = PersonAlias.objects.filter(survivor_id__in=fresh, undone_at=None).values_list("loser_id", "survivor_id")
        joined = {loser: found[survivor] for loser, survivor in step}
        found |= joined
        fresh = set(joined)
    kept.update({id: [id] for id in asked if id not in kept})
    for id, owner in found.items():
        if id != owner and id not in kept[owner]:
            kept[owner].append(id)
    return found
