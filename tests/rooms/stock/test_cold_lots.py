"""Which lots a breach holds: those of its own time at the holder, once for each rule, and again when it goes on after a decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.kernel import clock
from khien.stock import actions, cold_rules, queries
from tests import make
from tests.make import BY
from tests.make_stock import TODAY, done, make_fridge, report

NIGHT = clock.at_local(TODAY, 20)
HOUR = timedelta(hours=1)
db = pytest.mark.usefixtures("db")


@pytest.fixture
def point(db):
    """A point with a fridge and 60 doses in it."""
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=60)
    device, key = make_fridge(site)
    return site, lot, device, key


def hours(device, key, degrees, *, first, n):
    """Readings of so many hours."""
    report(device, key, [degrees] * (12 * n), first=first)


def release(site, lot, *, at):
    for held in queries.holds(site_id=site, lot_id=lot):
        actions.decide_hold(hold_id=held.id, decision="released", reason="nhãn nhiệt còn tốt", performed=done(at), by=BY, at=at)


def reasons(site, lot):
    return [one.reason for one in queries.holds(site_id=site, lot_id=lot)]


def test_a_lot_released_while_the_breach_lasts_is_held_again_for_another_rule(point):
    site, lot, device, key = point
    hours(device, key, 12.0, first=NIGHT, n=12)
    assert len(reasons(site, lot)) == 1
    release(site, lot, at=NIGHT + 12 * HOUR)
    actions.watch(NIGHT + 12 * HOUR + timedelta(minutes=1))
    assert reasons(site, lot) == []
    hours(device, key, 35.0, first=NIGHT + 12 * HOUR, n=2)
    actions.watch(NIGHT + 14 * HOUR)
    [reason] = reasons(site, lot)
    assert "25 °C" in reason
    [one] = queries.excursions(site_id=site, undecided=True, at=NIGHT + 14 * HOUR)
    assert (one.judged, one.decided_by) == ("fridge_hot", None)


def test_a_rule_that_was_decided_about_counts_anew_from_the_decision(point):
    site, lot, device, key = point
    hours(device, key, 12.0, first=NIGHT, n=12)
    release(site, lot, at=NIGHT + 12 * HOUR)
    hours(device, key, 12.0, first=NIGHT + 12 * HOUR, n=9)
    assert reasons(site, lot) == []
    hours(device, key, 12.0, first=NIGHT + 21 * HOUR, n=2)
    assert len(reasons(site, lot)) == 1


def test_a_second_rule_broken_before_anybody_decided_is_told_to_whoever_decides(point):
    site, lot, device, key = point
    hours(device, key, 12.0, first=NIGHT, n=11)
    hours(device, key, 35.0, first=NIGHT + 11 * HOUR, n=2)
    [reason] = reasons(site, lot)
    assert "10 giờ" in reason
    assert "25 °C" in reason
    english = queries.rules.in_both(reason)["reason_en"]
    assert "above 8 °C for 10 hours together; " in english
    assert english.endswith("above 25 °C for 30 minutes")
    release(site, lot, at=NIGHT + 13 * HOUR)
    actions.watch(NIGHT + 13 * HOUR)
    assert reasons(site, lot) == []


def test_the_loggers_alarm_of_a_breach_that_was_decided_does_not_hold_its_lots_again(point):
    site, lot, device, key = point
    actions.report_alarm(device_id=device, kind="too_warm", started_at=NIGHT, ended_at=None, peak_c=12.0, by=BY, at=NIGHT)
    hours(device, key, 12.0, first=NIGHT, n=11)
    release(site, lot, at=NIGHT + 11 * HOUR)
    actions.watch(NIGHT + 11 * HOUR)
    assert reasons(site, lot) == []


def test_a_lot_that_came_into_an_open_breach_is_held_by_its_own_time_there(point):
    site, lot, device, key = point
    hours(device, key, 12.0, first=NIGHT, n=12)
    late = make.make_lot(site_id=site, doses=40, at=NIGHT + 12 * HOUR)
    hours(device, key, 12.0, first=NIGHT + 12 * HOUR, n=9)
    assert (len(reasons(site, lot)), reasons(site, late)) == (1, [])
    hours(device, key, 12.0, first=NIGHT + 21 * HOUR, n=2)
    assert len(reasons(site, late)) == 1


def test_a_breach_noted_as_harmless_that_goes_on_holds_its_lots_all_the_same(point):
    site, lot, device, key = point
    report(device, key, [-1.0] * 4, first=NIGHT)
    [one] = queries.excursions(site_id=site, at=NIGHT)
    actions.decide_excursion(excursion_id=one.id, device_id=device, reason="mở cửa", by=BY, at=NIGHT)
    report(device, key, [-1.0] * 14, first=NIGHT + timedelta(minutes=20))
    assert len(reasons(site, lot)) == 1
    assert [found.id for found in queries.excursions(site_id=site, undecided=True, at=NIGHT + 2 * HOUR)] == [one.id]


def test_an_alarm_and_the_readings_of_the_same_hours_count_once(point):
    site, lot, device, key = point
    hours(device, key, 12.0, first=NIGHT, n=6)
    actions.report_alarm(device_id=device, kind="too_warm", started_at=NIGHT, ended_at=None, peak_c=12.0, by=BY, at=NIGHT + 6 * HOUR)
    assert reasons(site, lot) == []
    actions.watch(NIGHT + 10 * HOUR)
    assert len(reasons(site, lot)) == 1


def test_hours_before_a_lot_came_do_not_count_for_it(point):
    site, lot, device, key = point
    report(device, key, [9.0] * (12 * 9 + 10) + [4.0] * 12, first=NIGHT)
    new = make.make_lot(site_id=site, doses=40, at=NIGHT + 200 * HOUR)
    report(device, key, [9.0] * 5, first=NIGHT + 201 * HOUR)
    assert (len(reasons(site, lot)), reasons(site, new)) == (1, [])


def test_a_lot_whose_paper_is_of_an_earlier_day_lay_there_since_that_day(point):
    site, _, device, key = point
    typed = NIGHT + 16 * HOUR
    late = make.make_lot()
    actions.receive(site_id=site, lot_id=late, doses=10, document="PX 9", performed=replace(done(typed), on=TODAY), by=BY, at=typed)
    hours(device, key, 12.0, first=NIGHT, n=12)
    assert len(reasons(site, late)) == 1


@db
def test_every_lot_of_a_point_is_held_when_one_of_its_fridges_fails():
    site = make.make_site()
    lots = [make.make_lot(site_id=site, doses=60) for _ in range(2)]
    (failed, key), _ = make_fridge(site), make_fridge(site)
    hours(failed, key, 12.0, first=NIGHT, n=11)
    assert {one.lot.id for one in queries.holds(site_id=site)} == set(lots)


def test_a_product_with_rules_of_its_own_is_judged_by_them_alone():
    general = cold_rules.of("fridge", "too_warm")
    own = replace(general[0], code="fridge_warm_az", vaccine="AZ", minutes=60)
    told = (*general, own)
    assert cold_rules.of("fridge", "too_warm", "AZ", told) == (own,)
    assert cold_rules.of("fridge", "too_warm", "PF", told) == general
    assert cold_rules.of("fridge", "too_cold", "AZ", told) == ()


BEGIN = datetime(2021, 12, 14, tzinfo=UTC)
SPANS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=12)


@given(SPANS, st.integers(0, 300), st.integers(0, 300))
def test_minutes_that_several_tell_of_count_once(told, since, until):
    spans = [(BEGIN + timedelta(minutes=a), BEGIN + timedelta(minutes=b)) for a, b in told]
    minutes = cold_rules.minutes(spans, BEGIN + timedelta(minutes=since), BEGIN + timedelta(minutes=until))
    assert minutes == sum(any(a <= minute < b for a, b in told) for minute in range(since, until))


@given(SPANS, st.integers(1, 120))
def test_the_worst_stretch_is_never_more_than_its_length_nor_less_than_the_last_one(told, within):
    spans = [(BEGIN + timedelta(minutes=a), BEGIN + timedelta(minutes=b)) for a, b in told if a < b]
    end, length = BEGIN + timedelta(minutes=300), timedelta(minutes=within)
    most = cold_rules.most_minutes(spans, BEGIN, end, length, after=BEGIN)
    assert cold_rules.minutes(spans, end - length, end) <= most <= within
