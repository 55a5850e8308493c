"""Look-up: the same answer for everyone, a code to the phone on the record, then everything that is the person's own."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from khien.booking import actions as booking
from khien.booking import queries as bookings
from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.people import actions as people_acts
from khien.people import queries as people
from khien.people.models import OtpChallenge
from khien.registration import queries as registrations
from tests import make

NUMBER, BORN = "079151990132", {"birth_day": "27", "birth_month": "3", "birth_year": "1951"}
ASKED = {"paper": "cccd", "number": "079 151 990 132", **BORN}


@pytest.fixture
def person(db: None) -> UUID:
    return make.make_person(
        "Trần Thị Mận",
        birth=PartialDate(1951, 3, 27),
        sex="female",
        phone="0901000132",
        identifier=read_identifier(NUMBER, "cccd"),
    )


def text(response: Any) -> str:
    return response.content.decode()


def opened(client: Client, person: UUID) -> Any:
    client.post("/tra-cuu", ASKED)
    row = OtpChallenge.objects.filter(person_id=person, used_at=None).order_by("-sent_at").first()
    found = people.code_for_sending(row.id)
    assert found is not None
    return client.post("/tra-cuu/ma", {"code": found.code}, follow=True)


def test_known_and_unknown_get_the_same_answer(person):
    answers = []
    for told in (ASKED, {**ASKED, "number": "079151990999"}, {**ASKED, "birth_year": "1952"}):
        client = Client()
        first = client.post("/tra-cuu", told)
        then = client.get("/tra-cuu/ma")
        wrong = client.post("/tra-cuu/ma", {"code": "123456"})
        strip = lambda page: page.content.decode().split("csrfmiddlewaretoken")[0]  # noqa: E731
        answers.append((
            first.status_code, first["Location"], set(first.headers), strip(then), len(then.content), wrong.status_code, strip(wrong), set(wrong.headers),
        ))  # fmt: skip
    assert answers[0] == answers[1] == answers[2]


def test_an_unknown_number_costs_as_many_questions_to_the_database_as_a_known_one(person):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for told in (ASKED, {**ASKED, "number": "079151990999"}, {**ASKED, "birth_year": "1952"}):
        client = Client()
        client.get("/tra-cuu")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.post("/tra-cuu", told)
        counts.append(len(asked))
    assert max(counts) - min(counts) <= 1


def test_the_code_opens_registration_doses_and_the_next_dose(person):
    make.make_registration(person)
    make.make_immunization(person, on=date(2021, 9, 1))
    page = text(opened(Client(), person))
    assert "Trần Thị Mận" in page
    assert "01/09/2021" in page
    assert "Đang chờ đến lượt" in page
    assert NUMBER not in page


def test_the_button_under_the_code_says_in_both_languages_what_it_does(person):
    client = Client()
    client.post("/tra-cuu", ASKED)
    assert ">Mở hồ sơ</button>" in text(client.get("/tra-cuu/ma"))
    client.cookies["khien_lang"] = "en"
    assert ">Open the record</button>" in text(client.get("/tra-cuu/ma"))


def test_a_slip_code_opens_it_too_and_a_mistyped_one_is_told_apart_before_anything_is_asked(person):
    code = registrations.registration(make.make_registration(person)).code
    client = Client()
    assert client.post("/tra-cuu?cach=ma", {"code": code}).status_code == 302
    assert OtpChallenge.objects.filter(person_id=person).exists()
    wrong = Client().post("/tra-cuu?cach=ma", {"code": code[:-1] + str((int(code[-1]) + 1) % 10)})
    assert wrong.status_code == 422


def test_without_a_code_no_page_of_the_record_opens(person):
    appointment = _appointment(person)
    client = Client()
    for address in (
        "/tra-cuu/ho-so",
        f"/tra-cuu/hen/{appointment}",
        "/tra-cuu/chon-gio",
        "/tra-cuu/rut-lai",
        f"/tra-cuu/xac-nhan/{person}.pdf",
    ):
        assert client.get(address)["Location"] == "/tra-cuu"


def test_an_opened_record_closes_after_half_an_hour_and_when_asked(person):
    client = Client()
    opened(client, person)
    assert client.get("/tra-cuu/ho-so").status_code == 200
    client.post("/tra-cuu/dong")
    assert client.get("/tra-cuu/ho-so").status_code == 302


def _appointment(person: UUID) -> UUID:
    registration = make.make_registration(person)
    slot = make.make_slot(on=date(2021, 12, 16))
    return booking.book(person_id=person, registration_id=registration, slot_id=slot.id, by=make.BY, at=make.AT).appointment_id


def test_an_appointment_is_confirmed_and_given_back(person):
    appointment = _appointment(person)
    client = Client()
    assert "Mã hẹn" in text(opened(client, person))
    client.post(f"/tra-cuu/hen/{appointment}", {"act": "confirm"})
    assert bookings.appointment(appointment).confirmed_at is not None
    client.post(f"/tra-cuu/hen/{appointment}", {"act": "leave"})
    assert bookings.appointment(appointment).state == "cancelled"
    assert registrations.of_person(person).state == "waiting"


def test_anothers_appointment_is_not_there(person):
    other = _appointment(make.make_person())
    client = Client()
    opened(client, person)
    assert client.post(f"/tra-cuu/hen/{other}", {"act": "leave"}).status_code == 404


def test_a_free_hour_is_chosen_and_then_changed(person):
    make.make_registration(person)
    slot = make.make_slot(on=date(2021, 12, 16), places=3)
    client = Client()
    client.get(f"/tra-cuu/chon-gio?diem={slot.site_id}")
    page = opened(client, person)
    assert page.redirect_chain[-1][0] == "/tra-cuu/chon-gio"
    assert str(slot.id) in text(page)
    client.post("/tra-cuu/chon-gio", {"slot": str(slot.id)})
    booked = bookings.appointment_of(person)
    assert booked is not None
    assert booked.slot_id == slot.id
    other = make.make_slot(on=date(2021, 12, 17), site_id=slot.site_id)
    client.post("/tra-cuu/chon-gio?moi-diem=1", {"slot": str(other.id)})
    assert bookings.appointment_of(person).slot_id == other.id
    again = client.post("/tra-cuu/chon-gio?moi-diem=1", {"slot": str(other.id)})
    assert again["Location"] == "/tra-cuu/ho-so"


def test_after_the_registration_is_taken_back_its_appointment_is_offered_no_more_and_a_second_press_is_led_to_the_record(person):
    _appointment(person)
    client = Client()
    opened(client, person)
    for _ in range(2):
        assert client.post("/tra-cuu/rut-lai", {"reason": "moved"})["Location"] == "/tra-cuu/ho-so"
    page = text(client.get("/tra-cuu/ho-so"))
    assert "Đã rút lại" in page
    assert "Tôi sẽ đến" not in page
    assert "Chưa có hẹn" in page


def test_the_registration_is_taken_back_with_a_reason(person):
    make.make_registration(person)
    client = Client()
    opened(client, person)
    assert client.post("/tra-cuu/rut-lai", {}).status_code == 422
    client.post("/tra-cuu/rut-lai", {"reason": "moved"})
    assert registrations.of_person(person) is None


def test_many_tries_on_one_number_are_stopped_with_words(person):
    client = Client()
    for _ in range(10):
        client.post("/tra-cuu", {**ASKED, "number": "079151990999"})
    stopped = client.post("/tra-cuu", {**ASKED, "number": "079151990999"})
    assert stopped.status_code == 422
    assert "Đã thử quá nhiều lần" in text(stopped)
    assert clock.now()


def test_whose_appointment_stands_under_the_record_that_was_joined_moves_it_all_the_same(person):
    # given: the record that has the appointment was joined to hers
    double = make.make_person("Trần Thị Mận", birth=PartialDate(1951), sex="female")
    appointment = _appointment(double)
    people_acts.merge(loser=double, survivor=person, reason="một người", by=make.BY, at=make.AT)
    client = Client()
    opened(client, person)

    # when: she opens the hours to take another one
    later = make.make_slot(on=date(2021, 12, 17))
    assert [*bookings.standing_of([person])] == [person]
    moved = client.post("/tra-cuu/chon-gio", {"slot": str(later.id)})

    # then: it is moved, not refused as a second one
    assert (moved.status_code, moved.headers.get("Location")) == (302, "/tra-cuu/ho-so")
    assert bookings.appointment(appointment).state == "moved"
    assert bookings.appointment_of(person).slot_id == later.id
