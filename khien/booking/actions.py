"""Writes of booking: places taken, moved and given back. Each hot one is one SQL call (`sql/`)."""

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from khien.booking import due, models, offers, queries, states
from khien.booking.drawing import Criteria, abandon_allocation, commit_allocation, draw_allocation
from khien.booking.draws import replay
from khien.booking.planning import cancel_session, change_capacity, end_many, plan_session, set_session_state
from khien.booking.states import State
from khien.booking.types import Booked, Dose, Ended
from khien.kernel import clock, codes
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import SYSTEM, Actor
from khien.plumbing import audit, outbox, sqlcall
from khien.plumbing.gather import Gather

__all__ = [
    "Criteria", "abandon_allocation", "arrive", "book", "book_own", "call_standby", "cancel", "cancel_session", "change_capacity", "commit_allocation", "confirm",
    "decline", "draw_allocation", "finish", "join_standby", "leave_standby", "mark_no_shows", "move", "plan_session", "reinvite",
    "release_kept", "replay", "set_session_state",
]  # fmt: skip
Randomness = Callable[[], int]


def random_bits() -> int:
    """Sixty-four random bits from the system: the default of every `randomness`; tests give their own."""
    return secrets.randbits(64)


def offered_codes(randomness: Randomness) -> list[str]:
    """A few fresh slip codes: the database takes the first that no appointment has."""
    return [codes.slip_code(randomness()) for _ in range(3)]


def book(
    *, person_id: UUID, registration_id: UUID, slot_id: UUID, site_id: UUID | None = None, dose: Dose | None = None, how: str = "booked",
    own: bool = False, allocation_id: UUID | None = None, randomness: Randomness = random_bits, by: Actor, at: datetime,
) -> Booked:  # fmt: skip
    """Take a place: one call writes the appointment, the registration, the event, the slot and the audit, or nothing.

    `own`: the person books alone, which only open sessions allow. `dose` names the dose that `due.check` allowed; without it the
    rules are asked here. Raises Refused: booking.slot_unknown, .session_closed, .slot_past, .not_open, .slot_full, .already_booked
    (code, starts_at), .registration_not_waiting, .not_due (sentences, earliest_on).
    """
    if dose is None or site_id is None:
        found = _slot(slot_id)
        site_id = found.site_id
        dose = dose or due.check(person_id, found.vaccine, clock.on_date(found.starts_at))
    told = taking(person_id, registration_id, site_id, slot_id, dose, how, randomness, at)
    told |= {"own": own, "actor": by.text}
    told["row"]["allocation_id"] = allocation_id
    return _booked(sqlcall.read(sqlcall.call("SELECT booking_take(%s)", [sqlcall.as_json(told)])[0]))


def book_own(
    *, session: str, person_id: UUID, registration_id: UUID, site_id: UUID, slot_id: UUID, offer: str, randomness: Randomness = random_bits,
    at: datetime,
) -> Booked:  # fmt: skip
    """Take an offered place (`offers`) for a person whose record the account of this browser's session may open: one call in all,
    and one commit with whoever books in this process at the same moment.

    Raises Refused: people.not_linked, booking.offer_over, and as `book`.
    """
    dose = offers.read(offer, person_id, registration_id, site_id, slot_id, at=at)
    told = taking(person_id, registration_id, site_id, slot_id, dose, "booked", randomness, at)
    told |= {"own": True, "session": session}
    return _together(sqlcall.as_json(told))


def _take_own(several: Sequence[str]) -> list[Booked | BaseException]:
    """Take these places: several in one commit; one by one where there is one, or where they could not be taken together (a slot has
    not enough for all of them, or PostgreSQL ended the call)."""
    if len(several) > 1:
        try:
            answers = sqlcall.read(sqlcall.call("SELECT booking_take_many(%s::jsonb)", [f"[{','.join(several)}]"])[0])
            return [sqlcall.refusal(one["refused"], one["facts"]) if "refused" in one else _booked(one) for one in answers]
        except (Refused, DatabaseError):
            connection.close_if_unusable_or_obsolete()
    return [_alone(one) for one in several]


def _alone(told: str, *, tries: int = 2) -> Booked | BaseException:
    """What became of this one; whatever went wrong with it is its own and nobody else's. Asked twice where PostgreSQL ended the call:
    the appointment has its id already, so the second time writes nothing twice."""
    try:
        return _booked(sqlcall.read(sqlcall.call("SELECT booking_take_own(%s)", [told])[0]))
    except Refused as refusal:
        return _taken_before(told, refusal) or refusal
    except DatabaseError as error:
        if tries == 1 or connection.in_atomic_block:
            return error
        connection.close_if_unusable_or_obsolete()
        return _alone(told, tries=tries - 1)


def _taken_before(told: str, refusal: Refused) -> Booked | None:
    """The very appointment asked for, when it was written although its answer was lost on the way."""
    asked = json.loads(told)["row"]["id"] if refusal.code == "booking.already_booked" else ""
    if not asked or refusal.facts.get("appointment_id") != asked:
        return None
    row = models.Appointment.objects.get(id=asked)
    dose = Dose(row.dose_type, row.ordinal)
    return Booked(row.id, row.code, row.person_id, row.registration_id, row.site_id, row.session_id, row.slot_id, row.vaccine, row.starts_at, dose)


_together = Gather(_take_own)


def taking(
    person_id: UUID, registration_id: UUID, site_id: UUID, slot_id: UUID, dose: Dose, how: str, randomness: Randomness, at: datetime
) -> dict[str, Any]:
    """The one argument of `booking_take`, without who acts."""
    row = {
        "id": uuid7(), "person_id": person_id, "registration_id": registration_id, "codes": offered_codes(randomness),
        "dose_type": dose.dose_type, "ordinal": dose.ordinal, "how": how,
    }  # fmt: skip
    event = {"id": uuid7(), "handlers": outbox.subscriptions()["booking.invited"]}
    return {"site_id": site_id, "slot_id": slot_id, "row": row, "at": at, "invited": event}


def _slot(slot_id: UUID) -> models.Slot:
    row = models.Slot.objects.filter(id=slot_id).first()
    if row is None:
        raise Refused("booking.slot_unknown")
    return row


def _booked(row: dict[str, Any]) -> Booked:
    return Booked(
        UUID(row["id"]), row["code"], UUID(row["person_id"]), UUID(row["registration_id"]), UUID(row["site_id"]), UUID(row["session_id"]),
        UUID(row["slot_id"]), row["vaccine"], datetime.fromisoformat(row["starts_at"]), Dose(row["dose_type"], row["ordinal"]),
    )  # fmt: skip


def move(
    *, appointment_id: UUID, slot_id: UUID, reason: str = "", own: bool = False, randomness: Randomness = random_bits, by: Actor, at: datetime,
) -> Booked:  # fmt: skip
    """Move an appointment to another slot; both are kept, the new one names the former. Other days ask the rules again.

    Raises Refused as `book`, and booking.appointment_unknown, booking.not_active (state), booking.same_slot.
    """
    old, slot = _standing(appointment_id), _slot(slot_id)
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
    return _booked(sqlcall.read(sqlcall.call("SELECT booking_move(%s)", [sqlcall.as_json(told)])[0]))


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


@transaction.atomic
def join_standby(*, session_id: UUID, person_id: UUID, registration_id: UUID, by: Actor, at: datetime) -> UUID:
    """Put someone near on the list of those who can come within the last hours; twice is once.

    Raises Refused: booking.session_unknown, booking.session_closed, booking.already_booked.
    """
    session = models.Session.objects.filter(id=session_id).first()
    if session is None:
        raise Refused("booking.session_unknown")
    if session.state in ("closed", "cancelled") or session.ends_at <= at:
        raise Refused("booking.session_closed", on_date=session.on_date)
    standing = queries.standing_of([person_id]).get(person_id)
    if standing:
        raise Refused(
            "booking.already_booked", appointment_id=str(standing.id), code=standing.code, starts_at=standing.starts_at
        )
    row = models.Standby(
        site_id=session.site_id,
        session_id=session_id,
        person_id=person_id,
        registration_id=registration_id,
        asked_at=at,
        asked_by=by.text,
    )
    models.Standby.objects.bulk_create([row], ignore_conflicts=True)
    kept = models.Standby.objects.get(session_id=session_id, person_id=person_id)
    if kept.id == row.id:
        audit.record("booking.standby_joined", by=by, at=at, subject=f"session:{session_id}", person=person_id)
    elif kept.state == "gave_up":
        models.Standby.objects.filter(id=kept.id).update(
            state="waiting", asked_at=at, asked_by=by.text, called_at=None, called_by=None
        )
    return kept.id


@transaction.atomic
def leave_standby(*, session_id: UUID, person_id: UUID, by: Actor, at: datetime) -> None:
    """Take someone off the standby list."""
    if models.Standby.objects.filter(session_id=session_id, person_id=person_id, state="waiting").update(state="gave_up"):
        audit.record("booking.standby_left", by=by, at=at, subject=f"session:{session_id}", person=person_id)


@transaction.atomic
def call_standby(*, session_id: UUID, by: Actor, at: datetime, randomness: Randomness = random_bits) -> Booked | None:
    """Give the next free place of the session to the first on its standby list whom the rules allow; None when there is none.

    Whoever holds another place by now, or whom the rules forbid all vaccines of the session, is passed over.
    """
    waiting = (
        models.Standby.objects.select_for_update().filter(session_id=session_id, state="waiting").order_by("asked_at", "id")
    )
    for entry in waiting:
        booked = _place_for(entry, by, at, randomness)
        if booked is not None:
            models.Standby.objects.filter(id=entry.id).update(
                state="called", called_at=at, called_by=by.text, appointment_id=booked.appointment_id
            )
            return booked
    if not waiting.filter(state="waiting").exists():
        release_kept(session_id=session_id)
    return None


def _place_for(entry: models.Standby, by: Actor, at: datetime, randomness: Randomness) -> Booked | None:
    free = models.Slot.objects.filter(
        site_id=entry.site_id, session_id=entry.session_id, ends_at__gt=at, taken__lt=F("capacity")
    )
    for slot in free.order_by("-kept", "starts_at", "id"):
        try:
            with transaction.atomic():
                return book(
                    person_id=entry.person_id, registration_id=entry.registration_id, slot_id=slot.id, how="standby",
                    randomness=randomness, by=by, at=at,
                )  # fmt: skip
        except Refused as refusal:
            if refusal.code in ("booking.already_booked", "booking.registration_not_waiting"):
                models.Standby.objects.filter(id=entry.id).update(state="gave_up")
                return None
    return None


def release_kept(*, session_id: UUID) -> int:
    """Offer to all the places kept for a standby list on which nobody waits."""
    return models.Slot.objects.filter(session_id=session_id, kept__gt=0).update(kept=0)


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
