"""Stock, rules, staff, reports, signatures, the audit: each within its reach, each with its reason."""

from datetime import date, timedelta

import pytest
from django.test import Client, override_settings

from khien.access import queries as staff_reads
from khien.campaigns import queries as campaigns
from khien.interchange import exports
from khien.interchange.sheets.grid import read_grid
from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.plumbing import outbox
from khien.reporting import queries as reporting
from khien.stock import queries as stock
from tests import make, make_day
from tests.surfaces.command.desk import CITY, DISTRICT, FAR, ROOT, browser_of, day, officer, read, send, words

TODAY = date(2021, 12, 14)


def test_goods_are_received_thrown_away_and_sent_back(db):
    site_id = make.make_site()
    keeper, page = officer("stock_keeper", scope=DISTRICT), f"/kho/{site_id}/ghi"
    told = {"act": "receive", "vaccine": "AZ", "lot": "ABV5300", "doses": "100", "document": "PX 01", **day("day", TODAY)}
    assert "hạn dùng" in words(send(keeper, page, **told)).lower()
    send(keeper, page, **told, **day("expires_on", date(2022, 6, 30)))
    lot_id = stock.lots_at(site_id)[0].lot.id
    send(keeper, page, act="waste", lot=str(lot_id), doses="3", why="broken", **day("day", TODAY))
    send(keeper, page, act="return", lot=str(lot_id), doses="10", document="PT 01", **day("day", TODAY))
    held = stock.lots_at(site_id)[0]
    assert (held.on_hand, held.wasted, held.returned) == (87, 3, 10)
    assert "Vỡ" in read(keeper, f"/kho/{site_id}")


def test_who_only_looks_at_stock_moves_none_of_it(db):
    site_id = make.make_site()
    reporter = officer("reporter", scope=DISTRICT)
    assert "Ghi nhận hàng" not in read(reporter, f"/kho/{site_id}")
    assert send(reporter, f"/kho/{site_id}/ghi", act="waste").status_code == 403


def test_a_lot_is_held_back_everywhere_by_who_answers_for_the_country_and_after_a_second_look(db):
    lot_id = make.make_lot(site_id=make.make_site(), doses=40)
    assert officer("planner", scope=CITY).get(f"{ROOT}/kho/lo/{lot_id}").status_code == 403
    ministry, page = officer("planner", scope=Scope("nation")), f"/kho/lo/{lot_id}"
    assert "40 liều ở 1 nơi" in read(ministry, page)
    send(ministry, page, state="quarantined", reason="CV thử")
    assert stock.lot(lot_id).state == "released"
    send(ministry, page, state="quarantined", reason="CV thử", sure="on")
    assert stock.lot(lot_id).state == "quarantined"


def rule_page(kind: str = "policy") -> tuple[str, object]:
    found = next(one for one in campaigns.rule_history(kind) if one.superseded_at is None)
    return f"{kind}/{found.key}", found


def test_a_rule_is_changed_from_a_day_on_and_its_history_stays(db):
    import json

    path, found = rule_page()
    changed = {name: (value + 1 if isinstance(value, int) else value) for name, value in found.data.items()}
    told = {"data": json.dumps(changed), **day("since", TODAY + timedelta(days=10)), "source": "QĐ thử", "reason": "Thử"}
    administrator = officer("administrator", scope=Scope("nation"))
    assert send(administrator, f"/quy-dinh/ghi/{path}", **told).status_code == 302
    states = [one.in_force_from for one in campaigns.rule_history("policy", found.key) if one.superseded_at is None]
    assert sorted(states) == [found.in_force_from, TODAY + timedelta(days=10)]
    assert "Sắp có hiệu lực" in read(administrator, "/quy-dinh", loai="policy")


def test_a_rule_that_cannot_be_is_refused_beside_its_field(db):
    path, found = rule_page("schedule")
    administrator = officer("administrator", scope=Scope("nation"))
    told = {"data": "{", **day("since", TODAY), "source": "QĐ thử", "reason": "Thử"}
    assert "không đọc được" in words(send(administrator, f"/quy-dinh/ghi/{path}", **told))
    assert send(administrator, f"/quy-dinh/ghi/{path}", **(told | {"data": '{"doses": 900}'})).status_code == 200
    assert len([one for one in campaigns.rule_history("schedule", found.key)]) == 1


def test_planners_read_rules_and_change_none(db):
    path, _found = rule_page()
    planner = officer("planner", scope=DISTRICT)
    assert "Bản mới" not in read(planner, f"/quy-dinh/xem/{path}")
    assert send(planner, f"/quy-dinh/ghi/{path}").status_code == 403


def test_a_province_has_its_own_priority_group(db):
    told = {"province": "79", "vi": "Người giao hàng", "en": "Couriers", **day("since", TODAY), "source": "CV thử", "reason": "Thử"}
    answer = send(officer("administrator", scope=CITY), "/quy-dinh/nhom-cua-tinh", **told)
    assert answer["Location"].startswith(f"{ROOT}/quy-dinh/xem/priority_group/16.79.")
    answer = send(officer("administrator", scope=FAR), "/quy-dinh/nhom-cua-tinh", **told)
    assert answer.status_code == 200


ADD = {
    "full_name": "Nguyễn Thị Mới", "username": "q.moi", "password": "trang ram thang gieng", "role": "planner", "kind": "district", "place": "quận bình thạnh",
    "office": "Trung tâm thử",
}  # fmt: skip


def test_an_account_is_opened_with_its_first_post_and_its_secret_shown_once(db):
    administrator = officer("administrator", scope=CITY)
    assert "Chỉ hiện một lần" in words(send(administrator, "/nhan-luc/moi", **ADD))
    staff_id = staff_reads.staff_by_username("q.moi")
    post = staff_reads.staff_card(staff_id, at=clock.now()).posts[0]
    assert (post.role, post.scope) == ("planner", DISTRICT)
    assert "Nguyễn Thị Mới" in read(administrator, "/nhan-luc")


def test_an_account_whose_first_post_makes_no_sense_is_not_opened_and_the_form_may_be_sent_again(db):
    administrator = officer("administrator", scope=CITY)
    over = day("until", clock.on_date(clock.now()) - timedelta(days=3))
    assert "Ngày kết thúc phải sau" in words(send(administrator, "/nhan-luc/moi", **ADD, **over))
    assert staff_reads.staff_by_username("q.moi") is None
    assert "Chỉ hiện một lần" in words(send(administrator, "/nhan-luc/moi", **ADD))


def test_a_post_given_by_a_double_click_is_one_post_and_ends_whole(db):
    administrator, staff = officer("administrator", scope=make.NATION), make.make_staff()
    told = {"act": "give", "role": "planner", "kind": "district", "place": "quận bình thạnh", "office": "Trung tâm thử"}
    for _ in range(2):
        send(administrator, f"/nhan-luc/{staff.id}", **told)
    (post,) = staff_reads.staff_card(staff.id, at=clock.now() + timedelta(seconds=1)).posts
    send(administrator, f"/nhan-luc/{staff.id}", act="end", post=str(post.id))
    assert staff_reads.staff_card(staff.id, at=clock.now() + timedelta(seconds=2)).posts == ()


def test_nobody_gives_a_post_beyond_their_own_place(db):
    assert "ngoài" in words(send(officer("administrator", scope=FAR), "/nhan-luc/moi", **ADD)).lower()
    assert staff_reads.staff_by_username("q.moi") is None
    send(officer("administrator", scope=CITY), "/nhan-luc/moi", **(ADD | {"kind": "nation", "place": ""}))
    assert staff_reads.staff_by_username("q.moi") is None


@pytest.mark.parametrize(
    ("kind", "place", "scope"),
    [
        ("commune", "phường 22 bình thạnh", Scope("commune", "26956", "2021")), ("district", "quận 1", Scope("district", "760", "2021")),
        ("province", "hồ chí minh", Scope("province", "79", "2021")), ("province", "TP Hồ Chí Minh 2025", Scope("province", "79", "2025")),
        ("commune", "phường 15", None), ("commune", "tân", None), ("district", "châu thành", None), ("commune", "", None), ("district", "quận 1 2025", None),
    ],
)  # fmt: skip
def test_a_post_is_given_at_the_one_place_that_was_named_and_never_at_a_guessed_one(db, kind, place, scope):
    admin, who = officer("administrator", scope=make.NATION), make.make_staff()
    answer = send(admin, f"/nhan-luc/{who.id}", act="give", role="list_keeper", kind=kind, place=place, office="Ủy ban thử")
    given = staff_reads.staff_ref(who.id, at=make.AT + timedelta(minutes=5)).posts
    assert [post.scope for post in given] == ([scope] if scope else []), words(answer)[:600]
    if scope and scope.epoch == "2025":
        assert "(từ 7/2025)" in read(admin, f"/nhan-luc/{who.id}")


def test_a_post_ends_and_staff_of_another_province_are_not_there(db):
    staff = make.make_staff("planner", scope=DISTRICT)
    post = staff_reads.staff_card(staff.id, at=clock.now()).posts[0]
    assert officer("administrator", scope=FAR).get(f"{ROOT}/nhan-luc/{staff.id}").status_code == 404
    send(officer("administrator", scope=CITY), f"/nhan-luc/{staff.id}", act="end", post=str(post.id))
    assert staff_reads.staff_card(staff.id, at=clock.now() + timedelta(seconds=2)).posts == ()


def test_the_secret_of_someone_with_a_wider_post_is_not_taken_over(db):
    staff = make.make_staff("planner", scope=DISTRICT)
    from khien.access import actions as access

    access.give_post(staff_id=staff.id, role="administrator", scope=Scope("nation"), by=make.BY, at=make.AT)
    answer = send(officer("administrator", scope=CITY), f"/nhan-luc/{staff.id}", act="password", password="trang ram thang gieng")
    assert answer.status_code == 200
    assert "role=\"alert\"" in answer.content.decode()


def test_this_browser_becomes_a_device_of_a_point_and_stops_being_one(db):
    from khien.access import devices

    site_id = make.make_site()
    administrator, page = officer("administrator", scope=CITY), f"/nhan-luc/may/{site_id}"
    send(administrator, page, name="Máy bàn 1")
    device = devices.listed(site_id)[0]
    assert "máy này" in read(administrator, page)
    send(administrator, page, end=str(device.id))
    assert devices.listed(site_id) == []


def a_reported_day() -> make_day.Day:
    made = make_day.make_day()
    make_day.make_visit(made)
    outbox.drain(clock.now)
    return made


def test_the_daily_report_and_its_workbook_say_the_same(db):
    a_reported_day()
    reporter = officer("reporter", scope=DISTRICT)
    assert "Cộng" in read(reporter, "/bao-cao")
    rows = read_grid(reporter.get(f"{ROOT}/bao-cao/ngay.xlsx").content)
    heads = next(row for row in rows if "Đã đến" in row)
    total = next(row for row in rows if row[0] == "Cộng")
    assert total[heads.index("Đã đến")] == "1"
    assert any("Số liệu đến" in row[0] for row in rows if row)
    far = read_grid(officer("reporter", scope=FAR).get(f"{ROOT}/bao-cao/ngay.xlsx").content)
    assert next(row for row in far if row[0] == "Cộng")[heads.index("Đã đến")] == "0"


@pytest.mark.parametrize("text", ["=1+1", "+84900", "-2", "@SUM(A1)", "\t=1"])
def test_no_text_becomes_a_formula_in_a_file(text):
    data = exports.workbook([exports.Sheet("Thử", ["Tên"], [[text]])])
    import zipfile
    from io import BytesIO

    with zipfile.ZipFile(BytesIO(data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert exports.table(["Tên"], [[text]]).decode("utf-8-sig").splitlines()[1].strip('"').startswith("'")


def test_figures_are_imported_with_date_and_source_for_my_units_only(db):
    told = {"kind": "population", **day("as_of", date(2021, 4, 1)), "source": "Niên giám thử", "lines": "mã; từ; đến; người\n765; 0; 150; 499.164"}
    planner = officer("planner", scope=CITY)
    assert send(planner, "/bao-cao/dan-so", **told).status_code == 302
    assert reporting.latest_figures("population", ["2021-765"]) == {"2021-765": 499164}
    assert "499.164" in read(planner, "/bao-cao/bao-phu")
    assert "ngoài địa bàn" in words(send(officer("planner", scope=FAR), "/bao-cao/dan-so", **told))


def test_figures_come_from_a_workbook_too(db):
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = exports.workbook([exports.Sheet("Dân số", ["Mã", "Từ", "Đến", "Người"], [["765", 18, 64, 300000], ["999", 0, 1, 2]])])
    told = {"kind": "target", **day("as_of", date(2021, 4, 1)), "source": "Niên giám thử", "file": SimpleUploadedFile("so.xlsx", data)}
    assert "Dòng 3" in words(send(officer("planner", scope=CITY), "/bao-cao/dan-so", **told))


def test_a_facility_signs_its_own_certificates_only(db):
    from khien.certificates import actions as certificate_acts
    from khien.certificates import queries as certificates
    from khien.people import actions as people_acts
    from khien.visits import queries as visits

    with override_settings(SIGNING="manual"):
        person_id = make.make_person()
        people_acts.verify_identity(person=person_id, how="card_seen", by=make.BY, at=make.AT)
        visit = visits.visit(make_day.make_visit(make_day.make_day(), state="closed", person_id=person_id).visit)
        held = certificate_acts.issue_for(record_id=visit.record_id, by=make.BY, at=make.AT)
        assert held.hold == "waiting_facility_signature"
        stranger = browser_of(make.make_staff("signer", scope=Scope("facility", str(make.make_facility()))))
        send(stranger, "/ky", record=[str(visit.record_id)])
        assert certificates.by_record(visit.record_id).facility_signed_at is None
        own = browser_of(make.make_staff("signer", scope=Scope("facility", str(held.facility_id))))
        send(own, "/ky", record=[str(visit.record_id)])
        assert certificates.by_record(visit.record_id).facility_signed_at is not None


def test_the_audit_is_read_and_checked_by_the_administrator(db):
    make.make_person()
    administrator = officer("administrator", scope=Scope("nation"))
    assert "people." in read(administrator, "/nhat-ky", viec="people.")
    for odd in ("0001-01-01", "9999-12-31T23:59:59+00:00", "2021-12-14", "hôm qua", "\x00"):  # no moment: the latest acts are shown
        assert "people." in read(administrator, "/nhat-ky", viec="people.", truoc=odd)
    assert "Mọi chuỗi nguyên vẹn" in words(send(administrator, "/nhat-ky"))
    assert officer("planner", scope=Scope("nation")).get(f"{ROOT}/nhat-ky").status_code == 403


def test_the_promises_are_shown_in_a_demo_only(db):
    assert "Những điều phải luôn đúng" in words(Client().get(f"{ROOT}/bat-bien"))
    with override_settings(DEMO=False):
        assert Client().get(f"{ROOT}/bat-bien").status_code == 404


def test_the_clock_of_corrections_stands_by_place(db):
    from khien.cases import actions as cases
    from khien.cases.types import ContactPoint, CorrectionAsked

    asked = CorrectionAsked("wrong_data", right={"full_name": "Lê Thị Hường"}, words="Sai dấu")
    cases.ask_correction(asked=asked, contact=ContactPoint(phone="0900000132"), person_id=make.make_person(), by=make.BY, at=make.AT)
    assert "Quận Bình Thạnh" in read(officer("planner", scope=CITY), "/bao-cao/sua-sai")


def test_a_list_keeper_finds_the_corrections_to_decide(db):
    from khien.cases import actions as cases
    from khien.cases.types import ContactPoint, CorrectionAsked

    asked = CorrectionAsked("wrong_data", right={"full_name": "Lê Thị Hường"}, words="Sai dấu")
    case = cases.ask_correction(asked=asked, contact=ContactPoint(phone="0900000132"), person_id=make.make_person(), by=make.BY, at=make.AT)
    page = officer("list_keeper", scope=DISTRICT).get(f"{ROOT}/bao-cao/sua-sai").content.decode()
    assert str(case.id) in page
    assert str(case.id) not in officer("list_keeper", scope=FAR).get(f"{ROOT}/bao-cao/sua-sai").content.decode()
