"""What booking does when events reach it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.booking import actions, models, queries
from khien.kernel.refs import SYSTEM


def ended(data: dict[str, Any], at: datetime) -> None:
    """A place given back within the last three hours goes to the point's standby list."""
    if data.get("kept"):
        actions.call_standby(session_id=UUID(str(data["session_id"])), by=SYSTEM, at=at)


def visit_closed(data: dict[str, Any], at: datetime) -> None:
    """Whoever was deferred to a day is invited again from that day on."""
    if data.get("end") != "deferred" or not data.get("return_on"):
        return
    found = [one for one in queries.appointments_of(UUID(str(data["person_id"])))]
    standing = [one for one in found if one.stands]
    last = next((one for one in found if str(one.session_id) == str(data["session_id"])), None)
    if standing or last is None:
        return
    after = date.fromisoformat(str(data["return_on"]))
    if models.Appointment.objects.filter(person_id=last.person_id, booked_at__gt=last.booked_at).exists():
        return  # invited again already: this event is delivered once more
    actions.reinvite(person_id=last.person_id, registration_id=last.registration_id, after=after, near_session=last.session_id, at=at)


def died(data: dict[str, Any], at: datetime) -> None:
    """Nobody writes to the dead: the place is given back."""
    for one in queries.appointments_of(UUID(str(data["person_id"]))):
        if one.state == "active":
            actions.cancel(appointment_id=one.id, reason="died", by=SYSTEM, at=at)


def withdrawn(data: dict[str, Any], at: datetime) -> None:
    """A wish taken back gives its place back."""
    rows = models.Appointment.objects.filter(registration_id=UUID(str(data["registration_id"])), state="active")
    for row in rows:
        actions.cancel(appointment_id=row.id, reason="withdrawn", by=SYSTEM, at=at)


def no_shows(at: datetime) -> None:
    """Mark those who did not come to sessions that are over."""
    actions.mark_no_shows(by=SYSTEM, at=at)
