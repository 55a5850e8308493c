"""The rules themselves, as read from their entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from khien.campaigns.ages import AgeBand


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A product: names, EU value-set codes (None where there is none), how to keep and how to handle it.

    `use_within_hours` after the first puncture or dilution; `not_when` names the maker's exclusions (pregnant, breastfeeding).
    """

    code: str
    name: str
    short_vi: str
    short_en: str
    maker: str
    platform: str
    course: str
    eu_mp: str | None
    eu_ma: str | None
    eu_vp: str | None
    cvx: str | None
    booster_ml: Decimal | None
    doses_per_vial: tuple[int, ...]
    use_within_hours: int | None
    storage_vi: str
    storage_en: str
    storage_low_c: Decimal | None
    storage_high_c: Decimal | None
    thawed_days: int | None
    observation_minutes: int
    not_when: frozenset[str]
    components: tuple[str, ...]
    note: str
    source: str

    def short(self, language: str) -> str:
        """The name that people say."""
        return self.short_en if language == "en" else self.short_vi


@dataclass(frozen=True, slots=True)
class Interval:
    """Days since the last dose: `least` stops, `start` to `end` is recommended; `unit` is day or month."""

    least: int
    start: int
    end: int | None
    unit: str = "day"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The primary doses of one vaccine in one age band; `finish` lets a series begun in the band end in it."""

    key: str
    vaccine: str
    ages: AgeBand
    doses: int
    intervals: tuple[Interval, ...]
    volume_ml: Decimal
    finish: bool
    source: str


@dataclass(frozen=True, slots=True)
class Mixing:
    """Permission to go on with another vaccine in the primary series."""

    before: str
    after: str
    ages: AgeBand
    interval: Interval
    needs_consent: bool
    source: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Which vaccines may follow a primary series: the same one, those of a platform, or named ones."""

    same: bool
    platforms: frozenset[str]
    codes: frozenset[str]

    def holds(self, vaccine: Vaccine, before: frozenset[str]) -> bool:
        """Say whether this vaccine may follow these (same: all of the series was of this product)."""
        return (self.same and before == {vaccine.code}) or vaccine.platform in self.platforms or vaccine.code in self.codes


@dataclass(frozen=True, slots=True)
class Additional:
    """The dose that completes a series which protected less: immune deficiency, or after some vaccines."""

    ages: AgeBand
    interval: Interval
    after: frozenset[str]
    immune_deficient: bool
    choice: Choice
    source: str


@dataclass(frozen=True, slots=True)
class Booster:
    """One booster, by ordinal and age."""

    key: str
    ordinal: int
    ages: AgeBand
    interval: Interval
    choice: Choice
    source: str


@dataclass(frozen=True, slots=True)
class InfectionWait:
    """How long after an infection a dose waits; `ordinal` None means every dose of the types."""

    ages: AgeBand
    dose_types: frozenset[str]
    ordinal: int | None
    months: int
    source: str


@dataclass(frozen=True, slots=True)
class LocalInterval:
    """A province's own recommended interval between primary doses of a vaccine."""

    vaccine: str
    province: str
    start: int
    end: int | None
    source: str


@dataclass(frozen=True, slots=True)
class PriorityGroup:
    """One of the sixteen groups, or a province's own under 16 ("16.79.01")."""

    code: str
    vi: str
    en: str
    parent: str | None
    province: str | None
    order: int
    source: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A named number or set of numbers that the whole campaign follows."""

    key: str
    data: Mapping[str, Any]
    source: str
