"""The states of an appointment, a session and a draw, as data; the drawings in docs/states are made from these tables."""

from __future__ import annotations

from enum import StrEnum

from khien.plumbing.statecharts import Chart


class State(StrEnum):
    """Where an appointment stands."""

    ACTIVE = "active"
    ARRIVED = "arrived"
    DONE = "done"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    MOVED = "moved"


S = State
STANDING = frozenset({S.ACTIVE, S.ARRIVED})

# Who was marked as not come may still come; an end of the visit that is taken back makes the person present again.
NEXT: dict[State, frozenset[State]] = {
    S.ACTIVE: frozenset({S.ARRIVED, S.DONE, S.NO_SHOW, S.CANCELLED, S.DECLINED, S.MOVED}),
    S.ARRIVED: frozenset({S.DONE}),
    S.DONE: frozenset({S.ARRIVED}),
    S.NO_SHOW: frozenset({S.ARRIVED, S.DONE}),
    S.CANCELLED: frozenset(),
    S.DECLINED: frozenset(),
    S.MOVED: frozenset(),
}

# The checklist and the day's open work decide when a session may open and close: the visits room asks for the move.
SESSION: dict[str, frozenset[str]] = {
    "planned": frozenset({"open", "closed", "cancelled"}),
    "open": frozenset({"paused", "closed", "cancelled"}),
    "paused": frozenset({"open", "closed", "cancelled"}),
    "closed": frozenset({"open"}),
    "cancelled": frozenset(),
}

DRAW: dict[str, frozenset[str]] = {
    "committed": frozenset({"drawn", "abandoned"}),
    "drawn": frozenset(),
    "abandoned": frozenset(),
}

CHARTS = (
    Chart("The appointment", {state.value: moves for state, moves in NEXT.items()}, S.ACTIVE, {
        S.ACTIVE: ("Đã hẹn", "booked"), S.ARRIVED: ("Đã đến", "arrived"), S.DONE: ("Đã xong", "done"), S.NO_SHOW: ("Không đến", "not come"),
        S.CANCELLED: ("Đã hủy", "cancelled"), S.DECLINED: ("Từ chối lời mời", "declined"), S.MOVED: ("Đã dời", "moved"),
    }),
    Chart("The session", SESSION, "planned", {
        "planned": ("Đã lên lịch", "planned"), "open": ("Đang tiêm", "open"), "paused": ("Tạm dừng", "paused"), "closed": ("Đã đóng", "closed"),
        "cancelled": ("Đã hủy", "cancelled"),
    }),
    Chart("The draw", DRAW, "committed", {
        "committed": ("Đã công bố", "announced"), "drawn": ("Đã rút", "drawn"), "abandoned": ("Đã bỏ", "given up"),
    }),
)  # fmt: skip
