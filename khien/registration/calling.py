"""Call sheets: those of a ward or neighbourhood who wait, household by household, page by page."""

from collections.abc import Iterable
from itertools import count
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from khien.kernel import names
from khien.kernel.refs import Scope
from khien.people import queries as people
from khien.places import queries as places

from . import rules
from .models import TO_CALL, Registration
from .narrowing import narrowed
from .types import CallRow

HOME = ("neighbourhood", "household", "id")
COUNTED = 100  # people of a neighbourhood that are counted; more are told as this and more


def call_sheet(
    scopes: Iterable[Scope] | None = None, *, unit_key: str = "", neighbourhood: str = "", organization_id: UUID | None = None,
    uncalled: bool = False, after: UUID | None = None, limit: int = 500,
) -> list[CallRow]:  # fmt: skip
    """Those of a ward or neighbourhood who wait, with phone and address in clear, household by household.

    `after`: the last registration of the page before; what was asked is read in the order of an index, however many wait.
    """
    found = narrowed(scopes, unit_key, (), organization_id, rules.ACTIVE)
    if uncalled:
        found = found.filter(TO_CALL)
    if neighbourhood:
        found = found.filter(neighbourhood=neighbourhood)
    rows = list(_beyond(found, after).order_by(*HOME)[:limit])
    basics = people.basics(row.person_id for row in rows)
    reach = people.reach(row.person_id for row in rows)
    homes, number = dict[tuple[str, str], int](), count()
    order = {row.id: homes.setdefault((row.neighbourhood, row.household), next(number)) for row in rows}
    told = sorted((row for row in rows if row.person_id in basics), key=lambda row: (order[row.id], names.sort_key(basics[row.person_id].full_name)))
    return [
        CallRow(
            row.id, row.person_id, row.code, one.full_name, one.birth, one.sex, *reach[row.person_id], one.neighbourhood, one.household,
            row.best_group, row.state, row.call_outcome, row.called_at,
        )
        for row in told
        if (one := basics[row.person_id])
    ]  # fmt: skip


def last_of(sheet: Iterable[CallRow]) -> UUID | None:
    """The registration after which the next page of a call sheet begins."""
    rows = Registration.objects.filter(id__in=[row.registration_id for row in sheet]).order_by(*HOME)
    return rows.values_list("id", flat=True).last()


def _beyond(found: QuerySet[Registration], after: UUID | None) -> QuerySet[Registration]:
    last = Registration.objects.filter(id=after).values_list(*HOME).first() if after else None
    return found.filter(TupleGreaterThan(Tuple(*HOME), last)) if last else found


def neighbourhoods(unit_key: str) -> dict[str, int]:
    """The neighbourhoods of a ward where somebody waits, with how many, at most COUNTED and one; index entries of each are stepped over."""
    unit = places.unit(unit_key)
    if unit is None or unit.level != "commune":
        return {}
    column = f"commune_{unit.epoch}"
    waiting = f"SELECT neighbourhood FROM registration r WHERE {column} = %(code)s AND state IN ('waiting', 'booked')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE step(name) AS (({waiting} ORDER BY neighbourhood LIMIT 1)"
            f" UNION ALL SELECT ({waiting} AND r.neighbourhood > s.name ORDER BY neighbourhood LIMIT 1) FROM step s WHERE s.name IS NOT NULL)"
            f" SELECT name, (SELECT count(*) FROM ({waiting} AND r.neighbourhood = s.name LIMIT %(most)s) there)"
            " FROM step s WHERE name IS NOT NULL",
            {"code": unit.code, "most": COUNTED + 1},
        )
        return dict(cursor.fetchall())
