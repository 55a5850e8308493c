"""The pages of stock: goods sent and counted in, a recall by two officers, a day reconciled, a fridge's night."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.plumbing import outbox
from khien.stock import actions as acts
from khien.stock import queries as stock
from khien.surfaces.web.refusals import word
from tests import make, make_day
from tests.make_stock import fill, make_fridge, make_store, report
from tests.make_stock import send as send_goods
from tests.surfaces.command.desk import CITY, DISTRICT, FAR, ROOT, browser_of, day, officer, read, reads_of, send, words

TODAY = date(2021, 12, 14)


def test_a_keeper_sends_goods_and_the_point_counts_them_in_with_a_difference(db):
    store, site, lot = make_store(), make.make_site(), make.make_lot(number_="ABV7")
    fill(store, lot, 100)
    keeper, lead = officer("stock_keeper", scope=CITY), officer("point_lead", scope=make.site_scope(site))
    told = {"to": str(site), "kind": "supply", "document": "PXK 5", f"lo-{lot}": "101", **day("day", TODAY)}
    assert "Sổ chỉ còn 100 liều" in words(send(keeper, f"/kho/{store}/gui", **told))
    assert send(keeper, f"/kho/{store}/gui", **{**told, f"lo-{lot}": "60"}).status_code == 302
    [one] = stock.consignments(to_id=site)
    page = f"/kho/chuyen-den/{one.id}"
    assert "PXK 5" in read(lead, page)
    assert officer("point_lead", scope=FAR).get(f"{ROOT}{page}").status_code == 403
    assert "đếm được 57" in words(send(lead, page, act="accept", **{f"lo-{lot}": "57"}))
    assert send(lead, page, act="accept", **{f"lo-{lot}": "57", f"vi-{lot}": "broken"}).status_code == 302
    assert "đã được nhận rồi" in words(send(lead, page, act="accept"))
    assert stock.balance(site, lot).on_hand == 57
    assert "Hàng nhận khác phiếu gửi" in read(keeper, "/kho/viec")
    send(keeper, f"/kho/chuyen-di/{one.id}", act="settle", lot=str(lot), resolution="lost")
    assert stock.consignment(one.id).state == "settled"


def test_a_recall_is_asked_by_one_officer_and_confirmed_by_another_who_sees_whom_it_touches(db):
    made = make_day.make_day()
    person = make.make_person()
    make_day.make_visit(made, state="dosed", person_id=person)
    one, two = officer("planner", scope=CITY), officer("planner", scope=CITY)
    page = f"/kho/thu-hoi?lo={made.lot_id}"
    assert "Mũi đã tiêm" in read(one, "/kho/thu-hoi", lo=str(made.lot_id))
    send(one, page, scope="0", reason="nghi nhiễm", sure="on")
    [asked] = stock.recalls(lot_id=made.lot_id)
    recall = f"/kho/thu-hoi/{asked.id}"
    send(one, recall, act="confirm")
    assert stock.recall(asked.id).state == "asked"
    send(two, recall, act="confirm")
    assert stock.lot(made.lot_id, made.site_id).state == "recalled"
    assert reads_of(person).count("recall") == 0
    assert "Người đã tiêm lô này" in read(two, recall, nguoi="1")
    assert "recall" in reads_of(person)
    assert officer("planner", scope=FAR).get(f"{ROOT}{recall}").status_code == 403
    assert officer("stock_keeper", scope=CITY).get(f"{ROOT}{recall}").status_code == 403


def test_a_point_pauses_a_lot_and_an_officer_releases_it(db):
    site = make.make_site()
    lot = make.make_lot(site_id=site)
    lead = officer("point_lead", scope=make.site_scope(site))
    send(lead, f"/kho/{site}/ghi", act="pause", lot=str(lot), reason="lọ có cặn")
    assert "lọ có cặn" in read(lead, f"/kho/{site}")
    [held] = stock.holds(site_id=site)
    assert send(lead, f"/kho/giu/{held.id}", decision="released", reason="x").status_code == 403
    assert send(officer("planner", scope=DISTRICT), f"/kho/giu/{held.id}", decision="released", reason="đã soi lại").status_code == 302
    assert stock.lot(lot, site).state == "released"


def test_a_label_with_its_expiry_before_its_manufacture_is_refused_beside_the_field(db):
    site = make.make_site()
    keeper = officer("stock_keeper", scope=CITY)
    told = {"act": "receive", "vaccine": "AZ", "lot": "AB9", "doses": "10", "document": "P1", **day("day", TODAY), **day("expires_on", date(2021, 1, 1)), **day("manufactured_on", date(2021, 6, 1))}
    assert "không thể trước ngày sản xuất" in words(send(keeper, f"/kho/{site}/ghi", **told))


def test_a_paper_keyed_again_is_said_to_be_known_and_one_of_tomorrow_is_refused_beside_its_day(db):
    site = make.make_site()
    keeper = officer("stock_keeper", scope=CITY)
    told = {"act": "receive", "vaccine": "AZ", "lot": "AB9", "doses": "10", "document": "P1", **day("day", TODAY), **day("expires_on", TODAY + timedelta(days=90))}
    assert send(keeper, f"/kho/{site}/ghi", **told).url.endswith("?xong=receive")
    again = send(keeper, f"/kho/{site}/ghi", **told).url
    assert again.endswith("?xong=again")
    assert "chỉ tính một lần" in words(keeper.get(again))
    assert [one.on_hand for one in stock.lots_at(site)] == [10]
    assert "chưa đến" in words(send(keeper, f"/kho/{site}/ghi", **{**told, "document": "P2", **day("day", TODAY + timedelta(days=1))}))


def test_a_lot_number_read_otherwise_than_typed_is_said(db):
    site, keeper = make.make_site(), officer("stock_keeper", scope=CITY)
    make.make_lot("AZ", "KX0001")
    told = {"vaccine": "AZ", "doses": "10", "document": "P1", **day("day", TODAY)}
    for act in ("receive", "label"):
        assert "hiểu là lô KX0001" in words(keeper.get(send(keeper, f"/kho/{site}/ghi", act=act, lot="KXOOOl", **told).url))
    assert "hiểu là lô" not in words(keeper.get(send(keeper, f"/kho/{site}/ghi", act="receive", lot="kx 00-01", **told | {"document": "P2"}).url))
    assert "hiểu là lô" not in read(keeper, f"/kho/{site}", xong="receive", hieu="x")


def test_another_day_of_manufacture_is_refused_beside_its_field(db):
    site, keeper = make.make_site(), officer("stock_keeper", scope=CITY)
    make.make_lot("AZ", "KX0001", manufactured_on=date(2021, 9, 1))
    told = {"act": "receive", "vaccine": "AZ", "lot": "KX0001", "doses": "10", "document": "P1", **day("day", TODAY), **day("manufactured_on", date(2021, 10, 1))}
    assert "đã có với ngày sản xuất 01/09/2021" in words(send(keeper, f"/kho/{site}/ghi", **told))
    assert stock.lots_at(site) == []


def test_goods_that_came_past_their_expiry_are_entered_and_said_to_be_past_it(db):
    """The vials lie in the fridge: they are on the book as they are, and whoever wrote them hears that none may be opened."""
    site = make.make_site()
    keeper = officer("stock_keeper", scope=CITY)
    told = {"act": "receive", "vaccine": "AZ", "lot": "AB9", "doses": "10", "document": "P1", **day("day", TODAY), **day("expires_on", TODAY - timedelta(days=1))}
    done = send(keeper, f"/kho/{site}/ghi", **told).url
    told_after = words(keeper.get(done))
    assert done.endswith("?xong=expired")
    assert "Hàng này đã hết hạn: không mở lọ được" in told_after
    assert [one.on_hand for one in stock.lots_at(site)] == [10]


def test_a_lead_counts_the_day_and_corrects_the_book_with_a_reason(db):
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=50)
    lead = officer("point_lead", scope=make.site_scope(site))
    page = f"/kho/{site}/doi-chieu"
    send(lead, page, act="count", **{f"dem-{lot}": "48"})
    assert "Đếm khác sổ" in read(lead, page)
    [work] = stock.work(site_id=site)
    send(lead, "/kho/viec", act="take", work=str(work.id))
    assert stock.one_work(work.id).taken_by.startswith("staff:")
    assert send(officer("point_lead", scope=FAR), "/kho/viec", act="take", work=str(work.id)).status_code == 400
    send(lead, page, act="correct", lot=str(lot), reason="đếm lại hai lần")
    assert stock.balance(site, lot).on_hand == 48
    assert stock.work(site_id=site) == []


def test_a_fridges_page_draws_its_night_and_takes_a_file(db):
    site = make.make_site()
    make.make_lot(site_id=site, at=clock.now() - timedelta(hours=12))
    device, key = make_fridge(site)
    now = clock.now()
    report(device, key, [9.5] * 130, first=now - timedelta(hours=11), at=now)
    keeper = officer("stock_keeper", scope=CITY)
    assert "trên 8 °C cộng dồn 10 giờ" in read(keeper, "/kho/lanh")
    page = keeper.get(f"{ROOT}/kho/tu/{device}").content.decode()
    assert "<svg" in page
    assert "kh-temp__line--out" in page
    told = f"gio;nhiet do\n{now - timedelta(hours=12):%Y-%m-%dT%H:%M:%S+00:00};4,5\n{now:%Y-%m-%dT%H:%M:%S+00:00};850\n"
    answer = keeper.post(f"{ROOT}/kho/tu/{device}", {"file": SimpleUploadedFile("may.csv", told.encode())})
    assert "Đã nhận 1 số đo" in words(answer)
    assert "máy ghi hỏng" in words(answer)
    assert "Không đọc được tệp" in words(keeper.post(f"{ROOT}/kho/tu/{device}", {"file": SimpleUploadedFile("anh.png", b"\xff\xd8\xff")}))


def test_why_a_fridge_holds_its_lots_stands_in_the_readers_language(db):
    site = make.make_site()
    lot = make.make_lot(site_id=site, at=clock.now() - timedelta(hours=12))
    device, key = make_fridge(site)
    report(device, key, [9.5] * 130, first=clock.now() - timedelta(hours=11), at=clock.now())
    [held] = stock.holds(site_id=site)
    planner = officer("planner", "stock_keeper", scope=CITY)
    pages = ((f"/kho/{site}", {}), (f"/kho/giu/{held.id}", {}), ("/kho/lo", {"lo": str(lot)}))
    assert all("trên 8 °C cộng dồn 10 giờ" in read(planner, page, **query) for page, query in pages)
    planner.cookies["khien_lang"] = "en"
    for page, query in pages:
        told = read(planner, page, **query)
        assert "above 8 °C for 10 hours together" in told
        assert "cộng dồn" not in told
    with pytest.raises(Refused) as refused:
        stock.check_lot(stock.lot(lot, site), TODAY)
    assert "above 8 °C for 10 hours together" in word(refused.value, "en")
    assert "trên 8 °C cộng dồn 10 giờ" in word(refused.value, "vi")
    acts.hold(site_id=site, lot_id=lot, reason="lọ có cặn", by=make.BY, at=make.AT)
    assert "lọ có cặn" in read(planner, f"/kho/{site}")


def test_who_decides_about_a_held_lot_sees_how_many_doses_it_gave_after_it_was_harmed(db):
    here = make_day.make_day(at=make.AT - timedelta(hours=3))
    make_day.make_visit(here, state="dosed", at=make.AT - timedelta(hours=1))
    device, key = make_fridge(here.site_id)
    report(device, key, [-3.0] * 30, first=make.AT - timedelta(hours=3), at=make.AT)
    [held] = stock.holds(site_id=here.site_id)
    planner = officer("planner", "stock_keeper", scope=CITY)
    assert "1 mũi đã tiêm từ lô này ở đây sau lúc quá mức" in read(planner, f"/kho/giu/{held.id}")
    assert send(planner, f"/kho/giu/{held.id}", decision="destroyed", reason="Hội đồng kết luận").status_code == 302
    outbox.drain(clock.now)
    [dose] = immunizations.in_doubt()
    assert "đã hỏng vì nhiệt độ" in read(officer("doctor_on_duty", scope=CITY), f"/mui-can-quyet/{dose.record_id}")


def test_a_gateway_reports_with_its_token_and_nobody_without(db):
    client = Client()
    site = make.make_site()
    device, _ = make_fridge(site, code="TL-1")
    keeper = browser_of(make.make_staff("stock_keeper", scope=CITY))
    page = keeper.post(f"{ROOT}/kho/{site}/tu", {"act": "key", "label": "Trạm gom"}).content.decode()
    token = page.split('<b class="kh-cmd__hash">')[1].split("</b>")[0]
    body = {"readings": [{"device": "tl-1", "at": clock.now().isoformat(), "celsius": 4.5}, ["TL-1", clock.now().isoformat(), 850], 7], "alarms": [
        {"device": "TL-1", "kind": "too_warm", "started_at": clock.now().isoformat(), "peak": None}, {"device": "?", "kind": "too_warm"},
    ]}  # fmt: skip
    answer = client.post("/api/readings", body, content_type="application/json", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["kept"], answer.json()["reasons"]) == (200, 1, {"reading_impossible": 1, "device_unknown": 1})
    assert ["excursion" in one for one in answer.json()["alarms"]] == [True, False]
    csv = f"tủ,giờ,nhiệt độ\nTL-1,{clock.now() - timedelta(hours=1):%Y-%m-%d %H:%M:%S+00:00},4.0\n"
    assert client.post("/api/readings", csv.encode(), content_type="text/csv", headers={"Authorization": f"Bearer {token}"}).json()["kept"] == 1
    for header in ({}, {"Authorization": "Bearer khác"}, {"Authorization": "Basic x"}):
        assert client.post("/api/readings", body, content_type="application/json", headers=header).status_code == 401
    assert client.post("/api/readings", "{", content_type="application/json", headers={"Authorization": f"Bearer {token}"}).status_code == 409
    assert stock.device(device, clock.now()).last_c == 4.5


def test_everyone_sees_the_stock_of_their_own_place_only(db):
    site, far = make.make_site(), make.make_site(commune_key="2021-00004")
    near_lot, far_lot = make.make_lot(site_id=site), make.make_lot(site_id=far)
    sent = send_goods(far, site, far_lot, 5)
    page = read(officer("stock_keeper", scope=DISTRICT), "/kho")
    assert stock.holder(site).name in page
    assert f"{ROOT}/kho/{far}" not in officer("stock_keeper", scope=DISTRICT).get(f"{ROOT}/kho").content.decode()
    assert officer("stock_keeper", scope=FAR).get(f"{ROOT}/kho/chuyen-den/{sent}").status_code == 403
    assert officer("stock_keeper", scope=FAR).get(f"{ROOT}/kho/chuyen-di/{sent}").status_code == 200
    assert {one.site_id for one in stock.held((Scope("province", "79", "2021"),))} == {site}
    assert near_lot in {one.lot.id for one in stock.held(None)}
    acts.accept(consignment_id=sent, performed=make_day.done_at(make.AT), by=make.BY, at=make.AT)
