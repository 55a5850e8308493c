"""What the sync room's doors take and answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Sealed:
    """One command as a device sends it: its id, the id of the key it is sealed to, the sealed bytes in base64url."""

    command_id: UUID
    key_id: str
    sealed: str


@dataclass(frozen=True, slots=True)
class GrantInfo:
    """Who may act on which device for which session: with the rights of the moment of doing, held within these two moments."""

    device_id: UUID
    staff_id: UUID
    session_id: UUID
    given_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class HeldInfo:
    """A held command as the page of those who judge shows it; `number` and `person_id` as far as it can be read."""

    id: UUID
    command_id: UUID
    name: str
    state: str
    reason: str
    device_id: UUID | None
    device_name: str
    staff_id: UUID | None
    staff_name: str
    session_id: UUID | None
    visit_id: UUID | None
    occurred_at: datetime | None
    received_at: datetime
    judged_at: datetime | None
    judged_reason: str
    person_id: UUID | None = None
    number: int | str = ""
