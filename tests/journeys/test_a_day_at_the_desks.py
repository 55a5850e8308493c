"""One person holds all desks, by keyboard and scanner: a walk-in with a card goes home with a confirmation."""

from datetime import date
from typing import Any

from khien.access import actions as access
from khien.access.models import Post
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.people import queries as people
from khien.plumbing.models import AccessLog
from khien.stock import queries as lots
from khien.visits import actions as visits
from khien.visits import queries
from tests import browser, make
from tests.journeys.steps import Desks
from tests.journeys.town import Town
from tests.make_day import done_at, make_day, make_visit

NUMBER = "079184990147"
CARD = f"{NUMBER}|024990147|Trần Thị Mận Thử|27031984|Nữ|12 Đường Thử, Phường 01, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021"


def only_the_one_who_signs_is_printed(page: Any) -> None:
    """Printed, the consent is one sheet to sign: the person, the whole text, where, room for two names; no queue, no other name."""
    page.emulate_media(media="print")
    sheet = page.inner_text("body")
    assert "Trần Thị Mận Thử" in sheet
    assert sheet.count("(ký, ghi rõ họ tên)") == 2
    assert all(words not in sheet for words in ("Chưa đến", "chờ đồng ý", "Người giám hộ\n", "Vừa làm"))
    assert page.evaluate("(() => { const box = document.querySelector('.kh-st-consent'); return box.scrollHeight <= box.clientHeight + 1 })()")
    page.emulate_media(media="screen")


def test_a_walk_in_with_a_card_is_received_screened_injected_watched_and_goes_home_with_a_confirmation(town: Town) -> None:
    day = make_day(at=make.AT)
    expired = make.make_lot("AZ", "CU0388", site_id=day.site_id, expires_on=date(2021, 12, 31))
    visits.choose_lot(session_id=day.session_id, lot_id=expired, by=make.BY, at=make.AT)
    number = lots.lot(day.lot_id).number
    make.recall_lot(expired, reason="thu hồi")
    desks = Desks(town.seat(make.make_staff("point_lead", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}")
    page = desks.page

    # given: a card nobody knows; when: scanned and Enter; then: a number and the consent
    desks.scan(CARD)
    desks.sees("Người đến trực tiếp", "Trần Thị Mận Thử")
    desks.shot("1-den")
    desks.press("Enter")
    desks.sees("Đã đón, số 1", "Đồng ý tiêm")
    desks.shot("2-dong-y")
    assert browser.axe(page) == []
    only_the_one_who_signs_is_printed(page)
    desks.press("Enter")
    desks.synced()
    visit = queries.visit_by_number(day.session_id, 1)
    assert (visit.state, visit.identity_how, visit.identity_state) == ("consented", "card", "verified")

    # screened by the keys 1 and 2, a reason and a source beside the proposal, the doctor decides
    desks.desk(2)
    desks.sees("Khám số 1")
    desks.press("Enter")
    page.wait_for_selector(".kh-screen")
    desks.answer_no_to_all()
    page.keyboard.type("36,6")
    desks.sees("Đủ điều kiện tiêm", "4355/QĐ-BYT")
    desks.press("F5")
    desks.shot("3-kham")
    assert browser.axe(page) == []
    desks.press("Enter")
    desks.synced()
    assert queries.visit_by_number(day.session_id, 1).state == "cleared"

    # a recalled lot stops the whole screen, before the needle
    desks.desk(3)
    desks.scan(visit.code)
    page.wait_for_selector(".kh-dose__title")
    desks.scan("CU0388")
    desks.sees("Dừng. Không tiêm lọ này.")
    desks.shot("4-dung")
    assert browser.axe(page) == []
    assert queries.visit_by_number(day.session_id, 1).record_id is None
    # another vial is scanned: the lot of the session
    page.keyboard.insert_text(number)
    desks.press("Enter")
    page.wait_for_selector(".kh-dose__title")
    desks.sees("Mũi 1", "Phiếu khớp với số 1")
    desks.shot("5-tiem")
    assert browser.axe(page) == []
    desks.press("Enter")
    desks.synced()
    assert queries.visit_by_number(day.session_id, 1).state == "dosed"

    # taken back within five minutes, though the page was opened again in between; then given again
    page.get_by_role("button", name="Hoàn tác: Số 1, Trần Thị Mận Thử, mũi 1").wait_for()
    assert "Mận" not in page.evaluate("JSON.stringify({...localStorage})")
    page.reload()
    page.get_by_role("button", name="Hoàn tác: Số 1: Đã tiêm.").click()
    desks.sees("Hoàn tác số 1?")
    desks.press("Enter")
    desks.sees("Mở số 1")
    desks.synced()
    assert queries.visit_by_number(day.session_id, 1).state == "cleared"
    desks.scan(visit.code)
    page.wait_for_selector(".kh-dose__title")
    desks.press("Enter")
    desks.synced()

    # the line is cut: the desk goes on, amber; it comes back: green
    desks.desk(4)
    desks.sees("Theo dõi: 1 người, 0 người đủ giờ")
    town.later(minutes=31)
    page.wait_for_selector(".kh-watch--ready", timeout=20000)
    desks.shot("6-theo-doi")
    assert browser.axe(page) == []
    page.context.set_offline(True)
    page.get_by_role("button", name="Mời ra về, số 1").click()
    page.wait_for_selector(".kh-top__sync--wait")
    desks.sees("1 phiếu chờ gửi", "Chờ gửi")
    desks.shot("7-mat-mang")
    assert queries.visit_by_number(day.session_id, 1).state == "dosed"
    page.context.set_offline(False)
    desks.synced()
    assert queries.visit_by_number(day.session_id, 1).state == "observed"

    # closed, and the paper is there
    desks.desk(5)
    desks.sees("Mở số 1")
    desks.press("Enter")
    desks.sees("Hẹn mũi sau")
    desks.press("Enter")
    page.wait_for_selector("#in-giay:not([hidden])")
    desks.shot("8-ket-thuc")
    assert browser.axe(page) == []
    answer = page.request.get(f"{town.server}{page.get_attribute('#in-giay', 'href')}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    card = queries.visit_by_number(day.session_id, 1)
    assert card.state == "closed"
    (dose,) = immunizations.history(card.person_id, clock.on_date(make.AT)).doses
    assert (dose.vaccine, dose.validity) == ("AZ", "valid")
    assert people.person(card.person_id).full_name == "Trần Thị Mận Thử"
    assert set(AccessLog.objects.filter(person_id=card.person_id).values_list("purpose", flat=True)) >= {"screening", "injection", "closing"}


def test_what_the_server_refuses_is_said_in_words_with_a_way_out(town: Town) -> None:
    day = make_day(at=make.AT)
    made = make_visit(day, state="dosed")
    desks = Desks(town.seat(make.make_staff("point_lead", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}")
    page = desks.page
    # somebody else lets the person go early while this desk has no line
    desks.desk(4)
    desks.sees("Theo dõi: 1 người")
    town.later(minutes=31)
    page.wait_for_selector(".kh-watch--ready", timeout=20000)
    page.context.set_offline(True)
    page.get_by_role("button", name="Mời ra về, số 1").click()
    desks.sees("1 phiếu chờ gửi")
    visits.end(visit=made.visit, end="left_early", reason="tự về", performed=done_at(clock.now()), by=make.BY, at=clock.now())
    page.context.set_offline(False)
    page.wait_for_selector(".kh-st-refused")
    desks.sees("Máy khác đã ghi trước", "Đã đọc")
    desks.shot("9-tu-choi")
    assert browser.axe(page) == []
    page.get_by_role("button", name="Đã đọc").click()
    page.wait_for_selector(".kh-st-refused", state="detached")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for number in "123456":
            desks.desk(number)
            assert browser.overflow(page, width) == 0
        assert browser.axe(page) == []


def test_a_doctor_whose_post_ends_beside_an_open_sheet_is_told_and_keeps_the_answers(town: Town) -> None:
    day = make_day(at=make.AT)
    made = make_visit(day, state="consented")
    doctor = make.make_staff("screener", scope=make.site_scope(day.site_id))
    desks = Desks(town.seat(doctor), f"/diem/{day.session_id}")
    card = queries.visit(made.visit)
    assert card is not None
    desks.open_screening(card)
    post = Post.objects.get(staff_id=doctor.id)
    access.end_post(post_id=post.id, by=make.BY, at=clock.now())
    desks.sees("không còn vị trí ở buổi này, hỏi người phụ trách")
    answered = desks.page.locator(".kh-ask:has(input:checked)").count()
    assert answered == desks.page.locator(".kh-ask").count()
    # a tap asks again and leads nowhere else; given back, the work goes on
    desks.page.locator("#dong-bo").click()
    access.give_post(staff_id=doctor.id, role="screener", scope=make.site_scope(day.site_id), office="Phòng thử", by=make.BY, at=clock.now())
    desks.synced()
    assert desks.page.locator(".kh-ask:has(input:checked)").count() == answered
