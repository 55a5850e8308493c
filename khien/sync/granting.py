"""Who may act on which device for which session: given when the pack is taken, while the line holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from khien.access.permissions import StaffRef
from khien.access.types import DeviceRef
from khien.booking import queries as booking
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit
from khien.sync import models
from khien.sync.types import GrantInfo

AFTER = timedelta(hours=12)  # since the session's end, for the last steps of a long day


@transaction.atomic
def take_along(*, session_id: UUID, device: DeviceRef | None, staff: StaffRef, by: Actor, at: datetime) -> GrantInfo:
    """Let this staff member take a session along on this device; taken again, the first moment stands.

    Raises Refused: sync.device_not_enrolled, sync.device_elsewhere, sync.key_missing, visits.session_unknown.
    """
    if device is None or device.revoked:
        raise Refused("sync.device_not_enrolled")
    session = booking.session(session_id)
    if session is None:
        raise Refused("visits.session_unknown")
    if device.site_id != session.site_id:
        raise Refused("sync.device_elsewhere")
    if device.public_key is None:
        raise Refused("sync.key_missing")
    row, new = models.Grant.objects.get_or_create(
        session_id=session_id, device_id=device.id, staff_id=staff.id, site_id=session.site_id,
        defaults={"given_at": at, "given_by": by.text, "until": session.ends_at + AFTER},
    )  # fmt: skip
    audit.record("sync.pack_taken", by=by, at=at, subject=f"session:{session_id}", device=device.id, again=not new)
    return _info(row)


def granted(device_id: UUID, staff_id: UUID, session_id: UUID) -> GrantInfo | None:
    """The grant of a device, a staff member and a session; None when they never took it along."""
    row = models.Grant.objects.filter(device_id=device_id, staff_id=staff_id, session_id=session_id).first()
    return _info(row) if row else None


def _info(row: models.Grant) -> GrantInfo:
    return GrantInfo(row.device_id, row.staff_id, row.session_id, row.given_at, row.until)
