"""What may be done with cases: the door of this room."""

from khien.cases.callers import PROVED, open_by_code, open_by_facts, open_by_request, open_for_work, send_code
from khien.cases.corrections import ask_correction, decide_correction, identify, propose, send_back, settle_identity
from khien.cases.doubts import decide_dose, decide_doses
from khien.cases.evidence import confirm_dose
from khien.cases.joining import decide_duplicate, decide_undo, undo_merge_of_case
from khien.cases.opening import open_case
from khien.cases.work import (
    answer,
    assign,
    citizen_escalate,
    escalate,
    escalate_overdue,
    note,
    reopen,
    resolve,
    resume,
    take,
    wait,
)

__all__ = [
    "PROVED",
    "answer", "ask_correction", "assign", "citizen_escalate", "confirm_dose", "decide_correction", "decide_dose", "decide_doses", "decide_duplicate", "decide_undo", "escalate", "escalate_overdue",
    "identify", "note", "open_by_code", "open_by_facts", "open_by_request", "open_case", "open_for_work", "propose", "reopen",
    "resolve", "resume", "send_back", "send_code", "settle_identity", "take", "undo_merge_of_case", "wait",
]  # fmt: skip
