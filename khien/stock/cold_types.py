"""What the cold chain answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Key:
    """Who reports readings: a logger (device), a holder's gateway, or a wide one; `id` None: a file that a person uploaded."""

    id: UUID | None
    site_id: UUID | None
    device_id: UUID | None
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: readings kept, those told before, those kept aside (by reason), devices that reported."""

    kept: int
    doubled: int
    aside: int
    devices: int
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A device and how it is now; degrees Celsius; `silent` where nothing was heard for too long."""

    id: UUID
    site_id: UUID
    code: str
    name: str
    profile: str
    low: float
    high: float
    every_minutes: int
    last_at: datetime | None
    last_c: float | None
    active: bool
    silent: bool
    outside: str


@dataclass(frozen=True, slots=True)
class ExcursionInfo:
    """A device out of range: still open where `ended_at` is None, peak unknown where `peak_c` is; `judged` names the rule broken."""

    id: UUID
    site_id: UUID
    device: DeviceInfo
    kind: str
    source: str
    started_at: datetime
    ended_at: datetime | None
    peak_c: float | None
    minutes: int
    judged: str
    decided_at: datetime | None
    decided_by: str | None
    decision: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A reading that was kept aside."""

    device_code: str
    told: str
    reason: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A reporting key without its secret."""

    id: UUID
    label: str
    device_id: UUID | None
    made_at: datetime
    ended_at: datetime | None
