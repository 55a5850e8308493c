"""What people of several stories do the same way: sit at the desks, walk through the registration, sign in to the health book."""

import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import expect

from khien.kernel import clock
from khien.visits import queries as visits
from khien.visits.views import VisitCard
from tests import make
from tests.journeys.town import Hands, Town

TUESDAY, WEDNESDAY = date(2021, 12, 14), date(2021, 12, 15)


@dataclass(frozen=True)
class Point:
    """A point with its lot on the shelf and the session of one day."""

    site_id: UUID
    lot_id: UUID
    session_id: UUID

    @property
    def path(self) -> str:
        return f"/diem/{self.session_id}"


def a_point(on: date = TUESDAY, *, mode: str = "invited", doses: int = 100, **session: Any) -> Point:
    """A point of the ward, AstraZeneca in its fridge, a session planned."""
    site_id = session.pop("site_id", None) or make.make_site(hospital_phone="02838 000 115")
    lot_id = make.make_lot(site_id=site_id, doses=doses)
    return Point(site_id, lot_id, make.make_session(site_id=site_id, on=on, mode=mode, **session))


def open_the_day(lead: Hands, point: Point) -> None:
    """The lead chooses the lot, goes through the checklist and signs."""
    lead.go(f"{point.path}/mo").press("Dùng lô này cho buổi")
    page = lead.page
    facts = {
        "anaphylaxis_kit-expires_on": "30/06/2022", "adrenaline-ampoules": "5", "adrenaline-expires_on": "30/06/2022", "doctor-name": "Bác sĩ Thử",
        "fridge-celsius": "4,5", "hospital_phone-phone": "115",
    }  # fmt: skip
    for box, text in facts.items():
        page.fill(f"#{box}", text)
    page.check("#printer-ok")
    page.check("#paper_pack-ok")
    page.get_by_role("button", name="Ký và mở buổi").click()
    page.wait_for_selector(".kh-st-desk")


class Desks:
    """The hands of whoever sits at the desks of a session."""

    def __init__(self, hands: Hands, path: str) -> None:
        self.hands, self.page, self.town = hands, hands.page, hands.town
        self.path = path
        self.page.goto(self.town.server + path)
        self.page.wait_for_selector("#quet")
        self.page.wait_for_selector(".kh-st-desk")

    @property
    def session_id(self) -> UUID:
        return UUID(self.path.removeprefix("/diem/"))

    def scan(self, text: str) -> None:
        self.page.keyboard.press("F2")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def desk(self, number: int | str) -> None:
        self.page.keyboard.press(f"Alt+{number}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def sees(self, *texts: str) -> None:
        for text in texts:
            self.page.get_by_text(text, exact=False).first.wait_for()

    def synced(self) -> None:
        self.page.wait_for_selector(".kh-top__sync--ready")

    def answer_no_to_all(self) -> None:
        answered = self.page.locator(".kh-ask:has(input:checked)")
        for count in range(1, self.page.locator(".kh-ask").count() + 1):
            self.press("1")
            expect(answered).to_have_count(count)
        expect(self.page.locator("#so-do input").first).to_be_focused()

    def measure(self, **measured: str) -> None:
        """Type every measure as it is asked for, usual ones where none is named, until the software has what it needs to propose."""
        usual = {"temperature_c": "36,6", "pulse_bpm": "76", "bp_systolic": "124/78", "respiration_per_min": "16", "spo2_percent": "98"} | measured

        def typed() -> bool:
            for box in self.page.locator("#so-do input").all():
                if not box.input_value():
                    box.fill(usual[str(box.get_attribute("id")).removeprefix("do-")])
            return self.page.locator(".kh-propose__what").count() > 0 and self.page.locator(".kh-propose__cap").text_content() == "Máy đề nghị"

        self.town.until(typed, "a whole proposal")

    def shot(self, name: str) -> None:
        """Keep a picture where one is asked for."""
        if folder := os.environ.get("KHIEN_SHOTS"):
            self.page.wait_for_timeout(300)
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def card(self, number: int) -> VisitCard:
        """The visit of this number as the record has it."""
        found = visits.visit_by_number(self.session_id, number)
        assert found is not None
        return found

    # One person's way, desk by desk.
    def receive(self, who: str, *, sees: str = "") -> VisitCard:
        """Look for somebody by name, code or card; received, and the consent signed."""
        before = len(visits.visits_of_session(self.session_id))
        self.desk(1)
        self.scan(who)
        self.sees(sees or "Tiếp đón, lấy số")
        self.hands.judge("tiếp đón")
        self.press("Enter")
        self.sees(f"Đã đón, số {before + 1}", "Đồng ý tiêm")
        self.press("Enter")
        self.synced()
        return self.card(before + 1)

    def open_screening(self, card: VisitCard) -> None:
        self.desk(2)
        self.scan(card.code)
        self.page.wait_for_selector(".kh-screen")
        self.answer_no_to_all()

    def screen(self, card: VisitCard, **measured: str) -> None:
        """Every question answered no, every measure usual: the doctor lets the dose be given."""
        self.open_screening(card)
        self.measure(**measured)
        self.sees("Đủ điều kiện tiêm")
        self.press("F5")
        self.hands.judge("khám")
        self.press("Enter")
        self.synced()

    def inject(self, card: VisitCard) -> None:
        self.desk(3)
        self.scan(card.code)
        self.page.wait_for_selector(".kh-dose__title")
        self.hands.judge("tiêm")
        self.press("Enter")
        self.synced()

    def observe(self, card: VisitCard, minutes: int = 31) -> None:
        """The minutes pass; the person is let go."""
        self.desk(4)
        self.sees("Theo dõi")
        self.town.later(minutes=minutes)
        self.page.wait_for_selector(".kh-watch--ready", timeout=30_000)
        self.hands.judge("theo dõi")
        self.page.get_by_role("button", name=f"Mời ra về, số {card.number}").click()
        self.synced()

    def close(self, card: VisitCard) -> bytes:
        """The last desk: the next date told, the confirmation printed; returns the paper."""
        self.desk(5)
        self.scan(card.code)
        self.sees("Hẹn mũi sau")
        self.press("Enter")
        self.page.wait_for_selector("#in-giay:not([hidden])")
        self.hands.judge("kết thúc")
        return self.hands.file(self.page.get_attribute("#in-giay", "href"))

    def through(self, who: str) -> tuple[VisitCard, bytes]:
        """Somebody goes through all five desks the usual way; returns the visit and the confirmation."""
        card = self.receive(who)
        self.screen(card)
        self.inject(card)
        self.observe(card)
        octets = self.close(card)
        return self.card(card.number), octets


def at_the_desks(town: Town, point: Point) -> Desks:
    """The lead of the point opens the day and sits down at all its desks."""
    lead = town.office("point_lead", scope=make.site_scope(point.site_id))
    open_the_day(lead, point)
    return Desks(lead, point.path)


def sign_in(hands: Hands, phone: str) -> Hands:
    """Sign in to the health book by a code to this phone; no PIN is chosen."""
    before = len([text for text in hands.town.texts(phone) if "mã xác nhận" in text])
    hands.go("/so/dang-nhap").type("Số điện thoại", phone).press("Gửi mã")
    hands.type("Mã xác nhận", hands.town.code(phone, beside=before)).page.keyboard.press("Enter")
    hands.page.wait_for_url(lambda url: "/dang-nhap" not in url)
    if hands.page.url.endswith("/so/ma-pin"):
        hands.go("/so/")
    return hands.look()


def allocate(planner: Hands, unit_key: str, session_id: UUID) -> str:
    """Announce a draw for this session, draw, and see that it repeats; returns its code."""
    planner.go(f"/dieu-phoi/phan-bo/moi?noi={unit_key}")
    planner.page.check(f"input[name=sessions][value='{session_id}']")
    planner.press("Chốt danh sách và công bố")
    code = planner.page.url.rsplit("/", 1)[-1]
    planner.press("Rút thăm và mời").press("Kiểm tra: rút lại từ dữ liệu đã lưu")
    planner.sees("Rút lại ra đúng kết quả đã công bố.")
    return str(code)


def send_list(clerk: Hands, organization_id: UUID, name: str, data: bytes) -> str:
    """Upload a list and wait until it is read; returns its address."""
    clerk.go(f"/to-chuc/{organization_id}").upload("Tệp danh sách", name, data)
    clerk.tick("Người trong danh sách đã được báo và đồng ý đăng ký").press("Gửi lên để đọc")
    return str(until_done(clerk).page.url.split("?")[0])


def until_done(clerk: Hands) -> Hands:
    """Wait beside the list while the work in the background goes on: the page renews itself."""
    clerk.page.get_by_role("navigation", name="Lọc dòng").wait_for()
    clerk.page.wait_for_load_state()
    return clerk.look()


def before(days: int) -> date:
    """So many days before today."""
    return clock.on_date(clock.now()) - timedelta(days=days)
