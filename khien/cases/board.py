"""How the cases of many places stand: for the operations board."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q

from khien.cases import models
from khien.kernel.refs import Scope
from khien.places import queries as places

UNRESOLVED = ("open", "taken", "waiting_citizen")
# A desk's call for help is answered by who is on the spot in 3 minutes, from the district in 15.
HELP_AT_POINT, HELP_FROM_DISTRICT = timedelta(minutes=3), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """The unresolved cases of one district of 2021 ("" where none is known)."""

    district: str
    name: str
    open: int
    overdue: int
    by_priority: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HelpClock:
    """Calls for help since a moment: how many were taken in time; `waiting` are in nobody's hands yet."""

    asked: int = 0
    at_point: int = 0
    from_district: int = 0
    late: int = 0
    waiting: int = 0


def _inside(scopes: Iterable[Scope] | None) -> Q:
    return Q() if scopes is None else places.within(scopes, site="site_id", facility="facility_id", session="session_id")


def by_district(scopes: Iterable[Scope] | None, *, at: datetime) -> list[PlaceCount]:
    """Unresolved cases by district, the most overdue first."""
    rows = models.Case.objects.filter(_inside(scopes), state__in=UNRESOLVED)
    late = Count("id", filter=Q(due_at__lt=at) & ~Q(state="waiting_citizen"))
    found: dict[str, tuple[int, int, dict[str, int]]] = {}
    for district, priority, total, overdue in rows.values_list("district_2021", "priority").annotate(n=Count("id"), late=late):
        open_, over, parts = found.get(district, (0, 0, {}))
        found[district] = (open_ + total, over + overdue, parts | {priority: total})
    lines = [PlaceCount(code, _name(code), *counts) for code, counts in found.items()]
    return sorted(lines, key=lambda one: (-one.overdue, -one.open, one.name))


def _name(code: str) -> str:
    unit = places.unit(f"2021-{code}") if code else None
    return unit.full_name if unit else ""


def help_clock(scopes: Iterable[Scope] | None, *, since: datetime, at: datetime) -> HelpClock:
    """How fast calls for help were taken."""
    rows = models.Case.objects.filter(_inside(scopes), kind="desk_help", opened_at__gte=since)
    waits = [((taken or at) - opened, taken is None) for opened, taken in rows.values_list("opened_at", "taken_at")]
    fast = sum(not open_ and wait <= HELP_AT_POINT for wait, open_ in waits)
    fair = sum(not open_ and HELP_AT_POINT < wait <= HELP_FROM_DISTRICT for wait, open_ in waits)
    late = sum(wait > HELP_FROM_DISTRICT for wait, _ in waits)
    return HelpClock(len(waits), fast, fair, late, sum(open_ for _, open_ in waits))
