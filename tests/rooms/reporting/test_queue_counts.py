"""The queue's numbers are read from a rollup and equal the registrations, whatever happened to them."""

from datetime import timedelta

from django.db.models import Count

from khien.booking import actions as booking
from khien.kernel.refs import SYSTEM, Scope
from khien.people import actions as people
from khien.plumbing import outbox
from khien.registration import actions as registration
from khien.registration import queries as registrations
from khien.registration.models import Registration
from khien.reporting import actions, queries
from tests import make
from tests.make_day import make_day, make_visit

LATER = make.AT + timedelta(hours=12)
NATION = (Scope("nation", ""),)
BY = {"by": SYSTEM, "at": make.AT}


def _equal() -> dict[str, int]:
    """The rollup after all events, which must be what the registrations say."""
    outbox.drain(lambda: LATER)
    asked = Registration.objects.values("state").annotate(n=Count("*"))
    assert queries.queue(NATION) == queries.queue(None) == {row["state"]: row["n"] for row in asked}
    return queries.queue(None)


def test_a_place_in_the_queue_is_counted_from_the_wish_to_the_dose(db):
    registered = [make.make_registration() for _ in range(4)]
    assert _equal() == {"waiting": 4}
    first = registrations.registration(registered[0])
    slot = make.make_slot()
    made = booking.book(person_id=first.person_id, registration_id=first.id, slot_id=slot.id, **BY)
    assert _equal() == {"waiting": 3, "booked": 1}
    booking.cancel(appointment_id=made.appointment_id, reason="other", **BY)
    assert _equal() == {"waiting": 4}
    registration.withdraw(registration=registered[1], reason="not_wanted", **BY)
    assert _equal() == {"waiting": 3, "withdrawn": 1}
    make_visit(make_day(), state="closed", person_id=registrations.registration(registered[2]).person_id)
    assert _equal()["withdrawn"] == 1


def test_a_death_and_a_merge_close_a_place_and_its_undoing_opens_it_again(db):
    one, other, third = (make.make_person() for _ in range(3))
    for person in (one, other, third):
        make.make_registration(person)
    people.record_death(person=third, on=make.AT.date(), **BY)
    assert _equal() == {"waiting": 2, "closed": 1}
    alias = people.merge(loser=one, survivor=other, reason="hai lần ghi", **BY)
    assert _equal() == {"waiting": 1, "closed": 2}
    people.undo_merge(alias=alias, **BY)
    assert _equal() == {"waiting": 2, "closed": 1}


def test_who_moves_house_is_counted_at_the_new_ward_and_a_rebuild_says_the_same(db):
    person = make.make_person()
    make.make_registration(person)
    _equal()
    assert queries.queue_of_units(["2021-00001", f"2021-{make.BINH_THANH}"]) == {"2021-00001": {}, f"2021-{make.BINH_THANH}": {"waiting": 1}}
    people.correct_particulars(person=person, changes={"place_key": "2021-00001"}, reason="chuyển nhà", **BY)
    _equal()
    moved = {"2021-00001": {"waiting": 1}, f"2021-{make.BINH_THANH}": {}}
    assert queries.queue_of_units(moved) == moved
    actions.rebuild(at=LATER)
    assert queries.queue_of_units(moved) == moved
    assert queries.queue([Scope("district", make.BINH_THANH, "2021")]) == {}


def test_an_organisations_own_people_are_counted_as_they_are(db):
    make.make_registration()
    assert queries.queue([Scope("organization", "00000000-0000-7000-8000-000000000000")]) == {}
