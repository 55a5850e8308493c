"""What the boards count of AEFI cases: the same events as the rates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from khien.safety import kept, meeting, models
from khien.safety.states import State


def count_facts(aefi_id: UUID) -> dict[str, Any] | None:
    """What boards and reports count of one event: when and where its dose was given, and how grave it is; `ended` says that it counts no more."""
    row = models.AefiCase.objects.filter(id=aefi_id).first()
    if row is None:
        return None
    return {
        "on_date": row.dosed_on, "site_id": row.site_id, "session_id": row.session_id, "place": tuple(getattr(row, name) for name in meeting.UNITS),
        "vaccine": row.vaccine, "grave": kept.must_report(row), "anaphylaxis": row.anaphylaxis, "ended": meeting.ended(row),
    }  # fmt: skip


def reports_of(aefi_id: UUID) -> list[UUID]:
    """The reports that meet in a case."""
    return list(models.Reaction.objects.filter(aefi_id=aefi_id).values_list("id", flat=True))


def visits_with_events(site_id: UUID, session_id: UUID, *, grave_only: bool = False) -> set[UUID]:
    """The visits of a session at this site whose dose was followed by an event that stands."""
    rows = models.AefiCase.objects.filter(site_id=site_id, session_id=session_id).exclude(state__in=[State.JOINED.value, State.WITHDRAWN.value])
    return {row.visit_id for row in rows if row.visit_id and (not grave_only or kept.must_report(row))}
