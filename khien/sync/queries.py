"""Reads of what desks without a line took along and sent."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from khien.access import devices
from khien.access import queries as access
from khien.sync import models
from khien.sync.packing import offline_part, tablets
from khien.sync.receiving import outcomes
from khien.sync.states import HeldState
from khien.sync.types import HeldInfo

__all__ = ["held", "held_of_session", "offline_part", "outcomes", "tablets"]


def held_of_session(session_id: UUID, *, open_only: bool = True) -> list[HeldInfo]:
    """The commands of a session that a person is to judge, or that wait; the oldest first."""
    rows = models.HeldCommand.objects.filter(session_id=session_id).order_by("received_at", "id")
    return _infos(rows.filter(state__in=[HeldState.WAITING, HeldState.STRANDED, HeldState.QUARANTINED]) if open_only else rows)


def held(held_id: UUID) -> HeldInfo | None:
    """One held command."""
    return next(iter(_infos(models.HeldCommand.objects.filter(id=held_id))), None)


def _infos(rows: Iterable[models.HeldCommand]) -> list[HeldInfo]:
    several = list(rows)
    names = access.names([row.staff_id for row in several if row.staff_id])
    known = {one: devices.device(one) for one in {row.device_id for row in several if row.device_id}}
    return [_info(row, names, known) for row in several]


def _info(row: models.HeldCommand, names: dict[UUID, str], known: dict[UUID, devices.DeviceRef | None]) -> HeldInfo:
    device = known.get(row.device_id) if row.device_id else None
    return HeldInfo(
        row.id, row.command_id, row.name, row.state, row.reason, row.device_id, f"{device.name} ({device.letter})" if device else "",
        row.staff_id, names.get(row.staff_id, "") if row.staff_id else "", row.session_id, row.visit_id, row.occurred_at, row.received_at,
        row.judged_at, row.judged_reason,
    )  # fmt: skip
