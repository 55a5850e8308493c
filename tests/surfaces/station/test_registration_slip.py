"""Who registered brings the slip of the registration: its code opens them at each desk, as an appointment's does."""

from uuid import UUID

import pytest

from khien.booking import actions as booking
from khien.booking import queries as bookings
from khien.kernel import clock, codes
from khien.kernel.refs import Actor
from khien.registration import actions as registration
from khien.registration import queries as registrations
from khien.visits import actions as visits
from khien.visits import queries
from tests import make
from tests.make_day import SURE, done_at, make_day, make_visit
from tests.make_desk import envelope, post, tell

pytestmark = pytest.mark.usefixtures("db")
UNKNOWN = codes.with_check("1" * 10)


@pytest.fixture
def day(hour):
    return make_day(mode="open", at=clock.now())


def registered(person=None):
    """Somebody who waits, and the code of the slip that they were given."""
    person = person or make.make_person(at=clock.now())
    id = make.make_registration(person, at=clock.now())
    return person, id, registrations.registration(id).code


def booked(day):
    person, registration, code = registered()
    slot = bookings.slots(day.session_id)[0]
    made = booking.book(person_id=person, registration_id=registration, slot_id=slot.id, by=make.BY, at=clock.now())
    return person, made, code


def look(client, day, text):
    return post(client, f"/diem/{day.session_id}/tim", {"q": text})


def receive(client, day, code, **more):
    (receipt,) = tell(client, day, envelope(client, "check_in", session_id=str(day.session_id), identity_how="slip", appointment_code=code, **more))
    return receipt


def test_who_waits_is_found_and_received_by_the_slip_of_the_registration(lead, day):
    person, registration, code = registered()
    (found,) = look(lead, day, code).json()["people"]
    assert (found["id"], found["appointment"], found["visit"]) == (str(person), None, None)
    receipt = receive(lead, day, code)
    assert (receipt["status"], receipt["result"]["person_id"]) == ("accepted", str(person))
    assert queries.visit_by_code(code, session_id=day.session_id).number == 1
    assert look(lead, day, codes.display(code)).json()["people"][0]["visit"]["number"] == 1
    assert registrations.of_person(person).id == registration


def test_who_has_an_appointment_here_comes_by_it_with_the_older_slip_too(lead, day):
    person, made, code = booked(day)
    (found,) = look(lead, day, code).json()["people"]
    assert (found["id"], found["appointment"]["code"]) == (str(person), made.code)
    receipt = receive(lead, day, code)
    assert (receipt["status"], receipt["result"]["warnings"]) == ("accepted", [])
    assert bookings.appointment(made.appointment_id).state == "arrived"
    assert not queries.visit(UUID(receipt["result"]["visit"]["visit_id"])).walk_in


def test_the_receipt_of_who_registered_somebody_again_names_nobody_and_says_what_to_do(lead, day):
    person = registered()[0]
    again = registration.register(person_id=person, way="portal", by=Actor("citizen", label="portal"), at=clock.now(), stranger=True)
    for told in (look(lead, day, codes.display(again.code)).json(), receive(lead, day, again.code)):
        assert told["refused"]["code"] == "visits.code_receipt"
        assert "people" not in told
        assert "quét căn cước" in told["refused"]["vi"]


def test_a_code_that_nobody_holds_or_anothers_slip_receives_nobody(lead, day):
    told = look(lead, day, UNKNOWN)
    assert (told.status_code, told.json()["refused"]["code"]) == (409, "visits.code_unknown")
    assert receive(lead, day, UNKNOWN)["refused"]["code"] == "visits.code_unknown"
    _person, _id, code = registered()
    assert receive(lead, day, code, person_id=str(make.make_person(at=clock.now())))["refused"]["code"] == "visits.code_of_another"


def test_the_injector_scans_the_slip_of_the_registration(lead, day):
    person, _id, code = registered()
    mine = make_visit(day, state="cleared", person_id=person, at=clock.now())
    other = make_visit(day, state="cleared", at=clock.now())
    asked = {"lot_id": str(day.lot_id), "slip": code}
    assert post(lead, f"/diem/{day.session_id}/truoc-tiem", {"visit_id": str(mine.visit.visit_id), **asked}).json()["stops"] == []
    wrong = post(lead, f"/diem/{day.session_id}/truoc-tiem", {"visit_id": str(other.visit.visit_id), **asked}).json()["stops"]
    assert [stop["code"] for stop in wrong] == ["visits.slip_of_another"]
    (receipt,) = tell(lead, day, envelope(lead, "give_dose", visit_id=str(mine.visit.visit_id), **asked))
    assert (receipt["status"], receipt["result"]["ordinal"]) == ("accepted", 1)


def test_every_desk_knows_the_slip_of_whom_it_expects_and_of_who_is_inside(lead, day):
    _person, _made, expected = booked(day)
    person, _id, code = registered()
    make_visit(day, person_id=person, at=clock.now())
    (row,) = lead.get(f"/diem/{day.session_id}/tinh-hinh").json()["visits"]
    (waits,) = lead.get(f"/diem/{day.session_id}/goi").json()["appointments"]
    assert (row["registration_code"], waits["registration_code"]) == (code, expected)


def test_paper_is_keyed_and_a_step_corrected_by_the_slip_of_the_registration(lead, day):
    person, _id, code = registered()
    made = make_visit(day, person_id=person, at=clock.now())
    (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=clock.now())
    page = lead.post(f"/diem/{day.session_id}/nhap-phieu", {"serial": serial, "act": "find", "find": code}).content.decode()
    assert str(person) in page
    assert str(made.visit.visit_id) in lead.post(f"/diem/{day.session_id}/sua", {"so": code}).content.decode()


def test_the_slip_still_opens_the_visit_after_the_dose(lead, day):
    person, _id, code = registered()
    made = make_visit(day, state="cleared", person_id=person, at=clock.now())
    visits.give_dose(visit=made.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(clock.now()), by=make.BY, at=clock.now())
    assert queries.visit_by_code(code).ref == made.visit
    assert look(lead, day, code).json()["people"][0]["doses"][0]["vaccine"] == "AZ"


def number_like_a_slip():
    """A personal number that, without its first zero, passes for the code of a slip."""
    return next(one for one in iter(make.make_number, None) if codes.is_slip_code(one.value[1:]))


def test_a_number_without_its_first_zero_that_looks_like_a_code_finds_its_holder(lead, day):
    number = number_like_a_slip()
    person = make.make_person(identifier=number, at=clock.now())
    found = look(lead, day, number.value[1:]).json()
    assert ([one["id"] for one in found["people"]], "code" in found) == ([str(person)], False)
    (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=clock.now())
    page = lead.post(f"/diem/{day.session_id}/nhap-phieu", {"serial": serial, "act": "find", "find": number.value[1:]}).content.decode()
    assert str(person) in page
    assert look(lead, day, number_like_a_slip().value[1:]).json()["refused"]["code"] == "visits.code_unknown"
