"""What may be done about reactions, AEFI cases, red flags and follow-up: the door of this room."""

from khien.safety.alarms import (
    acknowledge_alarm,
    confirm_alarm,
    end_alarm,
    raise_alarm,
    release,
    stamp,
    strike,
    take_back_alarm,
)
from khien.safety.casework import (
    assess_aefi,
    close_aefi,
    edit_aefi,
    finish_investigation,
    investigate_aefi,
    join_aefi,
    reopen_aefi,
    report_aefi,
    tell_apart,
    withdraw_aefi,
)
from khien.safety.follow_ups import (
    EARLY,
    answer_follow_up,
    call_follow_up,
    plan_follow_up,
    plan_follow_ups,
    resume_follow_ups,
    stop_follow_ups,
)
from khien.safety.meeting import ANAPHYLAXIS, gather_old, identify_aefi, open_unknown
from khien.safety.reports import SOURCES, join_case, report_reaction, set_outcome
from khien.safety.tallies import count_due, rebuild

__all__ = [
    "ANAPHYLAXIS", "EARLY", "SOURCES", "acknowledge_alarm", "answer_follow_up", "assess_aefi", "call_follow_up", "close_aefi", "confirm_alarm", "count_due", "edit_aefi", "end_alarm", "finish_investigation", "gather_old", "identify_aefi", "investigate_aefi", "join_aefi",
    "join_case", "open_unknown", "plan_follow_up", "plan_follow_ups", "raise_alarm", "rebuild", "release", "reopen_aefi", "report_aefi", "report_reaction", "resume_follow_ups", "set_outcome", "stamp", "stop_follow_ups", "strike", "take_back_alarm", "tell_apart", "withdraw_aefi",
]  # fmt: skip
