"""One statement for a page tells the same as the questions asked one by one; nothing is kept across a write."""

from datetime import UTC, datetime, timedelta

import pytest

from khien.booking import queries as booking
from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.plumbing import access_log, audit, once
from khien.registration import queries as registration
from khien.surfaces.web import reading
from khien.visits import queries as visits
from tests import make, make_book


@pytest.fixture
def family(db):
    moved = make.AT - datetime.now(UTC) + timedelta(seconds=1)
    clock.shift_by(lambda: moved)
    yield make_book.make_family()
    clock.shift_by(timedelta)


def told(account, person):
    on = clock.on_date(make.AT)
    return (
        people.account_ref(account, make.AT), people.linked(account), people.person(person), people.basics([person]), people.ids_of(person),
        immunizations.history(person, on), immunizations.past_doses(person), registration.of_person(person),
        booking.appointments_of(person), visits.visits_of(person), certificates.of_person(person),
        access_log.reads_of(people.ids_of(person), limit=1),
    )  # fmt: skip


def test_one_statement_tells_what_the_questions_tell_one_by_one(family):
    make_book.make_certified(family.own)
    make.make_registration(family.child)
    same = make.make_person("Trần Thị Mận")
    make.make_immunization(same, vaccine="AZ")
    people_actions.merge(loser=same, survivor=family.grandmother, reason="trùng", by=make.BY, at=make.AT)
    reader = make.make_staff("reception")
    audit.read(person=family.own, by=reader.actor("people.see"), at=make.AT, purpose="search", office="Trạm Y tế")
    key = make_book.signed_in(family.account).cookies["khien"].value
    for person in (family.own, family.grandmother, family.child, same):
        apart = told(family.account.id, person)
        with once.reading():
            reading.family(key)
            assert told(family.account.id, person) == apart


def test_nothing_is_asked_again_once_it_was_told(family):
    from django.db import connection

    make_book.make_certified(family.own)
    key = make_book.signed_in(family.account).cookies["khien"].value
    told(family.account.id, family.own)
    with once.reading():
        reading.family(key)
        asked = []
        with connection.execute_wrapper(lambda execute, sql, *rest: (asked.append(sql), execute(sql, *rest))[1]):
            told(family.account.id, family.own)
    assert asked == []


def test_a_session_that_opens_nothing_tells_nothing(family):
    with once.reading():
        reading.family("khong-co-phien-nay")
        assert once.shelf("people.person") == {}


def test_outside_a_page_every_question_reads_what_stands_now(family):
    person = make.make_person("Nguyễn Văn Trước")
    assert people.person(person).full_name == "Nguyễn Văn Trước"
    people_actions.correct_particulars(person=person, changes={"full_name": "Nguyễn Văn Sau"}, reason="sai", by=make.BY, at=make.AT)
    assert people.person(person).full_name == "Nguyễn Văn Sau"
    assert not once.is_reading()
