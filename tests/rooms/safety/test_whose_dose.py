"""Somebody unknown turns out to be somebody: which of the doses on record is the one that was meant."""

from datetime import date, timedelta

import pytest

from khien.immunizations import actions as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts
from khien.people import actions as people
from khien.safety import actions, queries
from khien.safety.types import ToldPatient
from tests import make
from tests.make import AT, BY
from tests.make_day import make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
DAY = timedelta(days=1)
ONSET = AT + 2 * DAY  # 16/12/2021


def identified(person_id, *, onset_at=ONSET, **told):
    """The case of somebody of whom this was told, once it is said who it is."""
    who = ToldPatient(full_name="Nguyễn Thị Chưa Rõ", **told)
    aefi_id = actions.open_unknown(told=who, symptoms=("fever",), onset_at=onset_at, place=PlaceFacts(province_2021="79"), by=BY, at=onset_at)
    actions.identify_aefi(aefi_id=aefi_id, person_id=person_id, by=BY, at=onset_at + 4 * DAY)
    return queries.aefi(aefi_id, at=onset_at + 4 * DAY)


def elsewhere(person_id, on, lot="ABV0001", **more):
    return make.make_immunization(person_id, on=on, at=ONSET + 3 * DAY, lot=lot, **more)


@pytest.fixture
def person():
    return make.make_person()


@pytest.fixture
def doses(person):
    """Three doses before the onset, one after it, by day."""
    days = {date(2021, 9, 1): "ABV0001", date(2021, 11, 20): "ABV0002", date(2021, 12, 10): "ABV0003", date(2021, 12, 17): "ABV0004"}
    return {on: elsewhere(person, on, lot) for on, lot in days.items()}


def test_of_several_doses_it_is_the_last_one_before_the_reaction(person, doses):
    found = identified(person)
    assert found.record_id == doses[date(2021, 12, 10)]
    assert (found.line.lot_number, found.line.dosed_on) == ("ABV0003", date(2021, 12, 10))


@pytest.mark.parametrize(
    ("told", "on"),
    [
        ({"lot": "ABV0001"}, date(2021, 9, 1)),
        ({"lot": " abv-ooo1 "}, date(2021, 9, 1)),  # O for 0, in small letters
        ({"dosed_on": date(2021, 11, 20)}, date(2021, 11, 20)),
        ({"lot": "ABV0002", "dosed_on": date(2021, 9, 1)}, date(2021, 11, 20)),  # a label read aloud before a day remembered
        ({"lot": "ABV0004"}, date(2021, 12, 10)),  # of a dose after the reaction: never that one
        ({"lot": "XYZ", "dosed_on": date(2021, 12, 1)}, date(2021, 12, 10)),  # neither is known
        ({"vaccine": "PFIZER"}, date(2021, 12, 10)),
    ],
)
def test_a_lot_or_a_day_that_was_told_says_which_dose_was_meant(person, doses, told, on):
    assert identified(person, **told).record_id == doses[on]


def test_a_dose_at_a_point_is_meant_by_its_hour_and_not_by_its_day():
    made = make_visit(make_day(), state="closed")
    earlier = elsewhere(made.person_id, date(2021, 9, 1))
    given = next(one for one in _history(made.person_id) if one.site_id)
    assert identified(made.person_id, onset_at=given.performed_at).record_id == given.record_id
    before = identified(made.person_id, onset_at=given.performed_at - timedelta(minutes=1))
    assert before.record_id == earlier


def test_a_dose_given_elsewhere_after_the_one_at_the_point_is_the_one_that_is_meant():
    made = make_visit(make_day(), state="closed")
    later = elsewhere(made.person_id, date(2021, 12, 16))
    assert identified(made.person_id, onset_at=ONSET + 3 * DAY).record_id == later


def test_a_reaction_before_every_known_dose_is_refused_by_name_and_the_case_stays_unknown(person):
    elsewhere(person, date(2021, 12, 18), lot="ABV0009")
    for told in ({}, {"lot": "ABV0009"}, {"vaccine": "AZ"}):
        with pytest.raises(Refused, match=r"safety\.onset_before_dose"):
            identified(person, **told)
    assert all(line.person_id is None for line in queries.line_list(None, at=ONSET + 9 * DAY))


def test_a_dose_that_was_told_and_is_on_no_record_stays_as_it_was_told(person):
    elsewhere(person, date(2021, 12, 18), lot="ABV0009")
    found = identified(person, lot="ABV0777", vaccine="AZ", dosed_on=date(2021, 12, 15))
    assert (found.line.person_id, found.record_id) == (person, None)
    assert (found.line.lot_number, found.line.vaccine, found.line.dosed_on) == ("ABV0777", "AZ", date(2021, 12, 15))


def test_somebody_without_any_dose_is_known_all_the_same(person):
    found = identified(person)
    assert (found.line.person_id, found.record_id, found.line.vaccine) == (person, None, "")


def test_a_dose_that_was_struck_out_is_not_meant(person, doses):
    immunizations.mark_entered_in_error(record_id=doses[date(2021, 12, 10)], reason="Nhập nhầm", by=BY, at=ONSET + 3 * DAY)
    assert identified(person).record_id == doses[date(2021, 11, 20)]


def test_the_doses_of_two_records_of_one_person_are_looked_at_together(person, doses):
    other = make.make_person()
    newest = elsewhere(other, date(2021, 12, 14), lot="ABV0005")
    people.merge(survivor=person, loser=other, reason="Cùng một người", by=BY, at=ONSET + 3 * DAY)
    assert identified(other).record_id == newest
    assert identified(person, lot="ABV0001").record_id == doses[date(2021, 9, 1)]


def _history(person_id):
    from khien.immunizations import queries as read

    return read.history(person_id, clock.on_date(AT)).doses
