"""Two records, one person: joined by an alias that can be opened again; no row of any room is rewritten."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit, outbox

from . import aliases, events
from .models import DuplicateCandidate, Person, PersonAlias


@transaction.atomic
def merge(*, loser: UUID, survivor: UUID, reason: str, by: Actor, at: datetime) -> UUID:
    """Join two records under the survivor and return the alias's id.

    Raises Refused: people.unknown, people.same_record, people.reason_needed.
    """
    if not reason.strip():
        raise Refused("people.reason_needed")
    # Both are locked in the order of their ids, so that two merges at once cannot make a circle.
    locked = set(
        Person.objects.select_for_update().filter(id__in=[loser, survivor]).order_by("id").values_list("id", flat=True)
    )
    if locked != {loser, survivor}:
        raise Refused("people.same_record" if loser == survivor else "people.unknown")
    gone, stays = aliases.current(loser), aliases.current(survivor)
    if gone == stays:
        raise Refused("people.same_record")
    alias = PersonAlias.objects.create(loser_id=gone, survivor_id=stays, reason=reason, merged_at=at, merged_by=by.text)
    first, second = sorted((loser, survivor))
    DuplicateCandidate.objects.filter(first_id=first, second_id=second).update(
        decision="merged", decided_at=at, decided_by=by.text
    )
    for id in (gone, stays):
        audit.record("people.merged", by=by, at=at, subject=f"alias:{alias.id}", person=id, loser=gone, survivor=stays)
    outbox.publish(events.MERGED, at=at, alias_id=alias.id, loser_id=gone, survivor_id=stays)
    return alias.id


@transaction.atomic
def undo_merge(*, alias: UUID, by: Actor, at: datetime) -> None:
    """Open an alias again: both records are as they were. Raises Refused: people.alias_unknown, people.merge_undone."""
    row = PersonAlias.objects.select_for_update().filter(id=alias).first()
    if row is None:
        raise Refused("people.alias_unknown")
    if row.undone_at is not None:
        raise Refused("people.merge_undone")
    PersonAlias.objects.filter(id=alias).update(undone_at=at, undone_by=by.text)
    first, second = sorted((row.loser_id, row.survivor_id))
    DuplicateCandidate.objects.filter(first_id=first, second_id=second).update(
        decision="", decided_at=None, decided_by=None, proposed_survivor=None, proposed_reason="", proposed_at=None, proposed_by=None
    )
    for id in (row.loser_id, row.survivor_id):
        audit.record("people.merge_undone", by=by, at=at, subject=f"alias:{alias}", person=id)
    outbox.publish(events.MERGE_UNDONE, at=at, alias_id=alias, loser_id=row.loser_id, survivor_id=row.survivor_id)


@transaction.atomic
def decide_undo(*, alias: UUID, reason: str, by: Actor, at: datetime, withdraw: bool = False) -> str:
    """Wish a merge taken apart ("proposed"), carry out another's wish ("undone"), or take one's own back ("withdrawn").

    Raises Refused: people.alias_unknown, people.merge_undone, people.reason_needed, people.second_person_to_part.
    """
    row = PersonAlias.objects.select_for_update().filter(id=alias).first()
    if row is None:
        raise Refused("people.alias_unknown")
    if row.undone_at is not None:
        raise Refused("people.merge_undone")
    if withdraw and row.undo_proposed_by == by.text:
        return _undo_wished(row, "withdrawn", "", by, at)
    if not reason.strip():
        raise Refused("people.reason_needed")
    if row.undo_proposed_by is None:
        return _undo_wished(row, "proposed", reason.strip()[:300], by, at)
    if row.undo_proposed_by == by.text:
        raise Refused("people.second_person_to_part")
    undo_merge(alias=alias, by=by, at=at)
    return "undone"


def _undo_wished(row: PersonAlias, done: str, reason: str, by: Actor, at: datetime) -> str:
    wished = done == "proposed"
    row.undo_reason, row.undo_proposed_at, row.undo_proposed_by = reason, at if wished else None, by.text if wished else None
    row.save(update_fields=["undo_reason", "undo_proposed_at", "undo_proposed_by"])
    for person in (row.loser_id, row.survivor_id):
        audit.record(f"people.merge_undo_{done}", by=by, at=at, subject=f"alias:{row.id}", person=person)
    return done


@transaction.atomic
def decide_duplicate(*, pair: UUID, decision: str, reason: str, by: Actor, at: datetime, survivor: UUID | None = None) -> str:
    """Decide a pair: "merged" under the survivor, "different" people for good, "withdrawn" takes one's own proposal back.

    Joining needs two people: the first one's "merged" is kept as a proposal (returns "proposed"), another's carries it out. Raises
    Refused: people.pair_unknown, people.pair_decided, people.decision_unknown, people.reason_needed, people.second_person_needed.
    """
    row = DuplicateCandidate.objects.select_for_update().filter(id=pair).first()
    if row is None:
        raise Refused("people.pair_unknown")
    if row.decision:
        raise Refused("people.pair_decided")
    if decision == "withdrawn" and row.proposed_by == by.text:
        row.proposed_survivor, row.proposed_reason, row.proposed_at, row.proposed_by = None, "", None, None
        return _proposed(row, "withdrawn", by, at)
    if decision not in ("merged", "different"):
        raise Refused("people.decision_unknown")
    if decision == "merged" and row.proposed_by is None:
        return _propose(row, survivor, reason, by, at)
    if decision == "merged":
        _carry_out(row, reason, by, at)
    DuplicateCandidate.objects.filter(id=pair).update(decision=decision, decided_at=at, decided_by=by.text)
    audit.record("people.duplicate_decided", by=by, at=at, subject=f"pair:{pair}", person=row.first_id, decision=decision)
    return decision


def _propose(row: DuplicateCandidate, survivor: UUID | None, reason: str, by: Actor, at: datetime) -> str:
    if not reason.strip():
        raise Refused("people.reason_needed")
    row.proposed_survivor = survivor if survivor in (row.first_id, row.second_id) else row.first_id
    row.proposed_reason, row.proposed_at, row.proposed_by = reason.strip()[:300], at, by.text
    return _proposed(row, "proposed", by, at)


def _proposed(row: DuplicateCandidate, done: str, by: Actor, at: datetime) -> str:
    row.save(update_fields=["proposed_survivor", "proposed_reason", "proposed_at", "proposed_by"])
    for person in (row.first_id, row.second_id):
        audit.record(f"people.merge_{done}", by=by, at=at, subject=f"pair:{row.id}", person=person)
    return done


def _carry_out(row: DuplicateCandidate, reason: str, by: Actor, at: datetime) -> None:
    """Join as the first one proposed; who proposed does not decide."""
    if row.proposed_by == by.text:
        raise Refused("people.second_person_needed")
    stays = row.proposed_survivor or row.first_id
    told = ". ".join(part for part in (row.proposed_reason, reason.strip()) if part)
    merge(loser=row.second_id if stays == row.first_id else row.first_id, survivor=stays, reason=told[:500], by=by, at=at)
