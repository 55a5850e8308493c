"""What the doses already given amount to."""

from datetime import date

import pytest

from khien.campaigns import rules
from khien.campaigns.types import DoseType, Evidence, Facts, PastDose, Recipient, Validity
from khien.kernel.births import PartialDate

BOOK = rules.national()
ADULT = Recipient(PartialDate(1980, 5, 17))
P, A, B, X = DoseType.PRIMARY, DoseType.ADDITIONAL, DoseType.BOOSTER, DoseType.EXTRA


def told(history, person=ADULT):
    return [(dose.dose_type, dose.ordinal, dose.validity.value, dose.code.removeprefix("campaigns."))
            for dose in rules.evaluate_history(BOOK, person, history)]


def test_a_whole_course_is_named_by_type_and_ordinal():
    history = [PastDose("AZ", date(2021, 6, 1)), PastDose("AZ", date(2021, 8, 1)), PastDose("PFIZER", date(2022, 1, 5)),
               PastDose("MODERNA", date(2022, 7, 1))]
    assert told(history) == [(P, 1, "valid", "valid"), (P, 2, "valid", "valid"), (B, 1, "valid", "valid"), (B, 2, "valid", "valid")]
    last = rules.evaluate_history(BOOK, ADULT, history)[-1]
    assert (last.size, last.number) == (2, 4)


def test_the_third_abdala_dose_is_primary_and_a_third_astrazeneca_dose_a_booster():
    abdala = [PastDose("ABDALA", date(2021, 10, day)) for day in (1, 15, 29)]
    assert [dose[:2] for dose in told(abdala)] == [(P, 1), (P, 2), (P, 3)]
    assert {dose.size for dose in rules.evaluate_history(BOOK, ADULT, abdala)} == {3}


def test_a_dose_given_too_early_does_not_count_and_the_next_interval_runs_from_it():
    history = [PastDose("PFIZER", date(2026, 10, 1)), PastDose("PFIZER", date(2026, 10, 15))]
    assert told(history)[1] == (P, 2, "invalid", "too_early")
    assert "đã tiêm ngày thứ 14" in rules.evaluate_history(BOOK, ADULT, history)[1].sentence_vi
    again = rules.check_dose(BOOK, ADULT, history, "PFIZER", date(2026, 11, 4))
    assert (again.ordinal, again.code, again.earliest_on) == (2, "campaigns.too_early", date(2026, 11, 5))
    assert "lần tiêm gần nhất" in again.sentence_vi


def test_the_rules_of_the_day_of_vaccination_judge_not_those_of_today():
    history = [PastDose("AZ", date(2021, 6, 1)), PastDose("AZ", date(2021, 8, 1)), PastDose("PFIZER", date(2021, 12, 10))]
    assert told(history)[2][2:] == ("invalid", "too_early")
    assert told([*history[:2], PastDose("PFIZER", date(2021, 12, 17))])[2][2:] == ("valid", "valid")


def test_a_second_dose_recorded_as_a_first_is_still_the_second_and_says_so():
    history = [PastDose("AZ", date(2026, 1, 1), P, 1), PastDose("AZ", date(2026, 3, 5), P, 1)]
    second = rules.evaluate_history(BOOK, ADULT, history)[1]
    assert (second.ordinal, second.validity, second.stated_differs) == (2, Validity.VALID, True)


def test_a_second_dose_whose_first_is_unknown_stays_the_second_until_the_first_is_found():
    assert told([PastDose("AZ", date(2026, 3, 5), P, 2)]) == [(P, 2, "uncertain", "earlier_dose_missing")]
    assert rules.next_dose(BOOK, ADULT, [PastDose("AZ", date(2026, 3, 5), P, 2)], date(2026, 11, 21)).dose_type is B
    both = [PastDose("AZ", date(2026, 3, 5), P, 2), PastDose("AZ", date(2026, 1, 1), P, 1)]
    assert [dose[2] for dose in told(both)] == ["valid", "valid"]


def test_a_booster_from_abroad_without_its_primary_doses_is_kept_as_a_booster():
    history = [PastDose("MODERNA", date(2022, 4, 1), B, 1, evidence=Evidence.DOCUMENT)]
    assert told(history) == [(B, 1, "uncertain", "earlier_dose_missing")]


def test_two_injections_on_one_day_are_both_kept_and_one_counts():
    history = [PastDose("PFIZER", date(2026, 1, 1), ref="a"), PastDose("PFIZER", date(2026, 1, 1), ref="b")]
    assert told(history) == [(P, 1, "valid", "valid"), (P, 2, "invalid", "same_day")]


def test_a_dose_from_abroad_before_the_approval_here_is_valid():
    assert told([PastDose("PFIZER", date(2021, 1, 10)), PastDose("PFIZER", date(2021, 2, 1))]) == [
        (P, 1, "valid", "valid"), (P, 2, "valid", "valid")]


def test_a_vaccine_outside_the_list_counts_as_uncertain():
    assert told([PastDose("NOVAVAX", date(2022, 1, 1))]) == [(P, 1, "uncertain", "unknown_vaccine")]


def test_a_dose_known_by_statement_only_is_uncertain_and_counts():
    history = [PastDose("AZ", date(2026, 1, 1), evidence=Evidence.STATEMENT)]
    assert told(history) == [(P, 1, "uncertain", "statement_only")]
    assert rules.check_dose(BOOK, ADULT, history, "AZ", date(2026, 3, 1)).ordinal == 2


@pytest.mark.parametrize(("valid", "worth", "ordinal"), [(True, "valid", 2), (False, "invalid", 2)])
def test_a_person_in_charge_has_the_last_word_on_a_dose(valid, worth, ordinal):
    history = [PastDose("PFIZER", date(2026, 1, 1)), PastDose("PFIZER", date(2026, 1, 10), valid=valid)]
    assert told(history)[1][1:3] == (ordinal, worth)


def test_a_dose_under_the_lowest_age_does_not_count_and_one_over_the_highest_is_left_to_a_person():
    young = Recipient(PartialDate(2010, 1, 1))
    assert told([PastDose("AZ", date(2026, 1, 1))], young) == [(P, 1, "invalid", "too_young")]
    old = Recipient(PartialDate(1950, 1, 1))
    assert told([PastDose("ABDALA", date(2026, 1, 1))], old) == [(P, 1, "uncertain", "too_old")]


def test_a_birth_year_that_leaves_the_age_open_makes_the_dose_uncertain():
    assert told([PastDose("AZ", date(2026, 6, 1))], Recipient(PartialDate(2008))) == [(P, 1, "uncertain", "needs_birth_date")]


def test_a_forbidden_mixture_counts_until_a_person_decides():
    assert told([PastDose("VERO", date(2026, 1, 1)), PastDose("PFIZER", date(2026, 3, 1))])[1] == (
        P, 2, "uncertain", "mixing_not_allowed")


def test_a_dose_beyond_every_schedule_is_extra():
    history = [PastDose("AZ", date(2021, 6, 1)), PastDose("AZ", date(2021, 8, 1)), PastDose("PFIZER", date(2022, 1, 5)),
               PastDose("PFIZER", date(2022, 7, 1)), PastDose("PFIZER", date(2023, 7, 1))]
    assert told(history)[4] == (X, 1, "uncertain", "beyond_schedule")


def test_the_additional_dose_after_sinopharm_is_recognised():
    history = [PastDose("VERO", date(2021, 10, 1)), PastDose("VERO", date(2021, 11, 1)), PastDose("PFIZER", date(2021, 12, 20)),
               PastDose("PFIZER", date(2022, 4, 1))]
    assert [dose[:3] for dose in told(history)[2:]] == [(A, 1, "valid"), (B, 1, "valid")]


def test_an_illness_or_pregnancy_of_today_judges_no_dose_of_then():
    now = Recipient(PartialDate(1990, 1, 1), facts=Facts(pregnant=True, last_infection_on=date(2026, 11, 1)))
    assert told([PastDose("SPUTNIK", date(2021, 5, 1))], now) == [(P, 1, "valid", "valid")]
