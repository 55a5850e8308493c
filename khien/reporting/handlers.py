"""Hears what happened and counts the subject again, as it now stands; the name of the handler is the cause that a signed day is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from khien.reporting import counting
from khien.visits import queries as visits


def visit_moved(data: dict[str, Any], at: datetime) -> None:
    counting.visit(UUID(str(data["visit_id"])), at=at)


def dose_undone(data: dict[str, Any], at: datetime) -> None:
    counting.visit(UUID(str(data["visit_id"])), at=at, cause="dose_undone")
    if data.get("record_id"):
        counting.dose(UUID(str(data["record_id"])), at=at)


def appointment_changed(data: dict[str, Any], at: datetime) -> None:
    counting.appointment(UUID(str(data["appointment_id"])), at=at)


def registration_changed(data: dict[str, Any], at: datetime) -> None:
    counting.registered(UUID(str(data["registration_id"])), at=at)


def reaction_reported(data: dict[str, Any], at: datetime) -> None:
    counting.reaction(UUID(str(data["reaction_id"])), at=at)


def dose_recorded(data: dict[str, Any], at: datetime) -> None:
    counting.dose(UUID(str(data["record_id"])), at=at)


def record_corrected(data: dict[str, Any], at: datetime) -> None:
    record_id = UUID(str(data["record_id"]))
    counting.dose(record_id, at=at)
    card = visits.visit_by_record(record_id)
    if card is not None:
        counting.visit(card.ref.visit_id, at=at, cause="record_corrected")


def person_changed(data: dict[str, Any], at: datetime) -> None:
    counting.doses_of(UUID(str(data.get("person_id") or data["survivor_id"])), at=at)
