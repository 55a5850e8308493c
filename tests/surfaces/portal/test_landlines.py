"""A landline receives no code: registering goes on without one, and elsewhere its kind is told before anybody waits."""

from typing import Any

import pytest
from django.test import Client

from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.people import queries as people
from khien.people.models import OtpChallenge
from khien.plumbing.models import Event
from khien.registration.models import Registration
from tests import make
from tests.make_book import signed_in

from .steps import answer, send

LANDLINE = "028 3812 9912"
KNOWN = "+842838129912"
ASKED = {"paper": "cccd", "number": "079 151 990 132", "birth_day": "27", "birth_month": "3", "birth_year": "1951"}
TOLD = {"dien-thoai": {"phone": LANDLINE, "seen": KNOWN}}


def text(response: Any) -> str:
    return response.content.decode()


def nothing_was_sent() -> bool:
    return not OtpChallenge.objects.exists() and not Event.objects.filter(kind="people.code_asked").exists()


def test_the_landline_is_shown_once_with_the_wish_for_a_mobile_number_and_then_taken(db):
    client = Client()
    answer(client, until="dien-thoai")
    first = client.post("/dang-ky/dien-thoai", {"phone": LANDLINE, "seen": ""}, follow=True)
    assert first.status_code == 200
    assert "Số này là máy bàn" in text(first)
    assert f'value="{LANDLINE}"' in text(first)
    assert f'name="seen" value="{KNOWN}"' in text(first)
    changed = client.post("/dang-ky/dien-thoai", {"phone": "0203 3812 991", "seen": KNOWN}, follow=True)
    assert "Số này là máy bàn" in text(changed)
    assert client.post("/dang-ky/dien-thoai", {"phone": LANDLINE, "seen": KNOWN})["Location"] == "/dang-ky/noi-o"
    answer(client)
    assert "Máy bàn: không nhận được tin nhắn và mã" in text(client.get("/dang-ky/xem-lai"))


@pytest.mark.parametrize(("language", "plain"), [("vi", "không có mã nào gửi tới số này"), ("en", "no code is sent to it")])
def test_a_registration_with_a_landline_is_kept_unproved_and_no_code_is_waited_for(db, language, plain):
    client = Client()
    answer(client, TOLD)
    client.cookies["khien_lang"] = language
    done = send(client)
    assert done.redirect_chain == [("/dang-ky/xong", 302)]
    assert "1900 9095" in text(done)
    registration = Registration.objects.get()
    assert not registration.phone_verified
    assert people.reach([registration.person_id])[registration.person_id][0] == KNOWN
    assert nothing_was_sent()
    for again in (client.get("/dang-ky/xac-nhan"), client.post("/dang-ky/xac-nhan", {"act": "again"})):
        assert (again.status_code, again["Location"]) == (302, "/dang-ky/xong")
    assert nothing_was_sent()
    assert "/dang-ky/xac-nhan" not in text(done)
    assert plain in text(done)


def test_a_relative_registered_from_the_open_book_with_a_landline_is_kept_too(db):
    client = signed_in(make.make_account("0912000777"))
    asked = OtpChallenge.objects.count()
    mother = {"cho-ai": {"whom": "relative"}, "nguoi-giup": {"helper_name": "Lê Thu Hà", "relation": "parent"}}
    answer(client, {**TOLD, **mother}, start="/so/dang-ky")
    done = client.post("/so/dang-ky/xem-lai", {}, follow=True)
    assert done.redirect_chain == [("/so/dang-ky/xong", 302)]
    assert "không có mã nào gửi tới số này" in text(done)
    assert not Registration.objects.get().phone_verified
    assert OtpChallenge.objects.count() == asked
    assert "Trần Thị Mận" in text(client.get("/so/gia-dinh"))


def test_a_look_up_answers_alike_for_a_landline_and_for_nobody_and_says_what_to_do(db):
    def asked() -> tuple[Any, ...]:
        client = Client()
        first = client.post("/tra-cuu", ASKED)
        page = text(client.get("/tra-cuu/ma"))
        wrong = client.post("/tra-cuu/ma", {"code": "123456"})
        before, _token, after = page.partition("csrfmiddlewaretoken")
        return first.status_code, first["Location"], before, after.partition(">")[2], wrong.status_code

    nobody = asked()
    make.make_person("Trần Thị Mận", birth=PartialDate(1951, 3, 27), sex="female", phone=LANDLINE, identifier=read_identifier("079151990132", "cccd"))
    assert asked() == nobody
    assert "chỉ ghi số máy bàn thì không có mã nào tới" in nobody[2] + nobody[3]
    assert not OtpChallenge.objects.filter(decoy=False).exists()


def test_a_correction_that_would_be_answered_at_a_landline_says_so_and_keeps_what_was_typed(db):
    told = {"who_name": "Trần Thị Mận", "who_birth_year": "1951", "who_province": "2021-79", "full_name": "Trần Thị Mẫn"}
    page = Client().post("/sua-sai/sai-thong-tin", {**told, "contact": LANDLINE})
    assert page.status_code == 422
    assert "Số này là máy bàn, không nhận được tin nhắn và mã." in text(page)
    assert 'value="Trần Thị Mẫn"' in text(page)
    assert Client().post("/sua-sai/sai-thong-tin", {**told, "contact": "0901 000 132"}).status_code == 302
