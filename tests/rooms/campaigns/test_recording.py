"""Rules as data: recorded with their days, their source and their reason; history kept; the book read anew after an edit."""

from datetime import date

import pytest

from khien.campaigns import actions, queries, reference
from khien.campaigns.models import RuleEntry
from khien.campaigns.rulebook import national_entries
from khien.kernel.errors import Refused
from tests import make

pytestmark = pytest.mark.usefixtures("db")
BOOSTER = {
    "ordinal": 1, "age_from": 18, "age_to": None, "interval": {"least": 2, "start": 3, "end": None, "unit": "month"},
    "choice": {"same": True, "platforms": ["mrna"]},
}  # fmt: skip


def record(
    data=BOOSTER, *, kind="booster", key="1/18+", since=date(2022, 3, 1), source="CV 99/BYT", reason="Khoảng cách mới", **more
):
    return actions.record_rule(
        kind=kind, key=key, data=data, in_force_from=since, source=source, reason=reason, by=make.BY, at=make.AT, **more
    )


def least_months(on: date) -> int:
    return next(b for b in queries.rulebook(on).on(on).boosters[1] if b.key == "1/18+").interval.least


def test_all_rules_that_ship_are_in_force_in_the_database():
    assert RuleEntry.objects.filter(superseded_at__isnull=True).count() == len(national_entries())
    assert least_months(date(2021, 12, 5)) == 6
    assert least_months(date(2021, 12, 20)) == 3


def test_loading_again_adds_nothing_and_keeps_an_edit():
    record()
    before = RuleEntry.objects.count()
    reference.load_reference(at=make.AT)
    assert RuleEntry.objects.count() == before
    assert least_months(date(2022, 3, 1)) == 2


def test_a_new_rule_holds_from_its_day_and_the_old_one_before_it():
    assert least_months(date(2022, 3, 1)) == 3
    version = queries.rules_version()
    record()
    assert queries.rules_version() != version
    assert [least_months(day) for day in (date(2022, 2, 28), date(2022, 3, 1))] == [3, 2]


def test_the_history_shows_what_held_before_and_why_it_changed():
    record(reason="Theo công văn mới")
    history = queries.rule_history("booster", "1/18+")
    assert {(v.in_force_from, v.in_force_to, v.superseded_at is None) for v in history} == {
        (date(2022, 3, 1), None, True), (date(2021, 12, 17), date(2022, 2, 28), True), (date(2021, 12, 17), None, False),
        (date(2021, 12, 1), date(2021, 12, 16), True),
    }  # fmt: skip
    assert history[0].reason == "Theo công văn mới"


def test_a_mistake_in_a_rule_is_replaced_from_the_same_day():
    record()
    record(BOOSTER | {"interval": {"least": 4, "start": 4, "end": None, "unit": "month"}})
    assert least_months(date(2022, 3, 1)) == 4
    assert [v for v in queries.rule_history("booster", "1/18+") if v.superseded_at and v.data["interval"]["least"] == 2]


@pytest.mark.parametrize(("change", "code"), [
    ({"interval": {"least": -1, "start": 3, "end": None}}, "campaigns.rule_negative_days"),
    ({"interval": {"least": 9, "start": 3, "end": None}}, "campaigns.rule_min_over_recommended"),
    ({"age_from": 30, "age_to": 20}, "campaigns.rule_ages_reversed"),
    ({"choice": {"same": True, "platforms": ["mrna"], "codes": ["NOPE"]}}, "campaigns.rule_unknown_vaccine"),
])  # fmt: skip
def test_an_impossible_rule_is_refused_and_changes_nothing(change, code):
    version = queries.rules_version()
    with pytest.raises(Refused) as refused:
        record(BOOSTER | change)
    assert refused.value.code == code
    assert queries.rules_version() == version


def test_a_rule_needs_its_source_and_its_reason():
    for field, code in (("source", "campaigns.rule_needs_source"), ("reason", "campaigns.rule_needs_reason")):
        with pytest.raises(Refused, match=code):
            record(**{field: "  "})


def test_two_rules_of_one_key_never_hold_on_one_day():
    record()
    with pytest.raises(Refused, match=r"campaigns\.rule_overlap"):
        record(since=date(2022, 1, 1))


def test_a_rule_is_ended_and_its_last_day_is_kept():
    actions.end_rule(kind="local_interval", key="AZ/79", last_day=date(2022, 1, 31), reason="Bỏ", by=make.BY, at=make.AT)
    assert ("AZ", "79") in queries.rulebook().on(date(2022, 1, 31)).local_intervals
    assert ("AZ", "79") not in queries.rulebook().on(date(2022, 2, 1)).local_intervals


def test_a_province_adds_its_own_group_under_group_sixteen():
    code = actions.local_group(
        province="79", vi="Người giao hàng", en="Delivery workers", in_force_from=date(2021, 12, 14), source="QĐ 99/UBND",
        reason="Theo quyết định của tỉnh", by=make.BY, at=make.AT,
    )  # fmt: skip
    assert code.startswith("16.79.")
    assert code in [group.code for group in queries.groups(make.AT.date(), "79")]
    assert code not in [group.code for group in queries.groups(make.AT.date(), "01")]
    assert code not in [group.code for group in queries.groups(date(2021, 12, 13), "79")]


def test_a_local_group_needs_a_province():
    with pytest.raises(Refused, match=r"campaigns\.unknown_province"):
        actions.local_group(
            province="99",
            vi="Nhóm",
            en="Group",
            in_force_from=date(2021, 12, 14),
            source="QĐ",
            reason="Thử",
            by=make.BY,
            at=make.AT,
        )


def test_the_sixteen_groups_come_in_order():
    assert [group.code for group in queries.groups(date(2021, 12, 14))][:16] == [str(n) for n in range(1, 17)]


def test_only_vaccines_with_a_schedule_are_offered_on_a_day():
    codes = {vaccine.code for vaccine in queries.vaccines(date(2021, 12, 14))}
    assert "AZ" in codes
    assert "PFIZER-P" not in codes


def test_adults_and_minors_agree_to_their_own_text_and_it_can_be_shown_again():
    adult, minor = (queries.consent_text(for_minor=minor, on=date(2021, 12, 14)) for minor in (False, True))
    assert adult.version != minor.version
    assert queries.consent_text(minor.version).text_vi == minor.text_vi
    with pytest.raises(Refused, match=r"campaigns\.no_consent_text"):
        queries.consent_text("khong-co")


def test_the_campaign_says_the_geography_it_works_in():
    assert queries.campaign().epoch == "2021"
    with pytest.raises(Refused, match=r"campaigns\.unknown_campaign"):
        queries.campaign("khong-co")
