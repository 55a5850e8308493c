"""The nearest points are found on the device: where it stands never goes over the network."""

import json
import re
from datetime import date

from django.test import Client

from tests import browser, make

HERE = {"latitude": 10.7801234, "longitude": 106.6951234}


def sites() -> None:
    """Three points: near, farther, and one that nobody knows on a map."""
    for name, lat, lon in (("Điểm xa", 10.95, 106.80), ("Điểm gần", 10.781, 106.696), ("Điểm không tọa độ", None, None)):
        make.make_site(name=name, lat=lat, lon=lon)


def test_the_list_of_places_is_the_same_for_everyone_and_asks_for_no_position(db):
    sites()
    found = json.loads(Client().get("/diem-tiem/toa-do.json?tinh=79").content)
    assert {one["name"] for one in found} == {"Điểm xa", "Điểm gần"}
    assert Client().get("/diem-tiem/toa-do.json?tinh=nowhere").status_code == 404


def test_the_nearest_point_comes_first_and_no_request_carries_the_position(committed):
    sites()
    with browser.serving() as server, browser.chromium() as chrome:
        page = chrome.new_page(width=360, geolocation=HERE, permissions=["geolocation"])
        sent: list[str] = []
        page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''} {request.headers}"))
        page.goto(f"{server}/diem-tiem")
        page.click("text=Gần tôi nhất")
        page.wait_for_selector("[data-near] li")
        assert page.locator("[data-near] li h2").all_inner_texts() == ["Điểm gần", "Điểm xa"]
        assert "cách 0,1 km" in page.inner_text("[data-near] li")
        assert sent
        assert not [one for one in sent if "10.78" in one or "106.69" in one]
        assert browser.axe(page) == []
        assert not browser.overflow(page, 320)
        refused = chrome.new_page(width=360)
        refused.context.grant_permissions([])
        refused.goto(f"{server}/diem-tiem")
        refused.click("text=Gần tôi nhất")
        refused.wait_for_selector("text=Máy không cho biết vị trí")


def test_the_map_tells_a_district_without_a_session_today_from_one_without_a_point_and_calls_neither_unknown(db):
    open_today = make.make_site(name="Điểm mở", commune_key="2021-26905")  # Bình Thạnh
    make.make_site(name="Điểm nghỉ", commune_key="2021-26740")  # Quận 1
    make.make_session(site_id=open_today, on=date(2021, 12, 14), mode="open", hours=(9, 11))
    page = Client().get("/diem-tiem?tinh=79").content.decode()
    assert re.search(r"<title>Bình Thạnh: \d+</title>", page)
    assert "<title>Quận 1: hôm nay không có buổi tiêm đang mở</title>" in page
    assert "<title>Gò Vấp: chưa có điểm tiêm</title>" in page
    country = Client().get("/diem-tiem?tinh=none").content.decode()
    for found in (page, country):
        assert "chưa có điểm tiêm</li>" in found
        assert "chưa có số liệu" not in found


def test_without_a_script_points_are_found_by_name(db):
    sites()
    page = Client().get("/diem-tiem").content.decode()
    assert "Điểm gần" in page
    assert "data-near" in page
    assert "hidden" in page.split("data-near")[1].split(">")[0]
