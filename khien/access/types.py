"""What the access room tells others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khien.kernel.refs import Scope


@dataclass(frozen=True, slots=True)
class PostCard:
    """One post as the staff pages show it; `role_name` is said in the reader's language."""

    id: UUID
    role: str
    role_name: str
    scope: Scope
    office: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class StaffCard:
    """One staff member as the staff pages show it."""

    id: UUID
    username: str
    full_name: str
    title: str
    active: bool
    has_totp: bool
    posts: tuple[PostCard, ...]


@dataclass(frozen=True, slots=True)
class StaffAdded:
    """A new account; the secret of the one-time codes is told once, to be put into an app."""

    staff_id: UUID
    totp_secret: str
    totp_uri: str


@dataclass(frozen=True, slots=True)
class HelperBadge:
    """What a helper is handed: the badge's digits (as a QR code) and a PIN told once."""

    staff_id: UUID
    badge_code: str
    pin: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class DeviceRef:
    """A device enrolled at a point; `letter` stands before the queue numbers that it gives without a line."""

    id: UUID
    site_id: UUID | None
    name: str
    letter: str = ""
    public_key: bytes | None = None
    revoked: bool = False
