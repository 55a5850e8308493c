"""People who book alone at the same moment share a commit: each has an answer of its own, nothing is oversold."""

import threading

import pytest
from django.db import connection, transaction

from khien.booking import actions, models, offers, queries, taking
from khien.booking.types import Dose
from khien.kernel.errors import Refused
from khien.people import actions as people
from khien.plumbing import audit, sqlcall
from khien.plumbing.gather import Gather
from khien.plumbing.models import Event
from khien.registration.models import Registration
from tests import make, make_book
from tests.rooms.booking.queue import waiting
from tests.rooms.booking.test_load import recount
from tests.threads import together

AT = make.AT


def family(count):
    """People whose books one account may open, and the key of its browser's session."""
    account, known = make.make_account(), [waiting() for _ in range(count)]
    for person_id, _ in known:
        people.link(account=account.id, person=person_id, relation="other", proof="registered", by=make.BY, at=AT)
    return make_book.signed_in(account).cookies["khien"].value, known


def take(key, who, slot):
    seal = offers.seal(*who, slot.site_id, slot.id, Dose(), at=AT)
    try:
        return actions.book_own(
            session=key, person_id=who[0], registration_id=who[1], site_id=slot.site_id, slot_id=slot.id, offer=seal, at=AT
        )
    except Refused as refusal:
        return refusal.code


def test_a_crowd_at_one_hour_takes_its_places_and_no_more(committed):
    slot = make.make_slot(places=40)
    key, known = family(96)
    answers = together(96, lambda index: take(key, known[index], slot), at_once=48)
    assert answers.count("booking.slot_full") == 56
    booked = [one for one in answers if not isinstance(one, str)]
    assert {one.person_id for one in booked} == set(models.Appointment.objects.values_list("person_id", flat=True))
    assert recount() == (0, 0)
    assert queries.slot(slot.id).taken == 40
    assert Registration.objects.filter(state="booked").count() == 40
    assert Event.objects.filter(kind="booking.invited").count() == 40
    assert list(audit.verify()) == []


def test_each_of_a_handful_has_its_own_answer(committed):
    slots = [make.make_slot(places=30) for _ in range(3)]
    key, known = family(20)
    stranger = waiting()
    asked = [(known[index % 20], slots[index % 3]) for index in range(60)] + [(stranger, slots[0])]
    answers = together(61, lambda index: take(key, *asked[index]), at_once=32)
    assert answers[60] == "people.not_linked"
    assert answers[:60].count("booking.already_booked") == 40
    for (who, slot), answer in zip(asked, answers, strict=True):
        if not isinstance(answer, str):
            assert (answer.person_id, answer.registration_id, answer.slot_id) == (*who, slot.id)
    assert recount() == (0, 0)


def told(key, who, slot):
    """What `book_own` gives to the database for one person."""
    argument = taking.taking(*who, slot.site_id, slot.id, Dose(), "booked", actions.random_bits, AT)
    return sqlcall.as_json(argument | {"own": True, "session": key})


def test_one_refusal_in_a_handful_undoes_nobody_else(committed):
    slot, full = make.make_slot(places=30), make.make_slot(places=1)
    key, known = family(6)
    take(key, known[5], full)
    asked = [told(key, known[0], slot), told(key, waiting(), slot), told(key, known[1], slot), told(key, known[0], slot), told(key, known[2], full)]
    first, stranger, second, again, late = taking.take_own(asked)
    assert (first.person_id, second.person_id) == (known[0][0], known[1][0])
    assert (stranger.code, late.code) == ("people.not_linked", "booking.slot_full")
    assert (again.code, again.facts["appointment_id"]) == ("booking.already_booked", str(first.appointment_id))
    assert models.Appointment.objects.count() == 3
    assert recount() == (0, 0)
    assert list(audit.verify()) == []


def test_a_slot_with_too_few_places_for_a_handful_gives_those_it_has(committed):
    slot = make.make_slot(places=2)
    key, known = family(5)
    answers = taking.take_own([told(key, who, slot) for who in known])
    assert [getattr(one, "code", "") for one in answers[2:]] == ["booking.slot_full"] * 3
    assert [one.person_id for one in answers[:2]] == [who[0] for who in known[:2]]
    assert recount() == (0, 0)


def test_a_connection_that_breaks_under_a_handful_loses_nobody(committed):
    slot = make.make_slot(places=30)
    key, known = family(12)
    held, ended = threading.Event(), threading.Event()

    def one(index):
        if index < 12:
            held.wait()
            return take(key, known[index], slot)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM slot WHERE id = %s FOR UPDATE", [slot.id])
            held.set()
            while not ended.is_set():  # until somebody waits for this slot: the whole call is ended there
                cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees one picture of who waits until it asks for another
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                if cursor.rowcount:
                    ended.set()
        return None

    answers = together(13, one, at_once=13)[:12]
    assert ended.is_set()
    booked = [one for one in answers if not isinstance(one, str)]
    assert {one.person_id for one in booked} == {who[0] for who in known} == set(models.Appointment.objects.values_list("person_id", flat=True))
    assert recount() == (0, 0)
    assert list(audit.verify()) == []


def test_a_booking_whose_answer_was_lost_is_known_again(committed):
    slot = make.make_slot()
    key, known = family(2)
    asked = [told(key, who, slot) for who in known]
    once = taking.take_own(asked)
    assert [taking.alone(one) for one in asked] == once
    assert models.Appointment.objects.count() == 2


def test_who_books_inside_a_transaction_books_alone(db):
    slot = make.make_slot()
    key, known = family(1)
    assert take(key, known[0], slot).slot_id == slot.id


def test_calls_that_come_while_one_is_at_work_go_together_and_a_failure_is_each_ones_own():
    rounds, first = [], threading.Event()

    def work(several):
        rounds.append(list(several))
        if len(rounds) == 1:
            first.set()
            while len(gather._waiting) < 5:  # the others come while this one works
                pass
        return [ValueError(one) if one == 3 else one * 10 for one in several]

    gather = Gather(work)

    def ask(number):
        if number:
            first.wait()
        try:
            return gather(number)
        except ValueError as error:
            return str(error)

    assert together(6, ask, at_once=6) == [0, 10, 20, "3", 40, 50]
    assert rounds[0] == [0]
    assert sorted(rounds[1]) == [1, 2, 3, 4, 5]


def test_a_failure_of_all_is_told_to_all_and_the_next_call_works():
    answers = iter([RuntimeError("away"), None])

    def work(several):
        trouble = next(answers)
        if trouble:
            raise trouble
        return list(several)

    gather = Gather(work)
    with pytest.raises(RuntimeError):
        gather(1)
    assert gather(2) == 2
