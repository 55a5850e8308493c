"""What an edit of a rule changes: the answers for a few typical people, before and after. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from khien.campaigns.ages import add_months
from khien.campaigns.rulebook import RuleBook, Rules
from khien.campaigns.types import DoseVerdict, Facts, PastDose, Recipient
from khien.campaigns.verdicts import check_dose
from khien.kernel.births import PartialDate

MOST_CHANGED, MOST_SAME = 12, 4
GROWN_UP, OLD, CHILD = 30, 67, 10
GAP = 28  # days between earlier doses where no schedule says
Span = tuple[int, str]  # count, unit (day or month)


@dataclass(frozen=True, slots=True)
class Typical:
    """One typical person: age in years, doses already given (vaccines, the last one `ago`), what the rules ask of health."""

    age: int
    doses: tuple[str, ...] = ()
    ago: Span | None = None
    eve: bool = False  # one day short of `ago`
    pregnant: bool = False
    immune_deficient: bool = False
    infected: Span | None = None
    province: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One person and one vaccine: the answer before and after."""

    who: Typical
    vaccine: str
    before: DoseVerdict
    after: DoseVerdict

    @property
    def changed(self) -> bool:
        """Say whether a person at the desk would notice."""
        return _noticed(self.before) != _noticed(self.after)


@dataclass(frozen=True, slots=True)
class Preview:
    """The answers on the day asked; `minutes` and `guardian_under` where a rule of the whole campaign moves them."""

    on: date
    lines: tuple[Line, ...]
    changed: int
    asked: int
    minutes: tuple[int, int] | None = None
    guardian_under: tuple[int, int] | None = None


def compare(
    before: RuleBook, after: RuleBook, *, kind: str, key: str, old: Mapping[str, Any] | None, new: Mapping[str, Any], on: date
) -> Preview:
    """Ask both books about the people whom this rule concerns, and say which answers differ."""
    rules = after.on(on)
    lines = []
    for who, vaccine in _asked(kind, key, old or {}, new, rules):
        try:
            person, history = _person(who, on), tuple(_history(who, on, rules))
            lines.append(Line(who, vaccine, *(check_dose(book, person, history, vaccine, on) for book in (before, after))))
        except (KeyError, ValueError):
            continue
    moved = [line for line in lines if line.changed]
    same = [line for line in lines if not line.changed]
    named = key if kind == "vaccine" else None
    minutes = (before.on(on).observation_minutes(named), rules.observation_minutes(named))
    under = tuple(book.on(on).policy("guardian", "under_age", 18) for book in (before, after))
    return Preview(
        on, (*moved[:MOST_CHANGED], *same[:MOST_SAME]), len(moved), len(lines), minutes if minutes[0] != minutes[1] else None,
        (under[0], under[1]) if under[0] != under[1] else None,
    )  # fmt: skip


def _noticed(verdict: DoseVerdict) -> tuple[Any, ...]:
    return (
        verdict.allowed, verdict.code, verdict.dose_type, verdict.ordinal, verdict.earliest_on, verdict.recommended_on,
        verdict.recommended_to, verdict.volume_ml, verdict.needs_consent,
    )  # fmt: skip


def _asked(kind: str, key: str, old: Mapping[str, Any], new: Mapping[str, Any], rules: Rules) -> Iterator[tuple[Typical, str]]:
    """The people and vaccines that a rule of this kind concerns."""
    ages = _ages(old, new)
    if kind == "vaccine":
        for who in (Typical(GROWN_UP), Typical(OLD), Typical(CHILD), Typical(GROWN_UP, pregnant=True)):
            yield who, key
    elif kind in ("schedule", "local_interval"):
        yield from _primary(str(new.get("vaccine", "")), ages, _spans(old, new), str(new.get("province") or ""), kind)
    elif kind == "mixing":
        for who in _after((str(new.get("before", "")),), ages, _spans(old, new)):
            yield who, str(new.get("after", ""))
    elif kind in ("booster", "additional"):
        yield from _later(kind, ages, old, new, rules)
    elif kind == "infection_wait":
        yield from _infected(ages, old, new, rules)
    elif (kind, key) == ("policy", "gap"):
        spans = [(int(data["days"]), "day") for data in (old, new) if isinstance(data.get("days"), int)]
        for who in _after(("AZ",), [GROWN_UP], spans):
            yield from ((who, vaccine) for vaccine in sorted(rules.schedules))


def _primary(vaccine: str, ages: list[int], spans: list[Span], province: str, kind: str) -> Iterator[tuple[Typical, str]]:
    if kind == "schedule":
        yield from ((Typical(age), vaccine) for age in ages)
    for who in _after((vaccine,), ages, spans, province):
        yield who, vaccine


def _later(
    kind: str, ages: list[int], old: Mapping[str, Any], new: Mapping[str, Any], rules: Rules
) -> Iterator[tuple[Typical, str]]:
    """Who finished the primary doses, and those boosters that come before."""
    before = int(new.get("ordinal") or 1) - 1 if kind == "booster" else 0
    firsts = [code for code in ("PFIZER", "AZ") if code in rules.schedules] or sorted(rules.schedules)[:1]
    firsts += [code for code in new.get("after") or () if code in rules.schedules]
    for first in firsts:
        size = max((one.doses for one in rules.schedules[first]), default=2)
        for who in _after((first,) * (size + before), ages, _spans(old, new)):
            ill = replace(who, immune_deficient=bool(new.get("immune_deficient"))) if kind == "additional" else who
            for vaccine in [code for code in ("PFIZER", "AZ", "MODERNA") if code in rules.schedules]:
                yield ill, vaccine


def _infected(ages: list[int], old: Mapping[str, Any], new: Mapping[str, Any], rules: Rules) -> Iterator[tuple[Typical, str]]:
    spans = sorted({(int(data["months"]), "month") for data in (old, new) if isinstance(data.get("months"), int)})
    vaccine = "PFIZER" if "PFIZER" in rules.schedules else next(iter(sorted(rules.schedules)), "")
    boosted = new.get("dose_types") == ["booster"]
    doses = (vaccine,) * (2 + (int(new.get("ordinal") or 1) - 1)) if boosted else ()
    for age in ages:
        for span in (*((max(0, count - 1), unit) for count, unit in spans), *spans):
            yield Typical(age, doses, (9, "month") if doses else None, infected=span), vaccine


def _after(doses: tuple[str, ...], ages: Iterable[int], spans: Iterable[Span], province: str = "") -> Iterator[Typical]:
    """People with these doses, the last one each span ago, and one day short of it."""
    for span in spans:
        for eve in (True, False):
            if span[0] or not eve:
                yield from (Typical(age, doses, span, eve, province=province) for age in ages)


def _ages(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[int]:
    """Both sides of every age at which the rule begins or ends, and one in the middle."""
    found = {GROWN_UP}
    for data in (old, new):
        if isinstance(data.get("age_from"), int):
            found |= {data["age_from"] - 1, data["age_from"]}
        if isinstance(data.get("age_to"), int):
            found |= {data["age_to"], data["age_to"] + 1}
    moved = {age for age in found if 2 <= age <= 110}
    return [*sorted(moved - {GROWN_UP}), GROWN_UP]


def _spans(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Span]:
    """Every interval that the rule names, or named."""
    found: set[Span] = set()
    for data in (old, new):
        for one in [*(data.get("intervals") or ()), *([data["interval"]] if data.get("interval") else [])]:
            found |= {(int(one[name]), one.get("unit") or "day") for name in ("least", "start")}
        if isinstance(data.get("start"), int):
            found.add((data["start"], "day"))
    return sorted(found, key=lambda span: span[0] * (30 if span[1] == "month" else 1))


def _person(who: Typical, on: date) -> Recipient:
    birth = add_months(on, -12 * who.age) - timedelta(days=330)  # an age reached well before the doses that are told
    facts = Facts(
        immune_deficient=who.immune_deficient, pregnant=who.pregnant, last_infection_on=_back(on, who.infected) if who.infected else None
    )
    return Recipient(PartialDate.of(birth), facts=facts, province=who.province)


def _back(on: date, span: Span) -> date:
    return add_months(on, -span[0]) if span[1] == "month" else on - timedelta(days=span[0])


def _history(who: Typical, on: date, rules: Rules) -> Iterator[PastDose]:
    """The doses of a typical person, each at its schedule's distance from the next."""
    if not who.doses or who.ago is None:
        return
    day = _back(on, who.ago) + timedelta(days=int(who.eve))
    found = [PastDose(who.doses[-1], day)]
    for vaccine in reversed(who.doses[:-1]):
        spaced = [one.start for rule in rules.schedules.get(vaccine, ()) for one in rule.intervals if one.unit == "day"]
        day -= timedelta(days=max([*spaced, GAP]) if len(found) == 1 else 4 * GAP)
        found.append(PastDose(vaccine, day))
    yield from reversed(found)
