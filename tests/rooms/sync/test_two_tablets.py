"""Several tablets without a line: in whatever order what they did arrives, the day stands as if it had been told in order."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from khien.cases.models import Case
from khien.config.subscriptions import SUBSCRIPTIONS
from khien.immunizations.models import Immunization
from khien.sync import actions as sync
from khien.sync import queries as synced
from khien.sync.models import HeldCommand
from khien.visits import queries as visits
from khien.visits.models import Visit
from tests import make
from tests.make_day import WELL, done_at, healthy, make_day
from tests.make_offline import Tablet, make_tablet

AT = make.AT
EVENING = AT + timedelta(hours=9)


@pytest.fixture
def day(db):
    return make_day()


def later(minutes):
    return AT + timedelta(minutes=minutes)


def steps_of_one_person(tablets: list[Tablet], day, *, start=0, person_id=None, dose=True, lot=None, dose_at=9):
    """One person from desk to desk, each desk a tablet of its own; returns the visit's id."""
    reception, screening, injection, observation = tablets
    visit_id, last = reception.receives(later(start), person_id=str(person_id or make.make_person()))
    visit = {"visit_id": str(visit_id), "session_id": str(day.session_id)}
    last = screening.does("consent", later(start + 2), after=last, agreed=True, **visit)
    last = screening.does("screen", later(start + 5), after=last, answers=healthy(), vitals=WELL, decision="eligible", **visit)
    if dose:
        last = injection.does(
            "give_dose", later(start + dose_at), after=last, lot_id=str(lot or day.lot_id), confirmed_facts=["full_name", "birth"], **visit
        )
        last = observation.does("observe", later(start + dose_at + 31), after=last, **visit)
        observation.does("close", later(start + dose_at + 32), after=last, **visit)
    return visit_id


class Undone(Exception):
    pass


def each_order(orders) -> Iterator:
    """Each order tried on the same beginning: what it did is undone before the next."""
    for order in orders:
        try:
            with transaction.atomic():
                yield order
                raise Undone
        except Undone:
            pass


def merges(*logs):
    """Every way in which several logs, each in its own order, can arrive one command at a time."""
    if not any(logs):
        yield ()
        return
    for n, log in enumerate(logs):
        if log:
            for rest in merges(*logs[:n], log[1:], *logs[n + 1 :]):
                yield (log[0], *rest)


def final(session_id):
    """What the day says in the end, whichever of two keyings of one needle was there first."""
    rows = Visit.objects.filter(session_id=session_id)
    label = {row.id: row.label for row in rows}
    told = sorted((str(row.label), row.state, row.end_reason, row.ordinal, str(row.lot_id), str(row.dosed_at), str(row.observed_at), str(row.ended_at) if row.end_reason == "" else "",
                   str(label.get(row.joined_to)), len(row.undone)) for row in rows)  # fmt: skip
    doses = sorted((row.vaccine, str(row.performed_at), row.validity, row.status) for row in Immunization.objects.all())
    return told, doses


def test_all_orders_in_which_four_tablets_arrive_give_the_same_day(day):
    tablets = [make_tablet(day, name=f"Máy {n}") for n in range(4)]
    steps_of_one_person(tablets, day)
    sealed = [tablet.sealed() for tablet in tablets]
    ends = set()
    for order in each_order(itertools.permutations(range(4))):
        for n in order:
            tablets[n].send(sealed[n], EVENING)
        told, doses = final(day.session_id)
        ends.add((tuple(told), tuple(doses)))
        assert not HeldCommand.objects.exclude(state="run").exists()
    assert len(ends) == 1
    ((told, doses),) = ends
    assert [(row[0], row[1]) for row in told] == [("A1", "closed")]
    assert len(doses) == 1


def test_every_order_of_the_single_commands_gives_the_same_day(day):
    tablets = [make_tablet(day, name=f"Máy {n}") for n in range(4)]
    steps_of_one_person(tablets, day)
    sealed = [(tablet, one) for tablet in tablets for one in tablet.sealed()]
    ends = set()
    for order in each_order(list(itertools.permutations(range(6)))[::37]):
        for n in order:
            tablet, one = sealed[n]
            tablet.send([one], EVENING)
        ends.add(str(final(day.session_id)))
    assert len(ends) == 1


def test_received_at_two_tablets_and_injected_once_it_is_one_visit(day):
    first, second = make_tablet(day, name="Máy 1"), make_tablet(day, name="Máy 2")
    person = make.make_person()
    visit_id = steps_of_one_person([first] * 4, day, person_id=person)
    twin, _ = second.receives(later(3), person_id=str(person))
    ends = set()
    for order in each_order(merges(first.sealed(), second.sealed())):
        for one in order:
            _send(one, first, second)
        ends.add(str(final(day.session_id)))
        assert Visit.objects.get(id=visit_id).state == "closed"
        assert Visit.objects.get(id=twin).joined_to == visit_id
        assert visits.session_board(day.session_id).received == 1
        assert visits.day_summary(day.session_id).received == 1
        assert visits.visit_by_code(Visit.objects.get(id=twin).code).ref.visit_id == visit_id
    assert len(ends) == 1


def _send(one, *tablets):
    """Send a sealed command from the tablet that holds it."""
    own = next(tablet for tablet in tablets if str(one.command_id) in {told["command_id"] for told in tablet.log})
    told = own.send([one], EVENING)
    assert told[0]["status"] in ("accepted", "waiting"), told
    return told[0]


def test_the_same_needle_keyed_at_two_tablets_is_one_dose(day):
    first, second = make_tablet(day, name="Máy 1"), make_tablet(day, name="Máy 2")
    person = make.make_person()
    steps_of_one_person([first] * 4, day, person_id=person)
    steps_of_one_person([second] * 4, day, person_id=person, start=1, dose_at=11)
    logs = first.sealed(), second.sealed()
    for order in each_order(list(merges(*logs))[::60]):
        told = {one.command_id: _send(one, first, second) for one in order}
        assert Immunization.objects.filter(person_id=person).count() == 1
        rows = Visit.objects.filter(session_id=day.session_id)
        assert sorted(row.state for row in rows) == ["closed", "withdrawn"]
        kept = next(row for row in rows if row.record_id)
        joined = next(row for row in rows if row.joined_to)
        assert (joined.joined_to, joined.end_detail["same_as"], kept.marks) == (kept.id, str(kept.record_id), [])
        doses = [synced.outcomes([id], _of(id, first, second).device)[id] for id in told if _name(id, first, second) == "give_dose"]
        assert [one["status"] for one in doses] == ["accepted", "accepted"]
        assert sum("same_as" in one["result"] for one in doses) == 1
        assert visits.session_board(day.session_id).dosed == 1


def _of(id, *tablets):
    return next(tablet for tablet in tablets if str(id) in {told["command_id"] for told in tablet.log})


def _name(id, *tablets):
    return next(told["name"] for tablet in tablets for told in tablet.log if told["command_id"] == str(id))


def test_two_needles_are_two_doses_both_kept_with_a_case_that_names_both(day):
    first, second = make_tablet(day, name="Máy 1"), make_tablet(day, name="Máy 2")
    person = make.make_person()
    steps_of_one_person([first] * 4, day, person_id=person)
    steps_of_one_person([second] * 4, day, person_id=person, start=1, dose_at=40)
    logs = first.sealed(), second.sealed()
    for order in each_order(list(merges(*logs))[::60]):
        for one in order:
            _send(one, first, second)
        doses = Immunization.objects.filter(person_id=person)
        assert doses.count() == 2
        rows = Visit.objects.filter(session_id=day.session_id)
        assert [(str(row.label), row.state, row.joined_to) for row in rows.order_by("letter")] == [("A1", "closed", None), ("B1", "closed", None)]
        assert sorted("second_injection" in row.marks for row in rows) == [False, True]
        _deliver("visits.second_injection_recorded", "visits.dose_marked")
        case = Case.objects.get(subject="record.second_injection")
        assert set(case.facts["records"]) == {str(dose.record_id) for dose in doses}
        assert not Case.objects.filter(subject="record.marked_dose").exists()


def _deliver(*kinds):
    """Hand the waiting events of these kinds to who hears them."""
    import importlib

    from khien.plumbing.models import Delivery

    for one in Delivery.objects.filter(state="pending", kind__in=kinds):
        assert one.handler in SUBSCRIPTIONS[one.kind]
        module, name = one.handler.rsplit(".", 1)
        getattr(importlib.import_module(f"khien.{module}"), name)(one.data, EVENING)


def test_two_needles_told_on_one_visit_get_a_visit_each(day):
    first, second = make_tablet(day, name="Máy 1"), make_tablet(day, name="Máy 2")
    visit_id = steps_of_one_person([first] * 4, day)
    screened = first.log[2]["command_id"]
    second.does(
        "give_dose", later(35), after=screened, visit_id=str(visit_id), session_id=str(day.session_id), lot_id=str(day.lot_id),
        confirmed_facts=["full_name", "birth"],
    )  # fmt: skip
    for order in each_order(itertools.permutations((first, second))):
        for tablet in order:
            tablet.sends(EVENING)
        rows = Visit.objects.filter(session_id=day.session_id, record_id__isnull=False)
        assert rows.count() == 2
        assert Immunization.objects.count() == 2
        assert {one["status"] for tablet in order for one in tablet.sends(EVENING)} == {"accepted"}


def test_a_paper_keyed_first_and_the_tablet_later_tell_of_one_needle(day):
    from khien.visits import actions
    from khien.visits.types import ConsentGiven

    tablet = make_tablet(day)
    person = make.make_person()
    (serial,) = actions.print_forms(session_id=day.session_id, count=1, by=make.BY, at=AT)
    steps_of_one_person([tablet] * 4, day, person_id=person)
    keyed = actions.key_paper(
        serial=serial, session_id=day.session_id, person_id=person, received_at=later(0), consent=ConsentGiven(agreed=True, how="paper"),
        screening=actions.PaperScreening("eligible", healthy(), WELL, at=later(5)),
        dose_given=actions.PaperDose(later(15), "Người Tiêm", lot_id=day.lot_id), by=make.BY, at=EVENING,
    )  # fmt: skip
    told = tablet.sends(EVENING + timedelta(hours=1))
    assert {one["status"] for one in told} == {"accepted"}
    assert Immunization.objects.filter(person_id=person).count() == 1
    assert Visit.objects.get(letter="A").joined_to == keyed.visit.visit_id


def test_a_dose_is_never_refused_whatever_the_visit_says(day):
    from khien.visits import actions

    for end in ("refused", "withdrawn", "deferred"):
        tablet = make_tablet(day)
        visit_id, last = tablet.receives(AT, person_id=str(make.make_person()))
        tablet.sends(later(1))
        ref = visits.visit(visit_id).ref
        actions.end(visit=ref, end=end, reason="nhầm", performed=done_at(later(2)), by=make.BY, at=later(2))
        tablet.does("give_dose", later(9), after=last, visit_id=str(visit_id), session_id=str(day.session_id), lot_id=str(day.lot_id))
        told = tablet.sends(EVENING)[-1]
        assert told["status"] == "accepted", told
        row = Visit.objects.get(id=visit_id)
        assert (row.state, "not_cleared" in row.marks) == ("dosed", True)


def test_a_dose_that_cannot_be_recorded_is_kept_for_a_person_not_refused(day):
    tablet = make_tablet(day)
    visit_id, last = tablet.receives(AT, person_id=str(make.make_person()))
    dose = tablet.does("give_dose", later(9), after=last, visit_id=str(visit_id), session_id=str(day.session_id))
    told = tablet.sends(EVENING)[-1]
    assert (told["status"], told["reason"]) == ("quarantined", "visits.lot_unnamed")
    assert synced.held_of_session(day.session_id)[0].command_id == dose


def test_a_lot_that_nobody_knows_is_recorded_by_its_printed_number(day):
    tablet = make_tablet(day)
    visit_id, last = tablet.receives(AT, person_id=str(make.make_person()))
    tablet.does("give_dose", later(9), after=last, visit_id=str(visit_id), session_id=str(day.session_id), vaccine="AZ", lot_number="LA LUNG 1")
    assert tablet.sends(EVENING)[-1]["status"] == "accepted"
    assert "lot_provisional" in Visit.objects.get(id=visit_id).marks


def test_a_dose_taken_back_at_once_without_a_line_is_taken_back_here(day):
    tablet = make_tablet(day)
    steps_of_one_person([tablet] * 4, day)
    del tablet.log[4:]
    visit = tablet.log[3]["body"]["visit_id"]
    dose = tablet.log[3]["command_id"]
    tablet.does("undo_dose", later(11), after=dose, visit_id=visit, session_id=str(day.session_id), reason="Nhầm người")
    tablet.sends(EVENING, last=4)
    assert tablet.sends(EVENING + timedelta(hours=1))[-1]["status"] == "accepted"
    row = Visit.objects.get(id=visit)
    assert (row.state, row.record_id, len(row.undone)) == ("cleared", None, 1)


def test_a_number_given_twice_by_a_wiped_tablet_goes_on_after_the_last(day):
    tablet = make_tablet(day)
    tablet.receives(AT, person_id=str(make.make_person()))
    tablet.number = 0
    tablet.receives(later(5), person_id=str(make.make_person()))
    tablet.sends(EVENING)
    assert sorted(str(row.label) for row in Visit.objects.all()) == ["A1", "A2"]


def test_what_waited_a_day_is_recorded_as_it_was_from_what_the_slip_told(day):
    lost, injection = make_tablet(day, name="Máy mất"), make_tablet(day, name="Máy tiêm")
    person = make.make_person()
    visit_id, last = lost.receives(AT, person_id=str(person))
    facts = {"number": 1, "letter": lost.device.letter, "person_id": str(person), "identity_how": "card", "checked_in_at": AT.isoformat()}
    injection.does(
        "give_dose", later(9), after=last, visit_id=str(visit_id), session_id=str(day.session_id), lot_id=str(day.lot_id), visit_facts=facts
    )
    assert injection.sends(EVENING)[0]["status"] == "waiting"
    sync.watch(EVENING + timedelta(hours=25))
    (kept,) = synced.held_of_session(day.session_id)
    assert (kept.state, kept.name) == ("stranded", "give_dose")
    assert sync.accept(held_id=kept.id, by=make.BY, at=EVENING + timedelta(hours=26)) == "accepted"
    row = Visit.objects.get(id=visit_id)
    assert (str(row.label), row.person_id, row.state, row.checked_in_at) == ("A1", person, "dosed", AT)
    lost.sends(EVENING + timedelta(hours=30))
    assert Visit.objects.filter(session_id=day.session_id).count() == 1


def test_a_walk_in_card_received_at_two_tablets_is_one_person_and_one_visit(day):
    first, second = make_tablet(day), make_tablet(day)
    number = make.make_number(year=1980, sex="female").value
    card = {"full_name": "Nguyễn Thị Thử", "birth": "1980-05-06", "sex": "female", "identifier": number}
    first.receives(AT, person=card)
    second.receives(later(2), person=card)
    for tablet in (second, first):
        assert tablet.sends(EVENING)[0]["status"] == "accepted"
    rows = Visit.objects.filter(session_id=day.session_id)
    assert len({row.person_id for row in rows}) == 1
    assert [str(row.label) for row in rows if row.joined_to is None] == ["A1"]


def test_what_a_desk_with_a_line_does_to_a_joined_visit_reaches_the_one_that_stands(day):
    from khien.visits import commands
    from tests.make_desk import envelope

    first, second = make_tablet(day), make_tablet(day)
    person = make.make_person()
    visit_id, _ = first.receives(AT, person_id=str(person))
    twin, _ = second.receives(later(2), person_id=str(person))
    first.sends(EVENING)
    assert second.sends(EVENING)[0]["result"]["joined_to"]["visit_id"] == str(visit_id)
    told = commands.dispatch(envelope(first, "consent", visit_id=str(twin), agreed=True), first.staff, at=EVENING)
    assert told["status"] == "accepted", told
    assert Visit.objects.get(id=visit_id).state == "consented"


def test_a_step_is_not_taken_back_after_another_desk_went_on(day):
    first, second = make_tablet(day), make_tablet(day)
    visit_id, received = first.receives(AT, person_id=str(make.make_person()))
    visit = {"visit_id": str(visit_id), "session_id": str(day.session_id)}
    agreed = first.does("consent", later(1), after=received, agreed=True, **visit)
    second.does("screen", later(3), after=agreed, answers=healthy(), vitals=WELL, decision="eligible", **visit)
    first.does("undo", later(4), after=agreed, reason="Nhầm", **visit)
    first.sends(EVENING, last=2)
    second.sends(EVENING)
    told = first.sends(EVENING)[-1]
    assert (told["status"], told["reason"]) == ("conflict", "visits.wrong_state")
    assert Visit.objects.get(id=visit_id).state == "cleared"


def test_a_tablet_may_not_act_in_a_session_that_it_did_not_take_along(day):
    other = make_day()
    tablet = make_tablet(day)
    tablet.receives(AT, person_id=str(make.make_person()), session_id=str(other.session_id))
    told = tablet.sends(EVENING)[0]
    assert (told["status"], told["reason"]) == ("refused", "commands.not_allowed")


def test_a_book_restored_without_the_device_takes_its_work_by_a_persons_word(day):
    from khien.plumbing.models import Device

    tablet = make_tablet(day)
    visit_id = steps_of_one_person([tablet] * 4, day)
    Device.objects.filter(id=tablet.device.id).delete()
    assert {(one["status"], one["reason"]) for one in tablet.sends(EVENING)} == {("quarantined", "sync.device_unknown")}
    for one in synced.held_of_session(day.session_id, states=("quarantined",)):
        sync.accept(held_id=one.id, by=make.BY, at=EVENING)
    row = Visit.objects.get(id=visit_id)
    assert (str(row.label), row.state) == ("A1", "closed")
