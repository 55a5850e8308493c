"""May this dose be given on this day: the examples of the Ministry's texts, and the borders of days and ages."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from khien.campaigns import rules
from khien.campaigns.types import DoseType, Facts, PastDose, Recipient
from khien.kernel.births import PartialDate
from khien.kernel.sex import Sex

BOOK = rules.national()
ADULT = Recipient(PartialDate(1980, 5, 17), Sex.FEMALE)
TODAY = date(2026, 11, 21)


def born(*parts: int, **facts: object) -> Recipient:
    return Recipient(PartialDate(*parts), Sex.FEMALE, Facts(**facts))


def doses(*given: tuple[str, date]) -> list[PastDose]:
    return [PastDose(vaccine, on) for vaccine, on in given]


def check(person, history, vaccine, on):
    return rules.check_dose(BOOK, person, history, vaccine, on)


def test_second_dose_before_the_interval_is_refused_with_its_first_day_in_one_sentence():
    verdict = check(ADULT, doses(("PFIZER", date(2021, 11, 23))), "PFIZER", date(2021, 12, 8))
    assert (verdict.allowed, verdict.code, verdict.ordinal) == (False, "campaigns.too_early", 2)
    assert verdict.earliest_on == date(2021, 12, 14)
    assert verdict.sentence_vi == "Mũi 2 Comirnaty phải cách mũi 1 ít nhất 21 ngày; hôm nay là ngày thứ 15, sớm nhất 14/12/2021."
    assert verdict.sentence_en == (
        "Dose 2 of Comirnaty must be at least 21 days after dose 1; today is day 15, earliest 14/12/2021.")


@pytest.mark.parametrize(("vaccine", "least"), [
    ("AZ", 28), ("SPUTNIK", 21), ("VERO", 21), ("PFIZER", 21), ("MODERNA", 28), ("HAYAT", 21), ("COVAXIN", 28), ("ABDALA", 14)])
def test_the_exact_day_of_the_interval_is_allowed_and_the_day_before_is_not(vaccine, least):
    first = date(2026, 1, 31)
    history = doses((vaccine, first))
    assert check(ADULT, history, vaccine, first + timedelta(days=least)).allowed
    early = check(ADULT, history, vaccine, first + timedelta(days=least - 1))
    assert not early.allowed
    assert early.earliest_on == first + timedelta(days=least)


def test_astrazeneca_between_the_floor_and_eight_weeks_is_allowed_with_a_warning():
    history = doses(("AZ", date(2021, 10, 12)))
    soon = check(ADULT, history, "AZ", date(2021, 11, 20))
    assert soon.allowed
    assert soon.warns
    assert soon.recommended_on == date(2021, 12, 7)
    assert "sớm hơn khuyến cáo" in soon.sentence_vi
    right = check(ADULT, history, "AZ", date(2021, 12, 14))
    assert right.code == "campaigns.allowed"
    assert right.sentence_vi == "Được tiêm mũi 2 AstraZeneca: cách mũi 1 từ 56 đến 84 ngày; hôm nay là ngày thứ 63."
    late = check(ADULT, history, "AZ", date(2022, 1, 5))
    assert late.allowed
    assert late.code == "campaigns.after_recommended"


def test_ho_chi_minh_city_shortens_astrazeneca_to_six_weeks():
    history = doses(("AZ", date(2021, 9, 1)))
    on = date(2021, 9, 1) + timedelta(days=42)
    assert check(ADULT, history, "AZ", on).warns
    assert check(replace(ADULT, province="79"), history, "AZ", on).code == "campaigns.allowed"


def test_abdala_has_three_primary_doses_and_the_third_is_no_booster():
    third = check(ADULT, doses(("ABDALA", date(2021, 10, 1)), ("ABDALA", date(2021, 10, 15))), "ABDALA", date(2021, 10, 29))
    assert (third.allowed, third.dose_type, third.ordinal) == (True, DoseType.PRIMARY, 3)


def test_janssen_is_complete_after_one_dose():
    verdict = check(ADULT, doses(("JANSSEN", date(2026, 1, 1))), "JANSSEN", date(2026, 4, 1))
    assert (verdict.allowed, verdict.dose_type, verdict.ordinal) == (True, DoseType.BOOSTER, 1)


@pytest.mark.parametrize(("before", "after", "on", "allowed"), [
    ("AZ", "PFIZER", date(2021, 6, 30), False),
    ("AZ", "PFIZER", date(2021, 7, 1), True),
    ("AZ", "MODERNA", date(2021, 12, 11), False),
    ("AZ", "MODERNA", date(2021, 12, 12), True),
    ("PFIZER", "MODERNA", date(2021, 9, 9), False),
    ("PFIZER", "MODERNA", date(2021, 9, 10), True),
    ("MODERNA", "PFIZER", date(2021, 9, 10), True),
    ("VERO", "PFIZER", date(2021, 12, 20), False),
    ("MODERNA", "AZ", date(2021, 12, 20), False)])
def test_mixing_follows_the_table_of_its_day(before, after, on, allowed):
    verdict = check(ADULT, doses((before, on - timedelta(days=60))), after, on)
    assert verdict.allowed is allowed
    if allowed:
        assert verdict.needs_consent
    else:
        assert verdict.code == "campaigns.mixing_not_allowed"


def test_a_mixing_that_a_later_rule_permits_is_refused_with_the_day_of_that_rule():
    verdict = check(ADULT, doses(("AZ", date(2021, 9, 1))), "MODERNA", date(2021, 11, 1))
    assert verdict.earliest_on == date(2021, 12, 12)


def test_children_of_five_to_eleven_get_the_same_product_only():
    child = born(2015, 6, 1)
    history = doses(("PFIZER-P", date(2022, 4, 1)))
    assert check(child, history, "MODERNA", date(2022, 5, 1)).code == "campaigns.mixing_not_allowed"
    second = check(child, history, "PFIZER-P", date(2022, 4, 29))
    assert second.allowed
    assert second.volume_ml == Decimal("0.2")


@pytest.mark.parametrize(("vaccine", "on", "code"), [
    ("MODERNA", date(2022, 3, 27), "campaigns.too_young"), ("MODERNA", date(2022, 3, 28), "campaigns.allowed"),
    ("PFIZER-P", date(2022, 3, 27), "campaigns.not_approved_yet"), ("PFIZER-P", date(2022, 3, 28), "campaigns.allowed")])
def test_five_to_eleven_begins_on_28_march_2022(vaccine, on, code):
    assert check(born(2014, 1, 1), [], vaccine, on).code == code


def test_a_child_who_turns_twelve_between_the_doses_may_finish_with_the_same_vaccine():
    child = born(2010, 4, 10)
    history = doses(("PFIZER-P", date(2022, 4, 1)))
    assert check(child, history, "PFIZER-P", date(2022, 5, 1)).allowed
    assert check(child, history, "PFIZER", date(2022, 5, 1)).allowed
    assert check(child, [], "PFIZER-P", date(2022, 5, 1)).code == "campaigns.too_old"


def test_the_birthday_itself_is_the_first_day_of_the_age():
    person = born(2008, 11, 21)
    assert check(person, [], "AZ", date(2026, 11, 21)).allowed
    young = check(person, [], "AZ", date(2026, 11, 20))
    assert (young.code, young.earliest_on) == ("campaigns.too_young", date(2026, 11, 21))


def test_born_on_29_february_reaches_the_age_on_1_march_of_a_common_year():
    person = born(2008, 2, 29)
    assert check(person, [], "AZ", date(2026, 2, 28)).code == "campaigns.too_young"
    assert check(person, [], "AZ", date(2026, 3, 1)).allowed


def test_a_birth_year_that_leaves_the_age_open_asks_for_the_birth_date_and_a_doctor_may_settle_it():
    person = born(2008)
    verdict = check(person, [], "AZ", date(2026, 11, 20))
    assert verdict.code == "campaigns.needs_birth_date"
    assert verdict.earliest_on == date(2026, 12, 31)
    settled = replace(person, facts=Facts(settled_birth=date(2008, 3, 2)))
    assert check(settled, [], "AZ", date(2026, 11, 20)).allowed
    assert check(born(1951), [], "AZ", TODAY).allowed


def test_abdala_is_for_19_to_65():
    assert check(born(1960, 11, 22), [], "ABDALA", TODAY).allowed
    assert check(born(1960, 11, 21), [], "ABDALA", TODAY).code == "campaigns.too_old"
    assert check(born(2008, 1, 1), [], "ABDALA", TODAY).earliest_on == date(2027, 1, 1)


def test_sputnik_is_not_for_pregnant_or_breastfeeding_women():
    assert check(born(1995, 1, 1, pregnant=True), [], "SPUTNIK", TODAY).code == "campaigns.not_for_pregnant"
    assert check(born(1995, 1, 1, breastfeeding=True), [], "SPUTNIK", TODAY).code == "campaigns.not_for_pregnant"
    assert check(born(1995, 1, 1, pregnant=True), [], "AZ", TODAY).allowed


def test_booster_waits_six_months_in_early_december_2021_and_three_from_the_17th():
    history = doses(("AZ", date(2021, 6, 1)), ("AZ", date(2021, 8, 20)))
    early = check(ADULT, history, "PFIZER", date(2021, 12, 16))
    assert (early.code, early.dose_type, early.ordinal) == ("campaigns.too_early", DoseType.BOOSTER, 1)
    assert early.earliest_on == date(2021, 12, 17)
    assert check(ADULT, history, "PFIZER", date(2021, 12, 17)).allowed


def test_a_booster_three_months_after_30_november_is_due_on_the_last_day_of_february():
    history = doses(("AZ", date(2021, 9, 1)), ("AZ", date(2021, 11, 30)))
    assert check(ADULT, history, "PFIZER", date(2022, 2, 27)).earliest_on == date(2022, 2, 28)
    assert check(ADULT, history, "PFIZER", date(2022, 2, 28)).allowed


def test_a_booster_takes_the_same_product_or_any_mrna_and_moderna_is_half_a_dose():
    history = doses(("AZ", date(2026, 1, 1)), ("AZ", date(2026, 3, 1)))
    half = check(ADULT, history, "MODERNA", TODAY)
    assert half.allowed
    assert half.volume_ml == Decimal("0.25")
    assert check(ADULT, history, "AZ", TODAY).allowed
    assert check(ADULT, history, "VERO", TODAY).code == "campaigns.vaccine_not_for_this_dose"
    mixed = doses(("AZ", date(2026, 1, 1)), ("PFIZER", date(2026, 3, 1)))
    assert check(ADULT, mixed, "AZ", TODAY).code == "campaigns.vaccine_not_for_this_dose"


def test_sinopharm_is_followed_by_an_additional_dose_after_28_days_and_then_a_booster():
    history = doses(("VERO", date(2021, 10, 1)), ("VERO", date(2021, 11, 20)))
    first = check(ADULT, history, "PFIZER", date(2021, 12, 18))
    assert (first.allowed, first.dose_type, first.ordinal) == (True, DoseType.ADDITIONAL, 1)
    assert check(ADULT, history, "PFIZER", date(2021, 12, 17)).code == "campaigns.too_early"
    history.append(PastDose("PFIZER", date(2021, 12, 18), DoseType.ADDITIONAL, 1))
    booster = check(ADULT, history, "PFIZER", date(2022, 3, 17))
    assert (booster.dose_type, booster.ordinal, booster.earliest_on) == (DoseType.BOOSTER, 1, date(2022, 3, 18))


def test_immune_deficiency_calls_for_an_additional_dose_others_wait_for_the_booster():
    history = doses(("PFIZER", date(2026, 1, 1)), ("PFIZER", date(2026, 2, 1)))
    weak = check(born(1980, 1, 1, immune_deficient=True), history, "PFIZER", date(2026, 3, 1))
    assert (weak.allowed, weak.dose_type) == (True, DoseType.ADDITIONAL)
    assert check(ADULT, history, "PFIZER", date(2026, 3, 1)).earliest_on == date(2026, 5, 1)


def test_second_booster_waits_four_months_and_three_after_an_infection():
    history = doses(("AZ", date(2021, 6, 1)), ("AZ", date(2021, 8, 1)), ("PFIZER", date(2022, 2, 10)))
    second = check(ADULT, history, "PFIZER", date(2022, 6, 10))
    assert (second.allowed, second.dose_type, second.ordinal) == (True, DoseType.BOOSTER, 2)
    ill = born(1980, 5, 17, last_infection_on=date(2022, 4, 1))
    waiting = check(ill, history, "PFIZER", date(2022, 6, 10))
    assert (waiting.code, waiting.earliest_on) == ("campaigns.after_infection", date(2022, 7, 1))
    assert "01/04/2022" in waiting.sentence_vi


def test_a_child_waits_three_months_after_an_infection_and_an_adult_does_not():
    ill = date(2026, 10, 1)
    waiting = check(born(2018, 1, 1, last_infection_on=ill), [], "PFIZER-P", TODAY)
    assert (waiting.code, waiting.earliest_on) == ("campaigns.after_infection", date(2027, 1, 1))
    assert check(born(1990, 1, 1, last_infection_on=ill), [], "PFIZER", TODAY).allowed


def test_twelve_to_seventeen_get_a_booster_five_months_after_the_second_dose():
    history = doses(("PFIZER", date(2022, 1, 1)), ("PFIZER", date(2022, 3, 1)))
    teen = born(2007, 1, 1)
    assert check(teen, history, "PFIZER", date(2022, 7, 31)).code == "campaigns.series_complete"
    assert check(teen, history, "PFIZER", date(2022, 8, 1)).allowed


def test_after_all_boosters_the_course_is_complete():
    history = doses(("AZ", date(2021, 6, 1)), ("AZ", date(2021, 8, 1)), ("PFIZER", date(2022, 2, 1)), ("PFIZER", date(2022, 7, 1)))
    verdict = check(ADULT, history, "PFIZER", TODAY)
    assert (verdict.allowed, verdict.code, verdict.earliest_on) == (False, "campaigns.series_complete", None)
    assert rules.next_dose(BOOK, ADULT, history, TODAY).complete


def test_no_second_injection_on_the_same_day():
    assert check(ADULT, doses(("AZ", TODAY)), "AZ", TODAY).code == "campaigns.same_day"


def test_a_vaccine_before_its_approval_and_an_unknown_one_are_refused():
    verdict = check(ADULT, [], "ABDALA", date(2021, 9, 16))
    assert (verdict.code, verdict.earliest_on) == ("campaigns.not_approved_yet", date(2021, 9, 17))
    unknown = check(ADULT, [], "NOVAVAX", TODAY)
    assert (unknown.code, unknown.earliest_on) == ("campaigns.not_approved_yet", None)


def test_an_earlier_dose_keyed_late_is_judged_without_the_later_ones():
    history = doses(("PFIZER", date(2026, 11, 1)))
    assert check(ADULT, history, "PFIZER", date(2026, 10, 1)).ordinal == 1


def test_next_dose_names_vaccines_and_days():
    due = rules.next_dose(BOOK, ADULT, doses(("PFIZER", date(2026, 11, 10))), TODAY)
    assert (due.code, due.dose_type, due.ordinal, due.earliest_on) == (
        "campaigns.due_later", DoseType.PRIMARY, 2, date(2026, 12, 1))
    assert due.vaccines[0] == "PFIZER"
    assert "01/12/2026" in due.sentence_vi
    assert "01/12/2026" in due.sentence_en
    first = rules.next_dose(BOOK, ADULT, [], TODAY)
    assert (first.code, first.ordinal, first.earliest_on) == ("campaigns.due", 1, TODAY)


def test_next_dose_of_an_infant_is_the_day_of_the_lowest_age():
    baby = rules.next_dose(BOOK, born(2026, 1, 5), [], TODAY)
    assert (baby.complete, baby.earliest_on, baby.vaccines) == (False, date(2031, 1, 5), ("PFIZER-P",))


def test_minors_need_a_guardian():
    assert rules.needs_guardian(BOOK, born(2010, 1, 1), TODAY)
    assert rules.needs_guardian(BOOK, born(2008), date(2026, 6, 1))
    assert not rules.needs_guardian(BOOK, born(1980), TODAY)


def test_observation_is_never_under_thirty_minutes():
    assert BOOK.on(TODAY).observation_minutes("AZ") == 30
    assert rules.RuleBook.from_entries([]).on(TODAY).observation_minutes() == 30


def test_the_rules_run_with_the_standard_library_alone():
    root = Path(__file__).resolve().parents[3]
    code = (f"import sys; sys.path.insert(0, {str(root)!r})\n"
            "from khien.campaigns import rules as c; from khien.visits import rules as v, states; from khien.safety import rules\n"
            "from datetime import date; c.national().on(date(2026, 1, 1)); v.form_for(date(2026, 1, 1), 30)\n"
            "assert not {'django', 'zoneinfo'} & set(sys.modules), 'not pure'")
    subprocess.run([sys.executable, "-S", "-I", "-c", code], check=True)
