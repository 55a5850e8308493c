"""What certificates do when others' events reach them. Each brings the person's certificates in step: order never matters."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.certificates import issuing
from khien.immunizations import queries as immunizations
from khien.kernel.refs import SYSTEM
from khien.people import queries as people
from khien.plumbing import once


def visit_closed(data: dict[str, Any], at: datetime) -> None:
    """The visit is over: its dose gets its certificate, or a hold by name."""
    if data.get("record_id"):
        _record(data, at)


def recorded(data: dict[str, Any], at: datetime) -> None:
    """A dose given elsewhere was added: it is held until a facility confirms it, and doses after it may count otherwise."""
    _record(data, at)


def corrected(data: dict[str, Any], at: datetime) -> None:
    """A record was corrected or was an error: what no longer says the truth is revoked."""
    moved_here = [data["record_id"]] if "person" in (data.get("fields") or ()) else []
    _settle(UUID(str(data["person_id"])), at, [UUID(str(id)) for id in moved_here])


def person_changed(data: dict[str, Any], at: datetime) -> None:
    """The person's name, birth, identity or life changed: holds are tried again, false certificates revoked."""
    _settle(UUID(str(data["person_id"])), at)


def merged(data: dict[str, Any], at: datetime) -> None:
    """Two records became one person, or two again: the count of doses may be another."""
    for name in ("survivor_id", "loser_id"):
        _settle(UUID(str(data[name])), at)


def dose_undone(data: dict[str, Any], at: datetime) -> None:
    """A dose was taken back within its time."""
    dose = immunizations.record(UUID(str(data["record_id"])))
    if dose is not None:
        _settle(dose.person_id, at)


def _record(data: dict[str, Any], at: datetime) -> None:
    record_id = UUID(str(data["record_id"]))
    with once.reading():
        dose = immunizations.record(record_id)
        if dose is not None and dose.status == "completed":
            _settle(dose.person_id, at, [record_id])


def _settle(person_id: UUID, at: datetime, record_ids: list[UUID] | None = None) -> None:
    with transaction.atomic(), once.reading():
        if people.person(person_id) is not None:
            issuing.settle(person_id, by=SYSTEM, at=at, reason="record_corrected", record_ids=record_ids or [])
