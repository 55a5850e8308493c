"""The daily report (Appendix 5 of Decision 3588/QD-BYT): each site's day from the records, summed by unit in either geography."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Max, OuterRef, QuerySet, Subquery, Sum

from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.campaigns import queries as campaigns
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.places.types import Unit
from khien.reporting import models, rules
from khien.reporting.types import Change, DailyReport, Signed, SiteDay, UnitDay
from khien.stock import queries as stock
from khien.visits import queries as visits

DUE = timedelta(hours=1)  # after the last session of the day
GOING_ON = ("open", "paused")
type Counted = list[tuple[str, str, str, int]]


def daily_report(
    *, on: date, at: datetime, unit_key: str = "", epoch: str = "2021", scopes: Iterable[Scope] | None = None
) -> DailyReport:
    """A unit's day ("" is the nation): its sites within these scopes, its child units and their sum.

    The last line, with an empty key, holds what lies in none of the units by name; it is left out when empty. The lines sum to the total.
    """
    parted = places.breakdown(unit_key, epoch)
    top = places.unit(places.same_in(unit_key, epoch)) if unit_key else None
    rows = _rows(on, top, scopes)
    by_site, by_unit, all_of_it = _counted(rows, parted.column)
    sites = tuple(_site_days(_sessions(on, top, scopes), by_site, on, at))
    lines = [
        _sum(unit.key, unit.full_name, by_unit.get(unit.code, []), [one for one in sites if one.place.get(parted.column) == unit.code])
        for unit in parted.units
    ]
    named = {unit.code for unit in parted.units}
    if parted.column:  # points of which nobody knows in which of these units they lie: of a commune that was divided, say
        elsewhere = [one for code, counted in by_unit.items() if code not in named for one in counted]
        lines.append(_sum("", "", elsewhere, [one for one in sites if one.place.get(parted.column) not in named]))
    total = _sum(top.key if top else "", top.full_name if top else "", all_of_it, sites)
    found = tuple(line for line in lines if line.sites or any(line.numbers.values()))
    return DailyReport(total.key, total.name, epoch, on, parted.level, found, sites, total, rows.aggregate(at=Max("updated_at"))["at"])


def site_day(site_id: UUID, on: date, *, at: datetime) -> SiteDay | None:
    """One site's day; None when the site has no session that day."""
    sessions = [one for one in booking.sessions(None, on=on, site_id=site_id) if one.state != "cancelled"]
    by_site, _by_unit, _all = _counted(models.DayCount.objects.filter(on_date=on, site_id=site_id), "")
    return next(iter(_site_days(sessions, by_site, on, at)), None)


def versions(site_id: UUID, on: date) -> list[Signed]:
    """Every signed version of a site's day, the latest first."""
    return [signed(row) for row in models.SiteReport.objects.filter(site_id=site_id, on_date=on).order_by("-version")]


def changes(site_id: UUID, on: date) -> list[Change]:
    """What moved the day after its latest signature, the latest first."""
    rows = models.ReportChange.objects.filter(site_id=site_id, on_date=on).order_by("-version", "-at")
    latest = next((row.version for row in rows[:1]), 0)
    signed_version = models.SiteReport.objects.filter(site_id=site_id, on_date=on).aggregate(n=Max("version"))["n"]
    if latest != signed_version:
        return []
    return [_change(row) for row in rows if row.version == latest]


def _change(row: models.ReportChange) -> Change:
    columns = {column: n for column, n in row.moved.items() if column != "products"}
    return Change(row.cause, row.kind, columns, row.at, row.moved.get("products", {}))


def equals_records(day: SiteDay) -> bool:
    """Say whether the boards' numbers of this day are those of the visits themselves, to the unit."""
    counted: dict[tuple[str, str, str], int] = {}
    nowhere = ("",) * len(rules.PLACE)
    for facts in visits.count_facts_of(day.session_ids):
        for cell in rules.visit_cells(rules.VisitFacts(**facts), nowhere):  # type: ignore[arg-type]
            key = (cell.indicator, cell.vaccine, cell.dose)
            counted[key] = counted.get(key, 0) + 1
    numbers, _products = rules.report_numbers([(*key, n) for key, n in counted.items()], {})
    kept = ("used", "wasted", "invited", "no_show", "common", "severe", "anaphylaxis")
    return all(numbers[column] == day.n(column) for column in rules.REPORT if column not in kept)


def signed(row: models.SiteReport) -> Signed:
    """The row as a type."""
    return Signed(row.version, row.numbers, row.vaccines, row.note, row.due_at, row.signed_at, row.signed_name)


def _rows(on: date, top: Unit | None, scopes: Iterable[Scope] | None) -> QuerySet[models.DayCount]:
    rows = models.DayCount.objects.filter(on_date=on, indicator__in=rules.DAY).exclude(site_id=rules.NIL)
    if top is not None:
        rows = rows.filter(**{places.column(top.epoch, top.level): top.code})
    return rows if scopes is None else rows.filter(places.within(scopes, site="site_id", session="session_id"))


def _sessions(on: date, top: Unit | None, scopes: Iterable[Scope] | None) -> list[SessionInfo]:
    found = [one for one in booking.sessions(scopes, on=on) if one.state != "cancelled"]
    column = places.column(top.epoch, top.level) if top else ""
    return [one for one in found if top is None or getattr(one.place, column) == top.code]


def _counted(rows: QuerySet[models.DayCount], column: str) -> tuple[dict[UUID, Counted], dict[str, Counted], Counted]:
    """The day's cells by site, by child unit and altogether, from one read."""
    by_site: dict[UUID, Counted] = {}
    by_unit: dict[str, Counted] = {}
    everything: Counted = []
    for site_id, unit, *cell, n in rows.values_list("site_id", column or "on_date", "indicator", "vaccine", "dose").annotate(n=Sum("count")):
        told = (*cell, n)
        by_site.setdefault(site_id, []).append(told)
        by_unit.setdefault(unit, []).append(told)
        everything.append(told)
    return by_site, by_unit, everything


def _site_days(sessions: list[SessionInfo], counted: Mapping[UUID, Counted], on: date, at: datetime) -> Iterable[SiteDay]:
    by_site: dict[UUID, list[SessionInfo]] = {}
    for one in sessions:
        by_site.setdefault(one.site_id, []).append(one)
    used, known = stock.used_on(by_site, on), _latest(by_site, on)
    rounds = campaigns.rounds_on(on)
    for site_id, own in sorted(by_site.items(), key=lambda pair: (pair[1][0].site.name, str(pair[0]))):
        numbers, products = rules.report_numbers(counted.get(site_id, []), used.get(site_id, {}))
        yield _site_day(own, numbers, products, known.get(site_id), rounds, at)


def _latest(site_ids: Iterable[UUID], on: date) -> dict[UUID, Signed]:
    newest = models.SiteReport.objects.filter(site_id=OuterRef("site_id"), on_date=on).order_by("-version").values("version")[:1]
    rows = models.SiteReport.objects.filter(on_date=on, site_id__in=list(site_ids)).annotate(newest=Subquery(newest))
    return {row.site_id: signed(row) for row in rows.filter(version=F("newest"))}


def _site_day(
    own: list[SessionInfo], numbers: dict[str, int], products: dict[str, dict[str, int]], known: Signed | None, rounds: Mapping[str, int], at: datetime
) -> SiteDay:  # fmt: skip
    first, due = own[0], max(one.ends_at for one in own) + DUE
    place = {name: getattr(first.place, name) for name in rules.PLACE}
    going_on = sum(one.state in GOING_ON for one in own)
    differs = rules.changed(known.numbers, numbers) if known else {}
    of_product = rules.changed_products(known.vaccines, products) if known else {}
    if known:
        state = "changed" if differs or of_product else "signed"
    elif at > due:
        state = "late"
    else:
        state = "waiting" if going_on or any(one.state == "planned" for one in own) else "due"
    number = next((rounds[key] for key in (f"2021-{place['province_2021']}", f"2025-{place['province_2025']}", "") if key in rounds), None)
    return SiteDay(
        first.site_id, first.site.name, first.site.facility_code, first.site.facility_name, first.on_date, place,
        tuple(one.id for one in own), going_on, numbers, products, due, state, known, differs, number, of_product,
    )  # fmt: skip


def _sum(key: str, name: str, counted: Counted, sites: Iterable[SiteDay]) -> UnitDay:
    """The numbers counted in a unit; used and wasted come from its sites' ledgers."""
    own = list(sites)
    numbers, _products = rules.report_numbers(counted, {})
    for column in ("used", "wasted"):
        numbers[column] = sum(site.n(column) for site in own)
    states = [site.state for site in own]
    return UnitDay(
        key, name, len(own), sum(state in ("signed", "changed") for state in states), states.count("late"), states.count("changed"), numbers
    )
