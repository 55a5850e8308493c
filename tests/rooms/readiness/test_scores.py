"""The arithmetic of scores, who covers which desk, whom a script sends; pure."""

from hypothesis import given
from hypothesis import strategies as st

from khien.readiness import rules
from khien.readiness.rules import Work, score

SLIPS = st.dictionaries(st.sampled_from(sorted(rules.WEIGHTS)), st.integers(0, 9))


def test_who_did_everything_right_has_a_hundred_and_nothing_to_repeat():
    done = score(Work("reception", 8, (20, 30, 40)))
    assert (done.points, done.seconds, done.lessons) == (100, 30, ())


def test_who_served_nobody_has_no_score_rather_than_a_hundred():
    assert score(Work("injector")).points is None


def test_sheets_that_wait_before_the_clerk_begins_are_a_lesson_and_no_score_yet():
    done = score(Work("data_clerk", slips={"open_paper": 3}))
    assert (done.points, done.lessons) == (None, (("open_paper", 3),))
    assert score(Work("data_clerk", 1, slips={"open_paper": 2})).points == 80


def test_a_wrong_person_costs_more_than_a_step_taken_back():
    assert score(Work("reception", 5, slips={"wrong_person": 1})).points == 75
    assert score(Work("reception", 5, slips={"undone": 1})).points == 97


def test_what_costs_most_is_repeated_first_with_how_often():
    done = score(Work("reception", 9, slips={"undone": 2, "wrong_person": 1}))
    assert done.lessons == (("wrong_person", 1), ("undone", 2))


def test_four_wrong_persons_end_at_nothing_and_never_below():
    assert score(Work("reception", 5, slips={"wrong_person": 9})).points == 0


def test_a_slow_pace_costs_once_and_only_after_three_people():
    assert score(Work("reception", 3, (200, 200, 200))).lessons == (("slow", 1),)
    assert score(Work("reception", 2, (200, 200))).lessons == ()


def test_who_went_to_lunch_between_two_people_was_not_slow():
    assert score(Work("reception", 4, (30, 30, 4000, 30))).points == 100


@given(SLIPS, st.sampled_from(sorted(rules.WEIGHTS)))
def test_a_score_stays_within_its_range_and_another_slip_never_raises_it(slips: dict[str, int], more: str):
    before = score(Work("reception", 5, slips=slips)).points
    after = score(Work("reception", 5, slips={**slips, more: slips.get(more, 0) + 1})).points
    assert 0 <= after <= before <= 100


def test_a_feverish_person_is_deferred_and_an_allergic_one_never_cleared():
    assert not rules.verdict_wrong("fever", "defer")
    assert rules.verdict_wrong("fever", "eligible")
    assert rules.verdict_wrong("allergy", "eligible")
    assert not rules.verdict_wrong("allergy", "refer")
    assert not rules.verdict_wrong("", "eligible")


def test_a_desk_that_nobody_practises_is_played_before_the_first_and_done_by_the_one_before_between():
    assert rules.covering(["screener"]) == {"reception": "", "injector": "", "observer": ""}
    assert rules.covering(["reception", "observer"]) == {"screener": "reception", "injector": "reception"}
    assert rules.covering(["injector", "point_lead"])["reception"] == "point_lead"


def test_guests_are_played_as_far_as_the_first_desk_that_somebody_practises():
    assert rules.played_until(["reception", "screener"]) == ""
    assert rules.played_until(["screener"]) == "waiting"
    assert rules.played_until(["injector"]) == "cleared"
    assert rules.played_until(["observer"]) == "observing"
    assert rules.played_until(["point_lead", "observer"]) == ""
    assert rules.played_until(["data_clerk"]) == ""


@given(st.integers(0, 60))
def test_every_script_sends_somebody_whom_each_desk_has_words_for(number: int):
    from khien.surfaces.station.practising import SAYS

    for desk, scripts in rules.SCRIPTS.items():
        for script in scripts:
            met = rules.situations({desk: script}, number)
            assert set(met) == set(rules.STEPS)
            assert set(met.values()) <= set(SAYS)


def test_every_slip_and_every_script_has_its_words():
    from khien.surfaces.web import practice_words

    assert set(practice_words.LESSONS) == set(rules.WEIGHTS)
    assert set(practice_words.SCRIPTS) == {script for scripts in rules.SCRIPTS.values() for script in scripts}
    assert set(practice_words.DESKS) == set(rules.DESKS)
