"""The score of a rehearsal: its arithmetic, what each point must fix, and the sheet that is printed."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.rehearsal.week import score, sheet, words
from khien.rehearsal.week.crowd import SHARES
from khien.rehearsal.week.faults import KINDS
from khien.rehearsal.week.score import Corner, DeskScore, Fault, Help, SiteDay
from tests import browser


def make_day(**changes: Any) -> SiteDay:
    facts: dict[str, Any] = {
        "day": 1, "site": 1, "name": "Điểm tiêm Nhà văn hóa", "vaccine": "AZ", "came": 40, "received": 40, "injected": 36, "signed": True,
        "desks": [DeskScore("reception", 2, [0.0, 4.0, 8.0], [480.0, 500.0, 540.0], 3, 485.0)], "delays": [0.1] * 36,
    }  # fmt: skip
    return SiteDay(**facts | changes)


@given(st.lists(st.floats(0, 1e4), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_one_of_the_values_and_enough_lie_below_it(values: list[float], share: float) -> None:
    found = score.quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6


def test_people_an_hour_are_counted_by_the_hour_and_from_first_to_last() -> None:
    assert score.per_hour([480, 481, 539.9, 540]) == {8: 3, 9: 1}
    assert score.pace([480, 490, 500, 510]) == pytest.approx(6 * 60 / 60)
    assert (score.pace([]), score.pace([480])) == (0, 1)


def test_a_dose_recorded_more_than_two_minutes_after_the_needle_is_late() -> None:
    assert score.late([make_day(delays=[0.5, 2.0, 2.1, 90])]) == (2, 4)


def test_calls_for_help_are_judged_by_who_answered() -> None:
    calls = [Help(500, "reception", 1, 2.9), Help(520, "injection", 1, 3.1), Help(600, "reception", 2, 14.0), Help(700, "closing")]
    found = score.helped([make_day(helps=calls)])
    assert (found["asked"], found["unanswered"]) == (4, 1)
    assert (found["t1"], found["t1_in_time"], found["t1_slowest"]) == (2, 1, 3.1)
    assert (found["t2"], found["t2_in_time"]) == (1, 1)


def test_a_fault_counts_from_its_end_to_when_all_was_as_before() -> None:
    assert Fault("network", 1, 540, 580, 583.5).minutes == 3.5
    assert Fault("network", 1, 540, 580).minutes is None
    assert Fault("staff", 1, 450, 485, 485).minutes == 0


def test_a_day_in_which_all_went_well_passes_and_has_nothing_to_fix() -> None:
    assert score.passed([make_day()])
    assert score.to_fix(make_day()) == []


@pytest.mark.parametrize("name", ["lost", "duplicates", "unaccounted", "unexplained", "wrong_verdicts", "wrong_days"])
def test_one_of_what_must_be_zero_fails_the_rehearsal_and_is_named(name: str) -> None:
    day = make_day(**{name: 1})
    assert not score.passed([make_day(), day])
    assert score.totals([make_day(), day])[name] == 1
    assert name in [code for code, _ in score.to_fix(day)]


def test_an_unsigned_day_or_a_surprise_fails_the_rehearsal() -> None:
    assert not score.passed([make_day(signed=False)])
    assert not score.passed([make_day(surprises=["something"])])


def test_wrong_persons_are_caught_ninety_nine_in_a_hundred_and_the_rest_put_right() -> None:
    assert score.passed([make_day(wrong_persons=100, caught=99, corrected=1)])
    assert not score.passed([make_day(wrong_persons=100, caught=99)])
    assert not score.passed([make_day(wrong_persons=100, caught=98, corrected=2)])


def test_what_a_point_must_fix_has_words_in_both_languages() -> None:
    desks = [DeskScore("injection", 1, [70.0] * 20, [500.0], 30)]
    helps = [Help(500, "reception", 2, 20.0)]
    worst = make_day(
        desks=desks, helps=helps, opened_late=12, wasted=9, delays=[50.0], wrong_persons=2, caught=1, signed=False, surprises=["x"], lost=1, duplicates=1,
        unaccounted=1, unexplained=1, wrong_verdicts=1, wrong_days=1, corner=Corner(slow=["waiting for #quet"]),
    )  # fmt: skip
    found = [code for code, _ in score.to_fix(worst)]
    assert set(found) == set(words.FIXES)


def result(days: list[SiteDay], missing: str = "") -> dict[str, Any]:
    faults = [{"day": 1, "kind": kind, "site": 1, "begins": 540, "ends": 580, "minutes": 2.0, "seconds": None, "facts": {}} for kind in KINDS]
    faults.append({"day": 1, "kind": "otp", "site": 0, "begins": 600, "ends": 645, "minutes": None, "seconds": None, "facts": {"left_out": "x"}})
    return {
        "passed": score.passed(days), "days": 1, "first_day": "2021-08-01", "sites": 1, "people": 40, "seed": 7, "seconds": 61.5, "requests": 1234,
        "totals": score.totals(days), "tally": {}, "faults": faults, "raw": days, "invariants": {"stock_accounted": True, "people_distinct": False},
        "surprises": ["<b>lạ</b>"],
        "crowd": {"asked": SHARES, "made": {"early": 4}, "came": {"early": 3}, "special": [{"kind": "paper", "day": 1, "name": "Điểm", "came": 9, "injected": 8, "alone": 0, "on_paper": 7}]},
        "tablets": {"missing": missing, "people": 5, "alone": 2, "held": 8, "refused": 0, "slow": 0, "stuck": 0, "sent_after": 3.2, "seconds_each": 8.1},
    }  # fmt: skip


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "rect", "path", "circle", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_sheet_stands_alone_is_well_formed_and_escapes_what_it_tells() -> None:
    page = sheet.page(result([make_day()]))
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert "svg" in reader.tags
    assert "script" not in reader.tags
    assert reader.addresses == []
    assert "&lt;b&gt;lạ" in page
    assert "Chưa đạt" not in page
    assert 'lang="en"' in page


def test_the_sheet_of_a_failed_rehearsal_says_so_first() -> None:
    page = sheet.page(result([make_day(lost=1)]))
    assert page.index("Chưa đạt") < page.index("Những số phải bằng không")


def test_the_sheet_tells_what_real_tablets_did_or_that_there_was_none() -> None:
    assert "Giây máy mỗi người" in sheet.page(result([make_day()]))
    page = sheet.page(result([make_day()], missing="Chromium is not installed"))
    assert "Chromium is not installed" in page
    assert "chỉ được đóng bằng giao thức" in page


def test_every_shape_of_the_crowd_has_its_words() -> None:
    assert set(words.SHAPES) == {*SHARES, "family", "walk_in"}


def test_every_desk_and_fault_has_its_words() -> None:
    assert set(words.FAULTS) == set(KINDS)
    from khien.rehearsal.week.team import SERVICE

    assert set(words.DESKS) == {*SERVICE, "tablet"}


def test_on_a_phone_the_days_unlike_the_others_fold_into_lists() -> None:
    page = sheet.page(result([make_day()]))
    assert '<table class="folds">' in page
    assert 'data-head="Đón khi mất mạng"' in page


def test_at_360_px_the_sheet_never_runs_sideways_and_the_timeline_scrolls_in_its_own_named_box() -> None:
    with browser.chromium() as chrome:
        phone = chrome.new_page(width=360, height=800)
        phone.set_content(sheet.page(result([make_day()])))
        assert phone.evaluate("document.documentElement.scrollWidth") == 360
        boxes = phone.locator(".wide:not([role=region])")
        assert all(boxes.nth(place).evaluate("box => box.scrollWidth <= box.clientWidth") for place in range(boxes.count()))
        line = phone.get_by_role("region", name="Sự cố ngày 1, cuộn ngang")
        line.focus()
        assert line.evaluate("box => box === document.activeElement && box.scrollWidth > box.clientWidth")
        assert phone.locator("td[data-head='Hàng dài nhất']").first.is_visible()
