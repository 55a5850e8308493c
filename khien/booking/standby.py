"""The list of those who can come within the last hours: a place freed late goes to somebody near."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from khien.booking import models, queries
from khien.booking.taking import Randomness, book, random_bits
from khien.booking.types import Booked
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit


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
    elif kept.state != "waiting":  # whoever was called and holds no place by now waits again
        models.Standby.objects.filter(id=kept.id).update(
            state="waiting", asked_at=at, asked_by=by.text, called_at=None, called_by=None, appointment_id=None
        )
        audit.record("booking.standby_joined", by=by, at=at, subject=f"session:{session_id}", person=person_id)
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
