"""Signing in as real people can: a code to the phone, a PIN on the device, and leaving."""

import pytest
from django.test import Client
from django.urls import reverse

from khien.people import queries
from khien.people.models import OtpChallenge
from tests import make, make_book


def code_sent() -> str:
    """The code of the challenge asked last."""
    found = queries.code_for_sending(OtpChallenge.objects.latest("sent_at", "id").id)
    assert found is not None
    return found.code


def enter(client: Client, phone: str = make_book.PHONE):
    """Ask for a code and type it."""
    client.post("/so/dang-nhap", {"phone": phone})
    return client.post("/so/dang-nhap/ma", {"code": code_sent()})


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back_to_the_page(family):
    client = Client()
    page = reverse("healthbook:history", kwargs={"person": family.grandmother})
    asked = client.get(page)
    assert asked.url == f"/so/dang-nhap?tiep={page}"
    client.get(asked.url)
    after = enter(client)
    assert after.url == "/so/ma-pin"
    assert page in client.get("/so/ma-pin").content.decode()
    assert client.get(page).status_code == 200


def test_a_wrong_code_says_how_many_tries_are_left_and_opens_nothing(family):
    client = Client()
    client.post("/so/dang-nhap", {"phone": make_book.PHONE})
    wrong = "000000" if code_sent() != "000000" else "111111"
    answer = client.post("/so/dang-nhap/ma", {"code": wrong})
    assert "Còn 4 lần nhập" in answer.content.decode()
    assert "account_id" not in client.session


def test_a_phone_that_nobody_knows_gets_the_same_answer_and_then_an_empty_book(family):
    known, unknown = Client(), Client()
    first = known.post("/so/dang-nhap", {"phone": make_book.PHONE})
    second = unknown.post("/so/dang-nhap", {"phone": "0987000111"})
    assert (first.status_code, first.url) == (second.status_code, second.url)
    unknown.post("/so/dang-nhap/ma", {"code": code_sent()})
    assert "Chưa có sổ nào mở ở đây" in unknown.get("/so/").content.decode()


def test_a_landline_is_told_that_no_code_can_come_whoever_has_the_number(family):
    def asked(language: str = "vi"):
        client = Client(headers={"accept-language": language})
        answer = client.post("/so/dang-nhap", {"phone": "028 3812 9912"})
        assert "so_challenge" not in client.session
        return answer.content.decode().split("csrfmiddlewaretoken")

    stranger = asked()
    make.make_person(phone="028 3812 9912")
    known = asked()
    assert stranger[0] == known[0]
    assert stranger[1].partition(">")[2] == known[1].partition(">")[2]
    assert "Số này là máy bàn, không nhận được tin nhắn và mã." in known[0]
    assert not OtpChallenge.objects.filter(purpose="sign_in", used_at=None).exists()


def test_an_address_outside_never_becomes_the_page_after_signing_in(family):
    client = Client()
    client.get("/so/dang-nhap", {"tiep": "https://example.org/"})
    enter(client)
    assert "example.org" not in client.get("/so/ma-pin").content.decode()
    assert client.get("/so/dang-nhap", {"tiep": "//example.org/so/"}).url == "/so/"


def test_a_pin_opens_the_book_on_its_device_only_and_five_wrong_ones_end_it(family):
    client = Client()
    enter(client)
    assert client.post("/so/ma-pin", {"pin": "123456", "again": "123456"}).status_code == 200
    assert client.post("/so/ma-pin", {"pin": "492715", "again": "492715"}).url == "/so/"
    client.post("/so/dang-xuat")
    assert "Nhập mã PIN" in client.get("/so/dang-nhap").content.decode()
    assert client.post("/so/dang-nhap", {"pin": "492715"}).url == "/so/"
    client.post("/so/dang-xuat")
    assert "Nhập mã PIN" not in Client().get("/so/dang-nhap").content.decode()
    for _ in range(5):
        answer = client.post("/so/dang-nhap", {"pin": "999111"})
    assert "Mã PIN không còn dùng được" in answer.content.decode()
    assert client.post("/so/dang-nhap", {"pin": "492715"}).status_code == 200
    assert "account_id" not in client.session


def test_signing_out_closes_the_book_and_tells_the_device_to_clear_what_it_kept(client, family):
    left = client.post("/so/dang-xuat")
    page = client.get(left.url)
    assert page.headers["X-Khien-Book"] == "none"
    assert client.get(reverse("healthbook:person", kwargs={"person": family.own})).status_code == 302


def test_forgetting_the_device_takes_its_pin_too(family):
    client = Client()
    enter(client)
    client.post("/so/ma-pin", {"pin": "492715", "again": "492715"})
    client.post("/so/dang-xuat", {"quen": "1"})
    assert "Nhập mã PIN" not in client.get("/so/dang-nhap").content.decode()


def test_the_account_chooses_the_language_of_its_pages_and_messages(client, family):
    client.post("/so/ngon-ngu", {"tieng": "en"})
    assert "Help" in client.get("/so/tro-giup").content.decode()
    found = queries.account_ref(family.account.id, make.AT)
    assert found is not None
    assert found.language == "en"


@pytest.mark.parametrize("page", ["/so/dang-nhap", "/so/mat-may", "/so/tro-giup", "/so/rieng-tu", "/so/ngoai-tuyen", "/so/manifest.webmanifest", "/so/sw.js"])
def test_help_and_the_app_itself_need_no_signing_in(db, page):
    assert Client().get(page).status_code == 200
