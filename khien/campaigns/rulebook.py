"""The rule book: every entry ever in force, and the rules of one day."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from khien.campaigns import entries
from khien.campaigns.book_types import (
    Additional,
    Booster,
    InfectionWait,
    LocalInterval,
    Mixing,
    Policy,
    PriorityGroup,
    Schedule,
    Vaccine,
)
from khien.campaigns.entries import Entry
from khien.kernel.errors import Refused

DATA = Path(__file__).parent / "data" / "rulebook.json"
LEAST_OBSERVATION = 30  # minutes; Decree 104/2016, article 5
FIRST_DAY = date(1900, 1, 1)


@dataclass(frozen=True)
class Rules:
    """The rules in force on one day."""

    on: date
    vaccines: Mapping[str, Vaccine] = field(default_factory=dict)
    schedules: Mapping[str, tuple[Schedule, ...]] = field(default_factory=dict)
    mixing: Mapping[tuple[str, str], tuple[Mixing, ...]] = field(default_factory=dict)
    additional: tuple[Additional, ...] = ()
    boosters: Mapping[int, tuple[Booster, ...]] = field(default_factory=dict)
    infection_waits: tuple[InfectionWait, ...] = ()
    local_intervals: Mapping[tuple[str, str], LocalInterval] = field(default_factory=dict)
    groups: tuple[PriorityGroup, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict)

    def policy(self, key: str, name: str, otherwise: int) -> int:
        """One number of a policy in force, or `otherwise`."""
        found = self.policies.get(key)
        return otherwise if found is None else int(found.data.get(name, otherwise))

    def observation_minutes(self, vaccine: str | None = None) -> int:
        """How long a person stays after the dose: the policy's minutes, or the vaccine's where longer."""
        named = self.vaccines.get(vaccine or "")
        return max(self.policy("observation", "minutes", LEAST_OBSERVATION), named.observation_minutes if named else 0)


class RuleBook:
    """All entries of the campaign's rules; `on(day)` gives those in force."""

    def __init__(self, read: Iterable[Entry]) -> None:
        self.entries = tuple(sorted(read, key=lambda entry: (entry.kind, entry.key, entry.since)))
        starts = {entry.since for entry in self.entries}
        ends = {entry.until + timedelta(days=1) for entry in self.entries if entry.until}
        self.change_dates: tuple[date, ...] = tuple(sorted(starts | ends))
        self._epochs: dict[int, Rules] = {}

    @classmethod
    def from_entries(cls, raw: Iterable[Mapping[str, Any]]) -> RuleBook:
        """Read stored entries (kind, key, data, in_force_from, in_force_to, source). Raises Refused campaigns.rule_*."""
        book = cls(entries.read_entry(entry) for entry in raw)
        for before, after in zip(book.entries, book.entries[1:], strict=False):
            if (before.kind, before.key) == (after.kind, after.key) and before.overlaps(after):
                raise Refused("campaigns.rule_overlap", kind=before.kind, key=before.key, since=after.since, until=before.until)
        return book

    def on(self, day: date) -> Rules:
        """The rules in force on this day; days between two changes share one object."""
        index = bisect_right(self.change_dates, day)
        if index not in self._epochs:
            self._epochs[index] = self._rules(self.change_dates[index - 1] if index else FIRST_DAY)
        return self._epochs[index]

    def _rules(self, day: date) -> Rules:
        """Gather the rules of one day."""
        kinds: dict[str, list[Any]] = {kind: [] for kind in entries.FIELDS}
        for entry in self.entries:
            if entry.in_force(day):
                kinds[entry.kind].append(entries.build(entry))
        return Rules(
            on=day,
            vaccines={vaccine.code: vaccine for vaccine in kinds["vaccine"]},
            schedules=_grouped(kinds["schedule"], lambda rule: rule.vaccine),
            mixing=_grouped(kinds["mixing"], lambda rule: (rule.before, rule.after)),
            additional=tuple(kinds["additional"]),
            boosters=_grouped(kinds["booster"], lambda rule: rule.ordinal),
            infection_waits=tuple(kinds["infection_wait"]),
            local_intervals={(rule.vaccine, rule.province): rule for rule in kinds["local_interval"]},
            groups=tuple(sorted(kinds["priority_group"], key=lambda group: (group.order, group.code))),
            policies={policy.key: policy for policy in kinds["policy"]},
        )

    @cached_property
    def vaccines(self) -> Mapping[str, Vaccine]:
        """Every vaccine ever known, as its last entry describes it."""
        return {entry.key: entries.build(entry) for entry in self.entries if entry.kind == "vaccine"}

    @cached_property
    def approvals(self) -> Mapping[str, date]:
        """The first day of each vaccine."""
        found: dict[str, date] = {}
        for entry in self.entries:
            if entry.kind == "vaccine":
                found.setdefault(entry.key, entry.since)
        return found

    @cached_property
    def first_use(self) -> Mapping[str, date]:
        """The first day on which each vaccine has both an approval and a schedule."""
        found: dict[str, date] = {}
        for day in self.change_dates:
            rules = self.on(day)
            for code in rules.schedules:
                if code in rules.vaccines:
                    found.setdefault(code, day)
        return found

    @cached_property
    def spans(self) -> tuple[frozenset[int], frozenset[int]]:
        """Every minimum interval that any entry names: days, months."""
        days: set[int] = set()
        months: set[int] = set()
        for entry in self.entries:
            data = entry.data
            for interval in [*data.get("intervals", ()), *([data["interval"]] if "interval" in data else [])]:
                (months if interval.get("unit") == "month" else days).add(interval["least"])
            if entry.kind == "infection_wait":
                months.add(data["months"])
            if entry.kind == "local_interval":
                days.add(data["start"])
            if (entry.kind, entry.key) == ("policy", "gap"):
                days.add(data["days"])
        return frozenset(days), frozenset(months)

    @cached_property
    def age_bounds(self) -> frozenset[int]:
        """Every age at which any entry begins or no longer holds."""
        bounds = set()
        for entry in self.entries:
            if "age_from" in entry.data:
                bounds.add(entry.data["age_from"])
                if entry.data.get("age_to") is not None:
                    bounds.add(entry.data["age_to"] + 1)
        return frozenset(bounds)

    def versions(self, kind: str, key: str) -> tuple[Entry, ...]:
        """The history of one rule, oldest first."""
        return tuple(entry for entry in self.entries if (entry.kind, entry.key) == (kind, key))

    def group(self, code: str, on: date) -> PriorityGroup | None:
        """The priority group of this code on this day."""
        return next((group for group in self.on(on).groups if group.code == code), None)


def _grouped(rules: Iterable[Any], key: Any) -> dict[Any, tuple[Any, ...]]:
    """Rules by key, each kept in the order of its entry."""
    found: dict[Any, list[Any]] = {}
    for rule in rules:
        found.setdefault(key(rule), []).append(rule)
    return {name: tuple(several) for name, several in found.items()}


def national_entries() -> list[dict[str, Any]]:
    """The entries that ship with Khien: Viet Nam's campaign of 2021-2022, open-ended where nothing replaced them."""
    read: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["entries"]
    return read


@cache
def national() -> RuleBook:
    """The rule book that ships with Khien."""
    return RuleBook.from_entries(national_entries())
