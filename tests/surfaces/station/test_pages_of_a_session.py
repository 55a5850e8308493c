"""The pages of a session that work without a script: opening, papers, keying, corrections, helpers, the end of the day."""

import json
import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from khien.access import queries as access
from khien.booking import queries as booking
from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.plumbing.models import AuditRow
from khien.visits import actions as visits
from khien.visits import queries
from tests import make
from tests.make_day import make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
KIT = {
    "anaphylaxis_kit-expires_on": "30/06/2022", "adrenaline-ampoules": "5", "adrenaline-expires_on": "30/6/2022", "doctor-name": "Bác sĩ Thử",
    "fridge-celsius": "4,5", "printer-ok": "1", "paper_pack-ok": "1", "hospital_phone-phone": "115",
}  # fmt: skip
WRITTEN = {
    "act": "key", "full_name": "Phạm Thị Giấy", "birth_day": "3", "birth_month": "5", "birth_year": "1961", "sex": "female",
    "identifier": "079161990777", "identity_how": "typed", "received": "8h05", "agreed": "yes", "decision": "eligible", "screened": "8:15",
    "doctor": "BS. Thử", "temperature": "36,5", "injected": "8:20", "injector": "ĐD. Thử", "vaccine": "AZ", "end": "closed", "ended": "8:55",
}  # fmt: skip


def test_my_sessions_are_those_of_my_point(lead, day, signed_in):
    page = lead.get("/diem/").content.decode()
    assert f"/diem/{day.session_id}" in page
    elsewhere = signed_in(make.make_site(), "point_lead")
    assert f"/diem/{day.session_id}" not in elsewhere.get("/diem/").content.decode()


def test_a_session_of_yesterday_still_open_leads_whoever_may_close_it_to_its_end(lead, day, hour, signed_in):
    hour.on(days=1)
    ending = f'href="/diem/{day.session_id}/ket-thuc"'
    mine = lead.get("/diem/").content.decode()
    assert "Chưa đóng" in mine
    assert ending in mine
    assert ending not in signed_in(day.site_id, "injector").get("/diem/").content.decode()


def test_the_lead_signs_the_checklist_and_the_session_opens(hour, signed_in):
    day = make_day(opened=False, at=clock.now())
    lead = signed_in(day.site_id, "point_lead")
    path = f"/diem/{day.session_id}/mo"
    missing = lead.post(path, {key: value for key, value in KIT.items() if not key.startswith("doctor")})
    assert missing.status_code == 409
    assert "Bác sĩ trực" in missing.content.decode()
    assert 'value="30/06/2022"' in missing.content.decode()
    done = lead.post(path, KIT)
    assert (done.status_code, done["Location"]) == (302, f"/diem/{day.session_id}")
    assert booking.session(day.session_id).state == "open"
    signed = queries.checklist(day.session_id)["signed_at"]
    assert re.search(rf"Đã ký: [^<,]+, {signed.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")):%d/%m/%Y %H:%M}", lead.get(path).content.decode())


def test_a_missing_item_is_overridden_by_name_and_reason_on_the_page(hour, signed_in):
    day = make_day(opened=False, at=clock.now())
    lead = signed_in(day.site_id, "point_lead")
    warm = {**KIT, "fridge-celsius": "11"}
    wrong = lead.post(f"/diem/{day.session_id}/mo", {**warm, "printer-ok": ""})
    assert wrong.status_code == 409
    assert "Nhiệt độ tủ, phích vắc xin; Máy in chạy" in wrong.content.decode()
    done = lead.post(f"/diem/{day.session_id}/mo", {**warm, "fridge-who": "Lê Trưởng Thử", "fridge-why": "đã thay phích đá"})
    assert done.status_code == 302
    assert queries.checklist(day.session_id)["overrides"][0]["name"] == "Lê Trưởng Thử"


def test_a_day_that_is_no_day_keeps_what_was_typed(hour, signed_in):
    day = make_day(opened=False, at=clock.now())
    page = signed_in(day.site_id, "point_lead").post(f"/diem/{day.session_id}/mo", {**KIT, "anaphylaxis_kit-expires_on": "31/02/2022"})
    assert page.status_code == 409
    assert 'value="31/02/2022"' in page.content.decode()


def test_a_count_with_thousands_of_digits_is_refused_in_words(hour, signed_in):
    day = make_day(opened=False, at=clock.now())
    page = signed_in(day.site_id, "point_lead").post(f"/diem/{day.session_id}/mo", {**KIT, "adrenaline-ampoules": "9" * 5000})
    assert page.status_code == 409
    assert "Không đọc được mục Adrenalin còn hạn" in page.content.decode()
    assert 'value="30/06/2022"' in page.content.decode()


def test_lots_are_chosen_and_set_aside_on_the_page(lead, day):
    other = make.make_lot("AZ", "AZ0777", site_id=day.site_id, at=clock.now())
    lead.post(f"/diem/{day.session_id}/lo", {"lot": str(other)})
    assert {lot["lot_id"] for lot in queries.session_board(day.session_id).lots} == {day.lot_id, other}
    assert lead.post(f"/diem/{day.session_id}/lo", {"lot": str(other), "act": "pause"}).status_code == 409
    lead.post(f"/diem/{day.session_id}/lo", {"lot": str(other), "act": "pause", "reason": "nhãn rách"})
    assert [lot["lot_id"] for lot in queries.session_board(day.session_id).lots if lot["paused"]] == [other]


def test_forms_are_printed_with_serials_and_each_is_explained(lead, day):
    made = lead.post(f"/diem/{day.session_id}/phieu", {"count": "3"})
    assert made.status_code == 302
    serials = [paper.serial for paper in queries.papers(day.session_id)]
    pdf = lead.get(f"/diem/{day.session_id}/phieu/{serials[0][:9]}.pdf")
    assert pdf.content[:5] == b"%PDF-"
    strange = lead.post(f"/diem/{day.session_id}/phieu/giai-trinh", {"act": "void", "serial": "0000999990012", "reason": "rách"})
    assert strange.status_code == 409
    assert 'value="0000999990012"' in strange.content.decode()
    assert 'value="rách"' in strange.content.decode()
    lead.post(f"/diem/{day.session_id}/phieu/giai-trinh", {"act": "void", "serial": serials[0], "reason": "rách"})
    lead.post(f"/diem/{day.session_id}/phieu/giai-trinh", {"act": "missing", "serial": serials[1], "reason": "bay mất"})
    assert [paper.state for paper in queries.papers(day.session_id)] == ["voided", "missing", "printed"]
    assert lead.post(f"/diem/{day.session_id}/phieu", {"count": "x"}).status_code == 409
    assert "Đã hủy" in lead.get(f"/diem/{day.session_id}/phieu").content.decode()


def keyed(client, day, serial, **told):
    lot = queries.session_board(day.session_id).lots[0]["number"]
    return client.post(f"/diem/{day.session_id}/nhap-phieu", {"serial": serial, **WRITTEN, "lot_number": lot, **told})


def test_a_sheet_is_keyed_the_next_day_as_it_was_written(day, hour, signed_in):
    (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=clock.now())
    hour.on(days=1)
    clerk = signed_in(day.site_id, "data_clerk")
    assert "1. Người được tiêm" in clerk.get(f"/diem/{day.session_id}/nhap-phieu", {"phieu": serial}).content.decode()
    items = {f"item_{no}": "no" for no in ("1", "2", "3", "5", "6", "7", "8", "9")}
    done = keyed(clerk, day, serial, **items)
    assert done.status_code == 302, done.content.decode()
    assert "số 1" in clerk.get(done["Location"]).content.decode()
    (card,) = queries.visits_of_session(day.session_id)
    assert (card.state, card.full_name, clock.local(card.dosed_at).strftime("%H:%M")) == ("closed", "Phạm Thị Giấy", "08:20")
    assert card.dosed_recorded_at > card.dosed_at + timedelta(hours=20)


def test_a_lot_number_of_a_sheet_read_otherwise_than_written_is_said_and_kept(day, hour, signed_in):
    (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=clock.now())
    hour.on(hours=2)
    clerk, number = signed_in(day.site_id, "data_clerk"), queries.session_board(day.session_id).lots[0]["number"]
    written = number.replace("O", "0")  # the count behind may hold no zero to write as a letter
    assert written != number
    done = keyed(clerk, day, serial, all_no="on", lot_number=written)
    assert f"hiểu là lô {number}" in clerk.get(done["Location"]).content.decode()
    assert json.loads(AuditRow.objects.get(action="stock.lot_read").facts)["typed"] == written


def test_a_sheet_keyed_by_an_existing_persons_number_names_who_is_found(day, hour, signed_in):
    (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=clock.now())
    person = make.make_person("Phạm Thị Giấy")
    hour.on(hours=2)
    clerk = signed_in(day.site_id, "data_clerk")
    page = clerk.post(f"/diem/{day.session_id}/nhap-phieu", {"serial": serial, "act": "find", "find": "pham thi giay"}).content.decode()
    assert f'value="{person}"' in page
    assert keyed(clerk, day, serial, who=str(person)).status_code == 302
    assert queries.visits_of_session(day.session_id)[0].person_id == person


def test_a_sheet_written_as_a_new_person_joins_the_dose_that_the_screen_recorded(day, hour, signed_in):
    (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=clock.now())
    number = read_identifier(WRITTEN["identifier"], "cccd")
    person = make.make_person(WRITTEN["full_name"], birth=PartialDate(1961, 5, 3), sex="female", identifier=number, at=clock.now())
    made = make_visit(day, state="closed", person_id=person, at=clock.now() - timedelta(minutes=11))
    hour.on(hours=2)
    clerk = signed_in(day.site_id, "data_clerk")
    assert keyed(clerk, day, serial).status_code == 302
    (card,) = queries.visits_of_session(day.session_id)
    assert (card.ref, card.person_id) == (made.visit, person)


def test_enter_looks_for_the_person_first_and_keys_the_sheet_after(day, hour, signed_in):
    (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=clock.now())
    person = make.make_person("Phạm Thị Giấy")
    hour.on(hours=2)
    clerk = signed_in(day.site_id, "data_clerk")
    looked = keyed(clerk, day, serial, act="enter", find="pham thi giay", asked="")
    page = looked.content.decode()
    assert looked.status_code == 200
    assert f'value="{person}"' in page
    assert 'name="asked" value="pham thi giay"' in page
    assert 'value="08:20"' in page or 'value="8:20"' in page  # what was typed stands, and nothing is called missing yet
    assert "kh-error" not in page
    assert keyed(clerk, day, serial, act="enter", find="pham thi giay", asked="pham thi giay", who=str(person)).status_code == 302


def test_a_sheet_stands_as_the_one_before_only_where_the_clerk_says_so(day, hour, signed_in):
    first, second, third = visits.print_forms(session_id=day.session_id, count=3, by=make.BY, at=clock.now())
    hour.on(hours=2)
    clerk = signed_in(day.site_id, "data_clerk")
    blank = {"decision": "", "doctor": "", "injector": ""}
    sheet = {"phieu": second}
    assert "Như phiếu trước" not in clerk.get(f"/diem/{day.session_id}/nhap-phieu", sheet).content.decode()
    assert keyed(clerk, day, first, all_no="on", doctor="Bác sĩ Một", injector="Điều dưỡng Hai").status_code == 302
    assert "Như phiếu trước: đủ điều kiện tiêm; khám: Bác sĩ Một; tiêm: Điều dưỡng Hai" in clerk.get(f"/diem/{day.session_id}/nhap-phieu", sheet).content.decode()
    assert keyed(clerk, day, second, full_name="Ngô Thị Giấy", **blank, lot_number="", same="1").status_code == 302
    assert keyed(clerk, day, third, full_name="Vũ Thị Giấy", **blank).status_code == 302
    one, other, last = (queries.story(card.ref) for card in queries.visits_of_session(day.session_id))
    assert one.screenings[-1].performed_by_name == other.screenings[-1].performed_by_name == "Bác sĩ Một"
    assert set(one.screenings[-1].answers["items"].values()) == {False}
    assert other.screenings[-1].answers.get("items", {}) == {}
    assert last.screenings == ()


def test_what_is_wrong_on_a_keyed_sheet_stands_beside_its_box(day, hour, signed_in):
    (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=clock.now())
    hour.on(hours=2)
    page = keyed(signed_in(day.site_id, "data_clerk"), day, serial, received="25:00", injected="").content.decode()
    assert "Ghi giờ và phút, ví dụ 8:30" in page
    assert "Mời ghi giờ tiêm" in page
    assert 'value="Phạm Thị Giấy"' in page


def test_a_serial_of_another_session_is_refused(lead, day):
    other = make_day(at=clock.now())
    (serial,) = visits.print_forms(session_id=other.session_id, count=1, by=make.BY, at=clock.now())
    answer = lead.get(f"/diem/{day.session_id}/nhap-phieu", {"phieu": serial})
    assert answer.status_code == 409
    assert "buổi khác" in answer.content.decode()


def test_the_day_closes_when_everyone_and_every_sheet_has_an_end(lead, day, hour):
    make_visit(day, state="dosed", at=clock.now())
    visits.print_forms(session_id=day.session_id, count=2, by=make.BY, at=clock.now())
    path = f"/diem/{day.session_id}/ket-thuc"
    assert lead.post(path).status_code == 409
    page = lead.get(path).content.decode()
    assert "2 phiếu giấy chưa rõ" in page
    hour.on(minutes=40)
    (card,) = queries.visits_of_session(day.session_id)
    from tests.make_day import done_at

    visits.close(visit=card.ref, performed=done_at(clock.now()), by=make.BY, at=clock.now())
    lead.post(f"/diem/{day.session_id}/phieu/giai-trinh", {"act": "rest", "reason": "không dùng", "back": "ending"})
    assert lead.post(path).status_code == 302
    assert booking.session(day.session_id).state == "closed"


def test_a_session_is_paused_with_a_reason_and_opened_again(lead, day):
    assert lead.post(f"/diem/{day.session_id}/tam-dung", {"reason": ""}).status_code == 409
    lead.post(f"/diem/{day.session_id}/tam-dung", {"reason": "mất điện"})
    assert booking.session(day.session_id).state == "paused"
    lead.post(f"/diem/{day.session_id}/mo-lai")
    assert booking.session(day.session_id).state == "open"


def test_the_lead_corrects_the_lot_of_a_dose_and_both_versions_are_kept(lead, day):
    from khien.immunizations import queries as immunizations

    made = make_visit(day, state="dosed", at=clock.now())
    other = make.make_lot("AZ", "AZ0888", site_id=day.site_id, at=clock.now())
    assert "Sửa số 1" in lead.post(f"/diem/{day.session_id}/sua", {"so": "1"}).content.decode()
    path = f"/diem/{day.session_id}/sua/{made.visit.visit_id}"
    make.make_lot("ADRENALINE-1", "ADR0888", site_id=day.site_id, at=clock.now())
    offered = lead.get(path).content.decode()
    assert "AZ0888" in offered
    assert "ADR0888" not in offered
    assert "Mời ghi lý do sửa" in lead.post(path, {"lot": str(other)}).content.decode()
    assert lead.post(path, {"lot": str(other), "reason": "đọc nhầm nhãn"}).status_code == 302
    card = queries.visit(made.visit)
    assert card.lot_id == other
    assert len(immunizations.versions(card.record_id)) == 2


@pytest.mark.parametrize("asked", ["giay muon", "MUỘN Phạm", "Pha\u0323m Gi\u00e2\u0301y", "mã phiếu", "1"])
def test_a_visit_to_correct_is_found_as_people_write_names(lead, day, asked):
    made = make_visit(day, state="dosed", person_id=make.make_person("Phạm Giấy Muộn"), at=clock.now())
    make_visit(day, person_id=make.make_person("Phan Văn Khác"), at=clock.now())
    page = lead.post(f"/diem/{day.session_id}/sua", {"so": made.code if asked == "mã phiếu" else asked}).content.decode()
    assert f"/sua/{made.visit.visit_id}" in page
    assert "Phan Văn Khác" not in page


def test_after_the_day_is_closed_a_correction_needs_a_second_person(lead, day, hour):
    make_visit(day, state="closed", at=clock.now())
    hour.on(minutes=40)
    visits.close_session(session_id=day.session_id, by=make.BY, at=clock.now())
    (card,) = queries.visits_of_session(day.session_id)
    answer = lead.post(f"/diem/{day.session_id}/sua/{card.ref.visit_id}", {"identity_how": "spoken", "reason": "ghi nhầm"})
    assert answer.status_code == 200
    assert "người thứ hai" in answer.content.decode()


def test_a_helper_signs_in_by_badge_and_pin_on_an_enrolled_device_only(lead, day):
    import re

    page = lead.post(f"/diem/{day.session_id}/nguoi-giup", {"full_name": "Ngô Văn Giúp", "role": "observer"}).content.decode()
    badge = re.search(r"<figcaption[^>]*>([\d ]+)<", page)[1]
    pin = re.search(r'badge__pin">(\d{6})<', page)[1]
    stranger = Client()
    assert "chưa đăng ký" in stranger.post("/diem/the", {"badge": badge, "pin": pin}).content.decode()
    lead.post(f"/diem/{day.session_id}/may", {"name": "Máy bàn 4"})
    device = Client()
    device.cookies["khien_diem"] = lead.cookies["khien_diem"].value
    assert "Không đăng nhập được" in device.post("/diem/the", {"badge": badge, "pin": "000000" if pin != "000000" else "111111"}).content.decode()
    # a scanner ends the badge with Enter: the PIN is asked for, and that is no mistake
    half = device.post("/diem/the", {"badge": badge, "pin": ""}).content.decode()
    assert "Đã nhận mã thẻ" in half
    assert "chỗ cần sửa" not in half
    assert f'value="{badge.strip()}"' in half
    entered = device.post("/diem/the", {"badge": badge, "pin": pin})
    assert (entered.status_code, entered["Location"]) == (302, "/diem/")
    assert device.get(f"/diem/{day.session_id}").status_code == 200
    assert device.get(f"/diem/{day.session_id}/mo").status_code == 403


def test_staff_sign_in_with_password_and_code_and_go_on_to_the_page_they_wanted(day, hour):
    import pyotp

    from khien.access import actions

    added = actions.add_staff(username="truong.diem", full_name="Lê Trưởng", password=make.PASSWORD, by=make.BY, at=clock.now())
    actions.give_post(staff_id=added.staff_id, role="point_lead", scope=make.site_scope(day.site_id), by=make.BY, at=clock.now())
    told = {"username": "truong.diem", "password": make.PASSWORD, "totp": pyotp.TOTP(added.totp_secret).at(clock.now())}
    client = Client()
    asked = client.get(f"/diem/{day.session_id}")
    assert asked["Location"] == f"/dieu-phoi/dang-nhap?tiep=/diem/{day.session_id}"
    wrong = client.post(asked["Location"], {**told, "password": "sai"})
    assert wrong.status_code == 200
    entered = client.post(asked["Location"], told)
    assert entered["Location"] == f"/diem/{day.session_id}"
    assert access.staff_ref(added.staff_id, at=clock.now()) is not None
    client.post("/dieu-phoi/thoat")
    assert client.get(f"/diem/{day.session_id}").status_code == 302


@pytest.mark.parametrize("elsewhere", ["//khien.test/", "https://khien.test/", "/\\khien.test"])
def test_the_door_never_leads_to_a_foreign_page(elsewhere):
    from django.test import RequestFactory

    from khien.surfaces.web import door

    assert door.wanted(RequestFactory().get("/dieu-phoi/dang-nhap", {"tiep": elsewhere})) == ""


def test_the_number_slip_carries_the_code_and_no_name(lead, day):
    made = make_visit(day, at=clock.now())
    page = lead.get(f"/diem/{day.session_id}/so-cho/{made.visit.visit_id}").content.decode()
    assert queries.visit(made.visit).full_name not in page
    assert "kh-qr" in page


def test_a_visit_of_another_session_is_not_found_here(lead, day):
    other = make_day(at=clock.now(), on=date(2021, 12, 14))
    made = make_visit(other, at=clock.now())
    assert lead.get(f"/diem/{day.session_id}/luot/{made.visit.visit_id}").status_code == 404


def test_an_earlier_dose_from_elsewhere_is_added_with_its_evidence_and_counts_today(lead, day):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from khien.immunizations import queries as immunizations
    from khien.stock import queries as stock

    made = make_visit(day, at=clock.now())
    told = {"vaccine": "AZ", "on_date_day": "12", "on_date_month": "10", "on_date_year": "2021", "lot": "AZ001", "place": "Trạm Y tế Thử", "evidence": "document"}
    path = f"/diem/{day.session_id}/mui-cu/{made.visit.visit_id}"
    assert "Chụp ảnh giấy" in lead.post(path, {**told, "photo": SimpleUploadedFile("a.jpg", b"<html>", "image/jpeg")}).content.decode()
    photo = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * 100, "image/jpeg")
    done = lead.post(path, {**told, "photo": photo})
    assert done.status_code == 302
    (dose,) = immunizations.history(made.person_id, date(2021, 12, 14)).doses
    assert (dose.evidence, dose.lot_number, dose.site_id) == ("document", "AZ001", None)
    assert dose.evidence_file is not None
    assert stock.balance(day.site_id, day.lot_id).on_hand == 100
    assert "12/10/2021" in lead.get(done["Location"]).content.decode()
    assert "đã có trong sổ" in lead.post(path, told).content.decode()
