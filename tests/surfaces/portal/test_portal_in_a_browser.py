"""The portal in a real Chromium: no script needed, no axe violation, nothing wider than a small phone, no policy broken."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from django.db import connection

from khien.people import queries as people
from khien.people.models import OtpChallenge
from khien.registration import rules
from khien.registration.models import Registration
from tests import browser, make

PAGES = (
    "/", "/dang-ky/cho-ai", "/tra-cuu", "/tra-cuu?cach=ma", "/diem-tiem", "/so-lieu", "/kiem-tra", "/sua-sai", "/sua-sai/sai-thong-tin",
    "/sua-sai/thieu-mot-mui", "/to-chuc", "/cam-nang", "/minh-bach", "/minh-bach/sua-sai", "/tinh-trang", "/quyen-rieng-tu", "/tro-giup",
    "/demo/tin-nhan",
)  # fmt: skip


def judged(page: Any) -> list[Any]:
    """What is wrong with the page as it stands."""
    found: list[Any] = [*browser.axe(page)]
    if browser.overflow(page, 320):
        found.append(f"{page.url} is wider than 320 px")
    return found


def test_every_page_is_accessible_folds_and_breaks_no_policy(committed):
    site = make.make_site()
    make.make_session(site_id=site, on=date(2021, 12, 14), mode="open")
    wrong: dict[str, Any] = {}
    with browser.serving() as server, browser.chromium() as chrome:
        page = chrome.new_page(width=360)
        page.on(
            "console", lambda message: wrong.setdefault(page.url, []).append(message.text) if message.type == "error" else None
        )
        for address in (*PAGES, f"/diem-tiem/{site}"):
            page.goto(server + address)
            if found := judged(page):
                wrong[address] = found
    assert wrong == {}


TYPED = {
    "ho-ten": {"full_name": "Trần Thị Mận"}, "ngay-sinh": {"birth_day": "27", "birth_month": "3", "birth_year": "1951"},
    "so-giay-to": {"number": "79151990132"}, "dien-thoai": {"phone": "0901 000 132"}, "noi-o": {"q": "phuong 26 binh thanh"},
    "so-nha": {"address": "12 Đường Thử"}, "nguoi-giup": {"helper_name": "Lê Thu Hà"},
}  # fmt: skip
TICKED = {
    "cho-ai": ["whom_1"], "nguoi-giup": ["relation_3"], "gioi-tinh": ["sex_1"], "giay-to": ["paper_0"], "nhom-uu-tien": ["groups_8"],
    "mui-tiem": ["dose_0"], "suc-khoe": [f"{question}_1" for question in rules.HISTORY], "dong-y": ["agree"],
}  # fmt: skip


def answered(page: Any) -> None:
    """Fill in the question that the page shows, as a person would, and go on."""
    slug = page.url.split("?")[0].rsplit("/", 1)[-1]
    for field, value in TYPED.get(slug, {}).items():
        page.fill(f"#{field}", value)
    for field in TICKED.get(slug, []):
        if page.query_selector(f"#{field}"):
            page.check(f"#{field}")
    onward(page)
    if page.url.endswith(slug):  # a number repaired, a commune to pick
        first = page.query_selector("input[name=place]")
        if first:
            first.check()
        onward(page)


def onward(page: Any) -> None:
    """Press the page's main button and stand on what answers."""
    browser.led(page, lambda: page.click("main button.kh-button--main"))


def newest_code() -> str:
    """The code that messaging would send; asked in a thread of its own, for the browser's loop holds this one."""

    def read() -> str:
        found = people.code_for_sending(OtpChallenge.objects.latest("sent_at").id)
        connection.close()
        assert found is not None
        return found.code

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(read).result()


def test_a_granddaughter_registers_her_grandmother_without_a_script(committed):
    with browser.serving() as server, browser.chromium() as chrome:
        page = chrome.new_page(width=360, java_script_enabled=False)
        page.goto(f"{server}/")
        browser.led(page, lambda: page.click("text=Đăng ký tiêm"))
        for _ in range(24):
            if page.url.endswith("/xem-lai"):
                break
            answered(page)
        assert page.url.endswith("/dang-ky/xem-lai")
        page.go_back()
        page.go_forward()
        onward(page)
        assert "Đăng ký đã được lưu" in page.inner_text("main")
        page.fill("#code", newest_code())
        onward(page)
        assert "Đã nhận đăng ký của Trần Thị Mận" in page.inner_text("h1").replace("\n", " ")
    registration = Registration.objects.get()
    assert registration.phone_verified


def test_pages_with_mistakes_are_accessible_too(committed):
    with browser.serving() as server, browser.chromium() as chrome:
        page = chrome.new_page(width=360)
        page.goto(f"{server}/dang-ky")
        for _ in range(24):
            if page.url.endswith(("ngay-sinh", "suc-khoe")):
                onward(page)
                assert "cần sửa" in page.inner_text(".kh-summary-error")
                assert judged(page) == []
            if page.url.endswith("suc-khoe"):
                break
            answered(page)
        assert page.url.endswith("suc-khoe")
