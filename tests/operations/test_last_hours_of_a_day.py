"""A rehearsal late in the evening plays in what is left of the day, or waits for the new one; it never gives up for the hour alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from khien.booking import actions as booking
from khien.kernel import clock
from khien.rehearsal.officers import _free_hours, seconds_to_wait
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
    waited = []
    for hour, minute in ((22, 0), (22, 50), (23, 20)):
        stands_at(hour, minute)
        waited.append(seconds_to_wait([evening]))
        rehearsed(evening)
    assert waited == [0, 0, 0]
    # the fourth of the day has no shift left, and the new day is half an hour away
    stands_at(23, 31)
    assert 0 < seconds_to_wait([evening]) <= 29 * 60


def test_the_last_minutes_are_too_short_for_anybody(evening: str) -> None:
    stands_at(23, 45)
    assert seconds_to_wait([evening]) == 0
    rehearsed(evening)  # until 23:56
    assert 0 < seconds_to_wait([evening]) <= 15 * 60
    stands_at(23, 51)
    assert 0 < seconds_to_wait([]) <= 9 * 60


def test_by_day_nobody_waits_for_midnight_even_where_every_shift_is_planned(evening: str) -> None:
    stands_at(17, 0)
    for _ in range(3):
        rehearsed(evening)
    assert _free_hours(evening) == []
    assert seconds_to_wait([evening]) == 0
