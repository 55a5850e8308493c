"""Who starts a real instance writes its facilities, points, organisations and stores into the register, by name and by code."""

import re
from datetime import date

import pytest
from django.test import override_settings

from khien.certificates import actions as certificates
from khien.kernel.refs import Scope
from khien.people import actions as people_acts
from khien.places import models
from khien.places import queries as places
from khien.stock import queries as stock
from khien.visits import queries as visits
from tests import make, make_day
from tests.surfaces.command.desk import CITY, DISTRICT, day, officer, read, send, words

pytestmark = pytest.mark.usefixtures("db")
FACILITY = {"code": "79z01", "name": "Trung tâm Y tế Bình Thạnh", "level": "district", "unit": "bình thạnh", "phone": "028 3990 0000"}
SITE = {"owner": "79Z01", "kind": "fixed", "name": "Nhà thi đấu Thử", "unit": "phường 22 bình thạnh", "tables": "4", "hospital": "Bệnh viện Thử", "hospital_phone": "115"}


def registered(client, what: str, **facts: str):
    """Add one through the page; it must be taken."""
    answer = send(client, f"/noi/moi/{what}", **facts)
    assert answer.status_code == 302, words(answer)
    return answer.headers["Location"]


def test_an_administrator_registers_a_facility_a_point_a_firm_and_a_store():
    admin = officer("administrator", scope=make.NATION)
    registered(admin, "co-so", **FACILITY)
    facility = places.facility_by_code("79Z01")
    assert (facility.place.district_2021, facility.place.commune_2021) == (make.BINH_THANH, "")
    site_page = registered(admin, "diem", **SITE)
    site = next(one for one in places.sites() if one.name == "Nhà thi đấu Thử")
    assert (site.facility_id, site.tables, site.hospital, site.place.commune_2021) == (facility.id, 4, "Bệnh viện Thử", make.WARD.removeprefix("2021-"))
    assert "Phường 22, Quận Bình Thạnh" in words(admin.get(site_page))
    registered(admin, "don-vi", kind="firm", name="Công ty Thử", unit="phường 22 bình thạnh", contact_name="Mai Thử", contact_phone="0901000123")
    firm = next(one for one in places.organizations() if one.name == "Công ty Thử")
    assert places.organization_phone(firm.id) == "+84901000123"
    registered(admin, "kho", kind="province", name="Kho Thử", unit="hồ chí minh")
    assert "Kho Thử" in [one.name for one in stock.holders([CITY], sites=False)]
    for kind, name in (("diem", "Nhà thi đấu Thử"), ("co-so", "79Z01"), ("don-vi", "Công ty Thử"), ("kho", "Kho Thử")):
        assert name in read(admin, "/noi", loai=kind, q=name)


def test_a_place_on_the_map_is_told_with_a_decimal_comma_or_a_point():
    admin = officer("administrator", scope=make.NATION)
    registered(admin, "co-so", **FACILITY)
    page = registered(admin, "diem", **(SITE | {"lat": "10,8142", "lon": " 106.6983 "}))
    assert "10.8142" in admin.get(page).content.decode().replace(",", ".")
    site = next(one for one in places.sites() if one.name == SITE["name"])
    assert (site.lat, site.lon) == (10.8142, 106.6983)


def test_a_session_is_planned_at_a_point_that_was_just_registered():
    admin, planner = officer("administrator", scope=make.NATION), officer("planner", scope=DISTRICT)
    registered(admin, "co-so", **FACILITY)
    registered(admin, "diem", **SITE)
    assert "Nhà thi đấu Thử" in read(planner, "/buoi/moi")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"code": "79Z0"}, "5"), ({"code": "79 01"}, "đúng 5 chữ số"), ({"unit": "không đâu cả"}, "Không thấy nơi này"), ({"name": " "}, "ghi tên cơ sở")],
)
def test_a_facility_that_cannot_be_is_refused_beside_its_field(wrong, said):
    answer = send(officer("administrator", scope=make.NATION), "/noi/moi/co-so", **(FACILITY | wrong))
    assert answer.status_code == 409
    assert said in words(answer)


def test_a_name_that_several_places_bear_is_asked_for_more():
    admin = officer("administrator", scope=make.NATION)
    registered(admin, "co-so", **FACILITY)
    assert "Có nhiều nơi khớp với tên này" in words(send(admin, "/noi/moi/diem", **(SITE | {"unit": "phường 15"})))


def test_nobody_registers_beyond_their_own_place_or_under_a_facility_of_another_province():
    planner = officer("planner", scope=DISTRICT)
    make.make_facility(code="01999", unit_key="2021-00001")
    assert "ngoài địa bàn" in words(send(planner, "/noi/moi/co-so", **(FACILITY | {"unit": "quận 3"})))
    assert "ngoài địa bàn" in words(send(planner, "/noi/moi/kho", kind="national", name="Kho Thử"))
    registered(planner, "co-so", **FACILITY)
    assert "cùng tỉnh" in words(send(planner, "/noi/moi/diem", **(SITE | {"owner": "01999"})))
    far = make.make_site(commune_key="2021-00001")
    assert planner.get(f"/dieu-phoi/noi/diem/{far}").status_code == 403
    mine = make.make_site()
    answer = send(planner, f"/noi/diem/{mine}", act="save", **(SITE | {"unit": "phường 15 quận 10"}))
    assert "ngoài địa bàn" in words(answer)


def test_an_officer_of_a_unit_of_2025_registers_a_point_in_a_commune_of_2025_and_its_address_names_it():
    planner = officer("planner", scope=Scope("province", "79", "2025"))
    new = next(one for one in places.children("2025-79") if one.full_name == "Phường Bình Thạnh")
    registered(planner, "co-so", code="79C01", name="Trạm Y tế Thử", level="commune", unit="phường bình thạnh 2025")
    registered(planner, "diem", **(SITE | {"owner": "79C01", "unit": "phường bình thạnh 2025", "address": "5 Đường Thử"}))
    (site,) = places.sites([Scope("commune", new.code, "2025")])
    assert (site.place.province_2025, site.place.commune_2025, site.full_address) == ("79", new.code, f"5 Đường Thử, {new.path}")
    assert site.name in read(planner, "/buoi/moi")
    assert send(planner, f"/noi/diem/{site.id}", act="save", **(SITE | {"owner": "79C01", "unit": new.path, "tables": "9"})).status_code == 302
    assert (places.site(site.id).tables, places.site(site.id).place) == (9, site.place)


def test_a_point_of_a_divided_commune_is_asked_on_which_side_it_stands():
    divided = models.UnitSuccessor.objects.filter(divided=True, old_key__startswith="2021-2").values_list("old_key", flat=True)[0]
    site_id = make.make_site(commune_key=divided)
    admin = officer("administrator", scope=make.NATION)
    assert "đã chia về nhiều nơi" in read(admin, f"/noi/diem/{site_id}")
    side = places.successors(divided)[1][0].code
    send(admin, f"/noi/diem/{site_id}", act="side", side=side)
    assert places.site(site_id).place.commune_2025 == side
    assert "Mời chọn lại" in words(send(admin, f"/noi/diem/{site_id}", act="side", side="00000"))


def test_a_point_is_put_right_closed_and_opened_again():
    site_id = make.make_site(name="Điểm sai tên")
    planner = officer("planner", scope=DISTRICT)
    code = places.site(site_id).facility_code
    send(planner, f"/noi/diem/{site_id}", act="save", **(SITE | {"owner": code, "name": "Điểm đúng tên"}))
    assert places.site(site_id).name == "Điểm đúng tên"
    send(planner, f"/noi/diem/{site_id}", act="close")
    assert not places.site(site_id).active
    assert "Đã thôi dùng" in read(planner, "/noi", q="đúng tên")
    send(planner, f"/noi/diem/{site_id}", act="open")
    assert places.site(site_id).active


def test_a_facility_is_handed_over_and_its_successor_signs_what_it_left():
    with override_settings(SIGNING="manual"):
        person = make.make_person("Trần Thị Chờ")
        people_acts.verify_identity(person=person, how="card_seen", by=make.BY, at=make.AT)
        visit = visits.visit(make_day.make_visit(make_day.make_day(), state="closed", person_id=person).visit)
        old = certificates.issue_for(record_id=visit.record_id, by=make.BY, at=make.AT).facility_id
    new, code = make.make_facility(code="79992"), places.facility(old).code
    planner = officer("planner", scope=CITY)
    send(planner, f"/noi/co-so/{old}", act="save", name="Tên đúng", phone="", address="", name_en="")
    assert places.facility(old).name == "Tên đúng"
    assert "Không có cơ sở mang mã này" in words(send(planner, f"/noi/co-so/{old}", act="succeed", heir="00000", **day("day", date(2021, 12, 1))))
    assert "tiếp nhận lẫn nhau" in words(send(planner, f"/noi/co-so/{old}", act="succeed", heir=code, **day("day", date(2021, 12, 1))))
    signer = officer("signer", scope=Scope("facility", str(new)))
    assert "Trần Thị Chờ" not in read(signer, "/ky")
    send(planner, f"/noi/co-so/{old}", act="succeed", heir="79992", **day("day", date(2021, 12, 1)))
    assert "79992" in read(planner, f"/noi/co-so/{old}")
    assert "Trần Thị Chờ" in read(signer, "/ky")


def test_a_firm_that_closed_sends_no_more_lists():
    firm = make.make_organization()
    planner = officer("planner", scope=CITY)
    facts = {"name": "Công ty Đổi Tên", "address": "", "tax_code": "", "contact_name": "", "contact_phone": "12"}
    assert send(planner, f"/noi/don-vi/{firm}", act="save", **facts).status_code == 409
    send(planner, f"/noi/don-vi/{firm}", act="save", **(facts | {"contact_phone": ""}))
    assert places.organization(firm).name == "Công ty Đổi Tên"
    send(planner, f"/noi/don-vi/{firm}", act="end")
    assert planner.get(f"/dieu-phoi/noi/don-vi/{firm}").status_code == 404


def test_who_manages_no_places_sees_no_register():
    reporter = officer("reporter", scope=CITY)
    assert reporter.get("/dieu-phoi/noi").status_code == 403
    assert "Cơ sở, điểm tiêm" not in read(reporter, "/")


def test_a_long_register_is_read_a_page_at_a_time_by_key_and_found_without_accents(db):
    owner = make.make_facility()
    for n in range(103):
        make.make_site(facility_id=owner, name=f"Điểm Thử {n:03}")
    client = officer("administrator")
    first = client.get("/dieu-phoi/noi").text
    assert first.count("/dieu-phoi/noi/diem/") == 100
    (key,) = re.findall(r"sau=([0-9a-f-]{36})", first)
    rest = client.get(f"/dieu-phoi/noi?sau={key}").text
    assert [f"Điểm Thử {n:03}" in rest for n in (99, 100, 102)] == [False, True, True]
    assert "103 nơi" in first
    found = client.get("/dieu-phoi/noi?q=diem+thu+10").text
    assert [f"Điểm Thử {n:03}" in found for n in (9, 100, 102)] == [False, True, True]
    assert client.get("/dieu-phoi/noi?sau=khong-phai").status_code == 200
    code = places.facility(owner).code
    assert code in client.get(f"/dieu-phoi/noi?loai=co-so&q={code}").text
