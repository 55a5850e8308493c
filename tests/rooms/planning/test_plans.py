"""Plans go down from unit to unit, propose sessions, and move people from a session that is too full."""

from datetime import time, timedelta

import pytest

from khien.booking import queries as booking
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.planning import actions, queries, rules
from khien.planning.rules import Proposal
from khien.stock import actions as stocks
from tests import make
from tests.make_book import handle
from tests.make_stock import fill, make_store

DAY = make.AT.date()
CITY, DISTRICT = "2021-79", f"2021-{make.BINH_THANH}"


def _plan(unit_key=CITY, **more):
    facts = {"first_on": DAY, "last_on": DAY + timedelta(days=27), "doses": {"AZ": 1000}, "tables": 4, "per_table": 100, "weekdays": range(6)}
    return actions.record_plan(unit_key=unit_key, **(facts | more), by=make.BY, at=make.AT)


def test_a_plan_is_recorded_as_versions_and_every_one_stays(db):
    _plan()
    _plan(tables=6, letter="KH 22/2021")
    assert (queries.plan(CITY).version, queries.plan(CITY).tables) == (2, 6)
    assert [one.version for one in queries.plan_versions(CITY)] == [2, 1]


def test_a_district_gets_no_more_than_the_city_has_left_unless_somebody_says_why(db):
    _plan()
    _plan("2021-760", doses={"AZ": 700})
    with pytest.raises(Refused, match=r"planning\.over_allotted") as refused:
        _plan(DISTRICT, doses={"AZ": 400})
    assert refused.value.facts["left"] == 300
    assert _plan(DISTRICT, doses={"AZ": 400}, reason="Ổ dịch mới, sở đồng ý miệng, văn bản theo sau").reason
    assert queries.children_doses(CITY) == {"AZ": 1100}


def test_a_commune_finds_the_plan_above_it_although_its_district_has_none(db):
    _plan()
    assert queries.parent_plan(make.WARD).unit_key == CITY


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"last_on": DAY - timedelta(days=1)}, "days_wrong"), ({"doses": {"XYZ": 5}}, "vaccine_unknown"), ({"doses": {"AZ": -1}}, "doses_negative"),
        ({"weekdays": []}, "no_weekday"), ({"walk_in": 101}, "walk_in_wrong"), ({"per_table": 150}, "over_capacity_needs_reason"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused_by_name(db, wrong, code):
    with pytest.raises(Refused, match=rf"planning\.{code}"):
        _plan(**wrong)


def test_proposed_sessions_are_planned_and_one_that_cannot_be_is_named(db):
    site = make.make_site()
    on = DAY + timedelta(days=3)
    made, refused = actions.plan_sessions(
        proposals=[Proposal(str(site), on, 2, 200), Proposal(str(site), on, 2, 200)], vaccines=["AZ"], per_table=100, by=make.BY, at=make.AT
    )
    assert len(made) == 1
    assert refused == {"booking.session_exists": 1}
    assert booking.session(made[0]).capacity == 200


def test_people_who_come_last_are_moved_to_a_near_session_with_a_new_invitation(db):
    from khien.booking import actions as bookings

    full, near = make.make_slot(places=3), make.make_slot(places=2)
    people = []
    for _ in range(3):
        person = make.make_person()
        registration = make.make_registration(person)
        people.append(person)
        bookings.book(person_id=person, registration_id=registration, slot_id=full.id, how="booked", by=make.BY, at=make.AT)
    done = actions.shift_people(session_id=full.session_id, to_session_id=near.session_id, count=3, by=make.BY, at=make.AT)
    assert (done.moved, sum(done.stayed.values())) == (2, 1)
    held = [booking.appointment_of(person) for person in people]
    assert sorted(str(one.session_id) for one in held) == sorted([str(near.session_id)] * 2 + [str(full.session_id)])
    assert len({one.code for one in held}) == 3
    with pytest.raises(Refused, match=r"planning\.no_room"):
        actions.shift_people(session_id=full.session_id, to_session_id=near.session_id, count=1, by=make.BY, at=make.AT)


def test_a_full_session_with_people_on_standby_shows_with_the_near_ones(db):
    full, near = make.make_slot(places=1), make.make_slot(places=5)
    person = make.make_person()
    from khien.booking import actions as bookings

    bookings.book(person_id=person, registration_id=make.make_registration(person), slot_id=full.id, how="booked", by=make.BY, at=make.AT)
    other = make.make_person()
    bookings.join_standby(session_id=full.session_id, person_id=other, registration_id=make.make_registration(other), by=make.BY, at=make.AT)
    found = {one.session_id: one for one in queries.loads(None, at=make.AT)}
    assert found[full.session_id].load == "over"
    assert near.session_id in [session for session, _name, _free in found[full.session_id].near]
    assert found[near.session_id].load == "under"


def test_an_outlook_has_who_waits_what_is_due_and_what_is_there(db):
    make.make_registration()
    handle()
    make.make_lot("AZ", site_id=make.make_site(), doses=50)
    seen = queries.outlook(CITY, on=DAY)
    assert (seen.waiting, seen.on_hand) == (1, {"AZ": 50})
    assert rules.forecast(
        waiting=seen.waiting, due=seen.due, means=rules.Means(1, 100, frozenset(range(7)), 50, {}), start=DAY
    ).finish_on == DAY


def test_doses_there_are_what_can_be_injected_not_syringes_nor_lots_on_hold(db):
    site, ward_store = make.make_site(), make_store("district")
    make.make_lot("AZ", site_id=site, doses=50)
    fill(ward_store, make.make_lot("AZ"), 30)
    for item in ("SYRINGE-0.5", "SAFETY-BOX-5", "DILUENT-NACL", "ADRENALINE-1"):
        make.make_lot(item, site_id=site, doses=1000)
    stocks.hold(site_id=site, lot_id=make.make_lot("AZ", site_id=site, doses=7), reason="lọ có cặn", by=make.BY, at=make.AT)
    make.make_lot("AZ", site_id=site, doses=9, expires_on=DAY - timedelta(days=1))
    seen = queries.outlook(CITY, on=DAY)
    assert seen.on_hand == {"AZ": 80}
    assert queries.means(None, seen).doses == 80
    assert {one.key: one.on_hand for one in queries.children(CITY, on=DAY) if one.on_hand} == {DISTRICT: 80}


def test_how_fast_a_table_is_shows_only_in_hours_that_left_people_waiting(db):
    from tests.make_day import make_day, make_visit

    slow = make_day(tables=1)
    make_visit(slow, state="dosed")
    assert queries.per_hour(None, on=DAY) is None
    for _ in range(2):
        make_visit(slow)
    assert queries.per_hour(None, on=DAY) == 1.0


def test_doses_given_to_a_province_of_2025_are_gone_for_those_of_2021(db):
    _plan("", doses={"AZ": 1000})
    _plan("2025-79", doses={"AZ": 700})
    with pytest.raises(Refused, match=r"planning\.over_allotted") as refused:
        _plan(doses={"AZ": 400})
    assert refused.value.facts["left"] == 300


def test_a_session_s_queue_is_forecast_by_the_plan_of_its_commune_of_2025(db):
    slot = make.make_slot(places=5)
    session = booking.session(slot.session_id)
    assert session.place.commune_2025
    _plan(f"2025-{session.place.commune_2025}", walk_in=30)
    assert queries.queue(session, on=DAY).walk_in == 30


def test_sessions_are_planned_in_the_hours_of_the_plan(db):
    with pytest.raises(Refused, match=r"planning\.hours_wrong"):
        _plan(starts=time(13), ends=time(9))
    site, on = make.make_site(), DAY + timedelta(days=3)
    plan = _plan(starts=time(13), ends=time(20, 30))
    [made], _ = actions.plan_sessions(
        proposals=[Proposal(str(site), on, 2, 200)], vaccines=["AZ"], per_table=100, starts=plan.starts, ends=plan.ends, by=make.BY, at=make.AT
    )
    assert [clock.local(at).hour for at in (booking.session(made).starts_at, booking.session(made).ends_at)] == [13, 20]
