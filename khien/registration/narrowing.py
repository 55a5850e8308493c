"""Registrations inside scopes, of a unit, groups, an organisation and states."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet

from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.places import queries as places

from .models import Registration


def narrowed(
    scopes: Iterable[Scope] | None, unit_key: str, groups: Sequence[str], organization_id: UUID | None, states: Sequence[str]
) -> QuerySet[Registration]:
    """Those registrations. Raises Refused places.unknown_unit (key)."""
    rows = Registration.objects.filter(state__in=states)
    if scopes is not None:
        rows = rows.filter(places.within(scopes, organization="organization_id"))
    if unit_key:
        unit = places.unit(unit_key)
        if unit is None:
            raise Refused("places.unknown_unit", key=unit_key[:20])
        rows = rows.filter(**{f"{unit.level}_{unit.epoch}": unit.code})
    if groups:
        rows = rows.filter(best_group__in=groups)
    if organization_id:
        rows = rows.filter(organization_id=organization_id)
    return rows
