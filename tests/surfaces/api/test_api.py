"""The API: what anyone may ask, and a citizen's own doses and places, each with the right asked in the same statement."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from khien.booking import queries as booking
from khien.kernel import clock
from khien.people import actions as people
from khien.people import queries as people_queries
from khien.plumbing.models import WebSession
from khien.registration import actions as registration
from tests import make, make_book


@pytest.fixture
def asked(family):
    make.make_slot(on=date(2021, 12, 16), mode="open")
    return registration.register(person_id=family.own, way="staff", by=make.BY, at=make.AT)


def offered(client, family):
    return client.get(f"/api/people/{family.own}/offers").json()


def order(told, **changed):
    first = told["offers"][0]
    return {
        "person_id": told["person_id"], "registration_id": told["registration_id"], "site_id": first["site_id"],
        "slot_id": first["slot_id"], "offer": first["offer"],
    } | changed  # fmt: skip


def post(client, told):
    """One request; what PostgreSQL refused is undone, as it is where a request is a transaction of its own."""
    before = transaction.savepoint_create() if hasattr(transaction, "savepoint_create") else transaction.savepoint()
    answer = client.post("/api/appointments", json.dumps(told), content_type="application/json")
    (transaction.savepoint_commit if answer.status_code == 201 else transaction.savepoint_rollback)(before)
    return answer


def test_anyone_may_ask_whether_the_server_is_well(db):
    told = Client().get("/api/health")
    assert told.status_code == 200
    assert told.json()["status"] == "ok"


def test_free_places_are_told_to_anyone_without_a_word_about_people(db):
    slot = make.make_slot(on=date(2021, 12, 16), mode="open")
    make.make_slot(on=date(2021, 12, 17), mode="invited")
    told = Client().get("/api/slots?vaccine=AZ").json()["slots"]
    assert [(one["slot_id"], one["free"], one["vaccine"]) for one in told] == [(str(slot.id), 10, "AZ")]
    assert set(told[0]) == {
        "slot_id", "session_id", "site_id", "site", "address", "commune_2021", "commune_2025", "on_date", "starts_at", "ends_at", "vaccine",
        "free",
    }  # fmt: skip


def test_an_offered_place_is_taken_once_and_answers_with_its_code(client, family, asked):
    told = offered(client, family)
    made = post(client, order(told))
    assert made.status_code == 201
    found = booking.appointment(made.json()["code"])
    assert found.person_id == family.own
    assert (found.how, found.dose_type, found.ordinal) == ("booked", "primary", 1)
    again = post(client, order(told))
    assert again.status_code == 409
    assert again.json()["refused"]["code"] == "booking.already_booked"


def test_who_books_is_the_account_of_the_session(client, family, asked):
    from khien.plumbing.models import AuditRow

    post(client, order(offered(client, family)))
    assert AuditRow.objects.get(action="booking.booked").actor == f"citizen:{family.account.id}"


def test_an_offer_holds_for_its_person_and_its_slot_only_and_for_a_quarter_of_an_hour(client, family, asked):
    told = offered(client, family)
    other = make.make_slot(on=date(2021, 12, 18), mode="open")
    for changed in (
        {"slot_id": str(other.id), "site_id": str(other.site_id)}, {"person_id": str(family.grandmother)}, {"offer": ""},
        {"offer": told["offers"][0]["offer"].replace("primary.1", "primary.2")},
    ):  # fmt: skip
        answer = post(client, order(told, **changed))
        assert answer.status_code == 409, changed
        assert answer.json()["refused"]["code"] == "booking.offer_over"
    moved = clock.now() - timezone.now() + timedelta(minutes=16)
    clock.shift_by(lambda: moved)
    assert post(client, order(told)).json()["refused"]["code"] == "booking.offer_over"


def test_a_stranger_a_link_that_ended_and_a_session_that_ended_open_nothing(client, family, asked):
    told = offered(client, family)
    stranger = make_book.signed_in(make.make_account("0912000999"))
    assert stranger.get(f"/api/people/{family.own}/doses").status_code == 404
    assert post(stranger, order(told)).json()["refused"]["code"] == "people.not_linked"
    assert client.get(f"/api/people/{uuid4()}/doses").status_code == 404
    link = next(one.link_id for one in people_queries.linked(family.account.id) if one.person_id == family.own)
    people.end_link(link=link, why="asked", by=make.BY, at=make.AT)
    assert post(client, order(told)).status_code == 404
    WebSession.objects.all().delete()
    assert client.get(f"/api/people/{family.grandmother}/doses").status_code == 404
    assert Client().get(f"/api/people/{family.own}/doses").status_code == 401


def test_a_session_that_is_over_opens_nothing(client, family):
    WebSession.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    assert client.get(f"/api/people/{family.own}/doses").status_code == 404


def test_own_doses_are_told_as_recorded(client, family):
    record = make.make_immunization(family.own, vaccine="AZ", on=date(2021, 9, 1))
    told = client.get(f"/api/people/{family.own}/doses").json()["doses"]
    assert [(one["record_id"], one["vaccine"], one["on_date"], one["origin"]) for one in told] == [
        (str(record), "AZ", "2021-09-01", "elsewhere")
    ]


def test_what_cannot_be_read_is_said_so(client, family):
    assert post(client, {"person_id": "x"}).status_code == 400
    assert client.post("/api/appointments", "{", content_type="application/json").status_code == 400
    assert client.get("/api/appointments").status_code == 405


def test_a_page_of_another_site_cannot_book_with_our_cookie(family, asked):
    strict = make_book.signed_in(family.account, Client(enforce_csrf_checks=True))
    assert post(strict, {}).status_code == 403


def looks(client, session, number):
    return client.post(f"/api/points/{session}/lookup", json.dumps({"number": number}), content_type="application/json")


def staff_client(staff):
    client = Client()
    session = client.session
    session["staff_id"] = str(staff.id)
    session.save()
    return client


def test_a_reception_finds_a_person_by_number_with_doses_and_the_person_sees_the_look(family):
    from khien.plumbing import access_log

    number = make.make_number()
    person = make.make_person("Phạm Thị Tra", identifier=number)
    make.make_immunization(person, vaccine="AZ")
    session = make.make_session(on=date(2021, 12, 14))
    told = looks(staff_client(make.make_staff("reception")), session, number.value).json()["people"]
    assert [(one["person_id"], one["full_name"], len(one["doses"])) for one in told] == [(str(person), "Phạm Thị Tra", 1)]
    assert number.value not in json.dumps(told)
    seen = access_log.reads_of([person])
    assert [(one.purpose, one.office) for one in seen] == [("point_search", "Phòng thử")]


def test_staff_of_another_place_and_nobody_look_up_nothing(family):
    session = make.make_session(on=date(2021, 12, 14))
    elsewhere = make.make_staff("reception", scope=make.Scope("province", make.OTHER_PROVINCE, "2021"))
    assert looks(staff_client(elsewhere), session, "079184990001").status_code == 403
    assert looks(Client(), session, "079184990001").status_code == 302
    assert looks(staff_client(make.make_staff("reception")), session, "079184990001").json() == {"people": []}


def test_free_places_are_told_once_however_often_a_vaccine_is_named_and_a_wrong_one_is_not_every_one(db):
    make.make_slot(on=date(2021, 12, 16), mode="open")
    client = Client()
    once = client.get("/api/slots?vaccine=AZ").json()["slots"]
    with CaptureQueriesContext(connection) as many:
        assert client.get("/api/slots?" + "&".join(["vaccine=AZ"] * 300)).json()["slots"] == once
    assert len(many) < 10
    assert len(client.get("/api/slots?vaccine=&until=").json()["slots"]) == len(client.get("/api/slots").json()["slots"])
    for wrong, field in (("vaccine=AZ&vaccine=KHONG", "vaccine"), ("until=2021-13-01", "until"), ("until=mai", "until")):
        answer = client.get(f"/api/slots?{wrong}")
        assert (answer.status_code, answer.json()["refused"]["facts"]) == (400, {"field": field})


@pytest.mark.parametrize("sent", ["[" * 100_000, '{"a":' * 100_000, '{"offer": "\\ud800"}', '{"offer": "\\u0000"}', "\x00", "[1]"])
def test_whatever_a_program_sends_is_refused_in_words(client, family, sent):
    answer = client.post("/api/appointments", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["refused"]["code"]) == (400, "commands.unreadable")


@pytest.mark.parametrize("mark", ["\ud800", "\x00"])
def test_half_a_character_in_an_offer_or_a_number_is_no_error_of_ours(client, family, asked, mark):
    told = order(offered(client, family)) | {"offer": f"x{mark}"}
    assert post(client, told).json()["refused"]["code"] == "booking.offer_over"
    session = make.make_session(on=date(2021, 12, 14))
    assert looks(staff_client(make.make_staff("reception")), session, f"0791{mark}").status_code in (200, 409)
