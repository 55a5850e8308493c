"""What screening takes and proposes: forms, answers, vital signs, proposals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What screening proposes and the doctor decides, in order of severity: the worst one of all answers wins.

    DEFER stands before REFER: who must wait and also needs a hospital is referred, and the hospital chooses the day.
    """

    ELIGIBLE = "eligible"
    CAUTION = "caution"
    DEFER = "defer"
    REFER = "refer"
    CONTRAINDICATED = "contraindicated"

    @property
    def severity(self) -> int:
        """0 for ELIGIBLE to 4 for CONTRAINDICATED."""
        return list(Verdict).index(self)

    @property
    def clears(self) -> bool:
        """Say whether the dose may be given here and now."""
        return self in (Verdict.ELIGIBLE, Verdict.CAUTION)


# What was decided, as a colleague is told of it.
DECIDED = {
    "eligible": ("cho tiêm", "cleared"), "caution": ("cho tiêm, thận trọng", "cleared with caution"), "defer": ("tạm hoãn", "deferred"),
    "refer": ("chuyển viện", "referred"), "contraindicated": ("chống chỉ định", "contraindicated"), "wait": ("đo lại", "measure again"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a form; `computed` items are answered by the vital signs, `asked_of` limits whom it concerns."""

    no: str
    code: str
    vi: str
    en: str
    yes: Verdict
    why_vi: str
    why_en: str
    detail: str | None = None
    computed: bool = False
    not_sex: str | None = None
    age_from: int = 0
    age_to: int | None = None


@dataclass(frozen=True, slots=True)
class Background:
    """A fact about the person that decides which vital signs are measured; some call for caution by themselves."""

    code: str
    vi: str
    en: str
    yes: Verdict | None = None
    why_vi: str = ""
    why_en: str = ""


@dataclass(frozen=True, slots=True)
class VitalKind:
    """A vital sign: its name, unit, and the values outside which it was surely mistyped."""

    code: str
    vi: str
    en: str
    unit: str
    unit_en: str
    least: Decimal
    most: Decimal
    decimals: int


@dataclass(frozen=True, slots=True)
class NormalRange:
    """What is normal for one vital sign and age; `above_usual` compares with the person's usual value."""

    vital: str
    low: Decimal | None = None
    high: Decimal | None = None
    above_usual: Decimal | None = None
    age_from: int = 0
    age_to: int | None = None


@dataclass(frozen=True, slots=True)
class NeedRule:
    """When vital signs are measured: for all, for some backgrounds, or over an age."""

    vitals: tuple[str, ...]
    when: str
    background: frozenset[str] = frozenset()
    age: int = 0
    vi: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A screening form, as a decision put it in force."""

    code: str
    audience: str
    since: date
    until: date | None
    title_vi: str
    title_en: str
    source: str
    items: tuple[Item, ...]
    background: tuple[Background, ...]
    needs: tuple[NeedRule, ...]
    normal: tuple[NormalRange, ...]

    def item(self, no: str) -> Item | None:
        """The item of this number."""
        return next((item for item in self.items if item.no == no), None)


@dataclass(frozen=True, slots=True)
class FormChoice:
    """The form to use on a day; `text_unknown` when the decision then in force (`decision`) is known by name only."""

    form: Form
    decision: str
    text_unknown: bool
    note_vi: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers by item number, details by item number, background codes; weeks of pregnancy answer 4a and 4b.

    `usual_systolic` is the documented usual pressure of a person treated for hypertension.
    """

    items: Mapping[str, bool] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    background: frozenset[str] = frozenset()
    pregnancy_weeks: int | None = None
    usual_systolic: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The form in which answers are stored and sent; `rules.read_answers` reads it back."""
        return {
            "items": dict(self.items),
            "details": dict(self.details),
            "background": sorted(self.background),
            "pregnancy_weeks": self.pregnancy_weeks,
            "usual_systolic": self.usual_systolic,
        }


@dataclass(frozen=True, slots=True)
class Need:
    """A vital sign to measure, with the reason in both languages (empty when everyone is measured)."""

    vital: str
    label_vi: str
    label_en: str
    unit: str
    why_vi: str = ""
    why_en: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is proposed: the item's number, a code, and one sentence in both languages."""

    item: str
    code: str
    verdict: Verdict
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class MadeUnder:
    """Under which rules and form a device without a line proposed what."""

    rules_version: str
    verdict: Verdict | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """An answer or a measure that is still wanted."""

    item: str
    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the software proposes; the doctor decides. It stands on what is answered so far: see `missing`."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    form: str
    source: str
    needs: tuple[Need, ...] = ()

    @property
    def complete(self) -> bool:
        """Say whether every question is answered and every needed vital sign measured."""
        return not self.missing
