"""A lot recalled at 10:05 while three points inject it: from the second person's word on nobody gives it, and nothing given is lost."""

import threading

from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.stock import actions, queries
from khien.visits import actions as visits
from tests import make
from tests.make import AT, BY
from tests.make_day import SURE, done_at, make_day, make_visit
from tests.make_stock import fill, someone
from tests.threads import together

SITES, PEOPLE, BEFORE = 3, 6, 2


def test_three_points_stop_on_a_recalled_lot_the_moment_it_is_confirmed(committed):
    lot = make.make_lot()
    days = [make_day() for _ in range(SITES)]
    for day in days:
        fill(day.site_id, lot, 50)
        visits.choose_lot(session_id=day.session_id, lot_id=lot, by=BY, at=AT)
    cleared = [[make_visit(day, state="cleared").visit for _ in range(PEOPLE)] for day in days]
    asked = actions.ask_recall(lot_id=lot, scope=Scope("province", "79", "2021"), reason="nghi nhiễm", by=someone(), at=AT)
    ready, recalled = threading.Barrier(SITES + 1), threading.Event()

    def give(visit):
        try:
            visits.give_dose(visit=visit, lot_id=lot, confirmed=SURE, performed=done_at(AT), by=BY, at=AT)
        except Refused as refusal:
            return refusal.code
        return "given"

    def desk(index):
        if index == SITES:
            ready.wait()
            actions.confirm_recall(recall_id=asked.id, by=someone(), at=AT)
            recalled.set()
            return []
        told = [give(visit) for visit in cleared[index][:BEFORE]]
        ready.wait()
        told.append(give(cleared[index][BEFORE]))  # at the very moment: either way, but never half
        recalled.wait()
        return told + [give(visit) for visit in cleared[index][BEFORE + 1 :]]

    told = together(SITES + 1, desk)[:SITES]
    for one in told:
        assert one[:BEFORE] == ["given"] * BEFORE
        assert one[BEFORE] in ("given", "stock.lot_recalled")
        assert one[BEFORE + 1 :] == ["stock.lot_recalled"] * (PEOPLE - BEFORE - 1)
    given = sum(one.count("given") for one in told)
    assert len(immunizations.recipients_of_lot(lot, None)) == given
    assert sum(queries.balance(day.site_id, lot).drawn for day in days) == given
    assert queries.differing() == []
