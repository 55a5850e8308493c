"""Asked after the dose: planned once, answered, silent, stopped; who left early is followed."""

from datetime import date, timedelta

import pytest

from khien.kernel.errors import Refused
from khien.messaging import handlers as messages
from khien.messaging.models import Message
from khien.plumbing.models import Event
from khien.safety import actions, handlers, queries
from khien.safety.models import FollowUp
from khien.visits import actions as visits
from khien.visits import queries as visit_queries
from tests import make
from tests.make import AT, BY
from tests.make_day import done_at, make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
DAY = timedelta(days=1)


def closed(end=None):
    """A visit that came to its end, with what every listener does on hearing it."""
    day = make_day()
    made = make_visit(day, state="dosed" if end else "closed", person_id=make.make_person(phone=f"09{make.number():08}"))
    if end:
        at = AT + timedelta(minutes=12)
        visits.end(visit=made.visit, end=end, reason="Có việc gấp", performed=done_at(at), by=BY, at=at)
    data = Event.objects.get(kind="visits.closed").data
    handlers.visit_closed(data, AT + timedelta(minutes=40))
    messages.visit_closed(data, AT + timedelta(minutes=40))
    return day, made, visit_queries.visit(made.visit).record_id


def test_four_questions_are_planned_each_once_with_a_link_of_its_own():
    _day, _made, record_id = closed()
    assert [(one.day, one.due_on) for one in queries.follow_ups_of([record_id])] == [
        (1, date(2021, 12, 15)), (3, date(2021, 12, 17)), (7, date(2021, 12, 21)), (28, date(2022, 1, 11)),
    ]  # fmt: skip
    assert Message.objects.filter(template="follow_up").count() == 4
    again = actions.plan_follow_up(record_id=record_id, day=1, by=BY, at=AT)
    assert again.token == ""
    assert FollowUp.objects.count() == 4


def test_a_link_opens_its_question_for_two_weeks_and_nothing_else():
    _day, made, record_id = closed()
    FollowUp.objects.filter(record_id=record_id, day=3).delete()
    asked = actions.plan_follow_up(record_id=record_id, day=3, by=BY, at=AT, randomness=lambda: "abcdefghijkl")
    assert queries.follow_up_by_token("abcdefghijkl", AT + 4 * DAY).id == asked.id
    assert queries.follow_up_by_token("abcdefghijkl", AT + 18 * DAY) is None
    assert queries.follow_up_by_token("abcdefghijkm", AT) is None
    assert queries.follow_up_by_token("", AT) is None
    assert made.person_id


def test_an_answer_of_well_is_kept_and_a_sign_becomes_a_reaction_of_the_same_case():
    _day, made, record_id = closed()
    one, three = queries.follow_ups_of([record_id])[:2]
    assert actions.answer_follow_up(follow_up_id=one.id, answer="well", by=BY, at=AT + DAY) is None
    told = actions.answer_follow_up(follow_up_id=three.id, answer="bad", symptoms=("chest_pain",), by=BY, at=AT + 3 * DAY)
    assert queries.reaction(told).source == "follow_up"
    assert queries.reaction(told).urgency == "P1"
    assert queries.aefi(queries.of_reaction(told), at=AT + 3 * DAY).record_id == record_id
    counts = queries.follow_up_counts(None, at=AT + 9 * DAY, since=date(2021, 12, 1))
    assert counts[1] == {"asked": 1, "answered": 1, "told": 0, "stopped": 0, "silent": 0}
    assert counts[3]["told"] == 1
    assert counts[7]["silent"] == 1
    assert made.person_id == queries.follow_up(three.id).person_id


def test_who_wants_no_more_questions_gets_none_and_is_not_counted_as_silent():
    _day, made, record_id = closed()
    actions.stop_follow_ups(person_id=made.person_id, by=BY, at=AT + DAY)
    messages.follow_up_stopped(Event.objects.get(kind="safety.follow_up_stopped").data, AT + DAY)
    assert set(Message.objects.filter(template="follow_up").values_list("state", "reason")) == {("suppressed", "stopped")}
    assert queries.follow_up_counts(None, at=AT + 9 * DAY, since=date(2021, 12, 1))[1]["silent"] == 0
    assert queries.wants_none(made.person_id)
    assert actions.plan_follow_up(record_id=record_id, day=7, by=BY, at=AT) is None
    actions.resume_follow_ups(person_id=made.person_id, by=BY, at=AT + DAY)
    assert not queries.wants_none(made.person_id)


def test_who_left_before_30_minutes_is_on_the_points_list_until_somebody_reached_them():
    day, made, record_id = closed(end="left_early")
    (left,) = queries.early_leavers(day.session_id)
    assert (left.person_id, left.answer) == (made.person_id, "")
    assert Message.objects.filter(cause=f"follow_up:{record_id}:0").exists()
    actions.call_follow_up(follow_up_id=left.id, outcome="no_answer", text="Máy bận", by=BY, at=AT + timedelta(hours=1))
    assert [(one.calls, one.answer) for one in queries.early(None, since=date(2021, 12, 14))] == [(1, "no_answer")]
    actions.call_follow_up(follow_up_id=left.id, outcome="soso", symptoms=("fever",), by=BY, at=AT + timedelta(hours=2))
    assert queries.early(None, since=date(2021, 12, 14)) == []
    assert queries.early_leavers(day.session_id)[0].reaction_id is not None
    assert queries.to_call(None, at=AT + 2 * DAY) == []


def test_what_is_no_answer_is_refused():
    _day, _made, record_id = closed()
    one = queries.follow_ups_of([record_id])[0]
    with pytest.raises(Refused, match=r"safety\.answer_unknown"):
        actions.answer_follow_up(follow_up_id=one.id, answer="fine", by=BY, at=AT + DAY)
    with pytest.raises(Refused, match=r"safety\.answer_unknown"):
        actions.call_follow_up(follow_up_id=one.id, outcome="maybe", by=BY, at=AT + DAY)
