"""A place taken: one call writes everything or nothing; those who come at the same moment share one commit."""

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection

from khien.booking import due, models, offers
from khien.booking.types import Booked, Dose
from khien.kernel import clock, codes
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor
from khien.plumbing import outbox, sqlcall
from khien.plumbing.gather import Gather

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
    (code, starts_at), .registration_not_waiting, .not_due (sentences, earliest_on), .kept_for_later (vaccine, on_hand, due) for a first dose.
    """
    if dose is None or site_id is None:
        found = slot_row(slot_id)
        site_id = found.site_id
        dose = dose or due.check(person_id, found.vaccine, clock.on_date(found.starts_at))
    told = taking(person_id, registration_id, site_id, slot_id, dose, how, randomness, at)
    told |= {"own": own, "actor": by.text}
    told["row"]["allocation_id"] = allocation_id
    return as_booked(sqlcall.read(sqlcall.call("SELECT booking_take(%s)", [sqlcall.as_json(told)])[0]))


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


def take_own(several: Sequence[str]) -> list[Booked | BaseException]:
    """Take these places: several in one commit; one by one where there is one, or where they could not be taken together (a slot has
    not enough for all of them, or PostgreSQL ended the call)."""
    if len(several) > 1:
        try:
            answers = sqlcall.read(sqlcall.call("SELECT booking_take_many(%s::jsonb)", [f"[{','.join(several)}]"])[0])
            return [sqlcall.refusal(one["refused"], one["facts"]) if "refused" in one else as_booked(one) for one in answers]
        except (Refused, DatabaseError):
            connection.close_if_unusable_or_obsolete()
    return [alone(one) for one in several]


def alone(told: str, *, tries: int = 2) -> Booked | BaseException:
    """What became of this one; whatever went wrong with it is its own and nobody else's. Asked twice where PostgreSQL ended the call:
    the appointment has its id already, so the second time writes nothing twice."""
    try:
        return as_booked(sqlcall.read(sqlcall.call("SELECT booking_take_own(%s)", [told])[0]))
    except Refused as refusal:
        return _taken_before(told, refusal) or refusal
    except DatabaseError as error:
        if tries == 1 or connection.in_atomic_block:
            return error
        connection.close_if_unusable_or_obsolete()
        return alone(told, tries=tries - 1)


def _taken_before(told: str, refusal: Refused) -> Booked | None:
    """The very appointment asked for, when it was written although its answer was lost on the way."""
    asked = json.loads(told)["row"]["id"] if refusal.code == "booking.already_booked" else ""
    if not asked or refusal.facts.get("appointment_id") != asked:
        return None
    row = models.Appointment.objects.get(id=asked)
    dose = Dose(row.dose_type, row.ordinal)
    return Booked(row.id, row.code, row.person_id, row.registration_id, row.site_id, row.session_id, row.slot_id, row.vaccine, row.starts_at, dose)


_together = Gather(take_own)


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


def slot_row(slot_id: UUID) -> models.Slot:
    row = models.Slot.objects.filter(id=slot_id).first()
    if row is None:
        raise Refused("booking.slot_unknown")
    return row


def as_booked(row: dict[str, Any]) -> Booked:
    return Booked(
        UUID(row["id"]), row["code"], UUID(row["person_id"]), UUID(row["registration_id"]), UUID(row["site_id"]), UUID(row["session_id"]),
        UUID(row["slot_id"]), row["vaccine"], datetime.fromisoformat(row["starts_at"]), Dose(row["dose_type"], row["ordinal"]),
    )  # fmt: skip
