"""Reads of plans: what is in force, what the parent left, what a forecast starts from, which sessions are too full or too empty."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from statistics import median
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from khien.access import queries as access
from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.immunizations import due
from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.planning import models, rules
from khien.planning.rosters import propose_roster, roster, roster_versions, staffing, worries
from khien.planning.rules import Desk, Means, Point, Proposal
from khien.planning.targets import targets
from khien.planning.types import ChildPlan, Outlook, PlanInfo, QueueOutlook, SessionLoad
from khien.reporting import queries as reporting
from khien.stock import queries as stock
from khien.stock.types import Balance
from khien.visits import queries as visits

__all__ = [
    "children", "children_doses", "in_force", "info", "loads", "means", "outlook", "parent_plan", "per_hour", "plan", "plan_versions", "proposals",
    "propose_roster", "queue", "roster", "roster_versions", "rosters", "staffing", "targets", "worries",
]  # fmt: skip

WEEK, MONTH = timedelta(days=7), timedelta(days=28)
NEAREST = 3
MEASURED = 40  # sessions whose hours say how fast tables are: enough for a median, however large the unit


def plan(unit_key: str) -> PlanInfo | None:
    """The plan in force of a unit ("" is the nation)."""
    row = models.UnitPlan.objects.filter(unit_key=unit_key).order_by("-version").first()
    return info(row) if row else None


def plan_versions(unit_key: str) -> list[PlanInfo]:
    """Every version, the latest first."""
    return [info(row) for row in models.UnitPlan.objects.filter(unit_key=unit_key).order_by("-version")]


def info(row: models.UnitPlan) -> PlanInfo:
    """The row as a type."""
    return PlanInfo(
        row.id, row.unit_key, row.version, row.round_id, row.first_on, row.last_on, row.doses, row.tables, row.per_table, row.teams,
        tuple(row.weekdays), row.walk_in, row.letter, row.reason, row.made_at, row.starts,
        row.ends,
    )  # fmt: skip


def parent_plan(unit_key: str) -> PlanInfo | None:
    """The plan of the nearest unit above that has one; a level may be skipped."""
    unit = places.unit(unit_key) if unit_key else None
    while unit is not None:
        above = unit.parent_key
        found = plan(above)
        if found is not None or not above:
            return found
        unit = places.unit(above)
    return None


def in_force(unit_keys: Iterable[str]) -> dict[str, PlanInfo]:
    """The plans in force of these units."""
    newest = models.UnitPlan.objects.filter(unit_key=OuterRef("unit_key")).order_by("-version").values("version")[:1]
    rows = models.UnitPlan.objects.filter(unit_key__in=list(unit_keys)).annotate(newest=Subquery(newest)).filter(version=F("newest"))
    return {row.unit_key: info(row) for row in rows}


def children_doses(unit_key: str, *, without: str = "") -> dict[str, int]:
    """Doses that the plans of the units right below have been given, by product, one of them left out."""
    epochs = (unit_key[:4],) if unit_key else ("2021", "2025")  # the country's doses go to provinces of either epoch
    keys = [unit.key for epoch in epochs for unit in places.children(unit_key, epoch) if unit.key != without]
    given: dict[str, int] = {}
    for child in in_force(keys).values():
        for vaccine, count in child.doses.items():
            given[vaccine] = given.get(vaccine, 0) + count
    return given


def children(unit_key: str, *, on: date) -> list[ChildPlan]:
    """The units right below: their plan, who waits and who is due there, doses on hand, places of the coming four weeks."""
    epoch = unit_key[:4] or "2021"
    parted = places.breakdown(unit_key, epoch)
    units = [unit for unit in parted.units if unit.key != unit_key]
    if not units:
        return []
    scopes, column = _scopes(unit_key), parted.column
    plans, waiting = in_force(unit.key for unit in units), reporting.queue_of_units(unit.key for unit in units)
    owed = due.due_of_units((unit.key for unit in units), until=on + MONTH)
    places_of: dict[str, int] = {}
    held: dict[str, int] = {}
    where = {one.id: getattr(one.place, column) for one in stock.holders(scopes)}
    for session in booking.sessions(scopes, first=on, last=on + MONTH, states=("planned", "open", "paused")):
        code = getattr(session.place, column)
        places_of[code] = places_of.get(code, 0) + session.capacity
    for balance in _usable(scopes, on):
        code = where.get(balance.site_id, "")
        held[code] = held.get(code, 0) + balance.on_hand
    return [
        ChildPlan(
            unit.key, unit.full_name, plans.get(unit.key), waiting.get(unit.key, {}).get("waiting", 0), owed.get(unit.key, 0),
            held.get(unit.code, 0), places_of.get(unit.code, 0),
        )
        for unit in units
    ]  # fmt: skip


def _usable(scopes: Iterable[Scope] | None, on: date) -> list[Balance]:
    """What is there to inject: a syringe is no dose, a held or expired lot none to plan with."""
    return [one for one in stock.held(scopes) if stock.rules.is_vaccine(one.lot.vaccine) and stock.rules.can_use(one.lot, on)]


def _scopes(unit_key: str) -> tuple[Scope, ...] | None:
    unit = places.unit(unit_key) if unit_key else None
    return (Scope(unit.level, unit.code, unit.epoch),) if unit else None


def outlook(unit_key: str, *, on: date) -> Outlook:
    """What a forecast of this unit starts from on a day."""
    scopes = _scopes(unit_key)
    owed = due.due_by_day(unit_key, until=on + timedelta(days=rules.LONGEST), primary_only=True)
    held: dict[str, int] = {}
    for balance in _usable(scopes, on):
        held[balance.lot.vaccine] = held.get(balance.lot.vaccine, 0) + balance.on_hand
    planned: dict[date, int] = {}
    for session in booking.sessions(scopes, first=on, last=on + MONTH, states=("planned", "open", "paused")):
        planned[session.on_date] = planned.get(session.on_date, 0) + session.capacity
    tables = sum(site.tables for site in places.sites(scopes))
    waiting = reporting.queue(scopes).get("waiting", 0)
    return Outlook(unit_key, waiting, owed, held, tables, per_hour(scopes, on=on), planned)


def per_hour(scopes: Iterable[Scope] | None, *, on: date) -> float | None:
    """People whom one table serves in an hour, measured in the hours of last week's latest sessions in which people were left waiting for it.

    None where no table had a queue: an hour without one says how many came, not how fast the table is.
    """
    held = booking.sessions(scopes, first=on - WEEK, last=on, states=("open", "paused", "closed"))
    sessions = {one.id: one.tables for one in held[-MEASURED:]}
    speeds = [
        doses / sessions[session_id] for session_id, doses, waiting in visits.busy_hours(sessions) if doses and waiting >= sessions[session_id]
    ]
    return median(speeds) if speeds else None


def means(
    plan: PlanInfo | None, seen: Outlook, *, tables: int | None = None, per_table: int | None = None, doses: int | None = None
) -> Means:
    """What the plan has (without one: the tables of the unit's sites, six days a week), or what is asked about instead."""
    return Means(
        tables if tables is not None else plan.tables if plan else seen.tables,
        per_table if per_table is not None else plan.per_table if plan else rules.PER_TABLE,
        frozenset(plan.weekdays if plan else range(6)), doses if doses is not None else sum(seen.on_hand.values()), {},
    )  # fmt: skip


def proposals(plan: PlanInfo, seen: Outlook, *, on: date) -> list[Proposal]:
    """Sessions from tomorrow on that the plan lacks for who waits and who is due, at its sites on days without one."""
    scopes, first = _scopes(plan.unit_key), max(plan.first_on, on + timedelta(days=1))
    busy: dict[UUID, set[date]] = {}
    used: dict[date, int] = {}
    for one in booking.sessions(scopes, first=first, last=plan.last_on):
        if one.state != "cancelled":
            busy.setdefault(one.site_id, set()).add(one.on_date)
            used[one.on_date] = used.get(one.on_date, 0) + one.tables
    points = [Point(str(site.id), site.tables, frozenset(busy.get(site.id, ()))) for site in places.sites(scopes)]
    owed = sum(n for day, n in seen.due.items() if day <= plan.last_on)
    needed = max(seen.waiting + owed - sum(n for day, n in seen.planned.items() if day >= first), 0)
    return rules.propose(
        points, needed=needed, per_table=plan.per_table, weekdays=frozenset(plan.weekdays), first=first, last=plan.last_on, tables=plan.tables, used=used
    )


def rosters(sessions: Iterable[tuple[UUID, date, int]], *, at: datetime) -> dict[tuple[UUID, date], list[Desk]]:
    """Who could stand at these sessions (site, day, tables): the staff of each site in turn."""
    told = list(sessions)
    staff: dict[UUID, dict[str, list[str]]] = {}
    for site_id in {one[0] for one in told}:
        scope = Scope("site", str(site_id))
        cards = access.staff_at(scope, roles=rules.ROSTER, at=at)
        staff[site_id] = {
            role: [card.full_name for card in cards if any(post.role == role and post.scope == scope for post in card.posts)] for role in rules.ROSTER
        }
    return {(site_id, on): rules.roster(staff[site_id], tables=tables, on=on) for site_id, on, tables in told}


def queue(session: SessionInfo, *, on: date, tables: int | None = None, walk_in: int | None = None) -> QueueOutlook:
    """How the queue of a session will go, with its own tables and the plan's share of walk-ins unless others are asked about."""
    place = session.place
    above = [f"2021-{place.district_2021}", f"2025-{place.commune_2025}", f"2021-{place.province_2021}", f"2025-{place.province_2025}"]
    keys = [key for key in above if places.unit(key)]
    known = next((found for key in [*keys, ""] if (found := plan(key))), None)
    measured = per_hour(_scopes(keys[0] if keys else ""), on=on)
    usual = session.per_table / max((session.ends_at - session.starts_at).total_seconds() / 3600, 1)
    staffed = tables if tables is not None else session.tables
    extra = walk_in if walk_in is not None else known.walk_in if known else 0
    hours = rules.queue(_arrivals(session.id), an_hour=staffed * (measured or usual), walk_in=extra / 100)
    return QueueOutlook(tuple(hours), staffed, extra, measured, usual)


def _arrivals(session_id: UUID) -> dict[int, int]:
    """People invited to a session by hour of the day."""
    found: dict[int, int] = {}
    for slot in booking.slots(session_id):
        hour = clock.local(slot.starts_at).hour
        found[hour] = found.get(hour, 0) + slot.taken
    return found


def loads(scopes: Iterable[Scope] | None, *, at: datetime) -> list[SessionLoad]:
    """Sessions of the coming week with too many people or too few, the fullest first, with near sites that could take some."""
    on = clock.on_date(at)
    coming = [
        one for one in booking.sessions(scopes, first=on, last=on + WEEK, states=("planned", "open")) if one.mode != "walk_in" and one.ends_at > at
    ]
    found = []
    for one in coming:
        waiting = len([entry for entry in booking.standby(one.id) if entry.state == "waiting"])
        state = rules.load(one.taken, one.capacity, waiting)
        if state == "under" and one.on_date > on + timedelta(days=2):
            state = ""  # there is time to invite
        if state:
            near = _near(one, coming) if state == "over" else ()
            found.append(SessionLoad(one.id, one.site_id, one.site.name, one.on_date, one.taken, one.capacity, waiting, state, near))
    return sorted(found, key=lambda one: (one.load != "over", -(one.taken + one.standby) / max(one.capacity, 1), one.on_date))


def _near(full: SessionInfo, coming: list[SessionInfo]) -> tuple[tuple[UUID, str, int], ...]:
    """Sessions with room for the same products within a day, those of the same commune or district first."""
    def far(one: SessionInfo) -> tuple[bool, bool, int, int]:
        return (
            one.place.commune_2021 != full.place.commune_2021, one.place.district_2021 != full.place.district_2021,
            abs((one.on_date - full.on_date).days), -one.free,
        )  # fmt: skip

    able = [
        one for one in coming
        if one.id != full.id and one.free and set(one.vaccines) & set(full.vaccines) and abs((one.on_date - full.on_date).days) <= 1
    ]  # fmt: skip
    return tuple((one.id, one.site.name, one.free) for one in sorted(able, key=far)[:NEAREST])
