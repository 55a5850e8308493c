"""Clocks, working days and tiers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from khien.cases import rules
from khien.kernel import clock, workdays
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts, Scope

AT = datetime(2021, 12, 14, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "after", "due"),
    [
        (date(2021, 12, 14), 3, date(2021, 12, 17)),  # Tuesday to Friday
        (date(2021, 12, 16), 3, date(2021, 12, 21)),  # over a weekend
        (date(2021, 12, 30), 3, date(2022, 1, 5)),  # over New Year, whose day off is Monday the 3rd
        (date(2022, 1, 28), 3, date(2022, 2, 9)),  # over Tết
        (date(2022, 4, 8), 1, date(2022, 4, 12)),  # the Hùng Kings' day
        (date(2025, 4, 29), 1, date(2025, 5, 5)),  # 30 April, 1 and 2 May
        (date(2026, 8, 28), 1, date(2026, 9, 3)),  # the National Day
    ],
)
def test_three_working_days_know_weekends_and_holidays(day, after, due):
    assert workdays.working_days_after(day, after) == due


def test_a_year_without_an_announcement_still_keeps_its_fixed_holidays():
    assert not workdays.is_working(date(2031, 9, 2))
    assert workdays.is_working(date(2031, 9, 3))


def test_an_instance_may_add_days_off():
    assert not workdays.is_working(date(2021, 12, 15), {date(2021, 12, 15)})


@pytest.mark.parametrize(("priority", "minutes"), [("P2", 30), ("P3", 15), ("P5", 240)])
def test_a_clock_runs_in_minutes_for_what_is_of_today(priority, minutes):
    assert rules.due(priority, AT) == AT + timedelta(minutes=minutes)


def test_an_emergency_is_acknowledged_within_a_minute_and_answered_within_fifteen():
    assert rules.due("P1", AT) == AT + timedelta(seconds=60)
    assert rules.due("P1", AT, taken=True) == AT + timedelta(minutes=15)


def test_a_correction_is_answered_by_the_evening_of_the_third_working_day():
    assert rules.due("P4", AT) == clock.at_local(date(2021, 12, 17), 17)


@pytest.mark.parametrize(
    ("marks", "priority"), [(["lot_expired"], "P2"), (["too_early"], "P4"), (["too_early", "lot_recalled"], "P2")]
)
def test_a_dose_that_may_harm_is_looked_at_within_half_an_hour(marks, priority):
    assert rules.priority_of_marks(marks) == priority


def test_the_posts_over_a_place_reach_from_the_session_to_the_nation():
    place = PlaceFacts(province_2021="79", district_2021="765", commune_2021="26956")
    assert [scope.kind for scope in rules.scopes_over(place)] == ["commune", "district", "province", "nation"]
    assert Scope("district", "765", "2021") in rules.scopes_over(place)


def test_one_pair_of_eyes_is_not_two():
    with pytest.raises(Refused, match="second_pair_of_eyes"):
        rules.check_eyes("staff:1", "staff:1")
