"""One AEFI case for one event of a person: reports meet in it, clocks run, a council decides."""

from datetime import UTC, date, datetime, timedelta

import pytest

from khien.access import queries as access
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, PlaceFacts, Scope
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.plumbing.models import AuditRow, Event
from khien.safety import actions, queries
from khien.safety.types import LineFilter, ToldPatient
from tests import make
from tests.make import AT, BY
from tests.make_day import make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
HOUR = timedelta(hours=1)


def staff(*roles):
    return access.staff_ref(make.make_staff(*roles).id, at=AT).actor("", None)


def report(made, symptoms, *, hours=1, source="desk", **more):
    at = AT + timedelta(hours=hours)
    return actions.report_reaction(person_id=made.person_id, symptoms=symptoms, onset_at=at, source=source, by=BY, at=at, **more)


def dosed(**more):
    return make_visit(make_day(**more), state="closed")


def view(aefi_id, at=AT + 3 * HOUR):
    return queries.aefi(aefi_id, at=at)


def to_council(aefi_id, officer, *, at=AT + 3 * HOUR):
    actions.report_aefi(aefi_id=aefi_id, by=officer, at=at)
    actions.investigate_aefi(aefi_id=aefi_id, by=officer, at=at + HOUR)
    actions.finish_investigation(aefi_id=aefi_id, findings="Bảo quản và tiêm đúng quy trình", by=officer, at=at + 2 * HOUR)


def test_desk_health_book_hotline_and_follow_up_meet_in_one_case():
    made = dosed()
    told = [report(made, ["fever"]), report(made, ["tiredness"], hours=5, source="health_book"), report(made, ["rash"], hours=30, source="hotline"),
            report(made, ["fever", "vomiting"], hours=72, source="follow_up")]  # fmt: skip
    assert len({one.aefi_id for one in told}) == 1
    case = view(told[0].aefi_id, AT + 80 * HOUR)
    assert case.line.signs == ("fever", "tiredness", "rash", "vomiting")
    assert [one.source for one in case.reports] == ["desk", "health_book", "hotline", "follow_up"]
    assert case.line.onset_at == AT + HOUR
    assert (case.line.state, case.noticed_at) == ("to_report", AT + 30 * HOUR)
    assert [change.kind for change in case.changes] == ["opened", "told_again", "told_again", "told_again"]


def test_the_case_knows_its_dose_and_how_long_after_it_the_event_began():
    made = dosed()
    case = view(report(made, ["breathing"]).aefi_id)
    line = case.line
    assert (line.vaccine, line.dose_type, line.ordinal, line.dosed_on) == ("AZ", "primary", 1, date(2021, 12, 14))
    assert line.interval == HOUR
    assert (line.sex, line.age_years, line.district_2021) == ("male", 37, "765")


def test_a_common_reaction_runs_no_clock_and_a_severe_one_must_be_reported_within_a_day():
    mild = view(report(dosed(), ["fever"]).aefi_id)
    assert (mild.line.state, mild.line.due_at, mild.clocks.report) == ("noted", None, None)
    grave = view(report(dosed(), ["breathing"]).aefi_id)
    assert (grave.line.state, grave.line.due_at) == ("to_report", AT + 25 * HOUR)
    assert view(grave.line.id, AT + 26 * HOUR).line.overdue


def test_from_the_report_run_24_hours_of_investigation_and_5_working_days_to_the_council():
    officer, council = staff("safety_officer"), staff("safety_council")
    aefi_id = report(dosed(), ["seizure"]).aefi_id
    actions.report_aefi(aefi_id=aefi_id, by=officer, at=AT + 3 * HOUR)
    reported = view(aefi_id)
    assert reported.line.due_at == reported.clocks.investigate == AT + 27 * HOUR
    assert reported.clocks.council == datetime(2021, 12, 21, 10, tzinfo=UTC)  # Tuesday to Tuesday, 17:00 in Viet Nam
    actions.investigate_aefi(aefi_id=aefi_id, by=officer, at=AT + 4 * HOUR)
    actions.finish_investigation(aefi_id=aefi_id, findings="Co giật do sốt", by=officer, at=AT + 8 * HOUR)
    assert view(aefi_id).line.due_at == reported.clocks.council
    answers = {"product": True, "in_time": True, "other_cause": False}
    actions.assess_aefi(aefi_id=aefi_id, cause="A1", reason="Phản ứng đã biết", answers=answers, by=council, at=AT + 50 * HOUR)
    actions.close_aefi(aefi_id=aefi_id, by=council, at=AT + 51 * HOUR)
    done = view(aefi_id)
    assert (done.line.state, done.line.cause, done.line.due_at, done.facts["findings"]) == ("closed", "A1", None, "Co giật do sốt")
    assert done.changes[-2].facts["proposed"] == "A1"
    assert all(change.by_name for change in done.changes[1:])


def test_who_investigated_does_not_decide_on_the_cause():
    officer = staff("safety_officer", "safety_council")
    aefi_id = report(dosed(), ["seizure"]).aefi_id
    to_council(aefi_id, officer)
    with pytest.raises(Refused, match=r"safety\.second_pair_of_eyes"):
        actions.assess_aefi(aefi_id=aefi_id, cause="C", reason="x", by=officer, at=AT + 9 * HOUR)


def test_the_council_may_ask_for_more_and_a_closed_case_is_opened_again_with_a_reason():
    officer, council = staff("safety_officer"), staff("safety_council")
    aefi_id = report(dosed(), ["seizure"]).aefi_id
    to_council(aefi_id, officer)
    actions.investigate_aefi(aefi_id=aefi_id, reason="Thiếu bệnh án", by=council, at=AT + 9 * HOUR)
    actions.finish_investigation(aefi_id=aefi_id, findings="Có bệnh án", by=officer, at=AT + 20 * HOUR)
    actions.assess_aefi(aefi_id=aefi_id, cause="B1", reason="Chưa đủ bằng chứng", by=council, at=AT + 30 * HOUR)
    actions.close_aefi(aefi_id=aefi_id, by=council, at=AT + 31 * HOUR)
    with pytest.raises(Refused, match=r"safety\.reason_missing"):
        actions.reopen_aefi(aefi_id=aefi_id, reason=" ", by=officer, at=AT + 40 * HOUR)
    actions.reopen_aefi(aefi_id=aefi_id, reason="Có kết quả xét nghiệm mới", by=officer, at=AT + 40 * HOUR)
    again = view(aefi_id)
    assert (again.line.state, again.line.cause, again.ended_at) == ("investigating", "", None)


def test_a_closed_case_is_opened_again_before_it_is_investigated():
    aefi_id = report(dosed(), ["fever"]).aefi_id
    actions.close_aefi(aefi_id=aefi_id, by=BY, at=AT + 2 * HOUR)
    with pytest.raises(Refused, match=r"safety\.wrong_state"):
        actions.investigate_aefi(aefi_id=aefi_id, by=BY, at=AT + 3 * HOUR)
    actions.reopen_aefi(aefi_id=aefi_id, reason="Nặng lên", by=BY, at=AT + 4 * HOUR)
    assert view(aefi_id).line.state == "noted"


def test_every_change_is_kept_with_before_and_after_and_who():
    officer = staff("safety_officer")
    aefi_id = report(dosed(), ["fever"]).aefi_id
    actions.edit_aefi(aefi_id=aefi_id, facts={"history": "Tăng huyết áp"}, by=officer, at=AT + 2 * HOUR)
    actions.edit_aefi(aefi_id=aefi_id, facts={"history": "Đái tháo đường"}, serious=["hospitalisation"], by=officer, at=AT + 3 * HOUR)
    case = view(aefi_id)
    assert case.changes[-1].words["history"] == ["Tăng huyết áp", "Đái tháo đường"]
    assert case.changes[-1].facts["fields"] == ["history", "serious"]
    assert (case.line.state, case.noticed_at) == ("to_report", AT + 3 * HOUR)  # hospitalised: the clock begins
    actions.edit_aefi(aefi_id=aefi_id, serious=[], by=officer, at=AT + 4 * HOUR)
    assert view(aefi_id).line.state == "noted"
    words = "".join(row.facts for row in AuditRow.objects.filter(action__startswith="safety.aefi")) + str(list(Event.objects.values_list("data", flat=True)))
    assert "Tăng huyết áp" not in words


def test_two_officers_who_write_at_once_are_told_apart_by_the_version():
    officer = staff("safety_officer")
    aefi_id = report(dosed(), ["fever"]).aefi_id
    seen = view(aefi_id).version
    actions.edit_aefi(aefi_id=aefi_id, version=seen, facts={"history": "a"}, by=officer, at=AT + HOUR)
    with pytest.raises(Refused, match=r"safety\.aefi_changed"):
        actions.edit_aefi(aefi_id=aefi_id, version=seen, facts={"history": "b"}, by=officer, at=AT + HOUR)


def test_a_death_makes_the_event_serious_and_cannot_lie_before_its_onset():
    officer = staff("safety_officer")
    aefi_id = report(dosed(), ["fever"]).aefi_id
    with pytest.raises(Refused, match=r"safety\.died_before_onset"):
        actions.edit_aefi(aefi_id=aefi_id, outcome="died", died_on=date(2021, 12, 13), by=officer, at=AT + HOUR)
    actions.edit_aefi(aefi_id=aefi_id, outcome="died", died_on=date(2021, 12, 14), by=officer, at=AT + HOUR)
    assert (view(aefi_id).line.serious, view(aefi_id).line.state) == (("death",), "to_report")


def test_whose_event_ended_in_death_is_dead_on_the_record_too_until_the_outcome_is_put_right():
    officer, made = staff("safety_officer"), dosed()
    aefi_id = report(made, ["fever"]).aefi_id
    actions.edit_aefi(aefi_id=aefi_id, outcome="died", died_on=date(2021, 12, 14), by=officer, at=AT + HOUR)
    assert people.person(made.person_id).died_on == date(2021, 12, 14)
    actions.edit_aefi(aefi_id=aefi_id, outcome="recovering", by=officer, at=AT + 2 * HOUR)
    assert people.person(made.person_id).died_on is None
    assert not people.died([made.person_id])


def test_the_day_of_a_death_follows_the_case_that_told_of_it():
    officer, made = staff("safety_officer"), dosed()
    aefi_id = report(made, ["fever"]).aefi_id
    for day in (16, 15):
        actions.edit_aefi(aefi_id=aefi_id, outcome="died", died_on=date(2021, 12, day), by=officer, at=AT + 48 * HOUR)
        assert people.person(made.person_id).died_on == date(2021, 12, day)


def test_a_death_that_another_told_of_keeps_its_day_and_stays_when_the_event_did_not_end_in_it():
    officer, made = staff("safety_officer"), dosed()
    aefi_id = report(made, ["fever"]).aefi_id
    people_actions.record_death(person=made.person_id, on=date(2021, 12, 15), reason="Gia đình báo", by=officer, at=AT + 24 * HOUR)
    actions.edit_aefi(aefi_id=aefi_id, outcome="died", died_on=date(2021, 12, 14), by=officer, at=AT + 48 * HOUR)
    assert people.person(made.person_id).died_on == date(2021, 12, 15)
    actions.edit_aefi(aefi_id=aefi_id, outcome="recovering", by=officer, at=AT + 49 * HOUR)
    assert people.person(made.person_id).died_on == date(2021, 12, 15)


def test_reports_of_another_dose_or_another_month_open_their_own_case():
    made = dosed()
    first = report(made, ["fever"])
    later = report(made, ["fever"], hours=24 * 40, source="hotline")
    assert later.aefi_id != first.aefi_id
    assert [one.id for one in view(later.aefi_id, AT + 1000 * HOUR).related] == [first.aefi_id]


def test_two_cases_that_are_one_event_are_joined_and_reports_are_told_apart():
    officer, made = staff("safety_officer"), dosed()
    first, later = report(made, ["fever"]), report(made, ["breathing"], hours=24 * 40, source="hotline")
    actions.join_aefi(aefi_id=later.aefi_id, into=first.aefi_id, reason="Cùng một đợt", by=officer, at=AT + 1000 * HOUR)
    case = view(first.aefi_id)
    assert (case.line.signs, case.line.severe, case.line.state, len(case.reports)) == (("fever", "breathing"), True, "to_report", 2)
    assert view(later.aefi_id).joined_into == first.aefi_id
    apart = actions.tell_apart(reaction_id=later.id, reason="Không, hai đợt", by=officer, at=AT + 1001 * HOUR)
    assert (view(apart).line.state, view(first.aefi_id).line.state) == ("to_report", "noted")
    other = report(dosed(), ["fever"])
    with pytest.raises(Refused, match=r"safety\.join_other_person"):
        actions.join_aefi(aefi_id=other.aefi_id, into=first.aefi_id, reason="x", by=officer, at=AT + 1002 * HOUR)
    with pytest.raises(Refused, match=r"safety\.only_report"):
        actions.tell_apart(reaction_id=other.id, reason="x", by=officer, at=AT + 1002 * HOUR)


def test_a_reaction_of_nobody_known_is_kept_as_work_until_somebody_says_who_it_is():
    officer, made = staff("safety_officer"), dosed()
    told = ToldPatient(full_name="Nguyễn Thị Không Rõ", phone="0900000123", vaccine="AZ", dosed_on=date(2021, 12, 14))
    place = PlaceFacts(province_2021="79", district_2021="765")
    aefi_id = actions.open_unknown(told=told, symptoms=("breathing",), onset_at=AT + HOUR, place=place, by=officer, at=AT + 2 * HOUR)
    case = view(aefi_id)
    assert (case.told.full_name, case.line.person_id, case.line.state) == ("Nguyễn Thị Không Rõ", None, "to_report")
    assert Event.objects.filter(kind="safety.aefi_unknown").exists()
    record = queries.reaction(report(made, ["fever"]).id).record_id
    with pytest.raises(Refused, match=r"safety\.record_unknown"):
        actions.identify_aefi(aefi_id=aefi_id, person_id=make.make_person(), record_id=record, by=officer, at=AT + 3 * HOUR)
    actions.identify_aefi(aefi_id=aefi_id, person_id=made.person_id, record_id=record, by=officer, at=AT + 3 * HOUR)
    assert view(aefi_id).line.lot_number


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"onset_at": AT + 9 * HOUR}, "safety.onset_in_future"),
        ({"told": ToldPatient(full_name="X", dosed_on=date(2021, 12, 15))}, "safety.onset_before_dose"),
        ({"told": ToldPatient()}, "safety.nobody_told"),
        ({"symptoms": ()}, "safety.nothing_told"),
        ({"serious": ("bad",)}, "safety.serious_unknown"),
    ],
)
def test_what_cannot_be_told_of_an_unknown_person_is_refused_by_name(more, reason):
    told = {"told": ToldPatient(full_name="X"), "symptoms": ("fever",), "onset_at": AT, "place": PlaceFacts()} | more
    with pytest.raises(Refused) as refused:
        actions.open_unknown(by=BY, at=AT + HOUR, **told)
    assert refused.value.code == reason


def test_an_onset_before_the_dose_is_refused_and_the_case_stays_as_it_was():
    aefi_id = report(dosed(), ["fever"]).aefi_id
    before = view(aefi_id)
    with pytest.raises(Refused, match=r"safety\.onset_before_dose"):
        actions.edit_aefi(aefi_id=aefi_id, onset_at=AT - HOUR, by=BY, at=AT + HOUR)
    with pytest.raises(Refused, match=r"safety\.wrong_state"):
        actions.report_aefi(aefi_id=aefi_id, by=BY, at=AT + HOUR)
    assert view(aefi_id).line == before.line


def test_a_step_is_not_dated_before_the_one_that_led_to_it():
    aefi_id = report(dosed(), ["seizure"]).aefi_id
    for told, code in ((AT, "step_before_last"), (AT + 9 * HOUR, "step_in_future")):
        with pytest.raises(Refused, match=rf"safety\.{code}"):
            actions.report_aefi(aefi_id=aefi_id, done_at=told, by=BY, at=AT + 3 * HOUR)


def test_the_25_core_variables_say_what_is_known_and_what_is_still_to_be_asked():
    made = dosed()
    aefi_id = report(made, ["seizure"]).aefi_id
    values = queries.core_values(view(aefi_id), people.person(made.person_id))
    assert len(values) == 25
    assert queries.missing(values) == ()
    assert {"history", "institution", "phone"} <= set(queries.missing(values, critical=False))


def test_the_line_list_pages_by_key_within_an_officers_places():
    made = [dosed() for _ in range(2)]
    ids = [report(one, ["seizure"] if n else ["fever"], hours=n + 1).aefi_id for n, one in enumerate(made)]
    first = queries.line_list(None, at=AT + 9 * HOUR, limit=1)
    rest = queries.line_list(None, at=AT + 9 * HOUR, after=first[0].key, limit=5)
    assert [one.id for one in (*first, *rest)] == ids[::-1]
    assert [one.id for one in queries.line_list([Scope("district", "765", "2021")], at=AT, filters=LineFilter(severe=True))] == [ids[1]]
    assert queries.line_list([Scope("province", make.OTHER_PROVINCE, "2021")], at=AT) == []
    assert queries.line_list(None, at=AT + 40 * HOUR, filters=LineFilter(overdue=True, sign="seizure"))[0].id == ids[1]
    assert queries.line_list(None, at=AT, after="nonsense") == []
    assert queries.counts(None, at=AT + 40 * HOUR) | {"noted": 1, "to_report": 1, "overdue": 1} == queries.counts(None, at=AT + 40 * HOUR)


def test_reactions_kept_before_there_were_cases_are_gathered_into_them():
    from khien.safety.models import AefiCase, AefiChange, Reaction

    told = report(dosed(), ["fever"])
    Reaction.objects.update(aefi_id=None)
    AefiCase.objects.all().delete()
    AefiChange.objects.all().delete()
    assert actions.gather_old(AT + 9 * HOUR)
    assert not actions.gather_old(AT + 9 * HOUR)
    assert queries.of_reaction(told.id) is not None


def test_an_outcome_written_at_the_desk_reaches_the_case():
    told = report(dosed(), ["fever"])
    actions.set_outcome(reaction_id=told.id, outcome="recovered", by=BY, at=AT + 2 * HOUR)
    assert view(told.aefi_id).line.outcome == "recovered"
    assert isinstance(BY, Actor)
    assert clock.on_date(AT) == date(2021, 12, 14)
