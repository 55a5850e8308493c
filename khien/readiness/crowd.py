"""The invented crowd of a practice copy: laid once, called to the desks one after the other."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor
from khien.readiness import models


def lay_crowd(*, session_id: UUID, guests: Iterable[Mapping[str, Any]]) -> int:
    """Lay who will come: number, person_id, facts, situations, called. Raises Refused readiness.practice_only outside a practice copy."""
    _only_here()
    rows = [
        models.PracticeGuest(
            id=uuid7(), session_id=session_id, number=one["number"], person_id=one["person_id"], facts=one["facts"], situations=one["situations"],
            called_at=one.get("called_at"), called_by="system:khien" if one.get("called_at") else None,
        )
        for one in guests
    ]  # fmt: skip
    return len(models.PracticeGuest.objects.bulk_create(rows))


@transaction.atomic
def call_next(*, session_id: UUID, by: Actor, at: datetime) -> int | None:
    """Call the next of the crowd to this desk; None when all have come. Raises Refused readiness.practice_only."""
    _only_here()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE practice_guest SET called_at = %s, called_by = %s WHERE id = (SELECT id FROM practice_guest WHERE session_id = %s"
            " AND called_at IS NULL ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING number",
            [at, by.text, session_id],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _only_here() -> None:
    if not settings.PRACTICE:
        raise Refused("readiness.practice_only")
