"""How a sentence with {places} is filled with facts, in Vietnamese and English: on the server and at a desk without a line."""

import string
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from khien.kernel import clock


def day_of(value: date | datetime) -> date:
    """The day in Viet Nam."""
    if isinstance(value, datetime):
        return clock.on_date(value) if value.tzinfo else value.date()
    return value


def time_of(value: datetime | time) -> time:
    """The hour on Viet Nam's clocks."""
    if isinstance(value, datetime):
        return (clock.local(value) if value.tzinfo else value).time()
    return value


def dmy(value: date | datetime | None) -> str:
    """dd/MM/yyyy, in both languages."""
    return f"{day_of(value):%d/%m/%Y}" if value else ""


def hm(value: datetime | time | None) -> str:
    """HH:MM on the 24-hour clock."""
    return f"{time_of(value):%H:%M}" if value is not None else ""


def dmyhm(value: datetime | None) -> str:
    """dd/MM/yyyy HH:MM."""
    return f"{dmy(value)} {hm(value)}" if value else ""


def thousands(value: float | None, lang: str = "vi", digits: int = 0) -> str:
    """A number grouped by threes: "1.234,5" in Vietnamese, "1,234.5" in English."""
    if value is None:
        return ""
    text = f"{value:,.{digits}f}"
    return text if str(lang).startswith("en") else text.translate({44: ".", 46: ","})


def fill(sentence: str, facts: Mapping[str, Any], lang: str) -> str:
    """Put facts into the {places} of a sentence as people read them; a fact that is missing leaves an ellipsis.

    Of facts told in both languages (items_vi, items_en) `{items}` is the one of this language.
    """
    told = {name: _said(value, lang) for name, value in facts.items()}
    told |= {name[:-3]: value for name, value in told.items() if name.endswith(f"_{lang[:2]}")}
    return _Gentle().vformat(sentence, (), told)


def _said(value: Any, lang: str) -> str:
    if isinstance(value, datetime):
        return dmyhm(value)
    if isinstance(value, date):
        return dmy(value)
    if isinstance(value, time):
        return hm(value)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):  # years and small counts stay as they are
        return thousands(value, lang) if abs(value) >= 10_000 else str(value)
    if isinstance(value, list | tuple | set | frozenset):
        said = [_said(item, lang) for item in value]
        return ("; " if any("," in one for one in said) else ", ").join(said)
    return str(getattr(value, "label", value))


class _Gentle(string.Formatter):
    """A fact that is missing leaves an ellipsis, never an error page."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "…")
