"""The pages of plans: what if, allotments, proposed sessions, the queue of a session."""

from datetime import timedelta

from khien.access.roles import ROLES
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


def test_a_what_if_reads_thousands_and_names_what_it_cannot_read(db):
    planner = officer("planner")
    make.make_registration()
    handle()
    send(planner, f"/ke-hoach/{CITY}/sua", **_told(starts="13:00", ends="20:30", doses_AZ="1.000"))
    assert queries.plan(CITY).doses == {"AZ": 1000}
    assert "13:00 đến 20:30" in read(planner, "/ke-hoach")
    assert 'value="1000"' in planner.get("/dieu-phoi/ke-hoach", {"lieu": "1.000"}).content.decode()
    for wrong in ("abc", "²", "1.5", "-3", "9" * 12):
        answer = planner.get("/dieu-phoi/ke-hoach", {"lieu": wrong})
        assert (answer.status_code, 'role="alert"' in answer.content.decode(), f'value="{wrong}"' in answer.content.decode()) == (200, True, True)
    assert "Điều giữ lại: số bàn" in read(planner, "/ke-hoach", ban="0")


def test_proposed_sessions_come_with_who_could_stand_at_them_and_who_is_lacking(db):
    planner, site = officer("planner"), make.make_site()
    screener = make.make_staff("screener", scope=make.site_scope(site))
    make.make_registration()
    handle()
    send(planner, f"/ke-hoach/{CITY}/sua", **_told())
    page = read(planner, f"/ke-hoach/{CITY}/de-xuat")
    assert f"{ROLES['screener']}: {screener.full_name}" in page
    assert f"{ROLES['injector']}:" in page
    assert "thiếu 1" in page


def test_targets_by_group_stand_in_the_plan(db):
    from khien.reporting.models import PopulationFigure

    for as_of, people in ((day_before := make.AT.date() - timedelta(days=9), 500), (day_before + timedelta(days=5), 800)):
        PopulationFigure.objects.create(
            kind="target", unit_key=CITY, age_from=18, age_to=120, people=people, as_of=as_of, source="KH", group="1", imported_at=make.AT, imported_by="staff:x"
        )
    page = read(officer("planner"), "/ke-hoach")
    assert "Chỉ tiêu theo nhóm" in page
    assert " 800 " in page
    assert " 500 " not in page
