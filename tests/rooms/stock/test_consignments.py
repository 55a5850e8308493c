"""Consignments: from any holder to any other, received once, each difference named until it is explained."""

from datetime import date, timedelta

import pytest

from khien.kernel.errors import Refused
from khien.kernel.refs import Performed, Scope
from khien.places import queries as places
from khien.stock import actions, queries
from tests import make
from tests.make import AT, BY
from tests.make_stock import TODAY, done, draw, fill, make_store, send

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def road():
    """A national store with 1,000 doses, a province's store, a point."""
    lot = make.make_lot()
    nation, province, site = make_store("national"), make_store("province"), make.make_site()
    fill(nation, lot, 1000)
    return lot, nation, province, site


def on_hand(holder, lot):
    return queries.balance(holder, lot).on_hand


def test_vaccine_goes_from_the_nation_by_the_province_to_a_point_and_every_level_agrees(road):
    lot, nation, province, site = road
    first = send(nation, province, lot, 600)
    assert (on_hand(nation, lot), on_hand(province, lot)) == (400, 0)
    assert actions.accept(consignment_id=first, performed=done(), by=BY, at=AT).state == "accepted"
    actions.accept(consignment_id=send(province, site, lot, 200), performed=done(), by=BY, at=AT)
    assert [on_hand(holder, lot) for holder in (nation, province, site)] == [400, 400, 200]
    assert queries.differing() == []


def test_a_level_may_be_skipped(road):
    lot, nation, _, site = road
    actions.accept(consignment_id=send(nation, site, lot, 50), performed=done(), by=BY, at=AT)
    assert on_hand(site, lot) == 50


def test_a_consignment_received_twice_is_refused_by_its_name(road):
    lot, nation, province, _ = road
    sent = send(nation, province, lot, 100, document="PXK 17")
    actions.accept(consignment_id=sent, performed=done(), by=BY, at=AT)
    with pytest.raises(Refused) as refused:
        actions.accept(consignment_id=sent, performed=done(), by=BY, at=AT + timedelta(minutes=5))
    assert (refused.value.code, refused.value.facts["document"], refused.value.facts["received_at"]) == ("stock.consignment_received", "PXK 17", AT)
    with pytest.raises(Refused, match=r"stock\.consignment_received"):
        actions.refuse(consignment_id=sent, reason="warm", by=BY, at=AT)
    assert on_hand(province, lot) == 100


def test_the_same_paper_sent_twice_is_one_consignment_and_another_content_on_it_is_refused(road):
    lot, nation, province, _ = road
    first = send(nation, province, lot, 100, document="PX 1")
    assert send(nation, province, lot, 100, document="PX 1") == first
    assert on_hand(nation, lot) == 900
    with pytest.raises(Refused, match=r"stock\.document_used"):
        send(nation, province, lot, 90, document="PX 1")


def test_no_store_sends_what_its_ledger_does_not_hold(road):
    lot, nation, province, _ = road
    with pytest.raises(Refused) as refused:
        send(nation, province, lot, 1001)
    assert (refused.value.code, refused.value.facts["on_hand"]) == ("stock.not_enough", 1000)
    for wrong, code in ((nation, "sent_to_itself"), (lot, "holder_unknown")):
        with pytest.raises(Refused, match=rf"stock\.{code}"):
            send(nation, wrong, lot, 1)
    with pytest.raises(Refused, match=r"stock\.nothing_sent"):
        send(nation, province, lot, 0)


def test_fewer_doses_than_sent_need_a_reason_and_become_work_of_both_until_it_is_said_where_they_are(road):
    lot, nation, province, _ = road
    sent = send(nation, province, lot, 100)
    with pytest.raises(Refused) as refused:
        actions.accept(consignment_id=sent, counted={lot: 96}, performed=done(), by=BY, at=AT)
    assert (refused.value.code, refused.value.facts["sent"], refused.value.facts["accepted"]) == ("stock.difference_reason_missing", 100, 96)
    got = actions.accept(consignment_id=sent, counted={lot: 96}, reasons={lot: "broken"}, performed=done(), by=BY, at=AT)
    assert (got.state, got.lines[0].open, on_hand(province, lot)) == ("differs", 4, 96)
    assert {(one.kind, one.site_id, one.doses) for one in queries.work()} == {("consignment", nation, 4), ("consignment", province, 4)}
    assert actions.settle(consignment_id=sent, lot_id=lot, resolution="lost", performed=done(), by=BY, at=AT).state == "settled"
    assert queries.work() == []
    assert (on_hand(nation, lot), on_hand(province, lot)) == (900, 96)


@pytest.mark.parametrize(("resolution", "nation_has", "province_has"), [("came_back", 904, 96), ("arrived", 900, 100), ("miscounted", 904, 96)])
def test_a_difference_ends_where_the_doses_are(road, resolution, nation_has, province_has):
    lot, nation, province, _ = road
    sent = send(nation, province, lot, 100)
    actions.accept(consignment_id=sent, counted={lot: 96}, reasons={lot: "short"}, performed=done(), by=BY, at=AT)
    actions.settle(consignment_id=sent, lot_id=lot, resolution=resolution, performed=done(), by=BY, at=AT)
    assert (on_hand(nation, lot), on_hand(province, lot)) == (nation_has, province_has)
    with pytest.raises(Refused, match=r"stock\.nothing_to_settle"):
        actions.settle(consignment_id=sent, lot_id=lot, resolution=resolution, performed=done(), by=BY, at=AT)
    assert queries.differing() == []


def test_more_doses_than_the_paper_says_are_received_and_left_the_sender_all_the_same(road):
    lot, nation, province, _ = road
    sent = send(nation, province, lot, 100)
    actions.accept(consignment_id=sent, counted={lot: 110}, reasons={lot: "excess"}, performed=done(), by=BY, at=AT)
    actions.settle(consignment_id=sent, lot_id=lot, resolution="miscounted", performed=done(), by=BY, at=AT)
    assert (on_hand(nation, lot), on_hand(province, lot)) == (890, 110)


def test_a_warm_consignment_is_refused_whole_and_comes_back_to_its_sender(road):
    lot, nation, province, _ = road
    sent = send(nation, province, lot, 100)
    assert actions.refuse(consignment_id=sent, reason="warm", by=BY, at=AT).state == "refused"
    assert (on_hand(nation, lot), on_hand(province, lot)) == (900, 0)
    assert [one.site_id for one in queries.work()] == [nation]
    actions.settle(consignment_id=sent, lot_id=lot, resolution="came_back", performed=done(), by=BY, at=AT)
    assert on_hand(nation, lot) == 1000


def test_a_point_returns_what_it_does_not_need_and_the_ledger_calls_it_returned(road):
    lot, nation, province, site = road
    actions.accept(consignment_id=send(nation, site, lot, 80), performed=done(), by=BY, at=AT)
    back = send(site, province, lot, 30, kind="return")
    actions.accept(consignment_id=back, performed=done(), by=BY, at=AT)
    found = queries.balance(site, lot)
    assert (found.on_hand, found.returned, on_hand(province, lot)) == (50, 30, 30)


def test_a_vial_known_only_by_its_label_is_used_and_matched_when_its_paper_comes(road):
    lot, nation, _, site = road
    actions.accept_label(site_id=site, lot_id=lot, doses=20, performed=done(), by=BY, at=AT)
    for _ in range(5):
        assert draw(site, lot)[1] == 0
    [work] = queries.work(site_id=site)
    assert (work.kind, work.doses) == ("label", 20)
    actions.accept(consignment_id=send(nation, site, lot, 50), performed=done(), by=BY, at=AT)
    assert (on_hand(site, lot), queries.balance(site, lot).received) == (45, 50)
    assert queries.work(site_id=site) == []
    assert queries.differing() == []


def test_a_paper_for_fewer_doses_than_the_labels_leaves_the_rest_as_work(road):
    lot, nation, _, site = road
    actions.accept_label(site_id=site, lot_id=lot, doses=20, performed=done(), by=BY, at=AT)
    actions.accept(consignment_id=send(nation, site, lot, 15), performed=done(), by=BY, at=AT)
    assert on_hand(site, lot) == 20
    assert [(one.kind, one.doses) for one in queries.work(site_id=site)] == [("label", 5)]


def test_syringes_boxes_diluent_and_adrenaline_go_the_same_road(road):
    _, nation, province, _ = road
    box = actions.add_lot(vaccine="SAFETY-BOX-5", number="HOP2021", by=BY, at=AT)
    drug = actions.add_lot(vaccine="ADRENALINE-1", number="AD77", expires_on=date(2022, 5, 1), by=BY, at=AT)
    with pytest.raises(Refused, match=r"stock\.lot_expiry_missing"):
        actions.add_lot(vaccine="ADRENALINE-1", number="AD78", by=BY, at=AT)
    for lot in (box, drug):
        fill(nation, lot, 40)
        actions.accept(consignment_id=send(nation, province, lot, 10), performed=done(), by=BY, at=AT)
        assert on_hand(province, lot) == 10
    assert box not in {lot.id for lot in queries.all_lots()}


def test_a_consignment_that_nobody_received_for_days_is_the_receivers_work(road):
    lot, nation, province, _ = road
    sent = send(nation, province, lot, 100)
    actions.watch(AT + timedelta(days=4))
    assert [(one.kind, one.site_id) for one in queries.work()] == [("overdue", province)]
    actions.accept(consignment_id=sent, performed=done(), by=BY, at=AT + timedelta(days=4))
    assert queries.work() == []


def test_a_label_misread_is_refused_by_name():
    for dates, code in (
        ({"expires_on": date(2021, 1, 1), "manufactured_on": date(2021, 6, 1)}, "expiry_before_manufacture"),
        ({"expires_on": date(2023, 1, 1), "manufactured_on": date(2022, 6, 1)}, "made_in_future"),
    ):
        with pytest.raises(Refused, match=rf"stock\.{code}"):
            actions.add_lot(vaccine="AZ", number="AB1", by=BY, at=AT, **dates)


def test_what_expires_first_is_proposed_first_and_a_held_lot_never(road):
    _, nation, _, _ = road
    soon = make.make_lot(expires_on=TODAY + timedelta(days=10))
    held = make.make_lot(expires_on=TODAY + timedelta(days=5))
    late = make.make_lot(expires_on=TODAY + timedelta(days=90))
    for lot in (soon, held, late):
        fill(nation, lot, 100)
    actions.hold(site_id=nation, lot_id=held, reason="nghi hỏng", by=BY, at=AT)
    assert [(one.lot.id, one.doses) for one in queries.propose(nation, "AZ", 150, TODAY)] == [(soon, 100), (late, 50)]


def test_a_keeper_sees_low_stock_and_what_expires(road):
    lot, nation, _, site = road
    soon = make.make_lot(expires_on=TODAY + timedelta(days=3))
    fill(site, soon, 10)
    actions.accept(consignment_id=send(nation, site, lot, 30), performed=done(), by=BY, at=AT)
    for _ in range(29):
        draw(site, lot)  # more than four a day in the week
    found = queries.alerts((Scope("site", str(site)),), TODAY + timedelta(days=1))
    assert [(alert.kind, alert.doses) for alert in found] == [("low", 11), ("expiring", 10)]


def test_stores_and_points_are_seen_by_those_above_them_only(road):
    _, nation, province, site = road
    other = make_store("province", place=places.unit_place("2021-01"))
    seen = {one.id for one in queries.holders((Scope("province", "79", "2021"),))}
    assert {province, site} <= seen
    assert not {nation, other} & seen
    assert {nation, other, province} <= {one.id for one in queries.holders(None)}


def test_nothing_came_went_or_was_thrown_away_tomorrow(road):
    lot, nation, province, site = road
    tomorrow = Performed(AT, TODAY + timedelta(days=1))
    common = {"site_id": site, "lot_id": lot, "doses": 1, "performed": tomorrow, "by": BY, "at": AT}
    for act in (
        lambda: actions.receive(document="PX1", **common),
        lambda: actions.waste(reason="expired", **common),
        lambda: actions.return_(document="PX2", **common),
        lambda: actions.accept_label(**common),
        lambda: actions.send(from_id=nation, to_id=province, doses={lot: 1}, document="PX3", performed=tomorrow, by=BY, at=AT),
    ):
        with pytest.raises(Refused, match=r"stock\.day_in_future"):
            act()
    assert (on_hand(nation, lot), queries.differing()) == (1000, [])
