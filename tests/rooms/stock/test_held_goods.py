"""A lot that is held does not become usable by a journey: not sent on, held where it arrives, held where it comes back warm or frozen."""

from datetime import date, timedelta

import pytest

from khien.kernel.errors import Refused
from khien.stock import actions, queries
from tests import make
from tests.make import AT, BY
from tests.make_stock import TODAY, done, fill, make_fridge, make_store, report, send

pytestmark = pytest.mark.usefixtures("db")
HOUR = timedelta(hours=1)
NIGHT = AT + 12 * HOUR


@pytest.fixture
def road():
    """A province's store with 1,000 doses, and a point."""
    lot = make.make_lot()
    store, site = make_store("province"), make.make_site()
    fill(store, lot, 1000)
    return lot, store, site


def pause(holder, lot, *, at=AT):
    return actions.hold(site_id=holder, lot_id=lot, reason="lọ có cặn", by=BY, at=at)


def accept(sent, *, at=AT):
    return actions.accept(consignment_id=sent, performed=done(at), by=BY, at=at)


@pytest.mark.parametrize("kind", ["supply", "transfer"])
def test_a_held_lot_is_not_sent_on_until_somebody_releases_it(road, kind):
    lot, store, site = road
    held = pause(store, lot)
    with pytest.raises(Refused) as refused:
        send(store, site, lot, 100, kind=kind)
    assert (refused.value.code, refused.value.facts["reason"]) == ("stock.stopped_not_sent", "lọ có cặn")
    assert queries.balance(store, lot).on_hand == 1000
    actions.decide_hold(hold_id=held, decision="released", reason="lọ đạt", performed=done(), by=BY, at=AT)
    accept(send(store, site, lot, 100, kind=kind))
    assert queries.lot(lot, site).state == "released"


def test_recalled_and_expired_vaccine_goes_back_and_nowhere_else(road):
    lot, store, site = road
    old = make.make_lot(expires_on=TODAY - timedelta(days=1))
    fill(store, old, 50)
    make.recall_lot(lot)
    for stopped, code in ((lot, "stopped_not_sent"), (old, "expired_not_sent")):
        with pytest.raises(Refused, match=rf"stock\.{code}"):
            send(store, site, stopped, 10)
        send(store, make_store("national"), stopped, 10, kind="return")


def test_a_held_lot_that_a_point_returns_is_held_at_the_store(road):
    lot, store, site = road
    accept(send(store, site, lot, 100))
    pause(site, lot)
    accept(send(site, store, lot, 60, kind="return"))
    assert (queries.lot(lot, store).state, queries.lot(lot, store).state_reason) == ("quarantined", "lọ có cặn")


def test_a_lot_paused_while_its_goods_are_on_the_road_is_held_where_they_arrive(road):
    lot, store, site = road
    sent = send(store, site, lot, 100)
    pause(store, lot, at=AT + HOUR)
    accept(sent, at=AT + 2 * HOUR)
    assert [(one.lot.id, one.reason) for one in queries.holds(site_id=site)] == [(lot, "lọ có cặn")]


@pytest.mark.parametrize(("decision", "state"), [("released", "released"), ("destroyed", "quarantined")])
def test_what_was_decided_at_the_sender_while_goods_are_on_the_road_stands_for_them(road, decision, state):
    lot, store, site = road
    sent = send(store, site, lot, 100)
    held = pause(store, lot, at=AT + HOUR)
    actions.decide_hold(hold_id=held, decision=decision, reason="đã xem", performed=done(), by=BY, at=AT + HOUR)
    accept(sent, at=AT + 2 * HOUR)
    assert queries.lot(lot, site).state == state


@pytest.mark.parametrize("reason", ["warm", "frozen"])
def test_a_consignment_refused_as_warm_or_frozen_is_held_when_it_is_back(road, reason):
    lot, store, site = road
    sent = send(store, site, lot, 100, document="PX 7")
    actions.refuse(consignment_id=sent, reason=reason, by=BY, at=AT)
    actions.settle(consignment_id=sent, lot_id=lot, resolution="came_back", performed=done(), by=BY, at=AT)
    [held] = queries.holds(site_id=store)
    assert (held.lot.id, held.cause, held.held_by) == (lot, "excursion", "system:khien")
    assert "PX 7" in held.reason
    with pytest.raises(Refused, match=r"stock\.stopped_not_sent"):
        send(store, site, lot, 100)


def test_goods_refused_as_frozen_that_arrived_after_all_are_held_where_they_are(road):
    lot, store, site = road
    sent = send(store, site, lot, 100)
    actions.refuse(consignment_id=sent, reason="frozen", by=BY, at=AT)
    actions.settle(consignment_id=sent, lot_id=lot, resolution="arrived", performed=done(), by=BY, at=AT)
    assert [one.lot.id for one in queries.holds(site_id=site)] == [lot]


def test_goods_refused_for_another_reason_and_goods_that_no_cold_harms_come_back_as_they_were(road):
    lot, store, site = road
    box = actions.add_lot(vaccine="SAFETY-BOX-5", number="HOP2021", expires_on=date(2030, 1, 1), by=BY, at=AT)
    fill(store, box, 40)
    for sent_lot, reason in ((lot, "wrong_lot"), (box, "frozen")):
        sent = send(store, site, sent_lot, 10)
        actions.refuse(consignment_id=sent, reason=reason, by=BY, at=AT)
        actions.settle(consignment_id=sent, lot_id=sent_lot, resolution="came_back", performed=done(), by=BY, at=AT)
    assert queries.holds() == []


def frozen_night(store, *, told):
    """The file of a night at -3 °C, uploaded late."""
    fridge, key = make_fridge(store)
    report(fridge, key, [-3.0] * 168 + [4.0] * 12, first=NIGHT, at=told)
    return fridge


def test_goods_that_left_before_the_file_of_the_night_was_read_are_held_wherever_they_are(road):
    lot, store, site = road
    point, later = make.make_site(), make.make_site()
    sent = {holder: send(store, holder, lot, 100, at=NIGHT + 14 * HOUR) for holder in (site, point, later)}
    accept(sent[site], at=NIGHT + 15 * HOUR)
    accept(send(site, point, lot, 100, kind="transfer", at=NIGHT + 16 * HOUR), at=NIGHT + 17 * HOUR)
    frozen_night(store, told=NIGHT + 20 * HOUR)
    assert {one.site_id for one in queries.holds(lot_id=lot)} == {store, point}
    accept(sent[later], at=NIGHT + 21 * HOUR)
    [held] = queries.holds(site_id=later)
    assert "-0,5 °C" in held.reason
    with pytest.raises(Refused, match=r"stock\.stopped_not_sent"):
        send(later, site, lot, 10, at=NIGHT + 22 * HOUR)


def test_a_lot_that_left_whole_is_held_with_its_receiver_and_once(road):
    lot, store, site = road
    accept(send(store, site, lot, 1000, at=NIGHT + 14 * HOUR), at=NIGHT + 15 * HOUR)
    frozen_night(store, told=NIGHT + 20 * HOUR)
    [held] = queries.holds(lot_id=lot)
    assert (held.site_id, queries.lot(lot, site).state) == (site, "quarantined")
    actions.decide_hold(hold_id=held.id, decision="released", reason="thử lắc đạt", performed=done(), by=BY, at=NIGHT + 21 * HOUR)
    [one] = queries.excursions(site_id=store, at=NIGHT + 21 * HOUR)
    assert (one.judged, one.decision) == ("fridge_frozen", "released")
    fridge = queries.devices(site_id=store, at=NIGHT + 21 * HOUR)[0]
    actions.take_readings([(fridge.code, (NIGHT + HOUR).isoformat(), -3.0)], key=queries.Key(None, store, None), at=NIGHT + 22 * HOUR)
    assert queries.holds(lot_id=lot) == []


def test_goods_that_left_before_the_cold_or_after_a_decision_are_free(road):
    lot, store, site = road
    early, late = make.make_site(), make.make_site()
    accept(send(store, early, lot, 100, at=AT + HOUR), at=NIGHT + HOUR)
    accept(send(store, site, lot, 100, at=NIGHT + timedelta(minutes=30)), at=NIGHT + HOUR)
    frozen_night(store, told=NIGHT + 15 * HOUR)
    [held] = queries.holds(lot_id=lot)
    assert held.site_id == store
    actions.decide_hold(hold_id=held.id, decision="released", reason="thử lắc đạt", performed=done(), by=BY, at=NIGHT + 16 * HOUR)
    accept(send(store, late, lot, 100, at=NIGHT + 17 * HOUR), at=NIGHT + 18 * HOUR)
    fridge = queries.devices(site_id=store, at=NIGHT + 18 * HOUR)[0]
    actions.take_readings([(fridge.code, (NIGHT + timedelta(minutes=2)).isoformat(), -3.0)], key=queries.Key(None, store, None), at=NIGHT + 18 * HOUR)
    assert queries.holds(lot_id=lot) == []


def test_a_lot_that_left_on_the_first_day_of_a_long_breach_is_held_by_the_hours_that_it_was_there(road):
    lot, store, site = road
    accept(send(store, site, lot, 100, at=NIGHT + 5 * HOUR), at=NIGHT + 6 * HOUR)
    fridge, key = make_fridge(store)
    report(fridge, key, [-3.0] * 60 + [1.0] * 420 + [4.0], first=NIGHT, at=NIGHT + 41 * HOUR)
    assert {one.site_id for one in queries.holds(lot_id=lot)} == {store, site}
