"""Where a visit may go, and where not."""

from itertools import pairwise, product

import pytest

from khien.kernel.errors import Refused
from khien.visits.states import ALREADY_GIVEN, ENDS, LABELS, NEXT, OPEN, UNDO, State, can_move, check_move, check_undo


def test_the_ordinary_day_runs_from_reception_to_the_close():
    way = [State.CHECKED_IN, State.CONSENTED, State.CLEARED, State.DOSED, State.OBSERVED, State.CLOSED]
    for before, after in pairwise(way):
        check_move(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("checked_in", "dosed"),
        ("consented", "dosed"),
        ("deferred", "dosed"),
        ("closed", "checked_in"),
        ("dosed", "refused"),
        ("dosed", "closed"),
        ("cleared", "observed"),
        ("contraindicated", "cleared"),
    ],
)
def test_no_step_is_skipped(before, after):
    with pytest.raises(Refused) as told:
        check_move(before, after)
    assert told.value.code == "visits.wrong_state"
    assert told.value.facts == {"state": before, "wanted": after}


def test_a_dose_already_given_is_recordable_wherever_the_papers_stand():
    for state in State:
        given_before = state in {State.DOSED, State.OBSERVED, State.CLOSED, State.LEFT_EARLY}
        assert can_move(state, State.DOSED, already_given=True) is not given_before
    assert set(ALREADY_GIVEN) <= set(State)


def test_every_end_ends_and_every_open_state_goes_on():
    assert {state for state in State if not NEXT[state]} == ENDS
    assert {state for state in State if NEXT[state]} == OPEN


def test_a_step_back_undoes_a_step_forward_and_nothing_else():
    for before, after in product(State, State):
        if after in UNDO.get(before, ()):
            check_undo(before, after)
            assert before in NEXT[after]
        else:
            with pytest.raises(Refused):
                check_undo(before, after)


def test_every_state_has_its_words():
    assert set(LABELS) == set(State)
