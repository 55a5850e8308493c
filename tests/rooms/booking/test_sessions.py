"""Sessions: planned at a point for a day and shift, changed, cancelled."""

from datetime import date, timedelta

from khien.booking import actions, models, queries
from khien.booking.types import Dose
from khien.kernel import clock
from khien.kernel.refs import SYSTEM, Scope
from khien.plumbing.models import Event
from tests import make
from tests.refusing import refused
from tests.rooms.booking.queue import state_of, waiting

AT = make.AT
DAY = date(2021, 12, 16)


def test_the_places_of_a_session_are_spread_over_its_hours_and_vaccines(db):
    session = make.make_session(on=DAY, hours=(8, 11), vaccines=("AZ", "PFIZER"), tables=2, per_table=50, doses={"PFIZER": 30})
    by_vaccine = {"AZ": [], "PFIZER": []}
    for slot in queries.slots(session):
        by_vaccine[slot.vaccine].append(slot.capacity)
    assert by_vaccine == {"AZ": [24, 23, 23], "PFIZER": [10, 10, 10]}
    info = queries.session(session)
    assert (info.capacity, info.taken, info.free, info.vaccines) == (100, 0, 100, ("AZ", "PFIZER"))
    assert info.site.id == info.site_id
    assert info.place.commune_2021 == "26956"


def test_a_session_for_walking_in_has_no_slots(db):
    assert queries.slots(make.make_session(on=DAY, mode="walk_in")) == []


def test_a_mobile_point_stands_where_its_stop_of_the_day_is(db):
    from khien.places import actions as places

    site = make.make_site(kind="mobile")
    places.add_stop(
        site_id=site, on_date=DAY, starts_at=clock.at_local(DAY, 7), ends_at=clock.at_local(DAY, 12), name="Chợ thử", commune_key="2021-26734",
        by=SYSTEM, at=AT,
    )  # fmt: skip
    assert queries.session_place(make.make_session(site_id=site, on=DAY)).commune_2021 == "26734"


def test_a_plan_that_cannot_be_is_refused_with_the_reason(db):
    site = make.make_site()
    for code, more in (
        ("no_vaccine", {"vaccines": ()}), ("vaccine_unknown", {"vaccines": ("NONE",)}), ("mode_unknown", {"mode": "x"}), ("shift_unknown", {"shift": "x"}),
        ("hours_wrong", {"hours": (11, 8)}), ("day_past", {"on": date(2021, 12, 13)}), ("over_capacity_needs_reason", {"per_table": 101}),
    ):  # fmt: skip
        with refused(f"booking.{code}"):
            make.make_session(**{"site_id": site, "on": DAY} | more)
    assert make.make_session(site_id=site, on=DAY, per_table=101, reason="Tăng cường cuối tuần")


def test_a_point_has_one_session_for_a_shift_and_none_that_overlap(db):
    site = make.make_site()
    first = make.make_session(site_id=site, on=DAY)
    with refused("booking.session_exists"):
        make.make_session(site_id=site, on=DAY)
    with refused("booking.session_overlaps"):
        make.make_session(site_id=site, on=DAY, shift="whole_day", hours=(7, 17))
    make.make_session(site_id=site, on=DAY, shift="afternoon", hours=(13, 16))
    actions.cancel_session(session_id=first, reason="mất điện", by=SYSTEM, at=AT)
    assert make.make_session(site_id=site, on=DAY)


def test_more_tables_make_more_places_and_fewer_never_take_one_away(db):
    slot, people = make.make_slot(places=4), [waiting() for _ in range(3)]
    for who in people:
        actions.book(
            person_id=who[0], registration_id=who[1], slot_id=slot.id, site_id=slot.site_id, dose=Dose(), by=SYSTEM, at=AT
        )
    assert actions.change_capacity(session_id=slot.session_id, tables=2, per_table=4, by=SYSTEM, at=AT) == 8
    assert actions.change_capacity(session_id=slot.session_id, tables=1, per_table=1, by=SYSTEM, at=AT) == 3


def test_a_cancelled_session_tells_everyone_and_they_wait_again(db):
    slot, people = make.make_slot(), [waiting() for _ in range(3)]
    for who in people:
        actions.book(
            person_id=who[0], registration_id=who[1], slot_id=slot.id, site_id=slot.site_id, dose=Dose(), by=SYSTEM, at=AT
        )
    with refused("booking.reason_missing"):
        actions.cancel_session(session_id=slot.session_id, reason=" ", by=SYSTEM, at=AT)
    assert actions.cancel_session(session_id=slot.session_id, reason="bão", by=SYSTEM, at=AT) == 3
    assert {state_of(who[1]) for who in people} == {"waiting"}
    assert Event.objects.filter(kind="booking.ended", data__state="cancelled").count() == 3
    assert models.Slot.objects.get(id=slot.id).taken == 0
    with refused("booking.session_closed"):
        actions.set_session_state(session_id=slot.session_id, state="open", by=SYSTEM, at=AT)


def test_officers_see_the_sessions_of_their_place(db):
    mine, other = make.make_session(on=DAY), make.make_session(on=DAY, site_id=make.make_site(commune_key="2021-26734"))
    district = [Scope("district", "765", "2021")]
    assert [one.id for one in queries.sessions(district, on=DAY)] == [mine]
    assert [one.id for one in queries.sessions([Scope("session", str(other))], on=DAY)] == [other]
    assert {one.id for one in queries.sessions(None, first=DAY, last=DAY + timedelta(days=1))} == {mine, other}


def test_a_session_opens_pauses_and_closes_and_says_when(db):
    session = make.make_session(on=DAY)
    for state in ("open", "paused", "open", "closed"):
        actions.set_session_state(session_id=session, state=state, by=SYSTEM, at=AT)
    info = queries.session(session)
    assert (info.state, info.opened_at, info.closed_at) == ("closed", AT, AT)
    actions.set_session_state(session_id=session, state="open", by=SYSTEM, at=AT)
    assert queries.session(session).closed_at is None
    with refused("booking.state_unknown"):
        actions.set_session_state(session_id=session, state="cancelled", by=SYSTEM, at=AT)
