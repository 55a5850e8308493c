"""A case says and counts what the record says of its dose now, and its story keeps what it said before."""

from datetime import date, timedelta

import pytest

from khien.immunizations import actions as immunizations
from khien.kernel import clock
from khien.plumbing import outbox
from khien.reporting import models as boards
from khien.safety import actions, queries
from khien.safety.tallies import count_due
from khien.stock import queries as stock
from khien.visits import actions as visits
from tests import make
from tests.make import AT, BY
from tests.make_day import done_at, make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
LATER = AT + timedelta(hours=3)


def drain():
    outbox.drain(lambda: LATER)
    count_due(LATER, wait=timedelta())


def hurt(day=None):
    """A visit whose dose was followed by a fever, and the case of it."""
    made = make_visit(day or make_day(), state="dosed")
    told = actions.report_reaction(
        person_id=made.person_id, symptoms=["fever"], onset_at=AT + timedelta(hours=1), source="desk", visit=made.visit, by=BY, at=AT + timedelta(hours=1)
    )  # fmt: skip
    drain()
    return made, told.aefi_id


def case(aefi_id):
    return queries.aefi(aefi_id, at=LATER)


def last_change(aefi_id):
    found = case(aefi_id).changes[-1]
    return found.kind, dict(found.words)


def rated(by):
    return {rate.key: (rate.events, rate.doses) for rate in queries.rates(by, scopes=None) if rate.doses or rate.events}


def test_a_lot_put_right_at_the_point_is_the_lot_of_the_case_and_of_its_rates():
    day = make_day()
    made, aefi_id = hurt(day)
    other = stock.lot(make.make_lot("PFIZER", site_id=day.site_id))
    visits.correct_dose(visit=made.visit, changes={"lot_id": other.id}, reason="đọc nhầm nhãn", by=BY, at=LATER)
    drain()
    line = case(aefi_id).line
    assert (line.vaccine, line.lot_number) == ("PFIZER", other.number)
    kind, words = last_change(aefi_id)
    assert kind == "dose_corrected"
    assert words["vaccine"] == ["AZ", "PFIZER"]
    assert words["batch"][1] == other.number
    assert list(rated("lot").values()) == [(1, 1)]
    assert list(rated("vaccine").values()) == [(1, 1)]
    assert [row.vaccine for row in boards.DayCount.objects.filter(indicator="reactions", count__gt=0)] == ["PFIZER"]
    assert queries.core_values(case(aefi_id), None)["batch"] == other.number
    drain()
    assert len(case(aefi_id).changes) == 2


def test_a_day_put_right_is_the_day_of_the_case_and_the_time_to_its_onset_is_reckoned_anew():
    _made, aefi_id = hurt()
    record_id = case(aefi_id).record_id
    assert case(aefi_id).line.interval < timedelta(hours=2)
    immunizations.correct(record_id=record_id, changes={"on_date": AT.date() - timedelta(days=9)}, reason="phiếu giấy", by=BY, at=LATER)
    drain()
    line = case(aefi_id).line
    assert (line.dosed_on, line.dosed_at, line.interval) == (AT.date() - timedelta(days=9), None, timedelta(days=9))
    assert queries.core_values(case(aefi_id), None)["vaccinated_at"] == line.dosed_on
    assert list(rated("lot").values()) == [(1, 1)]
    assert not boards.DayCount.objects.filter(indicator="reactions", on_date=AT.date(), count__gt=0).exists()


def test_a_day_put_right_to_after_the_onset_asks_a_person_to_look():
    person = make.make_person()
    record_id = make.make_immunization(person, on=date(2021, 12, 1))
    told = actions.report_reaction(person_id=person, symptoms=["fever"], onset_at=clock.at_local(date(2021, 12, 3)), source="hotline", by=BY, at=AT)
    assert case(told.aefi_id).dose_doubt == ""
    immunizations.correct(record_id=record_id, changes={"on_date": date(2021, 12, 10)}, reason="phiếu giấy", by=BY, at=LATER)
    drain()
    assert (case(told.aefi_id).dose_doubt, case(told.aefi_id).line.interval) == ("after", None)


def test_a_dose_struck_out_is_the_dose_of_no_case_and_no_rate_and_a_person_is_asked_to_look():
    made, aefi_id = hurt()
    immunizations.mark_entered_in_error(record_id=case(aefi_id).record_id, reason="không tiêm", by=BY, at=LATER)
    drain()
    found = case(aefi_id)
    assert (found.dose_doubt, found.line.vaccine, found.line.lot_number, found.line.dosed_on) == ("struck", "", "", None)
    assert found.line.site_id == made.visit.site_id
    kind, words = last_change(aefi_id)
    assert (kind, words["vaccine"]) == ("dose_struck", ["AZ", ""])
    assert rated("lot") == {}
    assert queries.outside_rates(None, first=AT.date(), last=AT.date()) == 1


def test_a_dose_taken_back_at_the_desk_and_given_again_is_the_dose_of_the_case():
    day = make_day()
    made, aefi_id = hurt(day)
    visits.undo_dose(visit=made.visit, reason="chọn nhầm lô", by=BY, at=AT + timedelta(minutes=2))
    drain()
    assert case(aefi_id).line.dosed_on is None
    other = make.make_lot(site_id=day.site_id)
    visits.choose_lot(session_id=day.session_id, lot_id=other, by=BY, at=AT)
    visits.give_dose(visit=made.visit, lot_id=other, already_injected=True, performed=done_at(AT), by=BY, at=AT + timedelta(minutes=3))
    drain()
    line = case(aefi_id).line
    assert (line.lot_number, line.dosed_on) == (stock.lot(other).number, AT.date())
    assert rated("lot")[stock.lot(other).number] == (1, 1)


def test_of_a_dose_written_twice_the_case_follows_the_one_that_stays():
    person = make.make_person()
    first = make.make_immunization(person, on=date(2021, 12, 1), lot="ABV0001")
    told = actions.report_reaction(person_id=person, symptoms=["fever"], onset_at=clock.at_local(date(2021, 12, 3)), source="hotline", by=BY, at=AT)
    immunizations.correct(record_id=first, changes={"vaccine": "PFIZER"}, reason="phiếu giấy", by=BY, at=LATER)
    stays = make.make_immunization(person, on=date(2021, 12, 1), lot="ABV0002")
    immunizations.correct(record_id=first, changes={"vaccine": "AZ"}, reason="phiếu giấy", by=BY, at=LATER)
    immunizations.mark_entered_in_error(record_id=first, reason="ghi hai lần", by=BY, at=LATER)
    drain()
    found = case(told.aefi_id)
    assert (found.record_id, found.line.lot_number, found.dose_doubt) == (stays, "ABV0002", "")


def test_a_dose_moved_to_the_right_person_stays_the_dose_of_the_case_and_a_person_is_asked_whose_reaction_it_was():
    made, aefi_id = hurt()
    other = make.make_person()
    moved = immunizations.move_to_person(record_id=case(aefi_id).record_id, person_id=other, reason="nhầm người", by=BY, at=LATER).record_id
    drain()
    found = case(aefi_id)
    assert (found.dose_doubt, found.line.vaccine, found.line.person_id) == ("moved", "AZ", made.person_id)
    assert [one.kind for one in found.changes] == ["opened", "dose_moved"]
    immunizations.correct(record_id=moved, changes={"lot_number": "ABV0777"}, reason="đọc nhầm nhãn", by=BY, at=LATER)
    drain()
    assert case(aefi_id).line.lot_number == "ABV0777"
    assert [one.kind for one in case(aefi_id).changes] == ["opened", "dose_moved", "dose_corrected"]


def test_cases_older_than_this_are_brought_to_their_doses_once():
    _made, aefi_id = hurt()
    immunizations.correct(record_id=case(aefi_id).record_id, changes={"lot_number": "ABV0777"}, reason="đọc nhầm nhãn", by=BY, at=LATER)
    assert case(aefi_id).line.lot_number != "ABV0777"
    actions.gather_old(LATER)
    assert case(aefi_id).line.lot_number == "ABV0777"
    assert not actions.gather_old(LATER)
