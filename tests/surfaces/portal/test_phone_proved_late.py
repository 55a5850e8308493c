"""A code that comes late, or on another day: the registration stands, and its book opens for the phone that gave it."""

import re
from typing import Any

import pytest
from django.test import Client

from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.people import queries as people
from khien.people.models import HealthBookLink, OtpChallenge
from khien.registration.models import Registration
from tests import make
from tests.make_book import signed_in

from .steps import answer, send

PHONE = "0901000132"
PAGE = "/so/gia-dinh/dang-ky"


@pytest.fixture
def registered(db: None) -> Client:
    """A browser in which a grandmother has registered, and no code has come."""
    client = Client()
    answer(client)
    send(client)
    return client


def text(response: Any) -> str:
    return response.content.decode()


def code_sent() -> str:
    """The newest code that messaging would send."""
    row = OtpChallenge.objects.filter(decoy=False, used_at=None).order_by("-sent_at", "-id").first()
    found = people.code_for_sending(row.id)
    assert found is not None
    return found.code


def signed_in_by_code(phone: str) -> Client:
    """A new browser that signs in to the health book by a code to this phone."""
    client = Client()
    client.post("/so/dang-nhap", {"phone": phone})
    client.post("/so/dang-nhap/ma", {"code": code_sent()})
    return client


def test_the_code_typed_after_registering_opens_the_book_for_that_phone(registered):
    assert not HealthBookLink.objects.exists()
    registered.post("/dang-ky/xac-nhan", {"code": code_sent()})
    family = text(signed_in_by_code(PHONE).get("/so/gia-dinh"))
    assert "Trần Thị Mận" in family
    link = HealthBookLink.objects.get()
    assert (link.relation, link.proof, link.linked_by.split(":")[0]) == ("self", "registered", "citizen")


def test_on_another_day_signing_in_and_the_registrations_code_open_the_book(registered):
    registered.post("/dang-ky/xac-nhan", {"act": "skip"})
    registration = Registration.objects.get()
    later = signed_in_by_code(PHONE)
    assert "Trần Thị Mận" not in text(later.get("/so/gia-dinh"))
    shown = f"{registration.code[:3]} {registration.code[3:7]} {registration.code[7:]}"
    opened = later.post(PAGE, {"relation": "self", "code": shown}, follow=True)
    assert opened.status_code == 200
    assert "Trần Thị Mận" in text(later.get("/so/gia-dinh"))
    registration.refresh_from_db()
    assert registration.phone_verified
    assert people.person(registration.person_id).phone_verified


def test_another_phone_a_wrong_code_and_no_code_are_answered_alike(registered):
    registration = Registration.objects.get()
    other, own = signed_in(make.make_account("0912000777")), signed_in(make.make_account(PHONE))
    tried = [
        other.post(PAGE, {"relation": "self", "code": registration.code}),
        own.post(PAGE, {"relation": "self", "code": "12345678903"}),
        own.post(PAGE, {"relation": "self", "code": "không nhớ"}),
    ]
    told = {re.search(r'<p class="kh-error".*?</p>', text(one), re.DOTALL).group(0) for one in tried}
    assert len(told) == 1
    assert len({one.status_code for one in tried}) == 1
    assert not HealthBookLink.objects.exists()


def test_a_strangers_receipt_opens_nothing_however_the_phone_is_proved(db):
    person = make.make_person(
        "Trần Thị Mận",
        birth=PartialDate(1951, 3, 27),
        sex="female",
        phone="0912000555",
        identifier=read_identifier("079151990132", "cccd"),
    )
    make.make_registration(person, way="ward")
    stranger = Client()
    answer(stranger)
    send(stranger)
    stranger.post("/dang-ky/xac-nhan", {"code": code_sent()})
    receipt = re.sub(r"\s", "", re.search(r"\d{3} \d{4} \d{4}", text(stranger.get("/dang-ky/xong"))).group(0))
    signed_in_by_code(PHONE).post(PAGE, {"relation": "self", "code": receipt})
    signed_in_by_code("0912000555").post(PAGE, {"relation": "self", "code": receipt})
    assert not HealthBookLink.objects.exists()


def test_a_ward_list_registration_is_not_opened_by_its_code_alone(db):
    registration = Registration.objects.get(id=make.make_registration(make.make_person(phone=PHONE), way="ward"))
    tried = signed_in_by_code(PHONE).post(PAGE, {"relation": "self", "code": registration.code})
    assert "Mã này không phải" in text(tried)
    assert not HealthBookLink.objects.exists()


def test_a_look_up_by_code_proves_the_phone_of_the_registration(registered):
    client, registration = Client(), Registration.objects.get()
    client.post("/tra-cuu?cach=ma", {"code": registration.code})
    client.post("/tra-cuu/ma", {"code": code_sent()})
    registration.refresh_from_db()
    assert registration.phone_verified


def test_tries_of_codes_by_one_account_are_braked(registered):
    own = signed_in(make.make_account(PHONE))
    pages = [text(own.post(PAGE, {"relation": "self", "code": "12345678903"})) for _ in range(11)]
    assert "Đã thử quá nhiều lần" in pages[-1]
    own.post(PAGE, {"relation": "self", "code": Registration.objects.get().code})
    assert not HealthBookLink.objects.exists()
