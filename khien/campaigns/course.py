"""A person's course so far, and the judgement of one more dose by the rules of one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from khien.campaigns.ages import AgeBand, add_months
from khien.campaigns.book_types import Additional, Booster, Choice, Interval, Mixing, Schedule, Vaccine
from khien.campaigns.rulebook import Rules
from khien.campaigns.types import DoseType, Recipient

ALLOWED = "campaigns.allowed"
NO_FACTS: Mapping[str, Any] = {}
GAP_DAYS = 28  # general knowledge; the policy "gap" overrides it


@dataclass(frozen=True, slots=True)
class Course:
    """What the doses so far amount to. `last_on` is the last injection of any kind, counted or not."""

    primary: tuple[str, ...] = ()
    size: int = 2
    skipped: int = 0  # primary doses that a later record presumes
    schedule: Schedule | None = None
    additional: int = 0
    boosters: int = 0
    extra: int = 0
    invalid: int = 0
    counted: int = 0
    last_on: date | None = None
    last_counted: tuple[DoseType, int] | None = None
    last_was_invalid: bool = False

    @property
    def primary_done(self) -> int:
        """Primary doses that count."""
        return len(self.primary) + self.skipped

    @property
    def primary_complete(self) -> bool:
        """Say whether the primary series is complete."""
        return self.primary_done >= self.size

    def after(self, on: date, vaccine: str, dose_type: DoseType, ordinal: int, schedule: Schedule | None) -> Course:
        """The course with one more dose that counts."""
        moved = replace(self, last_on=on, counted=self.counted + 1, last_counted=(dose_type, ordinal), last_was_invalid=False)
        if dose_type is DoseType.PRIMARY:
            first = schedule if not self.primary else self.schedule
            size = first.doses if first else self.size
            return replace(moved, primary=(*self.primary, vaccine), skipped=max(self.skipped, ordinal - 1 - len(self.primary)),
                           schedule=first, size=size)
        skipped = max(self.skipped, self.size - len(self.primary))
        if dose_type is DoseType.ADDITIONAL:
            return replace(moved, skipped=skipped, additional=max(self.additional, ordinal))
        if dose_type is DoseType.BOOSTER:
            return replace(moved, skipped=skipped, boosters=max(self.boosters, ordinal))
        return replace(moved, extra=self.extra + 1)

    def after_invalid(self, on: date) -> Course:
        """The course with one more injection that does not count: later intervals run from it all the same."""
        return replace(self, last_on=on, invalid=self.invalid + 1, last_was_invalid=True)


class Judgement(NamedTuple):
    """The rules' answer for one vaccine on one day; a tuple, for a page makes dozens of them."""

    code: str
    dose_type: DoseType
    ordinal: int
    interval: Interval | None = None
    due_on: date | None = None
    recommended_on: date | None = None
    recommended_to: date | None = None
    volume_ml: Decimal | None = None
    needs_consent: bool = False
    schedule: Schedule | None = None
    source: str = ""
    facts: Mapping[str, Any] = NO_FACTS


def slot(rules: Rules, person: Recipient, course: Course, on: date) -> tuple[DoseType, int, Additional | None]:
    """Which dose comes next: primary, additional where it is due, then boosters."""
    if not course.primary_complete:
        return DoseType.PRIMARY, course.primary_done + 1, None
    if not course.additional and not course.boosters:
        for rule in rules.additional:
            called = (rule.immune_deficient and person.facts.immune_deficient) or rule.after & set(course.primary)
            if called and rule.ages.surely(person.known_birth(), on):
                return DoseType.ADDITIONAL, 1, rule
    return DoseType.BOOSTER, course.boosters + 1, None


def judge(rules: Rules, person: Recipient, course: Course, vaccine: str, on: date,
          stated: tuple[DoseType, int] | None = None) -> Judgement:
    """Judge one dose of this vaccine on this day. `stated` overrides the slot for a dose that was already given."""
    dose_type, ordinal, additional = slot(rules, person, course, on)
    if stated:
        dose_type, ordinal = stated
        additional = next(iter(rules.additional), None) if dose_type is DoseType.ADDITIONAL else None
    known = rules.vaccines.get(vaccine)
    blank = Judgement("", dose_type, ordinal)
    if known is None:
        return blank._replace(code="campaigns.not_approved_yet")
    if course.last_on is not None and on <= course.last_on:
        return blank._replace(code="campaigns.same_day", facts={"last_on": course.last_on})
    if dose_type is DoseType.PRIMARY:
        found = _primary(rules, person, course, known, on, blank)
    else:
        found = _later(rules, person, course, known, on, blank, additional)
    return _timed(rules, person, course, known, on, found) if not found.code else found


def _primary(rules: Rules, person: Recipient, course: Course, vaccine: Vaccine, on: date, blank: Judgement) -> Judgement:
    """The primary dose: its schedule by age, or the permission to mix."""
    before = course.primary[-1] if course.primary else ""
    if course.primary and before != vaccine.code:
        return _mixed(rules, person, course, vaccine, on, blank, before)
    begun = course.schedule if course.primary and course.schedule and course.schedule.finish else None
    schedule, code = _by_age(rules.schedules.get(vaccine.code, ()), person, on)
    if schedule is None and begun is not None and begun.vaccine == vaccine.code:
        schedule = next((rule for rule in rules.schedules.get(vaccine.code, ()) if rule.key == begun.key), None)
    if schedule is None:
        return blank._replace(code=code, facts=_bounds(rules.schedules.get(vaccine.code, ())))
    interval = _nth(schedule.intervals, blank.ordinal) or _gap(rules)
    local = rules.local_intervals.get((vaccine.code, person.province))
    if local and course.primary:
        interval = Interval(min(interval.least, local.start), local.start, local.end)
    return blank._replace(interval=interval, schedule=schedule, volume_ml=schedule.volume_ml,
                   source=local.source if local and course.primary else schedule.source)


def _mixed(rules: Rules, person: Recipient, course: Course, vaccine: Vaccine, on: date, blank: Judgement,
           before: str) -> Judgement:
    """A primary dose of another vaccine than the last."""
    permissions = rules.mixing.get((before, vaccine.code), ())
    rule, code = _by_age(permissions, person, on)
    if rule is None:
        code = code if code == "campaigns.needs_birth_date" else "campaigns.mixing_not_allowed"
        return blank._replace(code=code, facts={"before": before})
    schedule, code = _by_age(rules.schedules.get(vaccine.code, ()), person, on)
    if schedule is None:
        return blank._replace(code=code, facts=_bounds(rules.schedules.get(vaccine.code, ())))
    return blank._replace(interval=rule.interval, schedule=schedule, volume_ml=schedule.volume_ml,
                   needs_consent=rule.needs_consent, source=rule.source, facts={"before": before})


def _later(rules: Rules, person: Recipient, course: Course, vaccine: Vaccine, on: date, blank: Judgement,
           additional: Additional | None) -> Judgement:
    """An additional dose or a booster: the rule by ordinal and age, then which vaccine may follow."""
    rule: Additional | Booster | None = additional
    if blank.dose_type is not DoseType.ADDITIONAL:
        boosters = rules.boosters.get(blank.ordinal, ())
        rule, code = _by_age(boosters, person, on)
        if rule is None:
            return blank._replace(code=code if code == "campaigns.needs_birth_date" else "campaigns.series_complete")
    if rule is None:
        return blank._replace(code="campaigns.series_complete")
    schedule, code = _by_age(rules.schedules.get(vaccine.code, ()), person, on)
    choice: Choice = rule.choice
    if not choice.holds(vaccine, frozenset(course.primary)):
        return blank._replace(code="campaigns.vaccine_not_for_this_dose")
    if schedule is None:
        return blank._replace(code=code, facts=_bounds(rules.schedules.get(vaccine.code, ())))
    half = vaccine.booster_ml if blank.dose_type is DoseType.BOOSTER else None
    return blank._replace(interval=rule.interval, schedule=schedule, volume_ml=half or schedule.volume_ml, source=rule.source)


def none_yet(rules: Rules, person: Recipient, course: Course, on: date) -> bool:
    """Say whether `judge` surely allows no vaccine on this day: the dose after a primary course has no rule for this age, or its interval runs."""
    dose_type, ordinal, rule = slot(rules, person, course, on)
    if dose_type is DoseType.PRIMARY:
        return False
    found = rule or _by_age(rules.boosters.get(ordinal, ()), person, on)[0]
    due = _dates(course, found.interval)[0] if found else None
    return found is None or (due is not None and on < due)


def _timed(rules: Rules, person: Recipient, course: Course, vaccine: Vaccine, on: date, found: Judgement) -> Judgement:
    """What only time or health holds back: the maker's exclusions, an infection, the interval."""
    facts = person.facts
    due, recommended, until = _dates(course, found.interval)
    told: dict[str, Any] = {"due_on": due, "recommended_on": recommended, "recommended_to": until}
    if (facts.pregnant and "pregnant" in vaccine.not_when) or (facts.breastfeeding and "breastfeeding" in vaccine.not_when):
        return found._replace(code="campaigns.not_for_pregnant", **told)
    free_on = infection_free_on(rules, person, found.dose_type, found.ordinal, on)
    if free_on and on < free_on[0]:
        told["due_on"] = max(free_on[0], due or free_on[0])
        facts_told = {**found.facts, "months": free_on[1], "infected_on": facts.last_infection_on}
        return found._replace(code="campaigns.after_infection", facts=facts_told, **told)
    code = ALLOWED
    if due and on < due:
        code = "campaigns.too_early"
    elif recommended and on < recommended:
        code = "campaigns.before_recommended"
    elif until and on > until:
        code = "campaigns.after_recommended"
    return found._replace(code=code, **told)


def infection_free_on(rules: Rules, person: Recipient, dose_type: DoseType, ordinal: int, on: date) -> tuple[date, int] | None:
    """The first day after the wait that an infection asks for, with its months; None when there is no wait."""
    infected = person.facts.last_infection_on
    if infected is None:
        return None
    birth = person.known_birth()
    months = [rule.months for rule in rules.infection_waits
              if dose_type in rule.dose_types and rule.ordinal in (None, ordinal) and rule.ages.possibly(birth, on)]
    return (add_months(infected, max(months)), max(months)) if months else None


def _dates(course: Course, interval: Interval | None) -> tuple[date | None, date | None, date | None]:
    """The first day, the first recommended day and the last recommended day after the last injection."""
    if interval is None or course.last_on is None:
        return None, None, None
    day, unit = course.last_on, interval.unit
    return (_later_by(day, interval.least, unit), _later_by(day, interval.start, unit),
            _later_by(day, interval.end, unit) if interval.end is not None else None)


def _later_by(day: date, count: int, unit: str) -> date:
    return add_months(day, count) if unit == "month" else day + timedelta(days=count)


def _nth(intervals: tuple[Interval, ...], ordinal: int) -> Interval | None:
    """The interval before the dose of this ordinal; a repeated first dose waits as a second would."""
    return intervals[min(max(ordinal - 2, 0), len(intervals) - 1)] if intervals else None


def _gap(rules: Rules) -> Interval:
    """The interval where no schedule names one: a dose that repeats one which does not count."""
    days = rules.policy("gap", "days", GAP_DAYS)
    return Interval(days, days, None)


def _by_age[Rule: (Schedule, Mixing, Booster)](rules: Iterable[Rule], person: Recipient, on: date) -> tuple[Rule | None, str]:
    """The rule whose ages surely hold this person, or the reason why none does."""
    birth, several = person.known_birth(), tuple(rules)
    for rule in several:
        if rule.ages.surely(birth, on):
            return rule, ""
    if any(rule.ages.possibly(birth, on) for rule in several):
        return None, "campaigns.needs_birth_date"
    bands: list[AgeBand] = [rule.ages for rule in several]
    if any(band.low > birth.age_max(on) for band in bands):
        return None, "campaigns.too_young"
    return None, "campaigns.too_old" if bands else "campaigns.not_approved_yet"


def _bounds(schedules: tuple[Schedule, ...]) -> dict[str, Any]:
    """The ages that a vaccine is for, for the sentence."""
    if not schedules:
        return {}
    highs = [rule.ages.high for rule in schedules]
    return {"age_from": min(rule.ages.low for rule in schedules),
            "age_to": None if None in highs else max(high for high in highs if high is not None)}
