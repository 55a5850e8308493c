"""Rounds end with a report by priority group; coverage counts people where they live and doses where they were given."""

from datetime import timedelta
from functools import partial

import pytest

from khien.campaigns import actions as campaigns
from khien.campaigns.models import Round
from khien.immunizations import actions as immunizations
from khien.immunizations import queries as immunization_queries
from khien.kernel.errors import Refused
from khien.people import actions as people
from khien.plumbing import outbox
from khien.reporting import actions, models, queries
from khien.reporting.actions import FigureLine
from khien.visits import actions as visits
from khien.visits import queries as visit_queries
from tests import make
from tests.make_day import make_day, make_visit

CITY, DISTRICT = "2021-79", f"2021-{make.BINH_THANH}"
DAY = make.AT.date()
LATER = make.AT + timedelta(hours=12)


def _heard():
    outbox.drain(lambda: LATER)


def _dose(group: str, **more):
    person = make.make_person(**more)
    make.make_registration(person, groups=(group,))
    make_visit(make_day(), state="closed", person_id=person)
    return person


def test_a_round_counts_each_group_against_its_target_and_is_signed_once_it_is_closed(db):
    actions.import_figures(
        kind="target", lines=[FigureLine(CITY, 18, 150, 40, "9"), FigureLine(CITY, 18, 150, 10, "1")], as_of=DAY, source="CV 7", by=make.BY, at=make.AT
    )
    found = campaigns.open_round(unit_key=CITY, first_on=DAY, by=make.BY, at=make.AT)
    _dose("9")
    _heard()
    report = queries.round_report(found)
    assert [(line.group, line.target, line.before, line.now) for line in report.lines] == [("1", 10, 0, 0), ("9", 40, 0, 1)]
    assert (report.total.target, report.total.now, report.site_days, report.unsigned) == (50, 1, 1, 1)
    with pytest.raises(Refused, match=r"reporting\.round_open"):
        actions.sign_round(round_id=found.id, name="Phòng kế hoạch", by=make.BY, at=LATER)
    campaigns.close_round(round_id=found.id, last_on=DAY, by=make.BY, at=LATER)
    assert actions.sign_round(round_id=found.id, name="Phòng kế hoạch", by=make.BY, at=LATER) == 1
    with pytest.raises(Refused, match=r"reporting\.nothing_new"):
        actions.sign_round(round_id=found.id, name="Phòng kế hoạch", by=make.BY, at=LATER)
    after = campaigns.open_round(unit_key=CITY, first_on=DAY + timedelta(days=1), by=make.BY, at=LATER)
    (_, nine) = queries.round_report(after).lines
    assert (after.number, nine.before, nine.now) == (2, 1, 0)


def test_a_round_is_neither_closed_with_a_day_to_come_nor_signed_before_its_last_day(db):
    found = campaigns.open_round(unit_key=CITY, first_on=DAY, by=make.BY, at=make.AT)
    with pytest.raises(Refused, match=r"campaigns\.round_ends_ahead"):
        campaigns.close_round(round_id=found.id, last_on=DAY + timedelta(days=1), by=make.BY, at=make.AT)
    Round.objects.filter(id=found.id).update(last_on=DAY + timedelta(days=1), closed_at=make.AT, closed_by="x")  # closed ahead in an older copy
    with pytest.raises(Refused, match=r"reporting\.round_goes_on"):
        actions.sign_round(round_id=found.id, name="Phòng kế hoạch", by=make.BY, at=LATER)


def test_a_dose_undone_after_the_rounds_signature_shows_as_a_difference_with_its_cause(db):
    found = campaigns.open_round(unit_key=CITY, first_on=DAY, by=make.BY, at=make.AT)
    person = make.make_person()
    make.make_registration(person, groups=("9",))
    day = make_day(on=DAY)
    made = make_visit(day, state="closed", person_id=person)
    visits.close_session(session_id=day.session_id, by=make.BY, at=make.AT + timedelta(hours=3))
    _heard()
    actions.sign_day(site_id=day.site_id, on=DAY, name="Trưởng điểm", by=make.BY, at=LATER)
    closed = campaigns.close_round(round_id=found.id, last_on=DAY, by=make.BY, at=LATER)
    actions.sign_round(round_id=found.id, name="Phòng kế hoạch", by=make.BY, at=LATER)
    (signed,) = queries.signed_rounds(found.id)
    assert queries.differences(signed, queries.round_report(closed)) == []
    record_id = visit_queries.visit(made.visit).record_id
    immunizations.mark_entered_in_error(record_id=record_id, reason="Ghi nhầm người", by=make.BY, at=LATER)
    outbox.drain(lambda: LATER + timedelta(hours=1))
    told = [(one.group, one.column, one.was, one.now) for one in queries.differences(signed, queries.round_report(closed))]
    assert told == [("9", "now", 1, 0), ("9", "doses", 1, 0)]
    assert [(one.site_id, one.on_date, one.cause) for one in queries.moved_since(closed, signed.signed_at - timedelta(seconds=1))] == [(day.site_id, DAY, "record_corrected")]


def test_rounds_of_a_place_follow_each_other(db):
    first = campaigns.open_round(unit_key=CITY, first_on=DAY, by=make.BY, at=make.AT)
    with pytest.raises(Refused, match=r"campaigns\.round_going_on"):
        campaigns.open_round(unit_key=CITY, first_on=DAY, by=make.BY, at=make.AT)
    with pytest.raises(Refused, match=r"campaigns\.round_ends_before"):
        campaigns.close_round(round_id=first.id, last_on=DAY - timedelta(days=1), by=make.BY, at=make.AT)
    campaigns.close_round(round_id=first.id, last_on=DAY, by=make.BY, at=make.AT)
    with pytest.raises(Refused, match=r"campaigns\.round_overlaps"):
        campaigns.open_round(unit_key=CITY, first_on=DAY, by=make.BY, at=make.AT)
    campaigns.open_round(unit_key="2021-01", first_on=DAY, by=make.BY, at=make.AT)


def _line(lines, key):
    return next(line for line in lines if line.key == key)


def test_a_resident_counts_at_home_and_the_dose_where_it_was_given(db):
    other = "2021-00001"  # a ward of Ha Noi
    person = _dose("9", place_key=other)
    _heard()
    lines = queries.coverage()
    assert (_line(lines, "2021-01").home, _line(lines, "2021-01").here) == ({"primary-1": 1}, {})
    assert (_line(lines, CITY).home, _line(lines, CITY).here) == ({}, {"primary-1": 1})
    people.correct_particulars(person=person, changes={"place_key": make.WARD}, reason="đã chuyển đến", by=make.BY, at=make.AT)
    _heard()
    moved = queries.coverage()
    assert _line(moved, CITY).home == {"primary-1": 1}
    assert _line(moved, "2021-01").home == {}
    assert sum(line.home.get("primary-1", 0) for line in queries.coverage(epoch="2025")) == 1


def test_a_dose_from_elsewhere_counts_for_its_persons_home_alone(db):
    person = make.make_person(place_key=make.WARD)
    make.make_immunization(person)
    actions.rebuild(at=LATER)
    lines = queries.coverage()
    assert _line(lines, CITY).home == {"primary-1": 1}
    assert all(not line.here for line in lines if line.key)
    before = sorted(models.CoverageCount.objects.filter(count__gt=0).values_list("home_2021", "dose", "count"))
    actions.rebuild(at=LATER)
    assert sorted(models.CoverageCount.objects.filter(count__gt=0).values_list("home_2021", "dose", "count")) == before


def test_an_age_band_is_counted_against_the_people_of_that_age(db):
    lines = [FigureLine(DISTRICT, 18, 49, 100), FigureLine(DISTRICT, 50, 64, 30)]
    actions.import_figures(kind="population", lines=lines, as_of=DAY, source="NGTK", by=make.BY, at=make.AT)
    found = {age: _line(queries.coverage(unit_key=CITY, age=age), DISTRICT).people for age in ("", "18-49", "50-64", "65+")}
    assert found == {"": 130, "18-49": 100, "50-64": 30, "65+": None}


def test_a_dose_seen_at_once_and_one_keyed_a_day_later_are_told_apart(db):
    _dose("9")
    _heard()
    (way,) = queries.timeliness(first=DAY, last=DAY, by="way")
    assert (way.key, way.doses, way.share("2min")) == ("desk", 1, 1.0)
    (hour,) = queries.timeliness(first=DAY, last=DAY, by="hour")
    assert hour.key == "8"


def _counted():
    coverage = models.CoverageCount.objects.filter(count__gt=0).values_list("dose", "vaccine", "elsewhere", "count")
    day = models.DayCount.objects.filter(count__gt=0, indicator__in=("injected", "observed")).values_list("indicator", "dose", "vaccine", "count")
    return sorted(coverage), sorted(day), models.TimelinessCount.objects.filter(count__gt=0).count()


def test_an_earlier_dose_that_is_found_makes_the_known_one_a_second_in_every_count_and_a_rebuild_says_the_same(db):
    person = _dose("9")
    _heard()
    make.make_immunization(person, on=DAY - timedelta(days=90), at=LATER)
    _heard()
    found = _counted()
    assert found[0] == [("primary-1", "AZ", True, 1), ("primary-2", "AZ", False, 1)]
    assert ("injected", "primary-2", "AZ", 1) in found[1]
    actions.rebuild(at=LATER)
    assert _counted() == found


def test_a_dose_struck_out_by_a_correction_leaves_the_day_and_one_moved_to_the_right_person_stays(db):
    struck, moved, right = _dose("9"), _dose("9"), make.make_person()
    _heard()
    for person, act in ((struck, immunizations.mark_entered_in_error), (moved, partial(immunizations.move_to_person, person_id=right))):
        (dose,) = immunization_queries.history(person, DAY).doses
        act(record_id=dose.record_id, reason="Ghi nhầm người", by=make.BY, at=LATER)
    _heard()
    found = _counted()
    assert [line for line in found[1] if line[0] == "injected"] == [("injected", "primary-1", "AZ", 1)]
    assert (found[0], found[2]) == ([("primary-1", "AZ", False, 1)], 1)
    actions.rebuild(at=LATER)
    assert _counted() == found
