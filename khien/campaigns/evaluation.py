"""Evaluate a history: each dose's type, ordinal and validity, by the rules of its own day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from khien.campaigns import sentences
from khien.campaigns.course import Course, Judgement, judge, slot
from khien.campaigns.rulebook import RuleBook, Rules
from khien.campaigns.types import DoseType, EvaluatedDose, Evidence, PastDose, Recipient, Validity

# What a given dose of each judgement is worth. What is not named here counts.
_WORTH = {
    "campaigns.too_early": Validity.INVALID,
    "campaigns.too_young": Validity.INVALID,
    "campaigns.same_day": Validity.INVALID,
    "campaigns.too_old": Validity.UNCERTAIN,
    "campaigns.needs_birth_date": Validity.UNCERTAIN,
    "campaigns.mixing_not_allowed": Validity.UNCERTAIN,
    "campaigns.vaccine_not_for_this_dose": Validity.UNCERTAIN,
    "campaigns.series_complete": Validity.UNCERTAIN,
    "campaigns.not_approved_yet": Validity.UNCERTAIN,
}
_NOTES = {
    "campaigns.valid": ("{dose}: hợp lệ.", "{dose}: valid."),
    "campaigns.within_grace": ("{dose}: sớm hơn quy định vài ngày, trong giới hạn được chấp nhận.",
                               "{dose}: a few days early, within the grace allowed."),
    "campaigns.marked_valid": ("{dose}: được người có thẩm quyền xác nhận là hợp lệ.", "{dose}: confirmed as valid by a responsible person."),
    "campaigns.marked_invalid": ("Lần tiêm này được ghi nhận là không tính.", "This injection is marked as not counting."),
    "campaigns.unknown_vaccine": ("{dose}: vắc xin {vaccine} không có trong danh mục, cần người xem lại.",
                                  "{dose}: the vaccine {vaccine} is not in the list; a person must decide."),
    "campaigns.earlier_dose_missing": ("{dose}: giấy tờ cho biết có mũi trước đó mà sổ chưa có, cần bổ sung.",
                                       "{dose}: its record tells of earlier doses that are missing here."),
    "campaigns.statement_only": ("{dose}: mới chỉ theo lời khai, chờ cơ sở đã tiêm xác nhận.",
                                 "{dose}: known by statement only, until the facility confirms."),
    "campaigns.beyond_schedule": ("Mũi này ngoài lịch tiêm hiện có, cần người xem lại.",
                                  "This dose is outside every schedule; a person must decide."),
}


def evaluate_history(book: RuleBook, person: Recipient, doses: Iterable[PastDose]) -> tuple[EvaluatedDose, ...]:
    """Give each dose its type, ordinal and validity, in order of day. Never raises, whatever the history holds."""
    return follow(book, person, doses)[0]


def follow(book: RuleBook, person: Recipient, doses: Iterable[PastDose]) -> tuple[tuple[EvaluatedDose, ...], Course]:
    """Evaluate the doses in order and return them with the course they make."""
    course, told = Course(), []
    then = _as_of_then(person)
    for dose in sorted(doses, key=PastDose.sort_key):
        evaluated, course = _evaluate(book, then, course, dose)
        told.append(evaluated)
    return tuple(dose if dose.size == course.size else replace(dose, size=course.size) for dose in told), course


def _as_of_then(person: Recipient) -> Recipient:
    """The person without the facts of today: a pregnancy or infection of now judges no dose of then."""
    if not (person.facts.pregnant or person.facts.breastfeeding or person.facts.last_infection_on):
        return person
    facts = replace(person.facts, pregnant=False, breastfeeding=False, last_infection_on=None)
    return replace(person, facts=facts)


def _evaluate(book: RuleBook, person: Recipient, course: Course, dose: PastDose) -> tuple[EvaluatedDose, Course]:
    """Judge one dose and move the course."""
    rules = rules_then(book, dose.vaccine, dose.on_date)
    expected = slot(rules, person, course, dose.on_date)[:2]
    given, missing = _stated(course, dose, expected)
    judged = judge(rules, person, course, dose.vaccine, dose.on_date, stated=given)
    validity, code = _worth(book, rules, course, dose, judged, missing)
    schedule = judged.schedule or next(iter(rules.schedules.get(dose.vaccine, ())), None)
    if validity is Validity.INVALID:
        moved = course.after_invalid(dose.on_date)
    else:
        if code == "campaigns.beyond_schedule" and dose.dose_type is None:
            given = (DoseType.EXTRA, course.extra + 1)
        moved = course.after(dose.on_date, dose.vaccine, *given, schedule)
    vi, en = _sentence(book, course, judged, dose, given, code)
    differs = dose.dose_type is not None and (dose.dose_type, dose.ordinal or given[1]) != given
    facts: Mapping[str, Any] = {} if judged.due_on is None else {"due_on": judged.due_on}
    return EvaluatedDose(dose, *given, validity, code, vi, en, course.size, moved.counted, differs, facts), moved


def rules_then(book: RuleBook, vaccine: str, on: date) -> Rules:
    """The rules of that day; for a vaccine not yet in use here (a dose from abroad), those of its first day."""
    rules = book.on(on)
    if vaccine in rules.schedules and vaccine in rules.vaccines:
        return rules
    first = book.first_use.get(vaccine)
    if first is None:
        return rules
    if on < first:
        return book.on(first)
    in_use = [day for day in book.change_dates if day <= on and vaccine in book.on(day).schedules]
    return book.on(in_use[-1])


def _stated(course: Course, dose: PastDose, expected: tuple[DoseType, int]) -> tuple[tuple[DoseType, int], bool]:
    """Which dose it is: what the course expects, or the later one that its record states (then earlier ones are missing)."""
    if dose.dose_type is None or dose.dose_type is DoseType.EXTRA:
        return expected, False
    kind, ordinal = dose.dose_type, dose.ordinal or 1
    if expected[0] is DoseType.PRIMARY:
        lacking = course.size - course.primary_done
        if kind is DoseType.PRIMARY:
            ahead = ordinal - course.invalid
            return ((kind, ahead), True) if expected[1] < ahead <= max(course.size, 2) else (expected, False)
        return (expected, False) if lacking <= course.invalid else ((kind, ordinal), True)
    if kind is DoseType.ADDITIONAL and not course.additional and not course.boosters:
        return (kind, 1), False
    if kind is DoseType.BOOSTER:
        ahead = ordinal - course.invalid
        return ((kind, ahead), True) if ahead > course.boosters + 1 else ((kind, course.boosters + 1), False)
    return expected, False


def _worth(book: RuleBook, rules: Rules, course: Course, dose: PastDose, judged: Judgement,
           missing: bool) -> tuple[Validity, str]:
    """Whether the dose counts, and the reason."""
    if dose.valid is not None:
        return (Validity.VALID, "campaigns.marked_valid") if dose.valid else (Validity.INVALID, "campaigns.marked_invalid")
    if judged.code == "campaigns.same_day":
        return Validity.INVALID, judged.code
    if dose.vaccine not in rules.vaccines:
        return Validity.UNCERTAIN, "campaigns.unknown_vaccine"
    worth = _WORTH.get(judged.code, Validity.VALID)
    grace = timedelta(days=rules.policy("grace", "days", 0))
    if judged.code == "campaigns.too_early" and judged.due_on and dose.on_date >= judged.due_on - grace:
        worth, judged = Validity.VALID, judged._replace(code="campaigns.within_grace")
    if worth is Validity.INVALID:
        return worth, judged.code
    if missing:
        return Validity.UNCERTAIN, "campaigns.earlier_dose_missing"
    if judged.code == "campaigns.series_complete":
        return Validity.UNCERTAIN, "campaigns.beyond_schedule"
    if worth is Validity.VALID and dose.evidence is Evidence.STATEMENT:
        return Validity.UNCERTAIN, "campaigns.statement_only"
    if judged.code == "campaigns.within_grace" or worth is not Validity.VALID:
        return worth, judged.code
    return worth, "campaigns.valid"


def _sentence(book: RuleBook, course: Course, judged: Judgement, dose: PastDose, given: tuple[DoseType, int],
              code: str) -> tuple[str, str]:
    """One sentence on the dose, in both languages."""
    if code not in _NOTES:
        return sentences.explain(sentences.Said(book, course, judged._replace(code=code), dose.vaccine, dose.on_date, past=True))
    name = sentences.dose_name(*given)
    vaccine = sentences.vaccine_name(book, dose.vaccine)
    vi, en = _NOTES[code]
    return (vi.format(dose=sentences.cap(name[0]), vaccine=vaccine[0]), en.format(dose=sentences.cap(name[1]), vaccine=vaccine[1]))
