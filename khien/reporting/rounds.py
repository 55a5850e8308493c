"""The end-of-round report (Appendix 6 of Decision 3588/QD-BYT): each priority group's target, done before, done now."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from khien.booking import queries as booking
from khien.campaigns.types import RoundInfo
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.reporting import models
from khien.reporting.types import GroupLine

FIRST, SECOND = "primary-1", "primary-2"
COLUMNS = ("target", "before", "now", "second", "doses")


@dataclass(frozen=True, slots=True)
class RoundSum:
    """A round's report: a line for each group, their sum, and how many of its site days nobody signed."""

    round: RoundInfo
    lines: tuple[GroupLine, ...]
    total: GroupLine
    site_days: int
    unsigned: int


@dataclass(frozen=True, slots=True)
class SignedRound:
    """A signed version of a round's report."""

    version: int
    lines: list[dict[str, Any]]
    unsigned: int
    note: str
    signed_at: datetime
    signed_name: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A number of a group that the records say otherwise than was signed."""

    group: str
    column: str
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A signed day of a site that moved, and its cause."""

    site_id: UUID
    on_date: date
    cause: str
    at: datetime


def round_report(found: RoundInfo, *, until: date | None = None) -> RoundSum:
    """The round as the records have it; one that goes on is counted up to `until`."""
    last = found.last_on or until
    rows = _of_unit(found.unit_key)
    before = _by_group(rows.filter(on_date__lt=found.first_on))
    within = rows.filter(on_date__gte=found.first_on)
    now = _by_group(within.filter(on_date__lte=last) if last else within)
    targets = _targets(found.unit_key)
    lines = tuple(
        _line(group, targets.get(group), before.get(group, {}), now.get(group, {}))
        for group in sorted({*before, *now, *targets}, key=lambda group: (group == "", len(group), group))
    )
    total = _line("", sum(targets.values()) or None, _added(before), _added(now))
    days, signed = _days(found, last)
    return RoundSum(found, lines, total, days, days - signed)


def plain(report: RoundSum) -> list[dict[str, Any]]:
    """The lines as they are signed."""
    return [asdict(line) for line in report.lines]


def signed_rounds(round_id: UUID) -> list[SignedRound]:
    """Every signed version, the latest first."""
    return [
        SignedRound(row.version, row.lines, row.unsigned, row.note, row.signed_at, row.signed_name)
        for row in models.RoundReport.objects.filter(round_id=round_id).order_by("-version")
    ]


def differences(signed: SignedRound, report: RoundSum) -> list[Difference]:
    """What the records say now that was signed otherwise, group by group."""
    was, now = ({line["group"]: line for line in lines} for lines in (signed.lines, plain(report)))
    return [
        Difference(group, column, was.get(group, {}).get(column) or 0, now.get(group, {}).get(column) or 0)
        for group in sorted({*was, *now}, key=lambda group: (group == "", len(group), group)) for column in COLUMNS
        if (was.get(group, {}).get(column) or 0) != (now.get(group, {}).get(column) or 0)
    ]  # fmt: skip


def moved_since(found: RoundInfo, signed_at: datetime, *, limit: int = 50) -> list[Moved]:
    """Which signed days of the round's sites moved after this moment, and why; the latest first."""
    unit = places.unit(found.unit_key) if found.unit_key else None
    scope = (Scope(unit.level, unit.code, unit.epoch),) if unit else None
    sites = {one.site_id for one in booking.sessions(scope, first=found.first_on, last=found.last_on)}
    span = Q(on_date__gte=found.first_on) & (Q(on_date__lte=found.last_on) if found.last_on else Q())
    rows = models.ReportChange.objects.filter(span, site_id__in=sites, at__gt=signed_at).order_by("-at")[:limit]
    return [Moved(row.site_id, row.on_date, row.cause, row.at) for row in rows]


def _of_unit(unit_key: str) -> QuerySet[models.DayCount]:
    rows = models.DayCount.objects.filter(indicator="injected")
    unit = places.unit(unit_key) if unit_key else None
    return rows.filter(**{places.column(unit.epoch, unit.level): unit.code}) if unit else rows


def _by_group(rows: QuerySet[models.DayCount]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for group, dose, n in rows.values_list("group", "dose").annotate(n=Sum("count")):
        if n:
            found.setdefault(group, {})[dose] = n
    return found


def _added(groups: dict[str, dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for doses in groups.values():
        for dose, n in doses.items():
            total[dose] = total.get(dose, 0) + n
    return total


def _line(group: str, target: int | None, before: dict[str, int], now: dict[str, int]) -> GroupLine:
    return GroupLine(group, target, before.get(FIRST, 0), now.get(FIRST, 0), now.get(SECOND, 0), sum(now.values()))


def _targets(unit_key: str) -> dict[str, int]:
    """The newest imported targets of the unit by group."""
    rows = models.PopulationFigure.objects.filter(kind="target", unit_key=unit_key).exclude(group="").order_by("as_of")
    newest: dict[str, dict[date, int]] = {}
    for row in rows:
        of_group = newest.setdefault(row.group, {})
        of_group[row.as_of] = of_group.get(row.as_of, 0) + row.people
    return {group: days[max(days)] for group, days in newest.items()}


def _days(found: RoundInfo, last: date | None) -> tuple[int, int]:
    """How many days of sites the round has, and how many of them are signed."""
    unit = places.unit(found.unit_key) if found.unit_key else None
    scope = (Scope(unit.level, unit.code, unit.epoch),) if unit else None
    days = {(one.site_id, one.on_date) for one in booking.sessions(scope, first=found.first_on, last=last) if one.state != "cancelled"}
    span = Q(on_date__gte=found.first_on) & (Q(on_date__lte=last) if last else Q())
    signed = set(models.SiteReport.objects.filter(span).values_list("site_id", "on_date").distinct())
    return len(days), len(days & signed)
