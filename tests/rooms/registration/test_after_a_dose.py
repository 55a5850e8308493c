"""After a dose the place in the queue is done, or waits for the dose that comes next."""

from datetime import date, timedelta
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.registration import handlers, queries, rules
from khien.registration.models import Registration
from tests import make

TODAY = clock.on_date(make.AT)


def closed(person, visit=None, record=None):
    return {"visit_id": str(visit or uuid4()), "person_id": str(person), "record_id": str(record or uuid4()), "end": "closed"}


def test_after_the_first_dose_the_person_waits_for_the_second_from_its_first_day_on(db):
    person = make.make_person()
    done = make.make_registration(person)
    make.make_immunization(person, vaccine="AZ", on=TODAY)
    handlers.visit_closed(closed(person), make.AT)
    found = queries.registration(done)
    assert (found.state, found.declared_dose) == ("waiting", "next")
    assert found.wished_from >= TODAY + timedelta(weeks=4)


def test_after_the_last_primary_dose_the_wish_is_done(db):
    person = make.make_person()
    done = make.make_registration(person)
    make.make_immunization(person, vaccine="AZ", on=TODAY - timedelta(weeks=9))
    make.make_immunization(person, vaccine="AZ", on=TODAY)
    handlers.visit_closed(closed(person), make.AT)
    assert queries.registration(done).state == "done"


def test_the_same_close_heard_twice_never_takes_a_new_place_away(db):
    person, visit = make.make_person(), uuid4()
    done = make.make_registration(person)
    make.make_immunization(person, vaccine="AZ", on=TODAY)
    handlers.visit_closed(closed(person, visit), make.AT)
    Registration.objects.filter(id=done).update(state="booked")
    handlers.visit_closed(closed(person, visit), make.AT)
    assert queries.registration(done).state == "booked"


def test_one_who_was_never_in_the_queue_waits_for_the_second_dose_too(db):
    person, visit = make.make_person(), uuid4()
    make.make_immunization(person, vaccine="AZ", on=TODAY)
    for _ in range(2):
        handlers.visit_closed(closed(person, visit), make.AT)
    assert queries.of_person(person).declared_dose == "next"
    assert Registration.objects.count() == 1


def test_an_end_without_a_dose_leaves_the_place_as_it_is(db):
    person = make.make_person()
    done = make.make_registration(person)
    handlers.visit_closed(closed(person) | {"record_id": None, "end": "deferred"}, make.AT)
    assert queries.registration(done).state == "waiting"


KNOWN = {str(number): number for number in range(1, 17)}


@settings(max_examples=200, deadline=None)
@given(
    chosen=st.lists(st.sampled_from(sorted(KNOWN)), unique=True),
    year=st.integers(min_value=1900, max_value=2021),
    on=st.dates(min_value=date(2021, 7, 1), max_value=date(2022, 12, 31)),
)
def test_all_groups_are_kept_once_and_the_best_is_never_worse_than_any_of_them(chosen, year, on):
    found = rules.groups(chosen, PartialDate(year), on, KNOWN)
    assert set(chosen) <= set(found)
    assert len(found) == len(set(found))
    assert all(KNOWN[rules.best(found)] <= KNOWN[code] for code in found)
    assert ("9" in found) == ("9" in chosen or PartialDate(year).age_min(on) > 65)


@given(
    state=st.sampled_from(["accepted", "repaired", "possible", "refused", "sent", "skipped"]),
    decision=st.sampled_from(["", "new", "same", "skip"]),
)
def test_a_row_nobody_decided_about_is_never_sent(state, decision):
    if rules.sendable(state, decision):
        assert state in ("accepted", "repaired") or decision in ("new", "same")
