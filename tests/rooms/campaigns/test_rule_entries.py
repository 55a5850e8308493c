"""Rules as data: in force by date, checked before an officer's edit is kept."""

from copy import deepcopy
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.campaigns import entries, rules
from khien.kernel.errors import Refused

BOOK = rules.national()
SCHEDULE = {"vaccine": "AZ", "age_from": 18, "age_to": None, "doses": 2, "intervals": [{"least": 28, "start": 56, "end": 84}],
            "volume_ml": 0.5}
TODAY = date(2026, 11, 21)


def refused(kind, data, **more):
    with pytest.raises(Refused) as told:
        rules.check_entry(kind, data, **more)
    return told.value.code


def test_sixteen_priority_groups_stand_in_both_languages_with_local_ones_under_the_sixteenth():
    groups = BOOK.on(TODAY).groups
    assert [group.code for group in groups] == [*map(str, range(1, 17)), "16.79.01"]
    assert all(group.vi and group.en for group in groups)
    assert BOOK.group("16.79.01", TODAY).province == "79"
    assert BOOK.group("9", date(2021, 7, 7)) is None


def test_every_shipped_entry_names_its_source_and_passes_its_own_check():
    for raw in rules.national_entries():
        assert raw["source"], raw["key"]
        rules.check_entry(raw["kind"], raw["data"])


def test_the_certificate_codes_are_those_of_the_european_value_sets():
    vaccines = BOOK.on(TODAY).vaccines
    assert (vaccines["AZ"].eu_mp, vaccines["AZ"].eu_ma) == ("EU/1/21/1529", "ORG-100001699")
    assert all(vaccine.eu_mp and vaccine.eu_ma and vaccine.eu_vp for vaccine in vaccines.values())


def test_open_rules_are_still_in_force_and_replaced_ones_are_not():
    assert BOOK.on(TODAY).boosters[1][-1].interval.least == 3
    assert BOOK.on(date(2021, 12, 16)).boosters[1][-1].interval.least == 6
    assert BOOK.on(date(2021, 11, 30)).boosters == {}
    assert [entry.until for entry in BOOK.versions("booster", "1/18+")] == [date(2021, 12, 16), None]


@pytest.mark.parametrize(("change", "code"), [
    ({"intervals": [{"least": -1, "start": 56}]}, "campaigns.rule_negative_days"),
    ({"intervals": [{"least": 60, "start": 56}]}, "campaigns.rule_min_over_recommended"),
    ({"intervals": [{"least": 28, "start": 90, "end": 84}]}, "campaigns.rule_min_over_recommended"),
    ({"intervals": []}, "campaigns.rule_wrong_count"),
    ({"intervals": "28"}, "campaigns.rule_bad_value"),
    ({"intervals": [{"least": 28.5, "start": 56}]}, "campaigns.rule_bad_value"),
    ({"age_from": 20, "age_to": 18}, "campaigns.rule_ages_reversed"),
    ({"age_from": None}, "campaigns.rule_missing_field"),
    ({"doses": "two"}, "campaigns.rule_bad_value"),
    ({"volume_ml": 50}, "campaigns.rule_bad_value"),
    ({"colour": "red"}, "campaigns.rule_unknown_field")])
def test_a_wrong_schedule_is_refused_by_name(change, code):
    assert refused("schedule", {**SCHEDULE, **change}) == code


def test_a_kind_that_does_not_exist_is_refused():
    assert refused("horoscope", {}) == "campaigns.rule_unknown_kind"


def test_a_rule_for_an_unknown_vaccine_is_refused():
    data = {**SCHEDULE, "vaccine": "ZZ"}
    assert refused("schedule", data, book=BOOK, key="ZZ/18+", in_force_from=TODAY) == "campaigns.rule_unknown_vaccine"


def test_two_rules_of_one_key_never_hold_on_the_same_day_unless_the_new_one_replaces():
    more = {"book": BOOK, "key": "AZ/18+", "in_force_from": TODAY}
    assert refused("schedule", SCHEDULE, **more) == "campaigns.rule_overlap"
    rules.check_entry("schedule", SCHEDULE, **more, replaces=True)


def test_two_age_bands_of_one_vaccine_never_overlap():
    data = {**SCHEDULE, "age_from": 60}
    assert refused("schedule", data, book=BOOK, key="AZ/60+", in_force_from=TODAY) == "campaigns.rule_overlap"
    data = {**SCHEDULE, "age_from": 12, "age_to": 17}
    rules.check_entry("schedule", data, book=BOOK, key="AZ/12-17", in_force_from=TODAY)


def test_days_the_wrong_way_round_are_refused():
    assert refused("schedule", SCHEDULE, in_force_from=TODAY, in_force_to=date(2026, 1, 1)) == "campaigns.rule_dates_reversed"


@pytest.mark.parametrize(("key", "parent", "province", "fine"), [
    ("16.48.02", "16", "48", True), ("16.48.02", "16", "79", False), ("16.48.02", None, None, False), ("17", None, None, False),
    ("7", None, None, True), ("7", "16", None, False)])
def test_a_province_may_add_groups_under_sixteen_only(key, parent, province, fine):
    data = {"vi": "Nhóm của tỉnh", "en": "A province's group", "parent": parent, "province": province, "order": 162}
    if fine:
        rules.check_entry("priority_group", data, key=key)
    else:
        assert refused("priority_group", data, key=key) == "campaigns.rule_bad_group"


def test_observation_cannot_be_set_under_thirty_minutes():
    assert refused("policy", {"minutes": 15}) == "campaigns.rule_bad_value"


def test_an_overlapping_book_is_refused_when_read():
    raw = rules.national_entries()
    raw.append(deepcopy(raw[-1]))
    with pytest.raises(Refused) as told:
        rules.RuleBook.from_entries(raw)
    assert told.value.code == "campaigns.rule_overlap"


def test_a_rule_added_by_the_ministry_holds_from_its_day():
    raw = [entry for entry in rules.national_entries() if (entry["kind"], entry["key"]) != ("booster", "2/18+")]
    raw += [{"kind": "booster", "key": "2/18+", "in_force_from": "2022-06-01", "in_force_to": "2026-12-31", "source": "a",
             "data": {"ordinal": 2, "age_from": 18, "interval": {"least": 4, "start": 4, "unit": "month"},
                      "choice": {"same": True, "platforms": ["mrna"]}}},
            {"kind": "booster", "key": "2/18+", "in_force_from": "2027-01-01", "in_force_to": None, "source": "b",
             "data": {"ordinal": 2, "age_from": 18, "interval": {"least": 6, "start": 6, "unit": "month"},
                      "choice": {"same": False, "platforms": ["mrna"]}}}]
    book = rules.RuleBook.from_entries(raw)
    assert book.on(date(2026, 12, 31)).boosters[2][0].interval.least == 4
    assert book.on(date(2027, 1, 1)).boosters[2][0].interval.least == 6


SIMPLE = st.recursive(st.none() | st.booleans() | st.integers(-5, 500) | st.floats(allow_nan=False) | st.text(max_size=8),
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6)


@given(st.sampled_from([entry for entry in rules.national_entries()]), st.data())
def test_any_edit_is_kept_readable_or_refused_by_name(entry, data):
    edited = deepcopy(entry["data"])
    field = data.draw(st.sampled_from(sorted(entries.FIELDS[entry["kind"]])))
    edited[field.rstrip("?")] = data.draw(SIMPLE)
    try:
        rules.check_entry(entry["kind"], edited, book=BOOK, key=entry["key"], in_force_from=TODAY, replaces=True)
    except Refused as refusal:
        code = refusal.code
    else:
        code = "campaigns.rule_kept"
        entries.build(entries.read_entry({**entry, "data": edited}))
    assert code.startswith("campaigns.rule_")
