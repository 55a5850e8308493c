"""The pages of plans: what if, allotments, proposed sessions, the queue of a session."""

from datetime import timedelta

from khien.booking import queries as booking
from khien.planning import queries
from tests import make
from tests.make_book import handle
from tests.surfaces.command.desk import FAR, day, officer, read, send

CITY = "2021-79"


def _told(**more):
    facts = {"doses_AZ": "500", "tables": "4", "per_table": "100", "teams": "1", "weekdays": ["0", "1", "2", "3", "4"], "walk_in": "10", "letter": "KH 7"}
    return facts | day("first_on", make.AT.date()) | day("last_on", make.AT.date() + timedelta(days=13)) | more


def test_a_planner_records_the_plan_and_asks_what_if(db):
    planner = officer("planner")
    make.make_registration()
    handle()
    assert "Chưa có kế hoạch ở đây" in read(planner, "/ke-hoach")
    assert send(planner, f"/ke-hoach/{CITY}/sua", **_told()).status_code == 302
    assert queries.plan(CITY).doses == {"AZ": 500}
    page = read(planner, "/ke-hoach", ban="10", lieu="0")
    assert "Không xong được: còn thiếu 1 liều." in page
    assert "Xong ngày" in read(planner, "/ke-hoach", ban="10", lieu="5")


def test_what_was_typed_stays_when_a_plan_goes_beyond_the_rule(db):
    planner = officer("planner")
    answer = send(planner, f"/ke-hoach/{CITY}/sua", **_told(per_table="150"))
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "mời ghi lý do" in text
    assert 'value="150"' in text
    assert send(planner, f"/ke-hoach/{CITY}/sua", **_told(per_table="150", reason="Hai ca bác sĩ")).status_code == 302


def test_sessions_are_proposed_for_those_who_wait_and_the_ticked_ones_planned(db):
    planner = officer("planner")
    site = make.make_site()
    make.make_registration()
    handle()
    send(planner, f"/ke-hoach/{CITY}/sua", **_told())
    page = planner.get(f"/dieu-phoi/ke-hoach/{CITY}/de-xuat").content.decode()
    on = make.AT.date() + timedelta(days=1)
    assert f'value="{site} {on.isoformat()}"' in page
    assert send(planner, f"/ke-hoach/{CITY}/de-xuat", vac_xin="AZ").status_code == 409
    done = send(planner, f"/ke-hoach/{CITY}/de-xuat", buoi=f"{site} {on.isoformat()}", vac_xin="AZ")
    assert done.status_code == 200
    assert "Đã lập một buổi tiêm" in done.content.decode()
    assert [one.site_id for one in booking.sessions(None, on=on)] == [site]


def test_the_queue_of_a_session_is_forecast_and_people_are_moved_to_a_near_one(db):
    from khien.booking import actions as bookings

    full, near = make.make_slot(places=1), make.make_slot(places=5)
    first, second = make.make_person(), make.make_person()
    bookings.book(person_id=first, registration_id=make.make_registration(first), slot_id=full.id, how="booked", by=make.BY, at=make.AT)
    bookings.join_standby(session_id=full.session_id, person_id=second, registration_id=make.make_registration(second), by=make.BY, at=make.AT)
    planner = officer("planner")
    assert "Chuyển bớt người sang nơi gần" in read(planner, f"/buoi/{full.session_id}/hang-cho")
    sent = send(planner, f"/buoi/{full.session_id}/chuyen-bot", den=str(near.session_id), so_nguoi="1")
    assert sent.status_code == 302
    assert booking.appointment_of(first).session_id == near.session_id


def test_nobody_plans_for_a_province_that_is_not_theirs(db):
    far = officer("planner", scope=FAR)
    assert far.get(f"/dieu-phoi/ke-hoach/{CITY}/sua").status_code == 403
    assert send(far, f"/ke-hoach/{CITY}/de-xuat", vac_xin="AZ").status_code == 403
