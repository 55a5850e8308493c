"""Certificates as they come in real life to the portal's check: pasted from a mail, mutated, photographed, of the wrong kind."""

import io
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import pytest
import segno
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from khien.certificates import base45, cose, hcert, picture
from khien.certificates import queries as certificates
from khien.kernel import clock
from tests import make, make_book

GOOD, REFUSED = "Hợp lệ", "Không xác nhận được"


@pytest.fixture
def hc1(db: None) -> str:
    person = make.make_person("Lê Thu Hà", sex="female")
    found = certificates.hc1(make_book.make_certified(person)[1])
    assert found is not None
    moved = make.AT + timedelta(hours=2) - datetime.now(UTC)
    clock.shift_by(lambda: moved)
    return found


def judged(given: str) -> str:
    answer = Client().post("/kiem-tra", {"text": given})
    assert answer.status_code in (200, 422)
    return str(answer.content.decode())


def shown(data: bytes, name: str = "anh.png", kind: str = "image/png") -> Any:
    return Client().post("/kiem-tra", {"photo": SimpleUploadedFile(name, data, kind)})


def wrapped(text: str, width: int, end: str) -> str:
    return end.join(text[at : at + width] for at in range(0, len(text), width))


def test_a_text_broken_into_lines_by_a_mail_or_a_printout_is_still_read(hc1):
    at_spaces = hc1.replace(" ", "\n")
    for given in (
        wrapped(hc1, 76, "\r\n"),
        wrapped(hc1, 40, "\n"),
        f"\u200b {hc1} \ufeff",
        at_spaces,
        hc1.lower(),
        f"\t{hc1}\n\n",
    ):
        assert GOOD in judged(given)


def test_a_text_that_lost_something_is_refused_and_shows_nobody(hc1):
    inner = hc1.find(" ") if " " in hc1 else 50
    for given in (
        f"HC1:{hc1}",
        f"HC2:{hc1[4:]}",
        hc1[4:],
        hc1[:-3],
        f"{hc1}{hc1}",
        hc1[:inner] + hc1[inner + 1 :],
        hc1[::-1],
        "HC1:",
        "HC1:\u0410",
    ):
        page = judged(given)
        assert REFUSED in page
        assert "Lê Thu Hà" not in page


def test_an_identifier_that_the_database_cannot_hold_is_judged_all_the_same(hc1):
    claims = cbor2.loads(hcert.decode(hc1).message.payload)
    claims[hcert.HEALTH][hcert.DCC]["v"][0]["ci"] = "URN:UVCI:01:VN:A\0B"
    message = cose.build(cbor2.dumps(claims), cose.protected_header(cose.ES256, b"12345678"), lambda data: b"0" * 64)
    assert REFUSED in judged(hcert.PREFIX + base45.encode(zlib.compress(message)))


def png(text: str) -> Image.Image:
    out = io.BytesIO()
    segno.make(text, error="q").save(out, kind="png", scale=4)
    return Image.open(out).convert("RGB")


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def test_two_certificates_in_one_picture_are_asked_one_at_a_time(hc1):
    person = make.make_person("Phạm Văn Bình")
    other = certificates.hc1(make_book.make_certified(person)[1])
    first, second = png(hc1), png(other)
    both = Image.new("RGB", (first.width + second.width, max(first.height, second.height)), "white")
    both.paste(first, (0, 0))
    both.paste(second, (first.width, 0))
    answer = shown(saved(both))
    assert answer.status_code == 422
    assert "Hình có 2 chứng nhận" in answer.content.decode()


def test_a_photograph_of_a_screen_turned_and_blurred_is_read(hc1):
    from PIL import ImageFilter

    screen = Image.new("RGB", (900, 1200), (40, 42, 48))
    screen.paste(png(hc1).resize((640, 640)), (130, 260))
    for taken in (
        screen.rotate(90, expand=True),
        screen.rotate(12, expand=True, fillcolor=(90, 90, 90)),
        screen.filter(ImageFilter.GaussianBlur(1)),
    ):
        assert GOOD in shown(saved(taken, "JPEG"), "chup.jpg", "image/jpeg").content.decode()


def test_a_file_that_is_no_picture_is_told_with_the_remedy(hc1):
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 200
    bomb = b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;"
    assert "triệu điểm ảnh" in shown(bomb).content.decode()
    for data in (heic, b"\x89PNG\r\n\x1a\n", saved(png(hc1))[:900]):
        answer = shown(data)
        assert answer.status_code == 422
        assert "không mở được như một hình (PNG, JPEG, WEBP" in answer.content.decode()
    assert "Tệp không có gì" in shown(b"").content.decode()


def test_each_picture_that_cannot_be_read_is_told_why_and_what_to_do(hc1):
    wide = Image.new("1", (10_000, 6600))
    for data, why in (
        (b"\xff\xd8" + b"\0" * picture.LARGEST_PICTURE, f"nặng hơn {picture.LARGEST_PICTURE >> 20} MB"),
        (saved(wide), "lớn hơn 50 triệu điểm ảnh"),
        (saved(wide.convert("L"), "JPEG"), "lớn hơn 65 triệu điểm ảnh"),
        (b"\n%PDF-1.7 anh", "Đây là tệp PDF"),
        (saved(Image.new("RGB", (600, 600), "white")), "Không thấy mã QR nào đọc được"),
    ):
        answer = shown(data)
        assert answer.status_code == 422
        assert why in answer.content.decode()
    asked = Client().get("/kiem-tra").content.decode()
    assert f"tối đa {picture.LARGEST_PICTURE >> 20} MB" in asked


def test_a_picture_of_another_code_is_told_as_such_and_of_a_slip_as_a_slip(hc1):
    for other in ("https://example.org/thuc-don", "079151990132|025990132|Trần Thị Mận|27031951|Nữ|12 Đường Thử|01052021"):
        for answer in (shown(saved(png(other))).content.decode(), judged(other)):
            assert REFUSED in answer
            assert "đây là mã khác" in answer
    assert "đây là mã khác" not in judged(hc1[:-3])
    assert "đây là mã khác" not in judged(hc1[:-3].lower())
    link, slip = png("https://example.org/thuc-don"), png("72728452508")
    both = Image.new("RGB", (link.width + slip.width, max(link.height, slip.height)), "white")
    both.paste(link, (0, 0))
    both.paste(slip, (link.width, 0))
    assert "Đây là mã phiếu" in shown(saved(both)).content.decode()


def test_a_photograph_of_a_64_megapixel_camera_is_read_in_little_memory(hc1):
    photo = Image.new("L", (9280, 6944), 90)
    photo.paste(png(hc1).convert("L").resize((3000, 3000)), (2000, 2000))
    assert GOOD in shown(saved(photo, "JPEG"), "chup.jpg", "image/jpeg").content.decode()
    opened = picture._open(saved(photo, "JPEG"))
    assert max(opened.size) <= 4800  # never decoded whole


@pytest.mark.parametrize("address", ["/kiem-tra", "/sua-sai/sai-thong-tin"])
def test_a_file_beyond_what_the_server_takes_is_told_and_never_left_out_without_a_word(db, address):
    large = SimpleUploadedFile("anh.jpg", b"\xff\xd8" + b"\0" * settings.FILE_UPLOAD_MAX_MEMORY_SIZE, "image/jpeg")
    answer = Client().post(address, {"photo": large})
    assert answer.status_code == 413
    assert "Tệp gửi lên quá lớn" in answer.content.decode()
