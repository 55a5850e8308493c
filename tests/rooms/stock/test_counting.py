"""The day's end: received = given + wasted + returned + on hand; the paper equals the record; what differs is somebody's work."""

from datetime import timedelta

import pytest

from khien.kernel.errors import Refused
from khien.stock import actions, queries
from khien.stock.actions import Counted
from tests import make
from tests.make import AT, BY
from tests.make_day import make_day, make_visit
from tests.make_stock import TODAY, done, draw, fill, someone

pytestmark = pytest.mark.usefixtures("db")
EVENING = AT + timedelta(hours=9)


def count(site, counted):
    return actions.count(site_id=site, on=TODAY, counted=counted, by=BY, at=EVENING)


def test_a_day_that_agrees_leaves_no_work():
    day = make_day()
    for _ in range(3):
        make_visit(day, state="dosed")
    actions.waste(site_id=day.site_id, lot_id=day.lot_id, doses=2, reason="broken", performed=done(), by=BY, at=AT)
    [line] = count(day.site_id, {day.lot_id: Counted(95, 3)})
    assert (line.opening + line.received, line.drawn, line.given, line.wasted, line.closing) == (100, 3, 3, 2, 95)
    assert line.differences == ()
    assert queries.work(site_id=day.site_id) == []


def test_a_count_that_differs_opens_work_with_a_clock_and_changes_nothing_by_itself():
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=50)
    [line] = count(site, {lot: Counted(47)})
    assert line.differences == ("count",)
    [work] = queries.work(site_id=site)
    assert (work.kind, work.doses, work.due_at - work.opened_at) == ("count", 3, timedelta(hours=24))
    assert queries.balance(site, lot).on_hand == 50


def test_a_second_count_that_agrees_ends_the_work():
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=50)
    count(site, {lot: Counted(47)})
    count(site, {lot: Counted(50)})
    assert queries.work(site_id=site) == []
    assert [one.resolution for one in queries.work(site_id=site, settled_since=AT)] == ["cleared"]


@pytest.mark.parametrize("counted", [47, 53])
def test_the_book_follows_the_count_only_by_a_movement_with_its_reason(counted):
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=50)
    count(site, {lot: Counted(counted)})
    with pytest.raises(Refused, match=r"stock\.reason_missing"):
        actions.correct_book(site_id=site, lot_id=lot, on=TODAY, reason=" ", performed=done(), by=BY, at=EVENING)
    actions.correct_book(site_id=site, lot_id=lot, on=TODAY, reason="đếm lại hai lần, hai người", performed=done(), by=BY, at=EVENING)
    assert queries.balance(site, lot).on_hand == counted
    assert queries.work(site_id=site) == []
    assert queries.differing() == []
    with pytest.raises(Refused, match=r"stock\.nothing_to_settle"):
        actions.correct_book(site_id=site, lot_id=lot, on=TODAY, reason="lần nữa", performed=done(), by=BY, at=EVENING)


def test_papers_that_count_more_doses_than_the_record_are_work_until_they_are_keyed():
    day = make_day()
    make_visit(day, state="dosed")
    [line] = count(day.site_id, {day.lot_id: Counted(99, 2)})
    assert line.differences == ("paper",)
    assert [(one.kind, one.doses) for one in queries.work(site_id=day.site_id)] == [("paper", 1)]
    make_visit(day, state="dosed")
    actions.refresh(day.site_id, TODAY, by=BY, at=EVENING)
    assert [one.kind for one in queries.work(site_id=day.site_id)] == ["count"]  # that dose left the fridge too


def test_a_shortfall_is_named_as_work_and_the_late_paper_ends_it():
    site = make.make_site()
    lot = make.make_lot()
    draw(site, lot)
    actions.refresh(site, TODAY, by=BY, at=EVENING)
    assert ("shortfall", 1) in {(one.kind, one.doses) for one in queries.work(site_id=site)}
    fill(site, lot, 10)
    actions.refresh(site, TODAY, by=BY, at=EVENING)
    assert "shortfall" not in {one.kind for one in queries.work(site_id=site)}


def test_someone_takes_a_difference_and_ends_it_with_a_named_reason():
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=50)
    count(site, {lot: Counted(49)})
    [work] = queries.work(site_id=site)
    who = someone()
    actions.take_work(work_id=work.id, by=who, at=EVENING)
    assert queries.one_work(work.id).taken_by == who.text
    for resolution, note, code in (("lost", "x", "resolution_unknown"), ("miscounted", " ", "reason_missing")):
        with pytest.raises(Refused, match=rf"stock\.{code}"):
            actions.settle_work(work_id=work.id, resolution=resolution, note=note, by=who, at=EVENING)
    actions.settle_work(work_id=work.id, resolution="miscounted", note="đếm sót một hộp", by=who, at=EVENING)
    assert queries.work(site_id=site) == []
    with pytest.raises(Refused, match=r"stock\.work_settled"):
        actions.take_work(work_id=work.id, by=who, at=EVENING)


def test_the_balances_are_the_movements_and_can_be_counted_again():
    from khien.stock.models import Balance

    day = make_day()
    make_visit(day, state="dosed")
    before = queries.balance(day.site_id, day.lot_id)
    Balance.objects.filter(site_id=day.site_id).update(on_hand=5, drawn=95)
    assert queries.differing() == [(day.site_id, day.lot_id)]
    assert actions.rebuild() >= 1
    assert queries.balance(day.site_id, day.lot_id) == before
    assert queries.differing() == []
