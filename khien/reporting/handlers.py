"""Hears what happened and counts the subject again, as it now stands; the name of the handler is the cause that a signed day is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from khien.plumbing import outbox
from khien.reporting import counting, tallies
from khien.safety import queries as safety
from khien.visits import queries as visits


def _dose_and_visit(data: dict[str, Any]) -> list[UUID]:
    record_id = UUID(str(data["record_id"]))
    return [record_id, *filter(None, [visits.given_at(record_id)])]


@outbox.together("visit_id", tallies.gathering)
def visit_moved(data: dict[str, Any], at: datetime) -> None:
    counting.visit(UUID(str(data["visit_id"])), at=at)


@tallies.gathering()
def dose_undone(data: dict[str, Any], at: datetime) -> None:
    counting.visit(UUID(str(data["visit_id"])), at=at, cause="dose_undone")
    if data.get("record_id"):
        record_id = UUID(str(data["record_id"]))
        counting.dose(record_id, at=at)


@outbox.together("appointment_id", tallies.gathering, lambda data: [data[name] for name in ("appointment_id", "registration_id") if data.get(name)])
def appointment_changed(data: dict[str, Any], at: datetime) -> None:
    counting.appointment(UUID(str(data["appointment_id"])), at=at)


@outbox.together("registration_id", tallies.gathering)
def registration_changed(data: dict[str, Any], at: datetime) -> None:
    counting.registered(UUID(str(data["registration_id"])), at=at)


@outbox.together("aefi_id", tallies.gathering)
def event_moved(data: dict[str, Any], at: datetime) -> None:
    counting.event(UUID(str(data["aefi_id"])), at=at)


@tallies.gathering()
def reaction_reported(data: dict[str, Any], at: datetime) -> None:
    """What was published before cases were counted may still wait for this one."""
    if aefi_id := safety.of_reaction(UUID(str(data["reaction_id"]))):
        counting.event(aefi_id, at=at)


@outbox.together("record_id", tallies.gathering)
def dose_recorded(data: dict[str, Any], at: datetime) -> None:
    counting.dose(UUID(str(data["record_id"])), at=at)


@tallies.gathering()
def record_corrected(data: dict[str, Any], at: datetime) -> None:
    record_id = UUID(str(data["record_id"]))
    counting.dose(record_id, at=at)
    visit_id = visits.given_at(record_id)
    if visit_id is not None:
        counting.visit(visit_id, at=at, cause="record_corrected")


@outbox.together("record_id", tallies.gathering, _dose_and_visit)
def dose_placed(data: dict[str, Any], at: datetime) -> None:
    """Another dose of its person was recorded, corrected or struck out, or the person joined or parted: this one is another of the course now."""
    record_corrected(data, at)


@tallies.gathering()
def person_changed(data: dict[str, Any], at: datetime) -> None:
    """A home, a name or whose record it is has changed: of two who were joined or parted, both."""
    for name in ("person_id", "survivor_id", "loser_id"):
        if data.get(name):
            counting.doses_of(UUID(str(data[name])), at=at)
