"""Later doses' reserve holds against who books alone and who walks in; a second dose is never stopped, a given dose never refused."""

from datetime import timedelta

import pytest

from khien.booking import actions, queries
from khien.immunizations import due
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.plumbing import outbox
from khien.stock import actions as stock
from khien.visits import actions as visits
from tests import make
from tests.make_day import SURE, done_at, make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
CITY = "79"


@pytest.fixture
def dosed():
    """Somebody with a first dose whose second one falls due three weeks from `now`; no dose of it is left."""
    person = make.make_person()
    make_visit(make_day(doses=1), state="closed", person_id=person)
    outbox.drain(lambda: make.AT + timedelta(hours=2))
    return person


@pytest.fixture
def now(dosed):
    return clock.at_local(due.due(until=make.AT.date() + timedelta(days=120))[0].due_on - timedelta(days=21), 8)


def _slot(now, days=1, **more):
    return make.make_slot(on=clock.on_date(now) + timedelta(days=days), at=now, **more)


def _first(slot, now, **more):
    person = make.make_person(at=now)
    asked = make.make_registration(person, at=now)
    return actions.book(person_id=person, registration_id=asked, slot_id=slot.id, own=True, by=make.BY, at=now, **more)


def test_a_first_dose_books_no_hour_where_every_dose_is_kept_for_second_ones(now):
    slot = _slot(now)
    make.make_lot("AZ", site_id=slot.site_id, doses=1, at=now)
    actions.count_kept(now)
    (kept,) = queries.kept_doses(CITY)
    assert (kept.on_hand, kept.due, kept.booked, kept.closed) == (1, 1, 0, True)
    assert queries.without_kept(queries.open_slots("AZ", None, now), first=True) == []
    assert queries.without_kept(queries.open_slots("AZ", None, now), first=False) != []
    with pytest.raises(Refused, match=r"booking\.kept_for_later"):
        _first(slot, now)


def test_places_already_given_to_first_doses_count_against_the_rest(now):
    slot = _slot(now)
    make.make_lot("AZ", site_id=slot.site_id, doses=2, at=now)
    actions.count_kept(now)
    _first(slot, now)
    actions.count_kept(now)
    assert queries.kept_doses(CITY)[0].booked == 1
    with pytest.raises(Refused, match=r"booking\.kept_for_later"):
        _first(slot, now)


def test_the_second_dose_that_is_due_always_finds_its_hour(now, dosed):
    slot = _slot(now, days=22)
    actions.count_kept(now)
    asked = make.make_registration(dosed, at=now)
    booked = actions.book(person_id=dosed, registration_id=asked, slot_id=slot.id, own=True, by=make.BY, at=now)
    assert booked.dose.ordinal == 2


def test_a_named_decision_lets_first_doses_in_up_to_its_day(now):
    slot = _slot(now)
    make.make_lot("AZ", site_id=slot.site_id, doses=1, at=now)
    actions.count_kept(now)
    today = clock.on_date(now)
    for wrong, code in ({"decision": " "}, "missing"), ({"until": today - timedelta(days=1)}, "over"), ({"province": ""}, "of_one"):
        facts = {"decision": "QĐ 12", "name": "Cán bộ", "until": today + timedelta(days=3), "province": CITY} | wrong
        with pytest.raises(Refused, match=rf"booking\.decision_{code}"):
            actions.let_first_doses_in(**facts, by=make.BY, at=now)
    actions.let_first_doses_in(decision="QĐ 12: ổ dịch mới", name="Cán bộ", vaccine="AZ", until=today + timedelta(days=3), province=CITY, by=make.BY, at=now)
    assert _first(slot, now)
    with pytest.raises(Refused, match=r"booking\.kept_for_later"):  # a week later the decision is over
        _first(_slot(now, days=7), now)


def test_a_product_of_which_the_province_keeps_no_ledger_is_not_held_back(now):
    from khien.booking import models

    models.KeptDoses.objects.all().delete()
    assert _first(_slot(now), now)


def _reception(now):
    """A session of walk-ins whose only dose is kept."""
    day = make_day(on=clock.on_date(now), doses=1, at=now)
    actions.count_kept(now)
    return day


def _codes(received):
    return [warning.code for warning in received.warnings]


def test_a_walk_in_for_a_first_dose_is_received_with_a_warning_until_the_lead_decides(now):
    day = _reception(now)
    received = make_visit(day, at=now, person_id=make.make_person(at=now))
    assert "visits.kept_for_later" in _codes(received)
    actions.let_first_doses_in(decision="Còn lọ mở, hết giờ", name="Trưởng điểm", until=clock.on_date(now), session_id=day.session_id, by=make.BY, at=now)
    again = make_visit(day, at=now, person_id=make.make_person(at=now))
    assert "visits.kept_for_later" not in _codes(again)
    assert [one.decision for one in queries.reserve_decisions(session_id=day.session_id, on=clock.on_date(now))] == ["Còn lọ mở, hết giờ"]


def test_a_walk_in_for_the_second_dose_is_told_nothing(now, dosed):
    later = now + timedelta(days=21)
    assert "visits.kept_for_later" not in _codes(make_visit(_reception(later), at=later, person_id=dosed))


def test_the_dose_of_who_walked_in_is_recorded_whatever_is_kept(now):
    day = _reception(now)
    made = make_visit(day, state="consented", at=now, person_id=make.make_person(at=now))
    given = visits.give_dose(
        visit=made.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(now), by=make.BY, at=now, already_injected=True
    )
    assert given.ordinal == 1


def test_doses_of_a_lot_that_is_held_back_are_not_there(now):
    slot = _slot(now)
    lot = make.make_lot("AZ", site_id=slot.site_id, doses=5, at=now)
    stock.set_lot_state(lot_id=lot, state="quarantined", reason="thử", by=make.BY, at=now)
    actions.count_kept(now)
    assert queries.kept_doses(CITY)[0].on_hand == 0
