"""A mobile team's day is a route: planned on a page, told to the team and to everyone, with the doses it carries and whose people come."""

import pytest
from django.test import Client

from khien.booking import actions as booking
from khien.places import queries as places
from khien.surfaces.command.register_forms import find_unit
from khien.surfaces.portal import figures
from tests import make
from tests.surfaces.command.desk import DISTRICT, browser_of, officer, read, words

pytestmark = pytest.mark.usefixtures("db")
DAY = make.AT.date()
OTHER = "2021-26953"


@pytest.fixture(autouse=True)
def morning(monkeypatch):
    monkeypatch.setattr("khien.kernel.clock.now", lambda: make.AT)
    figures._kept.clear()
    yield
    figures._kept.clear()


@pytest.fixture
def team():
    return make.make_site(kind="mobile", name="Đội lưu động Thử")


def _path(site):
    return f"/diem/{site}/lo-trinh"


def _add(client, site, *, chang="", **told):
    ward = places.unit(make.WARD).path
    facts = {"name": "Nhà văn hóa", "address": "1 Đường Thử", "commune": ward, "starts": "8:00", "ends": "9:30", "lieu_AZ": "60"} | told
    return client.post(f"/dieu-phoi{_path(site)}?ngay={DAY}&chang={chang}", facts)


def test_stops_are_added_in_order_of_time_changed_and_taken_out(team):
    planner = officer("planner", scope=DISTRICT)
    other = places.unit(OTHER).path
    assert _add(planner, team, name="Chợ", starts="10:00", ends="11:00", serves=other).status_code == 302
    assert _add(planner, team).status_code == 302
    first, second = places.stops(team, DAY)
    assert [first.name, second.name] == ["Nhà văn hóa", "Chợ"]
    assert second.unit_keys == (make.WARD, OTHER)
    assert dict(first.carried) == {"AZ": 60}
    assert "Giờ này đội còn ở Nhà văn hóa" in words(_add(planner, team, name="Trường", starts="9:00", ends="10:00"))
    assert "Giờ kết thúc phải sau" in words(_add(planner, team, name="Trường", starts="13:00", ends="12:00"))
    assert _add(planner, team, chang=first.id, ends="9:00").status_code == 302
    assert "Không thấy" in words(_add(planner, team, name="Trường", starts="13:00", ends="14:00", serves="xã không có thật zzz"))
    assert planner.post(f"/dieu-phoi{_path(team)}?ngay={DAY}&chang={second.id}", {"act": "remove"}).status_code == 302
    assert [one.name for one in places.stops(team, DAY)] == ["Nhà văn hóa"]


def test_the_page_tells_what_lacks_doses_carried_and_people_without_a_stop(team):
    planner = officer("planner", scope=DISTRICT)
    make.make_lot("AZ", site_id=team, doses=50)
    slot = make.make_slot(on=DAY, site_id=team, places=5)
    far = make.make_person(place_key=OTHER)
    booking.book(person_id=far, registration_id=make.make_registration(far), slot_id=slot.id, by=make.BY, at=make.AT)
    _add(planner, team)
    page = read(planner, _path(team), ngay=DAY.isoformat())
    assert "Thiếu 10 liều" in page
    assert places.unit(OTHER).path in page
    assert "Chưa có" in page
    _add(planner, team, chang=places.stops(team, DAY)[0].id, serves=places.unit(OTHER).path)
    assert "Chưa có" not in read(planner, _path(team), ngay=DAY.isoformat())


def test_the_team_and_everyone_see_the_route(team):
    planner = officer("planner", scope=DISTRICT)
    make.make_session(site_id=team, on=DAY, mode="walk_in")
    _add(planner, team, serves=places.unit(OTHER).path)
    mine = browser_of(make.make_staff("reception", scope=make.site_scope(team))).get("/diem/").content.decode()
    assert "08:00-09:30" in mine
    assert "Nhà văn hóa" in mine
    listed = words(Client().get("/diem-tiem?tinh=79"))
    assert "08:00 - 09:30: Nhà văn hóa" in listed
    assert places.unit(OTHER).full_name in words(Client().get(f"/diem-tiem/{team}"))
    standing = Client().get("/diem-tiem/toa-do.json?tinh=79").json()
    assert any("Nhà văn hóa" in one["address"] for one in standing)


def test_a_point_is_found_in_the_district_of_its_stop(team):
    make.make_session(site_id=team, on=DAY, mode="walk_in")
    planner = officer("planner", scope=DISTRICT)
    assert "Đội lưu động Thử" in words(Client().get(f"/diem-tiem?tinh=79&quan={make.BINH_THANH}"))
    figures._kept.clear()
    elsewhere = next(one for one in places.children("2021-79") if one.code != make.BINH_THANH)
    ward = next(one for one in places.children(elsewhere.key))
    _add(planner, team, commune=ward.path)
    assert "Đội lưu động Thử" in words(Client().get(f"/diem-tiem?tinh=79&quan={elsewhere.code}"))


def test_a_fixed_point_has_no_route():
    assert officer("planner", scope=DISTRICT).get(f"/dieu-phoi{_path(make.make_site())}").status_code == 404


def test_a_commune_named_whole_is_found_although_another_one_looks_alike():
    found, wrong = find_unit("Thạnh An Cần Giờ", "commune")
    assert (wrong, found.full_name) == ("", "Xã Thạnh An")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("phường Nha Trang", "Phường Nha Trang, Tỉnh Khánh Hòa"),  # of 2025; in 2021 it is only in the path of the city's wards
        ("Phường Nha Trang, Khánh Hòa", "Phường Nha Trang, Tỉnh Khánh Hòa"),
        ("xã Cam Lâm, Khánh Hòa", "Xã Cam Lâm, Tỉnh Khánh Hòa"),
        ("Cam Lâm Con Cuông", "Xã Cam Lâm, Huyện Con Cuông, Tỉnh Nghệ An"),
        ("xã Cam Lâm 2021", "Xã Cam Lâm, Huyện Con Cuông, Tỉnh Nghệ An"),
        ("Hàng Bạc, Hoàn Kiếm", "Phường Hàng Bạc, Quận Hoàn Kiếm, Thành phố Hà Nội"),
    ],
)
def test_a_commune_of_either_map_is_found_by_its_own_name(text, path):
    found, wrong = find_unit(text, "commune")
    assert (wrong, found.path) == ("", path)


def test_a_name_that_is_another_place_on_the_other_map_is_asked_about():
    found, wrong = find_unit("xã Cam Lâm", "commune")
    assert found is None
    assert all(told in wrong for told in ("Xã Cam Lâm, Huyện Con Cuông, Tỉnh Nghệ An (2021)", "Xã Cam Lâm, Tỉnh Khánh Hòa (2025)"))
