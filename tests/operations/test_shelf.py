"""The shelf of a rehearsed point is counted by hand: one dose that vials, records, ledger and hand tell differently is named."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from khien.kernel.refs import Performed
from khien.rehearsal.shelf import Shelf, unaccounted
from khien.stock import actions, queries
from tests import make
from tests.make import AT, BY
from tests.make_day import make_day, make_visit
from tests.make_stock import TODAY

pytestmark = pytest.mark.usefixtures("db")
HOUR = timedelta(hours=1)


class Point:
    """A point with a shelf: commands run at once, doses are real visits."""

    def __init__(self) -> None:
        self.day = make_day(at=AT - 3 * HOUR)
        self.site, self.lot = self.day.site_id, queries.lot(self.day.lot_id)
        self.shelf = Shelf(self.post, str(self.site), TODAY)

    def post(self, name: str, body: Any, at: datetime, then: Any) -> None:
        told = body()
        done = Performed(at, TODAY, by_name="Điều dưỡng")
        if name == "open_vial":
            vial = actions.open_vial(site_id=self.site, lot_id=self.day.lot_id, performed=done, by=BY, at=AT)
        else:
            vial = actions.end_vial(site_id=self.site, vial_id=told["vial_id"], left=told["left"], reason=told["reason"], performed=done, by=BY, at=AT)
        then({"vial_id": str(vial.id)})

    def inject(self, at: datetime) -> None:
        assert self.lot is not None
        self.shelf.ready(self.lot, at - timedelta(seconds=30))
        make_visit(self.day, state="closed", at=at)
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(dosed_at) FROM visit WHERE session_id = %s", [self.day.session_id])
            self.shelf.drew(str(self.day.lot_id), cursor.fetchone()[0])

    def evening(self, *, miscounted: int = 0) -> list[str]:
        self.shelf.clear(AT)
        hand = self.shelf.hand[str(self.day.lot_id)] + miscounted
        actions.count(site_id=self.site, on=TODAY, counted={self.day.lot_id: actions.Counted(hand)}, by=BY, at=AT)
        return unaccounted(str(self.site), TODAY, {str(self.day.lot_id)})


def test_a_day_of_whole_vials_and_one_begun_agrees_to_the_dose() -> None:
    point = Point()
    for minute in range(0, 36, 3):
        point.inject(AT - 2 * HOUR + timedelta(minutes=minute))
    assert point.shelf.opened == 2
    assert point.evening() == []
    assert (point.shelf.given, point.shelf.wasted) == (12, 8)


def test_one_dose_that_the_hand_counts_otherwise_is_named() -> None:
    point = Point()
    point.inject(AT - 2 * HOUR)
    assert [what.split()[-1] for what in point.evening(miscounted=-1)] == ["count"]


def test_one_dose_that_left_a_vial_and_no_record_is_named() -> None:
    point = Point()
    point.inject(AT - 2 * HOUR)
    point.shelf.drew(str(point.day.lot_id), AT - HOUR)
    assert {what.split()[-1] for what in point.evening()} == {"count", "vial"}


def test_a_shelf_that_nobody_counted_is_named() -> None:
    point = Point()
    point.inject(AT - 2 * HOUR)
    point.shelf.clear(AT)
    assert [what.split()[-1] for what in unaccounted(str(point.site), TODAY, {str(point.day.lot_id)})] == ["uncounted"]


def test_a_vial_of_a_lot_that_is_held_back_is_put_aside_unopened() -> None:
    point = Point()
    point.shelf.post = lambda *_: None
    assert point.lot is not None
    point.shelf.ready(point.lot, AT)
    point.shelf.stopped(str(point.day.lot_id))
    assert (point.shelf.open, point.shelf.opened) == ({}, 0)
    point.shelf.stopped(str(uuid4()))
    assert make.AT == AT


def test_a_vial_whose_hours_are_over_is_thrown_away_and_the_next_dose_comes_from_a_new_one() -> None:
    told: list[tuple[str, Any, datetime]] = []

    def post(name: str, body: Any, at: datetime, then: Any) -> None:
        told.append((name, body(), at))
        then({"vial_id": str(len(told)), "use_until": (at + 2 * HOUR).isoformat()})

    day = make_day(at=AT - 3 * HOUR)
    lot = queries.lot(day.lot_id)
    assert lot is not None
    shelf = Shelf(post, str(day.site_id), TODAY)
    shelf.ready(lot, AT - 3 * HOUR)
    shelf.drew(str(lot.id), AT - 3 * HOUR)
    shelf.ready(lot, AT - 2 * HOUR)
    assert [name for name, _, _ in told] == ["open_vial"], "an hour old is not too old"
    shelf.ready(lot, AT)
    assert [(name, at) for name, _, at in told[1:]] == [("end_vial", AT - HOUR), ("open_vial", AT)]
    assert (told[1][1]["reason"], told[1][1]["left"]) == ("expired", lot.doses_per_vial - 1)


def test_a_vial_ends_with_its_latest_dose_whichever_table_drew_last() -> None:
    ended: list[datetime] = []

    def post(name: str, body: Any, at: datetime, then: Any) -> None:
        if name == "end_vial":
            ended.append(at)
        then({"vial_id": str(uuid4())})

    day = make_day(at=AT - 3 * HOUR)
    lot = queries.lot(day.lot_id)
    assert lot is not None
    shelf = Shelf(post, str(day.site_id), TODAY)
    shelf.ready(lot, AT - HOUR)
    late = AT - HOUR + timedelta(seconds=46)
    for at in (late, *(AT - HOUR + timedelta(seconds=30 + second) for second in range(1, lot.doses_per_vial))):
        shelf.drew(str(lot.id), at)
    assert ended == [late], "a dose after its vial's end would be in no vial, and the evening's count would not agree"
