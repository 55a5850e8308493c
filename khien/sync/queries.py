"""Reads of what desks without a line took along and sent."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from khien.access import devices
from khien.access import queries as access
from khien.kernel.errors import Refused
from khien.sync import models
from khien.sync.opening import unseal
from khien.sync.packing import offline_part, shelf_keys, tablets
from khien.sync.receiving import outcomes
from khien.sync.states import OPEN, HeldState
from khien.sync.types import HeldInfo
from khien.visits import queries as visits
from khien.visits.bodies import part, uuid_or_none

__all__ = ["held", "held_of_session", "offline_part", "open_of_device", "outcomes", "shelf_keys", "tablets"]


def held_of_session(session_id: UUID, *, site_id: UUID | None = None, states: Iterable[str] = tuple(OPEN), limit: int = 500) -> list[HeldInfo]:
    """The commands of a session that wait or that a person is to judge, in the order in which they were done.

    With `site_id` also those of the point's devices that cannot be read, so that nobody knows their session.
    """
    mine = Q(session_id=session_id) | (Q(session_id__isnull=True, site_id=site_id) if site_id else Q(pk__in=[]))
    rows = models.HeldCommand.objects.filter(mine, state__in=list(states)).order_by("device_id", "occurred_at", "received_at", "id")
    return _infos(rows[:limit])


def open_of_device(device_id: UUID | None, session_id: UUID | None) -> int:
    """How many commands of a device and a session a person has still to judge."""
    judged = [HeldState.STRANDED, HeldState.QUARANTINED]
    return models.HeldCommand.objects.filter(device_id=device_id, session_id=session_id, state__in=judged).count()


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
    person_id, number = _about(row)
    return HeldInfo(
        row.id, row.command_id, row.name, row.state, row.reason, row.device_id, f"{device.name} ({device.letter})" if device else "",
        row.staff_id, names.get(row.staff_id, "") if row.staff_id else "", row.session_id, row.visit_id, row.occurred_at, row.received_at,
        row.judged_at, row.judged_reason, person_id, number,
    )  # fmt: skip


def _about(row: models.HeldCommand) -> tuple[UUID | None, int | str]:
    """Whom a held command is about, as far as it can be read: the visit here, else what its own words tell."""
    visit = visits.visit(row.visit_id) if row.visit_id else None
    if visit is not None:
        return visit.person_id, visit.number
    try:
        body = unseal(row.command_id, row.key_id, bytes(row.sealed)).body
        told = part(body, "visit_facts") or body
        return uuid_or_none(told, "person_id"), f"{told.get('letter') or ''}{told.get('number') or ''}"[:12]
    except Refused:
        return None, ""
