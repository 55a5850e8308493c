"""The desk in a real browser: every page folds to 320 px and passes axe; the keys of the desk work; a script is never needed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from khien.cases import queries
from khien.cases.models import Case
from tests import browser, make


def beside[T](ask: Callable[[], T]) -> T:
    """What the database says, asked from a thread of its own: the browser holds this one."""
    from django.db import connections

    def asked() -> T:
        try:
            return ask()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asked).result()


def test_a_call_from_danger_to_an_open_record_by_keyboard(committed):
    from django.test import Client

    from khien.campaigns import actions as campaigns
    from khien.kernel import clock
    from khien.kernel.refs import Scope
    from khien.people import queries as people
    from khien.people.models import OtpChallenge

    shift = make.AT + timedelta(seconds=5) - datetime.now(UTC)
    clock.shift_by(lambda: shift)
    try:
        campaigns.load_reference(at=make.AT)
        make.make_person("Trần Thị Mận", phone="0912345678", sex="female", place_key=make.WARD)
        staff = make.make_staff("contact_agent", "supervisor", scope=Scope("province", "79", "2021"))
        session = Client().session
        session["staff_id"] = str(staff.id)
        session.save()
        with browser.serving() as server, browser.chromium() as chrome:
            page = chrome.new_page()
            page.context.add_cookies([{"name": "khien", "value": str(session.session_key), "url": server}])
            for path in ("/mcc/", "/mcc/moi", "/mcc/van-hanh"):
                page.goto(server + path)
                assert (path, browser.axe(page), browser.overflow(page)) == (path, [], 0)
            page.goto(f"{server}/mcc/moi")
            page.fill("#detail", "me toi kho tho sau khi tiem")
            page.fill("#phone", "0912345678")
            page.click("main .kh-actions button")
            page.wait_for_url("**/mcc/*-*")
            assert "115" in page.inner_text(".kh-mcc__danger")
            case = beside(Case.objects.get)
            page.click("label[for=p1]")
            page.click("button[value=choose]")
            page.click("button[value=send]")
            page.wait_for_selector("#code")
            code = beside(lambda: people.code_for_sending(OtpChallenge.objects.get().id))
            page.fill("#code", code.code)
            page.press("#code", "Enter")
            page.wait_for_selector(".kh-mcc__open")
            assert "Trần Thị Mận" in page.inner_text("#nguoi")
            assert (browser.axe(page), browser.overflow(page)) == ([], 0)
            page.press("body", "F2")
            page.keyboard.type("Đã gọi 115, bác nằm yên nhé")
            page.keyboard.press("F6")
            page.wait_for_selector("button[value=resume]")
            assert beside(lambda: queries.case(case.id, clock.now()).line.state) == "waiting_citizen"
    finally:
        clock.shift_by(timedelta)
