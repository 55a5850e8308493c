"""What a busy desk does by mistake: a namesake is taken for who sits inside, a key meant for a question calls a number."""

from typing import Any

import pytest

from khien.kernel import codes
from khien.kernel.births import PartialDate
from khien.visits import actions as visits
from khien.visits import queries
from tests import make
from tests.journeys.steps import Desks
from tests.journeys.town import Town
from tests.make_day import Day, make_day, make_visit

NAME = "Nguyễn Thị Trùng Thử"


def lead_at(town: Town, day: Day) -> Desks:
    return Desks(town.seat(make.make_staff("point_lead", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}")


def test_a_namesake_at_the_door_is_not_taken_for_the_one_who_waits_inside(town: Town) -> None:
    day = make_day(at=make.AT)
    inside = make.make_person(NAME, birth=PartialDate(1953, 2, 8), identifier=make.make_number(year=1953, sex="female"), sex="female")
    outside = make.make_person(NAME, birth=PartialDate(1990, 6, 15), identifier=make.make_number(year=1990, sex="female"), sex="female")
    make_visit(day, person_id=inside)
    desks = lead_at(town, day)
    page = desks.page

    # given: one of them waits with number 1; when: the name is typed without accents; then: both are shown, who is inside first
    desks.scan("trung thu nguyen")
    desks.sees("Có 2 người, chọn một")
    assert page.locator(".kh-st-hits button").first.inner_text().endswith("số 1")
    page.get_by_role("button", name="15/06/1990").click()
    desks.sees("Không có lịch hẹn", "Chưa có mũi nào trong sổ")
    desks.press("Enter")
    desks.sees("Đã đón, số 2")
    assert queries.visit_by_number(day.session_id, 2).person_id == outside

    # without a line the desk says the same of those whom it knows
    page.context.set_offline(True)
    desks.press("Escape")
    desks.scan("nguyen thi trung")
    desks.sees("Có 2 người, chọn một", "số 1", "số 2")
    page.context.set_offline(False)


def test_the_keys_1_and_2_mark_what_was_asked_and_never_call_number_12(town: Town) -> None:
    day = make_day(at=make.AT)
    made = make_visit(day, state="cleared")
    desks = lead_at(town, day)
    desks.desk(3)
    desks.sees("Mở số 1")
    desks.press("Enter")
    desks.page.wait_for_selector("#da-tiem")
    desks.press("1")
    desks.page.wait_for_selector("#hoi-full_name:checked")
    desks.press("2")
    desks.page.wait_for_selector("#hoi-birth:checked")
    assert desks.page.input_value("#quet") == ""
    desks.press("Enter")
    desks.synced()
    desks.sees("Đã nhận")
    assert queries.visit(made.visit.visit_id).state == "dosed"


def test_a_command_over_which_the_server_stumbles_stops_nobody_else_and_is_kept(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    day = make_day(at=make.AT)
    for _ in range(2):
        make_visit(day, state="dosed")
    desks = lead_at(town, day)
    page = desks.page
    desks.desk(4)
    desks.sees("Theo dõi: 2 người")
    town.later(minutes=31)
    page.wait_for_selector(".kh-watch--ready", timeout=20000)
    finish = visits.finish_observation

    def stumbles(**told: Any) -> Any:
        if told["visit"] == queries.visit_by_number(day.session_id, 1).ref:
            raise ZeroDivisionError
        return finish(**told)

    monkeypatch.setattr(visits, "finish_observation", stumbles)
    page.get_by_role("button", name="Mời ra về, số 1").click()
    desks.sees("Máy chủ chưa ghi được phiếu này", "1 phiếu chờ gửi")
    page.get_by_role("button", name="Mời ra về, số 2").click()
    town.until(lambda: queries.visit_by_number(day.session_id, 2).state == "observed", "number 2 goes")
    assert queries.visit_by_number(day.session_id, 1).state == "dosed"

    # mended: what was kept goes by itself
    monkeypatch.setattr(visits, "finish_observation", finish)
    page.locator("#dong-bo").click()
    desks.synced()
    assert queries.visit_by_number(day.session_id, 1).state == "observed"
    assert page.locator("#khay").inner_text() == ""


def test_enter_does_not_take_one_for_another_whose_card_number_was_typed_wrong(town: Town) -> None:
    day = make_day(at=make.AT)
    number = make.make_number(year=1985)
    holder = make.make_person("Lý Thị Bưởi Thử", birth=PartialDate(1990, 6, 15), identifier=number, sex="female")
    desks = lead_at(town, day)
    desks.scan(f"{number.value}||Hoàng Văn Khác Thử|01021985|Nam|1 Đường Thử, Phường 01, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021")
    desks.sees("Số căn cước này đã có trong sổ, nhưng khác ở")
    desks.press("Enter")
    desks.sees("Người đến trực tiếp", "Hoàng Văn Khác Thử")
    desks.press("Enter")  # the holder of the number was asked about already
    desks.sees("Đã đón, số 1", "Số giấy tờ này đang có hai người nhận")
    assert queries.visit_by_number(day.session_id, 1).person_id != holder


@pytest.mark.parametrize("born", ["1978", "051978"])
def test_the_card_of_somebody_who_knows_only_the_year_opens_the_one_inside(town: Town, born: str) -> None:
    day = make_day(at=make.AT)
    number = make.make_number(year=1978, sex="female")
    make_visit(day, state="cleared", person_id=make.make_person("Nguyễn Thị Năm Thử", birth=PartialDate(1978), identifier=number, sex="female"))
    desks = lead_at(town, day)
    desks.page.context.set_offline(True)
    desks.desk(3)
    desks.scan(f"{number.value}||Nguyễn Thị Năm Thử|{born}|Nữ|1978 Đường Thử, Phường 01, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021")
    desks.sees("Nữ, 42-43 tuổi (1978)", "Khớp căn cước")
    desks.page.context.set_offline(False)


def test_two_windows_of_one_person_never_lose_what_the_other_has_not_sent(town: Town) -> None:
    day = make_day(at=make.AT)
    for _ in range(2):
        make_visit(day, state="dosed")
    first = lead_at(town, day)
    context = first.page.context
    first.desk(4)
    second = context.new_page()
    second.goto(first.page.url)
    for page in (first.page, second):
        page.wait_for_selector("text=Theo dõi: 2 người")
    town.later(minutes=31)
    for page in (first.page, second):
        page.wait_for_selector(".kh-watch--ready", timeout=20000)

    # given: no line; when: each window lets one person go, and both are closed before anything was sent
    context.set_offline(True)
    for number, page in enumerate((first.page, second), 1):
        page.get_by_role("button", name=f"Mời ra về, số {number}").click()
        page.get_by_text("1 phiếu chờ gửi").first.wait_for()
        assert queries.visit_by_number(day.session_id, number).state == "dosed"
        page.close()

    # then: the next window sends both
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{town.server}/diem/{day.session_id}")
    town.until(
        lambda: [queries.visit_by_number(day.session_id, number).state for number in (1, 2)] == ["observed", "observed"], "both go"
    )
    again.wait_for_selector("text=Đã nhận")
    assert again.evaluate("Object.keys(localStorage).filter((name) => name.includes(':hang')).length") == 0


def test_eleven_digits_at_reception_are_a_number_without_its_zero_or_a_code_typed_wrong(town: Town) -> None:
    day = make_day(at=make.AT)
    slip_like, plain, nobodys = (next(one for one in iter(make.make_number, None) if codes.is_slip_code(one.value[1:]) is like) for like in (True, False, False))
    for name, number in (("Đỗ Thị Không Thử", slip_like), ("Bùi Văn Đầu Thử", plain)):
        make.make_person(name, identifier=number)
    desks = lead_at(town, day)
    for name, number in (("Đỗ Thị Không Thử", slip_like), ("Bùi Văn Đầu Thử", plain)):
        desks.scan(number.value[1:])
        desks.sees(name, "Tiếp đón, lấy số")
        assert not desks.page.locator("#giay-to-slip:checked").count()
        desks.press("Escape")
    desks.scan(nobodys.value[1:])
    desks.sees("Mã sai một chữ số")
