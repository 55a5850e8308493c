"""An officer's edit of a rule, checked before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from khien.campaigns import entries
from khien.campaigns.ages import AgeBand
from khien.campaigns.entries import Entry
from khien.campaigns.rulebook import RuleBook
from khien.kernel.errors import Refused

# Where an entry's data names vaccines.
_VACCINE_FIELDS = ("vaccine", "before", "after")
_BANDED = {"schedule": "vaccine", "booster": "ordinal"}


def check_entry(kind: str, data: Mapping[str, Any], *, book: RuleBook | None = None, key: str = "",
                in_force_from: date | None = None, in_force_to: date | None = None, replaces: bool = False) -> None:
    """Check a rule before it is kept: its own shape, and, given the book and the days, how it stands beside the others.

    `replaces` says that the action closes the entry of the same key on the day before.
    Raises Refused: campaigns.rule_unknown_kind, rule_missing_field, rule_unknown_field, rule_bad_value, rule_negative_days,
    rule_min_over_recommended, rule_ages_reversed, rule_wrong_count, rule_dates_reversed, rule_unknown_vaccine,
    rule_bad_group, rule_overlap, rule_key_missing.
    """
    entries.check_shape(kind, data)
    if in_force_from and in_force_to and in_force_to < in_force_from:
        raise Refused("campaigns.rule_dates_reversed", since=in_force_from, until=in_force_to)
    if kind == "priority_group" and key:
        entries.check_group_code(key, data)
    if book is None:
        return
    if not key:
        raise Refused("campaigns.rule_key_missing", kind=kind)
    _check_vaccines(kind, data, book)
    if in_force_from:
        _check_overlap(Entry(kind, key, data, in_force_from, in_force_to, ""), book, replaces)


def _check_vaccines(kind: str, data: Mapping[str, Any], book: RuleBook) -> None:
    """Every vaccine that a rule names is one the book knows."""
    named: list[str] = []
    for name in _VACCINE_FIELDS:
        value = data.get(name)
        named += value if isinstance(value, list) else [value] if value else []
    named += data.get("choice", {}).get("codes") or []
    for vaccine in named:
        if vaccine not in book.vaccines:
            raise Refused("campaigns.rule_unknown_vaccine", kind=kind, vaccine=vaccine)


def _check_overlap(new: Entry, book: RuleBook, replaces: bool) -> None:
    """No two rules of one key, and no two age bands of one vaccine or booster, hold on the same day."""
    for old in book.entries:
        if old.kind != new.kind or not old.overlaps(new):
            continue
        same = old.key == new.key
        if same and replaces and old.until is None and old.since < new.since:
            continue
        if same or _bands_touch(old, new):
            raise Refused("campaigns.rule_overlap", kind=new.kind, key=old.key, since=old.since, until=old.until)


def _bands_touch(old: Entry, new: Entry) -> bool:
    """Say whether two rules for the same vaccine or booster share an age."""
    field = _BANDED.get(new.kind)
    if field is None or old.data[field] != new.data[field]:
        return False
    bands = [AgeBand(entry.data["age_from"], entry.data.get("age_to")) for entry in (old, new)]
    return bands[0].touches(bands[1])
