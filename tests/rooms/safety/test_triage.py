"""Which signs are red, which are common, and what is said."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.kernel.errors import Refused
from khien.safety import rules
from khien.safety.rules import Severity, Urgency

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("sign", ["breathing", "swelling", "fainting", "chest_pain", "seizure"])
def test_a_red_flag_within_a_day_is_p1_and_says_115(sign):
    told = rules.triage([sign, "fever"], since_dose=2 * HOUR)
    assert (told.urgency, told.severity, told.call_emergency) == (Urgency.P1, Severity.SEVERE, True)
    assert told.red == (sign,)
    assert "115" in told.advice_vi
    assert "115" in told.advice_en


def test_a_day_is_exactly_24_hours():
    assert rules.triage(["fainting"], since_dose=24 * HOUR).urgency is Urgency.P1
    assert rules.triage(["fainting"], since_dose=24 * HOUR + timedelta(seconds=1)).urgency is Urgency.P2


def test_trouble_breathing_is_red_on_any_day_and_an_unknown_dose_counts_as_today():
    assert rules.triage(["breathing"], since_dose=timedelta(days=5)).urgency is Urgency.P1
    assert rules.triage(["swelling"], since_dose=None).urgency is Urgency.P1


def test_common_reactions_are_common_and_no_sign_is_no_alarm():
    told = rules.triage(["pain_at_site", "fever"], since_dose=HOUR)
    assert (told.urgency, told.severity, told.call_emergency) == (Urgency.P2, Severity.COMMON, False)
    assert "28 ngày" in rules.triage([], since_dose=HOUR).advice_vi


def test_a_severe_sign_that_is_not_red_goes_to_a_facility_today():
    told = rules.triage(["bleeding"], since_dose=timedelta(days=6))
    assert (told.urgency, told.severity, told.call_emergency) == (Urgency.P2, Severity.SEVERE, False)


def test_an_unknown_sign_is_refused_by_name():
    with pytest.raises(Refused) as told:
        rules.triage(["hiccups"], since_dose=HOUR)
    assert told.value.code == "safety.unknown_sign"


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("Mẹ tôi khó thở và sưng môi sau khi tiêm", ["breathing", "swelling"]),
        ("me toi kho tho", ["breathing"]),
        ("Con em co giật!!!", ["seizure"]),
        ("Ðau ngực từ sáng", ["chest_pain"]),
        ("không khó thở, không bị ngất, chỉ sốt", ["fever"]),
        ("khong tho duoc", ["breathing"]),
        ("không hiểu sao khó thở", ["breathing"]),
        ("sốt cao 40 độ", ["high_fever"]),
        ("ngat mui, nhờ liệt kê các điểm tiêm ở nơi khó khăn", []),
        ("hỏi lịch tiêm mũi 2", []),
    ],
)
def test_danger_is_heard_in_plain_words_with_or_without_accents(text, signs):
    assert list(rules.signs_in_text(text)) == signs


def test_red_words_are_told_apart_from_common_ones():
    assert rules.red_flags_in_text("sốt và khó thở") == ("breathing",)
    assert rules.red_flags_in_text("sốt và mệt") == ()


def test_every_sign_has_both_languages_and_its_own_code():
    assert len(rules.BY_CODE) == len(rules.SIGNS)
    assert all(sign.vi and sign.en and sign.red in {"", "first_day", "always"} for sign in rules.SIGNS)
    assert all(rules._fold(words) == words for sign in rules.SIGNS for words in sign.words)


def test_severe_events_are_reported_within_a_day():
    noticed = datetime(2026, 2, 28, 9, tzinfo=UTC)
    assert rules.report_due(noticed) == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert rules.must_report(["seizure"])
    assert rules.must_report([], [rules.Serious.HOSPITALISATION])
    assert not rules.must_report(["fever"])


def test_watching_ends_after_28_days_and_nothing_begins_before_the_dose():
    dose = datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert rules.within_watch(dose, dose + timedelta(days=28))
    assert not rules.within_watch(dose, dose + timedelta(days=28, seconds=1))
    with pytest.raises(Refused):
        rules.within_watch(dose, dose - HOUR)


@given(
    st.lists(st.sampled_from(sorted(rules.BY_CODE))),
    st.sampled_from(sorted(rules.BY_CODE)),
    st.none() | st.timedeltas(timedelta(), timedelta(days=40)),
)
def test_one_more_sign_never_makes_it_milder(signs, more, since):
    before, after = rules.triage(signs, since_dose=since), rules.triage([*signs, more], since_dose=since)
    assert (after.urgency is Urgency.P1) >= (before.urgency is Urgency.P1)
    assert (after.severity is Severity.SEVERE) >= (before.severity is Severity.SEVERE)


@given(st.text())
def test_any_text_is_read(text):
    assert set(rules.signs_in_text(text)) <= set(rules.BY_CODE)
