"""Who waits in the queue, as a draw reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from khien.kernel.refs import PlaceFacts, Scope
from khien.places import queries as places

from .models import Registration


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One waiting registration: ids and codes only."""

    registration_id: UUID
    person_id: UUID
    best_group: str
    priority_groups: tuple[str, ...]
    risk: bool
    wished_from: date | None
    wished_shift: str
    organization_id: UUID | None
    place: PlaceFacts


def waiting_rows(*, unit_key: str, groups: Iterable[str] = (), organization_id: UUID | None = None) -> list[WaitingRow]:
    """The waiting registrations of a unit of either epoch, narrowed to priority groups and one organisation where named."""
    unit = places.unit(unit_key)
    if unit is None:
        return []
    where = places.within([Scope(unit.level, unit.code, unit.epoch)]) & Q(state="waiting")
    where &= Q(organization_id=organization_id) if organization_id else Q()
    wanted = set(groups)
    return [
        WaitingRow(
            row.id, row.person_id, row.best_group, tuple(row.priority_groups), row.risk, row.wished_from, row.wished_shift,
            row.organization_id,
            PlaceFacts(row.province_2021, row.district_2021, row.commune_2021, row.province_2025, row.commune_2025),
        )
        for row in Registration.objects.filter(where).order_by("id")
        if not wanted or wanted & {row.best_group, *row.priority_groups}
    ]  # fmt: skip


def still_waiting(registration_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these registrations still wait."""
    return set(Registration.objects.filter(id__in=list(registration_ids), state="waiting").values_list("id", flat=True))
