"""Reads of places: units, facilities, points, organisations; no model leaks."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from khien.kernel.refs import PlaceFacts, Scope
from khien.plumbing import once

from . import models
from .inside import within
from .registry import register_facilities, register_organizations, register_sites
from .rows import facility_of, facts_of, organization_of, sites_of
from .types import FacilityInfo, OrganizationInfo, SiteInfo, StopInfo
from .units import (
    all_units,
    breakdown,
    children,
    column,
    facts_for_commune,
    islands,
    old_provinces,
    same_in,
    search_units,
    successors,
    unit,
    unit_place,
    units,
)  # fmt: skip

__all__ = [
    "all_units", "answered_by", "breakdown", "children", "column", "facilities", "facilities_by_id", "facility", "facility_by_code", "facility_place", "facts_for_commune", "has_sites", "islands",
    "legal_successor", "old_provinces", "organization", "organization_phone", "organization_place", "organizations", "register_facilities", "register_organizations", "register_sites", "same_in", "search_units", "site", "site_place", "sites",
    "sites_by_id", "stops", "successors", "unit", "unit_place", "units", "within",
]  # fmt: skip


def facility(facility_id: UUID) -> FacilityInfo | None:
    """The health facility."""
    return _one_facility(models.Facility.objects.filter(id=facility_id))


def facility_by_code(code: str) -> FacilityInfo | None:
    """The health facility of this 5-character code."""
    return _one_facility(models.Facility.objects.filter(code=code.strip().upper()))


def _one_facility(rows: "models.models.QuerySet[models.Facility]") -> FacilityInfo | None:
    return next(map(facility_of, rows[:1]), None)


def facilities(scopes: Iterable[Scope] | None = None) -> list[FacilityInfo]:
    """The facilities inside these scopes (None: all), by name."""
    rows = models.Facility.objects.all() if scopes is None else models.Facility.objects.filter(within(scopes, facility="id"))
    return [facility_of(row) for row in rows.order_by("name", "id")]


def facilities_by_id(ids: Iterable[UUID]) -> dict[UUID, FacilityInfo]:
    """Several facilities at once."""
    return {row.id: facility_of(row) for row in models.Facility.objects.filter(id__in=set(ids))}


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
    gone = [facility_of(row) for row in models.Facility.objects.filter(successor_id__isnull=False, succeeded_on__lte=on).exclude(id__in=known)]
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


def site_place(site_id: UUID) -> PlaceFacts | None:
    """Where the point stands; None when there is no such point."""
    row = models.Site.objects.filter(id=site_id).first()
    return facts_of(row, facility_id=row.facility_id, site_id=row.id) if row else None


def stops(site_id: UUID, on: date) -> list[StopInfo]:
    """Where a mobile point stands on this day, in order of time."""
    return stops_of([site_id], first=on, last=on)


def stops_of(site_ids: Iterable[UUID], *, first: date, last: date) -> list[StopInfo]:
    """Where mobile points stand from a day to a day, in order of time."""
    rows = models.SiteStop.objects.filter(site_id__in=list(site_ids), on_date__gte=first, on_date__lte=last, removed_at__isnull=True)
    return [
        StopInfo(
            row.id, row.site_id, row.on_date, row.starts_at, row.ends_at, row.name, row.address, facts_of(row, site_id=row.site_id), row.lat, row.lon,
            tuple(row.serves), row.carried,
        )
        for row in rows.order_by("starts_at", "id")
    ]  # fmt: skip


def organization(organization_id: UUID) -> OrganizationInfo | None:
    """The organisation."""
    row = models.Organization.objects.filter(id=organization_id).first()
    return organization_of(row) if row else None


def organizations(scopes: Iterable[Scope] | None = None) -> list[OrganizationInfo]:
    """The organisations inside these scopes (None: all) that have not ended, by name."""
    rows = models.Organization.objects.filter(ended_on__isnull=True)
    if scopes is not None:
        rows = rows.filter(within(scopes, organization="id"))
    return [organization_of(row) for row in rows.order_by("name", "id")]


def organization_phone(organization_id: UUID) -> str:
    """The contact's phone (E.164), empty when none is kept; it opens nobody's record."""
    sealed = models.Organization.objects.filter(id=organization_id).values_list("contact_phone_cipher", flat=True).first()
    return settings.KEYS.open(sealed, purpose="phone") if sealed else ""


def organization_place(organization_id: UUID) -> PlaceFacts | None:
    """Where the organisation has its seat."""
    found = organization(organization_id)
    return found.place if found else None
