"""The cold chain: readings kept once, wrong ones aside by name, excursions by rule, a fridge that failed at night."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.stock import actions, cold_rules, queries
from tests import make
from tests.make import AT, BY
from tests.make_stock import TODAY, done, make_fridge, report

NIGHT = clock.at_local(TODAY, 20)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
db = pytest.mark.usefixtures("db")


@pytest.fixture
def point(db):
    """A point with a fridge and 60 doses in it."""
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=60)
    device, key = make_fridge(site)
    return site, lot, device, key


def test_readings_told_twice_count_once_and_late_ones_find_their_place(point):
    _, _, device, key = point
    report(device, key, [4.0] * 12, first=NIGHT)
    again = report(device, key, [4.0] * 12, first=NIGHT)
    assert (again.kept, again.doubled) == (0, 12)
    late = report(device, key, [5.0] * 3, first=NIGHT + MINUTE, at=NIGHT + timedelta(hours=6))
    assert late.kept == 3
    told = queries.series(device, NIGHT, NIGHT + timedelta(hours=2))
    assert len(told) == 15
    assert [value for _, value in told[:4]] == [40, 50, 40, 50]
    assert queries.device(device, NIGHT).last_at == NIGHT + 55 * MINUTE


def test_a_reading_that_cannot_be_is_kept_aside_by_name_and_the_others_count(point):
    site, _, device, key = point
    rows = [
        (str(device), NIGHT.isoformat(), 850), (str(device), NIGHT.isoformat(), "4,5"), (str(device), "hôm qua", 4), (str(device), 10**400, 4), (str(device), NIGHT.isoformat(), "ấm"),
        ("TỦ LẠ", NIGHT.isoformat(), 4), (str(device), (NIGHT + timedelta(days=1)).isoformat(), 4), (str(device), "2019-01-01T00:00", 4),
    ]  # fmt: skip
    got = actions.take_readings(rows, key=key, at=NIGHT + MINUTE)
    assert (got.kept, got.aside) == (1, 7)
    assert got.reasons == {"reading_impossible": 1, "reading_unreadable": 3, "device_unknown": 1, "reading_in_future": 1, "reading_too_old": 1}
    assert {one.reason for one in queries.aside(site, since=NIGHT)} == set(got.reasons)
    assert queries.series(device, NIGHT, NIGHT) == [(NIGHT, 45)]


def test_a_key_reports_its_own_devices_only(point):
    _, _, device, _ = point
    _, other = make_fridge(make.make_site())
    assert report(device, other, [4.0], first=NIGHT).reasons == {"device_unknown": 1}
    token = actions.make_key(label="Máy ghi", device_id=device, by=BY, at=AT)
    key = queries.key_of(token)
    assert report(device, key, [4.0], first=NIGHT).kept == 1
    assert queries.key_of("khác") is None
    actions.end_key(key_id=key.id, by=BY, at=AT)
    assert queries.key_of(token) is None


def test_a_fridge_that_failed_at_night_has_its_lots_held_in_the_morning_and_a_person_decides(point):
    site, lot, device, key = point
    other = make.make_site()
    make.make_lot(site_id=other)
    report(device, key, [4.0] * 12, first=NIGHT)
    report(device, key, [9.5] * (11 * 12), first=NIGHT + timedelta(hours=1))
    [one] = queries.excursions(site_id=site, at=NIGHT + timedelta(hours=12))
    assert (one.kind, one.peak_c, one.judged, one.ended_at) == ("too_warm", 9.5, "fridge_warm", None)
    [held] = queries.holds(site_id=site)
    assert (held.lot.id, held.cause, held.excursion_id) == (lot, "excursion", one.id)
    assert queries.lot(lot, site).state == "quarantined"
    assert [work.kind for work in queries.work(site_id=site)] == ["excursion"]
    report(device, key, [5.0] * 12, first=NIGHT + timedelta(hours=12))
    [one] = queries.excursions(site_id=site, at=NIGHT + timedelta(hours=13))
    assert (one.ended_at, one.minutes) == (NIGHT + timedelta(hours=12), 660)
    actions.decide_hold(hold_id=held.id, decision="released", reason="VVM còn tốt, nhà sản xuất đồng ý", performed=done(), by=BY, at=NIGHT)
    assert queries.lot(lot, site).state == "released"
    [one] = queries.excursions(site_id=site, at=NIGHT)
    assert one.decision == "released"


def test_a_frozen_fridge_holds_its_lots_within_the_hour_and_a_short_dip_does_not(point):
    site, _, device, key = point
    report(device, key, [4, 1, 1, -1, 1, 4], first=NIGHT)
    assert queries.holds(site_id=site) == []
    assert [one.kind for one in queries.excursions(site_id=site, at=NIGHT)] == ["too_cold"]
    report(device, key, [-0.6] * 14, first=NIGHT + timedelta(hours=1))
    assert queries.excursions(site_id=site, at=NIGHT)[0].judged == "fridge_frozen"
    assert len(queries.holds(site_id=site)) == 1


def test_warm_hours_of_several_days_add_up(point):
    site, _, device, key = point
    for day in range(3):
        report(device, key, [9.0] * 48 + [4.0] * 2, first=NIGHT + timedelta(days=day))
        assert len(queries.holds(site_id=site)) == (1 if day == 2 else 0)


def test_an_alarm_without_a_peak_counts_and_one_still_open_is_judged_as_time_goes_on(point):
    site, _, device, _ = point
    told = {"device_id": device, "kind": "too_warm", "started_at": NIGHT, "ended_at": None, "peak_c": None, "by": BY}
    first = actions.report_alarm(**told, at=NIGHT + timedelta(minutes=10))
    assert queries.holds(site_id=site) == []
    assert actions.report_alarm(**told, at=NIGHT + timedelta(minutes=20)) == first
    actions.watch(NIGHT + timedelta(minutes=45))
    [one] = queries.excursions(site_id=site, at=NIGHT + timedelta(minutes=45))
    assert (one.peak_c, one.ended_at, one.judged, one.minutes) == (None, None, "fridge_hot", 45)
    assert len(queries.holds(site_id=site)) == 1


def test_an_alarm_told_wrong_is_refused_by_name(point):
    _, _, device, _ = point
    for wrong, code in (
        ({"kind": "broken"}, "excursion_kind"), ({"started_at": NIGHT + timedelta(days=1)}, "reading_in_future"), ({"ended_at": NIGHT - MINUTE}, "excursion_order"),
    ):  # fmt: skip
        told = {"device_id": device, "kind": "too_warm", "started_at": NIGHT, "ended_at": None, "peak_c": None, "by": BY, "at": NIGHT} | wrong
        with pytest.raises(Refused, match=rf"stock\.{code}"):
            actions.report_alarm(**told)


def test_a_silent_device_is_somebodys_work_until_it_speaks_again(point):
    site, _, device, key = point
    report(device, key, [4.0], first=NIGHT)
    actions.watch(NIGHT + 20 * MINUTE)
    assert queries.work(site_id=site) == []
    later = NIGHT + 40 * MINUTE
    actions.watch(later)
    assert [one.kind for one in queries.work(site_id=site)] == ["silent"]
    assert queries.devices(site_id=site, at=later)[0].silent
    report(device, key, [4.0], first=later)
    actions.watch(later + MINUTE)
    assert queries.work(site_id=site) == []


def test_an_excursion_that_harmed_nothing_is_noted_with_a_reason(point):
    site, _, device, key = point
    report(device, key, [9, 9, 4], first=NIGHT)
    [one] = queries.excursions(site_id=site, at=NIGHT)
    with pytest.raises(Refused, match=r"stock\.reason_missing"):
        actions.decide_excursion(excursion_id=one.id, device_id=device, reason="", by=BY, at=NIGHT)
    elsewhere, _ = make_fridge(make.make_site())
    with pytest.raises(Refused, match=r"stock\.excursion_unknown"):
        actions.decide_excursion(excursion_id=one.id, device_id=elsewhere, reason="của nơi khác", by=BY, at=NIGHT)
    actions.decide_excursion(excursion_id=one.id, device_id=device, reason="mở cửa xếp hàng", by=BY, at=NIGHT)
    assert queries.excursions(site_id=site, undecided=True, at=NIGHT) == []


def test_a_days_readings_of_many_devices_come_in_one_batch(db):
    site = make.make_site()
    devices = [make_fridge(site)[0] for _ in range(30)]
    _, key = make_fridge(site)
    rows = [(str(device), (NIGHT + timedelta(minutes=5 * i)).isoformat(), 4.5) for device in devices for i in range(288)]
    got = actions.take_readings(rows, key=key, at=NIGHT + timedelta(days=2))
    assert (got.kept, got.devices) == (30 * 288, 30)
    assert len(queries.series(devices[7], NIGHT, NIGHT + timedelta(days=1))) == 288


FRIDGE = cold_rules.profiles()["fridge"]
BEGIN = datetime(2021, 12, 14, tzinfo=UTC)


@given(st.lists(st.integers(-50, 150), max_size=60))
def test_times_out_of_range_are_exactly_the_readings_out_of_range(values):
    readings = [(BEGIN + i * 5 * MINUTE, value) for i, value in enumerate(values)]
    found = cold_rules.episodes(readings, FRIDGE)
    for at, value in readings:
        kind = cold_rules.outside(value, FRIDGE)
        inside = [one for one in found if one.started_at <= at and (one.ended_at is None or at < one.ended_at)]
        assert [one.kind for one in inside] == ([kind] if kind else [])
    assert sum(one.ended_at is None for one in found) == (1 if values and cold_rules.outside(values[-1], FRIDGE) else 0)


@given(st.lists(st.integers(-50, 150), max_size=60), st.integers(20, 100))
def test_minutes_beyond_never_exceed_the_time_watched(values, beyond):
    readings = [(BEGIN + i * 5 * MINUTE, value) for i, value in enumerate(values)]
    minutes = cold_rules.minutes(cold_rules.spans_beyond(readings, "too_warm", beyond), BEGIN, BEGIN + 24 * HOUR)
    assert minutes == 5 * sum(value > beyond for value in values[:-1])


def test_an_alarm_with_an_impossible_clock_is_refused_by_name_and_the_board_still_opens(point):
    site, _, device, key = point
    common = {"device_id": device, "kind": "too_warm", "by": BY, "at": NIGHT}
    with pytest.raises(Refused, match=r"stock\.reading_too_old"):
        actions.report_alarm(started_at=datetime(1, 1, 1, tzinfo=UTC), ended_at=None, peak_c=None, **common)
    with pytest.raises(Refused, match=r"stock\.reading_in_future"):
        actions.report_alarm(started_at=NIGHT - HOUR, ended_at=NIGHT + 24 * HOUR, peak_c=None, **common)
    for peak in (float("nan"), float("inf"), 850.0):
        actions.report_alarm(started_at=NIGHT - HOUR, ended_at=NIGHT, peak_c=peak, **common)
    assert [one.peak_c for one in queries.excursions(site_id=site, at=NIGHT)] == [None]
    assert actions.take_readings([(str(device), NIGHT.isoformat(), True), ("\x00", NIGHT.isoformat(), 4)], key=key, at=NIGHT).aside == 2
