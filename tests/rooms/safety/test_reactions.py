"""Reactions: kept, weighed, told to those who must act."""

from datetime import timedelta

import pytest

from khien.kernel.errors import Refused
from khien.plumbing.models import AuditRow, Event
from khien.safety import actions, queries
from khien.visits import queries as visits
from tests import make
from tests.make import AT, BY
from tests.make_day import make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")


def report(person, symptoms, *, minutes=10, **more):
    onset = AT + timedelta(minutes=minutes)
    more = {"source": "desk", "at": onset} | more
    return actions.report_reaction(person_id=person, symptoms=symptoms, onset_at=onset, by=BY, **more)


def events():
    return [event.data for event in Event.objects.filter(kind="safety.reaction_reported").order_by("id")]


def test_a_common_reaction_at_the_desk_is_kept_with_its_dose():
    day = make_day()
    made = make_visit(day, state="dosed")
    told = report(made.person_id, ["pain_at_site", "fever"], visit=made.visit)
    assert (told.urgency, told.severity, told.call_emergency, told.report_due) == ("P2", "common", False, None)
    (kept,) = queries.reactions(made.person_id)
    assert (kept.record_id, kept.visit_id) == (visits.visit(made.visit).record_id, made.visit.visit_id)
    assert queries.of_visits([made.visit.visit_id]) == [kept]
    assert queries.counts_of_visits([made.visit.visit_id]) == {made.visit.visit_id: 1}


def test_trouble_breathing_is_urgent_and_reported_within_a_day():
    made = make_visit(make_day(), state="dosed")
    told = report(made.person_id, ["breathing"], visit=made.visit)
    assert (told.urgency, told.call_emergency, told.red) == ("P1", True, ("breathing",))
    assert told.report_due == AT + timedelta(minutes=10, hours=24)
    (event,) = events()
    assert (event["urgency"], event["anaphylaxis"]) == ("P1", False)


def test_the_doctors_word_for_anaphylaxis_is_enough():
    made = make_visit(make_day(), state="dosed")
    told = report(made.person_id, ["rash"], visit=made.visit, anaphylaxis=True)
    assert (told.urgency, told.severity, told.anaphylaxis, told.call_emergency) == ("P1", "severe", True, True)
    assert "115" in told.advice_vi
    assert events()[0]["anaphylaxis"] is True


def test_danger_told_in_words_is_found():
    made = make_visit(make_day(), state="closed")
    told = report(made.person_id, [], minutes=90, source="health_book", detail="Mẹ tôi khó thở từ trưa, không sốt")
    assert told.urgency == "P1"
    (kept,) = queries.reactions(made.person_id)
    assert kept.detail.startswith("Mẹ tôi")
    assert kept.record_id is not None


def test_the_audit_and_the_event_hold_no_words_of_the_person():
    made = make_visit(make_day(), state="closed")
    report(made.person_id, [], minutes=90, source="portal", detail="khó thở, số máy 0900000123")
    row = AuditRow.objects.get(action="safety.reaction_reported")
    assert "0900000123" not in row.facts + str(events())


def test_the_same_signs_told_twice_within_minutes_are_one_reaction():
    made = make_visit(make_day(), state="dosed")
    first, second = (report(made.person_id, ["fever"], visit=made.visit) for _ in range(2))
    assert (second.id, second.already) == (first.id, True)
    third = report(made.person_id, ["fever", "rash"], visit=made.visit)
    assert third.id != first.id
    assert len(events()) == 2


def test_a_report_without_a_known_dose_is_kept_on_the_safe_side():
    person = make.make_person()
    told = report(person, ["swelling"], source="hotline")
    assert told.urgency == "P1"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"symptoms": []}, "safety.nothing_told"),
        ({"symptoms": ["flying"]}, "safety.unknown_sign"),
        ({"symptoms": ["fever"], "source": "rumour"}, "safety.source_unknown"),
        ({"symptoms": ["fever"], "at": AT}, "safety.onset_in_future"),
        ({"symptoms": ["fever"], "minutes": -30}, "safety.onset_before_dose"),
    ],
)
def test_what_cannot_be_is_refused(more, reason):
    made = make_visit(make_day(), state="dosed")
    symptoms = more.pop("symptoms")
    with pytest.raises(Refused) as refused:
        report(made.person_id, symptoms, visit=made.visit, **more)
    assert refused.value.code == reason


def test_how_it_ended_is_written_down():
    made = make_visit(make_day(), state="dosed")
    told = report(made.person_id, ["fever"], visit=made.visit)
    actions.set_outcome(reaction_id=told.id, outcome="recovered", action_taken="nằm nghỉ", by=BY, at=AT)
    kept = queries.reaction(told.id)
    assert (kept.outcome, kept.action_taken) == ("recovered", "nằm nghỉ")
    with pytest.raises(Refused, match=r"safety\.outcome_unknown"):
        actions.set_outcome(reaction_id=told.id, outcome="fine", by=BY, at=AT)
