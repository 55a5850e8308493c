"""Sessions planned, changed, cancelled; places allocated by a draw that anyone can do again; the queue called."""

from datetime import date

import pytest

from khien.booking import actions as booking_acts
from khien.booking import queries as booking
from khien.interchange.sheets.grid import read_grid
from khien.people import queries as people
from khien.registration import queries as registration
from tests import make
from tests.surfaces.command.desk import DISTRICT, FAR, ROOT, day, officer, read, reads_of, send, words

TOMORROW = date(2021, 12, 15)


def plan_of(site_id, **more):
    return {
        "site": str(site_id), **day("day", TOMORROW), "shift": "morning", "starts": "7h30", "ends": "11:30", "mode": "invited", "vaccines": ["AZ"],
        "tables": "2", "per_table": "100",
    } | more  # fmt: skip


def test_a_session_is_planned_at_a_point_of_mine_with_its_places(db):
    site_id = make.make_site()
    answer = send(officer("planner", scope=DISTRICT), "/buoi/moi", **plan_of(site_id))
    assert answer.status_code == 302
    made = booking.sessions(None, site_id=site_id)[0]
    assert (made.capacity, made.mode, made.tables) == (200, "invited", 2)


@pytest.mark.parametrize("starts", ["sáng", "25:00", "9" * 30, "9" * 5000])
def test_an_hour_that_is_no_hour_plans_no_session(db, starts):
    site_id = make.make_site()
    answer = send(officer("planner", scope=DISTRICT), "/buoi/moi", **plan_of(site_id, starts=starts))
    assert answer.status_code == 200
    assert booking.sessions(None, site_id=site_id) == []


def test_no_session_is_planned_at_a_point_of_another_province(db):
    site_id = make.make_site()
    answer = send(officer("planner", scope=FAR), "/buoi/moi", **plan_of(site_id))
    assert answer.status_code == 200
    assert booking.sessions(None, site_id=site_id) == []


def test_more_people_at_a_table_than_the_rule_needs_a_reason(db):
    site_id, planner = make.make_site(), officer("planner", scope=DISTRICT)
    assert "ghi lý do" in words(send(planner, "/buoi/moi", **plan_of(site_id, per_table="150")))
    assert send(planner, "/buoi/moi", **plan_of(site_id, per_table="150", reason="Có thêm đội tiêm")).status_code == 302


def test_a_mobile_team_stops_where_the_plan_says(db):
    site_id = make.make_site(kind="mobile")
    stop = {"stop_name": "Nhà trọ thử", "stop_address": "5 Hẻm Thử", "stop_commune": "phường 15 gò vấp"}
    assert send(officer("planner"), "/buoi/moi", **plan_of(site_id, **stop)).status_code == 302
    made = booking.sessions(None, site_id=site_id)[0]
    assert (made.place.district_2021, made.stop_id is not None) == ("764", True)


def test_places_grow_and_a_cancelled_session_gives_its_people_back_to_the_queue(db):
    slot = make.make_slot(places=10, on=date(2021, 12, 16))
    registration_id = make.make_registration()
    person_id = registration.registration(registration_id).person_id
    booking_acts.book(person_id=person_id, registration_id=registration_id, slot_id=slot.id, by=make.BY, at=make.AT)
    planner, page = officer("planner", scope=DISTRICT), f"/buoi/{slot.session_id}/sua"
    send(planner, page, act="places", tables="1", per_table="40")
    assert booking.session(slot.session_id).capacity == 40
    assert booking.session(slot.session_id).state == "planned"
    assert send(planner, page, act="cancel", why="Mưa lũ").status_code == 200
    send(planner, page, act="cancel", why="Mưa lũ", sure="on")
    assert booking.session(slot.session_id).state == "cancelled"
    assert registration.registration(registration_id).state == "waiting"


def booked() -> tuple:
    """One person with an appointment on Thursday."""
    slot = make.make_slot(places=5, on=date(2021, 12, 16))
    person_id = make.make_person("Lê Thị Hẹn", sex="female", phone="0900000132")
    registration_id = make.make_registration(person_id)
    booking_acts.book(person_id=person_id, registration_id=registration_id, slot_id=slot.id, by=make.BY, at=make.AT)
    return slot.session_id, person_id


def test_the_list_of_a_session_names_people_and_each_of_them_sees_who_looked(db):
    session_id, person_id = booked()
    assert "Lê Thị Hẹn" in read(officer("planner", scope=DISTRICT), f"/buoi/{session_id}/hen")
    assert reads_of(person_id) == ["list"]


def test_a_cancelled_session_still_lists_whom_it_sends_home_so_that_each_can_be_told(db):
    session_id, person_id = booked()
    planner = officer("planner", scope=DISTRICT)
    gone = make.make_person("Trần Thị Bận", sex="female", phone="0900000133")
    registration_id = make.make_registration(gone)
    slot = booking.slots(session_id)[0]
    own = booking_acts.book(person_id=gone, registration_id=registration_id, slot_id=slot.id, by=make.BY, at=make.AT)
    booking_acts.decline(appointment_id=own.appointment_id, reason="busy", by=make.BY, at=make.AT)
    send(planner, f"/buoi/{session_id}/sua", act="cancel", why="Mưa lũ", sure="on")

    page = read(planner, f"/buoi/{session_id}/hen")
    assert "Lê Thị Hẹn" in page
    assert "Đã hủy" in page
    assert "Trần Thị Bận" not in page  # who gave the place back before knows
    assert "từ 7 giờ đến 21 giờ" in read(planner, f"/buoi/{session_id}")
    data = planner.get(f"{ROOT}/buoi/{session_id}/danh-sach.xlsx").content
    assert "Lê Thị Hẹn" in " ".join(cell for row in read_grid(data) for cell in row)
    caller = officer("list_keeper", scope=DISTRICT)
    assert caller.get(f"{ROOT}/buoi/{session_id}/goi.pdf").content.startswith(b"%PDF")
    assert "call_sheet" in reads_of(person_id)
    assert reads_of(gone) == []


def test_the_list_goes_to_excel_with_numbers_masked(db):
    session_id, person_id = booked()
    data = officer("planner", scope=DISTRICT).get(f"{ROOT}/buoi/{session_id}/danh-sach.xlsx").content
    cells = " ".join(cell for row in read_grid(data) for cell in row)
    assert "Lê Thị Hẹn" in cells
    assert people.details(person_id).identifier not in cells


def test_slips_and_call_sheets_print(db):
    session_id, person_id = booked()
    keeper = officer("list_keeper", "planner", scope=DISTRICT)
    for name in ("giay-moi.pdf", "goi.pdf"):
        assert keeper.get(f"{ROOT}/buoi/{session_id}/{name}").content.startswith(b"%PDF"), name
    assert set(reads_of(person_id)) == {"list", "call_sheet"}


def test_someone_near_stands_by_and_is_called(db):
    slot = make.make_slot(places=2, on=date(2021, 12, 14), mode="invited")
    registration_id = make.make_registration()
    code = registration.registration(registration_id).code
    keeper, page = officer("list_keeper", scope=DISTRICT), f"/buoi/{slot.session_id}/du-phong"
    assert send(keeper, page, act="join", code=code).status_code == 302
    assert "Đang chờ gọi" in read(keeper, page)
    called = send(keeper, page, act="call")
    assert called.status_code == 302  # a reload calls nobody else
    assert "Đã giữ chỗ" in read(keeper, called["Location"].removeprefix(ROOT))
    assert "Đã gọi" in read(keeper, page)
    assert "không còn ai chờ" in read(keeper, send(keeper, page, act="call")["Location"].removeprefix(ROOT))


def test_a_draw_is_announced_then_drawn_and_done_again(db):
    session_id = make.make_session(on=date(2021, 12, 16), per_table=2, hours=(8, 9))
    for _ in range(3):
        make.make_registration()
    planner = officer("planner", scope=DISTRICT)
    assert "3 người đang chờ ở đây" in read(planner, "/phan-bo/moi")
    page = send(planner, f"/phan-bo/moi?noi=2021-{make.BINH_THANH}", sessions=[str(session_id)], together="household")["Location"].removeprefix(ROOT)
    announced = read(planner, page)
    assert "Cam kết của hạt giống" in announced
    assert "bin/khien allocation replay" in announced
    assert send(planner, page, act="draw").status_code == 302
    drawn = read(planner, page)
    assert "2 người được mời" in drawn
    assert "1 người chưa tới lượt" in drawn
    assert "đúng kết quả đã công bố" in words(send(planner, page, act="replay"))


def test_a_draw_of_another_province_stays_closed(db):
    make.make_session(on=date(2021, 12, 16))
    make.make_registration()
    sessions = [one.id for one in booking.sessions(None)]
    made = booking_acts.commit_allocation(unit_key=f"2021-{make.BINH_THANH}", criteria=booking_acts.Criteria(), session_ids=sessions, by=make.BY, at=make.AT)
    assert officer("planner", scope=FAR).get(f"{ROOT}/phan-bo/{made.code}").status_code == 403


def test_the_queue_of_my_ward_is_read_page_by_page_and_every_read_is_logged(db):
    registration_id = make.make_registration(make.make_person("Trần Văn Chờ"))
    person_id = registration.registration(registration_id).person_id
    assert "Trần Văn Chờ" in read(officer("list_keeper", scope=DISTRICT), "/cho-tiem")
    assert reads_of(person_id) == ["list"]
    assert "Trần Văn Chờ" not in read(officer("list_keeper", scope=FAR), "/cho-tiem")


def test_a_call_is_entered_and_its_end_is_asked_once_more(db):
    registration_id = make.make_registration(make.make_person("Trần Văn Gọi", phone="0900000132"))
    keeper = officer("list_keeper", scope=DISTRICT)
    assert "0900 000 132" in read(keeper, "/goi", noi=make.WARD)
    send(keeper, "/goi", id=str(registration_id), outcome="no_answer")
    assert registration.registration(registration_id).call_outcome == "no_answer"
    asked = words(send(keeper, f"/goi?noi={make.WARD}", id=str(registration_id), outcome="refused"))
    assert "Đăng ký của người này sẽ kết thúc" in asked
    assert registration.registration(registration_id).state == "waiting"
    send(keeper, "/goi", id=str(registration_id), outcome="refused", sure="1")
    assert registration.registration(registration_id).state == "withdrawn"


def test_nobody_calls_people_of_another_province(db):
    registration_id = make.make_registration()
    send(officer("list_keeper", scope=FAR), "/goi", id=str(registration_id), outcome="reached")
    assert registration.registration(registration_id).call_outcome == ""


def test_the_call_sheet_prints_for_a_ward(db):
    make.make_registration(make.make_person(phone="0900000132"))
    assert officer("list_keeper", scope=DISTRICT).get(f"{ROOT}/goi.pdf?noi={make.WARD}").content.startswith(b"%PDF")


def test_times_are_read_as_people_write_them():
    from khien.surfaces.command.sessions import _hour

    assert [str(_hour(text)) for text in ("7h30", "07:30", "730", "7", "7.30")] == ["07:30:00", "07:30:00", "07:30:00", "07:00:00", "07:30:00"]
    assert _hour("bảy giờ") is None
