"""A dose that was recorded for the wrong person is moved: the day, the course and the rates follow it wherever it goes."""

from collections import Counter
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection

from khien.immunizations import actions as immunizations
from khien.immunizations import queries as records
from khien.immunizations.models import MovedDose
from khien.people import actions as people
from khien.plumbing import outbox
from khien.plumbing.models import Delivery
from khien.reporting import actions as reporting
from khien.reporting import models
from khien.safety import actions as safety
from khien.safety.models import LotTally
from tests import make
from tests.make import AT, BY
from tests.make_day import make_day, make_visit
from tests.rooms.reporting.test_counted_whatever_comes import figures, rebuilt

pytestmark = pytest.mark.usefixtures("db")
LATER = AT + timedelta(days=1)
ON = date(2021, 12, 14)


def counted():
    """Doses on the boards and in coverage, by dose, once every event was heard; equal to a rebuild's."""
    outbox.drain(lambda: LATER)
    safety.count_due(LATER + timedelta(minutes=9))
    assert figures() == rebuilt()
    found = []
    for rows in (models.DayCount.objects.filter(indicator="injected"), models.CoverageCount.objects.all()):
        sums = Counter()
        for dose, n in rows.values_list("dose", "count"):
            sums[dose] += n
        found.append({dose: n for dose, n in sums.items() if n})
    return tuple(found)


@pytest.fixture
def day():
    return make_day()


def dosed(day, person_id=None):
    """Somebody who was given a dose in the session's first minute; returns the record."""
    made = make_visit(day, state="dosed", person_id=person_id)
    outbox.drain(lambda: LATER)
    (record,) = [one for one in records.history(made.person_id, ON).doses if one.visit_id == made.visit.visit_id]
    return record


def move(record_id, person_id=None):
    return immunizations.move_to_person(record_id=record_id, person_id=person_id or make.make_person(), reason="Nhầm người", by=BY, at=LATER).record_id


def strike(record_id):
    immunizations.mark_entered_in_error(record_id=record_id, reason="Không có mũi này", by=BY, at=LATER)


def test_a_dose_moved_and_then_struck_out_is_no_longer_counted_anywhere(day):
    moved = move(dosed(day).record_id)
    assert counted() == ({"primary-1": 1}, {"primary-1": 1})
    strike(moved)
    assert counted() == ({}, {})
    assert not LotTally.objects.filter(doses__gt=0).exists()


def test_a_dose_moved_from_hand_to_hand_and_back_counts_once_as_it_stands(day):
    record = dosed(day)
    last = move(move(move(record.record_id)), record.person_id)
    assert counted() == ({"primary-1": 1}, {"primary-1": 1})
    strike(last)
    assert counted() == ({}, {})


def test_of_two_given_in_the_same_minute_from_the_same_lot_one_moved_and_one_struck_out_one_is_left(day):
    first, second = dosed(day), dosed(day)
    move(first.record_id)
    strike(second.record_id)
    assert counted() == ({"primary-1": 1}, {"primary-1": 1})


def test_of_two_given_in_the_same_minute_from_the_same_lot_both_moved_two_are_left(day):
    move(dosed(day).record_id)
    move(dosed(day).record_id)
    assert counted() == ({"primary-1": 2}, {"primary-1": 2})


def test_a_moved_dose_whose_lot_and_hour_are_corrected_stays_given(day):
    moved = move(dosed(day).record_id)
    for changes in ({"lot_number": "ABV0777"}, {"performed_at": AT + timedelta(minutes=5)}, {"on_date": date(2021, 12, 13)}):
        immunizations.correct(record_id=moved, changes=changes, reason="Nhìn lại lọ", by=BY, at=LATER)
        assert counted() == ({"primary-1": 1}, {"primary-1": 1})
    assert dict(LotTally.objects.values_list("on_date", "lot_number")) == {date(2021, 12, 13): "ABV0777"}


def test_a_dose_moved_to_somebody_who_had_told_of_it_becomes_that_record_and_stays_given(day):
    right = make.make_person()
    told = make.make_immunization(right, on=ON, at=LATER)
    joined = move(dosed(day).record_id, right)
    assert joined == told
    assert counted() == ({"primary-1": 1}, {"primary-1": 1})
    strike(joined)
    assert counted() == ({}, {})


def test_a_moved_dose_is_the_dose_of_the_course_that_it_is_with_its_new_person(day):
    right = make.make_person()
    moved = move(dosed(day).record_id, right)
    assert counted()[0] == {"primary-1": 1}
    make.make_immunization(right, on=date(2021, 9, 1), at=LATER)
    assert counted() == ({"primary-2": 1}, {"primary-1": 1, "primary-2": 1})
    strike(moved)
    assert counted() == ({}, {"primary-1": 1})


def test_a_second_dose_whose_first_went_to_another_person_is_a_first_one(day):
    person = make.make_person()
    first = make.make_immunization(person, on=date(2021, 9, 1))
    dosed(day, person)
    assert counted()[0] == {"primary-2": 1}
    move(first)
    assert counted()[0] == {"primary-1": 1}


def test_two_records_of_one_person_joined_and_parted_count_as_one_course_and_as_two(day):
    one, other = make.make_person(), make.make_person()
    make.make_immunization(one, on=date(2021, 9, 1))
    dosed(day, other)
    assert counted()[0] == {"primary-1": 1}
    alias = people.merge(loser=other, survivor=one, reason="Một người", by=BY, at=LATER)
    assert counted() == ({"primary-2": 1}, {"primary-1": 1, "primary-2": 1})
    people.undo_merge(alias=alias, by=BY, at=LATER)
    assert counted() == ({"primary-1": 1}, {"primary-1": 2})


def test_an_older_copy_whose_moved_and_joined_doses_were_never_counted_again_mends_itself(day):
    one, other, right = (make.make_person() for _ in range(3))
    make.make_immunization(one, on=date(2021, 9, 1))
    dosed(day, other)
    first = dosed(day)
    moved = move(first.record_id, right)
    assert counted()[0] == {"primary-1": 2}
    strike(moved)
    people.merge(loser=other, survivor=one, reason="Một người", by=BY, at=LATER)
    immunizations.settle(person_id=one, by=BY, at=LATER)
    Delivery.objects.filter(handler__startswith="reporting.").delete()  # as if the boards had not heard of it
    safety.rebuild(LATER)
    while reporting.count_old(LATER, page=2):
        pass
    assert counted()[0] == {"primary-2": 1}


def test_doses_moved_before_the_record_said_from_where_are_found_with_where_they_came_from(day):
    first, second = dosed(day), dosed(day)
    once, twice = move(first.record_id), move(move(second.record_id))
    other = dosed(day)  # struck out in the same session, moved nowhere
    strike(other.record_id)
    MovedDose.objects.all().delete()
    fill = import_module("khien.immunizations.migrations.0006_moved_dose").FILL
    with connection.cursor() as cursor:
        cursor.execute(fill)
    assert [records.written_as(one) for one in (once, twice, other.record_id)] == [first.record_id, second.record_id, other.record_id]
    assert counted()[0] == {"primary-1": 2}
