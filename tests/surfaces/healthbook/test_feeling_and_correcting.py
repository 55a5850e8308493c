"""How one feels: 115 at once when red. What is wrong: asked with a photo, a code and a day of answer."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from khien.cases import queries as cases
from khien.immunizations import queries as immunizations
from khien.people import queries as people
from khien.plumbing import access_log, audit, files
from khien.safety import queries as safety
from khien.surfaces.healthbook import readers
from tests import make, make_book

PHOTO = b"\xff\xd8\xff\xe0" + b"anh" * 40


def address(name, person, **more):
    return reverse(f"healthbook:{name}", kwargs={"person": person, **more})


def test_a_red_sign_leads_to_115_at_once_and_to_a_case_of_the_first_urgency(client, family):
    make_book.make_certified(family.own)
    sent = client.post(address("feeling", family.own), {"danger": ["breathing"], "since": "now"})
    page = client.get(sent.url).content.decode()
    assert "Gọi 115 ngay" in page
    assert 'href="tel:115"' in page
    make_book.handle()
    assert [line.priority for line in cases.queue(None, at=make.AT) if line.kind == "reaction"] == ["P1"]
    assert safety.reactions(family.own)[0].urgency == "P1"


def test_who_is_ill_all_day_keeps_nobody_else_of_the_family_from_being_heard(client, family):
    for _ in range(13):
        client.post(address("feeling", family.own), {"usual": ["fever"], "since": "now"})
    assert client.post(address("feeling", family.own), {"usual": ["fever"], "since": "now"}).status_code != 302
    assert client.post(address("feeling", family.grandmother), {"danger": ["breathing"], "since": "now"}).status_code == 302


def test_an_ordinary_reaction_is_kept_with_its_dose_and_answered_calmly(client, family):
    record, _certificate = make_book.make_certified(family.own)
    sent = client.post(address("feeling", family.own), {"face": "soso", "usual": ["fever", "pain_at_site"], "since": "hours", "detail": "Sốt 38 độ"})
    kept = safety.reactions(family.own)[0]
    assert kept.record_id == record
    assert kept.source == "health_book"
    assert kept.detail == "Sốt 38 độ"
    page = client.get(sent.url).content.decode()
    assert "Phản ứng thường gặp" in page
    assert "Sốt nhẹ" in page


def test_danger_told_in_ones_own_words_is_red_as_well(client, family):
    make_book.make_certified(family.own)
    sent = client.post(address("feeling", family.own), {"face": "bad", "detail": "Em khó thở từ nãy"})
    assert "Gọi 115 ngay" in client.get(sent.url).content.decode()


def test_well_needs_no_report_and_unwell_without_a_sign_is_asked_again(client, family):
    make_book.make_certified(family.own)
    assert "mừng là khỏe" in client.post(address("feeling", family.own), {"face": "well"}).content.decode()
    assert "Mời đánh dấu điều đang thấy" in client.post(address("feeling", family.own), {"face": "bad"}).content.decode()
    assert "Mời chọn một khuôn mặt" in client.post(address("feeling", family.own), {}).content.decode()
    assert safety.reactions(family.own) == []


def test_a_wrong_name_is_asked_with_a_photo_and_gets_a_code_and_a_day(client, family):
    photo = SimpleUploadedFile("can-cuoc.jpg", PHOTO, content_type="image/jpeg")
    told = {"full_name": "Lê Thị Thu Hà", "birth_day": "9", "birth_month": "8", "birth_year": "1995", "photo": photo}
    sent = client.post(address("correct_what", family.own, what="thong-tin"), told)
    page = client.get(sent.url).content.decode()
    case = cases.of_person(family.own, make.AT)[0]
    assert make_book.grouped(case.code) in page
    assert "Trả lời trước" in page
    whole = cases.case(case.id, make.AT)
    assert whole is not None
    assert whole.correction is not None
    assert dict(whole.correction.asked.right) == {"full_name": "Lê Thị Thu Hà", "birth": "1995-08-09"}
    assert whole.correction.evidence_file is not None
    assert files.fetch(whole.correction.evidence_file)[0] == PHOTO
    found = people.person(family.own)
    assert found is not None
    assert found.full_name == "Lê Thu Hà"


@pytest.mark.parametrize("what", ["thong-tin", "mui", "thieu-mui", "chung-nhan"])
def test_nothing_is_wrong_with_a_request_before_it_is_sent(client, family, what):
    record, _certificate = make_book.make_certified(family.own)
    asked = address("correct_what", family.own, what=what) + (f"?mui={record}" if what == "mui" else "")
    assert "kh-summary-error" not in client.get(asked).content.decode()
    assert "kh-summary-error" in client.post(asked, {}).content.decode()


def test_something_else_than_a_picture_is_refused_with_what_was_typed_kept(client, family):
    program = SimpleUploadedFile("anh.jpg", b"MZ" + b"x" * 100, content_type="image/jpeg")
    answer = client.post(address("correct_what", family.own, what="thong-tin"), {"full_name": "Lê Thị Thu Hà", "photo": program})
    assert "Chỉ nhận ảnh" in answer.content.decode()
    assert "Lê Thị Thu Hà" in answer.content.decode()
    assert cases.of_person(family.own, make.AT) == []


def test_a_wrong_dose_is_named_by_its_record(client, family):
    record, _certificate = make_book.make_certified(family.own)
    start = client.get(address("correct", family.own) + f"?mui={record}")
    sent = client.post(start.url, {"wrong": ["lot"], "words": "Lô đúng là AZ99-0391"})
    assert sent.status_code == 302
    whole = cases.case(cases.of_person(family.own, make.AT)[0].id, make.AT)
    assert whole is not None
    assert whole.record_id == record
    assert whole.correction is not None
    assert "AZ99-0391" in whole.correction.asked.words


def test_a_missing_dose_is_told_with_vaccine_day_and_place(client, family):
    told = {"vaccine": "AZ", "on_date_day": "1", "on_date_month": "9", "on_date_year": "2021", "place": "Trạm y tế cũ", "lot": ""}
    assert client.post(address("correct_what", family.grandmother, what="thieu-mui"), told).status_code == 302
    whole = cases.case(cases.of_person(family.grandmother, make.AT)[0].id, make.AT)
    assert whole is not None
    assert whole.correction is not None
    assert whole.correction.kind == "both_missing"
    assert whole.correction.asked.doses[0].on_date == date(2021, 9, 1)
    assert immunizations.past_doses(family.grandmother) == ()


def test_sending_the_same_request_twice_is_one_request(client, family):
    for _ in range(2):
        client.post(address("correct_what", family.own, what="chung-nhan"), {"words": "Chưa thấy chứng nhận mũi 1"})
    assert len(cases.of_person(family.own, make.AT)) == 1


def test_every_look_of_staff_shows_with_office_hour_and_purpose(client, family):
    staff = make.make_staff("reception")
    for _ in range(3):
        audit.read(person=family.grandmother, by=staff.actor(), at=make.AT, purpose="reception", office="Trạm y tế phường 15")
    page = client.get(address("readers", family.grandmother)).content.decode()
    assert "Trạm y tế phường 15" in page
    assert "Tiếp đón tại điểm tiêm" in page
    assert "(3 lần)" in page
    assert "Cán Bộ Thử" not in page
    assert "Mở sổ cho một số điện thoại" in page


def test_what_the_family_did_is_told_apart_from_what_staff_did(client, family):
    client.post(address("register_person", family.own), {"agree": "on"})
    page = client.get(address("readers", family.own)).content.decode()
    assert "Đăng ký tiêm" in page
    assert "Tài khoản này" in page


def test_everything_done_on_the_way_to_a_certificate_is_told_in_words(client, family):
    client.post(address("register_person", family.own), {"agree": "on"})
    make_book.make_certified(family.own)
    client.post(address("feeling", family.own), {"usual": ["fever"]})
    client.post(address("correct_what", family.own, what="chung-nhan"), {"words": "Xin bản giấy"})
    done = {act.action for act in access_log.acts_of([family.own], limit=200)}
    machinery = {"certificates.held", "certificates.signed"}
    assert done - readers.ACTS.keys() <= machinery
    assert {"visits.give_dose", "certificates.issued", "cases.opened"} <= done
