"""Hears what happened and counts the subject again, as it now stands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from khien.reporting import counting


def visit_moved(data: dict[str, Any], at: datetime) -> None:
    counting.visit(UUID(str(data["visit_id"])), at=at)


def appointment_changed(data: dict[str, Any], at: datetime) -> None:
    counting.appointment(UUID(str(data["appointment_id"])), at=at)


def registration_changed(data: dict[str, Any], at: datetime) -> None:
    counting.registered(UUID(str(data["registration_id"])), at=at)


def reaction_reported(data: dict[str, Any], at: datetime) -> None:
    counting.reaction(UUID(str(data["reaction_id"])), at=at)


def record_corrected(data: dict[str, Any], at: datetime) -> None:
    from khien.visits import queries as visits

    card = visits.visit_by_record(UUID(str(data["record_id"])))
    if card is not None:
        counting.visit(card.ref.visit_id, at=at)
