"""A power cut: the afternoon on paper, keyed when the light is back, or next day."""

from datetime import timedelta

import pytest

from khien.booking import actions as booking
from khien.booking import queries as booking_queries
from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.people import actions as people
from khien.plumbing.models import Event
from khien.registration import queries as registrations
from khien.stock import queries as stock
from khien.visits import actions as visits
from khien.visits import commands, models, queries
from khien.visits.types import ConsentGiven
from tests import make
from tests.make import AT, BY
from tests.make_day import WELL, healthy, make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
NEXT_DAY = AT + timedelta(days=1)
SIGNED = ConsentGiven(agreed=True, how="paper")


def paper(day, serial, *, at=NEXT_DAY, **more):
    """A filled form: received, screened, injected, gone home, in the hours written on it."""
    told = {
        "person_id": None, "received_at": AT, "consent": SIGNED,
        "screening": visits.PaperScreening(decision="eligible", answers=healthy(), vitals=WELL, at=AT + timedelta(minutes=5), doctor="BS. Thử"),
        "dose_given": visits.PaperDose(at=AT + timedelta(minutes=10), injector="ĐD. Thử", lot_id=day.lot_id),
        "end": visits.PaperEnd(at=AT + timedelta(minutes=45)),
    } | more  # fmt: skip
    if told["person_id"] is None and "new_person" not in told:
        told["person_id"] = make.make_person()
    return visits.key_paper(serial=serial, session_id=day.session_id, by=BY, at=at, **told)


def recorded(told):
    return people.record_person(person=told, by=BY, at=AT, source="test").person_id


def one_serial(day):
    return visits.print_forms(session_id=day.session_id, count=1, by=BY, at=AT)[0]


def test_serials_are_unique_and_carry_a_check_digit():
    day, other = make_day(), make_day()
    serials = visits.print_forms(session_id=day.session_id, count=5, by=BY, at=AT) + visits.print_forms(
        session_id=other.session_id, count=5, by=BY, at=AT
    )
    assert len(set(serials)) == 10
    assert {len(serial) for serial in serials} == {13}
    wrong = serials[0][:-1] + str((int(serials[0][-1]) + 1) % 10)
    with pytest.raises(Refused, match=r"codes\.check_digit"):
        paper(day, wrong)


def test_a_whole_visit_is_keyed_next_day_with_the_hours_and_names_of_the_paper():
    day = make_day()
    serial = one_serial(day)
    keyed = paper(day, serial)
    card = queries.visit(keyed.visit)
    assert (keyed.state, card.paper_serial, card.dosed_at) == ("closed", serial, AT + timedelta(minutes=10))
    record = immunizations.record(keyed.dose.record_id)
    assert (record.origin, record.performed_by_name, record.on_date.isoformat()) == ("paper", "ĐD. Thử", "2021-12-14")
    assert record.recorded_at == NEXT_DAY
    (screening,) = queries.story(keyed.visit).screenings
    assert (screening.performed_by_name, screening.performed_at) == ("BS. Thử", AT + timedelta(minutes=5))
    (info,) = queries.papers(day.session_id)
    assert (info.state, info.visit_id) == ("keyed", keyed.visit.visit_id)
    assert stock.balance(day.site_id, day.lot_id).drawn == 1


def test_the_same_paper_keyed_twice_is_one_visit():
    day = make_day()
    serial, person = one_serial(day), make.make_person()
    first, second = (paper(day, serial, person_id=person) for _ in range(2))
    assert (second.already, second.visit, second.dose.record_id) == (True, first.visit, first.dose.record_id)
    with pytest.raises(Refused, match=r"visits\.serial_settled"):
        paper(day, serial, person_id=make.make_person())
    assert models.Visit.objects.count() == 1


def test_a_dose_that_a_screen_recorded_before_the_cut_is_recognised_on_its_paper():
    day = make_day()
    made = make_visit(day, state="dosed")
    keyed = paper(day, one_serial(day), person_id=made.person_id)
    assert (keyed.already, keyed.visit) == (True, made.visit)
    assert stock.balance(day.site_id, day.lot_id).drawn == 1


def test_a_dose_on_screen_is_recognised_on_a_paper_that_writes_its_person_as_new():
    day = make_day()
    written = make.told_person("Phạm Thị Giấy")
    made = make_visit(day, state="closed", person_id=recorded(written))
    keyed = paper(day, one_serial(day), new_person=written)
    assert (keyed.already, keyed.visit) == (True, made.visit)
    assert (models.Visit.objects.count(), stock.balance(day.site_id, day.lot_id).drawn) == (1, 1)
    late = visits.PaperDose(at=AT + timedelta(hours=2), injector="ĐD. Thử", lot_id=day.lot_id)
    with pytest.raises(Refused, match=r"visits\.paper_differs"):
        paper(day, one_serial(day), new_person=written, dose_given=late, end=None)
    namesake = paper(day, one_serial(day), new_person=make.told_person("Phạm Thị Giấy"))
    assert (namesake.already, namesake.number) == (False, 2)


def test_a_dose_on_screen_is_recognised_on_a_paper_keyed_by_a_slip():
    day = make_day(mode="open")
    person = make.make_person()
    registered = make.make_registration(person)
    slot = booking_queries.slots(day.session_id)[0]
    booked = booking.book(person_id=person, registration_id=registered, slot_id=slot.id, by=BY, at=AT)
    made = make_visit(day, state="closed", person_id=person)
    for code in (booked.code, registrations.codes_of([registered])[registered]):
        keyed = paper(day, one_serial(day), new_person=None, appointment_code=code)
        assert (keyed.already, keyed.visit) == (True, made.visit)
    assert stock.balance(day.site_id, day.lot_id).drawn == 1
    with pytest.raises(Refused, match=r"visits\.code_of_another"):
        paper(day, one_serial(day), person_id=make.make_person(), appointment_code=booked.code)


def test_a_keyed_paper_names_its_person_also_where_they_are_written_as_new():
    day, written = make_day(), make.told_person("Phạm Thị Giấy")
    serial = one_serial(day)
    first = paper(day, serial, new_person=written)
    assert paper(day, serial, new_person=written).visit == first.visit
    other = make.told_person("Vũ Văn Khác Thử")
    recorded(other)
    with pytest.raises(Refused, match=r"visits\.serial_settled"):
        paper(day, serial, new_person=other)


def test_the_command_of_a_paper_recognises_the_dose_by_the_number_as_written():
    day, number = make_day(), make.make_number()
    made = make_visit(day, state="closed", person_id=make.make_person("Phạm Văn Giấy", identifier=number))
    person = {"full_name": "phạm văn giấy", "birth": "1984-03-12", "sex": "male", "identifier": number.value}
    body = {
        "session_id": str(day.session_id), "serial": one_serial(day), "person": person, "received_at": AT.isoformat(), "consent": {"agreed": True, "how": "paper"},
        "screening": {"decision": "eligible", "answers": healthy(), "vitals": WELL, "doctor": "BS. Thử"},
        "dose": {"at": (AT + timedelta(minutes=1)).isoformat(), "injector": "ĐD. Thử", "lot_id": str(day.lot_id)},
    }  # fmt: skip
    told = {"command_id": str(uuid7()), "device_id": str(uuid7()), "seq": 1, "name": "key_paper", "version": 1, "occurred_at": NEXT_DAY.isoformat(), "clock_offset_ms": 0, "rules_version": "", "body": body}  # fmt: skip
    answer = commands.dispatch(told, make.make_staff("data_clerk", scope=make.site_scope(day.site_id)), at=NEXT_DAY)
    assert (answer["status"], answer["result"]["visit"]["visit_id"]) == ("accepted", str(made.visit.visit_id))
    assert (models.Visit.objects.count(), stock.balance(day.site_id, day.lot_id).drawn) == (1, 1)


def test_a_paper_that_tells_another_injection_asks_a_person_to_decide():
    day = make_day()
    made = make_visit(day, state="closed")
    other = visits.PaperDose(at=AT + timedelta(hours=2), injector="ĐD. Thử", lot_id=day.lot_id)
    later = {"dose_given": other, "end": None, "person_id": made.person_id}
    serial = one_serial(day)
    with pytest.raises(Refused, match=r"visits\.paper_differs"):
        paper(day, serial, **later)
    keyed = paper(day, serial, another_injection=True, **later)
    assert {"same_day", "possible_repeat"} <= set(keyed.dose.marks)
    assert stock.balance(day.site_id, day.lot_id).drawn == 2


def test_who_was_received_on_screen_goes_on_on_paper_with_the_same_number():
    day = make_day()
    made = make_visit(day, state="consented")
    keyed = paper(day, one_serial(day), person_id=made.person_id)
    assert (keyed.visit, keyed.number, keyed.state) == (made.visit, 1, "closed")


def test_a_session_that_never_opened_for_want_of_power_is_keyed_all_the_same():
    day = make_day(opened=False)
    serial = one_serial(day)
    keyed = paper(day, serial)
    assert keyed.state == "closed"
    assert booking_queries.session(day.session_id).state == "planned"


def test_what_stood_against_the_dose_is_marked_and_never_stops_the_keying():
    day = make_day()
    person = make.make_person()
    make.make_immunization(person, on=AT.date() - timedelta(days=10))
    keyed = paper(day, one_serial(day), person_id=person)
    assert "too_early" in keyed.dose.marks
    assert len([e for e in Event.objects.filter(kind="visits.dose_marked")]) == 1


def test_a_lot_written_by_hand_is_read_or_kept_as_it_stands():
    day = make_day()
    known = stock.lot(day.lot_id)
    written = visits.PaperDose(at=AT + timedelta(minutes=10), vaccine="AZ", lot_number=known.number.lower())
    assert paper(day, one_serial(day), dose_given=written).dose.lot_id == day.lot_id
    strange = visits.PaperDose(at=AT + timedelta(minutes=10), vaccine="AZ", lot_number="ZZ 123")
    assert "lot_provisional" in paper(day, one_serial(day), dose_given=strange).dose.marks


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"consent": ConsentGiven(agreed=False, how="paper"), "screening": None, "dose_given": None, "end": None}, "refused"),
        (
            {"screening": visits.PaperScreening(decision="defer", answers=healthy(items={"3": True}), vitals={"temperature_c": 38}), "dose_given": None, "end": None},
            "deferred",
        ),
        ({"end": visits.PaperEnd(at=AT + timedelta(minutes=20))}, "left_early"),
        ({"end": None}, "closed"),
    ],
)  # fmt: skip
def test_every_end_of_a_paper_is_an_end_of_the_visit(more, state):
    day = make_day()
    assert paper(day, one_serial(day), **more).state == state


def test_blanks_on_the_paper_are_named_and_do_not_undo_what_was_done():
    day = make_day()
    blank = visits.PaperScreening(decision="eligible", answers={"items": {"1": False}}, vitals={}, at=AT)
    keyed = paper(day, one_serial(day), screening=blank)
    (warning,) = [warning for warning in keyed.warnings if warning.code == "visits.paper_incomplete"]
    assert "temperature_c" in warning.facts["missing"]
    assert keyed.state == "closed"


def test_a_fever_cleared_on_paper_without_a_reason_is_kept_as_it_was_written():
    day = make_day()
    written = visits.PaperScreening(decision="eligible", answers=healthy(), vitals={"temperature_c": "38,5"}, at=AT)
    (kept,) = queries.story(paper(day, one_serial(day), screening=written).visit).screenings
    assert (kept.proposal, kept.decision, kept.decision_reason) == ("caution", "eligible", "")


def test_hours_out_of_order_or_of_another_day_are_refused():
    day = make_day()
    serial = one_serial(day)
    with pytest.raises(Refused, match=r"visits\.hours_out_of_order"):
        paper(day, serial, end=visits.PaperEnd(at=AT + timedelta(minutes=7)))
    with pytest.raises(Refused, match=r"visits\.paper_day"):
        paper(day, serial, received_at=AT - timedelta(days=1))


def test_a_paper_of_another_session_is_refused():
    day, other = make_day(), make_day()
    with pytest.raises(Refused, match=r"visits\.serial_of_another_session"):
        paper(day, one_serial(other))


def test_keyed_on_the_spot_the_person_stays_on_the_observation_board():
    day = make_day()
    keyed = paper(day, one_serial(day), at=AT + timedelta(minutes=15), end=None)
    assert keyed.state == "dosed"
    assert [watched.minutes_left for watched in queries.observation_board(day.session_id, now=AT + timedelta(minutes=15))] == [
        25
    ]


def test_a_missing_form_that_turns_up_is_keyed_and_a_voided_one_is_not():
    day = make_day()
    missing, voided = visits.print_forms(session_id=day.session_id, count=2, by=BY, at=AT)
    visits.mark_missing(serial=missing, reason="rơi mất", by=BY, at=AT)
    visits.void_form(serial=voided, reason="rách", by=BY, at=AT)
    assert paper(day, missing).state == "closed"
    with pytest.raises(Refused, match=r"visits\.serial_settled"):
        paper(day, voided)


def test_a_refused_keying_leaves_nothing_behind():
    day = make_day()
    serial = one_serial(day)
    with pytest.raises(Refused, match=r"visits\.lot_unnamed"):
        paper(day, serial, dose_given=visits.PaperDose(at=AT + timedelta(minutes=10)))
    assert models.Visit.objects.count() == 0
    assert queries.papers(day.session_id)[0].state == "printed"


def test_a_dose_that_its_person_told_of_elsewhere_is_joined_when_the_paper_is_keyed():
    day, person = make_day(), make.make_person()
    told = make.make_immunization(person, on=AT.date(), evidence="statement")
    keyed = paper(day, one_serial(day), person_id=person)
    assert (keyed.dose.record_id, keyed.dose.marks) == (told, ("joined_elsewhere",))
    assert not Event.objects.filter(kind="visits.dose_marked").exists()
    record = immunizations.record(told)
    assert (record.origin, record.version, record.validity) == ("paper", 2, "valid")
