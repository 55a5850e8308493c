"""Somebody of whom reception finds nothing: what was typed goes on into the form, by F4 as by Enter."""

from tests import browser, make
from tests.journeys.steps import Desks
from tests.journeys.town import Town
from tests.make_day import make_day


def test_f4_after_nobody_was_found_goes_on_with_what_was_typed(town: Town) -> None:
    day = make_day(at=make.AT, mode="open")
    page = Desks(town.seat(make.make_staff("reception", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}").page

    def typed(text: str, *, found: bool = True) -> dict[str, str]:
        page.fill("#quet", text)
        if found:
            page.press("#quet", "Enter")
            page.get_by_text("Không thấy trong sổ").wait_for()
        page.keyboard.press("F4")
        page.wait_for_selector("#w-ten")
        told = {box: page.input_value(f"#{box}") for box in ("w-ten", "w-sinh", "w-so", "w-dt")}
        page.keyboard.press("Escape")
        page.get_by_text("Quét căn cước hoặc mã hẹn").wait_for()
        return {box: text for box, text in told.items() if text}

    assert typed("Võ Thị Chưa Có Thử") == {"w-ten": "Võ Thị Chưa Có Thử"}
    assert typed("Võ Thị Chưa Có 1950") == {"w-ten": "Võ Thị Chưa Có", "w-sinh": "1950"}
    assert typed("Võ Thị Chưa Có 5/8/1950 079150990123") == {"w-ten": "Võ Thị Chưa Có", "w-sinh": "5/8/1950", "w-so": "079150990123"}
    assert typed("079 150 990 123") == {"w-so": "079150990123"}
    assert typed("0912 000 345") == {"w-dt": "0912000345"}
    # given: typed and never looked for
    assert typed("Lê Văn Vội Thử", found=False) == {"w-ten": "Lê Văn Vội Thử"}
    assert page.input_value("#quet") == ""


def test_a_child_typed_with_the_birth_date_is_asked_for_a_guardian(town: Town) -> None:
    day = make_day(at=make.AT, mode="open")
    page = Desks(town.seat(make.make_staff("reception", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}").page
    page.fill("#quet", "Võ Thị Bé Thử 01/02/2014")
    page.press("#quet", "Enter")
    page.get_by_text("Không thấy trong sổ").wait_for()
    page.keyboard.press("F4")
    page.wait_for_selector("#w-gh", state="visible")


def test_the_desk_of_yesterdays_session_says_so_beside_its_date(town: Town) -> None:
    day = make_day(at=make.AT, mode="open")
    lead = make.make_staff("point_lead", scope=make.site_scope(day.site_id))
    page = Desks(town.seat(lead), f"/diem/{day.session_id}").page
    page.get_by_text("Quét căn cước hoặc mã hẹn").wait_for()
    assert page.inner_text("#khac-ngay") == ""
    town.later(hours=24)
    page = Desks(town.seat(make.make_staff("point_lead", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}").page
    page.get_by_role("status").get_by_text("Hôm qua").wait_for()
    assert browser.axe(page) == []
    town.later(hours=48)
    page = Desks(town.seat(make.make_staff("point_lead", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}").page
    page.get_by_role("status").get_by_text("3 ngày trước").wait_for()
