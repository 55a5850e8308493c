"""Reads of red flags: the time line as it stands."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from khien.safety import kept, models
from khien.safety.alarms import ACKNOWLEDGE_WITHIN
from khien.safety.reading import name_of, names_of
from khien.safety.types import AlarmAct, AlarmView


def alarms_of_session(session_id: UUID, *, standing: bool = False) -> list[AlarmView]:
    """The red flags of a session, the latest first; `standing` leaves the ended ones away."""
    rows = models.Alarm.objects.filter(session_id=session_id).order_by("-raised_at", "-id")
    return _views(rows.filter(ended_at__isnull=True) if standing else rows)


def alarm(alarm_id: UUID) -> AlarmView | None:
    """One red flag with its time line."""
    return next(iter(_views(models.Alarm.objects.filter(id=alarm_id))), None)


def alarm_of_reaction(reaction_ids: Iterable[UUID]) -> AlarmView | None:
    """The red flag from which one of these reports came."""
    return next(iter(_views(models.Alarm.objects.filter(reaction_id__in=list(reaction_ids)).order_by("-raised_at")[:1])), None)


def _views(rows: Iterable[models.Alarm]) -> list[AlarmView]:
    several = list(rows)
    entries = list(models.AlarmEntry.objects.filter(alarm_id__in=[row.id for row in several], replaced=False, struck=False).order_by("happened_at", "id"))
    names = names_of([*(one.recorded_by for one in entries), *(who for row in several for who in (row.raised_by, row.acknowledged_by, row.confirmed_by))])
    return [
        AlarmView(
            row.id, row.visit_id, row.session_id, row.site_id, row.person_id, row.reaction_id, row.state, row.raised_at, name_of(row.raised_by, names),
            row.raised_at + ACKNOWLEDGE_WITHIN, row.acknowledged_at, name_of(row.acknowledged_by, names), row.confirmed_at,
            name_of(row.confirmed_by, names), row.ended_at, row.outcome,
            tuple(_act(one, name_of(one.recorded_by, names)) for one in entries if one.alarm_id == row.id),
        )
        for row in several
    ]  # fmt: skip


def _act(row: models.AlarmEntry, recorded_by: str) -> AlarmAct:
    told = kept.unseal(row.words_cipher)
    return AlarmAct(row.id, row.kind, row.happened_at, row.facts, told.get("text", ""), row.replaces is not None, told.get("who") or recorded_by)
