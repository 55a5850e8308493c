"""A tablet without a scanner: its camera reads the unlock card, a citizen's card and the slip of the desk before. Chromium is given a film for a camera."""

import os
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from khien.visits import queries as visits
from tests import make
from tests import tablet as tablets
from tests.journeys.town import put_clock
from tests.make_day import make_day

pytestmark = pytest.mark.usefixtures("light")
WIDTH, HEIGHT = 960, 720
NAME, NUMBER = "Trần Thị Mận Thử", "079184990147"
CARD = f"{NUMBER}|024990147|{NAME}|27031984|Nữ|12 Đường Thử, Phường 01, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021"


class Film:
    """What the camera sees: a grey picture as a film (YUV4MPEG2), changed between two looks."""

    def __init__(self, path):
        self.path = path
        self.shows(Image.new("L", (200, 200), 255))

    def shows(self, *pictures):
        """Hold these pictures before the camera one after another, a little aslant as a hand holds them."""
        scratch = self.path.with_suffix(".new")
        scratch.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F4:1 Ip A1:1 C420mpeg2\n".encode() + b"".join(frame(picture) * 4 for picture in pictures))
        os.replace(scratch, self.path)


def frame(picture):
    """One picture of the film: its brightness, and no colour."""
    side = HEIGHT - 80
    seen = Image.new("L", (WIDTH, HEIGHT), 150)
    seen.paste(picture.convert("L").resize((side, side), Image.Resampling.LANCZOS), ((WIDTH - side) // 2, 40))
    seen = seen.rotate(4, resample=Image.Resampling.BICUBIC, fillcolor=150)
    return b"FRAME\n" + seen.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)


def code_of(text):
    return Image.fromarray(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), scale=8))


def picture_on(page, selector):
    """A code on a screen, as the next tablet's camera has it before it."""
    code = page.locator(selector)
    code.wait_for()
    return Image.open(BytesIO(code.screenshot()))


@pytest.fixture
def film(tmp_path, monkeypatch):
    made = Film(tmp_path / "camera.y4m")
    flags = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={made.path}")
    monkeypatch.setattr(tablets, "ARGS", (*tablets.ARGS, *flags))
    return made


def test_the_camera_opens_a_forgotten_tablet_receives_by_a_card_and_takes_over_a_slip(tablet, film):
    # given: a tablet with its session; the lead's card is on the screen
    put_clock(make.AT)
    day = make_day(at=make.AT)
    lead = make.make_staff("point_lead", scope=make.site_scope(day.site_id))
    one = tablet("ban-1")
    one.enrol(day.site_id)
    one.sits(lead)
    one.open(day)
    one.stands()
    one.bring()
    one.press("In thẻ mở máy")
    card = picture_on(one.page, "dialog[open] .kh-qr")
    one.press("Đóng")

    # when: no line, locked, the passphrase forgotten; the card is held before the camera
    one.cut()
    one.page.keyboard.press("Alt+l")
    one.sees("Máy đang khóa")
    film.shows(code_of("4000 not the card"), card)
    one.press("Quên mật khẩu: thẻ mở máy")
    one.press("Quét bằng máy ảnh")
    one.sees("Thẻ đúng. Ai sẽ dùng máy này?")
    one.page.fill("#mk-moi", "mật khẩu khác")
    one.page.fill("#mk-lai", "mật khẩu khác")
    one.page.keyboard.press("Enter")
    one.stands()
    assert one.page.evaluate("document.querySelectorAll('video').length") == 0

    # a citizen's card before the camera: received as by a scanner
    film.shows(code_of(CARD))
    one.desk(1)
    one.press("Quét bằng máy ảnh")
    one.sees(NAME, "Người đến trực tiếp")
    one.page.keyboard.press("Enter")
    one.sees("Đã đón, số A1", "Đồng ý tiêm")
    one.page.keyboard.press("Enter")

    # the slip on the screen goes before the camera of the next desk
    film.shows(picture_on(one.page, "dialog[open] .kh-qr"))
    one.page.keyboard.press("Enter")
    one.page.locator("dialog[open]").wait_for(state="detached")
    one.desk(2)
    one.press("Quét bằng máy ảnh")
    one.page.wait_for_selector(".kh-screen")
    one.sees(NAME)
    one.join()
    one.line("Đã nhận đủ")
    assert [(visit.state, visit.identity_how) for visit in visits.visits_of_session(day.session_id)] == [("consented", "card")]


def test_a_citizens_camera_reads_where_the_browser_itself_cannot(tablet, film):
    put_clock(make.AT)
    one = tablet("dien-thoai")
    film.shows(code_of("HC1:NOT A CERTIFICATE"))
    one.page.goto(f"{one.server.address}/kiem-tra")
    assert not one.page.evaluate("'BarcodeDetector' in window")
    one.press("Quét bằng máy ảnh")
    one.sees("Không xác nhận được")
