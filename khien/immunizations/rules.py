"""What may be written into the record. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused

CORRECTABLE = frozenset({
    "vaccine", "on_date", "lot_number", "lot_id", "volume_ml", "performed_at", "performed_by", "performed_by_name", "facility_id",
    "facility_name", "country", "evidence", "evidence_file",
})  # fmt: skip
DECISIONS = {True: ("valid", "campaigns.marked_valid"), False: ("invalid", "campaigns.marked_invalid"), None: ("valid", "")}


def check_told(vaccine: str, on_date: date, birth: PartialDate, *, today: date) -> None:
    """Check what a dose says of itself: nothing is given tomorrow, or before birth.

    Raises Refused: immunizations.vaccine_missing, immunizations.date_in_future, immunizations.before_birth.
    """
    if not vaccine.strip():
        raise Refused("immunizations.vaccine_missing")
    if on_date > today:
        raise Refused("immunizations.date_in_future", on_date=on_date)
    if on_date < birth.earliest():
        raise Refused("immunizations.before_birth", on_date=on_date)


def columns(changes: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a correction into columns; `dose` is what the paper states, `valid` a person's decision.

    Raises Refused immunizations.not_correctable (field).
    """
    found: dict[str, Any] = {}
    for name, value in changes.items():
        if name == "dose":
            kept = {key: kept for key, kept in facts.items() if key != "stated"}
            found["validity_facts"] = kept | ({"stated": [str(getattr(value[0], "value", value[0])), value[1]]} if value else {})
        elif name == "valid":
            found["validity"], found["validity_code"] = DECISIONS[value]
        elif name in CORRECTABLE:
            found[name] = value
        else:
            raise Refused("immunizations.not_correctable", field=name)
    return found
