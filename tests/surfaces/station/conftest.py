"""A point on a morning of December 2021: its clock, its open session, staff at the desks."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from khien.kernel import clock
from khien.kernel.ids import uuid7
from tests import make
from tests.make_day import Day, make_day


class Clock:
    """The clock of the test: stands where it is put."""

    def __init__(self) -> None:
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
def day(hour: Clock) -> Day:
    """An open session without appointments, AstraZeneca on the table."""
    return make_day(at=clock.now())


@pytest.fixture
def signed_in(hour: Clock) -> Callable[..., Client]:
    """Signs in somebody with these roles at a point."""

    def sign_in(site_id: UUID, *roles: str) -> Client:
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
def lead(signed_in: Callable[..., Client], day: Day) -> Client:
    """The lead of the open session's point."""
    return signed_in(day.site_id, "point_lead")


def envelope(client: Any, name: str, **body: Any) -> dict[str, Any]:
    """A command as a desk sends it."""
    return {
        "command_id": str(uuid7()), "device_id": str(uuid7()), "seq": 1, "name": name, "version": 1, "occurred_at": clock.now().isoformat(),
        "clock_offset_ms": 0, "rules_version": "", "actor": str(client.staff.id), "body": body,
    }  # fmt: skip


def tell(client: Any, day: Day, *commands: dict[str, Any]) -> list[dict[str, Any]]:
    """Send commands from a desk; returns the receipts."""
    answer = post(client, f"/diem/{day.session_id}/lenh", {"commands": list(commands)})
    assert answer.status_code == 200, answer.content
    receipts: list[dict[str, Any]] = answer.json()["receipts"]
    return receipts


def post(client: Any, path: str, told: dict[str, Any]) -> Any:
    return client.post(path, json.dumps(told), content_type="application/json")
