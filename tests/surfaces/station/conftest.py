"""A point on a morning of December 2021: its clock, its open session, staff at the desks."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from khien.kernel import clock


class Clock:
    """The clock of the test: stands where it is put."""

    def __init__(self) -> None:
        from tests import make

        self.at(make.AT)

    def at(self, moment: datetime) -> None:
        """Put the clock to this moment; it runs on from there."""
        shift = moment - datetime.now(moment.tzinfo)
        clock.shift_by(lambda: shift)

    def on(self, **forward: int) -> datetime:
        """Move the clock on: minutes=31."""
        self.at(clock.now() + timedelta(**forward))
        return clock.now()


@pytest.fixture
def hour() -> Iterator[Clock]:
    """08:30 on Tuesday 14 December 2021, moved on by the test."""
    yield Clock()
    clock.shift_by(timedelta)


@pytest.fixture
def day(hour: Clock) -> Any:
    """An open session without appointments, AstraZeneca on the table."""
    from tests.make_day import make_day

    return make_day(at=clock.now())


@pytest.fixture
def signed_in(hour: Clock) -> Callable[..., Any]:
    """Signs in somebody with these roles at a point."""

    from django.test import Client

    from tests import make

    def sign_in(site_id: UUID, *roles: str) -> Any:
        staff = make.make_staff(*roles, scope=make.site_scope(site_id), at=clock.now())
        client = Client()
        session = client.session
        session["staff_id"] = str(staff.id)
        session.save()
        client.cookies["khien"] = session.session_key
        client.staff = staff  # type: ignore[attr-defined]
        return client

    return sign_in


@pytest.fixture
def lead(signed_in: Callable[..., Any], day: Any) -> Any:
    """The lead of the open session's point."""
    return signed_in(day.site_id, "point_lead")
