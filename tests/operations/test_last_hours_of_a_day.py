"""A rehearsal late in the evening plays in what is left of the day, or moves the demo's clock on; it never gives up for the hour alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from khien.booking import actions as booking
from khien.config import moved
from khien.kernel import clock
from khien.rehearsal.officers import FIRST, _free_hours, into_the_day, seconds_ahead
from tests import make

pytestmark = pytest.mark.usefixtures("db")
TODAY = clock.on_date(make.AT)
HALF_A_MINUTE = 30


@pytest.fixture
def evening() -> Iterator[str]:
    """A point whose own session of today is over."""
    site = make.make_site(at=make.AT)
    make.make_session(site_id=site, on=TODAY, shift="whole_day", hours=(7, 16), at=make.AT)
    yield str(site)
    clock.shift_by(timedelta)


def stands_at(hour: int, minute: int) -> None:
    shift = clock.at_local(TODAY, hour, minute) + timedelta(seconds=HALF_A_MINUTE) - datetime.now(UTC)
    clock.shift_by(lambda: shift)


def rehearsed(site: str) -> None:
    shift, starts, ends = _free_hours(site)[0]
    booking.plan_session(
        site_id=UUID(site), on_date=TODAY, shift=shift, starts_at=starts, ends_at=ends, mode="invited", vaccines=["AZ"], tables=1,
        per_table=30, by=make.BY, at=make.AT,
    )  # fmt: skip


def test_one_rehearsal_after_another_finds_hours_until_midnight_is_near(evening: str) -> None:
    ahead = []
    for hour, minute in ((22, 0), (22, 50), (23, 20)):
        stands_at(hour, minute)
        ahead.append(seconds_ahead([evening]))
        rehearsed(evening)
    assert ahead == [0, 0, 0]
    # the fourth of the day has no shift left, and the new day is half an hour away
    stands_at(23, 31)
    assert 28 * 60 < seconds_ahead([evening]) - FIRST.total_seconds() <= 29 * 60


def test_the_last_minutes_are_too_short_for_anybody(evening: str) -> None:
    stands_at(23, 45)
    assert seconds_ahead([evening]) == 0
    rehearsed(evening)  # until 23:56
    assert seconds_ahead([evening]) > FIRST.total_seconds()
    stands_at(23, 51)
    assert seconds_ahead([]) > FIRST.total_seconds()


def test_by_day_the_clock_stays_even_where_every_shift_is_planned(evening: str) -> None:
    stands_at(17, 0)
    for _ in range(3):
        rehearsed(evening)
    assert _free_hours(evening) == []
    assert seconds_ahead([evening]) == 0


@pytest.mark.parametrize(("hour", "minute"), [(0, 0), (0, 8), (0, 54), (23, 51)])
def test_too_late_or_too_early_the_clock_of_the_demo_is_moved_on_and_told(
    evening: str, hour: int, minute: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    stands_at(hour, minute)
    before, told = clock.now(), []
    into_the_day([evening], told.append)
    after = before + moved.shift(tmp_path)
    assert told
    assert timedelta() < after - before <= FIRST + timedelta(minutes=9)
    assert clock.local(after - FIRST).date() == clock.local(after).date() == clock.local(before + timedelta(minutes=9)).date()
