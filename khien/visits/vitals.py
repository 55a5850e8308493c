"""Vital signs: read as people type them, refused when impossible, judged by the form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from khien.kernel.errors import Refused
from khien.visits.forms import vital_kinds
from khien.visits.screening_types import Answers, Form, Need, NormalRange, Reason, Verdict

Vitals = Mapping[str, Decimal]


def read_vitals(raw: Mapping[str, Any]) -> dict[str, Decimal]:
    """Read measures by code; a decimal comma (36,5) is as good as a point, an empty box is no measure.

    Raises Refused: visits.unknown_vital, visits.vital_unreadable, visits.vital_impossible (with the bounds),
    visits.pressure_reversed, visits.pressure_half.
    """
    read = {code: _measure(code, value) for code, value in raw.items() if value is not None and str(value).strip()}
    systolic, diastolic = read.get("bp_systolic"), read.get("bp_diastolic")
    if (systolic is None) != (diastolic is None):
        raise Refused("visits.pressure_half", vital="bp_diastolic" if diastolic is None else "bp_systolic")
    if systolic is not None and diastolic is not None and diastolic >= systolic:
        raise Refused("visits.pressure_reversed", systolic=systolic, diastolic=diastolic)
    return read


def _measure(code: str, value: Any) -> Decimal:
    """One measure within what a living person can have."""
    kind = vital_kinds().get(code)
    if kind is None:
        raise Refused("visits.unknown_vital", vital=str(code)[:40])
    text = str(value).strip().replace(",", ".")
    try:
        number = Decimal(text) if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text) else None
    except InvalidOperation:
        number = None
    if number is None:
        raise Refused("visits.vital_unreadable", vital=code, label_vi=kind.vi, label_en=kind.en)
    if not kind.least <= number <= kind.most:
        raise Refused(
            "visits.vital_impossible",
            vital=code,
            label_vi=kind.vi,
            label_en=kind.en,
            value=number,
            least=kind.least,
            most=kind.most,
            unit=kind.unit,
        )
    return round(number, kind.decimals)


def vitals_needed(answers: Answers, age: int, form: Form) -> tuple[Need, ...]:
    """The vital signs that this person's form asks for, each with its reason.

    `age` in whole years; with an uncertain birth date, the highest possible. Source: Decisions 4355, 5785 and 5002.
    """
    found: dict[str, Need] = {}
    for rule in form.needs:
        called = (
            rule.when == "all"
            or (rule.when == "background" and bool(rule.background & answers.background))
            or (rule.when == "older_than" and age > rule.age)
        )
        if called:
            for code in rule.vitals:
                kind = vital_kinds()[code]
                found.setdefault(code, Need(code, kind.vi, kind.en, kind.unit, rule.vi, rule.en))
    return tuple(found[code] for code in vital_kinds() if code in found)


def abnormal(form: Form, answers: Answers, vitals: Vitals, age: int) -> list[Reason]:
    """Every measure outside the form's range, worded."""
    item = next((item for item in form.items if item.computed), None)
    reasons = []
    for normal in form.normal:
        value = vitals.get(normal.vital)
        if value is None or age < normal.age_from or (normal.age_to is not None and age > normal.age_to):
            continue
        usual = Decimal(answers.usual_systolic) if answers.usual_systolic is not None else None
        found = _outside(normal, value, usual)
        if found:
            reasons.append(_worded(normal, value, item.no if item else "", *found))
    return reasons


def _outside(normal: NormalRange, value: Decimal, usual: Decimal | None) -> tuple[str, Decimal] | None:
    """How the value leaves the range (low, high, above_usual) and the bound it crosses."""
    if normal.low is not None and value < normal.low:
        return "low", normal.low
    if normal.high is not None and value > normal.high:
        return "high", normal.high
    if normal.above_usual is not None and usual is not None and value >= usual + normal.above_usual:
        return "above_usual", usual
    return None


def _worded(normal: NormalRange, value: Decimal, no: str, how: str, bound: Decimal) -> Reason:
    kind = vital_kinds()[normal.vital]
    words = {
        "low": ("dưới", "under"),
        "high": ("trên", "over"),
        "above_usual": (
            f"cao hơn thường ngày từ {normal.above_usual} trở lên, thường ngày",
            f"{normal.above_usual} or more above the usual",
        ),
    }[how]
    place_vi, place_en = (f" (mục {no})", f" (item {no})") if no else ("", "")
    return Reason(
        no,
        f"{normal.vital}_{how}",
        Verdict.CAUTION,
        f"{kind.vi} {number_vi(value)}, {words[0]} {number_vi(bound)} {kind.unit}{place_vi}: nghỉ rồi đo lại",
        f"{kind.en} {value}, {words[1]} {bound} {kind.unit_en}{place_en}: rest, then measure again",
    )


def number_vi(value: Decimal) -> str:
    """A number as Vietnamese people write it: 36,5."""
    return str(value).replace(".", ",")
