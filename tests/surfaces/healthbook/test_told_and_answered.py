"""What was told today stays in sight; a request says what was asked, and a question sent back is answered in the book."""

from django.urls import reverse

from khien.cases import actions as cases
from khien.cases import queries
from khien.plumbing import audit
from tests import make, make_book


def address(name, person, **more):
    return reverse(f"healthbook:{name}", kwargs={"person": person, **more})


def test_a_danger_told_today_is_the_next_thing_until_tomorrow(client, family):
    make_book.make_certified(family.own)
    sent = client.post(address("feeling", family.own), {"danger": ["breathing"], "since": "now"})
    home = client.get(address("person", family.own)).content.decode()
    assert "Đã báo phản ứng lúc" in home
    assert "gọi 115 ngay" in home
    assert sent.url in home


def test_a_usual_reaction_does_not_take_the_place_of_the_next_dose(client, family):
    make_book.make_certified(family.own)
    client.post(address("feeling", family.own), {"usual": ["fever"]})
    assert "Đã báo phản ứng lúc" not in client.get(address("person", family.own)).content.decode()


def test_a_request_says_what_was_asked_and_its_question_is_answered_there(client, family):
    sent = client.post(address("correct_what", family.own, what="thong-tin"), {"full_name": "Lê Thu Hạ", "sex": "female"})
    page = client.get(sent.url).content.decode()
    assert "Lê Thu Hạ" in page
    assert 'name="reply"' not in page
    case = queries.of_person(family.own, make.AT)[0]
    cases.wait(case_id=case.id, text="Mời gửi ảnh căn cước.", by=make.BY, at=make.AT)
    page = client.get(sent.url).content.decode()
    assert "Mời gửi ảnh căn cước." in page
    assert "kh-summary-error" not in page
    assert "Mời ghi câu trả lời" in client.post(sent.url, {"reply": ""}).content.decode()
    assert client.post(sent.url, {"reply": "Căn cước ghi Hạ."}).status_code == 302
    page = client.get(sent.url).content.decode()
    assert "Gia đình trả lời" in page
    assert "Căn cước ghi Hạ." in page
    assert queries.of_person(family.own, make.AT)[0].state == "open"


def test_a_stranger_answers_no_question_of_this_person(client, family):
    sent = client.post(address("correct_what", family.own, what="thong-tin"), {"full_name": "Lê Thu Hạ"})
    case = queries.of_person(family.own, make.AT)[0]
    cases.wait(case_id=case.id, text="Mời gửi ảnh.", by=make.BY, at=make.AT)
    other = make_book.signed_in(make.make_account("0977000111"))
    assert other.post(sent.url, {"reply": "x"}).status_code == 404
    assert client.post(address("request", family.grandmother, case=case.id), {"reply": "x"}).status_code == 404
    assert queries.of_person(family.own, make.AT)[0].state == "waiting_citizen"


def test_what_was_done_without_the_book_is_not_put_on_somebody_elses_name(client, family):
    from khien.kernel.refs import Actor

    audit.record("registration.registered", by=Actor("citizen", None, label="portal"), at=make.AT, subject="registration:x", person=family.own)
    page = client.get(address("readers", family.own)).content.decode()
    assert "Qua cổng thông tin, không mở sổ: chính mình hoặc người đăng ký giúp" in page


def test_who_registers_a_child_from_the_open_book_is_known_already(client, family):
    client.post("/so/dang-ky/cho-ai", {"whom": "relative"})
    assert 'value="Lê Thu Hà"' in client.get("/so/dang-ky/nguoi-giup").content.decode()
