"""What the record does when others' events reach it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from khien.immunizations import actions, due, queries
from khien.kernel.refs import SYSTEM


def dose_given(data: dict[str, Any], at: datetime) -> None:
    """A dose keyed late may stand before others: bring the places in the course in step."""
    row = queries.latest(UUID(str(data["record_id"])))
    if row is not None and row.status == "completed" and "duplicate_claim" in row.marks:
        actions.settle(person_id=row.person_id, by=SYSTEM, at=at)


def dose_undone(data: dict[str, Any], at: datetime) -> None:
    """An undone dose frees its place: a record that was kept as its duplicate may take it."""
    row = queries.latest(UUID(str(data["record_id"])))
    if row is not None:
        actions.settle(person_id=row.person_id, by=SYSTEM, at=at)


def dose_harmed(data: dict[str, Any], at: datetime) -> None:
    """The lot of a dose was judged harmed before it was given, and is destroyed: a person decides about the dose."""
    actions.doubt_vial(record_id=UUID(str(data["record_id"])), code="stock.lot_cold_breach", by=SYSTEM, at=at)


def merged(data: dict[str, Any], at: datetime) -> None:
    """Two records were one person: their doses make one course; claims that both held are marked for a person to decide."""
    actions.settle(person_id=UUID(str(data["survivor_id"])), by=SYSTEM, at=at, reason="merged")


def merge_undone(data: dict[str, Any], at: datetime) -> None:
    """Two people again: each one's doses are a course of their own."""
    for name in ("survivor_id", "loser_id"):
        actions.settle(person_id=UUID(str(data[name])), by=SYSTEM, at=at, reason="merge_undone")


def due_changed(data: dict[str, Any], at: datetime) -> None:
    """What is due next to a person is written down anew: a dose was recorded, undone or corrected, or the person moved."""
    for name in ("person_id", "survivor_id", "loser_id"):
        if data.get(name):
            due.recount(UUID(str(data[name])), at=at)
