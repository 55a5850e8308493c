"""The states of an AEFI case and of a red flag at the point, as data."""

from __future__ import annotations

from enum import StrEnum

from khien.kernel.errors import Refused
from khien.plumbing.statecharts import Chart


class State(StrEnum):
    """Where an AEFI case stands. Only severe or serious ones run the clocks of Decree 104/2016."""

    NOTED = "noted"
    TO_REPORT = "to_report"
    REPORTED = "reported"
    INVESTIGATING = "investigating"
    INVESTIGATED = "investigated"
    ASSESSED = "assessed"
    CLOSED = "closed"
    JOINED = "joined"
    WITHDRAWN = "withdrawn"


class Flag(StrEnum):
    """Where a red flag of anaphylaxis stands."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    TAKEN_BACK = "taken_back"
    ENDED = "ended"


S, F = State, Flag
OPEN = (S.NOTED, S.TO_REPORT, S.REPORTED, S.INVESTIGATING, S.INVESTIGATED, S.ASSESSED)
STANDING = (F.RAISED, F.ACKNOWLEDGED, F.CONFIRMED)

NEXT: dict[str, frozenset[State]] = {
    S.NOTED: frozenset({S.TO_REPORT, S.CLOSED, S.JOINED, S.WITHDRAWN}),
    S.TO_REPORT: frozenset({S.NOTED, S.REPORTED, S.JOINED, S.WITHDRAWN}),
    S.REPORTED: frozenset({S.INVESTIGATING, S.JOINED, S.WITHDRAWN}),
    S.INVESTIGATING: frozenset({S.INVESTIGATED, S.JOINED, S.WITHDRAWN}),
    S.INVESTIGATED: frozenset({S.INVESTIGATING, S.ASSESSED, S.JOINED, S.WITHDRAWN}),
    S.ASSESSED: frozenset({S.INVESTIGATING, S.CLOSED}),
    S.CLOSED: frozenset({S.NOTED, S.TO_REPORT, S.INVESTIGATING}),
    S.JOINED: frozenset(),
    S.WITHDRAWN: frozenset({S.NOTED, S.TO_REPORT}),
}
FLAG: dict[str, frozenset[Flag]] = {
    F.RAISED: frozenset({F.ACKNOWLEDGED, F.CONFIRMED, F.TAKEN_BACK, F.ENDED}),
    F.ACKNOWLEDGED: frozenset({F.CONFIRMED, F.TAKEN_BACK, F.ENDED}),
    F.CONFIRMED: frozenset({F.ENDED}),
    F.TAKEN_BACK: frozenset(),
    F.ENDED: frozenset(),
}
LABELS: dict[str, tuple[str, str]] = {
    S.NOTED: ("Đã ghi, nhẹ", "Kept, not severe"),
    S.TO_REPORT: ("Phải báo cáo", "To be reported"),
    S.REPORTED: ("Đã báo Sở Y tế", "The Department has it"),
    S.INVESTIGATING: ("Đang điều tra", "Under investigation"),
    S.INVESTIGATED: ("Chờ hội đồng", "Waiting for the council"),
    S.ASSESSED: ("Hội đồng đã kết luận", "Classified by the council"),
    S.CLOSED: ("Đã khép lại", "Closed"),
    S.JOINED: ("Đã gộp vào hồ sơ khác", "Joined to another case"),
    S.WITHDRAWN: ("Rút lại, không phải phản ứng", "Withdrawn, no event"),
    F.RAISED: ("Cờ đỏ, chờ bác sĩ", "Red flag, waiting for the doctor"),
    F.ACKNOWLEDGED: ("Bác sĩ đã nhận", "A doctor has it"),
    F.CONFIRMED: ("Bác sĩ xác nhận phản vệ, buổi dừng", "Confirmed, the session stops"),
    F.TAKEN_BACK: ("Báo nhầm, đã rút lại có lý do", "Raised by mistake, taken back with a reason"),
    F.ENDED: ("Đã xử trí xong", "Treated to its end"),
}
CHARTS = [
    Chart(
        "AEFI case", NEXT, S.NOTED, LABELS,
        "A severe or serious event begins in to_report: 24 hours to report, 24 hours to investigate, 5 working days to the council.",
    ),
    Chart("Red flag of anaphylaxis", FLAG, F.RAISED, LABELS, "60 seconds to a doctor's acknowledgement; the session stops on confirmation only."),
]  # fmt: skip


def check_move(before: str, after: str) -> None:
    """Check one step of a case. Raises Refused: safety.wrong_state (state, wanted)."""
    if State(after) not in NEXT[State(before)]:
        raise Refused("safety.wrong_state", state=str(before), wanted=str(after))


def check_flag(before: str, after: str) -> None:
    """Check one step of a red flag. Raises Refused: safety.flag_wrong_state (state, wanted)."""
    if Flag(after) not in FLAG[Flag(before)]:
        raise Refused("safety.flag_wrong_state", state=str(before), wanted=str(after))
