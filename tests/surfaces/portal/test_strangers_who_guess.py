"""A stranger who tries numbers, codes and phones learns nothing: same status, body, headers, cookies and work for known and unknown."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from khien.booking import actions as booking
from khien.booking import queries as bookings
from khien.kernel import codes
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.people import queries as people
from khien.people.models import OtpChallenge
from khien.registration import queries as registrations
from tests import make
from tests.make_book import signed_in

from .steps import answer

NUMBER, UNKNOWN, PHONE = "079151990132", "079151990999", "0901000132"
BORN = {"birth_day": "27", "birth_month": "3", "birth_year": "1951"}
ASKED = {"paper": "cccd", "number": NUMBER, **BORN}
NOBODYS_CODE = codes.slip_code(1)
# What differs for every visitor, known or not: tokens, the random names of cookies' values, and the moment.
OWN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+|(id="(?:kh|f)-)[0-9a-f]+')


@pytest.fixture
def person(db: None) -> UUID:
    return make.make_person(
        "Trần Thị Mận", birth=PartialDate(1951, 3, 27), sex="female", phone=PHONE, identifier=read_identifier(NUMBER, "cccd")
    )


@pytest.fixture
def booked(person: UUID) -> Iterator[Any]:
    registration = make.make_registration(person)
    slot = make.make_slot(on=date(2021, 12, 16))
    made = booking.book(person_id=person, registration_id=registration, slot_id=slot.id, by=make.BY, at=make.AT)
    return bookings.appointment(made.appointment_id)


def seen(response: Any) -> tuple[Any, ...]:
    """All that a browser is told, without what is random for everyone."""
    cookies = {name: {key: value for key, value in one.items() if key != "expires"} for name, one in response.cookies.items()}
    lengths = {name: len(one.value) for name, one in response.cookies.items()}
    headers = {name: value for name, value in response.headers.items() if name not in ("ETag", "Server-Timing")}
    return response.status_code, OWN.sub(r"\1\2", response.content.decode()), headers, cookies, lengths


def ask(client: Client, path: str, told: dict[str, str], then: str) -> tuple[list[Any], list[str]]:
    """Everything seen on the way of one question: the answer, the page of the code, a wrong code; and the statements of the answer."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        first = client.post(path, told)
    wrong = [seen(client.post(then, {"code": "000000"})) for _ in range(6)]
    return [seen(first), seen(client.get(then)), *wrong], [shape(one["sql"]) for one in asked]


def shape(sql: str) -> str:
    """The statement without its values."""
    return re.sub(r"'[^']*'(::\w+)?|\b\d+\b|NULL|true|false|\"s\d+_x\d+\"", "?", sql)


def alike(way: Callable[[Client, str], tuple[list[Any], list[str]]], *cases: str) -> None:
    """Each case in a browser of its own: all that is seen and all that is asked of the database is the same."""
    first, *others = [way(Client(), one) for one in cases]
    for other in others:
        assert other[1] == first[1]
        assert other[0] == first[0]


def test_a_number_known_or_not_or_with_another_birth_date_looks_alike_and_costs_the_same(person):
    def way(client: Client, number: str) -> tuple[list[Any], list[str]]:
        born = {**BORN, "birth_year": "1952"} if number == "other" else BORN
        return ask(
            client, "/tra-cuu", {"paper": "cccd", "number": NUMBER if number == "other" else number, **born}, "/tra-cuu/ma"
        )

    alike(way, NUMBER, UNKNOWN, "other")


def test_a_record_without_a_phone_looks_like_no_record(person):
    make.make_person(
        "Lê Thị Không Máy", birth=PartialDate(1951, 3, 27), sex="female", identifier=read_identifier("079151990777", "cccd")
    )

    def way(client: Client, number: str) -> tuple[list[Any], list[str]]:
        return ask(client, "/tra-cuu", {**ASKED, "number": number}, "/tra-cuu/ma")

    alike(way, UNKNOWN, "079151990777", NUMBER)


def test_a_slips_code_known_or_not_looks_alike_and_costs_the_same(person, booked):
    registration = registrations.of_person(person)

    def way(client: Client, code: str) -> tuple[list[Any], list[str]]:
        return ask(client, "/tra-cuu?cach=ma", {"code": code}, "/tra-cuu/ma")

    alike(way, NOBODYS_CODE, registration.code, booked.code)


def test_a_requests_code_known_or_not_looks_alike_and_costs_the_same(person):
    client = Client()
    told = {"who_name": "Trần Thị Mận", **{f"who_{name}": value for name, value in BORN.items()}, "who_number": NUMBER,
            "full_name": "Trần Thị Mận", "contact": "0987000111", "who_province": "2021-79"}  # fmt: skip
    client.get("/sua-sai/sai-thong-tin")
    client.post("/sua-sai/sai-thong-tin", told)

    def way(client: Client, code: str) -> tuple[list[Any], list[str]]:
        return ask(client, "/tra-cuu?cach=ma", {"code": code}, "/tra-cuu/ma")

    alike(way, NOBODYS_CODE, client.session["sua_sai"]["code"])


def test_joining_a_book_with_a_known_number_looks_like_an_unknown_one(person, booked):
    def way(client: Client, number: str) -> tuple[list[Any], list[str]]:
        signed_in(make.make_account(f"09120007{len(number):02}"), client)
        told = {
            "relation": "parent",
            "paper": "cccd",
            "number": number,
            "slip": booked.code if number == NUMBER else NOBODYS_CODE,
        }
        return ask(client, "/so/gia-dinh/noi", told, "/so/gia-dinh/noi/ma")

    alike(way, NUMBER, UNKNOWN)


def test_signing_in_with_a_known_phone_looks_like_an_unknown_one(person):
    make.make_account(PHONE)

    def way(client: Client, phone: str) -> tuple[list[Any], list[str]]:
        return ask(client, "/so/dang-nhap", {"phone": phone}, "/so/dang-nhap/ma")

    alike(way, PHONE, "0987000132")


def test_staff_with_a_known_name_and_a_wrong_password_look_like_nobody(db):
    make.make_staff("reception")
    from khien.access.models import Staff

    known = Staff.objects.get().username
    Client().post("/dieu-phoi/dang-nhap", {"username": "khoi-dong", "password": "x", "totp": ""})

    def way(client: Client, username: str) -> tuple[list[Any], list[str]]:
        client.get("/dieu-phoi/dang-nhap")
        with CaptureQueriesContext(connection) as asked:
            answer = client.post("/dieu-phoi/dang-nhap", {"username": username, "password": "sai-mat-khau", "totp": "000000"})
        status, body, *rest = seen(answer)
        return [status, body.replace(username, "?"), *rest], [shape(one["sql"]) for one in asked]

    alike(way, known, "k" * len(known))


def test_tries_on_one_phone_do_not_tell_whose_record_has_it(person):
    """Somebody who asked for codes to a known phone until it is braked asks for a number: the answer is that of any number."""
    for _ in range(11):
        Client().post("/so/dang-nhap", {"phone": PHONE})

    def way(client: Client, number: str) -> tuple[list[Any], list[str]]:
        return ask(client, "/tra-cuu", {**ASKED, "number": number}, "/tra-cuu/ma")

    alike(way, NUMBER, UNKNOWN)
    assert people.code_for_sending(OtpChallenge.objects.filter(purpose="lookup").earliest("sent_at").id) is None


def test_wrong_codes_on_one_phone_do_not_tell_whose_record_has_it(person):
    first, second = Client(), Client()
    first.post("/tra-cuu", ASKED)
    second.post("/tra-cuu", {**ASKED, "number": UNKNOWN})
    for _ in range(2):
        other = Client()
        other.post("/so/dang-nhap", {"phone": PHONE})
        for _ in range(5):
            other.post("/so/dang-nhap/ma", {"code": "000000"})
    answers = [seen(client.post("/tra-cuu/ma", {"code": "000000"})) for client in (first, second)]
    assert answers[0] == answers[1]


def test_asking_for_a_record_again_and_again_does_not_tell_whose_phone_it_has(person):
    """The other way about: who asked for a number until it was braked signs in with a phone, the record's or any other."""
    other = Client()
    for n in range(13):
        (other if n % 2 else Client()).post("/tra-cuu", ASKED)

    def way(client: Client, phone: str) -> tuple[list[Any], list[str]]:
        return ask(client, "/so/dang-nhap", {"phone": phone}, "/so/dang-nhap/ma")

    alike(way, "0987000132", PHONE)
    assert people.code_for_sending(OtpChallenge.objects.filter(purpose="sign_in").latest("sent_at").id)


def test_wrong_codes_at_a_record_do_not_tell_whose_phone_it_has(person):
    waiting = {}
    for phone in (PHONE, "0987000132"):
        waiting[phone] = Client()
        waiting[phone].post("/so/dang-nhap", {"phone": phone})
    for _ in range(2):
        other = Client()
        other.post("/tra-cuu", ASKED)
        for _ in range(5):
            other.post("/tra-cuu/ma", {"code": "000000"})
    answers = [seen(client.post("/so/dang-nhap/ma", {"code": "000000"})) for client in waiting.values()]
    assert answers[0] == answers[1]


def test_a_device_is_braked_alike_for_known_and_unknown_numbers(person):
    def tried(number: Callable[[int], str]) -> list[int]:
        client = Client()
        return [client.post("/tra-cuu", {**ASKED, "number": number(n)}).status_code for n in range(21)]

    unknown = tried(lambda n: f"0791519908{n:02}")
    known = tried(lambda n: NUMBER if n < 5 else f"0791519907{n:02}")
    assert unknown == known
    assert unknown[-1] == 422


def test_one_address_shared_by_many_devices_still_serves_each(person):
    assert {Client().post("/tra-cuu", {**ASKED, "number": f"0791519906{n:02}"}).status_code for n in range(40)} == {302}


def test_a_correction_is_taken_alike_for_a_known_and_an_unknown_number(person):
    def way(client: Client, number: str) -> tuple[list[Any], list[str]]:
        told = {"who_name": "Trần Thị Mận", **{f"who_{name}": value for name, value in BORN.items()}, "who_number": number,
                "full_name": "Trần Thị Mận", "contact": "0987000111", "who_province": "2021-79"}  # fmt: skip
        client.get("/sua-sai/sai-thong-tin")
        with CaptureQueriesContext(connection) as asked:
            first = client.post("/sua-sai/sai-thong-tin", told)
        page = re.sub(r"\d[\d ]{9,}\d|<path[^>]*>", "?", client.get(first["Location"]).content.decode())
        return [seen(first), OWN.sub(r"\1\2", page)], [shape(one["sql"]) for one in asked]

    Client().post("/sua-sai/sai-thong-tin", {"full_name": "x"})
    way(Client(), "079151990555")  # what is read once a process is read
    alike(way, NUMBER, UNKNOWN)


def test_registering_with_a_known_number_is_answered_like_an_unknown_one(person):
    """Who registers somebody that has a record already gets a receipt that looks like any registration's code."""
    told = []
    for number in (NUMBER, UNKNOWN):
        client = Client()
        answer(client, {"so-giay-to": {"number": number}, "dien-thoai": {"phone": "0987000111"}})
        sent = client.post("/dang-ky/xem-lai", {})
        page = client.get("/dang-ky/xac-nhan")
        done = client.post("/dang-ky/xac-nhan", {"act": "skip"}, follow=True).content.decode()
        told.append((seen(sent), seen(page), re.sub(r"\d[\d ]{9,}\d|<path[^>]*>", "?", done)))
    assert told[0] == told[1]


def test_who_sends_corrections_or_registrations_by_the_dozen_is_braked_alike(person):
    def corrected(number: str) -> list[int]:
        client = Client()
        told = {"who_name": "Trần Thị Mận", **{f"who_{name}": value for name, value in BORN.items()}, "who_number": number,
                "full_name": "Trần Thị Mận", "contact": "0987000111", "who_province": "2021-79"}  # fmt: skip
        return [client.post("/sua-sai/sai-thong-tin", told).status_code for _ in range(11)]

    known, unknown = corrected(NUMBER), corrected(UNKNOWN)
    assert known == unknown
    assert known == [*[302] * 10, 422]


def test_papers_and_appointments_of_others_look_like_none_to_whoever_guesses_their_addresses(person, booked):
    """Neither without a proof nor with the proof of another record does an address say whether it exists."""
    from khien.kernel.ids import uuid7

    for path in ("/tra-cuu/hen/{}", "/tra-cuu/xac-nhan/{}.pdf", "/tra-cuu/chung-nhan/{}"):
        real, none = (seen(Client().get(path.format(id))) for id in (booked.id, uuid7()))
        assert real == none
    other = make.make_person("Lê Thị Khác", phone="0901000999", identifier=make.make_number())
    client = Client()
    client.get("/tra-cuu")
    session = client.session
    session["tra_cuu"] = {"at": make.AT.isoformat(), "person": str(other)}
    session.save()
    answers = [seen(client.post(f"/tra-cuu/hen/{id}", {"act": "leave"})) for id in (booked.id, uuid7())]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert bookings.appointment(booked.code).stands


def test_a_link_of_a_question_that_nobody_sent_looks_like_one_that_is_over(db):
    first, second = (seen(Client().get(f"/so/tham/{token}")) for token in ("a" * 22, "B" * 22))
    assert (first[0], first[1].replace("a" * 22, "?")) == (second[0], second[1].replace("B" * 22, "?"))
