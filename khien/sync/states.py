"""The states of a command that could not be run at once; the drawing in docs/states is made from this table."""

from enum import StrEnum


class HeldState(StrEnum):
    """Where a held command stands. Nothing leaves without having been run, or set aside by a person with a reason."""

    WAITING = "waiting"
    STRANDED = "stranded"
    QUARANTINED = "quarantined"
    RUN = "run"
    ASIDE = "aside"


S = HeldState
TITLE = "A command held"
START = S.WAITING
# Waiting: for the step before it. Stranded: that one did not come within a day, somebody looks. Quarantined: not believed without a person.
NEXT: dict[HeldState, frozenset[HeldState]] = {
    S.WAITING: frozenset({S.RUN, S.STRANDED, S.QUARANTINED}),
    S.STRANDED: frozenset({S.RUN, S.QUARANTINED, S.ASIDE}),
    S.QUARANTINED: frozenset({S.RUN, S.ASIDE}),
    S.RUN: frozenset(),
    S.ASIDE: frozenset(),
}
OPEN = frozenset({S.WAITING, S.STRANDED, S.QUARANTINED})
