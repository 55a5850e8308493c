"""The campaign's rules: may this person have this vaccine on this day, as which dose, and what comes next.

Pure: standard library only, no clock, no network; runs unchanged in the browser of a desk without a line.
Rules are data in force on a date (`data/rulebook.json`, edited by the ministry's officer); each answer is evaluated with the
day of vaccination and carries one sentence of explanation in Vietnamese and English.
"""

from __future__ import annotations

from datetime import date

from khien.campaigns.editing import check_entry
from khien.campaigns.evaluation import evaluate_history
from khien.campaigns.preview import Span, Typical
from khien.campaigns.rulebook import RuleBook, Rules, national, national_entries
from khien.campaigns.sentences import dose_name
from khien.campaigns.types import Recipient
from khien.campaigns.verdicts import check_dose, next_dose, whole

__all__ = [
    "RuleBook", "Rules", "Span", "Typical", "check_dose", "check_entry", "dose_name", "evaluate_history", "national", "national_entries",
    "needs_guardian", "next_dose", "whole",
]


def needs_guardian(book: RuleBook, person: Recipient, on: date) -> bool:
    """Say whether a guardian must consent; a birth date that leaves it open asks for one."""
    return person.known_birth().age_min(on) < book.on(on).policy("guardian", "under_age", 18)
