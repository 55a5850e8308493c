"""Devices enrolled at a point: their secret stands in for the second factor of desk roles."""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.kernel.refs import Actor
from khien.plumbing import audit
from khien.plumbing.models import Device

from .types import DeviceRef


@transaction.atomic
def enrol(
    *, name: str, site_id: UUID | None, by: Actor, at: datetime, draw: Callable[[], str] = secrets.token_urlsafe
) -> tuple[DeviceRef, str]:
    """Enrol a device; its secret is told once and kept in the device's browser."""
    secret = draw()
    row = Device.objects.create(
        name=name.strip(),
        site_id=site_id,
        secret_hash=settings.KEYS.hash(secret, purpose="device"),
        enrolled_at=at,
        enrolled_by=by.text,
    )
    audit.record("access.device_enrolled", by=by, at=at, subject=str(row.id), site=site_id)
    return DeviceRef(row.id, row.site_id, row.name), secret


def find(secret: str) -> DeviceRef | None:
    """The enrolled device that holds this secret; None when unknown or revoked."""
    if not secret:
        return None
    row = Device.objects.filter(secret_hash=settings.KEYS.hash(secret, purpose="device"), revoked_at__isnull=True).first()
    return DeviceRef(row.id, row.site_id, row.name) if row else None


def listed(site_id: UUID) -> list[DeviceRef]:
    """The devices of a point that are in use."""
    rows = Device.objects.filter(site_id=site_id, revoked_at__isnull=True).order_by("name", "id")
    return [DeviceRef(row.id, row.site_id, row.name) for row in rows]


@transaction.atomic
def revoke(*, device_id: UUID, by: Actor, at: datetime) -> None:
    """End a device's enrolment: lost, stolen or moved."""
    if Device.objects.filter(id=device_id, revoked_at__isnull=True).update(revoked_at=at, revoked_by=by.text):
        audit.record("access.device_revoked", by=by, at=at, subject=str(device_id))
