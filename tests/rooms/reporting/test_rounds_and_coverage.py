"""Rounds end with a report by priority group; coverage counts people where they live and doses where they were given."""

from datetime import timedelta

import pytest

from khien.campaigns import actions as campaigns
from khien.kernel.errors import Refused
from khien.people import actions as people
from khien.plumbing import outbox
from khien.reporting import actions, models, queries
from khien.reporting.actions import FigureLine
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
