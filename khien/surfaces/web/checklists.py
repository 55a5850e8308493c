"""The opening checklist on paper and on pages: what each line asks, and how it is read; the point's lead and a supervisor fill in the same."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from khien.surfaces.web import days

# What each line asks: the fact's name and the kind of its box.
ASKS: dict[str, tuple[tuple[str, str], ...]] = {
    "anaphylaxis_kit": (("expires_on", "day"),), "adrenaline": (("ampoules", "number"), ("expires_on", "day")), "doctor": (("name", "text"),),
    "fridge": (("celsius", "number"),), "lots": (), "printer": (("ok", "tick"),), "paper_pack": (("ok", "tick"),),
    "hospital_phone": (("phone", "text"),),
}  # fmt: skip
DAYS = {"anaphylaxis_kit", "adrenaline"}


def read(told: Any) -> dict[str, dict[str, Any]]:
    """The facts as typed; a day is typed as day, month, year in one box."""
    items: dict[str, dict[str, Any]] = {}
    for code, asks in ASKS.items():
        facts = {fact: _value(kind, str(told.get(f"{code}-{fact}", "")).strip()) for fact, kind in asks}
        if any(facts.values()):
            items[code] = facts
    return items


def typed(told: Any, code: str) -> dict[str, str]:
    """What stands in a line's boxes, as typed."""
    return {fact: str(told.get(f"{code}-{fact}", "")) for fact, _kind in ASKS[code]}


def shown(code: str, kept: Mapping[str, Any]) -> dict[str, str]:
    """Stored facts of a line as they are typed again."""
    return {fact: _text(kept.get(fact), code) for fact, _kind in ASKS[code]}


def _text(value: Any, code: str) -> str:
    text = "" if value in (None, False) else str(value)
    try:
        return f"{date.fromisoformat(text):%d/%m/%Y}" if code in DAYS and "-" in text else text
    except ValueError:
        return text


def _value(kind: str, text: str) -> Any:
    if kind == "tick":
        return bool(text)
    if kind == "day":
        on = days.read(text)
        return on.isoformat() if on else text  # what is no day stays as typed, and the action says so
    return text
