"""Rows of the register as the types that other rooms read."""

from uuid import UUID

from khien.kernel.refs import PlaceFacts

from . import models
from .types import FacilityInfo, OrganizationInfo, SiteInfo
from .units import islands, unit, units

FEW = 20  # so many communes are asked one by one, and remembered


def facts_of(row: models.Placed, **ids: UUID | None) -> PlaceFacts:
    """Where it stands."""
    return PlaceFacts(row.province_2021, row.district_2021, row.commune_2021, row.province_2025, row.commune_2025, **ids)


def facility_of(row: models.Facility) -> FacilityInfo:
    """A facility."""
    place = facts_of(row, facility_id=row.id)
    return FacilityInfo(
        row.id, row.code, row.name, row.name_en, row.phone, row.address, place, row.successor_id, row.succeeded_on
    )


def _home(row: models.Placed) -> str:
    """The key of the unit that an address ends with: the commune (an island's district) of 2021, else the commune of since July 2025."""
    old = row.commune_2021 or (row.district_2021 if f"2021-{row.district_2021}" in islands() else "")
    return f"2021-{old}" if old else f"2025-{row.commune_2025}" if row.commune_2025 else ""


def sites_of(rows: list[models.Site]) -> list[SiteInfo]:
    """Points, each with its facility and the words of its address."""
    owners = {row.id: row for row in models.Facility.objects.filter(id__in={row.facility_id for row in rows})}
    communes = {_home(row) for row in rows} - {""}
    paths = {key: unit(key) for key in communes} if len(communes) < FEW else units(communes)
    found = []
    for row in rows:
        owner, commune = owners[row.facility_id], paths.get(_home(row))
        found.append(SiteInfo(
            row.id, row.name, row.name_en, row.kind, row.address, owner.id, owner.name, owner.code,
            facts_of(row, facility_id=owner.id, site_id=row.id), row.lat, row.lon, row.tables, row.phone, row.hospital,
            row.hospital_phone, row.active, ", ".join(filter(None, (row.address, commune.path if commune else ""))),
        ))  # fmt: skip
    return found


def organization_of(row: models.Organization) -> OrganizationInfo:
    """An organisation."""
    return OrganizationInfo(
        row.id, row.name, row.kind, row.tax_code, row.address, facts_of(row, organization_id=row.id), row.ended_on, row.contact_name
    )
