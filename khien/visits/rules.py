"""The screening's rules: which form, what to measure, what to propose. The software proposes, the doctor decides.

Pure: standard library only, no clock; runs unchanged in the browser of a desk without a line.
Sources: Decisions 4355/QD-BYT (2021-09-10), 5785/QD-BYT (2021-12-21), 5002/QD-BYT (2021-10-29), Decree 104/2016 (30 minutes).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from khien.campaigns.types import Vaccine
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.sex import Sex
from khien.visits.forms import all_forms, document, form_named, vital_kinds
from khien.visits.screening_types import Answers, Form, FormChoice, Item, Missing, Need, Proposal, Reason, Verdict
from khien.visits.vitals import Vitals, abnormal, read_vitals, vitals_needed

__all__ = [
    "LEAST_OBSERVATION",
    "asked_items",
    "check_decision",
    "form_for",
    "form_named",
    "observation_minutes",
    "read_answers",
    "read_vitals",
    "screen",
    "vitals_needed",
]

LEAST_OBSERVATION, LONGEST_OBSERVATION = 30, 480  # minutes
LONGEST_PREGNANCY, TERM_13 = 45, 13  # weeks
_WORDS = {True: True, False: False, "yes": True, "no": False, "true": True, "false": False, "có": True, "không": False}


def form_for(on: date, age: int) -> FormChoice:
    """The form in force on this day for this age (whole years; with an uncertain birth date, the lowest possible).

    Where the text of the decision then in force is not known, or none was, the nearest known form with a note that says so.
    """
    audience = "child" if age < document()["child_under"] else "adult"
    forms = [form for form in all_forms() if form.audience == audience]
    for form in forms:
        if form.since <= on and (form.until is None or on <= form.until):
            return FormChoice(form, form.code, False)
    for raw in document()["text_unknown"]:
        used = form_named(raw["use"])
        if raw["audience"] == audience and used and raw["in_force_from"] <= on.isoformat() <= raw["in_force_to"]:
            return FormChoice(
                used,
                raw["code"],
                True,
                f"Ngày này Quyết định {raw['code']}/QĐ-BYT có hiệu lực nhưng chưa có toàn văn phiếu; dùng phiếu gần nhất "
                f"({used.code}/QĐ-BYT).",
                f"Decision {raw['code']}/QD-BYT was in force on this day, but its form's text is not known; the nearest known "
                f"form ({used.code}/QD-BYT) is used.",
            )
    nearest = min(forms, key=lambda form: abs((form.since - on).days))
    return FormChoice(
        nearest,
        "",
        True,
        f"Chưa có phiếu nào được biết cho ngày này; dùng phiếu gần nhất ({nearest.code}/QĐ-BYT).",
        f"No form is known for this day; the nearest known form ({nearest.code}/QD-BYT) is used.",
    )


def read_answers(raw: Mapping[str, Any]) -> Answers:
    """Read answers from a form or from storage: items (yes, no), details, background, pregnancy_weeks, usual_systolic.

    Raises Refused: visits.answer_unreadable (item), visits.pregnancy_weeks_impossible, visits.vital_unreadable,
    visits.vital_impossible.
    """
    items = {}
    for no, value in _object(raw, "items").items():
        word = value if isinstance(value, bool) else str(value or "").strip().lower()
        if word == "":
            continue
        if word not in _WORDS:
            raise Refused("visits.answer_unreadable", item=str(no)[:8])
        items[str(no)] = _WORDS[word]
    details = {
        str(no): str(text).strip()[:500] for no, text in _object(raw, "details").items() if str(text or "").strip()
    }
    usual = raw.get("usual_systolic")
    usual = None if usual in (None, "") else int(read_vitals({"bp_systolic": usual, "bp_diastolic": 20})["bp_systolic"])
    background = raw.get("background") or ()
    if not isinstance(background, list | tuple | set | frozenset) or not all(isinstance(code, str) for code in background):
        raise Refused("visits.answer_unreadable", item="background")
    return Answers(items, details, frozenset(background), _weeks(raw.get("pregnancy_weeks")), usual)


def _object(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Answers or details by item. Raises Refused visits.answer_unreadable (item)."""
    value = raw.get(name) or {}
    if not isinstance(value, Mapping):
        raise Refused("visits.answer_unreadable", item=name)
    return dict(value)


def _weeks(value: Any) -> int | None:
    """Weeks of pregnancy, 0 to 45; 0 means not pregnant."""
    if value is None or str(value).strip() == "":
        return None
    text = str(value).strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 3 or int(text) > LONGEST_PREGNANCY:
        raise Refused("visits.pregnancy_weeks_impossible", most=LONGEST_PREGNANCY)
    return int(text)


def asked_items(form: Form, birth: PartialDate, sex: Sex, on: date) -> tuple[Item, ...]:
    """The questions that concern this person; a question that may concern them is asked."""
    low, high = birth.age_min(on), birth.age_max(on)
    return tuple(
        item
        for item in form.items
        if not item.computed and sex != item.not_sex and high >= item.age_from and (item.age_to is None or low <= item.age_to)
    )


def screen(
    form: Form, answers: Answers, vitals: Vitals, birth: PartialDate, sex: Sex, vaccine: Vaccine | None, on: date
) -> Proposal:
    """Propose the verdict: the worst of all reasons, with each reason and what is still missing.

    Raises Refused: visits.unknown_item, visits.unknown_background, and those of `read_vitals`.
    """
    measured = read_vitals(vitals)
    given = _with_pregnancy(form, answers)
    _check_known(form, answers, given)
    age = birth.age_max(on)
    needs = vitals_needed(answers, age, form)
    reasons = [_reason(item, answers) for item in form.items if given.get(item.no)]
    vital_reasons = abnormal(form, answers, measured, age)
    computed = {item.no for item in form.items if item.computed}
    if vital_reasons:
        reasons = [reason for reason in reasons if reason.item not in computed]
    reasons += vital_reasons + _pregnancy(form, answers) + _background(form, answers) + _maker(vaccine, answers, given, form)
    reasons.sort(key=lambda reason: -reason.verdict.severity)
    worst = reasons[0].verdict if reasons else Verdict.ELIGIBLE
    missing = _missing(asked_items(form, birth, sex, on), given, needs, measured)
    return Proposal(worst, tuple(reasons), missing, form.code, form.source, needs)


def _with_pregnancy(form: Form, answers: Answers) -> dict[str, bool]:
    """The answers, with 4a and 4b filled in from the weeks where the form has them."""
    given = dict(answers.items)
    weeks = answers.pregnancy_weeks
    if weeks is not None:
        for item in form.items:
            if item.code == "pregnant_under_13":
                given[item.no] = 0 < weeks < TERM_13
            if item.code == "pregnant_13_or_more":
                given[item.no] = weeks >= TERM_13
    return given


def _check_known(form: Form, answers: Answers, given: Mapping[str, bool]) -> None:
    """Refuse what the form does not hold: an answer nobody asked for must not vanish."""
    for no in given:
        if form.item(no) is None:
            raise Refused("visits.unknown_item", item=no, form=form.code)
    for code in sorted(answers.background - {fact.code for fact in form.background}):
        raise Refused("visits.unknown_background", background=code, form=form.code)


def _reason(item: Item, answers: Answers) -> Reason:
    """The sentence of one item answered yes."""
    detail = answers.details.get(item.no, "")
    before_vi, before_en = (" ", " to ") if item.detail == "allergen" else (": ", ": ")
    return Reason(
        item.no,
        item.code,
        item.yes,
        item.why_vi.format(no=item.no, detail=detail and before_vi + detail),
        item.why_en.format(no=item.no, detail=detail and before_en + detail),
    )


def _pregnancy(form: Form, answers: Answers) -> list[Reason]:
    """Weeks of pregnancy told on a form that has no question about it (the children's): judged as on the adults'."""
    weeks = answers.pregnancy_weeks or 0
    if not weeks or any(item.code.startswith("pregnant_") for item in form.items):
        return []
    if weeks < TERM_13:
        return [
            Reason("", "pregnant_under_13", Verdict.DEFER, "Mang thai dưới 13 tuần: hoãn", "Pregnant under 13 weeks: defer")
        ]
    return [
        Reason(
            "",
            "pregnant_13_or_more",
            Verdict.REFER,
            "Mang thai từ 13 tuần: giải thích, nếu đồng ý thì chuyển nơi có cấp cứu sản khoa",
            "Pregnant 13 weeks or more: explain; if she agrees, refer to obstetric emergency care",
        )
    ]


def _background(form: Form, answers: Answers) -> list[Reason]:
    return [
        Reason("", fact.code, fact.yes, fact.why_vi, fact.why_en)
        for fact in form.background
        if fact.yes and fact.code in answers.background
    ]


def _maker(vaccine: Vaccine | None, answers: Answers, given: Mapping[str, bool], form: Form) -> list[Reason]:
    """The maker's own contraindications of the vaccine on the table."""
    if vaccine is None:
        return []
    pregnant = bool(answers.pregnancy_weeks) or any(
        given.get(item.no) for item in form.items if item.code.startswith("pregnant_")
    )
    found = []
    if pregnant and "pregnant" in vaccine.not_when:
        found.append(("pregnant", "phụ nữ mang thai", "pregnant women"))
    if "breastfeeding" in answers.background and "breastfeeding" in vaccine.not_when:
        found.append(("breastfeeding", "phụ nữ cho con bú", "breastfeeding women"))
    return [
        Reason(
            "",
            f"maker_{code}",
            Verdict.CONTRAINDICATED,
            f"{vaccine.short_vi} không dùng cho {vi} (nhà sản xuất)",
            f"{vaccine.short_en} is not for {en} (maker)",
        )
        for code, vi, en in found
    ]


def _missing(asked: Iterable[Item], given: Mapping[str, bool], needs: Iterable[Need], measured: Vitals) -> tuple[Missing, ...]:
    """What is still unanswered or unmeasured, by name and in the form's order."""
    open_items = [Missing(item.no, item.code, item.vi, item.en) for item in asked if item.no not in given]
    unmeasured = [Missing("", need.vital, need.label_vi, need.label_en) for need in needs if need.vital not in measured]
    return tuple(open_items + unmeasured)


def check_decision(proposal: Proposal, decision: Verdict, reason: str = "") -> None:
    """Check the doctor's decision: clearing needs a complete form, another decision than proposed needs a reason.

    Turning away never needs a complete form, more care than proposed never a reason. Raises Refused: visits.screening_incomplete, visits.decision_needs_reason.
    """
    if decision.clears and not proposal.complete:
        raise Refused(
            "visits.screening_incomplete",
            missing=[part.code for part in proposal.missing],
            count=len(proposal.missing),
            missing_vi=[part.vi for part in proposal.missing],
            missing_en=[part.en for part in proposal.missing],
        )
    careful = decision is Verdict.CAUTION and proposal.verdict is Verdict.ELIGIBLE
    if decision is not proposal.verdict and not careful and not reason.strip():
        raise Refused("visits.decision_needs_reason", proposal=proposal.verdict.value, decision=decision.value)


def observation_minutes(campaign: int, doctor: int | None = None) -> int:
    """Minutes of observation: the campaign's (never under 30), raised by the doctor where asked.

    Raises Refused: visits.observation_too_short (least), visits.observation_too_long (most).
    """
    least = max(campaign, LEAST_OBSERVATION)
    if doctor is None:
        return least
    if doctor < least:
        raise Refused("visits.observation_too_short", least=least, asked=doctor)
    if doctor > LONGEST_OBSERVATION:
        raise Refused("visits.observation_too_long", most=LONGEST_OBSERVATION, asked=doctor)
    return doctor


def vital_label(code: str, language: str = "vi") -> str:
    """The name of a vital sign."""
    kind = vital_kinds()[code]
    return kind.en if language == "en" else kind.vi
