"""The route of a mobile point through a day: its stops with their times, whose people come, what is carried."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.places import models, queries
from khien.places.naming import columns, name
from khien.plumbing import audit

MOST_CARRIED = 100_000  # doses of a product on one stop


@transaction.atomic
def add_stop(
    *, site_id: UUID, on_date: date, starts_at: datetime, ends_at: datetime, name: str, commune_key: str, by: Actor, at: datetime,
    address: str = "", lat: float | None = None, lon: float | None = None, serves: Iterable[str] = (), carried: Mapping[str, int] | None = None,
) -> UUID:  # fmt: skip
    """Say where a mobile point stands on a day, or an address of home visits; `serves` are more communes whose people come there.

    Raises Refused: places.no_such_site, places.not_mobile, places.stop_times, places.stop_overlaps (name), places.stop_carried,
    places.unknown_unit, places.commune_needed, places.name_needed.
    """
    site = models.Site.objects.filter(id=site_id).first()
    if site is None:
        raise Refused("places.no_such_site")
    if site.kind == "fixed":
        raise Refused("places.not_mobile")
    told = _told(name, commune_key, address, serves, carried)
    _check_times(site_id, on_date, starts_at, ends_at)
    row = models.SiteStop.objects.create(site_id=site_id, on_date=on_date, starts_at=starts_at, ends_at=ends_at, lat=lat, lon=lon, **told)
    audit.record("places.stop_added", by=by, at=at, subject=str(row.id), site=site_id, on=on_date)
    return row.id


@transaction.atomic
def change_stop(
    *, stop_id: UUID, starts_at: datetime, ends_at: datetime, name: str, commune_key: str, address: str = "", serves: Iterable[str] = (),
    carried: Mapping[str, int] | None = None, by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Move a stop or its hours; what it was stays in the audit. Raises Refused as `add_stop`, and places.no_such_stop."""
    row = _stop(stop_id)
    before = {"starts_at": row.starts_at, "ends_at": row.ends_at, "name": row.name}
    told = _told(name, commune_key, address, serves, carried)
    _check_times(row.site_id, row.on_date, starts_at, ends_at, without=stop_id)
    models.SiteStop.objects.filter(id=stop_id).update(starts_at=starts_at, ends_at=ends_at, **told)
    audit.record("places.stop_changed", by=by, at=at, subject=str(stop_id), site=row.site_id, on=row.on_date, before=before)


@transaction.atomic
def remove_stop(*, stop_id: UUID, by: Actor, at: datetime) -> None:
    """Take a stop out of its route; it stays known. Raises Refused places.no_such_stop."""
    row = _stop(stop_id)
    models.SiteStop.objects.filter(id=stop_id).update(removed_at=at, removed_by=by.text)
    audit.record("places.stop_removed", by=by, at=at, subject=str(stop_id), site=row.site_id, on=row.on_date)


def _stop(stop_id: UUID) -> models.SiteStop:
    row = models.SiteStop.objects.select_for_update().filter(id=stop_id, removed_at__isnull=True).first()
    if row is None:
        raise Refused("places.no_such_stop")
    return row


def _told(text: str, commune_key: str, address: str, serves: Iterable[str], carried: Mapping[str, int] | None) -> dict[str, Any]:
    own = columns(queries.facts_for_commune(commune_key))
    more = [key for key in dict.fromkeys(serves) if key != commune_key]
    known = queries.units(more)
    if len(known) < len(more):
        raise Refused("places.unknown_unit")
    doses = {vaccine: count for vaccine, count in (carried or {}).items() if count}
    if any(not 0 < count <= MOST_CARRIED for count in doses.values()):
        raise Refused("places.stop_carried")
    return {"name": name(text), "address": address.strip(), "serves": more, "carried": doses, **own}


def _check_times(site_id: UUID, on: date, starts_at: datetime, ends_at: datetime, *, without: UUID | None = None) -> None:
    if ends_at <= starts_at or clock.on_date(starts_at) != on:
        raise Refused("places.stop_times")
    for other in queries.stops(site_id, on):
        if other.id != without and other.starts_at < ends_at and starts_at < other.ends_at:
            raise Refused("places.stop_overlaps", name=other.name, starts_at=other.starts_at, ends_at=other.ends_at)
