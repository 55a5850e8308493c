"""A feverish person: the doctor defers the dose with a date; invited again from then on, the next time it is given."""

from datetime import date

from khien.booking import queries as bookings
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.kernel.refs import Scope
from khien.registration import queries as registrations
from khien.visits import queries as visits
from tests import make
from tests.journeys import steps
from tests.journeys.town import Town

NAME, PHONE, BACK = "Phạm Văn Nóng Thử", "0905990188", date(2021, 12, 21)
DISTRICT = f"2021-{make.BINH_THANH}"


def test_a_feverish_person_is_deferred_invited_again_and_injected_the_next_time(town: Town) -> None:
    person = make.make_person(NAME, birth=PartialDate(1988, 6, 2), sex="male", phone=PHONE)
    make.make_registration(person)
    first = steps.a_point(steps.WEDNESDAY)
    planner = town.office("planner", scope=Scope("district", make.BINH_THANH, "2021"))
    steps.allocate(planner, DISTRICT, first.session_id)
    invited = town.until(lambda: bookings.appointment_of(person), "an appointment")
    town.until(lambda: any(invited.code in text.replace(" ", "") for text in town.texts(PHONE)), "the invitation by text")

    # given: he shows the code of the text; when: 38.4 degrees, the software proposes to defer; then: the doctor defers with a date
    town.at(steps.WEDNESDAY, 8, 0)
    desks = steps.at_the_desks(town, first)
    card = desks.receive(invited.code)
    assert card.appointment_id == invited.id
    desks.open_screening(card)
    desks.page.locator("label[for=q3co]").click()  # an acute illness
    desks.measure(temperature_c="38,4")
    desks.sees("Hoãn tiêm", "Nhiệt độ 38,4")
    desks.press("F7")
    desks.page.fill("#qd-ngay", "21/12/2021")
    desks.hands.judge("khám, hoãn")
    desks.press("Enter")
    desks.synced()
    deferred = desks.card(card.number)
    assert (deferred.state, deferred.return_on) == ("deferred", BACK)
    (screening,) = visits.story(card.ref).screenings
    assert (screening.proposal, screening.decision) == ("defer", "defer")
    assert immunizations.history(person, clock.on_date(clock.now())).doses == ()

    # he waits again, and is told from when; a draw for a day before that day passes him over
    town.later(minutes=6)  # a decision may be taken back for five minutes
    registration = town.until(lambda: (one := registrations.of_person(person)) and one.state == "waiting" and one, "back in the queue")
    phone = town.visitor()
    phone.go("/tra-cuu?cach=ma").type("Mã trên phiếu", registration.code).press("Tiếp tục")
    phone.type("Ghi mã trong tin nhắn", town.code(PHONE)).press("Mở hồ sơ").sees(NAME, "Đang chờ đến lượt", "21/12/2021")
    early = steps.a_point(date(2021, 12, 17), site_id=first.site_id)
    steps.allocate(planner, DISTRICT, early.session_id)
    assert registrations.of_person(person).state == "waiting"

    # from that day on he is invited; well again, he is injected and goes home with a confirmation
    again = steps.a_point(BACK, site_id=first.site_id)
    steps.allocate(planner, DISTRICT, again.session_id)
    second = town.until(lambda: (one := bookings.appointment_of(person)) and one.session_id == again.session_id and one, "invited again")
    town.at(BACK, 8, 0)
    card, _confirmation = steps.at_the_desks(town, again).through(second.code)
    (dose,) = immunizations.history(person, BACK).doses
    assert (dose.visit_id, dose.validity) == (card.ref.visit_id, "valid")
    assert bookings.appointment(invited.id).state == bookings.appointment(second.id).state == "done"
    town.until(lambda: registrations.of_person(person) is None or registrations.of_person(person).state != "booked", "the queue hears of the dose")
