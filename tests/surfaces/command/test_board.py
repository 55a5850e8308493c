"""The board: numbers of my place only, in either geography, and a list behind each of them."""

import re
from datetime import timedelta

from khien.kernel import clock
from khien.kernel.refs import Performed, Scope
from khien.plumbing import outbox
from khien.stock import actions as stock
from tests import make, make_day
from tests.make_book import handle
from tests.surfaces.command.desk import DISTRICT, FAR, ROOT, officer, read


def a_day_with_one_received() -> make_day.Day:
    day = make_day.make_day()
    make_day.make_visit(day)
    outbox.drain(clock.now)
    return day


def test_the_board_shows_the_day_of_my_district_and_nothing_of_another_province(db):
    day = a_day_with_one_received()
    near, far = officer("planner", scope=DISTRICT), officer("planner", scope=FAR)
    name = read(near, f"/buoi/{day.session_id}").split("Đang tiêm")[0].rsplit("Điểm tiêm thử", 1)[1].strip()
    assert f"Điểm tiêm thử {name}" in read(near, "/")
    assert "Điểm tiêm thử" not in read(far, "/")


def test_a_board_of_another_place_does_not_open(db):
    near = officer("planner", scope=DISTRICT)
    assert near.get(f"{ROOT}/dia-ban/2021-{make.BINH_THANH}").status_code == 200
    assert near.get(f"{ROOT}/dia-ban/2021-01").status_code == 403
    assert near.get(f"{ROOT}/dia-ban/vn").status_code == 403
    assert near.get(f"{ROOT}/dia-ban/2021-99999").status_code == 404


def test_the_board_drills_down_from_the_country_to_the_session(db):
    day = a_day_with_one_received()
    nation = officer("supervisor", scope=Scope("nation"))
    assert "/dieu-phoi/dia-ban/2021-79" in nation.get(f"{ROOT}/").content.decode()
    assert f"/dieu-phoi/dia-ban/2021-{make.BINH_THANH}" in nation.get(f"{ROOT}/dia-ban/2021-79").content.decode()
    assert f"/dieu-phoi/buoi/{day.session_id}" in nation.get(f"{ROOT}/dia-ban/2021-{make.BINH_THANH}").content.decode()


def test_the_same_day_stands_in_the_geography_of_2025(db):
    a_day_with_one_received()
    near = officer("planner", scope=DISTRICT)
    page = near.get(f"{ROOT}/", {"ky": "2025"}).content.decode()
    assert "Theo xã, phường" in page
    assert "Địa giới 2025" in page


def test_a_number_opens_the_sessions_and_then_the_people_behind_it(db):
    day = a_day_with_one_received()
    planner = officer("planner", scope=DISTRICT)
    behind = planner.get(f"{ROOT}/dia-ban/2021-{make.BINH_THANH}/so/received").content.decode()
    assert f"/buoi/{day.session_id}/so/received" in behind
    assert "Nguyễn Văn Thử" in read(planner, f"/buoi/{day.session_id}/so/received")


def test_who_may_not_read_lists_sees_codes_and_no_names(db):
    day = a_day_with_one_received()
    keeper = officer("stock_keeper", scope=DISTRICT)
    assert "Nguyễn Văn Thử" not in read(keeper, f"/buoi/{day.session_id}/so/received")


def test_a_recalled_lot_and_a_session_not_opened_come_first(db):
    session_id = make.make_session(hours=(8, 11), at=make.AT - timedelta(days=1))
    site_id = _site_of(session_id)
    lot_id = make.make_lot(site_id=site_id, doses=40)
    make.recall_lot(lot_id, reason="CV thử")
    page = read(officer("planner", scope=DISTRICT), "/")
    assert page.index("bị thu hồi, còn 40 liều") < page.index("chưa mở buổi 08:00")


def test_the_boards_doses_are_vaccine_and_other_goods_have_their_own_unit(db):
    site_id = make.make_site()
    make.make_lot(site_id=site_id, doses=40)
    lot_id = make.make_lot("ADRENALINE-1", "ADR1", site_id=site_id, doses=600, expires_on=clock.on_date(make.AT) - timedelta(days=1))
    stock.waste(site_id=site_id, lot_id=lot_id, doses=601, reason="broken", performed=Performed(make.AT, clock.on_date(make.AT)), by=make.BY, at=make.AT)
    make.make_lot("ADRENALINE-1", "ADR2", site_id=site_id, doses=500, expires_on=clock.on_date(make.AT) - timedelta(days=1))
    page = read(officer("planner", scope=DISTRICT), "/")
    assert re.search(r"Liều trong kho\W+40\b", page)
    assert "500 ống lô ADR2 đã hết hạn" in page
    assert "Sổ kho thiếu" not in page


def _site_of(session_id):
    from khien.booking import queries

    return queries.session(session_id).site_id


def test_an_officer_of_one_point_sees_that_point(db):
    day, other = a_day_with_one_received(), make_day.make_day()
    lead = officer("point_lead", scope=make.site_scope(day.site_id))
    page = lead.get(f"{ROOT}/").content.decode()
    assert str(day.session_id) in page
    assert str(other.session_id) not in page
    assert lead.get(f"{ROOT}/buoi/{other.session_id}").status_code == 403


def test_an_empty_day_says_what_to_do(db):
    planner = officer("planner", scope=FAR)
    assert "Chưa có điểm tiêm nào" in read(planner, "/")
    make.make_site(commune_key="2021-00001")
    page = read(planner, "/")
    assert "Không có việc gấp" in page
    assert "Chưa có số liệu ở đây" in page


def test_a_place_is_found_by_name_within_my_reach_only(db):
    near = officer("planner", scope=DISTRICT)
    assert f"/dia-ban/2021-{make.BINH_THANH}" in near.get(f"{ROOT}/chon", {"q": "binh thanh"}).content.decode()
    assert "Không thấy nơi nào" in read(near, "/chon", q="Hoàn Kiếm")


def test_shortfalls_are_named_and_never_stop_a_board(db):
    site_id = make.make_site()
    lot_id = make.make_lot(site_id=site_id, doses=1)
    done = Performed(make.AT, clock.on_date(make.AT))
    stock.waste(site_id=site_id, lot_id=lot_id, doses=3, reason="broken", performed=done, by=make.BY, at=make.AT)
    assert "Sổ kho thiếu 2 liều" in read(officer("planner", scope=DISTRICT), "/")


def test_people_who_wait_without_places_are_named(db):
    make.make_registration()
    handle()
    assert "1 người đang chờ, tuần tới chỉ còn 0 chỗ" in read(officer("planner", scope=DISTRICT), "/")
