"""What must hold for any history, age and day."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from khien.campaigns import rules
from khien.campaigns.ages import add_months, birthday
from khien.campaigns.course import judge, none_yet
from khien.campaigns.evaluation import follow
from khien.campaigns.types import DoseType, DoseVerdict, Evidence, Facts, PastDose, Recipient, Validity
from khien.campaigns.verdicts import MAY
from khien.kernel.births import PartialDate
from khien.kernel.sex import Sex

BOOK = rules.national()
CODES = [*BOOK.vaccines, "NOVAVAX"]
DAYS = st.dates(date(2021, 1, 1), date(2027, 12, 31))
ABOUT_NOW = st.dates(date(2022, 8, 1), date(2027, 12, 31))  # after the last change of the rules


@st.composite
def births(draw: st.DrawFn) -> PartialDate:
    day = draw(st.one_of(st.dates(date(1920, 1, 1), date(2025, 12, 31)), st.just(date(2008, 2, 29)), st.just(date(2016, 2, 29))))
    return draw(st.sampled_from([PartialDate.of(day), PartialDate(day.year, day.month), PartialDate(day.year)]))


PERSONS = st.builds(
    Recipient, births(), st.sampled_from(Sex),
    st.builds(Facts, st.booleans(), st.booleans(), st.booleans(), st.one_of(st.none(), DAYS)), st.sampled_from(["", "79"]))
GIVEN = st.builds(
    PastDose, st.sampled_from(CODES), DAYS, st.one_of(st.none(), st.sampled_from(DoseType)), st.one_of(st.none(), st.integers(1, 5)),
    st.sampled_from([None, None, None, True, False]), st.sampled_from(Evidence), st.sampled_from(["", "a", "b"]))
HISTORIES = st.lists(GIVEN, max_size=7)
# Histories as they happen: one or two products, honest intervals.
PLAIN = st.lists(st.tuples(st.sampled_from(CODES), st.integers(1, 200)), max_size=5)


def plain(parts: list[tuple[str, int]], start: date = date(2022, 8, 1)) -> list[PastDose]:
    found, day = [], start
    for vaccine, gap in parts:
        day += timedelta(days=gap)
        found.append(PastDose(vaccine, day))
    return found


@given(PERSONS, HISTORIES)
def test_any_history_is_evaluated_whole(person, history):
    told = rules.evaluate_history(BOOK, person, history)
    assert sorted(dose.dose.sort_key() for dose in told) == sorted(dose.sort_key() for dose in history)
    for dose in told:
        assert dose.ordinal >= 1
        assert dose.sentence_vi.endswith(".")
        assert dose.sentence_en.endswith(".")
    assert [dose.number for dose in told if dose.counted] == list(range(1, sum(dose.counted for dose in told) + 1))


@given(PERSONS, HISTORIES, st.randoms(use_true_random=False))
def test_the_order_in_which_doses_are_told_does_not_matter(person, history, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert rules.evaluate_history(BOOK, person, history) == rules.evaluate_history(BOOK, person, shuffled)


@given(PERSONS, HISTORIES)
def test_no_type_and_ordinal_is_counted_twice(person, history):
    counted = [(dose.dose_type, dose.ordinal) for dose in rules.evaluate_history(BOOK, person, history) if dose.counted]
    assert len(counted) == len(set(counted))


@given(PERSONS, HISTORIES, st.sampled_from(CODES), DAYS)
def test_every_verdict_says_one_sentence_in_two_languages(person, history, vaccine, on):
    verdict = rules.check_dose(BOOK, person, history, vaccine, on)
    for sentence in (verdict.sentence_vi, verdict.sentence_en):
        assert sentence.endswith(".")
        assert "{" not in sentence
        assert "None" not in sentence
    assert verdict.allowed == (verdict.code in {"campaigns.allowed", "campaigns.before_recommended", "campaigns.after_recommended"})
    if verdict.allowed:
        assert verdict.volume_ml is not None
        assert verdict.earliest_on is not None
        assert verdict.earliest_on <= on


@given(PERSONS, HISTORIES, DAYS)
def test_a_day_that_is_passed_over_allows_no_vaccine(person, history, on):
    """The next dose skips days on which no vaccine can be allowed: none of them is, judged one by one."""
    _, course = follow(BOOK, person, history)
    assume(none_yet(BOOK.on(on), person, course, on))
    assert not {judge(BOOK.on(on), person, course, code, on).code for code in CODES} & MAY


@settings(max_examples=60)
@given(PERSONS, PLAIN, st.sampled_from([*BOOK.vaccines]), DAYS)
def test_the_earliest_day_is_truly_the_first_allowed_day(person, parts, vaccine, on):
    history = [dose for dose in plain(parts, date(2021, 6, 1)) if dose.on_date <= on]
    verdict = rules.check_dose(BOOK, person, history, vaccine, on)
    assume(not verdict.allowed)
    end = verdict.earliest_on or on + timedelta(days=500)
    for days in range(1, min((end - on).days, 250)):
        assert not rules.check_dose(BOOK, person, history, vaccine, on + timedelta(days=days)).allowed
    if verdict.earliest_on:
        assert verdict.earliest_on > on
        assert rules.check_dose(BOOK, person, history, vaccine, verdict.earliest_on).allowed


def allowed_dose(person: Recipient, history: list[PastDose], on: date, wait: int) -> DoseVerdict | None:
    """A dose that may be given, some days after it becomes possible; None when no day is known."""
    coming = rules.next_dose(BOOK, person, history, on)
    if coming.earliest_on is None:
        return None
    first = rules.check_dose(BOOK, person, history, coming.vaccines[-1], coming.earliest_on)
    later = rules.check_dose(BOOK, person, history, coming.vaccines[-1], coming.earliest_on + timedelta(days=wait))
    return later if later.allowed else first if first.allowed else None


@given(PERSONS, PLAIN, ABOUT_NOW, st.integers(0, 300), st.integers(1, 2000))
@example(Recipient(PartialDate(2008, 2, 29)), [("AZ", 1)], date(2026, 3, 1), 0, 1)
def test_what_is_allowed_stays_allowed_until_age_forbids_it(person, parts, on, wait, days):
    history = [dose for dose in plain(parts) if dose.on_date < on]
    verdict = allowed_dose(person, history, on, wait)
    if verdict is not None:
        later = rules.check_dose(BOOK, person, history, verdict.vaccine, verdict.on + timedelta(days=days))
        assert (later.allowed or later.code in {"campaigns.too_old", "campaigns.needs_birth_date"}
                or _grew_up(person, verdict.on, days))


def _grew_up(person: Recipient, on: date, days: int) -> bool:
    """Say whether the person passed an age at which other rules begin."""
    born = person.known_birth()
    return any(on < birthday(day, age) <= on + timedelta(days=days)
               for age in BOOK.age_bounds for day in (born.earliest(), born.latest()))


@given(PERSONS, PLAIN, ABOUT_NOW)
def test_the_next_dose_is_allowed_on_its_first_day_with_every_vaccine_named(person, parts, on):
    history = [dose for dose in plain(parts) if dose.on_date <= on]
    coming = rules.next_dose(BOOK, person, history, on)
    if coming.earliest_on is None:
        assert coming.vaccines == ()
        return
    day = max(coming.earliest_on, on) if history and on > history[-1].on_date else coming.earliest_on
    verdicts = [rules.check_dose(BOOK, person, history, vaccine, day) for vaccine in coming.vaccines]
    assert verdicts
    assert all(verdict.allowed for verdict in verdicts)
    assert {(verdict.dose_type, verdict.ordinal) for verdict in verdicts} == {(coming.dose_type, coming.ordinal)}
    assert coming.recommended_on >= coming.earliest_on


@given(PERSONS, PLAIN, ABOUT_NOW, st.integers(0, 300))
def test_a_dose_given_when_allowed_is_valid_afterwards_as_the_dose_it_was_promised_to_be(person, parts, on, wait):
    history = [dose for dose in plain(parts) if dose.on_date < on]
    verdict = allowed_dose(person, history, on, wait)
    if verdict is not None:
        dose = PastDose(verdict.vaccine, verdict.on, verdict.dose_type, verdict.ordinal)
        told = rules.evaluate_history(BOOK, person, [*history, dose])[-1]
        assert told.validity is Validity.VALID
        assert (told.dose_type, told.ordinal, told.stated_differs) == (verdict.dose_type, verdict.ordinal, False)


@given(st.dates(date(1920, 1, 1), date(2020, 1, 1)), DAYS)
def test_a_known_birth_date_never_asks_for_one(day, on):
    for vaccine in BOOK.vaccines:
        assert rules.check_dose(BOOK, Recipient(PartialDate.of(day)), [], vaccine, on).code != "campaigns.needs_birth_date"


@given(births(), DAYS, st.data())
def test_a_partial_birth_allows_only_what_every_possible_birth_date_allows(birth, on, data):
    person = Recipient(birth)
    vaccine = data.draw(st.sampled_from([*BOOK.vaccines]))
    if rules.check_dose(BOOK, person, [], vaccine, on).allowed:
        day = data.draw(st.dates(birth.earliest(), birth.latest()))
        assert rules.check_dose(BOOK, replace(person, birth=PartialDate.of(day)), [], vaccine, on).allowed


@given(DAYS, st.integers(0, 60))
def test_months_never_run_past_the_end_of_a_month(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
