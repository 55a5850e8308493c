"""What the places room tells others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from khien.kernel.refs import PlaceFacts


@dataclass(frozen=True, slots=True)
class Unit:
    """A province, district or commune of one epoch; `path` names it with the units above it.

    `leaf`: a person can live here without a finer unit (communes; island districts that have none).
    """

    key: str
    epoch: str
    level: str
    code: str
    name: str
    full_name: str
    parent_key: str
    province_code: str
    district_code: str
    path: str
    kind: str
    leaf: bool
    region: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class FacilityInfo:
    """A health facility with its 5-character code."""

    id: UUID
    code: str
    name: str
    name_en: str
    phone: str
    address: str
    place: PlaceFacts
    successor_id: UUID | None
    succeeded_on: date | None


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """A point where people are vaccinated: kind is fixed, mobile or home."""

    id: UUID
    name: str
    name_en: str
    kind: str
    address: str
    facility_id: UUID
    facility_name: str
    facility_code: str
    place: PlaceFacts
    lat: float | None
    lon: float | None
    tables: int
    phone: str
    hospital: str
    hospital_phone: str
    active: bool
    full_address: str


@dataclass(frozen=True, slots=True)
class StopInfo:
    """Where a mobile point stands on a day, or an address of home visits."""

    id: UUID
    site_id: UUID
    on_date: date
    starts_at: datetime
    ends_at: datetime
    name: str
    address: str
    place: PlaceFacts
    lat: float | None
    lon: float | None
    serves: tuple[str, ...] = ()
    carried: Mapping[str, int] = field(default_factory=dict)

    @property
    def unit_keys(self) -> tuple[str, ...]:
        """The communes whose people come here, its own first (the district where it stands for one)."""
        own = self.place.commune_2021 or self.place.district_2021
        keys = [f"2021-{own}" if own else f"2025-{self.place.commune_2025}", *self.serves]
        return tuple(dict.fromkeys(keys))


@dataclass(frozen=True, slots=True)
class OrganizationInfo:
    """A firm, school, office or ward that sends lists."""

    id: UUID
    name: str
    kind: str
    tax_code: str
    address: str
    place: PlaceFacts
    ended_on: date | None
    contact_name: str = ""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How a board parts a unit: by `column` of a table with places, one line for each of `units`."""

    epoch: str
    level: str
    column: str
    units: tuple[Unit, ...]
