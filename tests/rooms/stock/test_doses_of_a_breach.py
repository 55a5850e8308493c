"""Doses given after a fridge had failed and before anybody knew: in doubt once the lot is destroyed, as they were when it is released."""

from datetime import timedelta

import pytest

from khien.certificates import queries as certificates
from khien.immunizations import actions as immunizations
from khien.immunizations import queries as records
from khien.kernel import clock
from khien.plumbing import outbox
from khien.stock import actions, harmed, queries
from khien.visits import actions as visits
from tests import make
from tests.make import BY
from tests.make_day import SURE, done_at, make_day, make_visit
from tests.make_stock import TODAY, done, make_fridge, report, send

pytestmark = pytest.mark.usefixtures("db")
MORNING = clock.at_local(TODAY, 8)
HOUR = timedelta(hours=1)
COUNTS, DOUBT = ("valid", "campaigns.valid"), ("uncertain", "stock.lot_cold_breach")


@pytest.fixture
def day():
    return make_day()


def frozen(site, *, first, hours=2, told=None):
    """A fridge at -3 °C for so long, told at the end."""
    fridge, key = make_fridge(site)
    report(fridge, key, [-3.0] * (12 * hours) + [4.0] * 2, first=first, at=told or first + hours * HOUR + timedelta(minutes=5))


def given(day, *moments):
    """Doses of a session at these moments, as records in order of time."""
    for moment in moments:
        make_visit(day, state="closed", at=moment)
    outbox.drain(lambda: moments[-1] + HOUR)
    return [one.record_id for one in sorted(records.of_lot(day.lot_id), key=lambda one: one.performed_at)]


def decide(day, decision, *, at=MORNING + 6 * HOUR):
    [held] = queries.holds(site_id=day.site_id, lot_id=day.lot_id)
    actions.decide_hold(hold_id=held.id, decision=decision, reason="Hội đồng kết luận", performed=done(at), by=BY, at=at)
    outbox.drain(lambda: at)
    return held


def doubted(*record_ids):
    return [(records.record(one).validity, records.record(one).validity_code) for one in record_ids]


def test_doses_given_after_the_lot_was_harmed_are_in_doubt_when_it_is_destroyed(day):
    before, during, after = given(day, MORNING, MORNING + 2 * HOUR, MORNING + 3 * HOUR)
    frozen(day.site_id, first=MORNING + HOUR)
    [held] = queries.holds(site_id=day.site_id, lot_id=day.lot_id)
    assert MORNING + HOUR < held.harmed_at <= MORNING + 2 * HOUR
    assert queries.given_of(held.id) == 2
    assert doubted(before, during, after) == [COUNTS] * 3, "nobody has judged the lot yet"
    decide(day, "destroyed")
    assert doubted(before, during, after) == [COUNTS, DOUBT, DOUBT]
    assert {one.record_id for one in records.in_doubt()} == {during, after}
    [paper] = certificates.of_person(records.record(during).person_id)
    assert (paper.state, paper.hold) == ("held", "dose_uncertain")


def test_doses_of_a_lot_that_is_released_stay_as_they_are(day):
    told = given(day, MORNING + 2 * HOUR)
    frozen(day.site_id, first=MORNING + HOUR)
    decide(day, "released")
    assert doubted(*told) == [COUNTS]


def test_a_lot_of_which_every_dose_was_given_is_judged_too():
    day = make_day(doses=2)
    told = given(day, MORNING + 2 * HOUR, MORNING + 3 * HOUR)
    assert queries.balance(day.site_id, day.lot_id).on_hand == 0
    frozen(day.site_id, first=MORNING + HOUR)
    decide(day, "destroyed")
    assert doubted(*told) == [DOUBT] * 2


def test_a_lot_that_was_used_up_before_it_was_harmed_waits_for_nobody():
    day = make_day(doses=1)
    given(day, MORNING)
    frozen(day.site_id, first=MORNING + HOUR)
    assert queries.holds(lot_id=day.lot_id) == []


def test_doses_given_where_harmed_goods_had_gone_are_in_doubt_too(day):
    store = day.site_id
    actions.accept(consignment_id=send(store, (point := make.make_site()), day.lot_id, 50, at=MORNING + 4 * HOUR), performed=done(MORNING + 5 * HOUR), by=BY, at=MORNING + 5 * HOUR)
    there = make_day(site_id=point, shift="afternoon", hours=(13, 16))
    visits.choose_lot(session_id=there.session_id, lot_id=day.lot_id, by=BY, at=MORNING)
    other = type(there)(there.session_id, point, day.lot_id)
    [told] = given(other, MORNING + 6 * HOUR)
    frozen(store, first=MORNING + HOUR, told=MORNING + 7 * HOUR)
    [held] = queries.holds(site_id=point, lot_id=day.lot_id)
    assert held.harmed_at == MORNING + 5 * HOUR
    decide(other, "destroyed", at=MORNING + 8 * HOUR)
    assert doubted(told) == [DOUBT]


def test_a_dose_that_somebody_had_decided_about_is_asked_about_again_and_one_to_be_repeated_is_not(day):
    counts, repeated = given(day, MORNING + 2 * HOUR, MORNING + 3 * HOUR)
    immunizations.correct(record_id=counts, changes={"valid": True}, reason="xem rồi", by=BY, at=MORNING + 4 * HOUR)
    immunizations.correct(record_id=repeated, changes={"valid": False}, reason="xem rồi", by=BY, at=MORNING + 4 * HOUR)
    frozen(day.site_id, first=MORNING + HOUR)
    decide(day, "destroyed")
    assert doubted(counts, repeated) == [DOUBT, ("invalid", "campaigns.marked_invalid")]
    immunizations.correct(record_id=counts, changes={"valid": True}, reason="đã thử lắc", by=BY, at=MORNING + 7 * HOUR)
    immunizations.doubt_vial(record_id=counts, code=DOUBT[1], by=BY, at=MORNING + 8 * HOUR)
    assert doubted(counts) == [("valid", "campaigns.marked_valid")], "asked once for one breach"


def test_a_dose_that_a_doctor_let_count_against_the_rules_keeps_that_decision(day):
    """Without the decision the rules would call it invalid: it would be lost, and nobody asked."""
    person = make.make_person()
    make.make_immunization(person, on=TODAY - timedelta(days=7))
    visit = make_visit(day, state="cleared", person_id=person, at=MORNING + 2 * HOUR)
    when = MORNING + 2 * HOUR
    early = visits.give_dose(visit=visit.visit, lot_id=day.lot_id, already_injected=True, performed=done_at(when), by=BY, at=when).record_id
    assert records.record(early).validity == "invalid"
    immunizations.correct(record_id=early, changes={"valid": True}, reason="bác sĩ cho tính", by=BY, at=MORNING + 3 * HOUR)
    frozen(day.site_id, first=MORNING + HOUR)
    decide(day, "destroyed")
    assert doubted(early) == [("valid", "campaigns.marked_valid")]
    assert "lot_cold_breach" in records.record(early).marks


def test_a_dose_keyed_after_the_decision_is_in_doubt_as_well(day):
    given(day, MORNING + 2 * HOUR)
    frozen(day.site_id, first=MORNING + HOUR)
    decide(day, "destroyed", at=MORNING + 4 * HOUR)
    visit = make_visit(day, state="cleared", at=MORNING + 3 * HOUR)
    visits.give_dose(visit=visit.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(MORNING + 3 * HOUR), by=BY, at=MORNING + 5 * HOUR)
    actions.watch(MORNING + 5 * HOUR + timedelta(minutes=1))
    outbox.drain(lambda: MORNING + 6 * HOUR)
    late = max(records.of_lot(day.lot_id), key=lambda one: one.performed_at)
    assert (late.validity, late.validity_code) == DOUBT


def test_many_doses_are_named_page_after_page(day, monkeypatch):
    monkeypatch.setattr(harmed, "PAGE", 2)
    told = given(day, *(MORNING + 2 * HOUR + timedelta(minutes=n) for n in range(5)))
    frozen(day.site_id, first=MORNING + HOUR)
    decide(day, "destroyed")
    assert doubted(*told) == [DOUBT] * 5
