"""Which dose a report is about: wherever it was given, whoever asks, however late; and what a phone call hears."""

from datetime import date, timedelta

import pytest

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.safety import actions, queries
from tests import make
from tests.make import AT, BY
from tests.make_day import make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
DAY = timedelta(days=1)


def report(person_id, signs, *, at, source="hotline", onset_at=None, **more):
    return actions.report_reaction(person_id=person_id, symptoms=signs, onset_at=onset_at or at, source=source, by=BY, at=at, **more)


def test_the_desk_the_book_the_hotline_and_the_questions_of_days_1_3_7_and_28_meet_in_one_case():
    made = make_visit(make_day(), state="closed")
    desk = report(made.person_id, ["fever"], at=AT + timedelta(hours=1), source="desk", visit=made.visit)
    record_id = queries.reaction(desk.id).record_id
    told = [desk.aefi_id, report(made.person_id, ["tiredness"], at=AT + timedelta(hours=9), source="health_book").aefi_id]
    told.append(report(made.person_id, ["rash"], at=AT + 2 * DAY).aefi_id)
    for day, sign in ((1, "chills"), (3, "muscle_ache"), (7, "nausea"), (28, "mild_headache")):
        asked = actions.plan_follow_up(record_id=record_id, day=day, by=BY, at=AT + DAY)
        late = AT + (day + (13 if day == 28 else 0)) * DAY  # the last link is good for two weeks more
        reaction = actions.answer_follow_up(follow_up_id=asked.id, answer="soso", symptoms=(sign,), by=BY, at=late)
        told.append(queries.of_reaction(reaction))
    assert set(told) == {desk.aefi_id}
    assert {one.source for one in queries.aefi(desk.aefi_id, at=AT + 42 * DAY).reports} == {"desk", "health_book", "hotline", "follow_up"}


def test_a_reaction_after_a_dose_given_elsewhere_is_about_that_dose_whoever_tells_it():
    made = make_visit(make_day(), state="closed")
    elsewhere = make.make_immunization(made.person_id, on=date(2022, 3, 10), at=AT + 90 * DAY)
    moment = clock.at_local(date(2022, 3, 11), 9)
    told = [report(made.person_id, ["fever"], at=moment, source=source) for source in ("hotline", "health_book")]
    assert {queries.reaction(one.id).record_id for one in told} == {elsewhere}
    assert len({one.aefi_id for one in told}) == 1


def test_a_reaction_dated_before_a_dose_that_is_known_by_its_day_is_refused_and_one_of_that_day_is_kept():
    person = make.make_person()
    record_id = make.make_immunization(person, on=date(2021, 12, 10))
    with pytest.raises(Refused, match=r"safety\.onset_before_dose"):
        report(person, ["fever"], at=AT, onset_at=clock.at_local(date(2021, 12, 9), 23, 59), record_id=record_id)
    assert report(person, ["fever"], at=AT, onset_at=clock.at_local(date(2021, 12, 10), 0), record_id=record_id).aefi_id


def test_a_dose_of_somebody_else_is_not_the_dose_that_is_meant():
    record_id = make.make_immunization(make.make_person(), on=date(2021, 12, 10))
    with pytest.raises(Refused, match=r"safety\.record_unknown"):
        report(make.make_person(), ["fever"], at=AT, record_id=record_id)


def test_some_days_ago_never_lies_before_the_last_dose_also_of_one_from_elsewhere():
    person = make.make_person()
    make.make_immunization(person, on=date(2021, 12, 13))
    assert queries.onset_about(person, 3 * DAY, AT) == clock.at_local(date(2021, 12, 13))
    assert queries.onset_about(make.make_person(), 3 * DAY, AT) == AT - 3 * DAY


def test_the_words_of_a_phone_call_are_a_report_and_danger_in_them_is_heard():
    made = make_visit(make_day(), state="closed")
    record_id = report(made.person_id, ["fever"], at=AT + timedelta(hours=1), source="desk", visit=made.visit)
    asked = actions.plan_follow_up(record_id=queries.reaction(record_id.id).record_id, day=1, by=BY, at=AT + DAY)
    with pytest.raises(Refused, match=r"safety\.nothing_told"):
        actions.call_follow_up(follow_up_id=asked.id, outcome="bad", by=BY, at=AT + DAY)
    told = actions.call_follow_up(follow_up_id=asked.id, outcome="bad", text="Nằm từ đêm, khó thở", onset_at=AT + DAY, by=BY, at=AT + DAY)
    found = queries.reaction(told)
    assert (found.symptoms, found.urgency, found.aefi_id) == (("breathing",), "P1", record_id.aefi_id)
    assert actions.call_follow_up(follow_up_id=asked.id, outcome="well", text="Không thấy gì lạ", by=BY, at=AT + 2 * DAY) is None
