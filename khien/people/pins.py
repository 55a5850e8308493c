"""A PIN for one device: a short way in to an account whose phone that device proved before, and no way in anywhere else.

Wrong tries are counted in transactions of their own: a refusal must not undo the count.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit

from . import accounts, rules
from .models import Account, DevicePin
from .types import AccountRef


def _hashed(device: str) -> str:
    return settings.KEYS.hash(device, purpose="device")


@transaction.atomic
def set_pin(*, account: UUID, device: str, pin: str, by: Actor, at: datetime) -> None:
    """Let this PIN open this account on this device; the device's PIN before it goes.

    Raises Refused: people.pin_length (digits), people.pin_weak.
    """
    rules.check_pin(pin)
    DevicePin.objects.update_or_create(
        device_hash=_hashed(device), defaults={"account_id": account, "pin_hash": make_password(pin), "tries": 0, "set_at": at}
    )
    audit.record("people.pin_set", by=by, at=at, subject=f"account:{account}")


def pinned(device: str, at: datetime) -> AccountRef | None:
    """The account that this device may open by its PIN; None when a code to the phone is needed."""
    row = DevicePin.objects.filter(device_hash=_hashed(device)).first()
    return _account(row, at) if row else None


def _account(row: DevicePin, at: datetime) -> AccountRef | None:
    if row.tries >= rules.PIN_TRIES or row.set_at < at - rules.PIN_LIFE:
        return None
    kept = Account.objects.filter(id=row.account_id, ended_at=None, used_at__gte=at - rules.UNUSED_PHONE).first()
    return accounts.ref(kept) if kept else None


def check_pin(*, device: str, pin: str, at: datetime) -> AccountRef:
    """Open the account of this device by its PIN. Call it outside any transaction, so that a wrong try stays counted.

    Raises Refused: people.pin_wrong (left), people.pin_over (sign in by a code to the phone).
    """
    with transaction.atomic():
        row = DevicePin.objects.select_for_update().filter(device_hash=_hashed(device)).first()
        account = _account(row, at) if row else None
        right = row is not None and account is not None and check_password(pin, row.pin_hash)
        if row is not None and account is not None:
            row.tries = 0 if right else row.tries + 1
            row.save(update_fields=["tries"])
    if row is None or account is None:
        raise Refused("people.pin_over")
    if not right:
        left = rules.PIN_TRIES - row.tries
        raise Refused("people.pin_wrong", left=left) if left > 0 else Refused("people.pin_over")
    with transaction.atomic():
        Account.objects.filter(id=account.id).update(used_at=at)
        audit.record("people.signed_in", by=Actor("citizen", account.id), at=at, subject=f"account:{account.id}", how="pin")
    return account


def forget_device(*, device: str) -> bool:
    """Forget the device's PIN; returns whether there was one."""
    gone, _kinds = DevicePin.objects.filter(device_hash=_hashed(device)).delete()
    return gone > 0
