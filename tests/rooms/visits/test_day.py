"""The ordinary day: received, agreed, screened, injected, watched, closed."""

from datetime import date, timedelta

import pytest

from khien.booking import actions as booking
from khien.booking import queries as booking_queries
from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.plumbing.models import Delivery, Event
from khien.registration import queries as registrations
from khien.stock import queries as stock
from khien.visits import actions as visits
from khien.visits import models, queries
from khien.visits.types import Confirmed, ConsentGiven
from tests import make
from tests.make import AT, BY
from tests.make_day import SURE, WELL, done_at, healthy, make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")


def told(kind: str) -> list[dict]:
    return [event.data for event in Event.objects.filter(kind=kind).order_by("id")]


def test_a_person_goes_the_ordinary_way_and_holds_a_dose():
    day = make_day()
    made = make_visit(day, state="closed")
    card = queries.visit(made.visit)
    assert (card.state, card.number, card.dose_type, card.ordinal) == ("closed", 1, "primary", 1)
    (dose,) = immunizations.history(card.person_id, date(2021, 12, 15)).doses
    assert (dose.vaccine, dose.validity, str(dose.record_id)) == ("AZ", "valid", str(card.record_id))
    assert stock.balance(day.site_id, day.lot_id).on_hand == 99
    assert [event["end"] for event in told("visits.closed")] == ["closed"]
    assert len(told("visits.dose_given")) == 1
    assert not told("visits.dose_marked")


def test_received_twice_a_person_keeps_the_number():
    day = make_day()
    person = make.make_person()
    first, second = (make_visit(day, person_id=person) for _ in range(2))
    assert (first.number, second.number, second.already) == (1, 1, True)
    assert make_visit(day).number == 2


def test_an_appointment_brings_its_person_by_the_slips_code():
    day = make_day(mode="open")
    person = make.make_person()
    slot = booking_queries.slots(day.session_id)[0]
    registered = make_registration(person)
    booked = booking.book(person_id=person, registration_id=registered, slot_id=slot.id, by=BY, at=AT)
    made = visits.check_in(
        session_id=day.session_id, appointment_code=booked.code, identity_how="slip", performed=done_at(AT), by=BY, at=AT
    )
    card = queries.visit(made.visit)
    assert (made.person_id, card.appointment_id, card.walk_in, made.warnings) == (person, booked.appointment_id, False, ())
    assert booking_queries.appointment(booked.appointment_id).state == "arrived"
    assert queries.visit_by_code(booked.code).ref == made.visit
    visits.end(visit=made.visit, end="withdrawn", reason="left", performed=done_at(AT), by=BY, at=AT)
    assert booking_queries.appointment(booked.appointment_id).state == "done"


def make_registration(person):
    from khien.registration import actions as registering

    return registering.register(person_id=person, way="staff", by=BY, at=AT).registration_id


def test_a_walk_in_from_a_new_person_gets_a_place_in_the_one_queue():
    day = make_day()
    made = visits.check_in(
        session_id=day.session_id, new_person=make.told_person(), identity_how="card", performed=done_at(AT), by=BY, at=AT
    )
    assert registrations.of_person(made.person_id).way == "walk_in"
    assert queries.visit(made.visit).walk_in
    assert queries.visit(made.visit).identity_state == "verified"


def test_what_is_odd_is_told_and_stops_nobody():
    today, tomorrow = make_day(mode="invited"), make.make_session(on=date(2021, 12, 15), mode="open")
    person = make.make_person(birth=make.PartialDate(2010, 5, 1))
    slot = booking_queries.slots(tomorrow)[0]
    from khien.booking.types import Dose

    booking.book(
        person_id=person,
        registration_id=make_registration(person),
        slot_id=slot.id,
        site_id=slot.site_id,
        dose=Dose(),
        by=BY,
        at=AT,
    )
    made = make_visit(today, person_id=person)
    assert {"visits.wrong_day", "visits.no_dose_due", "visits.guardian_consents"} <= {warning.code for warning in made.warnings}
    again = make_visit(today, person_id=make.make_person())
    assert "visits.no_appointment" in {warning.code for warning in again.warnings}


def test_somebody_vaccinated_today_is_received_with_a_warning():
    day = make_day()
    made = make_visit(day, state="closed")
    again = make_visit(day, person_id=made.person_id)
    assert "visits.vaccinated_today" in {warning.code for warning in again.warnings}
    assert again.number == 2


def test_namesakes_are_told_apart_by_more_than_the_name():
    day = make_day()
    same = {"full_name": "Nguyễn Thị Lan", "sex": "female"}
    first = make_visit(day, person_id=make.make_person(**same, birth=make.PartialDate(1960, 1, 1)), state="cleared")
    second = make_visit(day, person_id=make.make_person(**same, birth=make.PartialDate(1960, 1, 1)), state="cleared")
    assert {warning.code: warning.facts for warning in second.warnings}["visits.namesakes"] == {"numbers": [1]}
    with pytest.raises(Refused, match=r"visits\.namesake"):
        visits.give_dose(visit=first.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(AT), by=BY, at=AT)
    sure = Confirmed(facts=("full_name", "identifier"))
    assert (
        visits.give_dose(visit=first.visit, lot_id=day.lot_id, confirmed=sure, performed=done_at(AT), by=BY, at=AT).ordinal == 1
    )


def test_the_injector_scans_the_slip_or_asks_two_facts():
    day = make_day()
    one, other = make_visit(day, state="cleared"), make_visit(day, state="cleared")
    for sure, reason in (
        (Confirmed(), "not_confirmed"),
        (Confirmed(facts=("full_name",)), "not_confirmed"),
        (Confirmed(slip=other.code), "slip_of_another"),
    ):
        with pytest.raises(Refused, match=rf"visits\.{reason}"):
            visits.give_dose(visit=one.visit, lot_id=day.lot_id, confirmed=sure, performed=done_at(AT), by=BY, at=AT)
    visits.give_dose(
        visit=one.visit, lot_id=day.lot_id, confirmed=Confirmed(slip=one.code), performed=done_at(AT), by=BY, at=AT
    )
    assert models.Visit.objects.get(id=one.visit.visit_id).confirmed_facts == "slip"


def test_a_refused_consent_ends_the_visit():
    day = make_day()
    made = make_visit(day)
    receipt = visits.consent(visit=made.visit, given=ConsentGiven(agreed=False), performed=done_at(AT), by=BY, at=AT)
    assert receipt.state == "refused"
    (consent,) = queries.story(made.visit).consents
    assert not consent.agreed


def test_a_minors_guardian_signs():
    day = make_day()
    made = make_visit(day, person_id=make.make_person(birth=make.PartialDate(2008, 5, 1)))
    with pytest.raises(Refused, match=r"visits\.guardian_needed"):
        visits.consent(visit=made.visit, given=ConsentGiven(agreed=True), performed=done_at(AT), by=BY, at=AT)
    given = ConsentGiven(
        agreed=True, signer="guardian", guardian_name="Nguyễn Thị Mẹ", guardian_phone="0900000111", relation="mother"
    )
    assert visits.consent(visit=made.visit, given=given, performed=done_at(AT), by=BY, at=AT).state == "consented"
    assert queries.story(made.visit).consents[0].guardian_name == "Nguyễn Thị Mẹ"


def screen(made, decision, at=AT, **more):
    more = {"answers": healthy(), "vitals": WELL} | more
    return visits.record_screening(visit=made.visit, decision=decision, performed=done_at(at), by=BY, at=at, **more)


def test_the_machine_proposes_the_doctor_decides_and_both_are_kept():
    day = make_day()
    made = make_visit(day, state="consented")
    feverish = {"answers": healthy(items={"3": True}), "vitals": {"temperature_c": "38,2"}}
    with pytest.raises(Refused, match=r"visits\.decision_needs_reason"):
        screen(made, "eligible", **feverish)
    first = screen(made, "wait", **feverish)
    assert (first.proposal, first.state, first.version) == ("defer", "consented", 1)
    second = screen(made, "eligible", reason="Khám lại: chỉ viêm mũi nhẹ, 37,0 độ", **feverish)
    assert (second.state, second.version) == ("cleared", 2)
    kept = queries.story(made.visit).screenings
    assert [(one.proposal, one.decision) for one in kept] == [("defer", "wait"), ("defer", "eligible")]
    assert kept[1].decision_reason.startswith("Khám lại")


def test_a_fever_is_not_cleared_without_a_word_of_reason():
    day = make_day()
    made = make_visit(day, state="consented")
    with pytest.raises(Refused, match=r"visits\.decision_needs_reason"):
        screen(made, "eligible", vitals={"temperature_c": "38,5"})
    assert (queries.visit(made.visit).state, queries.story(made.visit).screenings) == ("consented", ())
    assert screen(made, "caution", vitals={"temperature_c": "38,5"}).state == "cleared"
    screen(made, "eligible", vitals={"temperature_c": "38,5"}, reason="Đo lại bằng nhiệt kế khác: 36,9")
    assert [(one.proposal, one.decision) for one in queries.story(made.visit).screenings] == [("caution", "caution"), ("caution", "eligible")]


def test_screening_before_consent_is_refused():
    day = make_day()
    made = make_visit(day)
    with pytest.raises(Refused, match=r"visits\.wrong_state"):
        screen(made, "eligible")


@pytest.mark.parametrize(
    ("answer", "decision", "state"),
    [("3", "defer", "deferred"), ("5", "refer", "referred"), ("1", "contraindicated", "contraindicated")],
)
def test_every_verdict_of_the_doctor_has_its_end(answer, decision, state):
    day = make_day()
    made = make_visit(day, state="consented")
    more = {"return_on": date(2021, 12, 28)} if decision == "defer" else {"detail": {"hospital": "Bệnh viện Thử"}}
    receipt = screen(made, decision, answers=healthy(items={answer: True}), **more)
    assert receipt.state == state
    (closed,) = told("visits.closed")
    assert (closed["end"], closed["return_on"]) == (state, "2021-12-28" if decision == "defer" else None)
    assert queries.visit(made.visit).end_reason == f"screening_{decision}"


def test_a_deferral_names_a_day_to_come():
    day = make_day()
    made = make_visit(day, state="consented")
    with pytest.raises(Refused, match=r"visits\.return_day_past"):
        screen(made, "defer", answers=healthy(items={"3": True}), return_on=date(2021, 12, 14))


def test_the_doctor_raises_the_minutes_and_never_lowers_them():
    day = make_day()
    made = make_visit(day, state="consented")
    with pytest.raises(Refused, match=r"visits\.observation_too_short"):
        screen(made, "caution", answers=healthy(items={"7": True}), observe_minutes=15)
    screen(made, "caution", answers=healthy(items={"7": True}), observe_minutes=60)
    receipt = visits.give_dose(visit=made.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(AT), by=BY, at=AT)
    assert receipt.observe_until == AT + timedelta(minutes=60)
    (watched,) = queries.observation_board(day.session_id, now=AT + timedelta(minutes=20, seconds=30))
    assert watched.minutes_left == 40


def test_nobody_leaves_the_board_early_unseen():
    day = make_day()
    made = make_visit(day, state="dosed")
    soon = AT + timedelta(minutes=10)
    with pytest.raises(Refused, match=r"visits\.observe_longer") as refused:
        visits.finish_observation(visit=made.visit, performed=done_at(soon), by=BY, at=soon)
    assert refused.value.facts["minutes_left"] == 20
    receipt = visits.end(visit=made.visit, end="left_early", reason="đón con", performed=done_at(soon), by=BY, at=soon)
    assert receipt.state == "left_early"
    assert told("visits.closed")[0]["record_id"] is not None


def test_observation_is_extended_and_counts_from_the_injection():
    day = make_day()
    made = make_visit(day, state="dosed")
    until = visits.extend_observation(visit=made.visit, minutes=45, reason="choáng nhẹ", by=BY, at=AT + timedelta(minutes=5))
    assert until == AT + timedelta(minutes=45)
    late = AT + timedelta(minutes=44)
    with pytest.raises(Refused, match=r"visits\.observe_longer"):
        visits.close(visit=made.visit, performed=done_at(late), by=BY, at=late)


def test_what_a_dose_tells_waits_five_minutes_or_the_close():
    day = make_day()
    made = make_visit(day, state="dosed")
    held = Delivery.objects.filter(key=made.visit.visit_id, state="pending")
    assert held.exists()
    assert {delivery.due_at for delivery in held} == {AT + timedelta(minutes=5)}
    late = AT + timedelta(minutes=31)
    visits.close(visit=made.visit, performed=done_at(late), by=BY, at=late)
    assert all(delivery.due_at <= late for delivery in held.all())


def test_a_step_is_taken_back_within_five_minutes():
    day = make_day()
    made = make_visit(day)
    visits.end(visit=made.visit, end="withdrawn", reason="bấm nhầm", performed=done_at(AT), by=BY, at=AT)
    back = visits.undo_step(visit=made.visit, reason="bấm nhầm", by=BY, at=AT + timedelta(minutes=4))
    assert back.state == "checked_in"
    assert not Delivery.objects.filter(kind="visits.closed", state="pending").exists()
    visits.end(visit=made.visit, end="withdrawn", reason="về thật", performed=done_at(AT), by=BY, at=AT)
    with pytest.raises(Refused, match=r"visits\.undo_too_late"):
        visits.undo_step(visit=made.visit, reason="nhầm", by=BY, at=AT + timedelta(minutes=6))


def test_nothing_is_recorded_as_done_in_the_future():
    day = make_day()
    made = make_visit(day, state="cleared")
    with pytest.raises(Refused, match=r"visits\.in_the_future"):
        visits.give_dose(
            visit=made.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(AT + timedelta(minutes=3)), by=BY, at=AT
        )


def test_somebody_recorded_as_dead_is_received_and_the_desk_is_told():
    from khien.people import actions as people

    day, person = make_day(), make.make_person()
    people.record_death(person=person, on=date(2021, 12, 1), by=BY, at=AT)
    made = make_visit(day, person_id=person)
    assert {warning.code: warning.facts for warning in made.warnings}["visits.recorded_dead"] == {"died_on": date(2021, 12, 1)}
