"""A forecast never spends what it has not, keeps doses for second doses, and ends when nobody waits."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from khien.planning import rules
from khien.planning.rules import Means, Point

START = date(2021, 12, 14)  # a Tuesday
ALL = frozenset(range(7))
days = st.integers(0, 60).map(lambda n: START + timedelta(days=n))


def means(**more):
    return Means(**{"tables": 2, "per_table": 50, "weekdays": ALL, "doses": 1000, "arriving": {}} | more)


@given(
    waiting=st.integers(0, 3000), due=st.dictionaries(days, st.integers(1, 200), max_size=6), tables=st.integers(0, 6),
    doses=st.integers(0, 3000), arriving=st.dictionaries(days, st.integers(1, 800), max_size=4),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
)  # fmt: skip
def test_a_forecast_gives_no_dose_that_is_not_there_and_serves_no_more_than_its_tables(waiting, due, tables, doses, arriving, weekdays):
    had = means(tables=tables, doses=doses, arriving=arriving, weekdays=weekdays)
    found = rules.forecast(waiting=waiting, due=due, means=had, start=START)
    given_so_far = 0
    for day in found.days:
        assert day.on.weekday() in weekdays
        assert day.later + day.first <= had.a_day
        given_so_far += day.later + day.first
        assert given_so_far + day.doses_left == doses + sum(n for on, n in arriving.items() if START <= on <= day.on)
        assert day.doses_left >= 0
    assert sum(day.first for day in found.days) <= waiting
    assert sum(day.later for day in found.days) <= sum(due.values())
    if found.finish_on is not None:
        assert given_so_far == waiting + sum(due.values())


@given(st.integers(1, 400), st.integers(1, 400))
def test_first_doses_leave_those_who_are_due_their_second(waiting, owed):
    found = rules.forecast(waiting=waiting, due={START + timedelta(days=10): owed}, means=means(doses=owed, tables=20), start=START)
    assert sum(day.first for day in found.days) == 0
    assert sum(day.later for day in found.days) == owed


def test_more_tables_finish_earlier_and_what_holds_a_plan_back_is_named():
    slow = rules.forecast(waiting=1000, due={}, means=means(), start=START)
    fast = rules.forecast(waiting=1000, due={}, means=means(tables=10), start=START)
    assert slow.finish_on == START + timedelta(days=9)
    assert fast.finish_on == START + timedelta(days=1)
    assert slow.held_by == "tables"
    dry = rules.forecast(waiting=1000, due={}, means=means(doses=300), start=START)
    assert (dry.finish_on, dry.held_by, dry.short) == (None, "doses", 700)


@given(st.integers(0, 5000), st.lists(st.integers(1, 8), min_size=1, max_size=5), st.integers(1, 100))
def test_proposed_sessions_hold_everyone_or_every_free_day_is_used(needed, tables, per_table):
    points = [Point(str(i), n, frozenset({START})) for i, n in enumerate(tables)]
    last = START + timedelta(days=20)
    found = rules.propose(points, needed=needed, per_table=per_table, weekdays=ALL, first=START, last=last)
    assert all(one.on > START for one in found)
    assert len({(one.key, one.on) for one in found}) == len(found)
    held = sum(one.places for one in found)
    assert held >= needed or len(found) == len(points) * 20
    assert all(one.tables <= tables[int(one.key)] for one in found)


@given(st.dictionaries(st.integers(7, 16), st.integers(0, 300), min_size=1), st.floats(1, 400), st.floats(0, 1))
def test_a_queue_loses_nobody(arrivals, an_hour, walk_in):
    found = rules.queue(arrivals, an_hour=an_hour, walk_in=walk_in, hours=200)
    came = sum(n * (1 + walk_in) for n in arrivals.values())
    assert abs(sum(one.served for one in found) + found[-1].queue - came) <= len(found) + 1
    assert all(one.queue >= 0 and (one.wait or 0) >= 0 for one in found)


def test_a_burst_makes_a_queue_that_the_next_hours_work_off():
    found = rules.queue({8: 120, 9: 20}, an_hour=60)
    assert [(one.hour, one.queue, one.wait) for one in found] == [(8, 60, 60), (9, 20, 20), (10, 0, 0)]


def test_a_session_is_overloaded_with_its_standby_list_and_under_used_below_half():
    assert [rules.load(*told) for told in ((101, 100), (98, 100, 3), (70, 100), (40, 100), (0, 0))] == ["over", "over", "", "under", ""]


def test_a_plan_without_tables_is_held_back_by_its_tables():
    assert rules.forecast(waiting=10, due={}, means=means(tables=0), start=START).held_by == "tables"


@given(st.integers(0, 5000), st.lists(st.integers(1, 8), min_size=1, max_size=5), st.integers(0, 12), st.dictionaries(days, st.integers(1, 6), max_size=5))
def test_proposed_sessions_never_take_more_tables_a_day_than_the_plan_has(needed, own, tables, used):
    points = [Point(str(i), n, frozenset()) for i, n in enumerate(own)]
    found = rules.propose(points, needed=needed, per_table=100, weekdays=ALL, first=START, last=START + timedelta(days=20), tables=tables, used=used)
    for on in {one.on for one in found}:
        assert sum(one.tables for one in found if one.on == on) + used.get(on, 0) <= tables


@given(
    st.dictionaries(st.sampled_from(sorted(rules.ROSTER)), st.lists(st.sampled_from("ABCDEFGH"), unique=True, max_size=6)), st.integers(1, 4), days,
)  # fmt: skip
def test_a_roster_puts_nobody_at_two_desks_and_says_who_is_lacking(staff, tables, on):
    found = rules.roster(staff, tables=tables, on=on)
    people = [one for desk in found for one in desk.people]
    assert len(people) == len(set(people))
    assert all(set(desk.people) <= set(staff.get(desk.role, ())) for desk in found)
    assert {desk.role: len(desk.people) + desk.lacking for desk in found}["injector"] == tables


def test_staff_stand_in_turn_from_day_to_day():
    told = {"injector": ["An", "Bình", "Chi"]}
    stood = [rules.roster(told, tables=1, on=START + timedelta(days=n))[2].people[0] for n in range(6)]
    assert [stood.count(one) for one in told["injector"]] == [2, 2, 2]


def test_a_queue_without_a_table_has_no_end():
    found = rules.queue({8: 10}, an_hour=0)
    assert (found[0].queue, found[0].wait) == (10, None)
