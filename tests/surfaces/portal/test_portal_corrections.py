"""Asking for a correction: four kinds, a photo, a code and a day; the story opens to who has the phone."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from khien.cases import actions as cases
from khien.cases import queries
from khien.kernel import clock
from khien.people import queries as people
from khien.people.models import OtpChallenge
from tests import make

WHO = {"who_name": "Trần Thị Mận", "who_birth_year": "1951", "contact": "0901 000 132", "who_province": "2021-79"}
PHOTO = b"\xff\xd8\xff\xe0" + b"0" * 64


def text(response: Any) -> str:
    return response.content.decode()


def asked(client: Client, kind: str = "sai-thong-tin", **told: Any) -> str:
    response = client.post(f"/sua-sai/{kind}", {**WHO, **told}, follow=True)
    assert response.redirect_chain, text(response)
    return client.session["sua_sai"]["code"]


def test_a_wrong_name_is_asked_to_be_put_right_with_a_photo_and_gets_a_code_and_a_day(db):
    client = Client()
    code = asked(client, full_name="Trần Thị Mẫn", photo=SimpleUploadedFile("giay.jpg", PHOTO, "image/jpeg"))
    done = text(client.get("/sua-sai/xong"))
    assert code in done.replace(" ", "")
    assert "Trả lời chậm nhất" in done
    case = queries.by_code(code, clock.now())
    assert case is not None
    view = queries.case(case.id, clock.now())
    assert view.correction.asked.right == {"full_name": "Trần Thị Mẫn"}
    assert view.contact.phone == "+84901000132"


def test_a_missing_dose_needs_its_day_or_words(db):
    empty = Client().post("/sua-sai/thieu-mot-mui", WHO)
    assert empty.status_code == 422
    assert "Mời ghi ngày tiêm" in text(empty)
    assert asked(
        Client(), "thieu-mot-mui", on_date_day="1", on_date_month="9", on_date_year="2021", vaccine="AZ", place="Trạm Y tế thử"
    )
    assert asked(Client(), "thieu-ca", words="Tiêm mùa hè 2021 ở trường")
    assert asked(Client(), "chung-nhan")


def test_nothing_said_is_refused_and_what_was_typed_stays(db):
    page = Client().post("/sua-sai/sai-thong-tin", WHO)
    assert page.status_code == 422
    assert "ít nhất một điều đúng" in text(page)
    assert 'value="Trần Thị Mận"' in text(page)


def test_a_file_that_is_no_photo_and_one_too_large_are_refused_beside_the_field(db):
    page = Client().post("/sua-sai/chung-nhan", {**WHO, "photo": SimpleUploadedFile("x.exe", b"MZ" * 50)})
    assert "Chỉ nhận ảnh" in text(page)
    large = Client().post("/sua-sai/chung-nhan", {**WHO, "photo": SimpleUploadedFile("x.jpg", PHOTO + b"0" * (5 << 20))})
    assert large.status_code in (413, 422)


def open_story(client: Client, code: str) -> Any:
    client.post("/tra-cuu?cach=ma", {"code": code})
    row = OtpChallenge.objects.filter(used_at=None, decoy=False).order_by("-sent_at").first()
    found = people.code_for_sending(row.id)
    assert found is not None
    assert found.phone == "+84901000132"
    return client.post("/tra-cuu/ma", {"code": found.code}, follow=True)


def test_the_story_opens_by_its_code_and_a_code_to_the_phone_it_named(db):
    code = asked(Client(), full_name="Trần Thị Mẫn")
    case = queries.by_code(code, make.AT)
    cases.answer(case_id=case.id, text="Đã xem ảnh, mời chờ duyệt.", to_citizen=True, by=make.BY, at=clock.now())
    client = Client()
    assert client.get("/tra-loi").status_code == 302
    page = open_story(client, code)
    assert page.redirect_chain[-1][0] == "/tra-loi"
    assert "Đã xem ảnh, mời chờ duyệt." in text(page)
    assert client.get("/tra-cuu/ho-so").status_code == 302


def test_an_overdue_request_is_passed_on_by_who_asked(db):
    make.make_staff("t2_technician")
    make.make_staff("t3_operations")
    code = asked(Client(), full_name="Trần Thị Mẫn")
    late = queries.by_code(code, make.AT).due_at - make.AT + timedelta(hours=1)
    moved = make.AT - clock.datetime.now(clock.UTC) + late
    clock.shift_by(lambda: moved)
    client = Client()
    page = text(open_story(client, code))
    assert "Quá hạn" in page
    before = queries.by_code(code, clock.now()).responsible
    client.post("/tra-loi", {"act": "escalate"})
    assert queries.by_code(code, clock.now()).responsible == before + 1


def test_who_has_opened_a_record_need_not_say_whose_it_is(db):
    from .test_portal_lookup import ASKED, NUMBER

    person = make.make_person("Trần Thị Mận", birth=make.PartialDate(1951, 3, 27), sex="female", phone="0901000132",
                              identifier=make.read_identifier(NUMBER, "cccd"))  # fmt: skip
    client = Client()
    client.post("/tra-cuu", ASKED)
    row = OtpChallenge.objects.filter(person_id=person).get()
    client.post("/tra-cuu/ma", {"code": people.code_for_sending(row.id).code})
    assert "who_name" not in text(client.get("/sua-sai/chung-nhan"))
    client.post("/sua-sai/chung-nhan", {"words": "Chưa thấy chứng nhận mũi 1"})
    assert [case.kind for case in queries.of_person(person, clock.now())] == ["correction"]
