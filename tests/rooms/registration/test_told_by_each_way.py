"""What somebody told when registering is kept with the way it came: the queue's one wish hides no earlier dose and no illness."""

from datetime import date, timedelta

import pytest

from khien.kernel.refs import SYSTEM, Actor
from khien.registration import actions, handlers, queries
from khien.registration.types import DeclaredDoses, Wish
from tests import make

AT, LATER = make.AT, make.AT + timedelta(days=1)
CITIZEN = Actor("citizen", label="portal")
TOLD = Wish(
    declared_dose="next", previous_dose={"count": "2", "vaccine": "AZ", "on": "2021-09-01", "place": "Bệnh viện Thử", "lot": "AZ001"},
    history={"coagulation": "yes", "allergy": "unsure", "acute_illness": "no"}, consent_version="v1",
)  # fmt: skip


@pytest.fixture
def person(db):
    return make.make_person()


def test_whoever_stands_on_a_list_first_loses_nothing_of_what_they_told_themselves_later(person):
    actions.register(person_id=person, way="ward", by=SYSTEM, at=AT)
    actions.register(person_id=person, way="portal", wish=TOLD, stranger=True, by=CITIZEN, at=LATER)
    declared = queries.declared_doses([person])[person]
    assert declared == DeclaredDoses(2, "AZ", date(2021, 9, 1), "Bệnh viện Thử", "AZ001", date(2021, 12, 15))
    assert [(one.question, one.answer) for one in queries.declared_health(person)] == [("coagulation", "yes"), ("allergy", "unsure")]
    stands = queries.of_person(person)
    assert (stands.risk, stands.history, stands.declared_dose) == (False, {}, "first")  # a stranger changes nothing of it


def test_who_may_open_the_record_completes_the_wish_that_stands_and_changes_nothing_told_before(person):
    actions.register(person_id=person, way="ward", by=SYSTEM, at=AT)
    actions.register(person_id=person, way="health_book", wish=TOLD, by=CITIZEN, at=LATER)
    stands = queries.of_person(person)
    assert (stands.risk, stands.history["coagulation"], stands.consent_version) == (True, "yes", "v1")
    again = Wish(history={"coagulation": "no"}, consent_version="v2")
    actions.register(person_id=person, way="health_book", wish=again, by=CITIZEN, at=LATER)
    assert (queries.of_person(person).history["coagulation"], queries.of_person(person).consent_version) == ("yes", "v1")


def test_a_dose_given_here_leaves_what_was_told_and_counts_only_before_it(person):
    made = make.make_registration(person, declared_dose="next", previous_dose={"count": "1"})
    handlers.visit_closed({"person_id": str(person), "visit_id": str(made), "record_id": str(make.make_immunization(person))}, LATER)
    declared = queries.declared_doses([person])[person]
    assert (declared.count, declared.vaccine, declared.on) == (1, "", None)
    assert declared.unrecorded([])
    assert declared.unrecorded([date(2021, 12, 15)])
    assert not declared.unrecorded([date(2021, 12, 1)])


def test_who_told_nothing_declared_nothing(person):
    make.make_registration(person)
    assert (queries.declared_doses([person]), queries.declared_health(person)) == ({}, [])
