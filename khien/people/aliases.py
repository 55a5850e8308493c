"""Records that were merged are one person: every read goes over the set of their ids."""

from collections.abc import Iterable
from uuid import UUID

from .models import PersonAlias


def current(person_id: UUID) -> UUID:
    """The record that survives; itself when it was never merged."""
    return currents([person_id])[person_id]


def currents(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The surviving record of each, in one look-up for each step of a chain."""
    found = {id: id for id in person_ids}
    while step := dict(
        PersonAlias.objects.filter(loser_id__in=set(found.values()), undone_at=None).values_list("loser_id", "survivor_id")
    ):
        found = {id: step.get(now, now) for id, now in found.items()}
    return found


def all_ids(person_id: UUID) -> list[UUID]:
    """Every id of this person, the surviving one first."""
    survivor = current(person_id)
    found, fresh = [survivor], [survivor]
    while fresh := list(PersonAlias.objects.filter(survivor_id__in=fresh, undone_at=None).values_list("loser_id", flat=True)):
        found += fresh
    return found


def members(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Every id under which rows of these (surviving) people may stand -> the surviving id."""
    found = {id: id for id in person_ids}
    fresh = set(found)
    while fresh:
        step = PersonAlias.objects.filter(survivor_id__in=fresh, undone_at=None).values_list("loser_id", "survivor_id")
        joined = {loser: found[survivor] for loser, survivor in step}
        found |= joined
        fresh = set(joined)
    return found
