"""Call sheets: those of a ward or neighbourhood who wait, household by household."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from khien.kernel import names
from khien.kernel.refs import Scope
from khien.people import queries as people

from . import rules
from .models import Registration
from .narrowing import narrowed
from .types import CallRow

MOST = 50_000  # of a larger place the earliest registered


def call_sheet(
    scopes: Iterable[Scope] | None = None, *, unit_key: str = "", neighbourhood: str = "", organization_id: UUID | None = None,
    uncalled: bool = False, limit: int = 500,
) -> list[CallRow]:  # fmt: skip
    """Those of a ward or neighbourhood who wait, with phone and address in clear, household by household."""
    found = narrowed(scopes, unit_key, (), organization_id, rules.ACTIVE)
    if uncalled:
        found = found.filter(Q(call_outcome="") | Q(call_outcome="no_answer"))
    pairs = list(found.order_by("id").values_list("id", "person_id")[:MOST])
    homes = people.homes(person for _, person in pairs)
    kept = [(homes[person], id) for id, person in pairs if person in homes and neighbourhood in ("", homes[person][0])]
    rows = list(Registration.objects.filter(id__in=[id for _, id in sorted(kept)[:limit]]))
    basics = people.basics(row.person_id for row in rows)
    reach = people.reach(row.person_id for row in rows)
    rows.sort(key=lambda row: (*homes[row.person_id], names.sort_key(basics[row.person_id].full_name)))
    return [
        CallRow(
            row.id, row.person_id, row.code, one.full_name, one.birth, one.sex, *reach[row.person_id], one.neighbourhood, one.household,
            row.best_group, row.state, row.call_outcome, row.called_at,
        )
        for row in rows
        if (one := basics[row.person_id])
    ]  # fmt: skip


def neighbourhoods(scopes: Iterable[Scope] | None = None, *, unit_key: str = "") -> dict[str, int]:
    """The neighbourhoods of a ward where somebody waits, with how many."""
    found = narrowed(scopes, unit_key, (), None, rules.ACTIVE).values_list("person_id", flat=True)[:MOST]
    counted = Counter(neighbourhood for neighbourhood, _ in people.homes(found).values())
    return dict(sorted(counted.items()))
