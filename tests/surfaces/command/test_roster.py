"""Who stands where at a session: taken over from the proposal, changed, saved, taken back; seen by the point and by the level above."""

import re
import unicodedata
from datetime import timedelta

import pytest

from khien.access import queries as access
from khien.access.roles import ROLES
from khien.booking import actions as bookings
from khien.kernel.refs import Scope
from khien.planning import queries
from khien.plumbing.models import AuditRow
from tests import make
from tests.surfaces.command.desk import FAR, browser_of, officer, read, send


@pytest.fixture
def point(db):
    """A point with one of each kind of desk, and a session of one table there."""
    site = make.make_site()
    people = {role: make.make_staff(role, scope=make.site_scope(site)) for role in ("point_lead", "reception", "screener", "injector", "observer")}
    return site, make.make_session(site_id=site, on=make.AT.date() + timedelta(days=1), tables=1), people


def _boxes(page: str) -> dict[str, list[str]]:
    """What stands in the boxes of the form, by desk."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input class="kh-input" name="(\w+)" value="([^"]*)" list', page):
        found.setdefault(name, []).append(value)
    return found


def _account(staff) -> str:
    card = access.staff_card(staff.id, at=make.AT)
    assert card is not None
    return card.username


def _form(client, session_id, **query):
    page = client.get(f"/dieu-phoi/buoi/{session_id}/phan-cong", query).content.decode()
    return _boxes(page) | {"seen": re.search(r'name="seen" value="(\d+)"', page)[1]}


def test_a_planner_takes_over_the_proposal_and_the_point_sees_who_is_expected(point):
    _site, session, people = point
    planner = officer("planner")
    assert "chưa phân công" in read(planner, f"/buoi/{session}")
    form = _form(planner, session)
    assert form["injector"][0].startswith(people["injector"].full_name)
    assert send(planner, f"/buoi/{session}/phan-cong", **form).status_code == 302
    saved = queries.roster(session)
    assert {one.staff_id for one in saved.stands} == {one.id for one in people.values()}
    assert AuditRow.objects.filter(action="planning.roster_saved", subject=f"session:{session}").count() == 1
    page = read(planner, f"/buoi/{session}/phan-cong", xong="1")
    assert "Đã lưu phân công" in page
    assert f"{ROLES['data_clerk']}: thiếu 1" in page
    home = browser_of(people["injector"]).get("/diem/").content.decode()
    assert str(ROLES["injector"]) in home


def test_who_is_expected_today_and_who_lacks_stand_on_the_points_own_page(db):
    site = make.make_site()
    injector = make.make_staff("injector", scope=make.site_scope(site))
    session = make.make_session(site_id=site, on=make.AT.date(), tables=1)
    send(officer("planner"), f"/buoi/{session}/phan-cong", injector=[injector.full_name], seen="0")
    page = browser_of(injector).get("/diem/").content.decode()
    assert f"Bạn đứng: {ROLES['injector']}" in page
    assert "Một người được phân công, thiếu 5" in page


def test_an_edit_adds_a_version_that_says_who_came_and_who_left_and_an_earlier_one_is_taken_back(point):
    _site, session, people = point
    planner = officer("planner")
    send(planner, f"/buoi/{session}/phan-cong", **_form(planner, session))
    form = _form(planner, session) | {"injector": ["Lê Thị Mượn"], "why": "Điều dưỡng ốm"}
    assert send(planner, f"/buoi/{session}/phan-cong", **form).status_code == 302
    page = read(planner, f"/buoi/{session}/phan-cong")
    assert "Thêm: Lê Thị Mượn (Tiêm)" in page
    assert f"Bớt: {people['injector'].full_name} (Tiêm)" in page
    assert "Điều dưỡng ốm" in page
    assert send(planner, f"/buoi/{session}/phan-cong", take_back="1", seen="2").status_code == 302
    assert [one.version for one in queries.roster_versions(session)] == [3, 2, 1]
    assert queries.roster(session).stands == queries.roster_versions(session)[2].stands


def test_who_has_no_post_no_account_or_stands_elsewhere_is_told_by_name_and_saved_all_the_same(point):
    _site, session, people = point
    other_site = make.make_site()
    other = make.make_session(site_id=other_site, on=make.AT.date() + timedelta(days=1), tables=1)
    planner = officer("planner")
    screener, observer = people["screener"].full_name, people["observer"].full_name
    send(planner, f"/buoi/{session}/phan-cong", screener=[screener], seen="0")
    form = {"injector": [f"{screener} ({_account(people["screener"])})"], "data_clerk": ["Người Ngoài"], "observer": [observer, observer], "seen": "0"}
    assert send(planner, f"/buoi/{other}/phan-cong", **form).status_code == 302
    page = read(planner, f"/buoi/{other}/phan-cong")
    assert f"{screener} chưa được giao việc “Tiêm” ở điểm này" in page
    assert f"{screener} cùng giờ đó còn đứng ở" in page
    assert "Người Ngoài (Nhập liệu): không thấy tài khoản nào" in page
    assert f"{observer} đứng hai bàn" in page
    bookings.cancel_session(session_id=session, reason="Mưa", by=make.BY, at=make.AT)
    assert "cùng giờ đó còn đứng ở" not in read(planner, f"/buoi/{other}/phan-cong")


def test_a_name_typed_with_accents_apart_or_an_account_in_capitals_finds_its_person(point):
    _site, session, people = point
    injector, screener = people["injector"], people["screener"]
    typed = {"injector": [unicodedata.normalize("NFD", injector.full_name)], "screener": [f"ai đó ({_account(screener).upper()})"], "seen": "0"}
    assert send(officer("planner"), f"/buoi/{session}/phan-cong", **typed).status_code == 302
    assert {one.staff_id for one in queries.roster(session).stands} == {injector.id, screener.id}


def test_two_who_save_at_once_lose_nothing_and_twice_pressed_is_once(point):
    _site, session, _people = point
    planner = officer("planner")
    form = _form(planner, session)
    assert [send(planner, f"/buoi/{session}/phan-cong", **form).status_code for _ in range(2)] == [302, 302]
    assert len(queries.roster_versions(session)) == 1
    late = send(planner, f"/buoi/{session}/phan-cong", injector=["Gõ Muộn"], seen="0")
    assert late.status_code == 409
    text = late.content.decode()
    assert "vừa lưu phân công khác" in text
    assert 'value="Gõ Muộn"' in text
    assert 'name="seen" value="1"' in text


@pytest.mark.parametrize("wrong", [{"injector": ["A" * 150]}, {"injector": ["A\x00B"]}, {"reception": ["Người"] * 201}, {"take_back": "99"}])
def test_a_roster_that_cannot_be_kept_is_refused_by_name(point, wrong):
    _site, session, _people = point
    assert send(officer("planner"), f"/buoi/{session}/phan-cong", seen="0", **wrong).status_code == 409
    assert queries.roster(session) is None


def test_a_cancelled_session_takes_no_roster(point):
    _site, session, _people = point
    bookings.cancel_session(session_id=session, reason="Mưa", by=make.BY, at=make.AT)
    answer = send(officer("planner"), f"/buoi/{session}/phan-cong", injector=["Người"], seen="0")
    assert answer.status_code == 409
    assert "đã hủy" in answer.content.decode()


def test_only_the_planner_of_the_place_and_the_points_own_lead_change_it(point):
    _site, session, people = point
    lead = browser_of(people["point_lead"])
    assert send(lead, f"/buoi/{session}/phan-cong", injector=[people["injector"].full_name], seen="0").status_code == 302
    assert officer("planner", scope=FAR).get(f"/dieu-phoi/buoi/{session}/phan-cong").status_code == 403
    assert officer("reporter").get(f"/dieu-phoi/buoi/{session}/phan-cong").status_code == 403
    elsewhere = officer("point_lead", scope=make.site_scope(make.make_site()))
    assert send(elsewhere, f"/buoi/{session}/phan-cong", injector=["X"], seen="1").status_code == 403


def test_the_level_above_sees_which_sessions_lack_whom(point):
    _site, session, people = point
    planner = officer("planner", scope=Scope("nation"))
    full = {role: [one.full_name] for role, one in people.items()} | {"data_clerk": ["Người Nhập"]}
    make.make_session(site_id=make.make_site(), on=make.AT.date() + timedelta(days=1), tables=2)
    send(planner, f"/buoi/{session}/phan-cong", seen="0", **full)
    page = read(planner, "/buoi")
    assert "Đủ người" in page
    assert "chưa phân công" in page
    lacking = read(planner, "/buoi", thieu="1")
    assert "Đủ người" not in lacking
    assert "chưa phân công" in lacking


def test_sessions_that_were_proposed_are_saved_with_their_people(db):
    from tests.make_book import handle
    from tests.surfaces.command.desk import day

    planner, site = officer("planner"), make.make_site()
    make.make_staff("injector", scope=make.site_scope(site))
    make.make_registration()
    handle()
    on = make.AT.date() + timedelta(days=1)
    told = {"doses_AZ": "500", "tables": "4", "per_table": "100", "weekdays": [str(n) for n in range(7)]}
    send(planner, "/ke-hoach/2021-79/sua", **told, **day("first_on", make.AT.date()), **day("last_on", on))
    done = send(planner, "/ke-hoach/2021-79/de-xuat", buoi=f"{site} {on.isoformat()}", vac_xin="AZ", phan_cong="1")
    assert "Một buổi đã có phân công" in done.content.decode()
