"""Queues of a rehearsed point, the plan of faults and the moved clock: told the time, they never ask for it."""

import math
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.config import moved
from khien.rehearsal.week import breaking, faults
from khien.rehearsal.week.flow import Clockwork, Desk, hands_for
from khien.rehearsal.week.score import Fault, SiteDay


@given(st.lists(st.floats(0, 600), max_size=40))
def test_steps_happen_in_the_order_of_their_minutes(minutes: list[float]) -> None:
    clockwork, seen = Clockwork(), []
    for minute in minutes:
        clockwork.at(minute, seen.append)
    clockwork.run(1000)
    assert seen == sorted(minutes)
    assert clockwork.next is None


@given(st.lists(st.floats(0, 300), min_size=1, max_size=40), st.integers(1, 4), st.floats(0.5, 10))
def test_everybody_is_served_once_first_come_first_and_nobody_by_more_hands_than_there_are(come: list[float], hands: int, minutes: float) -> None:
    clockwork, left = Clockwork(), []
    desk = Desk(clockwork, "reception", hands=hands, minutes=lambda one: minutes, then=lambda one, at: left.append(one))
    for number, minute in enumerate(sorted(come)):
        clockwork.at(minute, lambda at, number=number: desk.join(number, at))  # type: ignore[misc]
    clockwork.run(100_000)
    assert left == sorted(left)
    assert len(left) == len(come)
    assert all(wait >= 0 for wait in desk.tally.waits)
    served = desk.tally.served
    for first, later in zip(served, served[hands:], strict=False):
        assert later - first >= minutes - 1e-6


def test_a_closed_desk_keeps_its_line_and_goes_on_when_it_opens() -> None:
    clockwork, left = Clockwork(), []
    desk = Desk(clockwork, "injection", hands=1, minutes=lambda one: 2.0, then=lambda one, at: left.append(at))
    desk.shut()
    for _ in range(3):
        clockwork.at(10, lambda at: desk.join("someone", at))
    clockwork.at(60, desk.reopen)
    clockwork.run(500)
    assert left == [62, 64, 66]
    assert desk.tally.longest == 3
    assert desk.tally.waits == [50, 52, 54]


@given(st.integers(1, 3000), st.floats(0.3, 5))
def test_hands_are_enough_for_the_peak_hour(people: int, minutes: float) -> None:
    hands = hands_for(people, minutes)
    assert hands >= 1
    assert people / 7.5 * 1.5 * minutes <= hands * 60 + 60


@given(st.integers(0, 6), st.integers(1, 10))
def test_every_fault_that_was_asked_for_happens_each_day(day: int, sites: int) -> None:
    planned = faults.plan(faults.KINDS, day=day, sites=sites)
    assert {one.kind for one in planned} == set(faults.KINDS)
    assert all(-1 <= one.site < sites and one.begins <= one.ends for one in planned)
    assert [one.begins for one in planned] == sorted(one.begins for one in planned)


def test_the_points_that_meet_a_fault_change_from_day_to_day() -> None:
    met = {next(one.site for one in faults.plan(("network",), day=day, sites=7) if one.kind == "network") for day in range(7)}
    assert len(met) > 3


@pytest.mark.parametrize("sites", [3, 4, 10])
def test_the_point_that_four_tablets_carry_alone_has_no_line_all_day_and_no_recall(sites: int) -> None:
    planned = faults.plan(faults.KINDS, day=1, sites=sites, tablets=0)
    assert [(one.begins, one.ends) for one in planned if one.kind == "network" and one.site == 0] == [faults.ALL_DAY]
    assert next(one.site for one in planned if one.kind == "lot") != 0


def test_a_recall_that_nobody_met_is_told_as_such_and_not_as_one_that_stands() -> None:
    day = SiteDay(1, 1, "Điểm", faults=[Fault("lot", 1, 630, math.inf), Fault("lot", 1, 630, 640, recovered=643), Fault("power", 1, 810, 870)])
    breaking.unmet(day)
    assert [(one.recovered, one.facts.get("met_by")) for one in day.faults] == [(630, "nobody"), (643, None), (None, None)]



def test_kinds_of_faults_are_read_and_an_unknown_one_is_named() -> None:
    assert faults.read("network, otp,network") == ("network", "otp")
    with pytest.raises(ValueError, match="flood"):
        faults.read("network,flood")


def test_the_clock_of_a_demo_moves_ahead_and_never_back(tmp_path: Path) -> None:
    read = moved.reader(tmp_path)
    assert read() == timedelta()
    moved.move(tmp_path, timedelta(days=3))
    assert read() == timedelta(days=3)
    moved.move(tmp_path, timedelta(days=1))
    assert read() == timedelta(days=3)


@given(st.text(max_size=12))
def test_a_damaged_clock_is_the_clock_of_the_machine(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        (Path(place) / moved.NAME).write_text(text, encoding="utf-8")
        found = moved.shift(Path(place))
    assert found >= timedelta()
