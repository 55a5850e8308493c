"""Who holds stock: stores of every level and the points; a level may be skipped, as districts since 2025."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, PlaceFacts, Scope
from khien.places import queries as places
from khien.places.types import SiteInfo
from khien.plumbing import audit
from khien.stock import models
from khien.stock.types import Holder

KINDS = ("national", "institute", "military", "province", "district", "facility", "site")


def add_store(
    *, kind: str, name: str, place: PlaceFacts, name_en: str = "", address: str = "", phone: str = "", by: Actor, at: datetime
) -> UUID:
    """Add a store; one of the same kind, name and place is the same store, as when the button is pressed twice.

    A national store lies in no province of the rights: only who answers for the nation moves its stock. Raises Refused: stock.store_kind_unknown, stock.store_name_missing.
    """
    if kind not in KINDS[:-1]:
        raise Refused("stock.store_kind_unknown")
    if not name.strip():
        raise Refused("stock.store_name_missing")
    stands = _stands(kind, place)
    before = models.Store.objects.filter(kind=kind, name=name.strip(), active=True, **stands).first()
    if before:
        return before.id
    row = models.Store.objects.create(
        kind=kind, name=name.strip(), name_en=name_en, address=address, phone=phone, recorded_at=at, recorded_by=by.text, **stands
    )
    audit.record("stock.store_added", by=by, at=at, subject=f"store:{row.id}", kind=kind)
    return row.id


@transaction.atomic
def change_store(
    *, store_id: UUID, name: str, place: PlaceFacts, name_en: str = "", address: str = "", phone: str = "", by: Actor, at: datetime
) -> None:
    """Put a store's name, place and how to reach it right; what it holds and its ledger stay with it.

    Raises Refused: stock.holder_unknown, stock.store_name_missing.
    """
    row = models.Store.objects.select_for_update().filter(id=store_id).first()
    if row is None:
        raise Refused("stock.holder_unknown")
    if not name.strip():
        raise Refused("stock.store_name_missing")
    told = {"name": name.strip(), "name_en": name_en.strip(), "address": address.strip(), "phone": phone.strip(), **_stands(row.kind, place)}
    before = {field: getattr(row, field) for field, value in told.items() if getattr(row, field) != value}
    if not before:
        return
    models.Store.objects.filter(id=store_id).update(**told)
    audit.record(
        "stock.store_changed", by=by, at=at, subject=f"store:{store_id}",
        before={field: str(value or "") for field, value in before.items()}, after={field: str(told[field] or "") for field in before},
    )  # fmt: skip


def _stands(kind: str, place: PlaceFacts) -> dict[str, Any]:
    """The columns that say where a store stands."""
    where = PlaceFacts() if kind == "national" else place
    return {name: getattr(where, name) for name in ("facility_id", "province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025")}


def holder(holder_id: UUID) -> Holder | None:
    """The store or the point of this id."""
    return holders_by_id([holder_id]).get(holder_id)


def holders_by_id(ids: Iterable[UUID]) -> dict[UUID, Holder]:
    """Several holders at once."""
    wanted = set(ids)
    found = {row.id: _store(row) for row in models.Store.objects.filter(id__in=wanted)}
    found |= {site.id: _site(site) for site in places.sites_by_id(wanted - set(found)).values()}
    return found


def holders(scopes: Iterable[Scope] | None = None, *, sites: bool = True) -> list[Holder]:
    """The holders inside these scopes (None: all): stores from the highest level down, then points by name."""
    told = None if scopes is None else tuple(scopes)
    stores = [_store(row) for row in models.Store.objects.filter(_stores(told), active=True)]
    stores.sort(key=lambda one: (KINDS.index(one.kind), one.name))
    return stores + ([_site(site) for site in places.sites(told)] if sites else [])


def place_of(holder_id: UUID) -> PlaceFacts | None:
    """Where a holder stands, for the rights."""
    found = holder(holder_id)
    return found.place if found else None


def within(scopes: Iterable[Scope] | None, column: str = "site_id") -> Q:
    """A filter on a column of holders' ids that keeps those inside these scopes, stores and points."""
    told = None if scopes is None else tuple(scopes)
    if told is None or any(scope.kind == "nation" for scope in told):
        return Q()
    stores = models.Store.objects.filter(_stores(told)).values("id")
    return places.within(told, units=None, site=column) | Q(**{f"{column}__in": stores})


def check(holder_id: UUID) -> Holder:
    """The holder. Raises Refused: stock.holder_unknown."""
    found = holder(holder_id)
    if found is None:
        raise Refused("stock.holder_unknown")
    return found


def _stores(scopes: tuple[Scope, ...] | None) -> Q:
    return Q() if scopes is None else places.within(scopes, facility="facility_id")


def _store(row: models.Store) -> Holder:
    units = PlaceFacts(row.province_2021, row.district_2021, row.commune_2021, row.province_2025, row.commune_2025, facility_id=row.facility_id)
    return Holder(row.id, row.kind, row.name, row.name_en, units, row.address, row.phone)


def _site(site: SiteInfo) -> Holder:
    return Holder(site.id, "site", site.name, site.name_en, site.place, site.address, site.phone)
