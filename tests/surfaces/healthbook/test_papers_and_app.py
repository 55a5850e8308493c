"""Papers to print, holds in words, the app's manifest and worker, and registering somebody new from the book."""

import io
import json
import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from khien.certificates import queries as certificates
from khien.kernel.births import PartialDate
from khien.people import actions as people
from khien.people import queries
from khien.registration import queries as registration
from tests import make, make_book, make_day


def address(name, person, **more):
    return reverse(f"healthbook:{name}", kwargs={"person": person, **more})


def words_of(response) -> str:
    assert response["Content-Type"] == "application/pdf"
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages).split())


def test_the_confirmation_names_person_dose_lot_and_next_day(client, family):
    record, _certificate = make_book.make_certified(family.own)
    text = words_of(client.get(address("confirmation", family.own, record=record)))
    for fact in ("Lê Thu Hà", "09/08/1996", "AstraZeneca", "14/12/2021", "0,5 ml", "115"):
        assert fact in text


def test_the_certificate_to_print_carries_the_eleven_fields(client, family):
    _record, certificate = make_book.make_certified(family.own)
    text = words_of(client.get(address("sheet", family.own, certificate=certificate)))
    for fact in ("LÊ THU HÀ / LE THU HA", "09/08/1996", "1/2", "COVID-19", "Việt Nam / VNM", "URN:UVCI:01:VN:"):
        assert fact in text


def test_a_dose_from_elsewhere_has_no_confirmation_of_ours(client, family):
    record = make.make_immunization(family.grandmother)
    assert client.get(address("confirmation", family.grandmother, record=record)).status_code == 404
    assert "khai thêm mũi đã tiêm ở nơi khác" in client.get(address("dose", family.grandmother, record=record)).content.decode()


def test_why_there_is_no_certificate_yet_is_said_with_what_frees_it(client, family):
    unseen = make.make_person("Lê Văn Chưa", identifier=None)
    people.link(account=family.account.id, person=unseen, relation="parent", proof="registered", by=make.BY, at=make.AT)
    day = make_day.make_day(at=make.AT)
    make_day.make_visit(day, state="closed", person_id=unseen, at=make.AT, identity_how="spoken")
    make_book.handle()
    assert [card.hold for card in certificates.of_person(unseen)] == ["identity_unverified"]
    page = client.get(address("certificates", unseen)).content.decode()
    assert "Mời mang thẻ căn cước đến điểm tiêm hoặc trạm y tế" in page


def test_the_app_can_be_installed_and_its_worker_keeps_to_the_book(db):
    client = Client()
    manifest = json.loads(client.get("/so/manifest.webmanifest").content)
    assert manifest["scope"] == manifest["start_url"] == "/so/"
    assert {icon["sizes"] for icon in manifest["icons"] if icon["purpose"] == "maskable"} == {"192x192", "512x512"}
    worker = client.get("/so/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "/css/theme.css?v=" in worker.content.decode()
    assert 'rel="manifest"' in client.get("/so/dang-nhap").content.decode()


@pytest.mark.parametrize("name", ["person", "show", "history"])
def test_no_page_of_a_person_is_left_in_the_browsers_cache(client, family, name):
    _record, certificate = make_book.make_certified(family.own)
    more = {"certificate": certificate} if name == "show" else {}
    assert client.get(address(name, family.own, **more))["Cache-Control"] == "no-store"


@pytest.mark.parametrize("prefix", ["/so/dang-ky", "/dang-ky"])
def test_a_relative_registered_by_somebody_signed_in_is_in_the_family_at_once(client, family, prefix):
    number = make.make_number(year=1962, sex="male")
    answers = {
        "cho-ai": {"whom": "relative"}, "nguoi-giup": {"helper_name": "Lê Thu Hà", "relation": "parent"}, "ho-ten": {"full_name": "Lê Văn Cha"},
        "ngay-sinh": {"birth_day": "3", "birth_month": "4", "birth_year": "1962"}, "gioi-tinh": {"sex": "male"}, "giay-to": {"paper": "cccd"},
        "so-giay-to": {"number": number.value}, "nhom-uu-tien": {}, "dong-y": {"agree": "on"},
    }  # fmt: skip
    page = client.get(prefix, follow=True)
    for _ in range(25):
        slug = page.request["PATH_INFO"].rsplit("/", 1)[-1]
        if slug == "xem-lai":
            break
        page = client.post(page.request["PATH_INFO"], filled(page, answers.get(slug, {})), follow=True)
    assert page.request["PATH_INFO"] == f"{prefix}/xem-lai"
    client.post(f"{prefix}/xem-lai", {}, follow=True)
    father = next(one for one in queries.linked(family.account.id) if one.full_name == "Lê Văn Cha")
    assert father.relation == "parent"
    assert father.birth == PartialDate.of(date(1962, 4, 3))
    asked = registration.of_person(father.person_id)
    assert asked is not None
    assert asked.way == "health_book"


def filled(page, told: dict[str, str]) -> dict[str, str]:
    """What the question needs besides what is told: hidden fields, the first answer of each choice, a commune."""
    text = page.content.decode()
    form = text[text.index("<form") : text.index("</form>")]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        facts = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        name, kind = facts.get("name", ""), facts.get("type", "text")
        if kind == "hidden" and name != "csrfmiddlewaretoken":
            found[name] = facts.get("value", "")
        elif kind == "radio":
            found.setdefault(name, facts["value"])
        elif kind in ("text", "tel") and facts.get("value"):
            found[name] = facts["value"]
    for name, choices in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', choices)
        found[name] = chosen[1] if chosen else ""
    if 'name="q"' in form:
        found["q"] = "phường 22 bình thạnh"
    if 'name="version"' in form:
        found["agree"] = "on"
    if 'name="phone"' in form:
        found["phone"] = "0912000345"
    return found | told
