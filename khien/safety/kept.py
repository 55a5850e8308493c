"""What every step of an AEFI case shares: the locked row, its clock, its story."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit, outbox
from khien.safety import core, models
from khien.safety.states import State, check_move
from khien.safety.types import ToldPatient

PURPOSE = "case"


def seal(told: Mapping[str, Any] | str) -> bytes | None:
    """Words of people, sealed; nothing for none."""
    if not told:
        return None
    text = told if isinstance(told, str) else json.dumps(dict(told), ensure_ascii=False, default=str)
    sealed: bytes = settings.KEYS.seal(text, purpose=PURPOSE)
    return sealed


def unseal(sealed: Any) -> dict[str, Any]:
    """What `seal` kept, as a mapping."""
    return json.loads(settings.KEYS.open(sealed, purpose=PURPOSE)) if sealed else {}


def words(sealed: Any) -> str:
    """What `seal` kept of a text."""
    return str(settings.KEYS.open(sealed, purpose=PURPOSE)) if sealed else ""


def told_of(row: models.AefiCase) -> ToldPatient | None:
    """What was told of somebody for whom no record was known."""
    told = unseal(row.told_cipher)
    if not told:
        return None
    day = told.pop("dosed_on", None)
    return ToldPatient(**told, dosed_on=date.fromisoformat(day) if day and day != "None" else None)


def queue_up(person_id: UUID) -> None:
    """Let reports of one person meet one after the other, until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 104))", [str(person_id)])


def locked(aefi_id: UUID, *, version: int | None = None) -> models.AefiCase:
    """The case, locked. Raises Refused: safety.aefi_unknown, safety.aefi_changed (somebody else wrote meanwhile)."""
    row = models.AefiCase.objects.select_for_update().filter(id=aefi_id).first()
    if row is None:
        raise Refused("safety.aefi_unknown")
    if version is not None and version != row.version:
        raise Refused("safety.aefi_changed")
    return row


def must_report(row: models.AefiCase) -> bool:
    """Whether the decree's clocks run for this event."""
    return bool(row.severe or row.anaphylaxis or row.serious)


def move(row: models.AefiCase, state: State) -> None:
    """Move a locked case. Raises Refused: safety.wrong_state."""
    check_move(row.state, state)
    row.state = state.value


def weigh(row: models.AefiCase, at: datetime) -> None:
    """Begin the report's clock when the event turns out severe, end it when it does not."""
    if must_report(row) and row.state == State.NOTED:
        row.state, row.noticed_at = State.TO_REPORT.value, row.noticed_at or at
    elif not must_report(row) and row.state == State.TO_REPORT:
        row.state, row.noticed_at = State.NOTED.value, None


def clocks_of(row: models.AefiCase) -> core.Clocks:
    """The clocks of this case."""
    return core.clocks(row.noticed_at, row.reported_at)


def due(row: models.AefiCase) -> datetime | None:
    """The clock that runs now."""
    clocks = clocks_of(row)
    waiting = {
        State.TO_REPORT: clocks.report, State.REPORTED: clocks.investigate, State.INVESTIGATING: clocks.investigate,
        State.INVESTIGATED: clocks.council,
    }  # fmt: skip
    return waiting.get(State(row.state))


def keep(row: models.AefiCase, kind: str, *, by: Actor, at: datetime, told: Mapping[str, Any] | None = None, **facts: Any) -> None:
    """Write the case and the line of its story, with its audit; whoever wants to count hears that it moved."""
    row.due_at = due(row)
    row.version += 1
    row.save()
    line(row, kind, by=by, at=at, told=told, **facts)


def line(row: models.AefiCase, kind: str, *, by: Actor, at: datetime, told: Mapping[str, Any] | None = None, **facts: Any) -> None:
    """A line of the story and its audit row."""
    plain = json.loads(json.dumps(facts, default=str))
    models.AefiChange.objects.create(
        aefi_id=row.id, kind=kind, recorded_at=at, recorded_by=by.text, facts={"state": row.state, **plain}, words_cipher=seal(told or {})
    )
    audit.record(f"safety.aefi_{kind}", by=by, at=at, subject=f"aefi:{row.id}", person=row.person_id, state=row.state)
    outbox.publish("safety.aefi_moved", at=at, aefi_id=row.id, change_code=kind, state=row.state, site_id=row.site_id)
