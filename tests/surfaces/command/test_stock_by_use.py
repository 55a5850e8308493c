"""The stock's pages as people really type into them: thousands with points, small raised digits, a button pressed twice, half a count."""

import json
import unicodedata
from datetime import date

import pytest
from django.db import transaction

from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Scope
from khien.plumbing.models import AuditRow
from khien.stock import actions as acts
from khien.stock import ledger as stock_ledger
from khien.stock import models
from khien.stock import queries as stock
from tests import make
from tests.make import AT, BY
from tests.make_day import done_at
from tests.make_stock import fill, make_fridge, make_store
from tests.make_stock import send as send_goods
from tests.surfaces.command.desk import CITY, FAR, ROOT, day, officer, read, send, words

pytestmark = pytest.mark.usefixtures("db")
TODAY, EXPIRY = date(2021, 12, 14), date(2022, 6, 1)
PAPER = {"act": "receive", "vaccine": "AZ", "lot": "NG12", "document": "PN 1", **day("day", TODAY), **day("expires_on", EXPIRY)}


@pytest.mark.parametrize(("typed", "doses"), [("1.000", 1000), ("1 200", 1200), ("1.234.000", 1_234_000), ("500", 500)])
def test_a_keeper_types_thousands_with_points_and_the_ledger_takes_them_whole(typed, doses):
    store = make_store()
    assert send(officer("stock_keeper"), f"/kho/{store}/ghi", **PAPER, doses=typed).status_code == 302
    [one] = stock.lots_at(store)
    assert one.on_hand == doses


@pytest.mark.parametrize("typed", ["²", "1.5", "1.50", "12,5", "một trăm", "9" * 30])
def test_a_number_that_cannot_be_read_is_refused_by_name_and_nothing_moves(typed):
    store, site, lot = make_store(), make.make_site(), make.make_lot()
    fill(store, lot, 100)
    keeper, lead = officer("stock_keeper"), officer("point_lead", scope=make.site_scope(site))
    assert send(keeper, f"/kho/{store}/ghi", **PAPER, doses=typed).status_code == 409
    answer = send(keeper, f"/kho/{store}/gui", to=str(site), kind="supply", document="PX 1", **{f"lo-{lot}": typed}, **day("day", TODAY))
    assert (answer.status_code, "Không đọc được số" in words(answer) or "lớn quá" in words(answer)) == (409, True)
    assert f'value="{typed}"' in answer.content.decode()
    coming = send_goods(store, site, lot, 10)
    assert send(lead, f"/kho/chuyen-den/{coming}", act="accept", **{f"lo-{lot}": typed, f"vi-{lot}": "excess"}).status_code == 400
    assert send(keeper, f"/kho/{store}/doi-chieu", act="count", **{f"dem-{lot}": typed}).status_code == 400
    assert (stock.consignment(coming).state, stock.balance(store, lot).on_hand) == ("sent", 90)


def test_a_receipt_that_is_refused_leaves_no_lot_behind():
    store, keeper = make_store(), officer("stock_keeper")
    answer = send(keeper, f"/kho/{store}/ghi", **(PAPER | day("day", date(2031, 1, 1)) | day("expires_on", date(2023, 1, 1))), doses="10")
    assert "chưa đến" in words(answer)
    assert stock.lot_by_number("AZ", "NG12") is None
    assert send(keeper, f"/kho/{store}/ghi", **PAPER, doses="10").status_code == 302
    assert stock.lot_by_number("AZ", "NG12").expires_on == EXPIRY


def test_an_expiry_typed_wrongly_is_put_right_by_the_ministry_with_both_dates_in_the_audit():
    site = make.make_site()
    lot = make.make_lot(site_id=site)
    planner, city = officer("planner", scope=make.NATION), officer("planner", scope=CITY)
    told = {"act": "label", **day("expires_on", EXPIRY), "doses_per_vial": "10", "reason": "gõ nhầm năm"}
    assert send(city, f"/kho/lo/{lot}", **told).status_code == 403
    assert "hạn dùng 01/06/2022 không thể trước" in words(send(planner, f"/kho/lo/{lot}", **told, **day("manufactured_on", date(2022, 7, 1))))
    before = stock.lot(lot).expires_on
    assert send(planner, f"/kho/lo/{lot}", **told).status_code == 302
    assert stock.lot(lot).expires_on == EXPIRY
    kept = json.loads(AuditRow.objects.get(action="stock.lot_corrected").facts)
    assert (kept["before"]["expires_on"], kept["after"]["expires_on"]) == (before.isoformat(), "2022-06-01")


def test_a_paper_count_without_the_hand_s_count_is_asked_for_never_dropped():
    site = make.make_site()
    lot = make.make_lot(site_id=site)
    fill(site, lot, 10)
    lead, page = officer("point_lead", scope=make.site_scope(site)), f"/kho/{site}/doi-chieu"
    assert "mời ghi cả số đếm tay" in words(send(lead, page, act="count", **{f"giay-{lot}": "3"}))
    assert "Chưa có số đếm nào" in words(send(lead, page, act="count"))
    assert not models.Count.objects.exists()


def test_a_store_is_put_right_where_it_stands_and_by_whom_it_concerns():
    planner = officer("planner", scope=CITY)
    facts = {"kind": "province", "name": "Kho Thử", "unit": "hồ chí minh"}
    first, again = (send(planner, "/noi/moi/kho", **facts).headers["Location"] for _ in range(2))
    assert first == again
    page = first.removeprefix(ROOT)
    assert "Kho Thử" in read(planner, page)
    assert officer("planner", scope=FAR).get(first).status_code == 403
    changed = {"act": "save", "name": "Kho CDC", "unit": "Thành phố Hồ Chí Minh", "phone": "028 3999 0000", "address": "366A Âu Dương Lân"}
    assert send(planner, page, **(changed | {"unit": "Hà Nội"})).status_code == 409
    assert send(planner, page, **(changed | {"name": " "})).status_code == 409
    assert send(planner, page, **changed).status_code == 302
    [store] = stock.holders([CITY], sites=False)
    assert (store.name, store.phone, store.address, store.place.province_2021) == ("Kho CDC", "028 3999 0000", "366A Âu Dương Lân", "79")
    assert planner.get(f"{ROOT}/noi/kho/{make.make_site()}").status_code in (403, 404)


def test_nobody_ends_the_token_of_another_s_fridge():
    own, other = make_store(), make.make_site()
    make_fridge(other)
    acts.make_key(label="Máy ghi", site_id=other, by=make.BY, at=make.AT)
    [key] = stock.keys(other)
    answer = send(officer("stock_keeper"), f"/kho/{own}/tu", act="end", key=str(key.id))
    assert (answer.status_code, stock.keys(other)[0].ended_at) == (404, None)


def test_a_recall_is_asked_for_the_province_of_the_officer_only():
    lot = make.make_lot()
    assert officer("planner", scope=Scope("district", make.BINH_THANH, "2021")).get(f"{ROOT}/kho/thu-hoi?lo={lot}").status_code == 404


def test_a_button_pressed_twice_wastes_returns_and_receives_once():
    site = make.make_site()
    lot = make.make_lot(site_id=site)
    fill(site, lot, 100)
    lead, page = officer("point_lead", scope=make.site_scope(site)), f"/kho/{site}/ghi"
    before = stock.balance(site, lot).on_hand
    facts = {"lot": str(lot), "doses": "4", **day("day", TODAY)}
    acts_told = (
        {"act": "waste", "why": "spilled", "one_act": str(uuid7()), **facts}, {"act": "return", "document": "TR 1", **facts},
        {**PAPER, "act": "label", "doses": "30", "one_act": str(uuid7())},
    )  # fmt: skip
    for told in acts_told:
        assert send(lead, page, **told).status_code == 302
        assert send(lead, page, **told).headers["Location"].endswith("xong=again")
    assert stock.balance(site, lot).on_hand == before - 8
    assert stock.balance(site, stock.lot_by_number("AZ", "NG12").id).on_hand == 30
    assert "đã được nhập với 4 liều" in words(send(lead, page, **(acts_told[1] | {"doses": "5"})))


def test_a_sign_that_no_book_holds_is_refused_by_name_and_never_an_error_page():
    site = make.make_site()
    lot = make.make_lot(site_id=site)
    lead = officer("point_lead", scope=make.site_scope(site))
    send(lead, f"/kho/{site}/doi-chieu", act="count", **{f"dem-{lot}": "1"})
    told = {"act": "correct", "lot": str(lot), "reason": "lọ\x00vỡ"}
    with transaction.atomic():
        answer = send(lead, f"/kho/{site}/doi-chieu", **told)
    assert (answer.status_code, "không ghi được vào sổ" in words(answer)) == (409, True)


@pytest.mark.parametrize("again", [" px-01 ", "PX-01", "Px-01", "PX-01\u2003"])
def test_the_same_paper_in_other_letters_or_spaces_is_the_same_paper(again):
    site, lot = make.make_site(), make.make_lot()
    done = done_at(AT)
    assert not acts.receive(site_id=site, lot_id=lot, doses=10, document="PX-01", performed=done, by=BY, at=AT).already
    assert acts.receive(site_id=site, lot_id=lot, doses=10, document=again, performed=done, by=BY, at=AT).already
    with pytest.raises(Refused, match=r"stock\.document_differs"):
        acts.receive(site_id=site, lot_id=lot, doses=12, document=again, performed=done, by=BY, at=AT)
    assert [one.on_hand for one in stock.lots_at(site)] == [10]
    other = make.make_site()
    first = acts.send(from_id=site, to_id=other, doses={lot: 4}, document="Phiếu Số 7", performed=done, by=BY, at=AT)
    decomposed = unicodedata.normalize("NFD", "phiếu  số 7")
    assert acts.send(from_id=site, to_id=other, doses={lot: 4}, document=decomposed, performed=done, by=BY, at=AT) == first
    assert [one.on_hand for one in stock.lots_at(site)] == [6]


def test_goods_that_come_by_a_consignment_are_not_typed_a_second_time_by_hand():
    keeper, (sender, point) = officer("stock_keeper", scope=CITY), (make.make_site(), make.make_site())
    lot = make.make_lot(number_="LOTX01", site_id=sender)
    sent = acts.send(from_id=sender, to_id=point, doses={lot: 10}, document="PXK-7", performed=done_at(AT), by=BY, at=AT)
    told = {"act": "receive", "vaccine": "AZ", "lot": "LOTX01", "doses": "10", "document": "pxk-7", **day("day", TODAY)}
    early = send(keeper, f"/kho/{point}/ghi", **told)
    assert early.status_code == 409
    assert "là một chuyến hàng gửi tới đây" in words(early)
    acts.accept(consignment_id=sent, performed=done_at(AT), by=BY, at=AT)
    assert "đã được nhận rồi" in words(send(keeper, f"/kho/{point}/ghi", **told))
    assert [one.on_hand for one in stock.lots_at(point)] == [10]
    assert send(keeper, f"/kho/{point}/ghi", **told | {"document": "PXK-8"}).url.endswith("?xong=receive")


@pytest.mark.parametrize(("typed", "sent", "counted", "held"), [(10, 10, 10, 10), (4, 10, 10, 10), (10, 6, 6, 10), (10, 10, 8, 8 + 2)])
def test_goods_typed_by_hand_before_their_consignment_was_entered_count_once(typed, sent, counted, held):
    """What the hand wrote beyond the consignment stays for the count of the day to find: nobody knows yet what it was."""
    sender, point = make.make_site(), make.make_site()
    lot, done = make.make_lot(number_="LOTX02", site_id=sender), done_at(AT)
    acts.receive(site_id=point, lot_id=lot, doses=typed, document="pxk 9", performed=done, by=BY, at=AT)
    sent_id = acts.send(from_id=sender, to_id=point, doses={lot: sent}, document="PXK 9", performed=done, by=BY, at=AT)
    acts.accept(consignment_id=sent_id, counted={lot: counted}, reasons={lot: "short"}, performed=done, by=BY, at=AT)
    assert [one.on_hand for one in stock.lots_at(point)] == [held]
    assert "PXK 9: đã ghi tay, nay nhận theo chuyến" in read(officer("stock_keeper", scope=CITY), f"/kho/{point}")
    # another consignment whose sender counts papers alike is another one
    other = make.make_site()
    acts.receive(site_id=other, lot_id=lot, doses=5, document="PN 3", performed=done, by=BY, at=AT)
    again = acts.send(from_id=other, to_id=point, doses={lot: 5}, document="PXK 9", performed=done, by=BY, at=AT)
    acts.accept(consignment_id=again, performed=done, by=BY, at=AT)
    assert [one.on_hand for one in stock.lots_at(point)] == [held + 5 - min(typed - min(typed, counted), 5)]
    with transaction.atomic():
        assert not stock_ledger.differing()
