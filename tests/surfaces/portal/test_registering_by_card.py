"""The QR code of the card fills the form in; the person looks at each answer, and without a card or a script nothing is lost."""

import io
from typing import Any

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from khien.registration.models import Registration

from .steps import answer, send

CARD = "079151990132|025990132|Trần Thị Mận|27031951|Nữ|12 Đường Thử, Phường 15, Quận Gò Vấp, TP. Hồ Chí Minh|01052021"
PAGE = "/dang-ky/can-cuoc"


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def client(db: None) -> Client:
    """A browser at the question of the name."""
    found = Client()
    answer(found, until="ho-ten")
    return found


def drawn(code: str) -> SimpleUploadedFile:
    out = io.BytesIO()
    segno.make(code, error="m").save(out, kind="png", scale=5)
    return SimpleUploadedFile("the.png", out.getvalue(), "image/png")


@pytest.mark.parametrize("given", [{"text": CARD}, {"photo": CARD}])
def test_the_card_fills_in_what_is_asked_and_each_answer_is_looked_at(client, given):
    told = {name: drawn(value) if name == "photo" else value for name, value in given.items()}
    assert PAGE in text(client.get("/dang-ky/ho-ten"))
    first = client.post(PAGE, told, follow=True)
    assert first.redirect_chain[-1][0] == "/dang-ky/ho-ten"
    assert 'value="Trần Thị Mận"' in text(first)
    birth = text(client.post("/dang-ky/ho-ten", {"full_name": "Trần Thị Mận"}, follow=True))
    assert 'value="27"' in birth
    assert 'value="1951"' in birth
    looked = text(answer(client))
    assert "Đủ 12 số" in looked
    assert "Đăng ký đã được lưu" in text(send(client))
    assert Registration.objects.count() == 1


def test_the_cards_home_is_searched_for_the_person_to_pick(client):
    client.post(PAGE, {"text": CARD})
    page = text(answer(client, until="noi-o"))
    assert "Gò Vấp" in page
    assert 'name="place"' in page


def test_a_name_mangled_on_its_way_is_typed_by_the_person(client):
    client.post(PAGE, {"text": "079151990132||Traafn Thij Maajn|27031951|Nuwx|12 DDuwowfng Thuwr"})
    assert "Traafn" not in text(client.get("/dang-ky/ho-ten"))
    assert 'value="1951"' in text(client.post("/dang-ky/ho-ten", {"full_name": "Trần Thị Mận"}, follow=True))


@pytest.mark.parametrize("given", ["https://example.org", "HC1:ABC", "079151990132", "079151990132||A|99999999|Nữ|x|y"])
def test_another_code_is_told_and_changes_nothing(client, given):
    answered = client.post(PAGE, {"photo": drawn(given)})
    assert answered.status_code == 422
    assert "mã QR" in text(answered)
    assert 'value="Trần' not in text(client.get("/dang-ky/ho-ten"))


def test_no_picture_and_a_file_that_is_none_are_told(client):
    for told, why in (({}, "Mời chọn hình chụp"), ({"photo": SimpleUploadedFile("x.pdf", b"%PDF-1.4 thu")}, "Đây là tệp PDF")):
        answered = client.post(PAGE, told)
        assert answered.status_code == 422
        assert why in text(answered)


def test_before_anything_was_answered_the_card_waits(db):
    assert Client().get(PAGE)["Location"] == "/dang-ky"
