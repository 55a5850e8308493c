"""The register's lists, a page at a time by key: what is registered inside some places, found by part of a name or of a code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import models as db
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Lower

from khien.kernel import vietnamese
from khien.kernel.refs import Scope
from khien.places import models, rows
from khien.places.inside import within
from khien.places.types import FacilityInfo, OrganizationInfo, SiteInfo

_MARKED = "".join(chr(code) for code in (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA)) if len(vietnamese.fold(chr(code))) == 1 and chr(code).islower())
_PLAIN = vietnamese.fold(_MARKED)


def register_sites(scopes: Iterable[Scope] | None, *, text: str = "", after: UUID | None = None, limit: int = 100) -> tuple[list[SiteInfo], int]:
    """Points, those out of use too, with how many there are altogether."""
    return _page(models.Site, _inside(scopes, site="id", facility="facility_id"), Q(), text, after, limit, rows.sites_of)


def register_facilities(scopes: Iterable[Scope] | None, *, text: str = "", after: UUID | None = None, limit: int = 100) -> tuple[list[FacilityInfo], int]:
    """Facilities, found by their code too."""
    return _page(models.Facility, _inside(scopes, facility="id"), Q(), text, after, limit, _each(rows.facility_of), ("code", "name"))


def register_organizations(scopes: Iterable[Scope] | None, *, text: str = "", after: UUID | None = None, limit: int = 100) -> tuple[list[OrganizationInfo], int]:
    """Organisations that have not ended."""
    return _page(models.Organization, _inside(scopes, organization="id"), Q(ended_on__isnull=True), text, after, limit, _each(rows.organization_of))


def _each[Info](told: Callable[[Any], Info]) -> Callable[[list[Any]], list[Info]]:
    return lambda found: [told(row) for row in found]


def _inside(scopes: Iterable[Scope] | None, **columns: str) -> Q:
    return Q() if scopes is None else within(scopes, **columns)  # type: ignore[arg-type]


def _page[Info](
    model: type[db.Model], inside: Q, more: Q, text: str, after: UUID | None, limit: int, told: Callable[[list[Any]], list[Info]],
    columns: tuple[str, ...] = ("name",),
) -> tuple[list[Info], int]:  # fmt: skip
    """The rows after the one whose id is `after`, by name, and the number of all that were looked for."""
    found = model._default_manager.filter(inside & more)
    wanted = vietnamese.fold(text.strip())
    if wanted:
        said = Concat(F(columns[0]), Value(" "), F(columns[-1]), output_field=db.TextField())
        folded = Func(Lower(said), Value(_MARKED), Value(_PLAIN), function="translate", output_field=db.TextField())
        found = found.annotate(folded=folded).filter(folded__contains=wanted)
    count = found.count()
    last = model._default_manager.filter(pk=after).values_list("name", flat=True).first() if after else None
    if last is not None:
        found = found.filter(Q(name__gt=last) | Q(name=last, pk__gt=after))
    return told(list(found.order_by("name", "pk")[:limit])), count
