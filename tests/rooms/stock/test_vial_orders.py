"""Several tables draw from vials of one lot; their tablets tell of it in any order: the ledger ends as if each had told at once."""

# ruff: noqa: PT017
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.stock import actions, models, queries
from tests import make
from tests.make import AT, BY
from tests.make_stock import TODAY, done, draw, draw_back, fill

pytestmark = pytest.mark.usefixtures("db")
LABEL = 4


@dataclass(frozen=True)
class Told:
    """What a table did: a vial opened, a dose from it (perhaps undone), the vial ended with so many left."""

    second: int
    rank: int  # of what happened in one second: opened, given, undone, ended
    kind: str
    vial: tuple[int, int]
    dose: int = 0
    left: int = 0

    @property
    def at(self) -> datetime:
        return AT + timedelta(seconds=self.second)


@st.composite
def days(draw_):
    """What some tables did, in order: vials side by side and one after another, 1 to 6 doses of a label of 4, few undone."""
    told = []
    step = draw_(st.sampled_from([1, 50, 150]))  # within what two clocks may differ by, about that, far above it
    for table in range(draw_(st.integers(1, 3))):
        second = step * draw_(st.integers(0, 4))
        for number in range(draw_(st.integers(1, 3))):
            vial = (table, number)
            told.append(Told(second, 0, "open", vial))
            undone = 0
            doses = draw_(st.integers(1, 6))
            for dose in range(doses):
                second += step * draw_(st.integers(0, 3))
                told.append(Told(second, 1, "give", vial, dose))
                if draw_(st.integers(0, 9)) == 0:
                    undone += 1
                    told.append(Told(second, 2, "undo", vial, dose))
            second += step * draw_(st.integers(0, 1))
            told.append(Told(second, 3, "end", vial, left=max(LABEL - doses + undone, 0)))
    return sorted(told, key=lambda one: (one.second, one.rank))


class Ledger:
    """A point, one lot, and what was told of it so far; what may not come yet waits, as on a tablet."""

    def __init__(self):
        self.site, self.lot = make.make_site(), make.make_lot(doses_per_vial=LABEL)
        fill(self.site, self.lot, 100)
        self.visits, self.vials = {}, {}
        self.now = AT + timedelta(hours=3)  # of the server, which hears of all of it later

    def tell(self, one: Told) -> None:
        self.now += timedelta(seconds=1)
        if one.kind == "open":
            self.vials[one.vial] = actions.open_vial(site_id=self.site, lot_id=self.lot, performed=done(one.at), by=BY, at=self.now).id
        elif one.kind == "give":
            self.visits[one.vial, one.dose] = draw(self.site, self.lot, at=one.at, visit=uuid7(), recorded=self.now)[0]
        elif one.kind == "undo":
            assert draw_back(self.site, self.visits[one.vial, one.dose], at=one.at) == 1
        else:
            with transaction.atomic():
                actions.end_vial(
                    site_id=self.site, vial_id=self.vials[one.vial], left=one.left, reason="open_vial", performed=done(one.at), by=BY, at=self.now
                )

    def told(self, order) -> dict[str, int]:
        waiting = list(order)
        while waiting:
            refused = []
            for one in waiting:
                try:
                    self.tell(one)
                except Refused as refusal:
                    assert refusal.code == "stock.vial_left"
                    refused.append(one)
            assert len(refused) < len(waiting), "an end that is refused for good"
            waiting = refused
        return self.state()

    def state(self) -> dict[str, int]:
        vials = list(models.Vial.objects.filter(site_id=self.site))
        balance = queries.balance(self.site, self.lot)
        [line] = queries.reconcile(self.site, TODAY)
        moved = models.Movement.objects.filter(site_id=self.site)
        back = set(moved.filter(kind="drawn_back").values_list("undoes_id", flat=True))
        drawn = [row for row in moved.filter(kind="drawn") if row.id not in back]
        for vial in vials:  # each counts the doses that name it
            assert vial.drawn == sum(row.vial_id == vial.id for row in drawn)
        return {
            "on_hand": balance.on_hand, "drawn": line.drawn, "extra": line.extra, "wasted": line.wasted,
            "above": sum(max(vial.drawn - vial.doses, 0) for vial in vials), "missing": sum(max(vial.doses - vial.drawn - vial.wasted, 0) for vial in vials),
            "from no vial": sum(row.vial_id is None for row in drawn),
        }  # fmt: skip


def _in_turn(told, data, *, doses_only):
    """Any order in which a tablet may tell: a table's own acts stand in its order; with `doses_only` all tables' vials do."""
    streams: dict[object, list[Told]] = {}
    for one in told:
        if one.kind in ("open", "end"):
            streams.setdefault("vials" if doses_only else one.vial[0], []).append(one)
        else:
            streams.setdefault((one.vial, one.dose), []).append(one)
    order = []
    while streams:
        key = data.draw(st.sampled_from(sorted(streams, key=str)))
        order.append(streams[key].pop(0))
        if not streams[key]:
            del streams[key]
    return order


def _same(told, data, *, doses_only):
    with transaction.atomic():
        in_order = Ledger().told(told)
        assert in_order["extra"] == in_order["above"]
        assert Ledger().told(_in_turn(told, data, doses_only=doses_only)) == in_order
        transaction.set_rollback(True)


@settings(max_examples=50)
@given(told=days(), data=st.data())
def test_doses_in_any_order_leave_the_ledger_that_they_leave_in_order(told, data):
    _same(told, data, doses_only=True)


@settings(max_examples=50)
@given(told=days(), data=st.data())
def test_vials_told_of_after_their_doses_leave_the_ledger_that_they_leave_in_order(told, data):
    _same(told, data, doses_only=False)


def test_one_dose_that_only_the_full_vial_can_have_given_gets_its_place():
    """Two vials open side by side for a moment; the doses of that moment come first and fill the older one."""
    day = [Told(0, 0, "open", (0, 0)), *(Told(10 + i, 1, "give", (0, 0), i) for i in range(3)), Told(20, 0, "open", (1, 0))]
    day += [Told(21, 1, "give", (0, 0), 3), Told(22, 3, "end", (0, 0)), *(Told(21 + i, 1, "give", (1, 0), i) for i in range(4)), Told(40, 3, "end", (1, 0))]
    for turned in (partial(sorted, key=lambda one: (one.rank, one.second)), partial(sorted, key=lambda one: (one.rank, -one.second))):
        assert Ledger().told(turned(day)) == {"on_hand": 92, "drawn": 8, "extra": 0, "wasted": 0, "above": 0, "missing": 0, "from no vial": 0}
