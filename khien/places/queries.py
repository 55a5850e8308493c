"""Reads of places: units, facilities, points, organisations; no model leaks."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from khien.kernel.refs import PlaceFacts, Scope
from khien.plumbing import once

from . import models
from .registry import register_facilities, register_organizations, register_sites
from .types import FacilityInfo, OrganizationInfo, SiteInfo, StopInfo
from .units import (
    all_units,
    breakdown,
    children,
    column,
    facts_for_commune,
    islands,
    same_in,
    search_units,
    successors,
    unit,
    unit_place,
    units,
)  # fmt: skip

__all__ = [
    "all_units", "answered_by", "breakdown", "children", "column", "facilities", "facilities_by_id", "facilities_of", "facility", "facility_by_code", "facility_place", "facts_for_commune", "has_sites", "islands",
    "legal_successor", "organization", "organization_phone", "organization_place", "organizations", "organizations_of", "register_facilities", "register_organizations", "register_sites", "same_in", "search_units", "site", "site_place", "sites",
    "sites_by_id", "sites_of", "stops", "successors", "unit", "unit_place", "units", "within",
]  # fmt: skip
UNIT_KINDS = ("province", "district", "commune")
FEW = 20  # so many communes are asked one by one, and remembered


def _facts(row: models.Placed, **ids: UUID | None) -> PlaceFacts:
    return PlaceFacts(row.province_2021, row.district_2021, row.commune_2021, row.province_2025, row.commune_2025, **ids)


def facility(facility_id: UUID) -> FacilityInfo | None:
    """The health facility."""
    return _one_facility(models.Facility.objects.filter(id=facility_id))


def facility_by_code(code: str) -> FacilityInfo | None:
    """The health facility of this 5-character code."""
    return _one_facility(models.Facility.objects.filter(code=code.strip().upper()))


def _one_facility(rows: "models.models.QuerySet[models.Facility]") -> FacilityInfo | None:
    return next(map(_facility, rows[:1]), None)


def _facility(row: models.Facility) -> FacilityInfo:
    place = _facts(row, facility_id=row.id)
    return FacilityInfo(
        row.id, row.code, row.name, row.name_en, row.phone, row.address, place, row.successor_id, row.succeeded_on
    )


def facilities(scopes: Iterable[Scope] | None = None) -> list[FacilityInfo]:
    """The facilities inside these scopes (None: all), by name."""
    rows = models.Facility.objects.all() if scopes is None else models.Facility.objects.filter(within(scopes, facility="id"))
    return [_facility(row) for row in rows.order_by("name", "id")]


def facilities_by_id(ids: Iterable[UUID]) -> dict[UUID, FacilityInfo]:
    """Several facilities at once."""
    return {row.id: _facility(row) for row in models.Facility.objects.filter(id__in=set(ids))}


def facilities_of(rows: Iterable[models.Facility]) -> list[FacilityInfo]:
    """These rows as types (for this room)."""
    return [_facility(row) for row in rows]


def facility_place(facility_id: UUID) -> PlaceFacts | None:
    """Where the facility stands."""
    found = facility(facility_id)
    return found.place if found else None


def legal_successor(facility_id: UUID, on: date) -> FacilityInfo | None:
    """Who answers for this facility's records and tasks on this day: itself, or who took it over by then."""
    found, seen = facility(facility_id), {facility_id}
    while found and found.successor_id and found.succeeded_on and found.succeeded_on <= on and found.successor_id not in seen:
        seen.add(found.successor_id)
        found = facility(found.successor_id)
    return found


def answered_by(scopes: Iterable[Scope], on: date) -> list[FacilityInfo]:
    """The facilities inside these scopes, and those whose legal successor on this day is inside: their tasks passed to it."""
    inside = facilities(scopes)
    known = {one.id for one in inside}
    gone = [_facility(row) for row in models.Facility.objects.filter(successor_id__isnull=False, succeeded_on__lte=on).exclude(id__in=known)]
    heirs = {one.id: legal_successor(one.id, on) for one in gone}
    return inside + [one for one in gone if (heir := heirs[one.id]) and heir.id in known]


def site(site_id: UUID) -> SiteInfo | None:
    """The point."""
    return sites_by_id([site_id]).get(site_id)


def sites_by_id(ids: Iterable[UUID]) -> dict[UUID, SiteInfo]:
    """Several points at once."""
    found = once.rows("places.site", ids, lambda some: ((site.id, site) for site in _sites(Q(id__in=some))))
    return {site.id: site for site in found}


def sites(scopes: Iterable[Scope] | None = None, *, active: bool = True) -> list[SiteInfo]:
    """The points inside these scopes (None: all), by name; those out of use too with `active=False`."""
    where = Q() if scopes is None else within(scopes, site="id", facility="facility_id")
    return _sites(where & Q(active=True) if active else where)


def has_sites(scopes: Iterable[Scope] | None = None) -> bool:
    """Whether a point stands inside these scopes (None: anywhere), in use or not."""
    where = Q() if scopes is None else within(scopes, site="id", facility="facility_id")
    return models.Site.objects.filter(where).exists()


def _sites(where: Q) -> list[SiteInfo]:
    return sites_of(list(models.Site.objects.filter(where).order_by("name", "id")))


def sites_of(rows: list[models.Site]) -> list[SiteInfo]:
    """These rows as types (for this room)."""
    owners = {row.id: row for row in models.Facility.objects.filter(id__in={row.facility_id for row in rows})}
    communes = {_home(row) for row in rows} - {""}
    paths = {key: unit(key) for key in communes} if len(communes) < FEW else units(communes)
    found = []
    for row in rows:
        owner, commune = owners[row.facility_id], paths.get(_home(row))
        found.append(SiteInfo(
            row.id, row.name, row.name_en, row.kind, row.address, owner.id, owner.name, owner.code,
            _facts(row, facility_id=owner.id, site_id=row.id), row.lat, row.lon, row.tables, row.phone, row.hospital,
            row.hospital_phone, row.active, ", ".join(filter(None, (row.address, commune.path if commune else ""))),
        ))  # fmt: skip
    return found


def _home(row: models.Placed) -> str:
    """The key of the unit that an address ends with: the commune (an island's district) of 2021, else the commune of since July 2025."""
    old = row.commune_2021 or (row.district_2021 if f"2021-{row.district_2021}" in islands() else "")
    return f"2021-{old}" if old else f"2025-{row.commune_2025}" if row.commune_2025 else ""


def site_place(site_id: UUID) -> PlaceFacts | None:
    """Where the point stands; None when there is no such point."""
    row = models.Site.objects.filter(id=site_id).first()
    return _facts(row, facility_id=row.facility_id, site_id=row.id) if row else None


def stops(site_id: UUID, on: date) -> list[StopInfo]:
    """Where a mobile point stands on this day, in order of time."""
    return stops_of([site_id], first=on, last=on)


def stops_of(site_ids: Iterable[UUID], *, first: date, last: date) -> list[StopInfo]:
    """Where mobile points stand from a day to a day, in order of time."""
    rows = models.SiteStop.objects.filter(site_id__in=list(site_ids), on_date__gte=first, on_date__lte=last, removed_at__isnull=True)
    return [
        StopInfo(
            row.id, row.site_id, row.on_date, row.starts_at, row.ends_at, row.name, row.address, _facts(row, site_id=row.site_id), row.lat, row.lon,
            tuple(row.serves), row.carried,
        )
        for row in rows.order_by("starts_at", "id")
    ]  # fmt: skip


def organization(organization_id: UUID) -> OrganizationInfo | None:
    """The organisation."""
    row = models.Organization.objects.filter(id=organization_id).first()
    return _organization(row) if row else None


def organizations(scopes: Iterable[Scope] | None = None) -> list[OrganizationInfo]:
    """The organisations inside these scopes (None: all) that have not ended, by name."""
    rows = models.Organization.objects.filter(ended_on__isnull=True)
    if scopes is not None:
        rows = rows.filter(within(scopes, organization="id"))
    return [_organization(row) for row in rows.order_by("name", "id")]


def organizations_of(rows: Iterable[models.Organization]) -> list[OrganizationInfo]:
    """These rows as types (for this room)."""
    return [_organization(row) for row in rows]


def organization_phone(organization_id: UUID) -> str:
    """The contact's phone (E.164), empty when none is kept; it opens nobody's record."""
    sealed = models.Organization.objects.filter(id=organization_id).values_list("contact_phone_cipher", flat=True).first()
    return settings.KEYS.open(sealed, purpose="phone") if sealed else ""


def organization_place(organization_id: UUID) -> PlaceFacts | None:
    """Where the organisation has its seat."""
    found = organization(organization_id)
    return found.place if found else None


def _organization(row: models.Organization) -> OrganizationInfo:
    return OrganizationInfo(
        row.id, row.name, row.kind, row.tax_code, row.address, _facts(row, organization_id=row.id), row.ended_on, row.contact_name
    )


def within(
    scopes: Iterable[Scope],
    *,
    units: str | None = "",
    site: str | None = None,
    facility: str | None = None,
    session: str | None = None,
    organization: str | None = None,
) -> Q:
    """A filter that keeps the rows inside these scopes; none when there is no scope, or the table cannot tell.

    `units` is the prefix of the columns province_2021, district_2021, commune_2021, province_2025, commune_2025, or None where
    the table has none: then `site` finds them through the points. The others name the columns that hold those ids.
    """  # fmt: skip
    columns = {"site": site, "facility": facility, "session": session, "organization": organization}
    wanted = Q(pk__in=[])
    for scope in scopes:
        if scope.kind == "nation":
            return Q()
        wanted |= _inside(scope, units, columns)
    return wanted


def _inside(scope: Scope, units: str | None, columns: dict[str, str | None]) -> Q:
    through = columns["site"]
    if scope.kind in UNIT_KINDS:
        name = f"{scope.kind}_{scope.epoch}"
        if scope.epoch not in ("2021", "2025") or name == "district_2025":
            return Q(pk__in=[])
        if units is not None:
            return Q(**{f"{units}{name}": scope.key})
        return (
            Q(**{f"{through}__in": models.Site.objects.filter(**{name: scope.key}).values("id")}) if through else Q(pk__in=[])
        )
    if columns.get(scope.kind):
        return Q(**{str(columns[scope.kind]): scope.key})
    if scope.kind == "facility" and through:
        return Q(**{f"{through}__in": models.Site.objects.filter(facility_id=scope.key).values("id")})
    return Q(pk__in=[])
