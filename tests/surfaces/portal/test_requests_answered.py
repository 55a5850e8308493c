"""A request sent without an account reaches the desk of its province; a question sent back is answered on its page."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from khien.cases import actions as cases
from khien.cases import queries
from khien.cases.types import ContactPoint
from khien.kernel import clock
from khien.kernel.refs import PlaceFacts, Scope
from khien.people import queries as people
from khien.people.models import OtpChallenge
from khien.plumbing import files
from tests import make

from .test_portal_corrections import WHO, asked, open_story, text
from .test_portal_lookup import ASKED, NUMBER

CITY = Scope("province", "79", "2021")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def test_a_request_of_somebody_not_found_in_the_record_is_in_the_queue_of_the_province_named(db):
    code = asked(Client(), full_name="Trần Thị Mẫn")
    found = queries.by_code(code, clock.now())
    assert found is not None
    assert found.body == "Thành phố Hồ Chí Minh"
    assert found.id in {line.id for line in queries.queue([CITY], at=clock.now())}


def test_who_is_not_signed_in_names_the_province(db):
    page = Client().post("/sua-sai/sai-thong-tin", {**WHO, "who_province": "", "full_name": "Trần Thị Mẫn"})
    assert page.status_code == 422
    assert "Mời chọn tỉnh, thành phố" in text(page)
    assert Client().post("/sua-sai/sai-thong-tin", {**WHO, "who_province": "2021-00", "full_name": "Trần Thị Mẫn"}).status_code == 422


def waiting(code: str) -> Any:
    """The request, with a question sent back to who asked."""
    found = queries.by_code(code, clock.now())
    assert found is not None
    cases.wait(case_id=found.id, text="Mời gửi ảnh căn cước.", by=make.BY, at=clock.now())
    return found


def test_a_question_sent_back_is_answered_on_the_page_and_the_clock_goes_on(db):
    code = asked(Client(), full_name="Trần Thị Mẫn")
    found = waiting(code)
    client = Client()
    page = text(open_story(client, code))
    assert "Chờ bà con trả lời" in page
    assert "kh-summary-error" not in page
    assert client.post("/tra-loi", {"reply": " "}).status_code == 200
    assert queries.by_code(code, clock.now()).state == "waiting_citizen"
    assert client.post("/tra-loi", {"reply": "Căn cước ghi Mẫn."}).status_code == 302
    told = queries.by_code(code, clock.now())
    assert told.state in ("open", "taken")
    assert told.due_at - found.due_at < timedelta(minutes=5)
    page = text(client.get("/tra-loi"))
    assert "Bà con trả lời" in page
    assert "Căn cước ghi Mẫn." in page


def test_an_answer_carries_the_photo_that_was_asked_for(db):
    code = asked(Client(), full_name="Trần Thị Mẫn")
    found, client = waiting(code), Client()
    open_story(client, code)
    notes = SimpleUploadedFile("can-cuoc.png", b"not a picture at all")
    assert "Chỉ nhận ảnh" in text(client.post("/tra-loi", {"reply": "Đây ạ.", "photo": notes}))
    assert client.post("/tra-loi", {"reply": "Đây ạ.", "photo": SimpleUploadedFile("can-cuoc.png", PNG)}).status_code == 302
    assert "Có gửi kèm một ảnh" in text(client.get("/tra-loi"))
    answered = next(entry for entry in queries.case(found.id, clock.now()).entries if entry.kind == "citizen_answered")
    assert files.fetch(UUID(answered.facts["photo"]))[0] == PNG


def test_the_story_says_what_was_asked(db):
    code = asked(Client(), full_name="Trần Thị Mẫn", birth_year="1951", sex="female")
    page = text(open_story(Client(), code))
    assert "Trần Thị Mẫn" in page
    assert "1951" in page
    assert "Nữ" in page


def test_the_opened_record_names_each_request_and_says_which_waits_for_an_answer(db):
    person = make.make_person("Trần Thị Mận", birth=make.PartialDate(1951, 3, 27), sex="female", phone="0901000132",
                              identifier=make.read_identifier(NUMBER, "cccd"))  # fmt: skip
    client = Client()
    client.post("/tra-cuu", ASKED)
    client.post("/tra-cuu/ma", {"code": people.code_for_sending(OtpChallenge.objects.get(person_id=person).id).code})
    client.post("/sua-sai/chung-nhan", {"words": "Chưa thấy chứng nhận mũi 1"})
    page = text(client.get("/tra-cuu/ho-so"))
    assert "Đã tiêm nhưng chưa có chứng nhận" in page
    assert "chậm nhất" in page
    cases.wait(case_id=queries.of_person(person, clock.now())[0].id, text="Mời gửi ảnh.", by=make.BY, at=clock.now())
    assert "chờ bà con trả lời" in text(client.get("/tra-cuu/ho-so"))


def test_a_request_ended_without_words_says_what_became_of_it_and_never_that_an_answer_is_still_to_come(db):
    case = cases.open_case(
        kind="appointment", subject="appointment.asked", detail="Hỏi lịch hẹn", contact=ContactPoint(phone="+84901000132"), place=PlaceFacts(province_2021="79"), channel="hotline",
        by=make.BY, at=clock.now(),
    )  # fmt: skip
    assert "Chưa có trả lời nào" in text(open_story(Client(), case.code))
    cases.resolve(case_id=case.id, resolution="helped", by=make.BY, at=clock.now())
    page = text(open_story(Client(), case.code))
    assert "Đã hỗ trợ" in page
    assert "Yêu cầu đã xong, không có lời nhắn kèm" in page
    assert "Chưa có trả lời nào" not in page
