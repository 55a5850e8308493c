"""Particulars of facilities, points and organisations put right; what they were stays in the audit."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.kernel import phones
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.places import models, queries
from khien.places.naming import columns
from khien.places.naming import name as _named
from khien.plumbing import audit

FACILITY_FIELDS = ("name", "name_en", "phone", "address")
SITE_FIELDS = ("name", "name_en", "phone", "address", "tables", "hospital", "hospital_phone", "facility_id", "lat", "lon")
MOST_TABLES = 200


@transaction.atomic
def change_facility(*, facility_id: UUID, changes: Mapping[str, Any], by: Actor, at: datetime) -> None:
    """Put a facility's name, telephone or address right; its code never changes.

    Raises Refused: places.no_such_facility, places.name_needed, places.field_unknown.
    """
    row = models.Facility.objects.select_for_update().filter(id=facility_id).first()
    if row is None:
        raise Refused("places.no_such_facility")
    _write(row, changes, FACILITY_FIELDS, "places.facility_changed", by, at)


@transaction.atomic
def change_site(*, site_id: UUID, changes: Mapping[str, Any], by: Actor, at: datetime) -> None:
    """Put a point's particulars right, or give it to another facility.

    Raises Refused: places.no_such_site, places.no_such_facility, places.tables_count, places.name_needed, places.field_unknown.
    """
    row = _site(site_id)
    owner = changes.get("facility_id")
    if owner is not None and queries.facility(owner) is None:
        raise Refused("places.no_such_facility")
    if not 1 <= changes.get("tables", row.tables) <= MOST_TABLES:
        raise Refused("places.tables_count", most=MOST_TABLES)
    _write(row, changes, SITE_FIELDS, "places.site_changed", by, at)


@transaction.atomic
def move_site(*, site_id: UUID, commune_key: str, commune_2025: str = "", by: Actor, at: datetime) -> None:
    """Say in which commune a point stands where it was written wrong; `commune_2025` settles a divided one.

    Raises Refused: places.no_such_site, places.unknown_unit, places.commune_needed, places.not_its_successor.
    """
    row = _site(site_id)
    place = queries.facts_for_commune(commune_key, commune_2025)
    before = {"commune_2021": row.commune_2021, "commune_2025": row.commune_2025}
    models.Site.objects.filter(id=site_id).update(**columns(place))
    audit.record("places.site_moved", by=by, at=at, subject=str(site_id), before=before, unit=commune_key)


@transaction.atomic
def open_site(*, site_id: UUID, by: Actor, at: datetime) -> None:
    """Take a point into use again. Raises Refused places.no_such_site."""
    _site(site_id)
    models.Site.objects.filter(id=site_id).update(active=True)
    audit.record("places.site_opened", by=by, at=at, subject=str(site_id))


@transaction.atomic
def change_organization(
    *, organization_id: UUID, name: str, address: str, tax_code: str, contact_name: str, contact_phone: str, by: Actor, at: datetime
) -> None:
    """Put an organisation's particulars right; an empty telephone leaves the one that is kept.

    Raises Refused: places.no_such_organization, places.name_needed, phones.*.
    """
    row = _organization(organization_id)
    told: dict[str, Any] = {"name": _named(name), "address": address.strip(), "tax_code": tax_code.strip(), "contact_name": contact_name.strip()}
    changed = sorted(field for field, value in told.items() if getattr(row, field) != value)
    if contact_phone.strip():
        told["contact_phone_cipher"] = settings.KEYS.seal(phones.read_phone(contact_phone).e164, purpose="phone")
        changed.append("contact_phone")
    if not changed:
        return
    models.Organization.objects.filter(id=organization_id).update(**told)
    # Who answers for an organisation is a person: the audit tells which field, never what it held.
    audit.record("places.organization_changed", by=by, at=at, subject=str(organization_id), fields=changed)


@transaction.atomic
def end_organization(*, organization_id: UUID, on: date, by: Actor, at: datetime) -> None:
    """Take no more lists of an organisation from this day; those it sent stay. Raises Refused places.no_such_organization."""
    _organization(organization_id)
    models.Organization.objects.filter(id=organization_id).update(ended_on=on)
    audit.record("places.organization_ended", by=by, at=at, subject=str(organization_id), on=on)


def _write(row: Any, changes: Mapping[str, Any], fields: tuple[str, ...], act: str, by: Actor, at: datetime) -> None:
    unknown = sorted(set(changes) - set(fields))
    if unknown:
        raise Refused("places.field_unknown", field=unknown[0])
    told = {field: value.strip() if isinstance(value, str) else value for field, value in changes.items()}
    if "name" in told:
        told["name"] = _named(told["name"])
    changed = {field: value for field, value in told.items() if getattr(row, field) != value}
    if not changed:
        return
    before = {field: getattr(row, field) for field in changed}
    type(row).objects.filter(id=row.id).update(**changed)
    audit.record(act, by=by, at=at, subject=str(row.id), before=before)


def _site(site_id: UUID) -> models.Site:
    row = models.Site.objects.select_for_update().filter(id=site_id).first()
    if row is None:
        raise Refused("places.no_such_site")
    return row


def _organization(organization_id: UUID) -> models.Organization:
    row = models.Organization.objects.select_for_update().filter(id=organization_id, ended_on__isnull=True).first()
    if row is None:
        raise Refused("places.no_such_organization")
    return row
