"""The states of a visit and the moves between them, as data; the drawing in docs/states is made from these tables."""

from __future__ import annotations

from enum import StrEnum

from khien.kernel.errors import Refused


class State(StrEnum):
    """Where a visit stands. Every person received has an end."""

    CHECKED_IN = "checked_in"
    CONSENTED = "consented"
    CLEARED = "cleared"
    DOSED = "dosed"
    OBSERVED = "observed"
    CLOSED = "closed"
    REFUSED = "refused"
    DEFERRED = "deferred"
    REFERRED = "referred"
    CONTRAINDICATED = "contraindicated"
    LEFT_EARLY = "left_early"
    WITHDRAWN = "withdrawn"


S = State
TITLE = "The visit"
START = S.CHECKED_IN
OPEN = frozenset({S.CHECKED_IN, S.CONSENTED, S.CLEARED, S.DOSED, S.OBSERVED})
ENDS = frozenset(State) - OPEN

# The day's ordinary way. Deferred before screening: the vaccine ran out or the thermometer at the gate said no.
# Withdrawn: the person left before the dose, or was received by mistake.
NEXT: dict[State, frozenset[State]] = {
    S.CHECKED_IN: frozenset({S.CONSENTED, S.REFUSED, S.DEFERRED, S.WITHDRAWN}),
    S.CONSENTED: frozenset({S.CLEARED, S.DEFERRED, S.REFERRED, S.CONTRAINDICATED, S.REFUSED, S.WITHDRAWN}),
    S.CLEARED: frozenset({S.DOSED, S.DEFERRED, S.REFERRED, S.CONTRAINDICATED, S.REFUSED, S.WITHDRAWN}),
    S.DOSED: frozenset({S.OBSERVED, S.LEFT_EARLY}),
    S.OBSERVED: frozenset({S.CLOSED}),
    **{end: frozenset[State]() for end in sorted(ENDS)},
}

# Five minutes to take a step back; corrections after that are the lead's.
UNDO: dict[State, frozenset[State]] = {
    S.CONSENTED: frozenset({S.CHECKED_IN}),
    S.CLEARED: frozenset({S.CONSENTED}),
    S.DOSED: frozenset({S.CLEARED}),
    S.OBSERVED: frozenset({S.DOSED}),
    S.LEFT_EARLY: frozenset({S.DOSED}),
    S.CLOSED: frozenset({S.OBSERVED}),
    S.REFUSED: frozenset({S.CHECKED_IN, S.CONSENTED, S.CLEARED}),
    S.DEFERRED: frozenset({S.CHECKED_IN, S.CONSENTED, S.CLEARED}),
    S.REFERRED: frozenset({S.CONSENTED, S.CLEARED}),
    S.CONTRAINDICATED: frozenset({S.CONSENTED, S.CLEARED}),
    S.WITHDRAWN: frozenset({S.CHECKED_IN, S.CONSENTED, S.CLEARED}),
}

# A dose that was given is always recordable, wherever the papers say the visit stands.
ALREADY_GIVEN: dict[State, frozenset[State]] = {
    state: frozenset({S.DOSED})
    for state in sorted(
        {S.CHECKED_IN, S.CONSENTED, S.CLEARED, S.REFUSED, S.DEFERRED, S.REFERRED, S.CONTRAINDICATED, S.WITHDRAWN}
    )
}

LABELS: dict[State, tuple[str, str]] = {
    S.CHECKED_IN: ("Đã tiếp đón", "Received"),
    S.CONSENTED: ("Đã đồng ý", "Consented"),
    S.CLEARED: ("Được tiêm", "Cleared"),
    S.DOSED: ("Đã tiêm", "Injected"),
    S.OBSERVED: ("Đã theo dõi", "Observed"),
    S.CLOSED: ("Kết thúc", "Closed"),
    S.REFUSED: ("Từ chối", "Refused"),
    S.DEFERRED: ("Hoãn", "Deferred"),
    S.REFERRED: ("Chuyển bệnh viện", "Sent to hospital"),
    S.CONTRAINDICATED: ("Chống chỉ định", "Contraindicated"),
    S.LEFT_EARLY: ("Về trước giờ", "Left early"),
    S.WITHDRAWN: ("Rút khỏi buổi", "Withdrawn"),
}


def check_move(before: State | str, after: State | str, *, already_given: bool = False) -> None:
    """Check one step of a visit; `already_given` records an injection that has happened.

    Raises Refused: visits.wrong_state (state, wanted).
    """
    start, wanted = State(before), State(after)
    if wanted in NEXT[start] or (already_given and wanted in ALREADY_GIVEN.get(start, frozenset())):
        return
    raise Refused("visits.wrong_state", state=start.value, wanted=wanted.value)


def check_undo(before: State | str, after: State | str) -> None:
    """Check one step back. Raises Refused: visits.cannot_undo (state, wanted)."""
    start, wanted = State(before), State(after)
    if wanted not in UNDO.get(start, frozenset()):
        raise Refused("visits.cannot_undo", state=start.value, wanted=wanted.value)


def can_move(before: State | str, after: State | str, *, already_given: bool = False) -> bool:
    """Say whether `check_move` lets it pass."""
    try:
        check_move(before, after, already_given=already_given)
    except Refused:
        return False
    return True
