"""Corrections: asked by a person, proposed by one, decided by another, done in ONE transaction.

A person who cannot be found may ask too: the case is theirs by its code, and staff look for the record.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.campaigns import queries as campaigns
from khien.cases import applying, models, opening, papers, rules, story, work
from khien.cases.types import CORRECTION_KINDS, CaseRef, ContactPoint, CorrectionAsked, Proposal
from khien.certificates import actions as certificates
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import audit

CORRECTABLE = frozenset({
    "full_name", "birth", "sex", "identifier", "phone", "email", "address", "place_key", "nationality", "ethnic_code", "occupation",
    "work_unit", "neighbourhood", "household", "language",
})  # fmt: skip


@transaction.atomic
def ask_correction(
    *, asked: CorrectionAsked, contact: ContactPoint, by: Actor, at: datetime, person_id: UUID | None = None,
    record_id: UUID | None = None, evidence_file: UUID | None = None, channel: str = "portal", place_key: str = "",
    randomness: opening.Randomness = opening.random_bits,
) -> CaseRef:  # fmt: skip
    """Ask for something wrong to be put right; return the code to follow it and the day of its answer.

    Sent twice it is one request. Raises Refused: cases.correction_kind_unknown, cases.nothing_asked, cases.field_unknown (field),
    cases.dose_in_future, cases.who_missing, cases.contact_missing, places.unknown_unit.
    """
    _check_asked(asked, at)
    if person_id is None and not any(asked.who.values()):
        raise Refused("cases.who_missing")
    if person_id is None and not contact.reachable:
        raise Refused("cases.contact_missing")
    sealed = papers.seal(asked)
    same = settings.KEYS.hash(f"{person_id}|{record_id}|{asked}|{contact.phone}", purpose="case")[:32]
    place = places.unit_place(place_key) if place_key else None
    found = opening.open_case(
        kind="correction", subject=f"correction.{asked.kind}", person_id=person_id, record_id=record_id, contact=contact,
        channel=channel, dedupe=f"correction:{same}", place=place, by=by, at=at, randomness=randomness,
        facts={"fields": sorted(asked.right), "doses": len(asked.doses), "evidence": evidence_file is not None},
    )  # fmt: skip
    if not found.already:
        models.Correction.objects.create(
            case_id=found.id,
            person_id=person_id,
            record_id=record_id,
            kind=asked.kind,
            asked_cipher=sealed,
            evidence_file=evidence_file,
        )
    return found


def _check_asked(asked: CorrectionAsked, at: datetime) -> None:
    if asked.kind not in CORRECTION_KINDS:
        raise Refused("cases.correction_kind_unknown")
    if not (asked.right or asked.doses or asked.words.strip()):
        raise Refused("cases.nothing_asked")
    for field in asked.right:
        if field not in CORRECTABLE:
            raise Refused("cases.field_unknown", field=field)
    if any(dose.on_date > clock.on_date(at) for dose in asked.doses):
        raise Refused("cases.dose_in_future")


def _correction(case_id: UUID) -> models.Correction:
    row = models.Correction.objects.select_for_update().filter(case_id=case_id).first()
    if row is None:
        raise Refused("cases.no_correction")
    return row


@transaction.atomic
def identify(*, case_id: UUID, person_id: UUID, by: Actor, at: datetime) -> None:
    """Say whose record a request is about, once found. Raises Refused: cases.unknown, cases.resolved, cases.no_correction, people.unknown."""
    case, row = work.locked(case_id), _correction(case_id)
    card = people.person(person_id)
    if card is None:
        raise Refused("people.unknown")
    row.person_id = case.person_id = card.id
    row.save(update_fields=["person_id"])
    case.save(update_fields=["person_id"])
    story.add(case, "identified", by=by, at=at)
    audit.record("cases.identified", by=by, at=at, subject=f"case:{case_id}", person=card.id)


@transaction.atomic
def propose(*, case_id: UUID, proposal: Proposal, by: Actor, at: datetime, text: str = "") -> None:
    """Propose what to change; another person decides. A new proposal takes the place of the one before.

    Raises Refused: cases.unknown, cases.resolved, cases.no_correction, cases.person_not_known, cases.correction_decided,
    cases.field_unknown (field), cases.record_of_another, cases.record_own_already, people.unknown, people.same_record, births.*,
    identifiers.*.
    """
    case, row = work.locked(case_id), _correction(case_id)
    person_id = _whose(row)
    if row.state not in ("asked", "proposed"):
        raise Refused("cases.correction_decided")
    versions = _check_proposal(proposal, person_id, at)
    row.proposal_cipher = papers.seal(proposal, versions=versions)
    row.state, row.proposed_by, row.proposed_at = "proposed", by.text, at
    row.save()
    story.add(case, "proposed", by=by, at=at, text=text)
    audit.record(
        "cases.proposed", by=by, at=at, subject=f"case:{case_id}", person=person_id, fields=sorted(proposal.particulars),
        records=sorted(map(str, proposal.records)), errors=len(proposal.errors), add=len(proposal.add), move=len(proposal.move),
        give=len(proposal.give), merge=proposal.merge,
    )  # fmt: skip


def _whose(row: models.Correction) -> UUID:
    if row.person_id is None:
        raise Refused("cases.person_not_known")
    return people.current_id(row.person_id)


def _check_proposal(proposal: Proposal, person_id: UUID, at: datetime) -> dict[str, int]:
    """Read the proposal as it will be applied; return the versions that stand now."""
    for field in proposal.particulars:
        if field not in CORRECTABLE:
            raise Refused("cases.field_unknown", field=field)
    papers.particulars(proposal.particulars)
    known = campaigns.rulebook(clock.on_date(at)).vaccines
    if unknown := next((dose.vaccine for dose in proposal.add if dose.vaccine not in known), ""):
        raise Refused("cases.vaccine_unknown", vaccine=unknown)
    card = people.person(person_id)
    versions = {"person": card.version if card else 0}
    own = set(people.ids_of(person_id))
    for record_id in (*map(UUID, map(str, proposal.records)), *proposal.errors, *map(UUID, proposal.give)):
        record = immunizations.record(record_id)
        if record is None or record.person_id not in own:
            raise Refused("cases.record_of_another")
        papers.changes(proposal.records.get(str(record_id), {}))
        versions[str(record_id)] = record.version
    return versions | _others(proposal, own)


def _others(proposal: Proposal, own: set[UUID]) -> dict[str, int]:
    """Check what a proposal says of other people; return the versions of their doses."""
    for other in (*([proposal.merge] if proposal.merge else []), *proposal.give.values()):
        if people.person(other) is None:
            raise Refused("people.unknown")
        if other in own or people.current_id(other) in own:
            raise Refused("people.same_record")
    versions: dict[str, int] = {}
    for record_id in proposal.move:
        record = immunizations.record(record_id)
        if record is None or record.status != "completed":
            raise Refused("immunizations.record_unknown")
        if record.person_id in own:
            raise Refused("cases.record_own_already")
        versions[str(record_id)] = record.version
    return versions


@transaction.atomic
def send_back(*, case_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Send a proposal back to who made it. Raises Refused: cases.unknown, cases.resolved, cases.not_proposed, cases.text_missing."""
    case, row = work.locked(case_id), _correction(case_id)
    if row.state != "proposed":
        raise Refused("cases.not_proposed")
    if not reason.strip():
        raise Refused("cases.text_missing")
    row.state, row.proposed_by, row.proposed_at = "asked", None, None
    row.save()
    story.add(case, "sent_back", by=by, at=at, text=reason)
    audit.record("cases.sent_back", by=by, at=at, subject=f"case:{case_id}", person=row.person_id)


@transaction.atomic
def decide_correction(*, case_id: UUID, accept: bool, reason: str, by: Actor, at: datetime) -> tuple[UUID, ...]:
    """Decide a correction with a second pair of eyes; accepted, everything is done now or nothing is.

    The record gets its new version, false certificates are revoked and right ones issued, the citizen is told, the case ends:
    one transaction. Returns the certificates issued. Declined, the reason goes to the citizen.
    Raises Refused: cases.unknown, cases.resolved, cases.no_correction, cases.not_proposed, cases.second_pair_of_eyes,
    cases.text_missing, cases.person_changed, cases.nothing_changes, immunizations.*, people.*.
    """
    case, row = work.locked(case_id), _correction(case_id)
    if not reason.strip():
        raise Refused("cases.text_missing")
    if not accept:
        return _decline(case, row, reason, by, at)
    if row.state != "proposed" or row.proposal_cipher is None or row.proposed_by is None:
        raise Refused("cases.not_proposed")
    rules.check_eyes(row.proposed_by, by.text)
    proposal, versions = papers.proposal(row.proposal_cipher)
    issued = applying.apply(row, proposal, versions, person_id=_whose(row), reason=reason, by=by, at=at)
    _decided(row, "done", reason, by, at)
    work.close(case, "corrected", by=by, at=at, text=reason)
    return issued


def _decline(case: models.Case, row: models.Correction, reason: str, by: Actor, at: datetime) -> tuple[UUID, ...]:
    if row.state not in ("asked", "proposed"):
        raise Refused("cases.correction_decided")
    _decided(row, "declined", reason, by, at)
    work.close(case, "declined", by=by, at=at, text=reason)
    return ()


def _decided(row: models.Correction, state: str, reason: str, by: Actor, at: datetime) -> None:
    row.state, row.decided_by, row.decided_at, row.decision_reason = state, by.text, at, reason.strip()[:500]
    row.save()
    audit.record(
        f"cases.correction_{state}",
        by=by,
        at=at,
        subject=f"case:{row.case_id}",
        person=row.person_id,
        proposed_by=row.proposed_by or "",
    )


@transaction.atomic
def settle_identity(*, case_id: UUID, identifier_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Decide whose a disputed number is, free the certificates that waited for it, and end the case: one transaction.

    Raises Refused: cases.unknown, cases.resolved, people.unknown, people.reason_needed.
    """
    case = work.locked(case_id)
    people_actions.settle_identifier(identifier=identifier_id, reason=reason, by=by, at=at)
    for person_id in dict.fromkeys(filter(None, (case.person_id, _other(case)))):
        if people.person(person_id) is not None:
            certificates.reissue(person_id=person_id, by=by, at=at, reason="identity_settled")
    work.close(case, "settled", by=by, at=at, text=reason)


def _other(case: models.Case) -> UUID | None:
    holder = case.facts.get("holder_id")
    return UUID(holder) if holder else None
