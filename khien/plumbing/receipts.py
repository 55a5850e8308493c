"""Receipts of commands: the server's one answer to each, given again when the command comes again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from .models import Receipt


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command: accepted, refused or conflict; the result, or the reason with its facts."""

    command_id: UUID
    status: str
    reason: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    received_at: datetime | None = None
    repeat: bool = False

    def as_json(self) -> dict[str, Any]:
        """As devices read it."""
        return {
            "command_id": str(self.command_id), "status": self.status, "reason": self.reason, "result": dict(self.result),
            "received_at": self.received_at.isoformat() if self.received_at else None, "repeat": self.repeat,
        }  # fmt: skip


def body_hash(name: str, version: int, body: Mapping[str, Any]) -> str:
    """What a command asks, as a hash: the same id with another body is another command."""
    text = json.dumps([name, version, body], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def find(command_id: UUID, asked: str) -> Answer | None:
    """The stored answer to this command, or the conflict when its body was another; None when it is new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT receipt_find(%s)", [command_id])
        return told(command_id, asked, cursor.fetchone()[0])


def told(command_id: UUID, asked: str, found: Any) -> Answer | None:
    """The same from what `receipt_find` told, for whoever reads it together with other facts."""
    stored = json.loads(found) if isinstance(found, str) else found
    if stored is None:
        return None
    received = datetime.fromisoformat(stored["received_at"])
    if stored["body_hash"] != asked:
        return Answer(command_id, "conflict", "commands.other_body", {}, received)
    return Answer(command_id, stored["status"], stored["reason"], stored["result"], received, repeat=True)


def find_many(command_ids: Iterable[UUID], *, device_id: UUID | None = None) -> dict[UUID, Answer]:
    """Stored answers by command: what a device asks after a lost line; with `device_id` those of its own commands only."""
    rows = Receipt.objects.filter(command_id__in=list(command_ids))
    rows = rows.filter(device_id=device_id) if device_id else rows
    return {
        row.command_id: Answer(row.command_id, row.status, row.reason, row.result, row.received_at, repeat=True) for row in rows
    }


def keep(
    answer: Answer,
    *,
    device_id: UUID | None,
    seq: int,
    name: str,
    version: int,
    actor: str,
    occurred_at: datetime,
    clock_offset_ms: int,
    body_hash: str,
) -> bool:
    """Store an answer; False when another worker answered this command meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO command_receipt (command_id, device_id, seq, name, version, actor, occurred_at, received_at, clock_offset_ms,"
            " body_hash, status, reason, result) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (command_id) DO NOTHING",
            [
                answer.command_id, device_id, seq, name, version, actor, occurred_at, answer.received_at, clock_offset_ms, body_hash,
                answer.status, answer.reason, json.dumps(dict(answer.result), default=str),
            ],
        )  # fmt: skip
        return bool(cursor.rowcount)
