"""What booking does when events reach it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.booking import actions, models, queries
from khien.kernel.refs import SYSTEM
from khien.registration import queries as registration


def ended(data: dict[str, Any], at: datetime) -> None:
    """A place given back within the last three hours goes to the point's standby list."""
    if data.get("kept"):
        actions.call_standby(session_id=UUID(str(data["session_id"])), by=SYSTEM, at=at)


def visit_closed(data: dict[str, Any], at: datetime) -> None:
    """Whoever was deferred to a day is invited again from that day on, near the point where they were; walk-ins too."""
    if data.get("end") != "deferred" or not data.get("return_on"):
        return
    person_id, session_id = UUID(str(data["person_id"])), UUID(str(data["session_id"]))
    found = queries.appointments_of(person_id)
    waits = registration.of_person(person_id)
    if waits is None or any(one.stands or (one.how == "reinvited" and one.booked_at > _begun(session_id)) for one in found):
        return
    after = date.fromisoformat(str(data["return_on"]))
    actions.reinvite(person_id=waits.person_id, registration_id=waits.id, after=after, near_session=session_id, at=at)


def _begun(session_id: UUID) -> datetime:
    """When the session began: an invitation after it is the answer to this deferral already (the event may come twice)."""
    return models.Session.objects.values_list("starts_at", flat=True).get(id=session_id)


def died(data: dict[str, Any], at: datetime) -> None:
    """Nobody writes to the dead: the place is given back."""
    for one in queries.appointments_of(UUID(str(data["person_id"]))):
        if one.state == "active":
            actions.cancel(appointment_id=one.id, reason="died", by=SYSTEM, at=at)


def withdrawn(data: dict[str, Any], at: datetime) -> None:
    """A wish taken back gives its place back; so does the second place of a person whose two records were joined."""
    why = "merged" if str(data.get("reason", "")).startswith("merged:") else "withdrawn"
    rows = models.Appointment.objects.filter(registration_id=UUID(str(data["registration_id"])), state="active")
    for row in rows:
        actions.cancel(appointment_id=row.id, reason=why, by=SYSTEM, at=at)


def no_shows(at: datetime) -> None:
    """Mark those who did not come to sessions that are over."""
    actions.mark_no_shows(by=SYSTEM, at=at)
