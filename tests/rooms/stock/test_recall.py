"""A lot paused by its point, recalled by two persons, and those who received it."""

from datetime import timedelta

import pytest

from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.messaging import models as messages
from khien.plumbing import outbox
from khien.stock import actions, queries, rules
from khien.visits import actions as visits
from khien.visits import queries as at_point
from tests import make
from tests.make import AT, BY
from tests.make_day import SURE, done_at, make_day, make_visit
from tests.make_stock import TODAY, done, draw, fill, make_store, send, someone

pytestmark = pytest.mark.usefixtures("db")
CITY, FAR, NATION = Scope("province", "79", "2021"), Scope("province", make.OTHER_PROVINCE, "2021"), Scope("nation")


def far_site():
    return make.make_site(commune_key="2021-00004")


def test_a_point_pauses_a_lot_at_once_and_no_other_point_is_touched():
    lot = make.make_lot()
    here, there = make.make_site(), make.make_site()
    actions.hold(site_id=here, lot_id=lot, reason="lọ có cặn", by=BY, at=AT)
    assert queries.lot(lot, here).state == "quarantined"
    assert queries.lot(lot, there).state == "released"
    assert actions.hold(site_id=here, lot_id=lot, reason="lọ có cặn", by=BY, at=AT) == queries.holds(site_id=here)[0].id


def test_the_desk_stops_on_a_paused_lot_and_its_pulse_tells_it():
    day = make_day()
    made = make_visit(day, state="cleared")
    before = at_point.pulse(day.session_id)
    held = actions.hold(site_id=day.site_id, lot_id=day.lot_id, reason="lọ có cặn", by=BY, at=AT)
    assert at_point.pulse(day.session_id) != before
    with pytest.raises(Refused) as refused:
        visits.give_dose(visit=made.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(AT), by=BY, at=AT)
    assert (refused.value.code, refused.value.facts["reason"]) == ("stock.lot_quarantined", "lọ có cặn")
    actions.decide_hold(hold_id=held, decision="released", reason="đã soi lại", performed=done(), by=BY, at=AT)
    assert visits.give_dose(visit=made.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(AT), by=BY, at=AT).ordinal == 1


@pytest.mark.parametrize(("reason", "english"), [
    ("Tủ 1: trên 25 °C trong 30 phút", "Tủ 1: above 25 °C for 30 minutes"), ("Chuyến hàng PX 7: bị đông đá trên đường", "Consignment PX 7: frozen on the way"),
    ("Tủ 1: trên 8 °C cộng dồn 10 giờ; lọ có cặn; Tủ 2: trên 25 °C trong 30 phút", "Tủ 1: above 8 °C for 10 hours together; lọ có cặn; Tủ 2: above 25 °C for 30 minutes"),
])  # fmt: skip
def test_a_reason_that_the_platform_gave_is_told_in_both_languages_and_a_persons_as_it_was_written(reason, english):
    site, lot = make.make_site(), make.make_lot()
    actions.hold(site_id=site, lot_id=lot, reason=reason, by=BY, at=AT)
    with pytest.raises(Refused, match=r"stock\.lot_quarantined") as refused:
        rules.check_lot(queries.lot(lot, site), TODAY)
    assert (refused.value.facts["reason_vi"], refused.value.facts["reason_en"]) == (reason, english)
    assert rules.in_both("lọ có cặn") == {}


def test_one_person_alone_recalls_nothing():
    lot = make.make_lot()
    one = someone()
    asked = actions.ask_recall(lot_id=lot, scope=NATION, reason="nghi nhiễm", by=one, at=AT)
    assert queries.lot(lot).state == "released"
    with pytest.raises(Refused, match=r"stock\.second_person_same"):
        actions.confirm_recall(recall_id=asked.id, by=one, at=AT)
    with pytest.raises(Refused, match=r"stock\.recall_open"):
        actions.ask_recall(lot_id=lot, scope=NATION, reason="nghi nhiễm", by=someone(), at=AT)
    actions.confirm_recall(recall_id=asked.id, by=someone(), at=AT)
    assert queries.lot(lot).state == "recalled"
    with pytest.raises(Refused, match=r"stock\.recall_decided"):
        actions.confirm_recall(recall_id=asked.id, by=someone(), at=AT)


def test_a_recall_shows_the_doses_it_touches_before_it_is_confirmed():
    day = make_day()
    for _ in range(2):
        make_visit(day, state="dosed")
    asked = actions.ask_recall(lot_id=day.lot_id, scope=CITY, reason="nghi nhiễm", by=someone(), at=AT)
    assert asked.affected == {"given": 2, "points": 1, "on_hand": 98, "holders": 1, "on_the_way": 0}


def test_a_provinces_recall_counts_what_is_on_the_way_from_it_or_to_it():
    lot, store, here, far = make.make_lot(), make_store(), make.make_site(), far_site()
    fill(store, lot, 100)
    fill(far, lot, 50)
    send(store, here, lot, 60)
    send(store, far, lot, 30)
    send(far, make_store("national"), lot, 20)
    assert [queries.affected(lot, scope)["on_the_way"] for scope in (CITY, FAR, NATION)] == [90, 50, 110]


def test_a_provinces_recall_stops_its_points_and_leaves_the_others():
    lot = make.make_lot()
    here, far = make.make_site(), far_site()
    asked = actions.ask_recall(lot_id=lot, scope=CITY, reason="nghi nhiễm", by=someone(), at=AT)
    second = someone()
    actions.confirm_recall(recall_id=asked.id, by=second, at=AT)
    assert (queries.lot(lot, here).state, queries.lot(lot, far).state) == ("recalled", "released")
    with pytest.raises(Refused, match=r"stock\.lot_recalled"):
        rules.check_lot(queries.lot(lot, here), TODAY)
    with pytest.raises(Refused, match=r"stock\.second_person_same"):
        actions.lift_recall(recall_id=asked.id, reason="kết quả tốt", by=second, at=AT)
    actions.lift_recall(recall_id=asked.id, reason="kết quả tốt", by=someone(), at=AT)
    assert queries.lot(lot, here).state == "released"


def test_a_dose_already_in_the_arm_from_a_recalled_lot_is_recorded_and_marked():
    day = make_day()
    made = make_visit(day, state="cleared")
    make.recall_lot(day.lot_id)
    with pytest.raises(Refused, match=r"stock\.lot_recalled"):
        visits.give_dose(visit=made.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(AT), by=BY, at=AT)
    got = visits.give_dose(visit=made.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(AT), by=BY, at=AT, already_injected=True)
    assert got.marks
    assert queries.balance(day.site_id, day.lot_id).drawn == 1


def test_everyone_who_received_a_recalled_lot_is_listed_and_told_once():
    day = make_day()
    made = [make_visit(day, state="dosed", person_id=make.make_person(phone=f"090100{i:04d}")) for i in range(3)]
    asked = actions.ask_recall(lot_id=day.lot_id, scope=CITY, reason="nghi nhiễm", by=someone(), at=AT)
    assert messages.Message.objects.filter(template="lot_recalled").count() == 0
    actions.confirm_recall(recall_id=asked.id, by=someone(), at=AT)
    outbox.drain(lambda: AT + timedelta(seconds=1))
    assert messages.Message.objects.filter(template="lot_recalled").count() == 3
    listed = immunizations.recipients_of_lot(day.lot_id, (CITY,))
    assert {dose.visit_id for dose in listed} == {one.visit.visit_id for one in made}
    assert [dose.record_id for dose in immunizations.recipients_of_lot(day.lot_id, None, after=listed[1].record_id)] == [listed[2].record_id]


def test_a_held_lot_is_destroyed_only_by_a_decision_with_its_reason():
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=30)
    draw(site, lot)
    held = actions.hold(site_id=site, lot_id=lot, reason="tủ hỏng", by=BY, at=AT)
    with pytest.raises(Refused, match=r"stock\.reason_missing"):
        actions.decide_hold(hold_id=held, decision="destroyed", reason="", performed=done(), by=BY, at=AT)
    actions.decide_hold(hold_id=held, decision="destroyed", reason="Hội đồng kết luận", performed=done(), by=BY, at=AT)
    found = queries.balance(site, lot)
    assert (found.on_hand, found.wasted) == (0, 29)
    with pytest.raises(Refused, match=r"stock\.hold_decided"):
        actions.decide_hold(hold_id=held, decision="released", reason="đổi ý", performed=done(), by=BY, at=AT)
