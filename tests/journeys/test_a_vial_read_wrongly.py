"""A dose was in the arm before the desk stopped its lot: the injector sees as which lot the number is read before it is recorded."""

import pytest

from khien.immunizations import queries as immunizations
from tests import make
from tests.journeys.steps import TUESDAY, Desks
from tests.make_day import make_day, make_visit


@pytest.mark.usefixtures("town")
def test_a_number_typed_with_other_letters_is_shown_as_read_and_recorded_after_it_was_seen(town):
    # given: somebody in the chair, a lot with zeros in its number
    town.at(TUESDAY, 10, 0)
    day = make_day()
    make.make_lot("AZ", "KX0001", site_id=day.site_id)
    waiting = make_visit(day, state="cleared")
    desks = Desks(town.office("point_lead", scope=make.site_scope(day.site_id)), f"/diem/{day.session_id}")
    page = desks.page
    page.set_viewport_size({"width": 360, "height": 760})
    desks.desk(3)
    desks.scan(desks.card(waiting.number).code)
    page.wait_for_selector(".kh-dose__title")

    # when: the needle was in already, and the number is typed with the letter O
    page.get_by_role("button", name="Đã lỡ tiêm rồi").click()
    desks.sees("Sẽ ghi là lô")
    page.fill("#roi-lo", "KHONG9")
    desks.sees("Không có trong sổ", "Sẽ ghi là lô KHONG9, AstraZeneca, chưa rõ hạn")
    desks.shot("lo-khong-co")
    page.fill("#roi-lo", "kxooo1")
    page.fill("#roi-vi-sao", "Tiêm trước khi máy báo")
    page.get_by_role("button", name="Ghi mũi đã tiêm").click()

    # then: it is shown first, and recorded once it was seen
    desks.sees("Khác số đã gõ", "Sẽ ghi là lô KX0001, AstraZeneca, hạn 30/06/2022", "Chữ O đọc là số 0")
    desks.shot("lo-doc-khac")
    assert desks.card(waiting.number).record_id is None
    desks.hands.judge("mũi đã lỡ tiêm: đọc số lô")
    page.get_by_role("button", name="Đúng nhãn lọ, ghi mũi đã tiêm").click()
    town.until(lambda: desks.card(waiting.number).record_id, "the dose is in the book")
    assert immunizations.record(desks.card(waiting.number).record_id).lot_number == "KX0001"

