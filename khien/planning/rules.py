"""How long a plan takes, which sessions it needs, how a queue grows. Standard library only; numbers are people and doses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

LONGEST = 400  # days that a forecast looks ahead
PER_TABLE = 100  # people a table and session, unless the campaign's policy says otherwise
STARTS, ENDS = time(7, 30), time(16, 30)  # a whole day's hours, unless a plan says others
# Who stands at a session, in people for so many tables: one screens and one injects at each, the others serve two.
ROSTER = {"reception": 2, "screener": 1, "injector": 1, "observer": 2, "data_clerk": 2}
LEAD = "point_lead"
STANDS = (LEAD, *ROSTER, "doctor_on_duty")  # every kind of desk that a roster may name
FULL, EMPTY = 0.95, 0.5  # shares of the places taken at which a session is overloaded or under-used


@dataclass(frozen=True, slots=True)
class Means:
    """What a unit has: tables, people each serves a day, days a week, doses on hand and those that arrive by day."""

    tables: int
    per_table: int
    weekdays: frozenset[int]
    doses: int
    arriving: Mapping[date, int]

    @property
    def a_day(self) -> int:
        """People that the tables serve in a day."""
        return self.tables * self.per_table


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a forecast: later doses given first, then first doses; what is left of doses, and who still waits."""

    on: date
    later: int
    first: int
    doses_left: int
    waiting: int
    held_by: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """A plan played day by day. `finish_on` is None when it does not end within LONGEST days; `held_by` says what delays it most."""

    days: tuple[Day, ...]
    finish_on: date | None
    held_by: str
    doses_needed: int
    short: int


def forecast(*, waiting: int, due: Mapping[date, int], means: Means, start: date) -> Forecast:
    """Play the plan from `start`: whoever is due a later dose comes first, and doses for those due within four weeks are kept.

    `due`: people by the day on which a later dose falls due (the past counts as today).
    """
    owed = dict(due)
    late = sum(owed.pop(day) for day in sorted(owed) if day < start)
    left, doses, days = waiting, means.doses, list[Day]()
    held = {"tables": 0, "doses": 0}
    for number in range(LONGEST):
        on = start + timedelta(days=number)
        doses += means.arriving.get(on, 0)
        late += owed.pop(on, 0)
        if on.weekday() not in means.weekdays or not means.a_day:
            held["tables"] += not means.a_day
            continue
        later = min(late, doses, means.a_day)
        late, doses = late - later, doses - later
        kept = late + sum(n for day, n in owed.items() if day <= on + timedelta(days=28))
        free = max(doses - max(kept - _coming(means.arriving, on), 0), 0)
        first = min(left, means.a_day - later, free)
        left, doses = left - first, doses - first
        reason = "" if not (left or late) else "tables" if later + first >= means.a_day else "doses"
        if reason:
            held[reason] += 1
        days.append(Day(on, later, first, doses, left + late, reason))
        if not left and not late and not owed:
            break
    done = bool(days) and not days[-1].waiting and not owed
    needed = waiting + sum(due.values())
    have = means.doses + sum(means.arriving.values())
    finish = next((day.on for day in reversed(days) if day.later or day.first), start) if done else None
    return Forecast(tuple(days), finish, max(held, key=lambda name: held[name]) if any(held.values()) else "", needed, max(needed - have, 0))


def _coming(arriving: Mapping[date, int], on: date) -> int:
    """Doses that arrive within the four weeks for which the reserve is kept."""
    return sum(n for day, n in arriving.items() if on < day <= on + timedelta(days=28))


@dataclass(frozen=True, slots=True)
class Point:
    """A site that may hold sessions: its tables and the days on which it already has one."""

    key: str
    tables: int
    busy: frozenset[date]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A session to plan at a site."""

    key: str
    on: date
    tables: int
    places: int


def propose(
    points: Sequence[Point], *, needed: int, per_table: int, weekdays: frozenset[int], first: date, last: date, tables: int | None = None,
    used: Mapping[date, int] | None = None,
) -> list[Proposal]:  # fmt: skip
    """Sessions for `needed` people from `first` to `last`: every free site in turn, day by day, no more tables than are needed.

    `tables`: what the plan has a day (None: all of the sites'), of which `used` stand in sessions planned already.
    """
    found: list[Proposal] = []
    left, on = needed, first
    while left > 0 and on <= last:
        spare = max(tables - (used or {}).get(on, 0), 0) if tables is not None else None
        for point in sorted(points, key=lambda one: (-one.tables, one.key)) if on.weekday() in weekdays else ():
            able = point.tables if spare is None else min(point.tables, spare)
            if left <= 0 or on in point.busy or not able or per_table <= 0:
                continue
            own = min(able, -(-left // per_table))
            found.append(Proposal(point.key, on, own, own * per_table))
            left -= own * per_table
            spare = None if spare is None else spare - own
        on += timedelta(days=1)
    return found


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is proposed for one kind of desk at a session, by name or id, and how many are lacking."""

    role: str
    people: tuple[str, ...]
    lacking: int


def roster(staff: Mapping[str, Sequence[str]], *, tables: int, on: date) -> list[Desk]:
    """Who stands where at a session with so many tables: everybody once, in turn from day to day; what is lacking is said.

    `staff`: people of the site by role, one may hold several. The scarcest desks choose first.
    """
    needs = {role: -(-tables // served) for role, served in ROSTER.items()}
    chosen: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for role in sorted(needs, key=lambda one: len(staff.get(one, ())) - needs[one]):
        able = [one for one in staff.get(role, ()) if one not in taken]
        turn = on.toordinal() * needs[role] % len(able) if able else 0
        chosen[role] = tuple((able[turn:] + able[:turn])[: needs[role]])
        taken.update(chosen[role])
    return [Desk(role, chosen[role], needs[role] - len(chosen[role])) for role in ROSTER]


@dataclass(frozen=True, slots=True)
class Stand:
    """One person at one kind of desk: an account, or a name alone for who has none."""

    role: str
    staff_id: UUID | None
    name: str


def lacking(stands: Iterable[Stand], *, tables: int) -> dict[str, int]:
    """How many people each kind of desk lacks for so many tables; a session needs its lead too."""
    there = Counter(one.role for one in stands)
    needs = {role: -(-tables // served) for role, served in ROSTER.items()} | {LEAD: 1}
    return {role: need - there[role] for role, need in needs.items() if there[role] < need}


def twice(stands: Iterable[Stand]) -> list[Stand]:
    """Who stands at a second desk of the same session; a lead and a doctor on duty may stand at one desk besides."""
    seen: set[object] = set()
    found: list[Stand] = []
    for one in stands:
        if one.role not in ROSTER:
            continue
        who = one.staff_id or one.name.casefold()
        if who in seen:
            found.append(one)
        seen.add(who)
    return found


def moved(before: Iterable[Stand], after: Iterable[Stand]) -> tuple[list[Stand], list[Stand]]:
    """Who came to a desk and who left one, from one version of a roster to the next."""
    old, new = Counter(before), Counter(after)
    return list((new - old).elements()), list((old - new).elements())


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a session: who comes, who is served, who stands in the queue at its end, and the longest wait in minutes (None: no table, no end)."""

    hour: int
    come: int
    served: int
    queue: int
    wait: int | None


def queue(arrivals: Mapping[int, int], *, an_hour: float, walk_in: float = 0.0, hours: int = 14) -> list[Hour]:
    """How the queue goes, from invited people by hour, the share of walk-ins on top, and how many the tables serve in an hour.

    After the last hour with arrivals it goes on until nobody stands there (at most `hours` hours in all).
    """
    if not arrivals:
        return []
    found: list[Hour] = []
    standing, start, last = 0.0, min(arrivals), max(arrivals)
    for number in range(hours):
        hour = start + number
        come = arrivals.get(hour, 0) * (1 + walk_in)
        if hour > last and standing < 0.5:
            break
        served = min(standing + come, an_hour)
        standing += come - served
        wait = round(standing / an_hour * 60) if an_hour > 0 else None if standing else 0
        found.append(Hour(hour, round(come), round(served), round(standing), wait))
    return found


def load(taken: int, capacity: int, waiting: int = 0) -> str:
    """Whether a session is overloaded (over), under-used (under) or neither (""); `waiting` are on its standby list."""
    if not capacity:
        return ""
    share = (taken + waiting) / capacity
    return "over" if share > 1 or (waiting and share >= FULL) else "under" if share < EMPTY else ""


def left_to_allot(allotted: int, given: Iterable[int]) -> int:
    """Doses of a unit's plan that its child units have not been given; below zero: more was given than there is."""
    return allotted - sum(given)
