"""Receipts, warnings and stops in words, both languages: a desk draws itself and has no catalogue of refusals of its own."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import translation

from khien.campaigns import queries as campaigns
from khien.kernel.errors import Refused
from khien.surfaces.web.refusals import word, wording

LANGUAGES = ("vi", "en")


def refusal(code: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A refusal with its sentence in both languages."""
    told = Refused(code, **_named(readable(facts)))
    return {"code": code, "facts": dict(facts), **{lang: word(told, lang) for lang in LANGUAGES}}


def spoken(sentence: Any) -> dict[str, str]:
    """A lazy sentence in both languages."""
    told = {}
    for lang in LANGUAGES:
        with translation.override(lang):
            told[lang] = str(sentence)
    return told


def readable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts that travelled as JSON: those named ..._at and ..._on are moments and days again."""
    return {name: _moment(name, value) for name, value in facts.items()}


def _moment(name: str, value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    try:
        if name.endswith("_at") or name == "until":
            return datetime.fromisoformat(value)
        if name.endswith("_on"):
            return date.fromisoformat(value)
    except ValueError:
        return value
    return value


def _named(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Vaccines by the names people use, not by their codes."""
    book = campaigns.rulebook().vaccines

    def name(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [name(one) for one in value]
        return book[value].short_vi if isinstance(value, str) and value in book else value

    return {key: name(value) if key in ("vaccine", "offered", "found", "expected") else value for key, value in facts.items()}


def several(told: Iterable[Any]) -> list[dict[str, Any]]:
    """Warnings or stops (code, facts), as types or as a receipt keeps them."""
    pairs = [(one["code"], one["facts"]) if isinstance(one, Mapping) else (one.code, one.facts) for one in told]
    return [refusal(code, facts) for code, facts in pairs]


def marks(told: Iterable[str]) -> list[dict[str, Any]]:
    """What a recorded dose carries."""
    return [refusal(f"visits.mark_{mark}", {}) for mark in told if f"visits.mark_{mark}" in wording()]


def receipt(told: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt as a desk shows it: a refusal worded, warnings and marks of the result too."""
    shown = dict(told)
    result = dict(told.get("result") or {})
    if told.get("status") != "accepted":
        shown["refused"] = refusal(str(told.get("reason") or ""), result)
        shown["others"] = [refusal(code, {}) for code in result.get("others") or () if code in wording()]
        return shown
    if result.get("warnings"):
        result["warnings"] = several(result["warnings"])
    if result.get("marks"):
        result["marks_said"] = marks(result["marks"])
    shown["result"] = result
    return shown
