"""Several workers deliver the outbox side by side: each subject is counted as it stands, whoever counts it, and nobody stands in another's way."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from khien.plumbing import outbox, subjects
from khien.reporting import actions, counting
from khien.visits import actions as visits
from tests import make
from tests.make_day import SURE, done_at, make_day, make_visit
from tests.rooms.reporting.test_rebuilt import _a_busy_day, rolled
from tests.threads import together

LATER = make.AT + timedelta(hours=3)
pytestmark = pytest.mark.usefixtures("committed")


def rebuilt():
    with transaction.atomic():
        actions.rebuild(at=LATER)
        found = rolled()
        transaction.set_rollback(True)
    return found


def deliver(index=0):
    return outbox.drain(lambda: LATER)


def faults():
    with connection.cursor() as cursor:
        cursor.execute("SELECT handler, state, error FROM outbox_delivery WHERE state <> 'done'")
        return cursor.fetchall()


def test_a_visit_that_moves_while_one_worker_counts_it_is_counted_as_it_stands(monkeypatch):
    day = make_day()
    visit = make_visit(day, state="cleared").visit
    facts, read, go_on = counting.visits.count_facts, threading.Event(), threading.Event()

    def slow(visit_id):
        found = facts(visit_id)
        if not read.is_set():
            read.set()
            go_on.wait(30)  # the first to read holds what it has read
        return found

    monkeypatch.setattr(counting.visits, "count_facts", slow)

    def work(index):
        if index == 0:
            return deliver()
        read.wait(30)
        visits.give_dose(visit=visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(make.AT), by=make.BY, at=make.AT)
        handled = deliver()  # what the first has in hand is passed over, and nobody waits for it
        go_on.set()
        return handled

    together(2, work)
    deliver()
    assert faults() == []
    assert rolled() == rebuilt()


def test_four_workers_bring_the_numbers_of_one():
    _a_busy_day()
    assert sum(together(4, deliver)) > 20
    deliver()
    assert faults() == []
    assert rolled() == rebuilt()


def test_events_of_one_person_are_handled_one_after_another(monkeypatch):
    """A handler reads before it writes: of two events of one person the second waits; those of others do not."""
    somebody, another = make.make_person(), make.make_person()
    seen, first, others = [], threading.Event(), threading.Event()

    def tell(data, at):
        seen.append(("begins", data["step"]))
        if data["step"] == 1:
            first.set()
            others.wait(30)
        elif data["step"] == 3:
            others.set()
        seen.append(("ends", data["step"]))

    monkeypatch.setattr(outbox, "_handler", {"tells": tell}.__getitem__)
    monkeypatch.setattr(outbox, "subscriptions", lambda: {"told": ("tells",)})
    outbox.publish("told", at=make.AT, person_id=somebody, step=1)
    outbox.publish("told", at=make.AT + timedelta(seconds=1), person_id=somebody, step=2)
    outbox.publish("told", at=make.AT + timedelta(seconds=2), person_id=another, step=3)

    def work(index):
        if index:
            first.wait(30)
        return outbox.deliver_batch(LATER, size=1)

    assert together(3, work) == [1, 1, 1]
    assert seen.index(("ends", 1)) < seen.index(("begins", 2))
    assert seen.index(("ends", 3)) < seen.index(("ends", 1))


def test_who_takes_only_what_is_free_waits_for_nobody():
    taken, done = threading.Event(), threading.Event()

    def work(index):
        with transaction.atomic():
            if index == 0:
                subjects.hold(["a", "b"])
                taken.set()
                done.wait(30)
                return None
            taken.wait(30)
            free = subjects.take_free(["a", "c"])
            done.set()
            return free

    assert together(2, work) == [None, {"c"}]
