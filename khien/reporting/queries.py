"""Boards and public numbers out of the rollups: a handful of rows whatever the record's size."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Max, QuerySet, Sum, Value

from khien.booking import queries as booking
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.places.types import Unit
from khien.reporting import models, rules
from khien.reporting.coverage import coverage as coverage
from khien.reporting.coverage import latest_figures as latest_figures
from khien.reporting.coverage import timeliness as timeliness
from khien.reporting.daily import changes as changes
from khien.reporting.daily import daily_report as daily_report
from khien.reporting.daily import equals_records as equals_records
from khien.reporting.daily import site_day as site_day
from khien.reporting.daily import versions as versions
from khien.reporting.rounds import COLUMNS as ROUND_COLUMNS  # noqa: F401
from khien.reporting.rounds import differences as differences
from khien.reporting.rounds import moved_since as moved_since
from khien.reporting.rounds import round_report as round_report
from khien.reporting.rounds import signed_rounds as signed_rounds
from khien.reporting.standing import queue as queue
from khien.reporting.standing import queue_as_of as queue_as_of
from khien.reporting.standing import queue_of_units as queue_of_units
from khien.reporting.types import Board, BoardRow, Figure, PublicNumbers, UnitNumbers
from khien.visits import queries as visits

FIRST = "primary-1"


def board(*, unit_key: str, on: date, epoch: str = "2021", scopes: Iterable[Scope] | None = None) -> Board:
    """The day of a unit ("" is the nation), parted into its children and its sites, within these scopes."""
    parted = places.breakdown(unit_key, epoch)
    top = places.unit(places.same_in(unit_key, epoch)) if unit_key else None
    inside = _inside(top, scopes)
    counts = _by_column(inside, on, parted.column)
    for code, n in _registered(top, scopes, on, parted.column).items():
        counts.setdefault(code, {})["registered"] = n
    rows = tuple(BoardRow(u.key, u.full_name, parted.level, counts.get(u.code, {})) for u in parted.units)
    named = {unit.code for unit in parted.units}
    if parted.column and (elsewhere := _added(of for code, of in counts.items() if code not in named)):
        rows += (BoardRow("", "", parted.level, elsewhere),)  # what lies in none of them by name: the lines sum to the total
    if scopes is not None:
        rows = tuple(row for row in rows if row.counts)
    sites = _sites(inside, on)
    summed = _summed(inside, on)
    if standing := _registered(top, scopes, on).get(""):
        summed["registered"] = standing
    total = BoardRow(top.key if top else "", top.full_name if top else "", top.level if top else "nation", summed)
    return Board(
        unit_key=total.key, unit_name=total.name, epoch=epoch, on=on, level=parted.level, rows=rows, total=total, sites=sites,
        parents=_parents(top), as_of=as_of(),
    )  # fmt: skip


def _added(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for part in parts:
        found.update(part)
    return {name: n for name, n in found.items() if n}


def _inside(top: Unit | None, scopes: Iterable[Scope] | None) -> QuerySet[models.DayCount]:
    rows = models.DayCount.objects.all()
    if top is not None:
        rows = rows.filter(**{places.column(top.epoch, top.level): top.code})
    if scopes is not None:
        rows = rows.filter(places.within(scopes, site="site_id", session="session_id"))
    return rows


def _registered(top: Unit | None, scopes: Iterable[Scope] | None, on: date, column: str = "") -> dict[str, int]:
    """Who is registered up to that day, by a column of place, or all of them: what stands now, less what came on later days."""
    kept = models.TotalCount.objects.filter(topic="registered")
    if top is not None:
        kept = kept.filter(**{places.column(top.epoch, top.level): top.code})
    if scopes is not None:
        kept = kept.filter(places.within(scopes))
    later = _inside(top, scopes).filter(indicator="registered", on_date__gt=on)
    found: Counter[str] = Counter()
    for rows, sign in ((kept, 1), (later, -1)):
        for code, n in rows.annotate(code=F(column) if column else Value("")).values_list("code").annotate(n=Sum("count")):
            found[code] += sign * (n or 0)
    return {code: n for code, n in found.items() if n}


def _by_column(rows: QuerySet[models.DayCount], on: date, column: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for code, indicator, n in rows.filter(on_date=on, indicator__in=rules.DAY).values_list(column, "indicator").annotate(n=Sum("count")):
        if n:
            found.setdefault(code, {})[indicator] = n
    return found


def _summed(rows: QuerySet[models.DayCount], on: date) -> dict[str, int]:
    counted = rows.filter(on_date=on, indicator__in=rules.DAY).values_list("indicator").annotate(n=Sum("count"))
    return {name: n for name, n in counted if n}


def _sites(rows: QuerySet[models.DayCount], on: date) -> tuple[BoardRow, ...]:
    """One line for each session of the day that has counted something."""
    counts: dict[UUID, dict[str, int]] = {}
    named = rows.filter(on_date=on, indicator__in=rules.DAY).exclude(session_id=rules.NIL)
    for session_id, indicator, n in named.values_list("session_id", "indicator").annotate(n=Sum("count")):
        counts.setdefault(session_id, {})[indicator] = n
    infos = booking.sessions(None, ids=list(counts))
    papers = visits.papers_open(counts)
    return tuple(
        BoardRow(
            str(info.site_id), info.site.name, "site", counts[info.id], info.site_id, info.id, papers.get(info.id, 0)
        )
        for info in sorted(infos, key=lambda info: info.site.name)
    )


def _parents(top: Unit | None) -> tuple[tuple[str, str], ...]:
    found = []
    while top is not None:
        found.append((top.key, top.full_name))
        top = places.unit(top.parent_key) if top.parent_key else None
    return tuple(reversed(found))


def _totals(topic: str, indicator: str, on: date, parts: Sequence[str], parted: str = "") -> dict[tuple[str, ...], int]:
    """A topic's sums by these columns up to a day: what is kept, less what later days hold (a handful at most)."""
    kept = models.TotalCount.objects.filter(topic=topic)
    later = models.DayCount.objects.filter(indicator=indicator, on_date__gt=on)
    found: Counter[tuple[str, ...]] = Counter()
    for rows, names, sign in ((kept, parts, 1), (later, [parted if name == "value" else name for name in parts], -1)):
        for *key, n in rows.values_list(*names).annotate(n=Sum("count")):
            found[tuple(key)] += sign * n
    return {key: n for key, n in found.items() if n}


def public_numbers(on: date) -> PublicNumbers:
    """The country's totals up to this day."""
    by_dose = {dose: n for (dose,), n in _totals("dose", "injected", on, ["value"], "dose").items()}
    today = models.DayCount.objects.filter(on_date=on, indicator="injected").aggregate(n=Sum("count"))["n"] or 0
    registered = _totals("all", "registered", on, ["value"], "indicator").get(("registered",), 0)
    return PublicNumbers(sum(by_dose.values()), by_dose.get(FIRST, 0), today, registered, as_of(), by_dose)


def by_unit(*, on: date, epoch: str = "2021", unit_key: str = "") -> list[UnitNumbers]:
    """Doses by place of injection in the children of a unit ("" is the nation: by province)."""
    parted = places.breakdown(unit_key, epoch)
    doses: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for (code, dose), n in _totals("dose", "injected", on, [parted.column, "value"], "dose").items():
        doses[code] += n
        first[code] += n if dose == FIRST else 0
    day = models.TotalCount.objects.filter(topic="day", value=on.isoformat()).values_list(parted.column)
    today = dict(day.annotate(n=Sum("count")))
    people = latest_figures("population", [unit.key for unit in parted.units])
    return [
        UnitNumbers(unit.key, unit.code, unit.name, doses[unit.code], first[unit.code], today.get(unit.code, 0), people.get(unit.key))
        for unit in parted.units
    ]


def by_day(*, first: date, last: date, unit_key: str = "") -> list[tuple[date, int]]:
    """Doses of each day, every day of the span, zeros included."""
    rows = models.TotalCount.objects.filter(topic="day", value__gte=first.isoformat(), value__lte=last.isoformat())
    unit = places.unit(unit_key) if unit_key else None
    if unit is not None:
        rows = rows.filter(**{places.column(unit.epoch, unit.level): unit.code})
    counts = dict(rows.values_list("value").annotate(n=Sum("count")))
    return [(day, counts.get(day.isoformat(), 0)) for day in (first + timedelta(days=i) for i in range((last - first).days + 1))]


def by_group(*, on: date) -> list[tuple[str, int]]:
    """Doses by priority group up to this day."""
    return sorted(((group, n) for (group,), n in _totals("group", "injected", on, ["value"], "group").items()), key=lambda pair: -pair[1])


def by_vaccine(*, on: date) -> list[tuple[str, int]]:
    """Doses by product up to this day."""
    return sorted(((vaccine, n) for (vaccine,), n in _totals("vaccine", "injected", on, ["value"], "vaccine").items()), key=lambda pair: -pair[1])


def daily_lines(*, on: date, scopes: Iterable[Scope] | None = None, unit_key: str = "", epoch: str = "2021") -> tuple[BoardRow, ...]:
    """Each session of the day with its numbers on the boards."""
    top = places.unit(places.same_in(unit_key, epoch)) if unit_key else None
    return _sites(_inside(top, scopes), on)


def figures(kind: str, *, unit_keys: Iterable[str] | None = None, limit: int = 500) -> list[Figure]:
    """Imported figures, the newest first."""
    rows = models.PopulationFigure.objects.filter(kind=kind)
    if unit_keys is not None:
        rows = rows.filter(unit_key__in=list(unit_keys))
    return [
        Figure(row.kind, row.unit_key, row.age_from, row.age_to, row.people, row.as_of, row.source, row.group)
        for row in rows.order_by("-as_of", "unit_key", "age_from")[:limit]
    ]


def as_of() -> datetime | None:
    """When the newest number of a day was counted."""
    return _newest("all")


def coverage_as_of() -> datetime | None:
    """When the newest number of coverage was counted."""
    return _newest("lives")


def _newest(topic: str) -> datetime | None:
    newest: datetime | None = models.TotalCount.objects.filter(topic=topic).aggregate(at=Max("updated_at"))["at"]
    return newest
