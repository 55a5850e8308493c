"""Many at once: never oversold, never two places for one person."""

import random

from django.db import connection

from khien.booking import actions, models, queries
from khien.booking.types import Dose
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM
from khien.plumbing import audit
from khien.registration.models import Registration
from tests import make
from tests.rooms.booking.queue import waiting
from tests.threads import together

AT = make.AT


def try_to(act, **more):
    try:
        return act(by=SYSTEM, at=AT, **more)
    except Refused as refusal:
        return refusal.code


def book(who, slot):
    return try_to(actions.book, person_id=who[0], registration_id=who[1], slot_id=slot.id, site_id=slot.site_id, dose=Dose())


def recount():
    """Slots whose count is not the number of standing appointments, or above capacity; people with two places."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM slot s WHERE s.taken > s.capacity OR s.taken <> (SELECT count(*) FROM appointment a"
            " WHERE a.slot_id = s.id AND a.state IN ('active', 'arrived', 'done', 'no_show'))"
        )
        wrong = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM (SELECT person_id FROM appointment WHERE state IN ('active', 'arrived') GROUP BY 1 HAVING count(*) > 1) t"
        )
        return wrong, cursor.fetchone()[0]


def test_one_hundred_and_twenty_eight_people_at_once_share_forty_places_of_one_hour(committed):
    slot, people = make.make_slot(places=40), [waiting() for _ in range(128)]
    answers = together(128, lambda index: book(people[index], slot), at_once=64)
    assert answers.count("booking.slot_full") == 88
    assert recount() == (0, 0)
    assert queries.slot(slot.id).taken == 40
    assert Registration.objects.filter(state="booked").count() == 40
    assert list(audit.verify()) == []


def test_the_same_person_from_thirty_two_phones_at_once_gets_one_place(committed):
    slots, who = [make.make_slot(places=5) for _ in range(3)], waiting()
    answers = together(32, lambda index: book(who, slots[index % 3]))
    assert answers.count("booking.already_booked") == 31
    assert recount() == (0, 0)
    assert sum(queries.slot(slot.id).taken for slot in slots) == 1


def test_booking_cancelling_and_moving_at_once_lose_and_make_no_place(committed):
    site = make.make_site()
    slots = [make.make_slot(places=6, site_id=site, on=make.AT.date().replace(day=day)) for day in (16, 17, 18)]
    people = [waiting() for _ in range(30)]

    def live(index):
        chance, said = random.Random(index), []
        for _ in range(6):
            who = people[chance.randrange(len(people))]
            standing = queries.standing_of([who[0]]).get(who[0])
            if standing is None:
                said.append(book(who, chance.choice(slots)))
            elif chance.random() < 0.5:
                said.append(try_to(actions.cancel, appointment_id=standing.id, reason="thử"))
            else:
                said.append(try_to(actions.move, appointment_id=standing.id, slot_id=chance.choice(slots).id))
        return said

    together(32, live)
    assert recount() == (0, 0)
    standing = models.Appointment.objects.filter(state="active").count()
    assert Registration.objects.filter(state="booked").count() == standing
    assert sum(queries.slot(slot.id).taken for slot in slots) == standing


def test_a_draw_and_people_who_book_at_the_same_moment_share_the_places(committed):
    from khien.booking.drawing import Criteria

    site = make.make_site()
    session = make.make_session(site_id=site, on=make.AT.date().replace(day=16), hours=(8, 10), per_table=20, mode="open")
    slots, people = queries.slots(session), [waiting() for _ in range(40)]
    code = actions.commit_allocation(unit_key=make.WARD, criteria=Criteria(), session_ids=[session], by=SYSTEM, at=AT).code

    def act(index):
        if index == 0:
            return try_to(actions.draw_allocation, code=code)
        return book(people[index], slots[index % 2])

    together(16, act)
    assert recount() == (0, 0)
    if queries.allocation(code).state == "committed":
        actions.draw_allocation(code=code, by=SYSTEM, at=AT)
    assert recount() == (0, 0)
    assert actions.replay(code).checks["ranks_and_places"]
    # Whom the draw had seated may have booked a place of their own meanwhile: the next draw fills what that left.
    again = actions.commit_allocation(unit_key=make.WARD, criteria=Criteria(), session_ids=[session], by=SYSTEM, at=AT).code
    actions.draw_allocation(code=again, by=SYSTEM, at=AT)
    assert recount() == (0, 0)
    assert sum(slot.taken for slot in queries.slots(session)) == 20
