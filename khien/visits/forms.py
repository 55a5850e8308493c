"""The screening forms by date, read from their data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from khien.visits.screening_types import Background, Form, Item, NeedRule, NormalRange, Verdict, VitalKind

DATA = Path(__file__).parent / "data" / "screening_forms.json"
# "Other contraindications or reasons to defer" names no outcome: a yes is at least a reason to wait.
_OUTCOMES = {"review": Verdict.DEFER, **{verdict.value: verdict for verdict in Verdict}}


@cache
def document() -> Mapping[str, Any]:
    """The data as it is stored."""
    read: Mapping[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return read


@cache
def all_forms() -> tuple[Form, ...]:
    """Every form whose text is known."""
    return tuple(_form(raw) for raw in document()["forms"])


@cache
def vital_kinds() -> Mapping[str, VitalKind]:
    """Every vital sign, in the order of the form."""
    return {
        raw["code"]: VitalKind(
            raw["code"],
            raw["vi"],
            raw["en"],
            raw["unit"],
            raw.get("unit_en", raw["unit"]),
            Decimal(str(raw["least"])),
            Decimal(str(raw["most"])),
            raw["decimals"],
        )
        for raw in document()["vitals"]
    }


def form_named(code: str) -> Form | None:
    """The form of this decision, when its text is known."""
    return next((form for form in all_forms() if form.code == code), None)


def _form(raw: Mapping[str, Any]) -> Form:
    until = raw["in_force_to"]
    return Form(
        raw["code"],
        raw["audience"],
        date.fromisoformat(raw["in_force_from"]),
        date.fromisoformat(until) if until else None,
        raw["title_vi"],
        raw["title_en"],
        raw["source"],
        tuple(_item(item) for item in raw["items"]),
        tuple(_background(fact) for fact in raw["background"]),
        tuple(_need(need) for need in raw["vitals"]["needs"]),
        tuple(_normal(normal) for normal in raw["vitals"]["normal"]),
    )


def _item(raw: Mapping[str, Any]) -> Item:
    ask = raw.get("ask", {})
    return Item(
        raw["no"],
        raw["code"],
        raw["vi"],
        raw["en"],
        _OUTCOMES[raw["yes"]],
        raw["why_vi"],
        raw["why_en"],
        raw.get("detail"),
        bool(raw.get("computed")),
        ask.get("not_sex"),
        ask.get("age_from", 0),
        ask.get("age_to"),
    )


def _background(raw: Mapping[str, Any]) -> Background:
    outcome = _OUTCOMES[raw["yes"]] if "yes" in raw else None
    return Background(raw["code"], raw["vi"], raw["en"], outcome, raw.get("why_vi", ""), raw.get("why_en", ""))


def _need(raw: Mapping[str, Any]) -> NeedRule:
    return NeedRule(
        tuple(raw["vitals"]),
        raw["when"],
        frozenset(raw.get("background", ())),
        raw.get("age", 0),
        raw.get("vi", ""),
        raw.get("en", ""),
    )


def _normal(raw: Mapping[str, Any]) -> NormalRange:
    low, high, above = (Decimal(str(raw[name])) if name in raw else None for name in ("low", "high", "above_usual"))
    return NormalRange(raw["vital"], low, high, above, raw.get("age_from", 0), raw.get("age_to"))
