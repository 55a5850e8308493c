"""Doses and illnesses told at registering are seen at the desks, until the record holds the doses."""

from datetime import date

import pytest

from khien.booking import actions as booking
from khien.booking import queries as bookings
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from tests import make
from tests.make_day import make_day
from tests.make_desk import envelope, post, tell

pytestmark = pytest.mark.usefixtures("db")
DOSES = {"count": "1", "vaccine": "AZ", "on": "2021-10-12", "place": "Trạm Y tế Thử", "lot": "AZ001"}
SAID = {"count": 1, "vaccine": "AZ", "on": "2021-10-12", "place": "Trạm Y tế Thử", "lot": "AZ001", "told_on": "2021-12-14"}


@pytest.fixture
def day(hour):
    return make_day(mode="open", at=clock.now())


@pytest.fixture
def booked(day):
    person = make.make_person(at=clock.now())
    registration = make.make_registration(person, at=clock.now(), declared_dose="next", previous_dose=DOSES, history={"allergy": "yes", "acute_illness": "no"})
    slot = bookings.slots(day.session_id)[0]
    made = booking.book(person_id=person, registration_id=registration, slot_id=slot.id, by=make.BY, at=clock.now())
    return person, made.code


def test_a_declared_dose_is_asked_about_until_it_stands_on_record(lead, day, booked):
    person, code = booked
    (found,) = post(lead, f"/diem/{day.session_id}/tim", {"q": code}).json()["people"]
    assert found["declared"] == SAID
    (expected,) = lead.get(f"/diem/{day.session_id}/goi").json()["appointments"]
    assert expected["declared"] == SAID
    assert lead.get(f"/diem/{day.session_id}/goi").json()["names"]["ABDALA"] == ["Abdala", "Abdala"]  # given elsewhere, not on this table
    (receipt,) = tell(lead, day, envelope(lead, "check_in", session_id=str(day.session_id), identity_how="slip", appointment_code=code))
    visit = receipt["result"]["visit"]["visit_id"]
    story = lead.get(f"/diem/{day.session_id}/luot/{visit}").json()
    assert story["person"]["declared"] == SAID
    assert [(one["answer"], one["vi"], one["en"]) for one in story["health"]] == [("yes", "Dị ứng khác: thuốc, thức ăn, thời tiết", "Other allergies: medicine, food, weather")]
    assert lead.get(f"/diem/{day.session_id}/luot/{visit}?ban=injection").json()["health"] == []  # the doctor's to know

    path = f"/diem/{day.session_id}/mui-cu/{visit}"
    page = lead.get(path).content.decode()
    assert "Mũi gần nhất: AstraZeneca, 12/10/2021, Trạm Y tế Thử, AZ001." in page
    assert 'value="Trạm Y tế Thử"' in page
    told = {"vaccine": "AZ", "on_date_day": "12", "on_date_month": "10", "on_date_year": "2021", "lot": "AZ001", "place": "Trạm Y tế Thử", "evidence": "document"}
    assert lead.post(path, told).status_code == 302
    assert [dose.on_date for dose in immunizations.history(person, date(2021, 12, 14)).doses] == [date(2021, 10, 12)]
    assert lead.get(f"/diem/{day.session_id}/luot/{visit}").json()["person"]["declared"] is None
    assert "Mũi gần nhất" not in lead.get(path).content.decode()
    assert "declared" not in lead.get(f"/diem/{day.session_id}/goi").json()["appointments"][0]


def test_who_declared_nothing_is_asked_about_nothing(lead, day):
    person = make.make_person(at=clock.now())
    make.make_registration(person, at=clock.now())
    (found,) = post(lead, f"/diem/{day.session_id}/tim", {"person": str(person)}).json()["people"]
    assert found["declared"] is None
