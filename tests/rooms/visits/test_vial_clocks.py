"""A vial past its clock stops the needle; a dose that went in all the same is recorded as it was, and a person decides."""

from datetime import timedelta

import pytest

from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.plumbing.models import Event
from khien.stock import actions as stock
from khien.stock import models as stock_models
from khien.stock import queries
from khien.visits import actions as visits
from tests.make import AT, BY
from tests.make_day import SURE, done_at, make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
HOUR = timedelta(hours=1)
HOURS = 6  # AstraZeneca in use


def _opened(day, at):
    return stock.open_vial(site_id=day.site_id, lot_id=day.lot_id, performed=done_at(at), by=BY, at=max(at, AT))


def _give(day, made, at=AT, **more):
    return visits.give_dose(visit=made.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(at), by=BY, at=at, **more)


def _stopped(code, day, made, at=AT):
    with pytest.raises(Refused) as refused:
        _give(day, made, at)
    assert refused.value.code == code
    with pytest.raises(Refused) as before:
        visits.check_before_dose(visit=made.visit, lot_id=day.lot_id, on=at.date(), confirmed=SURE, moment=at)
    assert before.value.code == code
    return refused.value.facts


@pytest.fixture
def day():
    return make_day()


def test_a_vial_past_its_hours_stops_the_needle_and_a_new_one_lets_it_go_on(day):
    made = make_visit(day, state="cleared")
    old = _opened(day, AT)
    late = AT + HOURS * HOUR + timedelta(minutes=1)
    assert _stopped("stock.vial_over", day, made, late)["use_until"] == old.use_until
    new = _opened(day, late)
    receipt = _give(day, made, late + timedelta(minutes=1))
    assert receipt.marks == ()
    drawn = {one.id: one.drawn for one in queries.vials(day.site_id, AT.date())}
    assert drawn == {old.id: 0, new.id: 1}  # from the one in time, though the other was opened first


def test_at_its_last_minute_a_vial_is_still_in_time(day):
    vial = _opened(day, AT)
    assert _give(day, make_visit(day, state="cleared"), vial.use_until).marks == ()


def test_a_dose_already_in_the_arm_from_an_old_vial_is_recorded_as_it_was_and_becomes_work(day):
    made = make_visit(day, state="cleared")
    _opened(day, AT)
    receipt = _give(day, made, AT + (HOURS + 1) * HOUR, already_injected=True)
    assert receipt.marks == ("vial_over",)
    dose = immunizations.record(receipt.record_id)
    assert (dose.validity, dose.validity_code) == ("uncertain", "stock.vial_over")
    assert [event.data["marks"] for event in Event.objects.filter(kind="visits.dose_marked")] == [["vial_over"]]
    assert queries.vials(day.site_id, AT.date())[0].drawn == 1


def test_a_vial_of_which_every_dose_is_drawn_stops_nobody(day):
    _opened(day, AT)
    stock_models.Vial.objects.update(drawn=10, doses=10, most=12)
    assert _give(day, make_visit(day, state="cleared"), AT + (HOURS + 1) * HOUR).marks == ()


def test_an_ended_vial_stops_nobody(day):
    vial = _opened(day, AT)
    stock.end_vial(site_id=day.site_id, vial_id=vial.id, left=0, performed=done_at(AT + HOUR), by=BY, at=AT + HOUR)
    assert _give(day, make_visit(day, state="cleared"), AT + (HOURS + 1) * HOUR).marks == ()


def test_a_lot_past_its_days_after_thawing_stops_the_needle():
    day = make_day(vaccines=("PFIZER",))
    days = queries.product("PFIZER", AT.date())[1]
    long_ago = AT - timedelta(days=days + 1)
    stock.thaw(site_id=day.site_id, lot_id=day.lot_id, vials=2, performed=done_at(long_ago), by=BY, at=AT)
    made = make_visit(day, state="cleared")
    assert _stopped("stock.thaw_over", day, made)["use_before"] == long_ago.date() + timedelta(days=days)
    assert _give(day, made, already_injected=True).marks == ("thaw_over",)


def test_vials_taken_out_again_are_in_time():
    day = make_day(vaccines=("PFIZER",))
    for ago in (60, 1):
        moment = AT - timedelta(days=ago)
        stock.thaw(site_id=day.site_id, lot_id=day.lot_id, vials=2, performed=done_at(moment), by=BY, at=AT)
    assert _give(day, make_visit(day, state="cleared")).marks == ()
