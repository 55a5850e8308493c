"""The reactions of a daily report are AEFI cases that stand: one event however many told of it, as grave as its case says."""

from datetime import timedelta

import pytest

from khien.kernel.refs import PlaceFacts
from khien.plumbing import marks, outbox
from khien.reporting import actions, counting, models, older, queries, tallies
from khien.reporting.rules import Cell
from khien.safety import actions as safety
from khien.safety import queries as events
from khien.safety.models import AefiCase, Reaction
from khien.safety.types import ToldPatient
from khien.visits import actions as visits
from khien.visits import queries as visit_queries
from tests.make import AT, BY
from tests.make_day import make_day, make_visit
from tests.rooms.reporting.test_rebuilt import rolled

HOUR = timedelta(hours=1)
EVENING = AT + 12 * HOUR
LATER = AT + 2000 * HOUR
DAY = AT.date()
COLUMNS = ("common", "severe", "anaphylaxis")


@pytest.fixture
def day(db):
    return make_day()


def numbers(day):
    """Common, severe and anaphylaxis of the point's day; the rates count the same events."""
    outbox.drain(lambda: LATER)
    found = queries.site_day(day.site_id, DAY, at=EVENING)
    rates = [(one.events, one.severe) for one in events.rates("site", scopes=None) if one.key == str(day.site_id)]
    assert (rates or [(0, 0)]) == [(found.n("common") + found.n("severe"), found.n("severe"))]
    return tuple(found.n(column) for column in COLUMNS)


def told(made, *symptoms, source="desk", hours=1):
    return safety.report_reaction(
        person_id=made.person_id, symptoms=symptoms, onset_at=AT + hours * HOUR, source=source, record_id=visit_queries.visit(made.visit).record_id, by=BY,
        at=AT + hours * HOUR,
    ).aefi_id  # fmt: skip


def signed(day):
    visits.close_session(session_id=day.session_id, by=BY, at=AT + 3 * HOUR)
    outbox.drain(lambda: EVENING)
    return actions.sign_day(site_id=day.site_id, on=DAY, name="Trưởng điểm", by=BY, at=EVENING)


def test_a_flag_raised_by_a_slip_and_taken_back_leaves_no_event(day):
    made = make_visit(day, state="dosed")
    alarm, _reaction = safety.raise_alarm(visit=made.visit, by=BY, at=AT + HOUR)
    assert numbers(day) == (0, 1, 1)
    safety.take_back_alarm(alarm_id=alarm, reason="Báo nhầm", by=BY, at=AT + HOUR)
    assert numbers(day) == (0, 0, 0)


def test_one_event_told_of_by_three_ways_is_one(day):
    made = make_visit(day, state="closed")
    cases = {told(made, sign, source=source) for sign, source in (("fainting", "hotline"), ("rash", "health_book"), ("fever", "follow_up"))}
    assert len(cases) == 1
    assert numbers(day) == (0, 1, 0)


def test_what_the_safety_officer_knows_better_is_what_the_report_says(day):
    case = told(make_visit(day, state="closed"), "fever")
    assert numbers(day) == (1, 0, 0)
    safety.edit_aefi(aefi_id=case, serious=["hospitalisation"], by=BY, at=AT + 2 * HOUR)
    assert numbers(day) == (0, 1, 0)
    other = told(make_visit(day, state="closed"), "rash")
    assert numbers(day) == (0, 2, 0)
    safety.withdraw_aefi(aefi_id=other, reason="Không phải", by=BY, at=AT + 2 * HOUR)
    assert numbers(day) == (0, 1, 0)
    safety.reopen_aefi(aefi_id=other, reason="Phải", by=BY, at=AT + 2 * HOUR)
    assert numbers(day) == (0, 2, 0)


def test_somebody_unknown_counts_at_the_point_of_the_dose_once_it_is_known_who_it_was(day):
    made = make_visit(day, state="closed")
    case = safety.open_unknown(
        told=ToldPatient("Bà Tư"), symptoms=("breathing",), onset_at=AT + HOUR, place=PlaceFacts(), by=BY, at=AT + 2 * HOUR
    )  # fmt: skip
    assert numbers(day) == (0, 0, 0)
    safety.identify_aefi(aefi_id=case, person_id=made.person_id, by=BY, at=AT + 2 * HOUR)
    assert numbers(day) == (0, 1, 0)


def test_joined_and_told_apart_and_counted_again_all_at_once(day):
    made = make_visit(day, state="closed")
    first, second = told(made, "fever"), told(made, "rash", hours=1000)
    assert first != second
    assert numbers(day) == (1, 1, 0)
    safety.join_aefi(aefi_id=second, into=first, reason="Một lần", by=BY, at=AT + 1001 * HOUR)
    assert numbers(day) == (0, 1, 0)
    rash = Reaction.objects.get(aefi_id=first, severity="severe")
    safety.tell_apart(reaction_id=rash.id, reason="Hai lần", by=BY, at=AT + 1001 * HOUR)
    assert numbers(day) == (1, 1, 0)
    before = rolled()
    actions.rebuild(at=EVENING)
    assert rolled() == before


def test_a_signed_day_tells_why_its_events_are_others(day):
    made = make_visit(day, state="closed")
    signed(day)
    case = told(made, "fever")
    outbox.drain(lambda: EVENING)
    safety.edit_aefi(aefi_id=case, severe=True, by=BY, at=EVENING)
    outbox.drain(lambda: EVENING)
    safety.withdraw_aefi(aefi_id=case, reason="Nhầm", by=BY, at=EVENING)
    outbox.drain(lambda: EVENING)
    told_of = {one.cause: one.moved for one in queries.changes(day.site_id, DAY)}
    assert told_of == {"reaction": {"common": 1}, "event_changed": {"common": -1, "severe": 1}, "event_ended": {"severe": -1}}


def _as_before_cases_were_counted(day):
    """Each report counts by itself, as grave as it was told."""
    models.Counted.objects.filter(kind="event").delete()
    models.DayCount.objects.filter(indicator__in=["reactions", "severe", "anaphylaxis"]).delete()
    models.TotalCount.objects.filter(topic="all", value__in=["reactions", "severe", "anaphylaxis"]).delete()
    for row in Reaction.objects.all():
        card = visit_queries.visit(row.visit_id)
        names = ["reactions", *(["severe"] if row.severity == "severe" else [])]
        cells = [Cell(DAY, name, counting._place(card.session_id), day.site_id, day.session_id, card.vaccine).as_json() for name in names]
        tallies.move(tallies.DAY, row.id, "reaction", cells, at=EVENING)
    marks.put(older.REACHED, {"done": [one.name for one in older.ROLLUPS if one.name != "events"], "after": str(older.NIL)})


def test_reports_counted_before_cases_were_are_counted_once_and_a_signed_day_says_so(day):
    made = make_visit(day, state="closed")
    for sign, source in (("fainting", "hotline"), ("rash", "health_book"), ("vomiting", "follow_up")):
        told(made, sign, source=source)
    told(make_visit(day, state="closed"), "fever")
    assert numbers(day) == (1, 1, 0)
    right = rolled()
    _as_before_cases_were_counted(day)
    assert numbers_only(day) == (1, 3, 0)
    signed(day)
    while actions.count_old(EVENING):
        pass
    assert numbers(day) == (1, 1, 0)
    assert rolled()["DayCount"] == right["DayCount"]
    assert rolled()["TotalCount"] == right["TotalCount"]
    (change,) = queries.changes(day.site_id, DAY)
    assert (change.cause, change.moved) == ("event_once", {"severe": -2})
    case = AefiCase.objects.get(severe=True)
    counting.event(case.id, at=EVENING)
    assert numbers(day) == (1, 1, 0)


def numbers_only(day):
    found = queries.site_day(day.site_id, DAY, at=EVENING)
    return tuple(found.n(column) for column in COLUMNS)
