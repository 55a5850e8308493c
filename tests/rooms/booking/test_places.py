"""Places at a session: taken, moved, given back; one for each person."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from khien.booking import actions, due, handlers, models, queries
from khien.booking.types import Dose
from khien.kernel import clock, codes
from khien.kernel.births import PartialDate
from khien.kernel.refs import SYSTEM, Actor
from khien.plumbing import sqlcall
from khien.plumbing.models import AuditRow, Event
from tests import make
from tests.refusing import refused
from tests.rooms.booking.queue import state_of, waiting

AT = make.AT
FIRST = Dose()
CITIZEN = Actor("citizen", uuid4())


def book(who, slot, *, at=AT, by=SYSTEM, **more):
    more = {"dose": FIRST, "site_id": slot.site_id} | more
    return actions.book(person_id=who[0], registration_id=who[1], slot_id=slot.id, by=by, at=at, **more)


def taken(slot):
    row = models.Slot.objects.get(id=slot.id)
    return (row.taken, row.kept)


def test_a_booked_place_carries_a_code_moves_the_registration_and_is_told_and_audited(db):
    slot, who = make.make_slot(), waiting()
    booked = book(who, slot)
    assert codes.is_slip_code(booked.code)
    assert (booked.vaccine, booked.starts_at) == ("AZ", slot.starts_at)
    assert taken(slot) == (1, 0)
    assert state_of(who[1]) == "booked"
    found = queries.appointment(booked.code)
    assert (found.id, found.state, found.on_date) == (booked.appointment_id, "active", date(2021, 12, 16))
    assert Event.objects.filter(kind="booking.invited").latest("id").data["appointment_id"] == str(booked.appointment_id)
    assert AuditRow.objects.filter(action="booking.booked", person_id=who[0]).count() == 1


def test_booking_is_one_statement_when_the_dose_is_known(db, statements):
    slot, who = make.make_slot(), waiting()
    with statements(1):
        book(who, slot)


def test_a_full_hour_is_refused_and_nothing_of_it_stays(db):
    slot, first, second = make.make_slot(places=1), waiting(), waiting()
    book(first, slot)
    with refused("booking.slot_full"):
        book(second, slot)
    assert taken(slot) == (1, 0)
    assert (state_of(second[1]), queries.appointment_of(second[0])) == ("waiting", None)


def test_a_person_has_one_appointment_and_the_refusal_names_it(db):
    one, other, who = make.make_slot(), make.make_slot(), waiting()
    booked = book(who, one)
    with refused("booking.already_booked") as no:
        book(who, other)
    assert no.value.facts["code"] == booked.code
    assert no.value.facts["starts_at"] == one.starts_at
    assert taken(other) == (0, 0)


def test_people_book_alone_only_where_the_session_is_open(db):
    invited, open_, who = make.make_slot(mode="invited"), make.make_slot(), waiting()
    with refused("booking.not_open"):
        book(who, invited, own=True, by=CITIZEN)
    assert book(who, open_, own=True, by=CITIZEN).slot_id == open_.id


def test_a_past_closed_or_unknown_hour_cannot_be_booked(db):
    slot, who = make.make_slot(), waiting()
    with refused("booking.slot_past"):
        book(who, slot, at=slot.ends_at)
    with refused("booking.slot_unknown"):
        actions.book(person_id=who[0], registration_id=who[1], slot_id=uuid4(), by=SYSTEM, at=AT)
    actions.set_session_state(session_id=slot.session_id, state="closed", by=SYSTEM, at=AT)
    with refused("booking.session_closed"):
        book(who, slot)


def test_nobody_who_does_not_wait_in_the_queue_gets_a_place(db):
    slot, who = make.make_slot(), waiting()
    with refused("booking.registration_not_waiting"):
        book((who[0], uuid4()), slot)
    assert taken(slot) == (0, 0)


def test_a_dose_that_the_rules_forbid_that_day_is_refused_with_the_reason(db):
    slot, who = make.make_slot(), waiting()
    make.make_immunization(who[0], on=date(2021, 12, 1))
    with refused("booking.not_due") as no:
        book(who, slot, dose=None)
    assert "ít nhất" in no.value.facts["sentence_vi"]
    assert no.value.facts["earliest_on"] > date(2021, 12, 16)
    child = waiting(birth=PartialDate(2010, 1, 1))
    with refused("booking.not_due"):
        book(child, slot, dose=None)
    assert due.check(child[0], "PFIZER", date(2022, 1, 2)) == Dose("primary", 1)


def test_a_second_dose_is_booked_as_a_second_dose(db):
    slot, who = make.make_slot(), waiting()
    make.make_immunization(who[0], on=date(2021, 9, 10))
    assert book(who, slot, dose=None).dose == Dose("primary", 2)


def test_a_cancelled_place_is_given_back_and_the_person_waits_again(db):
    slot, who = make.make_slot(), waiting()
    booked = book(who, slot)
    ended = actions.cancel(
        appointment_id=booked.appointment_id, reason="bận việc", wait_from=date(2021, 12, 20), by=CITIZEN, at=AT
    )
    assert (ended.state, ended.kept) == ("cancelled", False)
    assert taken(slot) == (0, 0)
    assert state_of(who[1]) == "waiting"
    with refused("booking.not_active"):
        actions.cancel(appointment_id=booked.appointment_id, reason="lần nữa", by=CITIZEN, at=AT)
    assert taken(slot) == (0, 0)
    assert book(who, slot).code != booked.code


def test_a_declined_invitation_keeps_the_place_in_the_queue(db):
    slot, who = make.make_slot(mode="invited"), waiting()
    booked = book(who, slot, how="invited")
    assert actions.decline(appointment_id=booked.appointment_id, reason="đang ốm", by=CITIZEN, at=AT).state == "declined"
    assert (state_of(who[1]), taken(slot)) == ("waiting", (0, 0))


def test_a_moved_appointment_keeps_both_and_one_place(db):
    one, other, who = make.make_slot(), make.make_slot(), waiting()
    booked = book(who, one)
    moved = actions.move(appointment_id=booked.appointment_id, slot_id=other.id, reason="xa nhà", by=CITIZEN, at=AT)
    assert (taken(one), taken(other)) == ((0, 0), (1, 0))
    assert moved.code != booked.code
    states = {found.id: (found.state, found.replaces_id) for found in queries.appointments_of(who[0])}
    assert states == {booked.appointment_id: ("moved", None), moved.appointment_id: ("active", booked.appointment_id)}
    with refused("booking.same_slot"):
        actions.move(appointment_id=moved.appointment_id, slot_id=other.id, by=CITIZEN, at=AT)


def test_a_move_to_a_full_hour_leaves_the_appointment_as_it_was(db):
    one, full, who = make.make_slot(), make.make_slot(places=1), waiting()
    book(waiting(), full)
    booked = book(who, one)
    with refused("booking.slot_full"):
        actions.move(appointment_id=booked.appointment_id, slot_id=full.id, by=CITIZEN, at=AT)
    assert (taken(one), queries.appointment(booked.appointment_id).state) == ((1, 0), "active")


def test_who_confirms_comes_and_is_done_is_seen_on_the_days_list(db):
    slot, who = make.make_slot(), waiting(full_name="Lê Thị Hoa")
    booked = book(who, slot)
    actions.confirm(appointment_id=booked.appointment_id, by=CITIZEN, at=AT)
    actions.arrive(appointment_id=booked.appointment_id, by=SYSTEM, at=slot.starts_at)
    [entry] = queries.day_list(slot.session_id)
    assert (entry.card.full_name, entry.appointment.state) == ("Lê Thị Hoa", "arrived")
    with refused("booking.not_active"):
        actions.cancel(appointment_id=booked.appointment_id, reason="x", by=CITIZEN, at=AT)
    actions.finish(appointment_id=booked.appointment_id, by=SYSTEM, at=slot.ends_at)
    assert queries.appointment(booked.code).state == "done"


def test_those_who_did_not_come_wait_again_and_may_still_arrive_late(db):
    slot, absent, came = make.make_slot(), waiting(), waiting()
    missed, here = book(absent, slot), book(came, slot)
    actions.arrive(appointment_id=here.appointment_id, by=SYSTEM, at=slot.starts_at)
    assert actions.mark_no_shows(by=SYSTEM, at=slot.ends_at) == 0
    assert actions.mark_no_shows(by=SYSTEM, at=slot.ends_at + timedelta(hours=3)) == 1
    assert (queries.appointment(missed.code).state, state_of(absent[1])) == ("no_show", "waiting")
    assert taken(slot) == (2, 0)
    actions.arrive(appointment_id=missed.appointment_id, by=SYSTEM, at=slot.ends_at + timedelta(hours=4))
    assert queries.appointment(missed.code).state == "arrived"


def test_a_place_freed_in_the_last_hours_goes_to_the_points_standby_list(db):
    slot = make.make_slot(places=1)
    holder, near, far = waiting(), waiting(), waiting()
    late = slot.starts_at - timedelta(hours=1)
    booked = book(holder, slot)
    actions.join_standby(session_id=slot.session_id, person_id=near[0], registration_id=near[1], by=SYSTEM, at=AT)
    ended = actions.cancel(appointment_id=booked.appointment_id, reason="sốt", by=CITIZEN, at=late)
    assert ended.kept
    assert taken(slot) == (0, 1)
    with refused("booking.slot_full"):
        book(far, slot, at=late, own=True)
    assert queries.open_slots("AZ", None, late) == []
    event = Event.objects.filter(kind="booking.ended").latest("id")
    handlers.ended(event.data, late)
    assert taken(slot) == (1, 0)
    assert queries.appointment_of(near[0]).how == "standby"
    assert [entry.state for entry in queries.standby(slot.session_id)] == ["called"]


def test_a_place_freed_earlier_is_open_to_all_again(db):
    slot, holder, near = make.make_slot(places=1), waiting(), waiting()
    booked = book(holder, slot)
    actions.join_standby(session_id=slot.session_id, person_id=near[0], registration_id=near[1], by=SYSTEM, at=AT)
    ended = actions.cancel(appointment_id=booked.appointment_id, reason="x", by=CITIZEN, at=slot.starts_at - timedelta(hours=4))
    assert (ended.kept, taken(slot)) == (False, (0, 0))


def test_standby_passes_over_those_the_rules_forbid_and_frees_the_place_when_nobody_is_left(db):
    slot, holder, early = make.make_slot(places=1), waiting(), waiting()
    make.make_immunization(early[0], on=date(2021, 12, 1))
    booked = book(holder, slot)
    actions.join_standby(session_id=slot.session_id, person_id=early[0], registration_id=early[1], by=SYSTEM, at=AT)
    late = slot.starts_at - timedelta(hours=1)
    actions.cancel(appointment_id=booked.appointment_id, reason="x", by=CITIZEN, at=late)
    assert actions.call_standby(session_id=slot.session_id, by=SYSTEM, at=late) is None
    actions.leave_standby(session_id=slot.session_id, person_id=early[0], by=SYSTEM, at=late)
    assert actions.call_standby(session_id=slot.session_id, by=SYSTEM, at=late) is None
    assert taken(slot) == (0, 0)


def test_who_was_called_from_the_standby_list_and_could_not_come_waits_again_when_asked(db):
    slot, who = make.make_slot(places=2), waiting()
    late = slot.starts_at + timedelta(minutes=10)

    def join():
        actions.join_standby(session_id=slot.session_id, person_id=who[0], registration_id=who[1], by=SYSTEM, at=late)

    def stands():
        return [entry.state for entry in queries.standby(slot.session_id)]

    join()
    called = actions.call_standby(session_id=slot.session_id, by=SYSTEM, at=late)
    assert stands() == ["called"]
    actions.cancel(appointment_id=called.appointment_id, reason="other", by=CITIZEN, at=late)
    assert stands() == ["gave_up"]
    join()
    assert stands() == ["waiting"]
    again = actions.call_standby(session_id=slot.session_id, by=SYSTEM, at=late)
    actions.arrive(appointment_id=again.appointment_id, by=SYSTEM, at=late)
    assert stands() == ["came"]


def test_joining_the_standby_list_twice_is_once_and_not_with_an_appointment(db):
    slot, who, holder = make.make_slot(), waiting(), waiting()
    for _ in range(2):
        actions.join_standby(session_id=slot.session_id, person_id=who[0], registration_id=who[1], by=SYSTEM, at=AT)
    assert len(queries.standby(slot.session_id)) == 1
    book(holder, slot)
    with refused("booking.already_booked"):
        actions.join_standby(session_id=slot.session_id, person_id=holder[0], registration_id=holder[1], by=SYSTEM, at=AT)


def test_who_was_deferred_is_invited_again_from_that_day_near_the_same_point_once(db):
    site = make.make_site()
    today = make.make_session(site_id=site, on=date(2021, 12, 14), mode="invited", at=AT - timedelta(days=1))
    later = make.make_session(site_id=site, on=date(2021, 12, 21), mode="invited")
    who = waiting()
    booked = book(who, queries.slots(today)[0], how="invited", at=AT - timedelta(days=1))
    actions.arrive(appointment_id=booked.appointment_id, by=SYSTEM, at=AT)
    actions.finish(appointment_id=booked.appointment_id, by=SYSTEM, at=AT)
    closed = {"person_id": str(who[0]), "session_id": str(today), "end": "deferred", "return_on": "2021-12-20"}
    for _ in range(2):
        handlers.visit_closed(closed, AT)
    again = queries.appointment_of(who[0])
    assert (again.session_id, again.how, again.state) == (later, "reinvited", "active")
    assert len(queries.appointments_of(who[0])) == 2


def test_who_was_deferred_with_no_session_ahead_waits_for_a_draw_from_that_day(db):
    who, slot = waiting(), make.make_slot(on=date(2021, 12, 15))
    booked = book(who, slot)
    actions.finish(appointment_id=booked.appointment_id, by=SYSTEM, at=AT)
    handlers.visit_closed(
        {"person_id": str(who[0]), "session_id": str(slot.session_id), "end": "deferred", "return_on": "2022-01-10"}, AT
    )
    from khien.registration.models import Registration

    row = Registration.objects.get(id=who[1])
    assert (row.state, row.wished_from) == ("waiting", date(2022, 1, 10))


def test_a_walk_in_who_was_deferred_is_invited_again_too(db):
    site, who = make.make_site(), waiting()
    today = make.make_session(site_id=site, mode="walk_in")
    later = make.make_session(site_id=site, on=date(2021, 12, 21), mode="open")
    closed = {"person_id": str(who[0]), "session_id": str(today), "end": "deferred", "return_on": "2021-12-20"}
    handlers.visit_closed(closed, AT)
    assert queries.appointment_of(who[0]).session_id == later


def test_an_end_taken_back_makes_the_person_present_again(db):
    slot, who = make.make_slot(), waiting()
    booked = book(who, slot)
    for act in (actions.arrive, actions.finish, actions.arrive):
        act(appointment_id=booked.appointment_id, by=SYSTEM, at=slot.starts_at)
    found = queries.appointment(booked.code)
    assert (found.state, found.ended_at) == ("arrived", None)


def test_open_hours_are_shown_nearest_first_and_only_with_places(db):
    near = make.make_slot(site_id=make.make_site(commune_key="2021-26956"))
    far = make.make_slot(site_id=make.make_site(commune_key="2021-26734"), on=date(2021, 12, 15))
    full = make.make_slot(places=1)
    book(waiting(), full)
    home = make.place_of_site(near.site_id)
    found = queries.open_slots("AZ", home, AT)
    assert [(one.slot.id, one.near) for one in found] == [(near.id, 0), (far.id, 2)]


def test_withdrawing_and_death_give_the_place_back(db):
    slot, one, two = make.make_slot(), waiting(), waiting()
    book(one, slot)
    book(two, slot)
    handlers.withdrawn({"registration_id": str(one[1])}, AT)
    handlers.died({"person_id": str(two[0])}, AT)
    assert taken(slot) == (0, 0)


def test_queue_numbers_of_a_session_follow_each_other(db):
    slot = make.make_slot()
    numbers = [sqlcall.call("SELECT booking_take_number(%s, %s)", [slot.site_id, slot.session_id])[0] for _ in range(3)]
    assert numbers == [1, 2, 3]
    with refused("booking.session_unknown"):
        sqlcall.call("SELECT booking_take_number(%s, %s)", [slot.site_id, uuid4()])


def test_reminders_find_the_appointments_of_a_span(db):
    slot, who = make.make_slot(), waiting()
    booked = book(who, slot)
    start = clock.at_local(date(2021, 12, 16))
    assert [one.id for one in queries.starting_between(start, start + timedelta(days=1))] == [booked.appointment_id]
    assert queries.starting_between(start + timedelta(days=1), start + timedelta(days=2)) == []
    assert datetime(2021, 12, 16, 1, tzinfo=UTC) == slot.starts_at


def test_two_appointments_never_share_a_code_even_if_chance_repeats_itself(db):
    slot, one, two = make.make_slot(), waiting(), waiting()
    first = book(one, slot, randomness=lambda: 7)
    with transaction.atomic():
        numbers = iter([7, 7, 8])
        second = book(two, slot, randomness=lambda: next(numbers))
    assert first.code == codes.slip_code(7)
    assert second.code == codes.slip_code(8)
