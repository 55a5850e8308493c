"""The certificate's JSON schema, and what schemas cannot say.

A certificate that calls itself later than 1.3.0 is held to 1.3.3, which lets a given name stand alone; every other to
1.3.0, which accepts the older versions.
"""

import json
import math
import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

GROUPS = ("v", "t", "r")
_DATES = {"v": ("dt",), "t": ("sc",), "r": ("fr", "df", "du")}
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:\Z|[T ])")
_BIRTH = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?:\Z|[T ])")
_LONGEST_VERSION = 20


def load(name: str) -> dict[str, Any]:
    """Read one of the JSON files that stand in `valuesets/`."""
    found: dict[str, Any] = json.loads((files("khien.certificates") / "valuesets" / f"{name}.json").read_bytes())
    return found


@cache
def validator(version: str = "1.3.0") -> Draft202012Validator:
    """The schema, ready to use. Formats are not asserted: states have issued dates with times, and verifiers accept them."""
    return Draft202012Validator(_exact(load(f"dcc-schema-{version}")))


def fault(certificate: object) -> str | None:
    """Say what is wrong with a certificate's form, without repeating its values; None when nothing is."""
    if not isinstance(certificate, dict):
        return "no certificate inside"
    if not is_json(certificate):
        return "values that JSON does not know"
    # The schema's pattern for versions takes cubic time on a long run of digits.
    version = str(certificate.get("ver", ""))
    if len(version) > _LONGEST_VERSION:
        return "$.ver"
    if sum(group in certificate for group in GROUPS) != 1:
        return "not exactly one of v, t and r"
    error = next(iter(validator("1.3.3" if _is_later(version) else "1.3.0").iter_errors(certificate)), None)
    return str(error.json_path) if error else _false_date(certificate)


def kind(certificate: object) -> str | None:
    """The kind of a well-formed certificate: v (vaccination), t (test) or r (recovery)."""
    if not isinstance(certificate, dict):
        return None
    return next((group for group in GROUPS if group in certificate), None)


def entry(certificate: object) -> dict[str, Any]:
    """The one entry of a certificate, or an empty one where its form is wrong."""
    group = kind(certificate)
    entries = certificate.get(group) if isinstance(certificate, dict) and group else None
    first = entries[0] if isinstance(entries, list) and entries else None
    return first if isinstance(first, dict) else {}


def is_json(value: object) -> bool:
    """Tell whether a value can be written as JSON as it is."""
    match value:
        case dict():
            return all(isinstance(key, str) and is_json(held) for key, held in value.items())
        case list():
            return all(is_json(held) for held in value)
        case float():
            return math.isfinite(value)
        case None | bool() | int() | str():
            return True
    return False


def _false_date(certificate: dict[str, Any]) -> str | None:
    """Find an event's date that no calendar has; a time behind the date is left as it is."""
    group = kind(certificate)
    if not _is_birth(certificate.get("dob", "")):
        return "$.dob"
    for name in _DATES[group or "v"]:
        found = _DATE.match(entry(certificate)[name])
        try:
            date(*(int(part) for part in found.groups())) if found else date(0, 0, 0)
        except ValueError:
            return f"$.{group}[0].{name}"
    return None


def _is_birth(text: str) -> bool:
    """Tell whether a birth date can be: parts that are missing, or written 00, are not known."""
    found = _BIRTH.match(text)
    try:
        return not found or bool(date(int(found[1]), int(found[2] or 0) or 1, int(found[3] or 0) or 1))
    except ValueError:
        return False


def _is_later(version: str) -> bool:
    """Tell whether a version calls itself later than 1.3.0."""
    parts = version.split(".")
    return all(part.isascii() and part.isdigit() for part in parts) and tuple(map(int, parts)) > (1, 3, 0)


def _exact(part: Any) -> Any:
    """Give the schema's patterns the meaning that ECMA 262 gives them: ASCII digits, and $ at the very end."""
    if isinstance(part, dict):
        return {
            key: held.replace("\\d", "[0-9]").replace("$", "\\Z") if key == "pattern" else _exact(held)
            for key, held in part.items()
        }
    return [_exact(held) for held in part] if isinstance(part, list) else part
