"""Deliveries that share a transaction: each subject once, and one that fails takes nobody with it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from khien.plumbing import once, outbox
from tests import make

AT = make.AT


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two handlers of an event of this test: one hears together, one by itself."""
    told: list[Any] = []

    @outbox.together("visit")
    def count(data: dict[str, Any], at: Any) -> None:
        if data.get("bad"):
            raise ValueError("a fault of this one")
        told.append(("count", data["visit"], data["step"], once.is_reading()))

    def tell(data: dict[str, Any], at: Any) -> None:
        told.append(("tell", data["visit"], data["step"], once.is_reading()))

    monkeypatch.setattr(outbox, "_handler", {"counts": count, "tells": tell}.__getitem__)
    monkeypatch.setattr(outbox, "subscriptions", lambda: {"moved": ("counts",), "closed": ("tells",)})
    return told


def publish(*steps: tuple[str, int], kind: str = "moved", **more: Any) -> None:
    for visit, step in steps:
        outbox.publish(kind, at=AT, visit=visit, step=step, **more)


def states() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM outbox_delivery GROUP BY state")
        return dict(cursor.fetchall())


def test_a_visit_that_moved_three_times_is_counted_once_as_it_now_stands(db, heard):
    publish(("a", 1), ("b", 1), ("a", 2), ("a", 3))
    assert outbox.deliver_batch(AT) == 4
    assert sorted(one[1] for one in heard) == ["a", "b"]
    assert all(reading for *_, reading in heard)
    assert states() == {"done": 4}


def test_what_tells_somebody_is_handled_each_by_itself(db, heard):
    publish(("a", 1), ("a", 2), kind="closed")
    outbox.drain(lambda: AT)
    assert [one[:3] for one in heard] == [("tell", "a", 1), ("tell", "a", 2)]
    assert not any(reading for *_, reading in heard)


def test_what_was_published_at_one_moment_is_handled_as_it_was_published(db, heard):
    publish(*(("a", step) for step in range(1, 30)), kind="closed")
    with connection.cursor() as cursor:  # the first lies last in the table now
        for shift in ("+ interval '1 second'", "- interval '1 second'"):
            cursor.execute(f"UPDATE outbox_delivery SET due_at = due_at {shift} WHERE (data->>'step')::int < 15")
    outbox.drain(lambda: AT)
    assert [one[2] for one in heard] == list(range(1, 30))


def test_one_that_fails_waits_alone_and_the_others_are_counted(db, heard):
    publish(("a", 1), ("b", 1))
    publish(("c", 1), bad=True)
    publish(("d", 1))
    outbox.drain(lambda: AT)
    assert {one[1] for one in heard} == {"a", "b", "d"}
    assert states() == {"done": 3, "pending": 1}
    assert outbox.deliver_batch(AT) == 0  # it comes again later, not at once
    assert outbox.deliver_batch(AT + timedelta(minutes=1)) == 1


def test_what_is_held_back_is_not_drawn_into_a_batch_before_its_time(db, heard):
    publish(("a", 1))
    outbox.publish("moved", at=AT, delay=timedelta(minutes=5), visit="b", step=1)
    outbox.drain(lambda: AT)
    assert states() == {"done": 1, "pending": 1}
