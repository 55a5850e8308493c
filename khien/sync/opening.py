"""What is inside a sealed command, and whether it may be believed without a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from khien.access.types import DeviceRef
from khien.kernel.errors import Refused
from khien.plumbing import sealing
from khien.sync.types import Sealed
from khien.visits.bodies import moment_of, uuid_or_none

LONGEST = 65_536  # bytes of one sealed command


@dataclass(frozen=True, slots=True)
class Opened:
    """An envelope as the device wrote it, with the signature over exactly this text."""

    text: str
    signature: str
    envelope: Mapping[str, Any]

    @property
    def body(self) -> Mapping[str, Any]:
        body = self.envelope.get("body")
        return body if isinstance(body, Mapping) else {}

    def id(self, field: str) -> UUID | None:
        """An id that the envelope or its body names; None when there is none to be read."""
        for raw in (self.envelope, self.body):
            try:
                found = uuid_or_none(raw, field)
            except Refused:
                continue
            if found is not None:
                return found
        return None

    @property
    def name(self) -> str:
        return str(self.envelope.get("name", ""))[:40]

    @property
    def occurred_at(self) -> datetime | None:
        try:
            return moment_of(self.envelope, "occurred_at")
        except Refused:
            return None


def raw_of(sealed: Sealed) -> bytes:
    """The sealed bytes. Raises Refused: sync.seal_broken, commands.too_big."""
    if len(sealed.sealed) > LONGEST * 4 // 3 + 4:
        raise Refused("commands.too_big", field="sealed")
    try:
        return sealing.bytes_of(sealed.sealed)
    except ValueError:
        raise Refused("sync.seal_broken") from None


def unseal(command_id: UUID, key_id: str, raw: bytes) -> Opened:
    """Open a sealed command. Raises Refused: sync.key_unknown, sync.seal_broken, sync.other_command."""
    plain = sealing.open_sealed(settings.KEYS, key_id, raw, about=str(command_id))
    try:
        told = json.loads(plain)
        text, signature = told["envelope"], told["signature"]
        envelope = json.loads(text)
        if not (isinstance(text, str) and isinstance(signature, str) and isinstance(envelope, dict)):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused("sync.seal_broken") from None
    opened = Opened(text, signature, envelope)
    if opened.id("command_id") != command_id:
        raise Refused("sync.other_command")
    return opened


def believe(opened: Opened, device: DeviceRef | None) -> None:
    """Let pass what its own device, still in use, has signed.

    Raises Refused: sync.device_unknown, sync.device_revoked, sync.other_device, sync.key_missing, sync.bad_signature.
    """
    if device is None:
        raise Refused("sync.device_unknown")
    if device.revoked:
        raise Refused("sync.device_revoked")
    if str(opened.envelope.get("device_id") or "") != str(device.id):
        raise Refused("sync.other_device")
    if device.public_key is None:
        raise Refused("sync.key_missing")
    if not sealing.signed_by(device.public_key, opened.text, opened.signature):
        raise Refused("sync.bad_signature")
