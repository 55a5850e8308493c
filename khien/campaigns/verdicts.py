"""May this dose be given, and which dose comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from khien.campaigns import sentences
from khien.campaigns.ages import add_months, birthday
from khien.campaigns.course import ALLOWED, Course, Judgement, judge, none_yet, slot
from khien.campaigns.evaluation import follow
from khien.campaigns.rulebook import RuleBook, Rules
from khien.campaigns.types import DoseType, DoseVerdict, EvaluatedDose, NextDose, PastDose, Recipient
from khien.kernel.wording import dmy

MAY = frozenset({ALLOWED, "campaigns.before_recommended", "campaigns.after_recommended"})


def check_dose(book: RuleBook, person: Recipient, history: Iterable[PastDose], vaccine: str, on: date) -> DoseVerdict:
    """May this person have this vaccine on this day, as which dose, and if not, why and from when.

    Doses of the history after `on` do not speak: an earlier dose keyed late is judged as it was.
    """
    course = follow(book, person, [dose for dose in history if dose.on_date <= on])[1]
    judged = judge(book.on(on), person, course, vaccine, on)
    allowed = judged.code in MAY
    earliest = _earliest(book, person, course, vaccine, on, allowed)
    return _verdict(book, course, judged, vaccine, on, allowed, earliest)


def _earliest(book: RuleBook, person: Recipient, course: Course, vaccine: str, on: date, allowed: bool) -> date | None:
    """The first allowed day since the last dose when allowed now (today for a first dose), else the first after today."""
    if allowed and course.last_on is None:
        return on
    start = course.last_on if allowed and course.last_on else on
    return next((day for day in turning_days(book, person, course, start)
                 if judge(book.on(day), person, course, vaccine, day).code in MAY), None)


def turning_days(book: RuleBook, person: Recipient, course: Course, after: date) -> Iterator[date]:
    """Every day after `after` on which the rules' answer can change: ends of intervals, birthdays, changes of rules."""
    birth, infected = person.known_birth(), person.facts.last_infection_on
    days, months = book.spans
    found = {after + timedelta(days=1), *book.change_dates}
    if course.last_on:
        found |= {course.last_on + timedelta(days=count) for count in days}
        found |= {add_months(course.last_on, count) for count in months}
    if infected:
        found |= {add_months(infected, count) for count in months}
    for age in book.age_bounds:
        found |= {birthday(birth.earliest(), age), birthday(birth.latest(), age)}
    return iter(sorted(day for day in found if day > after))


def _verdict(book: RuleBook, course: Course, judged: Judgement, vaccine: str, on: date, allowed: bool,
             earliest: date | None) -> DoseVerdict:
    """Word the judgement."""
    vi, en = sentences.explain(sentences.Said(book, course, judged, vaccine, on, None if allowed else earliest))
    first = judged.recommended_on
    if first is not None and earliest is not None:
        first = max(first, earliest)
    return DoseVerdict(
        allowed=allowed, code=judged.code, dose_type=judged.dose_type, ordinal=judged.ordinal, vaccine=vaccine, on=on,
        earliest_on=earliest, recommended_on=first, recommended_to=judged.recommended_to, sentence_vi=vi, sentence_en=en,
        volume_ml=judged.volume_ml, needs_consent=judged.needs_consent, source=judged.source, facts=judged.facts)


def next_dose(book: RuleBook, person: Recipient, history: Iterable[PastDose], on: date) -> NextDose:
    """Which dose comes next, with which vaccines, from when; or that all are given. `history` is taken whole."""
    return _coming(book, person, follow(book, person, history)[1], on)


def whole(book: RuleBook, person: Recipient, history: Iterable[PastDose], on: date) -> tuple[tuple[EvaluatedDose, ...], NextDose]:
    """What `evaluate_history` and `next_dose` say, the history followed once."""
    told, course = follow(book, person, history)
    return told, _coming(book, person, course, on)


def _coming(book: RuleBook, person: Recipient, course: Course, on: date) -> NextDose:
    last = course.last_on
    ready = _allowed_on(book, person, course, on) if last is None or on > last else {}
    start = (last if ready else max(last, on) if last else on) if last else on
    if ready and last is None:
        return _due(book, person, course, ready, on, on)
    for day in turning_days(book, person, course, start or on):
        found = _allowed_on(book, person, course, day)
        if found:
            return _due(book, person, course, ready or found, day, on)
    return _nothing(book, person, course, on)


def _allowed_on(book: RuleBook, person: Recipient, course: Course, day: date) -> dict[str, Judgement]:
    """Every vaccine that may be given on this day, the last one given first."""
    rules = book.on(day)
    if none_yet(rules, person, course, day):
        return {}
    last = course.primary[-1] if course.primary else ""
    judged = {code: judge(rules, person, course, code, day) for code in _possible(rules, course, last)}
    return {code: judged[code] for code in sorted(judged, key=lambda code: (code != last, code)) if judged[code].code in MAY}


def _possible(rules: Rules, course: Course, last: str) -> Iterable[str]:
    """The vaccines worth judging: within a primary series the last one, and those that may follow it by the rules on mixing."""
    if not last or course.primary_complete:
        return rules.vaccines
    return [code for code in rules.vaccines if code == last or (last, code) in rules.mixing]


def _due(book: RuleBook, person: Recipient, course: Course, found: dict[str, Judgement], earliest: date, on: date) -> NextDose:
    """The next dose and its days."""
    first = next(iter(found.values()))
    recommended = max(first.recommended_on, earliest) if first.recommended_on else earliest
    due = earliest <= on
    name, several = sentences.dose_name(first.dose_type, first.ordinal), [sentences.vaccine_name(book, code) for code in found]
    vaccines = ", ".join(pair[0] for pair in several), ", ".join(pair[1] for pair in several)
    if recommended > max(earliest, on):
        days = (f"sớm nhất {dmy(earliest)}, nên tiêm từ {dmy(recommended)}",
                f"earliest {dmy(earliest)}, recommended from {dmy(recommended)}")
    elif due:
        days = "tiêm được ngay", "may be given now"
    else:
        days = f"tiêm được từ {dmy(earliest)}", f"may be given from {dmy(earliest)}"
    return NextDose(
        complete=False, primary_complete=course.primary_complete, code="campaigns.due" if due else "campaigns.due_later",
        dose_type=first.dose_type, ordinal=first.ordinal, vaccines=tuple(found), earliest_on=earliest,
        recommended_on=recommended, recommended_to=first.recommended_to,
        sentence_vi=f"{sentences.cap(name[0])}: {days[0]} ({vaccines[0]}).",
        sentence_en=f"{sentences.cap(name[1])}: {days[1]} ({vaccines[1]}).")


def _nothing(book: RuleBook, person: Recipient, course: Course, on: date) -> NextDose:
    """No day is known: all doses are given, or something only a person can settle stands in the way."""
    day = max(on, course.last_on + timedelta(days=1)) if course.last_on else on
    rules = book.on(day)
    last = course.primary[-1] if course.primary else ""
    tried = [(code, judge(rules, person, course, code, day)) for code in sorted(rules.vaccines, key=lambda code: code != last)]
    dose_type, ordinal, _ = slot(rules, person, course, day)
    blank = Judgement("campaigns.series_complete", dose_type, ordinal)
    code, judged = next((pair for pair in tried if pair[1].code == "campaigns.needs_birth_date"), tried[0] if tried else ("", blank))
    complete = course.primary_complete and judged.code != "campaigns.needs_birth_date"
    if complete:
        judged = judged._replace(code="campaigns.series_complete")
    vi, en = sentences.explain(sentences.Said(book, course, judged, code, day))
    kept: tuple[DoseType | None, int | None] = (None, None) if complete else (dose_type, ordinal)
    return NextDose(complete, course.primary_complete, judged.code, *kept, (), None, None, None, vi, en)
