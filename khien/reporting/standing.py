"""Who stands in the one queue now, by state and home: read from a rollup, whatever the queue's length."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max, Sum

from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.registration import queries as registration
from khien.reporting import models

# An organisation's own people are few and live anywhere: they are counted as they are.
BY_HOME = frozenset({"nation", "province", "district", "commune"})

_FILL = """
WITH told AS (
  SELECT id, province_2021, district_2021, commune_2021, province_2025, commune_2025, state FROM registration WHERE id = ANY(%s)
), new AS (
  INSERT INTO counted (subject_id, kind, cells)
  SELECT id, 'queue', jsonb_build_array(jsonb_build_array(province_2021, district_2021, commune_2021, province_2025, commune_2025, state)) FROM told
  ON CONFLICT (subject_id, kind) DO NOTHING RETURNING subject_id
)
INSERT INTO queue_count (province_2021, district_2021, commune_2021, province_2025, commune_2025, state, count, updated_at)
SELECT province_2021, district_2021, commune_2021, province_2025, commune_2025, state, count(*), %s FROM told JOIN new ON new.subject_id = told.id
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (province_2021, district_2021, commune_2021, province_2025, commune_2025, state)
DO UPDATE SET count = queue_count.count + EXCLUDED.count, updated_at = EXCLUDED.updated_at
"""


def queue(scopes: Iterable[Scope] | None) -> dict[str, int]:
    """How many registrations stand in each state inside these scopes (None: everywhere)."""
    wanted = None if scopes is None else tuple(scopes)
    if wanted is not None and any(scope.kind not in BY_HOME for scope in wanted):
        return registration.counts(wanted)
    rows = models.QueueCount.objects.filter(count__gt=0)
    if wanted is not None:
        rows = rows.filter(places.within(wanted))
    return {row["state"]: row["n"] for row in rows.values("state").annotate(n=Sum("count"))}


def queue_of_units(unit_keys: Iterable[str]) -> dict[str, dict[str, int]]:
    """How many registrations stand in each state in each of these units."""
    levels: dict[str, dict[str, str]] = {}
    for unit in filter(None, map(places.unit, unit_keys)):
        levels.setdefault(places.column(unit.epoch, unit.level), {})[unit.code] = unit.key
    counted: dict[str, dict[str, int]] = {key: {} for keys in levels.values() for key in keys.values()}
    for column, keys in levels.items():
        found = models.QueueCount.objects.filter(count__gt=0, **{f"{column}__in": list(keys)})
        for code, state, n in found.values_list(column, "state").annotate(n=Sum("count")):
            counted[keys[code]][state] = n
    return counted


def queue_as_of() -> datetime | None:
    """When the queue was last counted."""
    newest: datetime | None = models.QueueCount.objects.aggregate(at=Max("updated_at"))["at"]
    return newest


def fill(ids: Sequence[UUID], *, at: datetime) -> None:
    """Count those of these registrations that were never counted as standing in the queue, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [list(ids), at])
