"""Officers whose post holds in a unit of 2025: a commune made of several old ones, a province merged from three."""

import re
from datetime import timedelta

import pytest

from khien.booking import queries
from khien.booking.models import KeptDoses, ReserveDecision
from khien.kernel.refs import Scope
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import outbox
from tests import make
from tests.surfaces.command.desk import day, officer, read, send

pytestmark = pytest.mark.usefixtures("db")
ON = make.AT.date()
MERGED = Scope("province", "79", "2025")  # of 2021: 74 Bình Dương, 77 Bà Rịa - Vũng Tàu, 79 Thành phố Hồ Chí Minh


@pytest.fixture
def kept():
    for province in ("79", "74", "01"):
        KeptDoses.objects.create(province=province, vaccine="AZ", on_hand=5, due=9, booked=0, counted_at=make.AT)


def _told(**more):
    return {"vaccine": "AZ", "decision": "QĐ 12"} | day("until", ON + timedelta(days=5)) | more


def test_the_old_provinces_of_a_unit_are_those_it_lies_in_or_was_merged_from():
    assert set(places.old_provinces("2025-79")) == {"74", "77", "79"}
    assert places.old_provinces("2021-79") == ("79",)
    assert places.old_provinces("2021-26740") == ("79",)
    assert places.old_provinces("2025-25747") == ("74",)


def test_a_merged_province_sees_and_decides_on_the_reserve_of_each_province_merged_into_it(kept):
    planner = officer("planner", scope=MERGED)
    page = read(planner, "/ke-hoach")
    assert "Để dành cho mũi 2: Thành phố Hồ Chí Minh" in page
    assert "Để dành cho mũi 2: Tỉnh Bình Dương" in page
    assert "Hà Nội" not in page
    whole = planner.get("/dieu-phoi/ke-hoach").content.decode()
    assert whole.count('id="2021-79-decision"') == whole.count('id="2021-74-decision"') == 1
    assert send(planner, "/ke-hoach/2021-74/de-danh", **_told()).status_code == 302
    assert [one.province for one in queries.reserve_decisions(province="74", on=ON)] == ["74"]
    assert queries.reserve_decisions(province="79", on=ON) == []


def test_who_plans_for_a_part_of_a_province_decides_nothing_for_the_whole(kept):
    ward, district = officer("planner", scope=Scope("commune", "25747", "2025")), officer("planner", scope=Scope("district", make.BINH_THANH, "2021"))
    assert send(ward, "/ke-hoach/2025-25747/de-danh", **_told()).status_code == 403
    assert send(district, f"/ke-hoach/2021-{make.BINH_THANH}/de-danh", **_told()).status_code == 403
    assert not ReserveDecision.objects.exists()
    assert "Quyết định cho mũi 1 dùng phần để dành" not in read(district, "/ke-hoach")
    assert "Để dành cho mũi 2: Thành phố Hồ Chí Minh" in read(district, "/ke-hoach")


def test_a_merged_province_sees_who_waits_by_commune_and_chooses_one_to_call():
    person = make.make_person()
    make.make_registration(person)
    outbox.drain(lambda: make.AT + timedelta(hours=1))
    ward = places.unit(f"2025-{people.person(person).place.commune_2025}")
    planner = officer("planner", "list_keeper", scope=MERGED)
    assert ward.full_name in read(planner, "/cho-tiem")
    assert ward.full_name in read(planner, "/goi")
    assert f"?noi={ward.key}" in planner.get("/dieu-phoi/goi").content.decode()


def test_a_merged_province_draws_among_the_groups_of_each_province_merged_into_it():
    make.make_slot(on=ON + timedelta(days=3), mode="invited")
    own = "16.79.01. "
    assert own in read(officer("planner", scope=MERGED), "/phan-bo/moi")


def test_the_board_of_a_commune_of_2025_links_only_what_its_officer_may_open():
    site = make.make_site(commune_key="2021-26740")
    make.make_session(site_id=site, on=ON)
    planner = officer("planner", scope=Scope("commune", places.unit_place("2021-26740").commune_2025, "2025"))
    for epoch in ("2021", "2025"):
        page = planner.get("/dieu-phoi/", {"ky": epoch, "het": "1"}).content.decode()
        links = set(re.findall(r'href="(/dieu-phoi/dia-ban/[^"?]+)', page))
        assert {link: planner.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_plan_of_2025_names_the_groups_of_the_provinces_it_lies_in():
    planner = officer("planner", scope=Scope("commune", "26740", "2025"))
    page = planner.get("/dieu-phoi/ke-hoach/2025-26740/sua").content.decode()
    assert 'name="g_16_79_01"' in page
    assert "16.79.01. " in page
