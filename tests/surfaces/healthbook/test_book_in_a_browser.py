"""The book in a real Chromium: without a network, without a script, in the dark, on a small phone."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import expect

from khien.booking import actions as booking
from khien.certificates import actions as certificates
from khien.kernel.refs import Actor
from khien.plumbing import audit
from khien.registration import actions as registration
from khien.safety import actions as safety
from tests import browser, make, make_book
from tests.make_book import Family


@dataclass
class Shown:
    """A served book with something on every page."""

    server: str
    chrome: browser.Chrome
    family: Family
    cookie: str
    record: UUID
    certificate: UUID
    appointment: UUID
    reaction: UUID

    def address(self, name: str, person: UUID | None = None, **more: Any) -> str:
        """The address of a page of a person (the account's own)."""
        return self.server + reverse(f"healthbook:{name}", kwargs={"person": person or self.family.own, **more})

    def page(self, **context: Any) -> Any:
        """A page in which the family is signed in, on a phone."""
        page = self.chrome.new_page(width=context.pop("width", 360), **context)
        page.context.add_cookies([{"name": "khien", "value": self.cookie, "url": self.server}])
        return page


@pytest.fixture
def shown(committed: str) -> Iterator[Shown]:
    family = make_book.make_family()
    record, certificate = make_book.make_certified(family.own)
    asked = registration.register(person_id=family.grandmother, way="staff", by=make.BY, at=make.AT)
    slot = make.make_slot(on=date(2021, 12, 16), mode="open")
    make.make_slot(on=date(2021, 12, 17), mode="open")
    booked = booking.book(
        person_id=family.grandmother, registration_id=asked.registration_id, slot_id=slot.id, by=make.BY, at=make.AT
    )
    audit.read(person=family.own, by=make.make_staff("reception").actor(), at=make.AT, purpose="reception", office="Trạm y tế phường 15")
    felt = safety.report_reaction(
        person_id=family.child, symptoms=["breathing"], onset_at=make.AT, source="health_book", by=Actor("citizen", family.account.id), at=make.AT
    )
    cookie = make_book.signed_in(family.account).cookies["khien"].value
    with browser.serving() as server, browser.chromium() as chrome:
        yield Shown(server, chrome, family, cookie, record, certificate, booked.appointment_id, felt.id)


def apart[T](work: Callable[[], T]) -> T:
    """Do something in the database beside the browser, whose loop Django takes for its own."""

    def done() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as worker:
        return worker.submit(done).result()


def ready(page: Any) -> None:
    """Wait until the app's worker serves this page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def test_a_kept_certificate_is_shown_with_the_network_cut_and_gone_after_signing_out(shown: Shown) -> None:
    page = shown.page()
    certificate = shown.address("show", certificate=shown.certificate)
    page.goto(certificate)
    ready(page)
    page.get_by_role("button", name="Lưu vào máy này").click()
    page.get_by_text("Dùng được khi mất mạng").wait_for()

    page.context.set_offline(True)
    page.goto(certificate)
    expect(page.get_by_text("Hợp lệ")).to_be_visible()
    expect(page.get_by_role("img", name="Mã QR chứng nhận của Lê Thu Hà")).to_be_visible()
    expect(page.get_by_text("Không có mạng. Đây là bản lưu trên máy")).to_be_visible()
    font = page.evaluate("document.fonts.ready.then(() => document.fonts.check('700 16px \"Be Vietnam Pro\"'))")
    assert font
    page.goto(shown.address("dose", record=shown.record))
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
    page.get_by_role("link", name="Chứng nhận của Lê Thu Hà").click()
    expect(page.get_by_text("Hợp lệ")).to_be_visible()

    page.context.set_offline(False)
    page.goto(f"{shown.server}/so/tro-giup")
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    page.get_by_role("heading", name="Đã đăng xuất").wait_for()
    page.wait_for_function("caches.has('khien-so-pages').then((kept) => !kept)")
    page.context.set_offline(True)
    page.goto(certificate)
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
    expect(page.get_by_text("Chưa lưu trang nào")).to_be_visible()


def test_nothing_is_kept_without_being_asked_and_another_accounts_pages_are_cleared(shown: Shown) -> None:
    page = shown.page()
    certificate = shown.address("show", certificate=shown.certificate)
    page.goto(certificate)
    ready(page)
    page.context.set_offline(True)
    page.goto(certificate)
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()

    page.context.set_offline(False)
    page.goto(certificate)
    page.get_by_role("button", name="Lưu vào máy này").click()
    page.get_by_text("Dùng được khi mất mạng").wait_for()
    cookie = apart(lambda: make_book.signed_in(make.make_account("0966000222")).cookies["khien"].value)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "khien", "value": cookie, "url": shown.server}])
    page.goto(f"{shown.server}/so/")
    page.context.set_offline(True)
    page.goto(certificate)
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()


def test_a_certificate_revoked_meanwhile_says_so_where_it_was_kept(shown: Shown) -> None:
    page = shown.page()
    certificate = shown.address("show", certificate=shown.certificate)
    page.goto(certificate)
    ready(page)
    page.get_by_role("button", name="Lưu vào máy này").click()
    page.get_by_text("Dùng được khi mất mạng").wait_for()
    apart(lambda: certificates.revoke(certificate_id=shown.certificate, reason="thử", by=make.BY, at=make.AT))
    page.goto(certificate)
    page.get_by_text("Đã thu hồi").wait_for()
    page.wait_for_function(
        "caches.open('khien-so-pages').then((p) => p.match(location.pathname)).then((k) => k.text()).then((t) => t.includes('Đã thu hồi'))"
    )
    page.context.set_offline(True)
    page.goto(certificate)
    expect(page.get_by_text("Đã thu hồi")).to_be_visible()


def test_the_whole_way_works_without_a_script(shown: Shown) -> None:
    page = shown.page(java_script_enabled=False)
    page.goto(f"{shown.server}/so/")
    page.get_by_role("link", name="Bà Mận").click()
    page.get_by_role("link", name="Mã đến tiêm").click()
    page.get_by_role("button", name="Sẽ đến").click()
    expect(page.get_by_text("Đã báo sẽ đến")).to_be_visible()
    page.get_by_role("link", name="Đổi giờ").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Giữ giờ này").click()
    expect(page.get_by_text("Thứ Sáu 17/12/2021")).to_be_visible()
    page.goto(shown.address("feeling"))
    expect(page.get_by_role("link", name="Gọi 115", exact=True)).not_to_be_visible()
    page.get_by_label("Khó thở, thở rít, tím tái").check()
    expect(page.get_by_role("link", name="Gọi 115", exact=True)).to_be_visible()
    page.get_by_role("button", name="Gửi").click()
    expect(page.get_by_role("heading", name="Gọi 115 ngay")).to_be_visible()
    page.goto(shown.address("show", certificate=shown.certificate))
    expect(page.get_by_text("Hợp lệ")).to_be_visible()
    page.goto(f"{shown.server}/so/tro-giup")
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    expect(page.get_by_role("heading", name="Đã đăng xuất")).to_be_visible()


def pages(shown: Shown) -> dict[str, str]:
    """The pages of the book, one of each kind, by name."""
    family, own = shown.family, shown.address
    found = {name: own(name) for name in ("person", "history", "certificates", "feeling", "readers", "openers")}
    found |= {name: own(name, family.grandmother, appointment=shown.appointment) for name in ("appointment_of", "move")}
    found |= {
        "invited": own("person", family.grandmother), "new": own("person", family.child), "register": own("register_person", family.child), "dose": own("dose", record=shown.record),
        "wrong-dose": own("correct_what", what="mui") + f"?mui={shown.record}", "show": own("show", certificate=shown.certificate),
        "felt": own("felt", family.child, reaction=shown.reaction), "wrong-name": own("correct_what", what="thong-tin"),
    }  # fmt: skip
    slugs = ("gia-dinh", "gia-dinh/them", "gia-dinh/noi", "tro-giup", "ma-pin", "ngoai-tuyen", "mat-may")
    return found | {slug: f"{shown.server}/so/{slug}" for slug in slugs}


def test_every_page_is_accessible_folds_and_breaks_no_policy_in_light_and_dark(shown: Shown) -> None:
    page = shown.page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Policy" in message.text else None)
    faults = {}
    for name, address in pages(shown).items():
        page.emulate_media(color_scheme="light")
        answer = page.goto(address)
        assert answer.status == 200, name
        found = [*browser.axe(page), *([f"{wider} px too wide"] if (wider := browser.overflow(page, 320)) else [])]
        page.emulate_media(color_scheme="dark")
        found += browser.axe(page, only=["cat.color"])
        if found:
            faults[name] = found
    signing = shown.chrome.new_page(width=360)
    signing.goto(f"{shown.server}/so/dang-nhap")
    signing.get_by_label("Số điện thoại").fill("12")
    signing.get_by_role("button", name="Gửi mã").click()
    expect(signing.get_by_role("alert")).to_be_visible()
    assert (faults, browser.axe(signing), said) == ({}, [], [])
