"""What may be done at a point: the doors of the visits room, each in the module of its desk."""

from khien.visits.clinic import consent, propose, record_screening, screening_facts
from khien.visits.corrections import cancel_dose, correct_dose, correct_step
from khien.visits.dose import check_before_dose, dose_facts, dose_plan, give_dose, undo_dose
from khien.visits.ends import close, end, extend_observation, finish_observation, undo_step
from khien.visits.paper import PaperDose, PaperEnd, PaperScreening, key_paper, mark_missing, print_forms, void_form, void_unused
from khien.visits.reception import check_in
from khien.visits.sessions import ask_help, choose_lot, close_session, open_session, pause_lot, pause_session, sign_checklist
from khien.visits.stopping import release_session, stop_session

__all__ = [
    "PaperDose", "PaperEnd", "PaperScreening", "ask_help", "cancel_dose", "check_before_dose", "check_in", "choose_lot", "close",
    "close_session", "consent", "correct_dose", "correct_step", "dose_facts", "dose_plan", "end", "extend_observation", "finish_observation",
    "give_dose", "key_paper", "mark_missing", "open_session", "pause_lot", "pause_session", "print_forms", "propose",
    "record_screening", "release_session", "screening_facts", "sign_checklist", "stop_session", "undo_dose", "undo_step", "void_form", "void_unused",
]  # fmt: skip
