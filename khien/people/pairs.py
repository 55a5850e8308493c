"""Pairs of records that may be one person, and what was joined."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from khien.kernel.refs import Scope
from khien.places import queries as places

from . import aliases, cards, reading
from .models import DuplicateCandidate, Person, PersonAlias
from .types import DuplicatePair, MergeInfo, MergeProposed, PersonCard


def cards_of(person_ids: Iterable[UUID]) -> dict[UUID, PersonCard]:
    """A card for each id asked, merged records under their survivors' cards."""
    current = aliases.currents(person_ids)
    found = {card.id: card for card in cards.cards(reading.persons(current.values()).values())}
    return {asked: found[now] for asked, now in current.items() if now in found}


def duplicates(scopes: Iterable[Scope] | None = None, after: UUID | None = None, limit: int = 50) -> list[DuplicatePair]:
    """Pairs that a human has still to decide, the oldest first, paged by key."""
    rows = DuplicateCandidate.objects.filter(decision="").order_by("id")
    if after:
        rows = rows.filter(id__gt=after)
    if scopes is not None:
        mine = Person.objects.filter(places.within(scopes)).values("id")
        rows = rows.filter(Q(first_id__in=mine) | Q(second_id__in=mine))
    page = list(rows[:limit])
    shown = cards_of({id for row in page for id in (row.first_id, row.second_id)})
    return [
        DuplicatePair(row.id, shown[row.first_id], shown[row.second_id], tuple(row.why), row.found_at, _proposed(row))
        for row in page
        if row.first_id in shown and row.second_id in shown
    ]


def _proposed(row: DuplicateCandidate) -> MergeProposed | None:
    if row.proposed_by is None or row.proposed_at is None:
        return None
    return MergeProposed(row.proposed_survivor or row.first_id, row.proposed_reason, row.proposed_by, row.proposed_at)


def merges_of(person_id: UUID) -> list[MergeInfo]:
    """The records that were joined under this one and still are, the latest first."""
    rows = PersonAlias.objects.filter(survivor_id__in=aliases.all_ids(person_id), undone_at=None).order_by("-merged_at")
    return [MergeInfo(row.id, row.loser_id, row.survivor_id, row.reason, row.merged_at, row.merged_by, row.undo_proposed_by or "", row.undo_proposed_at, row.undo_reason) for row in rows]
