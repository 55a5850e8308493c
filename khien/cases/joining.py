"""Two records that are one person: joined, taken apart again, with doses and certificates in step in the same transaction."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from khien.cases import models, papers, story
from khien.certificates import actions as certificates
from khien.immunizations import actions as immunizations
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.plumbing import audit


def in_step(persons: Iterable[UUID], *, by: Actor, at: datetime, reason: str) -> None:
    """Read each person's doses as one course again, revoke certificates that no longer say the truth, issue right ones."""
    for person_id in dict.fromkeys(people.current_id(one) for one in persons):
        immunizations.settle(person_id=person_id, by=by, at=at, reason=reason)
        certificates.reissue(person_id=person_id, by=by, at=at, reason="record_corrected")


@transaction.atomic
def decide_duplicate(
    *, pair: UUID, both: tuple[UUID, UUID], decision: str, reason: str, by: Actor, at: datetime, survivor: UUID | None = None
) -> None:
    """Decide a pair of records; merged, doses and certificates follow at once. Raises Refused as `people.decide_duplicate`."""
    done = people_actions.decide_duplicate(pair=pair, decision=decision, reason=reason, by=by, at=at, survivor=survivor)
    if done == "merged":
        in_step(both, by=by, at=at, reason="merged")


@transaction.atomic
def decide_undo(*, alias: UUID, both: tuple[UUID, UUID], reason: str, by: Actor, at: datetime, withdraw: bool = False) -> str:
    """Wish a merge taken apart, or carry out another's wish: each has the own doses and certificates again.

    Returns and raises Refused as `people.decide_undo`.
    """
    done = people_actions.decide_undo(alias=alias, reason=reason, by=by, at=at, withdraw=withdraw)
    if done == "undone":
        in_step(both, by=by, at=at, reason="merge_undone")
    return done


@transaction.atomic
def undo_merge_of_case(*, case_id: UUID, reason: str, by: Actor, at: datetime, withdraw: bool = False) -> str:
    """Wish taken apart what a correction joined, or carry out another's wish; the case tells of it. Returns as `people.decide_undo`.

    Raises Refused: cases.no_correction, cases.no_merge_to_undo, cases.text_missing, people.merge_undone, people.second_person_to_part.
    """
    case = models.Case.objects.select_for_update().filter(id=case_id).first()
    row = models.Correction.objects.filter(case_id=case_id).first()
    if case is None or row is None or row.person_id is None or row.proposal_cipher is None:
        raise Refused("cases.no_correction")
    if not withdraw and not reason.strip():
        raise Refused("cases.text_missing")
    loser = papers.proposal(row.proposal_cipher)[0].merge
    alias = next((one for one in people.merges_of(row.person_id) if loser and one.loser_id == loser), None)
    if row.state != "done" or alias is None:
        raise Refused("cases.no_merge_to_undo")
    done = decide_undo(alias=alias.id, both=(alias.survivor_id, alias.loser_id), reason=reason, by=by, at=at, withdraw=withdraw)
    story.add(case, "merge_undone" if done == "undone" else f"merge_undo_{done}", by=by, at=at, text=reason)
    if done == "undone":
        audit.record("cases.merge_undone", by=by, at=at, subject=f"case:{case_id}", person=alias.survivor_id, other=alias.loser_id)
    return done
