"""How many keys the desks ask of a hand, and the seconds that the keystroke-level model gives them. The counts are judged; the machine's own time is told.

`KHIEN_KEYSTROKES=FILE bin/test tests/journeys/test_keys_at_the_desks.py -n 0 -s` measures again (docs/offline.md).
"""

from datetime import date

from khien.booking import actions as booking
from khien.booking import queries as bookings
from khien.immunizations import queries as immunizations
from khien.kernel.births import PartialDate
from khien.people import queries as people
from khien.stock import queries as stock
from khien.visits import actions as visits
from khien.visits import queries
from tests import make
from tests.journeys.keystrokes import Hand
from tests.journeys.steps import Desks
from tests.journeys.town import Town
from tests.make_day import make_day

CARD = "079184990147|024990147|Trần Thị Mận Thử|27031984|Nữ|12 Đường Thử, Phường 01, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021"


def test_reception_stays_within_the_keys_and_seconds_of_the_model(town: Town) -> None:
    # given: somebody with one dose and an appointment
    day = make_day(at=make.AT, mode="open")
    person = make.make_person("Lê Văn Hẹn Thử", birth=PartialDate(1971, 5, 20), identifier=make.make_number(year=1971), sex="male")
    make.make_immunization(person, on=date(2021, 9, 20))
    booked = booking.book(person_id=person, registration_id=make.make_registration(person), slot_id=bookings.slots(day.session_id)[0].id, by=make.BY, at=make.AT)
    page = Desks(town.seat(make.make_staff("reception", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}").page

    # who comes again: the code, a look at the face and the name, Enter
    again = Hand(page, "who comes again, from scan to received", 5)
    again.scan(booked.code).sees("Tiếp đón, lấy số").think().press("Enter").sees("Đã đón, số 1").tell()
    assert again.counts == {"K": 1, "P": 0, "H": 0, "M": 1}
    again.what, again.limit = "who comes again, with the consent", 10
    again.think().press("Enter").sees("Quét căn cước hoặc mã hẹn").tell()
    assert again.counts["K"] <= 6
    assert again.operator <= 5

    # nobody knows them: the card, the phone, Enter
    card = Hand(page, "a walk-in with a card", 30)
    card.scan(CARD).sees("Người đến trực tiếp").think().point(page.locator("#w-dt")).type("0912000345").press("Enter").sees("Đã đón, số 2")
    card.think().press("Enter").sees("Quét căn cước hoặc mã hẹn").tell()
    assert card.counts["K"] <= 12
    assert card.operator <= card.limit

    # no phone and no number: what they say, typed without capitals
    told = Hand(page, "no phone and no ID", 90)
    told.think().press("F4").sees("#w-ten").think().type("trần thị mẹ thử").press("Tab").think().type("1950").press("Tab").think().press("ArrowDown", "Tab", "Tab")
    told.think().press("b", "Tab", "Tab").think().type("12 đường thử, phường 1").press("Enter").sees("Đã đón, số 3").think().press("Enter").sees("Quét căn cước hoặc mã hẹn").tell()
    assert told.counts["K"] <= 75
    assert told.operator <= told.limit

    town.until(lambda: len(queries.visits_of_session(day.session_id, states=["consented"])) == 3, "all three are in the book")
    seen = [people.person(card.person_id) for card in queries.visits_of_session(day.session_id)]
    assert [one.full_name for one in seen] == ["Lê Văn Hẹn Thử", "Trần Thị Mận Thử", "Trần Thị Mẹ Thử"]
    assert [one.sex for one in seen] == ["male", "female", "female"]


def test_a_paper_sheet_is_keyed_within_the_keys_and_seconds_of_the_model(town: Town) -> None:
    # given: two printed sheets; the clerk keyed the first of the same doctor, nurse and lot
    day = make_day(at=make.AT)
    numbers = [make.make_number(year=year) for year in (1975, 1980)]
    known = [make.make_person(name, identifier=number) for name, number in zip(("Lê Văn Giấy Thử", "Võ Thị Đèn Thử"), numbers, strict=True)]
    visits.print_forms(session_id=day.session_id, count=2, by=make.BY, at=make.AT)
    serials = sorted(one.serial for one in queries.papers(day.session_id))
    lot = next(one.lot.number for one in stock.lots_at(day.site_id))
    clerk = town.seat(make.make_staff("data_clerk", scope=make.site_scope(day.site_id)))
    page = clerk.page
    town.later(hours=3)
    clerk.go(f"/diem/{day.session_id}/nhap-phieu")

    first = Hand(page, "a paper sheet, the first of an afternoon", 60)
    first.sees("#phieu:focus").scan(serials[0]).sees("#find:focus").think().type(numbers[0].value).press("Enter").sees("Lê Văn Giấy Thử").sees("#received:focus").think()
    for hour in ("845", "850", "855", "925"):
        first.think().type(hour).press("Tab")
    first.think().press("Space", "Tab").type("36,7").press("Tab").type("76").press("Tab").type("120/80").press("Tab").think().press("ArrowDown", "Tab", "Tab")
    first.think().type("Bác sĩ Thử").press("Tab").think().type("Điều dưỡng Thử").press("Tab", "Tab").think().type(lot).press("Enter").sees("Đã nhập phiếu").tell()
    assert first.operator <= first.limit

    sheet = Hand(page, "one paper sheet", 25)
    sheet.sees("#phieu:focus").scan(serials[1]).sees("#find:focus").think().type(numbers[1].value).press("Enter").sees("Võ Thị Đèn Thử").sees("#received:focus")
    for hour in ("850", "855", "900", "930"):
        sheet.think().type(hour).press("Tab")
    sheet.think().press("Space", "Tab").type("36,6").press("Tab").type("76").press("Tab").type("120/80").press("Tab")
    sheet.think().press("Space", "Enter").sees("Đã nhập phiếu").tell()
    assert sheet.counts["K"] <= 48
    assert sheet.operator <= sheet.limit

    for person in known:
        (dose,) = immunizations.history(person, make.AT.date()).doses
        assert dose.lot_number == lot
    stories = [queries.story(card.ref) for card in queries.visits_of_session(day.session_id)]
    told = [(one.screenings[-1].decision, one.screenings[-1].answers, one.screenings[-1].vitals["bp_systolic"]) for one in stories]
    assert told[0] == told[1]
    assert told[0][0] == "eligible"
    assert set(told[0][1]["items"].values()) == {False}
