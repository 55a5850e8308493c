"""Late forms keep what was typed, a form sent twice is one act, a session that somebody prepared opens nothing; headers and cookies."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from khien.cases.models import Case
from khien.people import queries
from khien.people.models import OtpChallenge
from khien.registration.models import Registration, RegistrationWay
from tests import make, make_book

OWN = {"HTTP_SEC_FETCH_SITE": "same-origin"}
PUBLIC = (
    "/", "/dang-ky/cho-ai", "/tra-cuu", "/tra-cuu?cach=ma", "/diem-tiem", "/so-lieu", "/kiem-tra", "/sua-sai", "/sua-sai/sai-thong-tin",
    "/to-chuc", "/cam-nang", "/minh-bach", "/tinh-trang", "/quyen-rieng-tu", "/tro-giup", "/so/dang-nhap", "/so/mat-may", "/so/tro-giup",
)  # fmt: skip
BOOK = ("home", "family", "family_add", "family_join", "family_registered", "set_pin")
OF_PERSON = ("person", "history", "certificates", "feeling", "correct", "readers", "openers", "register_person")


def text(response: Any) -> str:
    return str(response.content.decode())


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def sign_in(client: Client, phone: str = make_book.PHONE) -> Any:
    client.post("/so/dang-nhap", {"phone": phone}, **OWN)
    found = queries.code_for_sending(OtpChallenge.objects.latest("sent_at", "id").id)
    assert found
    return client.post("/so/dang-nhap/ma", {"code": found.code}, **OWN)


def test_a_form_sent_after_the_session_ended_is_offered_again_once_signed_in(family):
    client = Client()
    page = reverse("healthbook:correct_what", kwargs={"person": family.own, "what": "thong-tin"})
    told = {"field": "full_name", "right": "Lê Thu Hà Anh", "words": "Thiếu tên đệm, đã ghi rất lâu"}
    assert client.post(page, told, **OWN)["Location"].startswith("/so/dang-nhap")
    sign_in(client)
    offered = text(client.get("/so/gui-lai"))
    assert {name: value for name, value in hidden(offered).items() if name != "csrfmiddlewaretoken"} == told
    assert f'action="{page}"' in offered
    assert client.get("/so/gui-lai").status_code == 302


def test_a_late_form_about_a_person_is_never_shown_to_another_family(family):
    client = Client()
    page = reverse("healthbook:correct_what", kwargs={"person": family.own, "what": "thong-tin"})
    client.post(page, {"words": "Điều riêng"}, **OWN)
    sign_in(client, "0987000444")
    answer = client.get("/so/gui-lai")
    assert answer.status_code == 302
    assert "Điều riêng" not in text(client.get(answer["Location"]))


def test_a_form_whose_token_is_gone_keeps_what_was_typed_and_goes_through(db):
    client = Client(enforce_csrf_checks=True)
    told = {"whom": "relative"}
    refused = client.post("/dang-ky/cho-ai", told, **OWN)
    assert refused.status_code == 403
    again = hidden(text(refused))
    assert again["whom"] == "relative"
    assert client.post("/dang-ky/cho-ai", again, **OWN)["Location"] == "/dang-ky/nguoi-giup"


@pytest.mark.parametrize("headers", [{"HTTP_SEC_FETCH_SITE": "cross-site"}, {"HTTP_ORIGIN": "https://example.org"}, {}])
def test_another_sites_form_is_refused_and_never_offered_again(db, headers):
    refused = Client(enforce_csrf_checks=True).post("/dang-ky/cho-ai", {"whom": "relative"}, **headers)
    assert refused.status_code == 403
    assert 'value="relative"' not in text(refused)


def test_what_proves_somebody_is_never_kept(db):
    client = Client(enforce_csrf_checks=True)
    for path, told in (("/so/dang-nhap/ma", {"code": "123456"}), ("/dieu-phoi/dang-nhap", {"username": "a", "password": "bi-mat"})):
        assert not {"code", "password"} & set(hidden(text(client.post(path, told, **OWN))))


def test_a_session_prepared_by_somebody_else_opens_nothing_after_signing_in(family):
    attacker, victim = Client(), Client()
    attacker.get("/so/dang-nhap?tiep=/so/")
    victim.cookies["khien"] = attacker.cookies["khien"].value
    sign_in(victim)
    assert victim.cookies["khien"].value != attacker.cookies["khien"].value
    assert attacker.get("/so/")["Location"].startswith("/so/dang-nhap")


def test_a_made_up_session_key_is_not_taken(family):
    client = Client()
    client.cookies["khien"] = "a" * 32
    sign_in(client)
    assert client.cookies["khien"].value != "a" * 32


def test_a_correction_sent_twice_is_told_once_or_shown_as_the_same(family, client):
    page = reverse("healthbook:register_person", kwargs={"person": family.own})
    for _ in range(2):
        client.post(page, {"shift": "morning", "agree": "on"})
    assert Registration.objects.filter(person_id=family.own).count() == 1
    assert RegistrationWay.objects.values("registration_id").distinct().count() == 1
    assert Case.objects.count() == 0


def test_every_citizens_page_has_the_strict_headers_and_no_inline_script(family, client):
    own = [reverse(f"healthbook:{name}") for name in BOOK] + [reverse(f"healthbook:{name}", kwargs={"person": family.own}) for name in OF_PERSON]
    for address in (*PUBLIC, *own):
        answer = (Client() if address in PUBLIC else client).get(address)
        assert answer.status_code == 200, address
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"unsafe|https?:|\*", policy)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        page = text(answer)
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:", page), address
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.replace('href="https://github.com', "")), address
        if address.startswith("/so/"):
            assert answer["Cache-Control"] == "no-store"


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(db):
    client = Client()
    client.get("/dang-ky/cho-ai")
    client.post("/dang-ky/cho-ai", {"whom": "self"})
    client.post("/so/dang-nhap", {"phone": make_book.PHONE})
    assert {"csrftoken", "khien", "khien_may", "khien_nhap"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name


def test_a_public_page_sets_no_cookie_before_anything_is_asked(db):
    client = Client()
    for address in ("/", "/so-lieu", "/cam-nang", "/diem-tiem", "/minh-bach"):
        client.get(address)
    assert not client.cookies
    assert make.AT
