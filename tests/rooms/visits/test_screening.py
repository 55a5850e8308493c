"""Screening: the form of the day, what is measured, what is proposed, what the doctor decides."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.campaigns import rules as campaigns
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.sex import Sex
from khien.visits import rules
from khien.visits.forms import all_forms, document
from khien.visits.screening_types import Answers, Verdict

ON = date(2021, 12, 14)
NOW = date(2026, 11, 21)
MAN_40 = (PartialDate(1981, 1, 1), Sex.MALE)
WOMAN_30 = (PartialDate(1991, 1, 1), Sex.FEMALE)
WOMAN_70 = (PartialDate(1951, 3, 27), Sex.FEMALE)
CHILD_9 = (PartialDate(2012, 6, 1), Sex.MALE)
NORMAL = {"temperature_c": "36.8"}


def form(on=ON, age=40):
    return rules.form_for(on, age).form


def all_no(which, **more):
    items = {item.no: False for item in which.items if not item.computed}
    return Answers(**{"items": items, **more})


def yes(which, *numbers, **more):
    return all_no(which, items={**all_no(which).items, **dict.fromkeys(numbers, True)}, **more)


def propose(which, answers, vitals=None, who=MAN_40, vaccine=None, on=ON):
    return rules.screen(which, answers, NORMAL if vitals is None else vitals, *who, vaccine, on)


@pytest.mark.parametrize(
    ("on", "age", "code", "unknown"),
    [
        (date(2021, 9, 10), 18, "4355", False),
        (date(2021, 12, 20), 70, "4355", False),
        (date(2021, 12, 21), 70, "5785", False),
        (NOW, 30, "5785", False),
        (date(2021, 10, 29), 17, "5002", False),
        (NOW, 5, "5002", False),
        (date(2021, 9, 9), 40, "4355", True),
        (date(2021, 7, 20), 40, "4355", True),
        (date(2021, 10, 1), 12, "5002", True),
        (date(2020, 1, 1), 40, "4355", True),
    ],
)
def test_the_form_is_that_of_the_day_and_the_age(on, age, code, unknown):
    choice = rules.form_for(on, age)
    assert (choice.form.code, choice.text_unknown) == (code, unknown)


def test_a_decision_whose_text_is_not_known_is_named_and_the_nearest_form_used_with_a_note():
    choice = rules.form_for(date(2021, 8, 1), 40)
    assert choice.decision == "3445"
    assert "3445" in choice.note_vi
    assert "4355" in choice.note_vi
    assert "not known" in choice.note_en
    assert rules.form_for(date(2021, 8, 10), 40).decision == "3802"


def test_every_question_has_both_languages():
    for which in all_forms():
        for part in (*which.items, *which.background):
            assert part.vi
            assert part.en
            assert part.vi != part.en
            assert "{" not in part.vi + part.en
        for item in which.items:
            assert "{no}" in item.why_vi
            assert "{no}" in item.why_en
    assert all(raw["vi"] and raw["en"] for raw in document()["vitals"])


def test_a_healthy_adult_is_eligible():
    proposal = propose(form(), all_no(form()))
    assert (proposal.verdict, proposal.reasons, proposal.complete) == (Verdict.ELIGIBLE, (), True)
    assert proposal.source == "4355/QĐ-BYT, 10/09/2021"


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        ("1", "contraindicated"),
        ("2", "defer"),
        ("3", "defer"),
        ("4a", "defer"),
        ("4b", "refer"),
        ("5", "refer"),
        ("6", "caution"),
        ("7", "caution"),
        ("8", "caution"),
        ("9", "caution"),
        ("10", "caution"),
    ],
)
def test_each_answer_of_the_adult_form_proposes_its_outcome(number, verdict):
    proposal = propose(form(), yes(form(), number), who=WOMAN_30)
    assert proposal.verdict == verdict
    assert proposal.reasons[0].item == number
    assert f"mục {number}" in proposal.reasons[0].vi
    assert f"item {number}" in proposal.reasons[0].en


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        ("1", "contraindicated"),
        ("2", "defer"),
        ("3", "caution"),
        ("4", "caution"),
        ("5", "refer"),
        ("6", "refer"),
        ("7", "refer"),
        ("8", "defer"),
    ],
)
def test_each_answer_of_the_child_form_proposes_its_outcome(number, verdict):
    which = form(age=9)
    vitals = {"temperature_c": 36.6, "pulse_bpm": 90}
    assert propose(which, yes(which, number), vitals, CHILD_9).verdict == verdict


def test_the_worst_reason_wins_and_stands_first():
    proposal = propose(form(), yes(form(), "3", "5", "7", details={"7": "tôm"}))
    assert proposal.verdict is Verdict.REFER
    assert [reason.verdict for reason in proposal.reasons] == [Verdict.REFER, Verdict.DEFER, Verdict.CAUTION]
    assert proposal.reasons[2].vi == "Dị ứng tôm (mục 7): hỏi kỹ mức độ"
    assert propose(form(), yes(form(), "1", "5")).verdict is Verdict.CONTRAINDICATED


def test_a_recent_infection_defers_under_4355_and_is_no_longer_asked_under_5785():
    assert propose(form(), yes(form(), "2")).verdict is Verdict.DEFER
    assert form(NOW).item("2") is None


@pytest.mark.parametrize(("weeks", "verdict"), [(0, "eligible"), (1, "defer"), (12, "defer"), (13, "refer"), (40, "refer")])
def test_weeks_of_pregnancy_answer_both_questions(weeks, verdict):
    answers = rules.read_answers(
        {
            "items": {item.no: "no" for item in form().items if not item.computed and item.no[0] != "4"},
            "pregnancy_weeks": str(weeks),
        }
    )
    proposal = propose(form(), answers, who=WOMAN_30)
    assert (proposal.verdict, proposal.complete) == (verdict, True)


def test_a_pregnant_girl_is_judged_although_the_child_form_does_not_ask():
    which = form(age=17)
    answers = all_no(which, pregnancy_weeks=20)
    proposal = propose(which, answers, {"temperature_c": 37, "pulse_bpm": 80}, (PartialDate(2004, 6, 1), Sex.FEMALE))
    assert proposal.verdict is Verdict.REFER


def test_pregnancy_is_asked_of_women_of_the_age_only_and_of_whoever_may_be_one():
    asked = {who: {item.no for item in rules.asked_items(form(), *who, ON)} for who in (MAN_40, WOMAN_30, WOMAN_70)}
    assert "4a" not in asked[MAN_40]
    assert "4a" in asked[WOMAN_30]
    assert "4a" not in asked[WOMAN_70]
    assert "4a" in {item.no for item in rules.asked_items(form(), PartialDate(1966), Sex.UNKNOWN, ON)}


def test_a_vaccine_that_its_maker_excludes_in_pregnancy_is_contraindicated():
    vaccines = campaigns.national().on(NOW).vaccines
    answers = all_no(form(NOW), background=frozenset({"breastfeeding"}))
    assert propose(form(NOW), answers, who=WOMAN_30, vaccine=vaccines["SPUTNIK"], on=NOW).verdict is Verdict.CONTRAINDICATED
    assert propose(form(NOW), answers, who=WOMAN_30, vaccine=vaccines["AZ"], on=NOW).verdict is Verdict.ELIGIBLE


def needed(answers, age, which=None):
    return [need.vital for need in rules.vitals_needed(answers, age, which or form())]


def test_only_temperature_is_measured_unless_history_age_or_symptoms_ask_for_more():
    assert needed(Answers(), 40) == ["temperature_c"]
    assert needed(Answers(), 65) == ["temperature_c"]
    assert needed(Answers(), 66) == ["temperature_c", "bp_systolic", "bp_diastolic"]
    assert needed(Answers(background=frozenset({"hypertension"})), 40) == ["temperature_c", "bp_systolic", "bp_diastolic"]
    assert needed(Answers(background=frozenset({"heart_failure"})), 40) == ["temperature_c", "pulse_bpm", "resp_rate"]
    assert needed(Answers(), 9, form(age=9)) == ["temperature_c", "pulse_bpm"]
    assert rules.vitals_needed(Answers(), 70, form())[1].why_vi == "trên 65 tuổi"


@pytest.mark.parametrize(
    ("vitals", "code"),
    [
        ({"temperature_c": "35,4"}, "temperature_c_low"),
        ({"temperature_c": "37.6"}, "temperature_c_high"),
        ({"pulse_bpm": 59}, "pulse_bpm_low"),
        ({"pulse_bpm": 101}, "pulse_bpm_high"),
        ({"resp_rate": 26}, "resp_rate_high"),
        ({"bp_systolic": 141, "bp_diastolic": 80}, "bp_systolic_high"),
        ({"bp_systolic": 89, "bp_diastolic": 60}, "bp_systolic_low"),
        ({"bp_systolic": 120, "bp_diastolic": 91}, "bp_diastolic_high"),
        ({"bp_systolic": 120, "bp_diastolic": 59}, "bp_diastolic_low"),
        ({"spo2": 93}, "spo2_low"),
    ],
)
def test_each_border_of_the_vital_signs_calls_for_a_thorough_look(vitals, code):
    proposal = propose(form(), all_no(form()), {**NORMAL, **vitals})
    assert (proposal.verdict, [reason.code for reason in proposal.reasons]) == (Verdict.CAUTION, [code])
    assert proposal.reasons[0].item == "10"


@pytest.mark.parametrize(
    "vitals",
    [
        {"temperature_c": "35,5"},
        {"temperature_c": "37.5"},
        {"pulse_bpm": 60},
        {"pulse_bpm": 100},
        {"resp_rate": 25},
        {"bp_systolic": 140, "bp_diastolic": 90},
        {"bp_systolic": 90, "bp_diastolic": 60},
        {"spo2": 94},
    ],
)
def test_the_border_itself_is_normal(vitals):
    assert propose(form(), all_no(form()), {**NORMAL, **vitals}).verdict is Verdict.ELIGIBLE


def test_thirty_above_the_usual_pressure_of_a_treated_person_is_abnormal():
    answers = all_no(form(), background=frozenset({"hypertension"}), usual_systolic=105)
    proposal = propose(form(), answers, {**NORMAL, "bp_systolic": 135, "bp_diastolic": 85})
    assert [reason.code for reason in proposal.reasons] == ["bp_systolic_above_usual"]
    assert propose(form(), answers, {**NORMAL, "bp_systolic": 134, "bp_diastolic": 85}).verdict is Verdict.ELIGIBLE


def test_a_childs_pulse_is_not_judged_as_an_adults():
    which = form(age=9)
    assert propose(which, all_no(which), {**NORMAL, "pulse_bpm": 112}, CHILD_9).verdict is Verdict.ELIGIBLE
    teen = (PartialDate(2006, 1, 1), Sex.MALE)
    assert propose(which, all_no(which), {**NORMAL, "pulse_bpm": 112}, teen).verdict is Verdict.CAUTION


def test_a_decimal_comma_is_read_as_people_write_it():
    assert rules.read_vitals({"temperature_c": "36,5", "pulse_bpm": ""}) == {"temperature_c": Decimal("36.5")}


@pytest.mark.parametrize(
    ("vitals", "code"),
    [
        ({"temperature_c": 850}, "visits.vital_impossible"),
        ({"temperature_c": "365"}, "visits.vital_impossible"),
        ({"temperature_c": "36,,5"}, "visits.vital_unreadable"),
        ({"temperature_c": "sốt"}, "visits.vital_unreadable"),
        ({"temperature_c": "-37"}, "visits.vital_unreadable"),
        ({"temperature_c": "NaN"}, "visits.vital_unreadable"),
        ({"pulse_bpm": "8O"}, "visits.vital_unreadable"),
        ({"pulse_bpm": 0}, "visits.vital_impossible"),
        ({"bp_systolic": 120}, "visits.pressure_half"),
        ({"bp_systolic": 80, "bp_diastolic": 120}, "visits.pressure_reversed"),
        ({"weight": 60}, "visits.unknown_vital"),
    ],
)
def test_impossible_measures_are_refused_by_name(vitals, code):
    with pytest.raises(Refused) as told:
        rules.read_vitals(vitals)
    assert told.value.code == code


def test_missing_answers_and_measures_are_named():
    proposal = rules.screen(form(), Answers(items={"1": False}), {}, *WOMAN_70, None, ON)
    assert not proposal.complete
    assert [part.item for part in proposal.missing if part.item] == ["2", "3", "5", "6", "7", "8", "9"]
    assert [part.code for part in proposal.missing if not part.item] == ["temperature_c", "bp_systolic", "bp_diastolic"]
    with pytest.raises(Refused) as told:
        rules.check_decision(proposal, Verdict.ELIGIBLE)
    assert (told.value.code, told.value.facts["count"]) == ("visits.screening_incomplete", 10)
    rules.check_decision(proposal, Verdict.DEFER, "Sốt")


def test_another_decision_than_proposed_needs_a_reason():
    proposal = propose(form(), yes(form(), "3"))
    with pytest.raises(Refused) as told:
        rules.check_decision(proposal, Verdict.ELIGIBLE)
    assert told.value.code == "visits.decision_needs_reason"
    rules.check_decision(proposal, Verdict.ELIGIBLE, "Chỉ hắt hơi, không sốt")


def test_clearing_without_the_care_that_was_proposed_needs_a_reason_and_more_care_needs_none():
    careful = propose(form(), yes(form(), "7"))
    with pytest.raises(Refused) as told:
        rules.check_decision(careful, Verdict.ELIGIBLE)
    assert (told.value.code, told.value.facts["proposal"]) == ("visits.decision_needs_reason", "caution")
    rules.check_decision(careful, Verdict.ELIGIBLE, "Dị ứng nhẹ đã lâu")
    rules.check_decision(careful, Verdict.CAUTION)
    rules.check_decision(propose(form(), yes(form())), Verdict.CAUTION)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"items": {"1": "maybe"}}, "visits.answer_unreadable"),
        ({"pregnancy_weeks": "60"}, "visits.pregnancy_weeks_impossible"),
        ({"pregnancy_weeks": "-3"}, "visits.pregnancy_weeks_impossible"),
        ({"pregnancy_weeks": "9" * 5000}, "visits.pregnancy_weeks_impossible"),
        ({"usual_systolic": "900"}, "visits.vital_impossible"),
    ],
)
def test_unreadable_answers_are_refused_by_name(raw, code):
    with pytest.raises(Refused) as told:
        rules.read_answers(raw)
    assert told.value.code == code


def test_an_answer_to_a_question_that_the_form_does_not_hold_is_refused():
    with pytest.raises(Refused) as told:
        propose(form(NOW), Answers(items={"2": True}))
    assert told.value.code == "visits.unknown_item"
    with pytest.raises(Refused) as told:
        propose(form(), Answers(background=frozenset({"left_handed"})))
    assert told.value.code == "visits.unknown_background"


def test_the_doctor_may_raise_the_observation_but_never_below_the_campaigns():
    assert rules.observation_minutes(30) == 30
    assert rules.observation_minutes(30, 60) == 60
    assert rules.observation_minutes(45) == 45
    assert rules.observation_minutes(10) == 30
    for campaign, doctor, code in ((30, 20, "short"), (45, 30, "short"), (30, 900, "long")):
        with pytest.raises(Refused) as told:
            rules.observation_minutes(campaign, doctor)
        assert told.value.code == f"visits.observation_too_{code}"


def test_severity_is_written_in_one_order():
    assert [verdict.value for verdict in sorted(Verdict, key=lambda verdict: verdict.severity)] == [
        "eligible",
        "caution",
        "defer",
        "refer",
        "contraindicated",
    ]


ANSWERS = st.builds(
    Answers,
    st.dictionaries(st.sampled_from([item.no for item in form().items]), st.booleans()),
    st.just({}),
    st.frozensets(st.sampled_from([fact.code for fact in form().background])),
    st.none() | st.integers(0, 45),
    st.none() | st.integers(60, 200),
)
VITALS = st.fixed_dictionaries(
    {},
    optional={
        "temperature_c": st.decimals(30, 45, places=1),
        "pulse_bpm": st.integers(20, 250),
        "resp_rate": st.integers(4, 80),
        "spo2": st.integers(50, 100),
    },
)
BIRTHS = st.builds(PartialDate, st.integers(1910, 2003))


@given(ANSWERS, VITALS, BIRTHS, st.sampled_from(Sex))
def test_one_more_yes_never_makes_the_proposal_milder(answers, vitals, birth, sex):
    before = rules.screen(form(), answers, vitals, birth, sex, None, ON)
    for item in form().items:
        if item.code.startswith("pregnant_") and answers.pregnancy_weeks is not None:
            continue
        more = Answers(
            {**answers.items, item.no: True}, {}, answers.background, answers.pregnancy_weeks, answers.usual_systolic
        )
        after = rules.screen(form(), more, vitals, birth, sex, None, ON)
        assert after.verdict.severity >= max(before.verdict.severity, item.yes.severity)


@given(ANSWERS, VITALS, BIRTHS, st.sampled_from(Sex))
def test_answers_come_back_from_storage_as_they_went(answers, vitals, birth, sex):
    again = rules.read_answers(answers.as_json())
    assert again == answers
    proposal = rules.screen(form(), again, vitals, birth, sex, None, ON)
    assert proposal.verdict.severity == max((reason.verdict.severity for reason in proposal.reasons), default=0)
    assert len({part.code for part in proposal.missing}) == len(proposal.missing)
