"""Vials: their clocks, doses drawn and extra ones, what was left; a dose keyed late joins the vial it came from."""

from datetime import timedelta

import pytest

from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.stock import actions, queries
from tests import make
from tests.make import AT, BY
from tests.make_stock import TODAY, done, draw, draw_back, fill

pytestmark = pytest.mark.usefixtures("db")
HOUR = timedelta(hours=1)


@pytest.fixture
def shelf():
    site = make.make_site()
    lot = make.make_lot(doses_per_vial=6)
    fill(site, lot, 60)
    return site, lot


def opened(shelf, at=AT, **more):
    site, lot = shelf
    return actions.open_vial(site_id=site, lot_id=lot, performed=done(at), by=BY, at=max(at, AT), **more)


def now(vial):
    return next(one for one in queries.vials(vial.site_id, TODAY) if one.id == vial.id)


def test_an_open_vial_has_its_clock_by_product(shelf):
    assert opened(shelf).use_until - AT == timedelta(hours=queries.product("AZ", TODAY)[0])


def test_a_vial_opened_tomorrow_is_refused_and_one_opened_this_morning_is_not(shelf):
    site, lot = shelf
    with pytest.raises(Refused) as refused:
        actions.open_vial(site_id=site, lot_id=lot, performed=done(AT + timedelta(days=1)), by=BY, at=AT)
    assert refused.value.code == "stock.vial_in_future"
    assert opened(shelf, AT - HOUR).opened_at == AT - HOUR


def test_a_button_pressed_twice_opens_one_vial(shelf):
    one = uuid7()
    assert opened(shelf, act_id=one).id == opened(shelf, act_id=one).id == one
    assert opened(shelf).id != opened(shelf).id


def test_a_dose_comes_from_the_open_vial_and_goes_back_to_it_when_undone(shelf):
    site, lot = shelf
    vial = opened(shelf)
    visit, _ = draw(site, lot)
    draw(site, lot)
    assert (now(vial).drawn, now(vial).left) == (2, 4)
    draw_back(site, visit)
    assert now(vial).drawn == 1


def test_the_vial_opened_first_is_emptied_first_and_nothing_is_drawn_beyond_the_possible(shelf):
    site, lot = shelf
    first, second = opened(shelf, AT - HOUR), opened(shelf)
    for _ in range(8):
        draw(site, lot)
    assert (now(first).drawn, now(second).drawn) == (6, 2)
    for _ in range(20):
        draw(site, lot)
    assert (now(first).drawn, now(second).drawn) == (8, 8)
    assert queries.balance(site, lot).drawn == 28


def test_a_seventh_dose_of_a_six_dose_vial_costs_the_fridge_nothing(shelf):
    site, lot = shelf
    vial = opened(shelf)
    visits = [draw(site, lot)[0] for _ in range(7)]
    assert (now(vial).drawn, now(vial).left, queries.balance(site, lot).on_hand) == (7, -1, 54)
    draw_back(site, visits[0])
    assert queries.balance(site, lot).on_hand == 54
    assert queries.differing() == []
    [line] = queries.reconcile(site, TODAY)
    assert (line.drawn, line.extra, line.closing) == (6, 0, 54)


def test_what_is_left_at_the_end_is_thrown_away_with_its_reason(shelf):
    site, lot = shelf
    vial = opened(shelf)
    for _ in range(4):
        draw(site, lot)
    with pytest.raises(Refused, match=r"stock\.reason_missing"):
        actions.end_vial(site_id=site, vial_id=vial.id, left=2, performed=done(), by=BY, at=AT)
    with pytest.raises(Refused, match=r"stock\.vial_left"):
        actions.end_vial(site_id=site, vial_id=vial.id, left=3, reason="open_vial", performed=done(), by=BY, at=AT)
    for _ in range(2):  # told twice it is one end
        assert actions.end_vial(site_id=site, vial_id=vial.id, left=2, reason="open_vial", performed=done(AT + HOUR), by=BY, at=AT + HOUR).wasted == 2
    found = queries.balance(site, lot)
    assert (found.on_hand, found.wasted) == (54, 2)
    with pytest.raises(Refused, match=r"stock\.vial_ended"):
        actions.end_vial(site_id=site, vial_id=vial.id, left=1, reason="open_vial", performed=done(), by=BY, at=AT)


def test_doses_still_on_paper_are_missing_until_they_are_keyed_and_join_their_vial(shelf):
    site, lot = shelf
    vial = opened(shelf)
    for _ in range(3):
        draw(site, lot)
    ended = actions.end_vial(site_id=site, vial_id=vial.id, left=1, reason="open_vial", performed=done(AT + HOUR), by=BY, at=AT + HOUR)
    assert ended.missing == 2
    assert [(one.kind, one.doses) for one in queries.work(site_id=site)] == [("vial", 2)]
    for _ in range(2):
        draw(site, lot, at=AT + HOUR / 2)
    actions.refresh(site, TODAY, by=BY, at=AT + 2 * HOUR)
    assert now(vial).missing == 0
    assert [one.kind for one in queries.work(site_id=site)] == ["record"]  # these draws have no record behind them in this test
    assert queries.balance(site, lot).on_hand == 54


def test_a_dose_keyed_later_never_comes_from_what_was_thrown_away(shelf):
    site, lot = shelf
    thrown = opened(shelf)
    draw(site, lot)
    actions.end_vial(site_id=site, vial_id=thrown.id, left=thrown.doses - 1, reason="open_vial", performed=done(AT + HOUR), by=BY, at=AT + HOUR)
    other = opened(shelf)
    draw(site, lot, at=AT + HOUR / 2)
    assert (now(thrown).drawn, now(thrown).missing, now(other).drawn) == (1, 0, 1)


def test_doses_that_a_short_vial_never_gave_are_wasted_by_name(shelf):
    site, lot = shelf
    vial = opened(shelf)
    for _ in range(5):
        draw(site, lot)
    actions.end_vial(site_id=site, vial_id=vial.id, left=0, performed=done(), by=BY, at=AT)
    assert actions.waste_missing(site_id=site, vial_id=vial.id, reason="short_vial", performed=done(), by=BY, at=AT).missing == 0
    assert queries.work(site_id=site) == []
    assert queries.balance(site, lot).on_hand == 54


def test_a_dose_after_the_vials_end_or_of_no_vial_is_recorded_all_the_same(shelf):
    site, lot = shelf
    vial = opened(shelf)
    actions.end_vial(site_id=site, vial_id=vial.id, left=0, performed=done(AT), by=BY, at=AT)
    assert draw(site, lot, at=AT + HOUR)[1] == 0
    assert now(vial).drawn == 0


def test_thawed_vials_have_their_own_clock_and_no_other_product_is_thawed(shelf):
    site, lot = shelf
    frozen = make.make_lot("PFIZER", doses_per_vial=6, site_id=site)
    got = actions.thaw(site_id=site, lot_id=frozen, vials=10, performed=done(), by=BY, at=AT)
    assert got.use_before - TODAY == timedelta(days=queries.product("PFIZER", TODAY)[1])
    with pytest.raises(Refused, match=r"stock\.never_thawed"):
        actions.thaw(site_id=site, lot_id=lot, vials=1, performed=done(), by=BY, at=AT)
    assert [one.vials for one in queries.thaws(site, TODAY)] == [10]


def test_no_vial_of_a_held_or_expired_lot_is_opened(shelf):
    site, lot = shelf
    actions.hold(site_id=site, lot_id=lot, reason="nghi hỏng", by=BY, at=AT)
    with pytest.raises(Refused, match=r"stock\.lot_quarantined"):
        opened(shelf)
