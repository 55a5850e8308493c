"""The pages in a real browser: no axe violation at two widths, nothing wider than a small phone, nothing that the policy blocks."""

from django.conf import settings

from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.plumbing import outbox
from tests import browser, make, make_day
from tests.surfaces.command.desk import browser_of

PAGES = ("", "buoi", "buoi/moi", "phan-bo/moi", "cho-tiem", "goi", "ho-so", "kho", "quy-dinh", "nhan-luc/moi", "bao-cao", "bao-cao/dan-so", "nhat-ky", "toi")
ROLES = ("administrator", "planner", "list_keeper", "stock_keeper", "reporter")


def signed_in(page, server: str, client) -> None:
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server}])


def test_every_section_is_accessible_folds_and_breaks_no_policy(committed):
    day = make_day.make_day()
    make_day.make_visit(day)
    make.make_registration(make.make_person(phone="0900000132"))
    outbox.drain(clock.now)
    client = browser_of(make.make_staff(*ROLES, scope=Scope("nation")))
    with browser.serving() as server, browser.chromium() as chrome:
        page = chrome.new_page()
        page.set_default_timeout(60_000)
        signed_in(page, server, client)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if "Policy" in message.text else None)
        for path in (*PAGES, f"buoi/{day.session_id}"):
            assert page.goto(f"{server}/dieu-phoi/{path}").status == 200, path
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                assert browser.axe(page) == [], (path, width)
            assert browser.overflow(page, 320) == 0, path
        assert said == []


def test_the_board_renews_itself_where_there_is_a_script_and_stands_without_one(committed):
    make_day.make_day()
    client = browser_of(make.make_staff("planner", scope=Scope("nation")))
    with browser.serving() as server, browser.chromium() as chrome:
        for script in (True, False):
            page = chrome.new_page(java_script_enabled=script)
            page.set_default_timeout(60_000)
            signed_in(page, server, client)
            page.goto(f"{server}/dieu-phoi/")
            assert page.locator("#bang .kh-plan").count() >= 5
            if script:
                with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
                    page.evaluate("htmx.ajax('GET', location.href, {target: '#bang', select: '#bang', swap: 'outerHTML'})")
                page.locator("#bang .kh-plan").first.wait_for()
                assert page.locator("#bang .kh-plan").count() >= 5
            page.context.close()
