"""What the messages' doors take and answer. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Contact:
    """Where someone can be reached, in clear: lives for one call and is never logged."""

    phone: str = ""
    email: str = ""
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a provider gets it. `id` stays the same over every try, so that a gateway can drop a repeat."""

    id: UUID
    channel: str
    address: str
    text: str
    subject: str
    template: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What a provider answered; `final` when no receipt will follow."""

    provider_id: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class MessageInfo:
    """One message as lists show it, without address and text."""

    id: UUID
    person_id: UUID | None
    cause: str
    template: str
    channel: str
    language: str
    state: str
    reason: str
    attempts: int
    due_at: datetime
    recorded_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DemoMessageInfo:
    """What the demo's provider received."""

    id: UUID
    channel: str
    address: str
    text: str
    template: str
    received_at: datetime
    encoding: str = ""
    parts: int = 0
