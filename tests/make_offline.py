"""Tablets without a line: each with its own key, letter, counter and log; they seal and sign as the browser does."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from khien.access import devices
from khien.access.permissions import StaffRef
from khien.access.types import DeviceRef
from khien.kernel.ids import uuid7
from khien.plumbing import sealing
from khien.sync import actions as sync
from khien.sync.types import Sealed
from tests import make
from tests.make_day import Day

INFO = b"khien-seal-1"


def spki(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def seal(public: bytes, plain: bytes, *, about: str) -> str:
    """Seal to a public key (SPKI), as the contract's other side does in the browser."""
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    to = serialization.load_der_public_key(public)
    point = ephemeral.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=point, info=INFO).derive(ephemeral.exchange(ec.ECDH(), to))
    return sealing.text_of(point + AESGCM(key).encrypt(bytes(12), plain, about.encode()))


def sign(private: ec.EllipticCurvePrivateKey, text: str) -> str:
    """The signature as WebCrypto writes it: r and s of 32 bytes each."""
    r, s = utils.decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return sealing.text_of(r.to_bytes(32) + s.to_bytes(32))


@dataclass
class Tablet:
    """A tablet of a point, in the hand of one staff member, with a session taken along."""

    device: DeviceRef
    secret: str
    staff: StaffRef
    session_id: UUID
    key: ec.EllipticCurvePrivateKey
    log: list[dict[str, Any]] = field(default_factory=list)
    offset_ms: int = 0
    number: int = 0
    rules: str = ""  # the version that its pack told

    def does(self, name: str, at: datetime, *, after: UUID | None = None, command_id: UUID | None = None, **body: Any) -> UUID:
        """Log a command as done at this moment of the tablet's clock; returns its id."""
        id = command_id or uuid7()
        self.log.append({
            "command_id": str(id), "device_id": str(self.device.id), "seq": len(self.log) + 1, "name": name, "version": 1,
            "occurred_at": at.isoformat(), "clock_offset_ms": self.offset_ms, "rules_version": self.rules, "actor": str(self.staff.id),
            "session_id": str(self.session_id), "after": str(after) if after else None, "body": body,
        })  # fmt: skip
        return id

    def receives(self, at: datetime, *, visit_id: UUID | None = None, after: UUID | None = None, **body: Any) -> tuple[UUID, UUID]:
        """Receive a person with the next number of this tablet; returns the visit's id and the command's."""
        visit_id, self.number = visit_id or uuid7(), self.number + 1
        told = {"session_id": str(self.session_id), "visit_id": str(visit_id), "number": self.number, "letter": self.device.letter, "identity_how": "card"}
        return visit_id, self.does("check_in", at, after=after, **{**told, **body})

    def sealed(self, *, first: int = 0, last: int | None = None) -> list[Sealed]:
        """The log, or a part of it, as it is sent."""
        return [self.seal_one(one) for one in self.log[first:last]]

    def seal_one(self, envelope: dict[str, Any], *, key: ec.EllipticCurvePrivateKey | None = None) -> Sealed:
        text = json.dumps(envelope, ensure_ascii=False)
        plain = json.dumps({"envelope": text, "signature": sign(key or self.key, text)}, ensure_ascii=False).encode()
        key_id, public = sealing.current(settings.KEYS)
        assert key_id == hashlib.sha256(public).hexdigest()[:8]
        return Sealed(UUID(envelope["command_id"]), key_id, seal(public, plain, about=envelope["command_id"]))

    def sends(self, at: datetime, *, first: int = 0, last: int | None = None) -> list[dict[str, Any]]:
        """Send the log, or a part of it; returns the receipts."""
        return self.send(self.sealed(first=first, last=last), at)

    def send(self, items: list[Sealed], at: datetime) -> list[dict[str, Any]]:
        return sync.receive(items, devices.known_by(self.secret), at=at)


def make_tablet(
    day: Day, *roles: str, at: datetime = make.AT, taken: bool = True, staff: StaffRef | None = None, name: str = "Máy thử"
) -> Tablet:
    """A tablet enrolled at the day's point, with its key told and the session taken along by somebody with these roles."""
    staff = staff or make.make_staff(*(roles or ("point_lead",)), scope=make.site_scope(day.site_id), at=at)
    device, secret = devices.enrol(name=name, site_id=day.site_id, by=make.BY, at=at, draw=lambda: os.urandom(16).hex())
    key = ec.generate_private_key(ec.SECP256R1())
    device = devices.keep_key(device_id=device.id, public_key=sealing.text_of(spki(key)), by=make.BY, at=at)
    if taken:
        sync.take_along(session_id=day.session_id, device=device, staff=staff, by=make.BY, at=at)
    return Tablet(device, secret, staff, day.session_id, key)
