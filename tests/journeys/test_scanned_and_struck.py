"""What a scanner and a hurried hand do: an Enter that comes twice, a slip scanned while the caret stands in another box, a person left half asked."""

from khien.booking import actions as booking
from khien.booking import queries as bookings
from khien.kernel.births import PartialDate
from khien.visits import queries
from tests import make
from tests.journeys.steps import Desks
from tests.journeys.tablets import Tablet
from tests.journeys.town import Town
from tests.make_day import Day, make_day, make_visit

NAME = "Phạm Thị Quét Thử"


def lead_at(town: Town, day: Day) -> Desks:
    return Desks(town.seat(make.make_staff("point_lead", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}")


def strike_twice(desks: Desks | Tablet) -> None:
    """A key that bounces."""
    for _ in range(2):
        desks.page.keyboard.down("Enter")
        desks.page.keyboard.up("Enter")


def types(desks: Desks, text: str) -> None:
    """What a scanner does, wherever the caret stands."""
    desks.page.keyboard.insert_text(text)
    desks.press("Enter")


def test_an_enter_that_comes_twice_does_not_sign_the_consent_unseen_and_signs_it_once(town: Town) -> None:
    day = make_day(at=make.AT, mode="open")
    person = make.make_person(NAME, birth=PartialDate(1971, 5, 20), identifier=make.make_number(year=1971, sex="female"), sex="female")
    slot = bookings.slots(day.session_id)[0]
    code = booking.book(person_id=person, registration_id=make.make_registration(person), slot_id=slot.id, by=make.BY, at=make.AT).code
    tablet = Tablet(town, day, "Máy cổng", "reception")
    tablet.take()
    tablet.cut()
    tablet.scan(code)
    tablet.sees(NAME, "Tiếp đón, lấy số")
    tablet.page.wait_for_timeout(300)
    strike_twice(tablet)
    tablet.sees("Đã đón, số A1", "Đồng ý tiêm")
    tablet.page.wait_for_timeout(300)
    assert "đồng ý" not in tablet.page.locator("#vua-lam").inner_text()
    strike_twice(tablet)
    tablet.sees("đưa mã này cho bàn khám")
    assert tablet.page.locator("#vua-lam").inner_text().count(": đồng ý") == 1


def test_a_card_scanned_with_the_caret_in_a_box_becomes_nobodys_address_and_nobodys_temperature(town: Town) -> None:
    day = make_day(at=make.AT, mode="open")
    first, second = make.make_number(year=1970), make.make_number(year=1985)
    one, other = (f"{number.value}||{name}|0203{year}|Nam|1 Đường Thử|01012021" for number, name, year in ((first, "Lê Văn Sơn Thử", 1970), (second, "Bùi Văn Hồng Thử", 1985)))
    sitting, waiting = (queries.visit(make_visit(day, state="consented").visit.visit_id) for _ in range(2))
    desks = lead_at(town, day)
    desks.scan(one)
    desks.sees("Người đến trực tiếp", "Lê Văn Sơn Thử")
    desks.page.fill("#w-o", "12 Đường Thử")
    desks.page.wait_for_timeout(300)
    types(desks, other)
    desks.sees("Người đến trực tiếp", "Bùi Văn Hồng Thử")
    assert len(queries.visits_of_session(day.session_id)) == 2

    desks.press("Escape")
    desks.open_screening(sitting)
    desks.page.fill("#do-temperature_c", "36,8")
    desks.press("F5")
    desks.page.focus("#do-temperature_c")
    desks.page.wait_for_timeout(300)
    types(desks, waiting.code)
    desks.sees("khám dở, chưa ghi")
    assert {row.state for row in queries.visits_of_session(day.session_id)} == {"consented"}

    # the first one's slip again: what was asked and measured stands there
    desks.scan(sitting.code)
    desks.page.wait_for_function("document.querySelector('#do-temperature_c')?.value === '36,8'")
    assert desks.page.locator(".kh-ask:has(input:checked)").count() == desks.page.locator(".kh-ask").count()
