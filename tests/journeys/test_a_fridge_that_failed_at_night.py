"""A fridge failed at night: the lot is held before the point opens, the desk would stop, an officer decides with the grounds, the day goes on."""

from datetime import timedelta

import httpx
from django.conf import settings

from khien.kernel import clock
from khien.stock import actions as stock
from khien.stock import queries as stock_reads
from tests import browser, make
from tests.make_stock import make_fridge
from tests.surfaces.command.desk import CITY, browser_of


def signed_in(chrome, server, client):
    page = chrome.new_page()
    page.set_default_timeout(60_000)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server}])
    return page


def test_a_lot_in_a_fridge_that_failed_at_night_is_held_and_released_by_a_decision(committed):
    # given a point with a fridge, a lot in it, and a logger with its token
    site = make.make_site()
    lot = make.make_lot(number_="ABV901", site_id=site, doses=80, at=clock.now() - timedelta(days=2), expires_on=clock.on_date(clock.now()) + timedelta(days=90))
    make_fridge(site, code="TL-7")
    token = stock.make_key(label="Trạm gom", site_id=site, by=make.BY, at=make.AT)
    now = clock.now()
    lead = browser_of(make.make_staff("point_lead", scope=make.site_scope(site)))
    officer = browser_of(make.make_staff("planner", scope=CITY))
    with browser.serving() as server, browser.chromium() as chrome:
        # when the night's readings come: good until 20:00, then eleven warm hours, one of them nonsense
        night = [["TL-7", (now - timedelta(minutes=5 * i)).isoformat(), 9.6 if 12 <= i < 150 else 4.4] for i in range(200)]
        answer = httpx.post(f"{server}/api/readings", json={"readings": [*night, ["TL-7", now.isoformat(), 850]]}, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        assert (answer.json()["kept"], answer.json()["reasons"]) == (200, {"reading_impossible": 1})
        # then the lead sees in the morning that the lot is held, and may not release it
        page = signed_in(chrome, server, lead)
        page.goto(f"{server}/dieu-phoi/kho/{site}")
        assert page.get_by_text("Lô ABV901 đang giữ lại ở đây").count() == 1
        assert page.get_by_role("link", name="Quyết định: cho dùng lại hoặc hủy").count() == 0
        page.goto(f"{server}/dieu-phoi/kho/lanh")
        page.get_by_role("link", name="Tủ vắc xin").first.click()
        page.locator("svg.kh-temp .kh-temp__line--out").first.wait_for(state="attached")
        assert page.get_by_text("trên 8 °C cộng dồn 10 giờ").count() >= 1
        assert browser.axe(page) == []
        assert browser.overflow(page, 320) == 0
        # and the officer decides with the grounds
        page = signed_in(chrome, server, officer)
        page.goto(f"{server}/dieu-phoi/kho/lanh")
        browser.led(page, page.get_by_role("link", name="ABV901").first.click)
        assert "còn 80 liều" in page.inner_text("main")
        page.get_by_label("Cho dùng lại").check()
        page.get_by_label("Căn cứ, số biên bản").fill("BB 12: nhà sản xuất xác nhận lô còn dùng được")
        page.get_by_role("button", name="Ghi quyết định").click()
        page.get_by_text("Đã ghi vào sổ kho.").wait_for()
        page.set_viewport_size({"width": 360, "height": 800})
        for path in ("kho", f"kho/{site}", f"kho/lo?lo={lot}", f"kho/thu-hoi?lo={lot}"):
            page.goto(f"{server}/dieu-phoi/{path}")
            assert browser.axe(page) == [], path
            assert browser.overflow(page, 320) == 0, path
    assert stock_reads.lot(lot, site).state == "released"
