"""Clocks, classes of cause, exact intervals and the signal screen, against published values."""

import math
from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khien.kernel import clock, workdays
from khien.safety import core, intervals, rates
from khien.safety.core import Cause

DAYS = st.dates(date(2021, 1, 1), date(2026, 11, 30))
MOMENTS = st.datetimes(datetime(2021, 1, 1), datetime(2026, 11, 30), timezones=st.just(clock.VIETNAM))


@given(DAYS, st.integers(1, 15))
def test_the_last_working_day_is_one_and_exactly_so_many_lie_up_to_it(day, count):
    last = workdays.working_days_after(day, count)
    passed = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert workdays.is_working(last)
    assert sum(workdays.is_working(one) for one in passed) == count


@given(DAYS, st.integers(0, 8), st.integers(0, 8))
def test_working_days_add_up(day, first, second):
    assert workdays.working_days_after(workdays.working_days_after(day, first), second) == workdays.working_days_after(day, first + second)


@given(DAYS, st.integers(1, 10))
def test_a_later_start_never_ends_earlier(day, count):
    assert workdays.working_days_after(day, count) <= workdays.working_days_after(day + timedelta(days=1), count)


@pytest.mark.parametrize(
    ("reported", "due"),
    [
        (date(2021, 9, 1), date(2021, 9, 10)),  # 2 and 3 September are free
        (date(2022, 1, 28), date(2022, 2, 11)),  # over Tet
        (date(2023, 4, 28), date(2023, 5, 10)),  # Hung Kings, 30 April, 1 May and their days in lieu
        (date(2024, 4, 26), date(2024, 5, 8)),
        (date(2025, 8, 29), date(2025, 9, 9)),
        (date(2026, 2, 13), date(2026, 2, 27)),
        (date(2027, 2, 4), date(2027, 2, 18)),  # Tet on Saturday 6 February: 5 to 11 February
        (date(2027, 4, 29), date(2027, 5, 10)),  # 30 April, 1 May on a Saturday and its day in lieu
        (date(2028, 8, 31), date(2028, 9, 11)),  # 2 September on a Saturday: 1 and 4 September
    ],
)
def test_the_council_has_five_working_days_through_viet_nams_holidays(reported, due):
    at = clock.at_local(reported, 9)
    assert core.clocks(at - timedelta(hours=3), at).council == clock.at_local(due, 17)


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=3)))
def test_clocks_follow_each_other(noticed, wait):
    reported = noticed + wait
    clocks = core.clocks(noticed, reported)
    assert clocks.report == noticed + timedelta(hours=24)
    assert clocks.investigate == reported + timedelta(hours=24)
    assert timedelta(days=4) <= clocks.council - reported <= timedelta(days=21)
    assert core.clocks(noticed, None) == core.Clocks(clocks.report)
    assert core.clocks(None, None) == core.Clocks()


@pytest.mark.parametrize(
    ("answers", "cause"),
    [
        ({}, Cause.D),
        ({"other_cause": True, "product": True, "in_time": True}, Cause.C),
        ({"product": True, "in_time": True}, Cause.A1),
        ({"quality": True, "in_time": True}, Cause.A2),
        ({"error": True, "in_time": True}, Cause.A3),
        ({"stress": True}, Cause.A4),
        ({"product": True, "in_time": False}, Cause.C),
        ({"in_time": True}, Cause.B1),
        ({"in_time": True, "conflicting": True}, Cause.B2),
        ({"in_time": True, "against": True}, Cause.C),
        ({"other_cause": False}, Cause.D),
    ],
)
def test_the_algorithm_of_2019_proposes_a_class(answers, cause):
    assert core.propose(answers) is cause


def test_there_are_25_core_variables_of_which_13_are_critical():
    assert len(core.VARIABLES) == 25
    assert len({one.code for one in core.VARIABLES}) == 25
    assert all(one.vi and one.en for one in (*core.VARIABLES, *core.MORE))
    assert len(core.CRITICAL) == 13


# Published: Clopper-Pearson 95 % limits (Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29); Poisson limits (Garwood 1936; Ulm 1990).
@pytest.mark.parametrize(
    ("events", "doses", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_proportions_have_the_published_exact_limits(events, doses, low, high):
    found = intervals.clopper_pearson(events, doses)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (20, 12.217, 30.888), (100, 81.364, 121.627)],
)
def test_counts_have_the_published_exact_limits(events, low, high):
    assert intervals.poisson_interval(events) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))


def _at_most(events, doses, share):
    return math.fsum(math.comb(doses, k) * share**k * (1 - share) ** (doses - k) for k in range(events + 1))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_limits_leave_two_and_a_half_percent_on_each_side(case):
    events, doses = case
    low, high = intervals.clopper_pearson(events, doses)
    assert 0 <= low <= events / doses <= high <= 1
    if events < doses:
        assert _at_most(events, doses, high) == pytest.approx(0.025, abs=1e-7)
    if events:
        assert 1 - _at_most(events - 1, doses, low) == pytest.approx(0.025, abs=1e-7)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 60), st.floats(0.01, 60))
def test_the_exact_test_is_the_sum_of_its_chances(events, expected):
    below = math.fsum(math.exp(-expected + k * math.log(expected) - math.lgamma(k + 1)) for k in range(events))
    assert intervals.poisson_at_least(events, expected) == pytest.approx(max(0.0, 1 - below), abs=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_looking_often_is_told(chances):
    holm, shares = intervals.holm(chances), intervals.benjamini_hochberg(chances)
    assert all(one <= corrected <= 1 for one, corrected in zip(chances, holm, strict=True))
    assert all(one - 1e-12 <= share <= family + 1e-12 for one, share, family in zip(chances, shares, holm, strict=True))
    order = sorted(range(len(chances)), key=chances.__getitem__)
    assert [holm[n] for n in order] == sorted(holm)


def test_holm_and_benjamini_hochberg_as_published():
    chances = [0.01, 0.04, 0.03, 0.005]  # Holm 1979's own example
    assert intervals.holm(chances) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert intervals.benjamini_hochberg(chances) == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_a_lot_with_far_too_many_events_at_one_site_stands_out_and_an_even_lot_does_not():
    sites = [str(UUID(int=n)) for n in range(1, 21)]
    doses = Counter({(site, "L1", "AZ"): 5000 for site in sites})
    seen = Counter({(site, "L1", "AZ"): 1 for site in sites})
    seen[(sites[3], "L1", "AZ")] = 12
    found = rates.compare(doses, seen)
    assert [one.site_id for one in found if one.alarming] == [UUID(int=4)]
    assert found[0].expected == pytest.approx(19.5 / 19)
    assert not [one for one in rates.compare(doses, Counter(dict.fromkeys(doses, 2))) if one.alarming]


def test_a_rate_needs_more_doses_than_events():
    told = rates.rate("AZ", 5, 1, 100_000)
    assert (told.per_100k, round(told.low, 2), round(told.high, 2)) == (5.0, 1.62, 11.67)
    assert rates.rate("AZ", 5, 1, 3).per_100k is None


@pytest.mark.parametrize(
    ("facts", "source", "told"),
    [
        ({}, "health_book", "consumer"), ({}, "portal", "consumer"), ({}, "station", ""), ({"reporter": "Bác sĩ Thử"}, "portal", ""),
        ({"qualification": "physician"}, "portal", "physician"), ({"qualification": "pharmacist", "reporter": "Dược sĩ Thử"}, "station", "pharmacist"),
    ],
)  # fmt: skip
def test_who_tells_in_an_own_book_is_no_health_professional_there(facts, source, told):
    assert core.profession(facts, source) == told
