"""Anaphylaxis at the point: the flag, the doctor, the time line, the stop and the release."""

from datetime import timedelta

import pytest

from khien.booking import queries as booking
from khien.cases import handlers as case_handlers
from khien.cases import queries as cases
from khien.kernel.errors import Refused
from khien.plumbing.models import Event
from khien.safety import actions, queries
from khien.visits import actions as visits
from khien.visits import queries as visit_queries
from tests.make import AT, BY
from tests.make_day import SURE, done_at, make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
RAISED = AT + 5 * MINUTE


@pytest.fixture
def day():
    return make_day()


def flag(day, *, at=RAISED, **more):
    made = make_visit(day, state="dosed")
    alarm_id, reaction_id = actions.raise_alarm(visit=made.visit, by=BY, at=at, **more)
    return made, alarm_id, reaction_id


def test_one_tap_raises_the_flag_and_tells_the_response_centre_at_once(day):
    made, alarm_id, reaction_id = flag(day)
    found = queries.alarm(alarm_id)
    assert (found.state, found.raised_at, found.acknowledge_by) == ("raised", RAISED, RAISED + 60 * SECOND)
    assert Event.objects.get(kind="safety.reaction_reported").data["urgency"] == "P1"
    again = actions.raise_alarm(visit=made.visit, by=BY, at=RAISED + SECOND)
    assert again == (alarm_id, reaction_id)
    assert queries.aefi(queries.of_reaction(reaction_id), at=RAISED).line.anaphylaxis


@pytest.mark.parametrize(("seconds", "in_time"), [(60, True), (61, False)])
def test_the_doctor_has_sixty_seconds(day, seconds, in_time):
    _made, alarm_id, _reaction = flag(day)
    assert actions.acknowledge_alarm(alarm_id=alarm_id, by=BY, at=RAISED + seconds * SECOND) is in_time
    assert queries.alarm(alarm_id).state == "acknowledged"


def test_the_session_goes_on_until_a_doctor_confirms_and_then_stops_for_everyone(day):
    waiting = make_visit(day, state="cleared")
    _made, alarm_id, _reaction = flag(day)
    assert booking.session(day.session_id).state == "open"
    assert actions.confirm_alarm(alarm_id=alarm_id, reason="Phản vệ độ 2", by=BY, at=RAISED + 30 * SECOND)
    assert booking.session(day.session_id).state == "paused"
    assert visit_queries.stop_of(day.session_id).text == "Phản vệ độ 2"
    with pytest.raises(Refused, match=r"visits\.session_stopped"):
        visits.check_before_dose(visit=waiting.visit, lot_id=day.lot_id, on=done_at(AT).on, confirmed=SURE)
    with pytest.raises(Refused, match=r"visits\.session_stopped"):
        visits.open_session(session_id=day.session_id, by=BY, at=RAISED + MINUTE)
    given = visits.give_dose(visit=waiting.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(RAISED), by=BY, at=RAISED + MINUTE, already_injected=True)
    assert "session_stopped" in given.marks  # what was done is recorded as it was


def test_a_slip_of_the_finger_is_taken_back_with_a_reason_and_stops_nothing(day):
    _made, alarm_id, reaction_id = flag(day)
    case_handlers.reaction_reported(Event.objects.get(kind="safety.reaction_reported").data, RAISED)
    with pytest.raises(Refused, match=r"safety\.reason_missing"):
        actions.take_back_alarm(alarm_id=alarm_id, reason=" ", by=BY, at=RAISED + MINUTE)
    actions.take_back_alarm(alarm_id=alarm_id, reason="Chạm nhầm", by=BY, at=RAISED + MINUTE)
    case_handlers.alarm_withdrawn(Event.objects.get(kind="safety.alarm_withdrawn").data, RAISED + MINUTE)
    assert queries.alarm(alarm_id).state == "taken_back"
    assert booking.session(day.session_id).state == "open"
    assert queries.aefi(queries.of_reaction(reaction_id), at=RAISED).line.state == "withdrawn"
    assert cases.open_of(f"reaction:{reaction_id}") is None


def test_once_confirmed_it_is_no_slip_any_more(day):
    _made, alarm_id, _reaction = flag(day)
    actions.confirm_alarm(alarm_id=alarm_id, reason="x", by=BY, at=RAISED)
    assert not actions.confirm_alarm(alarm_id=alarm_id, reason="x", by=BY, at=RAISED + SECOND)
    with pytest.raises(Refused, match=r"safety\.flag_wrong_state"):
        actions.take_back_alarm(alarm_id=alarm_id, reason="x", by=BY, at=RAISED + MINUTE)


def test_every_act_has_its_time_and_is_edited_without_losing_what_stood_there(day):
    from khien.safety.models import AlarmEntry

    _made, alarm_id, _reaction = flag(day)
    at = RAISED + 4 * MINUTE
    first = actions.stamp(
        alarm_id=alarm_id, kind="adrenaline", happened_at=RAISED + MINUTE, facts={"dose_mg": "0,5", "route": "im"}, who="ĐD Lan", by=BY, at=at
    )
    actions.stamp(alarm_id=alarm_id, kind="called_115", happened_at=RAISED + 2 * MINUTE, by=BY, at=at)
    actions.stamp(
        alarm_id=alarm_id, kind="adrenaline", happened_at=RAISED + 90 * SECOND, facts={"dose_mg": "0.3"}, who="ĐD Lan", replaces=first, by=BY, at=at
    )
    slip = actions.stamp(alarm_id=alarm_id, kind="oxygen", happened_at=at, by=BY, at=at)
    actions.strike(alarm_id=alarm_id, entry_id=slip, by=BY, at=at)
    acts = queries.alarm(alarm_id).acts
    assert [(act.kind, act.happened_at - RAISED, dict(act.facts), act.by_name, act.edited) for act in acts] == [
        ("adrenaline", 90 * SECOND, {"dose_mg": "0.3"}, "ĐD Lan", True),
        ("called_115", 2 * MINUTE, {}, "", False),
    ]
    assert AlarmEntry.objects.count() == 4
    with pytest.raises(Refused, match=r"safety\.entry_unknown"):
        actions.stamp(alarm_id=alarm_id, kind="note", happened_at=at, replaces=first, by=BY, at=at)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"kind": "magic"}, "act_unknown"),
        ({"kind": "adrenaline", "facts": {"dose_mg": "5"}}, "dose_unlikely"),
        ({"kind": "adrenaline", "facts": {"dose_mg": "nửa ống"}}, "dose_unlikely"),
        ({"kind": "oxygen", "happened_at": RAISED + 9 * MINUTE}, "act_in_future"),
        ({"kind": "oxygen", "happened_at": AT - MINUTE}, "act_before_dose"),
    ],
)
def test_what_cannot_be_stamped_is_refused_by_name(day, told, code):
    _made, alarm_id, _reaction = flag(day)
    with pytest.raises(Refused, match=rf"safety\.{code}"):
        actions.stamp(**({"alarm_id": alarm_id, "happened_at": RAISED, "by": BY, "at": RAISED + MINUTE} | told))


def test_the_lead_doctor_releases_with_a_reason_once_no_flag_stands(day):
    _made, alarm_id, reaction_id = flag(day)
    actions.confirm_alarm(alarm_id=alarm_id, reason="Phản vệ độ 3", by=BY, at=RAISED + 20 * SECOND)
    with pytest.raises(Refused, match=r"safety\.flag_stands"):
        actions.release(session_id=day.session_id, reason="xong", by=BY, at=RAISED + MINUTE)
    actions.end_alarm(alarm_id=alarm_id, outcome="transferred", by=BY, at=RAISED + 20 * MINUTE)
    with pytest.raises(Refused, match=r"visits\.reason_missing"):
        actions.release(session_id=day.session_id, reason="", by=BY, at=RAISED + 21 * MINUTE)
    actions.release(session_id=day.session_id, reason="Đã thay hộp chống phản vệ", by=BY, at=RAISED + 30 * MINUTE)
    assert booking.session(day.session_id).state == "open"
    assert visit_queries.stop_of(day.session_id) is None
    assert queries.aefi(queries.of_reaction(reaction_id), at=RAISED).line.serious == ("life_threatening", "hospitalisation")
    with pytest.raises(Refused, match=r"visits\.session_not_stopped"):
        actions.release(session_id=day.session_id, reason="x", by=BY, at=RAISED + 31 * MINUTE)


def test_a_pause_of_the_leads_own_is_still_a_pause_after_the_release(day):
    _made, alarm_id, _reaction = flag(day)
    visits.pause_session(session_id=day.session_id, reason="mất điện", by=BY, at=RAISED)
    actions.confirm_alarm(alarm_id=alarm_id, reason="x", by=BY, at=RAISED + SECOND)
    actions.end_alarm(alarm_id=alarm_id, outcome="recovering", by=BY, at=RAISED + 9 * MINUTE)
    actions.release(session_id=day.session_id, reason="ổn", by=BY, at=RAISED + 10 * MINUTE)
    assert booking.session(day.session_id).state == "paused"


def test_a_flag_needs_a_dose_and_a_visit(day):
    early = make_visit(day, state="cleared")
    with pytest.raises(Refused, match=r"safety\.flag_before_dose"):
        actions.raise_alarm(visit=early.visit, by=BY, at=RAISED)
