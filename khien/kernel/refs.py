"""Small frozen references that rooms pass to each other instead of each other's tables."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PersonRef:
    """One person; also the placement of everything kept by person."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class VisitRef:
    """One visit and its site: both are named on every lock (placement by site)."""

    site_id: UUID
    visit_id: UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: kind is staff, citizen, system or device; post is the staff member's post in use."""

    kind: str
    id: UUID | None = None
    post_id: UUID | None = None
    label: str = ""

    @property
    def text(self) -> str:
        return f"{self.kind}:{self.id or self.label}"


SYSTEM = Actor("system", label="khien")


@dataclass(frozen=True, slots=True)
class Performed:
    """What was done and when: a clerk may record it minutes or days later.

    `by` names the professional who did it (staff id where known, else the name on the paper).
    """

    at: datetime
    on: date
    by: UUID | None = None
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """All units that a thing at a place belongs to, in both epochs; codes are text, empty where unknown."""

    province_2021: str = ""
    district_2021: str = ""
    commune_2021: str = ""
    province_2025: str = ""
    commune_2025: str = ""
    facility_id: UUID | None = None
    site_id: UUID | None = None
    session_id: UUID | None = None
    organization_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SeveralPlaces(PlaceFacts):
    """Something that belongs to more than one place: its own, and those in `also`."""

    also: tuple[PlaceFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a post holds: kind is nation, province, district, commune, facility, site, session or organization.

    `epoch` is "2021" or "2025" for units, empty otherwise; `key` is the unit's code or the id as text.
    """

    kind: str
    key: str = ""
    epoch: str = ""

    def covers(self, place: PlaceFacts) -> bool:
        """Say whether this scope holds at that place."""
        if self.kind == "nation":
            return True
        name = f"{self.kind}_{self.epoch}" if self.kind in ("province", "district", "commune") else f"{self.kind}_id"
        places = (place, *place.also) if isinstance(place, SeveralPlaces) else (place,)
        return any(bool(value) and str(value) == self.key for value in (getattr(one, name, None) for one in places))
