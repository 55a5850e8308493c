"""What may be done to places: load the units; add facilities, points, stops and organisations."""

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from khien.kernel import phones
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor
from khien.plumbing import audit

from . import models, queries
from .changing import change_facility, change_organization, change_site, end_organization, move_site, open_site
from .loading import load_units
from .naming import columns as _columns
from .naming import name as _name
from .routes import add_stop, change_stop, remove_stop

__all__ = [
    "add_facility", "add_organization", "add_site", "add_stop", "change_facility", "change_organization", "change_site", "change_stop",
    "close_site", "end_organization", "load_units", "move_site", "open_site", "remove_stop", "set_site_commune_2025", "succeed_facility",
]  # fmt: skip
_CODE = re.compile(r"[0-9A-Z]{5}")


@transaction.atomic
def add_facility(
    *,
    code: str,
    name: str,
    unit_key: str,
    by: Actor,
    at: datetime,
    name_en: str = "",
    phone: str = "",
    address: str = "",
    lat: float | None = None,
    lon: float | None = None,
    facility_id: UUID | None = None,
) -> UUID:
    """Add a health facility; `unit_key` is its commune, or its district or province where it serves one.

    Raises Refused: places.facility_code_bad, places.facility_code_taken, places.unknown_unit, places.name_needed.
    """  # fmt: skip
    code = code.strip().upper()
    if not _CODE.fullmatch(code):
        raise Refused("places.facility_code_bad", code=code[:10])
    row = models.Facility(
        id=facility_id or uuid7(), code=code, name=_name(name), name_en=name_en.strip(), phone=phone.strip(), address=address.strip(),
        lat=lat, lon=lon, **_columns(queries.unit_place(unit_key)),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused("places.facility_code_taken", code=code) from None
    audit.record("places.facility_added", by=by, at=at, subject=str(row.id), code=code)
    return row.id


@transaction.atomic
def succeed_facility(*, facility_id: UUID, successor_id: UUID, on: date, by: Actor, at: datetime) -> None:
    """Name who takes over a facility's records and tasks from this day.

    Raises Refused: places.no_such_facility, places.succeeds_itself.
    """
    if queries.facility(facility_id) is None or queries.facility(successor_id) is None:
        raise Refused("places.no_such_facility")
    last = queries.legal_successor(successor_id, date.max)
    if facility_id == successor_id or (last and last.id == facility_id):
        raise Refused("places.succeeds_itself")
    models.Facility.objects.filter(id=facility_id).update(successor_id=successor_id, succeeded_on=on)
    audit.record("places.facility_succeeded", by=by, at=at, subject=str(facility_id), successor=successor_id, on=on)


@transaction.atomic
def add_site(
    *,
    facility_id: UUID,
    name: str,
    kind: str,
    commune_key: str,
    by: Actor,
    at: datetime,
    name_en: str = "",
    address: str = "",
    commune_2025: str = "",
    lat: float | None = None,
    lon: float | None = None,
    tables: int = 1,
    phone: str = "",
    hospital: str = "",
    hospital_phone: str = "",
    site_id: UUID | None = None,
) -> UUID:
    """Add a point: fixed, mobile or home. Where the commune was divided, `commune_2025` says on which side it stands.

    One of this facility, name, kind and address that is in use is the point that was meant: the button was pressed twice.

    Raises Refused: places.no_such_facility, places.site_kind, places.tables_count, places.unknown_unit, places.commune_needed,
    places.not_its_successor, places.name_needed.
    """  # fmt: skip
    if queries.facility(facility_id) is None:
        raise Refused("places.no_such_facility")
    if kind not in ("fixed", "mobile", "home"):
        raise Refused("places.site_kind")
    if not 1 <= tables <= 200:
        raise Refused("places.tables_count", most=200)
    same: dict[str, Any] = {"facility_id": facility_id, "name": _name(name), "kind": kind, "address": address.strip()}
    same |= _columns(queries.facts_for_commune(commune_key, commune_2025))
    if site_id is None and (known := _known(models.Site, active=True, **same)):
        return known
    row = models.Site.objects.create(
        id=site_id or uuid7(), name_en=name_en.strip(), lat=lat, lon=lon, tables=tables, phone=phone.strip(), hospital=hospital.strip(),
        hospital_phone=hospital_phone.strip(), **same,
    )  # fmt: skip
    audit.record("places.site_added", by=by, at=at, subject=str(row.id), facility=facility_id, kind=kind)
    return row.id


def _known(what: type[models.Site] | type[models.Organization], **same: Any) -> UUID | None:
    """The one of these facts that is there; those who add one of this name at the same moment wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))", [same["name"]])
    found: UUID | None = what.objects.filter(**same).order_by("id").values_list("id", flat=True).first()
    return found


@transaction.atomic
def set_site_commune_2025(*, site_id: UUID, commune_2025: str, by: Actor, at: datetime) -> None:
    """Say in which commune of 2025 a point stands whose old commune was divided.

    Raises Refused: places.no_such_site, places.not_its_successor.
    """
    row = _site(site_id)
    place = queries.facts_for_commune(f"2021-{row.commune_2021 or row.district_2021}", commune_2025)
    models.Site.objects.filter(id=site_id).update(province_2025=place.province_2025, commune_2025=place.commune_2025)
    audit.record("places.site_commune_set", by=by, at=at, subject=str(site_id), commune_2025=commune_2025)


@transaction.atomic
def close_site(*, site_id: UUID, by: Actor, at: datetime) -> None:
    """Take a point out of use; what happened there stays. Raises Refused places.no_such_site."""
    _site(site_id)
    models.Site.objects.filter(id=site_id).update(active=False)
    audit.record("places.site_closed", by=by, at=at, subject=str(site_id))


def _site(site_id: UUID) -> models.Site:
    row = models.Site.objects.filter(id=site_id).first()
    if row is None:
        raise Refused("places.no_such_site")
    return row


@transaction.atomic
def add_organization(
    *,
    name: str,
    kind: str,
    commune_key: str,
    by: Actor,
    at: datetime,
    tax_code: str = "",
    address: str = "",
    contact_name: str = "",
    contact_phone: str = "",
    organization_id: UUID | None = None,
) -> UUID:
    """Add an organisation that sends lists: firm, school, ward, office, hospital or other. One that is there under the same name,
    kind, address and tax code is the one that was meant.

    Raises Refused: places.organization_kind, places.unknown_unit, places.name_needed, phones.*.
    """  # fmt: skip
    if kind not in ("firm", "school", "ward", "office", "hospital", "other"):
        raise Refused("places.organization_kind")
    phone = settings.KEYS.seal(phones.read_phone(contact_phone).e164, purpose="phone") if contact_phone else None
    same: dict[str, Any] = {"name": _name(name), "kind": kind, "tax_code": tax_code.strip(), "address": address.strip()}
    same |= _columns(queries.unit_place(commune_key))
    if organization_id is None and (known := _known(models.Organization, ended_on=None, **same)):
        return known
    row = models.Organization.objects.create(
        id=organization_id or uuid7(), contact_name=contact_name.strip(), contact_phone_cipher=phone, **same
    )  # fmt: skip
    audit.record("places.organization_added", by=by, at=at, subject=str(row.id), kind=kind)
    return row.id
