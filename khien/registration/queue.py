"""What happens to a place in the queue: withdrawn, called, closed."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.people import actions as people_actions
from khien.plumbing import audit, outbox

from . import events, rules
from .models import Registration, RegistrationWay

WITHDRAWN_REASONS = ("not_wanted", "vaccinated_elsewhere", "moved", "health", "refused_call", "mistake", "other")


def locked(registration: UUID) -> Registration:
    """The registration, locked with its person named. Raises Refused registration.unknown."""
    row = Registration.objects.select_for_update().filter(id=registration).first()
    if row is None:
        raise Refused("registration.unknown")
    return row


def end(row: Registration, state: str, reason: str, *, by: Actor, at: datetime) -> None:
    """End a place in the queue and say so: an appointment that hangs on it is cancelled by who hears it."""
    Registration.objects.filter(person_id=row.person_id, id=row.id).update(state=state, ended_at=at, end_reason=reason)
    audit.record(
        f"registration.{state}",
        by=by,
        at=at,
        subject=f"registration:{row.id}",
        person=row.person_id,
        reason=reason,
        was=row.state,
    )
    outbox.publish(events.WITHDRAWN, at=at, registration_id=row.id, person_id=row.person_id, reason=reason)


@transaction.atomic
def withdraw(*, registration: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Take a wish back; taken back already, it stays so. Raises Refused: registration.unknown, registration.reason_unknown,
    registration.ended (state)."""
    if reason not in WITHDRAWN_REASONS:
        raise Refused("registration.reason_unknown")
    row = locked(registration)
    if row.state == "withdrawn":
        return
    if row.state not in rules.ACTIVE:
        raise Refused("registration.ended", state=row.state)
    end(row, "withdrawn", reason, by=by, at=at)


@transaction.atomic
def call_outcome(
    *, registration: UUID, outcome: str, by: Actor, at: datetime, died_on: date | None = None, note: str = ""
) -> None:
    """Record what a call or a visit at the door brought: reached, refused, moved, dead or no_answer.

    Refused withdraws the wish; dead ends it and is kept on the person; moved and no_answer stay in the queue.
    Raises Refused: registration.unknown, registration.outcome_unknown, registration.ended (state).
    """
    if outcome not in rules.CALL_OUTCOMES:
        raise Refused("registration.outcome_unknown")
    row = locked(registration)
    if row.state not in rules.ACTIVE:
        raise Refused("registration.ended", state=row.state)
    Registration.objects.filter(person_id=row.person_id, id=row.id).update(
        call_outcome=outcome, called_at=at, called_by=by.text
    )
    audit.record(
        "registration.called",
        by=by,
        at=at,
        subject=f"registration:{row.id}",
        person=row.person_id,
        outcome=outcome,
        noted=bool(note),
    )
    outbox.publish(events.CALLED, at=at, registration_id=row.id, person_id=row.person_id, outcome=outcome)
    if outcome == "refused":
        end(row, "withdrawn", "refused_call", by=by, at=at)
    elif outcome == "dead":
        people_actions.record_death(person=row.person_id, on=died_on or clock.on_date(at), by=by, at=at)
        end(row, "closed", "died", by=by, at=at)


@transaction.atomic
def set_wish(*, registration: UUID, by: Actor, at: datetime, wished_from: date | None = None, wished_shift: str = "") -> None:
    """Change when the person wishes to come. Raises Refused: registration.unknown, registration.ended (state)."""
    row = locked(registration)
    if row.state not in rules.ACTIVE:
        raise Refused("registration.ended", state=row.state)
    Registration.objects.filter(person_id=row.person_id, id=row.id).update(
        wished_from=wished_from, wished_shift=wished_shift if wished_shift in rules.SHIFTS else ""
    )
    audit.record("registration.wish_set", by=by, at=at, subject=f"registration:{row.id}", person=row.person_id)


def receipt_of(code: str) -> RegistrationWay | None:
    """The way whose receipt this is."""
    return RegistrationWay.objects.filter(code=code).first() if code else None
