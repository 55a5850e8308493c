"""Read the body of a command: each field as what it must be, else refused by its name; nothing is guessed and nothing is cut."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.kernel.errors import Refused

DEEPEST, MOST_PARTS, LONGEST = 8, 2_000, 8_000  # levels, values in all, letters of one text
LONGEST_LINE, MOST_NUMBER = 1_000, 100_000
FIRST_YEAR, LAST_YEAR = 1900, 2200


def tame(raw: Any) -> None:
    """Check that a value can be kept at all: not too deep, too many or too long, no letters that no book can hold.

    Raises Refused: commands.too_big (most), commands.unreadable (field).
    """
    left, parts = [(raw, 0, "")], 0
    while left:
        value, depth, field = left.pop()
        parts += 1
        if depth > DEEPEST or parts > MOST_PARTS:
            raise Refused("commands.too_big", field=field)
        if isinstance(value, Mapping):
            left += [(str(key), depth, field) for key in value]
            left += [(inner, depth + 1, field or _name(key)) for key, inner in value.items()]
        elif isinstance(value, list | tuple):
            left += [(inner, depth + 1, field) for inner in value]
        elif isinstance(value, str):
            _letters(value, field)
        elif isinstance(value, int | float) and not (isinstance(value, bool) or (math.isfinite(value) and abs(value) <= 2**53)):
            raise Refused("commands.unreadable", field=field)


def _letters(value: str, field: str) -> None:
    if len(value) > LONGEST:
        raise Refused("commands.too_big", field=field)
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused("commands.unreadable", field=field)


def _name(key: Any) -> str:
    """A field's name as a refusal may say it."""
    text = str(key)
    return text if text.isascii() and text.isidentifier() and len(text) <= 40 else "body"


def uuid_of(raw: Mapping[str, Any], field: str) -> UUID:
    """A UUID of a body. Raises Refused commands.unreadable (field)."""
    try:
        return UUID(str(raw[field]))
    except (KeyError, ValueError):
        raise Refused("commands.unreadable", field=field) from None


def uuid_or_none(raw: Mapping[str, Any], field: str) -> UUID | None:
    """A UUID that may be absent. Raises Refused commands.unreadable (field)."""
    return uuid_of(raw, field) if raw.get(field) else None


def moment_of(raw: Mapping[str, Any], field: str) -> datetime | None:
    """A moment with its zone, or None when there is none. Raises Refused commands.unreadable (field)."""
    value = raw.get(field)
    if value in (None, ""):
        return None
    try:
        read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise Refused("commands.unreadable", field=field) from None
    if read.tzinfo is None or not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise Refused("commands.unreadable", field=field)
    return read


def text(body: Mapping[str, Any], field: str, otherwise: str = "", most: int = LONGEST_LINE) -> str:
    """A line of text. Raises Refused: commands.unreadable (field), commands.too_long (field, most)."""
    value = body.get(field)
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refused("commands.unreadable", field=field)
    if len(str(value).strip()) > most:
        raise Refused("commands.too_long", field=field, most=most)
    return str(value).strip()


def texts(body: Mapping[str, Any], field: str, most: int = 40) -> tuple[str, ...]:
    """A list of words. Raises Refused commands.unreadable (field)."""
    value = body.get(field)
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or len(value) > most or not all(isinstance(one, str) for one in value):
        raise Refused("commands.unreadable", field=field)
    return tuple(value)


def flag(body: Mapping[str, Any], field: str) -> bool:
    """True or false; absent is false, a word is neither. Raises Refused commands.unreadable (field)."""
    value = body.get(field)
    if value is not None and not isinstance(value, bool):
        raise Refused("commands.unreadable", field=field)
    return value is True


def number(body: Mapping[str, Any], field: str) -> int | None:
    """A whole number from 0, or None when there is none. Raises Refused commands.unreadable (field)."""
    value = body.get(field)
    if value in (None, ""):
        return None
    told = str(value)
    if isinstance(value, bool) or not told.isascii() or not told.isdigit() or len(told) > 6 or int(told) > MOST_NUMBER:
        raise Refused("commands.unreadable", field=field)
    return int(told)


def day(body: Mapping[str, Any], field: str) -> date | None:
    """A day written YYYY-MM-DD, or None when there is none. Raises Refused commands.unreadable (field)."""
    value = body.get(field)
    if value in (None, ""):
        return None
    try:
        read = date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise Refused("commands.unreadable", field=field) from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise Refused("commands.unreadable", field=field)
    return read


def mapping(body: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """An object, empty when absent. Raises Refused commands.unreadable (field)."""
    value = body.get(field)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Refused("commands.unreadable", field=field)
    return value


def part(body: Mapping[str, Any], field: str) -> Mapping[str, Any] | None:
    """An object, None when absent. Raises Refused commands.unreadable (field)."""
    return mapping(body, field) if body.get(field) is not None else None


def lines(body: Mapping[str, Any], field: str) -> dict[str, Any]:
    """An object of plain values, none of them an object itself. Raises Refused commands.unreadable (field)."""
    found = dict(mapping(body, field))
    if any(isinstance(value, Mapping | list | tuple) for value in found.values()):
        raise Refused("commands.unreadable", field=field)
    return found
