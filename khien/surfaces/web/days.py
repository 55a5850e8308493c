"""A day in one box, as people here write it: 23/11/2026. What a browser's own language makes of a date never reaches the page."""

import re
from datetime import date

_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})|(\d{2})(\d{2})(\d{4})", re.ASCII)


def read(text: str | None) -> date | None:
    """The day these characters say: dd/MM/yyyy (also with - . or a space, or eight digits), or yyyy-MM-dd as addresses have it.

    None for anything else, and for a day before 1900 or after 2199.
    """
    told = (text or "").strip()
    found = _DAY_FIRST.fullmatch(told)
    try:
        if found:
            day, month, year = (int(part) for part in found.groups() if part)
            on = date(year, month, day)
        else:
            on = date.fromisoformat(told)
    except ValueError:
        return None
    return on if 1900 <= on.year < 2200 else None
