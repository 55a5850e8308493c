"""Reactions after a dose: kept, weighed, told to those who must act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, VisitRef
from khien.people import queries as people
from khien.plumbing import audit, outbox
from khien.safety import casework, doses, meeting, models, rules
from khien.safety.meeting import ANAPHYLAXIS
from khien.safety.types import Reported
from khien.visits import queries as visits

SOURCES = ("desk", "health_book", "portal", "hotline", "follow_up")
LONGEST_DETAIL = 2000
SAME = timedelta(minutes=10)  # the same signs told again that soon are the same reaction


@transaction.atomic
def report_reaction(
    *,
    person_id: UUID,
    symptoms: Iterable[str],
    onset_at: datetime,
    source: str,
    record_id: UUID | None = None,
    visit: VisitRef | None = None,
    anaphylaxis: bool = False,
    detail: str = "",
    action_taken: str = "",
    by: Actor,
    at: datetime,
) -> Reported:
    """Keep what a person felt after a dose and say how urgent it is; a P1 goes to the response centre at once.

    `anaphylaxis` is the doctor's word at the desk: always P1. The free text is searched for danger signs too. Without a record
    or visit the last dose before the onset is meant, wherever it was given. The same signs told twice within minutes are one reaction.
    Raises Refused: safety.source_unknown, safety.nothing_told, safety.unknown_sign, safety.onset_in_future, safety.onset_before_dose.
    """  # fmt: skip
    if source not in SOURCES:
        raise Refused("safety.source_unknown")
    if onset_at > at:
        raise Refused("safety.onset_in_future")
    told = tuple(dict.fromkeys([*symptoms, *(rules.red_flags_in_text(detail) if detail else ())]))
    if not told and not detail.strip() and not anaphylaxis:
        raise Refused("safety.nothing_told")
    record_id, visit_id, site_id, dosed_at = _dose(person_id, record_id, visit, onset_at)
    if dosed_at is not None:
        rules.within_watch(dosed_at, onset_at)
    weighed = rules.triage(told, since_dose=onset_at - dosed_at if dosed_at else None)
    urgency = rules.Urgency.P1 if anaphylaxis else weighed.urgency
    severity = rules.Severity.SEVERE if anaphylaxis else weighed.severity
    same = _told_before(person_id, told, anaphylaxis, at)
    row = same or models.Reaction.objects.create(
        person_id=person_id, record_id=record_id, visit_id=visit_id, site_id=site_id, source=source,
        symptoms=[*weighed.signs, *([ANAPHYLAXIS] if anaphylaxis else [])], severity=severity.value, urgency=urgency.value,
        onset_at=onset_at, detail_cipher=settings.KEYS.seal(detail.strip()[:LONGEST_DETAIL], purpose="case") if detail.strip() else None,
        action_taken=action_taken.strip()[:500], recorded_at=at, recorded_by=by.text,
    )  # fmt: skip
    if same is None:
        meeting.meet(row, by=by, at=at)
        _tell(row, by, at)
    advice = rules.triage(("breathing",), since_dose=None) if anaphylaxis else weighed
    grave = severity is rules.Severity.SEVERE
    return Reported(
        row.id, urgency.value, severity.value, anaphylaxis or weighed.call_emergency, weighed.red, anaphylaxis, advice.advice_vi,
        advice.advice_en, rules.report_due(at) if grave else None, same is not None, row.aefi_id,
    )  # fmt: skip


def _dose(
    person_id: UUID, record_id: UUID | None, visit: VisitRef | None, onset_at: datetime
) -> tuple[UUID | None, UUID | None, UUID | None, datetime | None]:
    """The dose that is meant: record, visit, site and hour, as far as known. A dose told from elsewhere may have a day and no hour."""
    if visit is not None:
        card = visits.visit(visit)
        if card is None or people.current_id(card.person_id) != people.current_id(person_id):
            raise Refused("visits.unknown")
        return card.record_id, card.ref.visit_id, card.ref.site_id, card.dosed_at
    dose = immunizations.record(record_id) if record_id else doses.last_before(person_id, onset_at)
    if dose is None:
        if record_id:
            raise Refused("safety.record_unknown")
        return None, None, None, None
    if people.current_id(dose.person_id) != people.current_id(person_id):
        raise Refused("safety.record_unknown")
    if onset_at < doses.earliest(dose):
        raise Refused("safety.onset_before_dose")
    return dose.record_id, dose.visit_id, dose.site_id, dose.performed_at


def _told_before(person_id: UUID, told: tuple[str, ...], anaphylaxis: bool, at: datetime) -> models.Reaction | None:
    """The reaction that these very signs were told of within the last minutes."""
    wanted = {*told, *([ANAPHYLAXIS] if anaphylaxis else [])}
    rows = models.Reaction.objects.filter(person_id=person_id, recorded_at__gte=at - SAME).order_by("-recorded_at")
    return next((row for row in rows if wanted and set(row.symptoms) == wanted), None)


def _tell(row: models.Reaction, by: Actor, at: datetime) -> None:
    audit.record(
        "safety.reaction_reported",
        by=by,
        at=at,
        subject=f"reaction:{row.id}",
        person=row.person_id,
        urgency=row.urgency,
        severity=row.severity,
    )
    outbox.publish(
        "safety.reaction_reported", at=at, reaction_id=row.id, person_id=row.person_id, visit_id=row.visit_id, record_id=row.record_id,
        site_id=row.site_id, urgency=row.urgency, severity=row.severity, anaphylaxis=ANAPHYLAXIS in row.symptoms,
    )  # fmt: skip


@transaction.atomic
def set_outcome(*, reaction_id: UUID, outcome: str, action_taken: str = "", by: Actor, at: datetime) -> None:
    """Write how a reaction ended, and what was done.

    Raises Refused: safety.reaction_unknown, safety.outcome_unknown.
    """
    if outcome not in set(rules.Outcome):
        raise Refused("safety.outcome_unknown")
    row = models.Reaction.objects.filter(id=reaction_id).first()
    if row is None:
        raise Refused("safety.reaction_unknown")
    before, row.outcome = row.outcome, outcome
    row.action_taken = action_taken.strip()[:500] or row.action_taken
    row.save(update_fields=["outcome", "action_taken"])
    if row.aefi_id and outcome not in (rules.Outcome.UNKNOWN.value, before) and not meeting.over(row.aefi_id):
        casework.edit_aefi(aefi_id=row.aefi_id, outcome=outcome, by=by, at=at)
    audit.record(
        "safety.outcome", by=by, at=at, subject=f"reaction:{row.id}", person=row.person_id, before=before, outcome=outcome
    )


def join_case(*, reaction_id: UUID, case_id: UUID) -> None:
    """Note the case that follows a reaction; the case's own audit tells of it."""
    models.Reaction.objects.filter(id=reaction_id).update(case_id=case_id)
