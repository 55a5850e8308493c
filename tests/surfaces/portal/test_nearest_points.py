"""The nearest points are found on the device: where it stands never goes over the network."""

import json

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


def test_without_a_script_points_are_found_by_name(db):
    sites()
    page = Client().get("/diem-tiem").content.decode()
    assert "Điểm gần" in page
    assert "data-near" in page
    assert "hidden" in page.split("data-near")[1].split(">")[0]
