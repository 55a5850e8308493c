"""Writes of booking: places taken, moved and given back. Each hot one is one SQL call (`sql/`)."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.booking import due, models, queries, states
from khien.booking.drawing import Criteria, abandon_allocation, commit_allocation, draw_allocation
from khien.booking.draws import replay
from khien.booking.kept import count_kept, end_decision, let_first_doses_in
from khien.booking.planning import cancel_session, change_capacity, end_many, plan_session, set_session_state
from khien.booking.standby import call_standby, join_standby, leave_standby, release_kept
from khien.booking.states import State
from khien.booking.taking import Randomness, as_booked, book, book_own, offered_codes, random_bits, slot_row
from khien.booking.types import Booked, Dose, Ended
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import SYSTEM, Actor
from khien.plumbing import audit, outbox, sqlcall

__all__ = [
    "Criteria", "abandon_allocation", "arrive", "book", "book_own", "call_standby", "cancel", "cancel_session", "change_capacity", "commit_allocation", "confirm", "count_kept",
    "decline", "draw_allocation", "end_decision", "finish", "join_standby", "leave_standby", "let_first_doses_in", "mark_no_shows", "move", "plan_session", "reinvite",
    "release_kept", "replay", "set_session_state",
]  # fmt: skip


def move(
    *, appointment_id: UUID, slot_id: UUID, reason: str = "", own: bool = False, randomness: Randomness = random_bits, by: Actor, at: datetime,
) -> Booked:  # fmt: skip
    """Move an appointment to another slot; both are kept, the new one names the former. Other days ask the rules again.

    Raises Refused as `book`, and booking.appointment_unknown, booking.not_active (state), booking.same_slot.
    """
    old, slot = _standing(appointment_id), slot_row(slot_id)
    dose = Dose(old.dose_type, old.ordinal)
    if (slot.vaccine, clock.on_date(slot.starts_at)) != (old.vaccine, old.on_date):
        dose = due.check(old.person_id, slot.vaccine, clock.on_date(slot.starts_at))
    row = {
        "id": uuid7(),
        "codes": offered_codes(randomness),
        "how": old.how,
        "dose_type": dose.dose_type,
        "ordinal": dose.ordinal,
    }
    event = {"id": uuid7(), "handlers": outbox.subscriptions()["booking.invited"]}
    told = {
        "person_id": old.person_id, "appointment_id": old.id, "site_id": slot.site_id, "slot_id": slot.id, "row": row, "own": own,
        "reason": reason, "at": at, "actor": by.text, "invited": event,
    }  # fmt: skip
    return as_booked(sqlcall.read(sqlcall.call("SELECT booking_move(%s)", [sqlcall.as_json(told)])[0]))


def _standing(appointment_id: UUID) -> models.Appointment:
    row = models.Appointment.objects.filter(id=appointment_id).first()
    if row is None:
        raise Refused("booking.appointment_unknown")
    return row


def cancel(*, appointment_id: UUID, reason: str, wait_from: date | None = None, by: Actor, at: datetime) -> Ended:
    """Give a place back; the person waits again, from `wait_from` on where it is named.

    Raises Refused: booking.appointment_unknown, booking.not_active (state).
    """
    return _end(appointment_id, "cancelled", reason, wait_from, by, at)


def decline(*, appointment_id: UUID, reason: str, wait_from: date | None = None, by: Actor, at: datetime) -> Ended:
    """Say no to an invitation; the person keeps the place in the queue. Raises as `cancel`."""
    return _end(appointment_id, "declined", reason, wait_from, by, at)


def _end(appointment_id: UUID, state: str, reason: str, wait_from: date | None, by: Actor, at: datetime) -> Ended:
    row = _standing(appointment_id)
    event = {"id": uuid7(), "handlers": outbox.subscriptions()["booking.ended"]}
    told = {
        "person_id": row.person_id, "appointment_id": row.id, "state": state, "reason": reason, "wait_from": wait_from, "at": at,
        "actor": by.text, "ended": event,
    }  # fmt: skip
    answer = json.loads(sqlcall.call("SELECT booking_end(%s)", [sqlcall.as_json(told)])[0])
    return Ended(row.id, answer["state"], answer["kept"])


@transaction.atomic
def confirm(*, appointment_id: UUID, by: Actor, at: datetime) -> None:
    """Note that the person says they will come; again is no harm. Raises as `cancel`."""
    row = _standing(appointment_id)
    if row.state != State.ACTIVE:
        raise Refused("booking.not_active", state=row.state, code=row.code)
    if models.Appointment.objects.filter(person_id=row.person_id, id=row.id, confirmed_at=None).update(confirmed_at=at):
        audit.record("booking.confirmed", by=by, at=at, subject=f"appointment:{row.id}", person=row.person_id)


def arrive(*, appointment_id: UUID, by: Actor, at: datetime) -> None:
    """The person is at the point: late ones are received too, and an end taken back makes them present again.

    An appointment that ended otherwise, while the person holds another by now, stays as it ended.
    """
    _step(appointment_id, State.ARRIVED, by, at)


def finish(*, appointment_id: UUID, by: Actor, at: datetime) -> None:
    """The visit has its end."""
    _step(appointment_id, State.DONE, by, at)


@transaction.atomic
def _step(appointment_id: UUID, after: State, by: Actor, at: datetime) -> None:
    row = _standing(appointment_id)
    if row.state == after:
        return
    if after not in states.NEXT[State(row.state)]:
        raise Refused("booking.not_active", state=row.state, code=row.code)
    if row.state not in states.STANDING and after in states.STANDING and queries.standing_of([row.person_id]):
        return
    ended: dict[str, Any] = (
        {"ended_at": at, "ended_by": by.text} if after == State.DONE else {"ended_at": None, "ended_by": None}
    )
    rows = models.Appointment.objects.filter(person_id=row.person_id, id=row.id, state=row.state)
    if not rows.update(state=after, end_reason="", **ended):
        raise Refused("booking.not_active", state=row.state, code=row.code)
    audit.record(f"booking.{after}", by=by, at=at, subject=f"appointment:{row.id}", person=row.person_id)


def mark_no_shows(*, by: Actor, at: datetime, session_id: UUID | None = None) -> int:
    """Mark who did not come, once the session is closed or two hours over; they wait again. Returns how many."""
    over = models.Session.objects.filter(state="closed", ends_at__lt=at) | models.Session.objects.filter(
        ends_at__lt=at - queries.OVER
    )
    over = models.Session.objects.filter(id=session_id) if session_id else over.exclude(state="cancelled")
    with_people = models.Appointment.objects.filter(state="active", session_id__in=over.values("id"))
    ids = list(with_people.order_by("session_id").values_list("session_id", flat=True).distinct())
    return sum(end_many(session_id=one, state="no_show", reason="not_come", until=at, by=by, at=at) for one in ids)


def reinvite(
    *, person_id: UUID, registration_id: UUID, after: date, near_session: UUID | None = None, randomness: Randomness = random_bits,
    by: Actor = SYSTEM, at: datetime,
) -> Booked | None:  # fmt: skip
    """Invite someone again on the first fitting day from `after` on, near the former session; None: they wait for a draw."""
    place = queries.session_place(near_session) if near_session else None
    since = max(at, clock.at_local(after))
    for vaccine in due.vaccines_for(person_id, clock.on_date(since)):
        for found in queries.open_slots(vaccine, place, since, limit=20, modes=("invited", "open")):
            try:
                with transaction.atomic():
                    return book(
                        person_id=person_id, registration_id=registration_id, slot_id=found.slot.id, how="reinvited",
                        randomness=randomness, by=by, at=at,
                    )  # fmt: skip
            except Refused as refusal:
                if refusal.code in ("booking.already_booked", "booking.registration_not_waiting"):
                    return None
    _wait_from(person_id, registration_id, after)
    return None


def _wait_from(person_id: UUID, registration_id: UUID, after: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT registration_mark_waiting(%s, %s, %s)", [person_id, registration_id, after])
