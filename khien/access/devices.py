"""Devices enrolled at a point: their secret stands in for the second factor of desk roles, their key signs what they do without a line."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import product
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit, sealing
from khien.plumbing.models import Device

from .types import DeviceRef

# Letters of queue numbers; I and O look like figures.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@transaction.atomic
def enrol(
    *, name: str, site_id: UUID | None, by: Actor, at: datetime, draw: Callable[[], str] = secrets.token_urlsafe
) -> tuple[DeviceRef, str]:
    """Enrol a device with the next letter of its point; its secret is told once and kept in the device's browser."""
    secret = draw()
    row = Device.objects.create(
        name=name.strip(),
        site_id=site_id,
        secret_hash=settings.KEYS.hash(secret, purpose="device"),
        letter=_next_letter(site_id),
        enrolled_at=at,
        enrolled_by=by.text,
    )
    audit.record("access.device_enrolled", by=by, at=at, subject=str(row.id), site=site_id)
    return _ref(row), secret


def _letters() -> Iterator[str]:
    """A to Z, then AA, AB and so on."""
    for length in (1, 2, 3):
        yield from ("".join(letters) for letters in product(ALPHABET, repeat=length))


def _next_letter(site_id: UUID | None) -> str:
    """The first letter that no device of the point ever had: a number on a slip names one device for good."""
    if site_id is None:
        return ""
    taken = set(Device.objects.select_for_update().filter(site_id=site_id).values_list("letter", flat=True))
    return next(letter for letter in _letters() if letter not in taken)


def _ref(row: Device) -> DeviceRef:
    key = bytes(row.public_key) if row.public_key is not None else None
    return DeviceRef(row.id, row.site_id, row.name, row.letter, key, row.revoked_at is not None)


def find(secret: str) -> DeviceRef | None:
    """The enrolled device that holds this secret; None when unknown or revoked."""
    known = known_by(secret)
    return known if known and not known.revoked else None


def known_by(secret: str) -> DeviceRef | None:
    """The device that holds this secret, also one that was revoked."""
    row = Device.objects.filter(secret_hash=settings.KEYS.hash(secret, purpose="device")).first() if secret else None
    return _ref(row) if row else None


def device(device_id: UUID) -> DeviceRef | None:
    """A device by its id, also one that was revoked."""
    row = Device.objects.filter(id=device_id).first()
    return _ref(row) if row else None


def listed(site_id: UUID) -> list[DeviceRef]:
    """The devices of a point that are in use."""
    return [_ref(row) for row in Device.objects.filter(site_id=site_id, revoked_at__isnull=True).order_by("name", "id")]


@transaction.atomic
def keep_key(*, device_id: UUID, public_key: str, by: Actor, at: datetime) -> DeviceRef:
    """Keep the public key (P-256 SPKI, base64url) of a device, once; told again it stays as it is.

    A device enrolled before devices had letters gets its own now. Raises Refused: devices.key_unreadable, devices.key_known.
    """
    read = sealing.read_public(public_key)
    row = Device.objects.select_for_update().get(id=device_id)
    if row.public_key is not None and bytes(row.public_key) != read:
        raise Refused("devices.key_known")
    if row.public_key is None:
        row.public_key, row.letter = read, row.letter or _next_letter(row.site_id)
        row.save(update_fields=["public_key", "letter"])
        audit.record("access.device_key_kept", by=by, at=at, subject=str(row.id))
    return _ref(row)


@transaction.atomic
def revoke(*, device_id: UUID, by: Actor, at: datetime) -> None:
    """End a device's enrolment: lost, stolen or moved."""
    if Device.objects.filter(id=device_id, revoked_at__isnull=True).update(revoked_at=at, revoked_by=by.text):
        audit.record("access.device_revoked", by=by, at=at, subject=str(device_id))
