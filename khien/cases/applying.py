"""Apply a decided proposal: people, then the record, then certificates; a stranger's hand in between refuses it all."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from khien.cases import joining, models, papers
from khien.cases.types import AskedDose, Proposal
from khien.certificates import actions as certificates
from khien.immunizations import actions as immunizations
from khien.immunizations import queries as records
from khien.immunizations.actions import Told
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor
from khien.people import actions as people
from khien.people import queries as known


def apply(
    row: models.Correction,
    proposal: Proposal,
    versions: Mapping[str, int],
    *,
    person_id: UUID,
    reason: str,
    by: Actor,
    at: datetime,
) -> tuple[UUID, ...]:
    """Do everything that was proposed, inside the caller's transaction; return the certificates that were issued.

    Raises Refused: cases.person_changed, cases.nothing_changes, and what the rooms refuse.
    """
    card = known.person(person_id)
    if proposal.particulars and (card is None or card.version != versions.get("person")):
        raise Refused("cases.person_changed")
    _person(proposal, person_id, reason, by, at)
    _records(row, proposal, versions, person_id, reason, by, at)
    changed = certificates.reissue(
        person_id=person_id, by=by, at=at, reason="record_corrected", record_ids=_all_records(person_id)
    )
    if proposal.empty and not changed:
        raise Refused("cases.nothing_changes")
    return tuple(card.id for card in changed if card.state == "issued")


def _person(proposal: Proposal, person_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    if proposal.merge:
        people.merge(loser=proposal.merge, survivor=person_id, reason=reason, by=by, at=at)
        joining.in_step([person_id], by=by, at=at, reason="merged")
    if proposal.particulars:
        changes = papers.particulars(proposal.particulars)
        people.correct_particulars(person=person_id, changes=changes, reason=reason, by=by, at=at)
    if proposal.verify:
        people.verify_identity(person=person_id, how=proposal.verify, by=by, at=at)


def _records(
    row: models.Correction,
    proposal: Proposal,
    versions: Mapping[str, int],
    person_id: UUID,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Correct, strike out, move and add."""
    kind, _, key = (row.proposed_by or "").partition(":")
    first = Actor("staff", UUID(key)) if kind == "staff" else SYSTEM
    for key, raw in proposal.records.items():
        immunizations.correct(
            record_id=UUID(key),
            changes=papers.changes(raw),
            reason=reason,
            by=by,
            at=at,
            second_by=first,
            expected_version=versions.get(key),
        )
    for record_id in proposal.errors:
        immunizations.mark_entered_in_error(record_id=record_id, reason=reason, by=by, at=at, second_by=first)
    for record_id in proposal.move:
        before = _still(record_id, versions)
        immunizations.move_to_person(record_id=record_id, person_id=person_id, reason=reason, by=by, at=at, second_by=first)
        certificates.reissue(person_id=known.current_id(before), by=by, at=at, reason="record_corrected")
    for key, other in proposal.give.items():
        _still(UUID(key), versions)
        moved = immunizations.move_to_person(record_id=UUID(key), person_id=other, reason=reason, by=by, at=at, second_by=first)
        certificates.reissue(person_id=known.current_id(other), by=by, at=at, reason="record_corrected", record_ids=[moved.record_id])
    for dose in proposal.add:
        _add(row, dose, person_id, reason, by, at)


def _still(record_id: UUID, versions: Mapping[str, int]) -> UUID:
    """Whose a dose is that stands as it did when it was proposed. Raises Refused immunizations.changed_meanwhile."""
    dose = records.record(record_id)
    if dose is None or dose.version != versions.get(str(record_id), dose.version):
        raise Refused("immunizations.changed_meanwhile")
    return dose.person_id


def _add(row: models.Correction, dose: AskedDose, person_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """A dose that no point recorded, with its paper where there is one."""
    told = Told(dose.vaccine, dose.on_date, lot=dose.lot, place=dose.place)
    evidence = "document" if row.evidence_file else "statement"
    immunizations.record_elsewhere(
        person_id=person_id, told=told, evidence=evidence, file=row.evidence_file, reason=reason, by=by, at=at
    )


def _all_records(person_id: UUID) -> set[UUID]:
    """Every dose that counts towards a certificate or a hold."""
    return {UUID(dose.ref) for dose in records.past_doses(person_id)}
