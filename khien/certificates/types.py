"""What the certificates' doors take and answer. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TravelFields:
    """The eleven fields of the vaccine passport, in order. Source: Decision 5772/QD-BYT of 2021-12-20.

    Nationality and the number of doses received stand beside the QR code: the EU's payload has no place for them.
    """

    name: str
    born: str
    nationality: str
    disease: str
    doses_received: int
    date: date
    dose_number: str
    vaccine: str
    product: str
    maker: str
    certificate_id: str


@dataclass(frozen=True, slots=True)
class CertificateCard:
    """One certificate, or the named hold that keeps it from being made; `hold_facts` are what the hold's sentence needs."""

    id: UUID
    person_id: UUID
    record_id: UUID
    record_version: int
    uvci: str
    state: str
    hold: str
    hold_facts: Mapping[str, Any]
    facility_id: UUID | None
    on_date: date
    vaccine: str
    facility_signed_at: datetime | None
    central_signed_at: datetime | None
    issued_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    revoke_reason: str
    supersedes_id: UUID | None
    recorded_at: datetime

    @property
    def live(self) -> bool:
        """Say whether it is the present certificate (or hold) of its dose."""
        return self.state in ("held", "issued")


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate to be shown: its text for the QR code and the eleven fields; both empty while it is held."""

    card: CertificateCard
    text: str = ""
    fields: TravelFields | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RevokedEntry:
    """One line of the list of revoked certificates: an opaque identifier, never a person."""

    uvci: str
    revoked_at: datetime
