"""What the desk does for a verified caller, and corrections: proposed by one, decided by another, with before, after and the paper."""

import re
from datetime import date

import pytest
from django.conf import settings

from khien.campaigns import queries as campaigns
from khien.cases import actions, queries
from khien.cases.types import ContactPoint, CorrectionAsked
from khien.certificates import actions as certificates
from khien.certificates import queries as certificate_queries
from khien.immunizations import actions as immunizations
from khien.immunizations import queries as records
from khien.kernel.births import PartialDate
from khien.kernel.refs import SYSTEM, Scope
from khien.people import actions as people
from khien.people import queries as people_queries
from khien.places import queries as places
from khien.plumbing import files
from khien.plumbing.models import AccessLog
from khien.registration import queries as registration
from khien.registration.rules import HISTORY
from tests import make

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture(autouse=True)
def automatic(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "SIGNING", "automatic")
    monkeypatch.setattr(settings, "DATA", tmp_path)


def text(answer):
    return re.sub(r"<td[^>]*>", "<td>", answer.content.decode())


def a_woman():
    person = make.make_person(
        "Nguyễn Thị Bửu Lộc", sex="female", birth=PartialDate(1957, 3, 27), place_key=make.WARD, phone="0912345678"
    )
    people.verify_identity(person=person, how="card_seen", by=make.BY, at=make.AT)
    return person


def with_certificate(person):
    record = make.make_immunization(person, on=date(2021, 9, 1))
    immunizations.correct(record_id=record, changes={"evidence": "record"}, reason="có trong sổ", by=make.BY, at=make.AT)
    return record, certificates.issue_for(record_id=record, by=SYSTEM, at=make.AT)


def asked(person, file=None, **right):
    told = CorrectionAsked("wrong_data", right=right or {"birth": "1951-03-27"}, words="Sai năm sinh")
    return actions.ask_correction(
        asked=told, contact=ContactPoint(phone="+84912345678"), person_id=person, evidence_file=file, channel="health_book", by=SYSTEM, at=make.AT
    ).id  # fmt: skip


def opened(client, person):
    """A conversation in which this person's record stands open."""
    place = make.place_of_site(make.make_site())
    case = actions.open_case(
        kind="information", subject="asked.information", channel="health_book", person_id=person, place=place,
        contact=ContactPoint(phone="+84912345678"), by=SYSTEM, at=make.AT,
    ).id  # fmt: skip
    client.post(f"/mcc/{case}/nguoi", {"act": "work"})
    return case


def test_a_wrong_birth_year_is_proposed_by_one_decided_by_another_and_the_certificate_issued_again(signed_in):
    person = a_woman()
    _record, old = with_certificate(person)
    case = asked(person)
    technician, supervisor = signed_in("t2_technician"), signed_in("supervisor")
    page = text(technician.get(f"/mcc/{case}/de-nghi"))
    assert 'value="1951"' in page
    told = {"birth_day": "27", "birth_month": "3", "birth_year": "1951", "why": "Đã xem căn cước"}
    assert technician.post(f"/mcc/{case}/de-nghi", told).status_code == 302
    own = technician.post(f"/mcc/{case}/duyet", {"act": "accept", "reason": "tự duyệt"})
    assert "không tự duyệt" in text(own)
    before = text(supervisor.get(f"/mcc/{case}/duyet"))
    assert "27/03/1957" in before
    assert "27/03/1951" in before
    done = supervisor.post(f"/mcc/{case}/duyet", {"act": "accept", "reason": "Đúng theo căn cước"}, follow=True)
    assert "Đã sửa xong" in text(done)
    assert "<td>27/03/1957</td><td><b>27/03/1951</b></td>" in text(done)
    assert people_queries.person(person).birth == PartialDate(1951, 3, 27)
    assert certificate_queries.certificate(old.id).state == "revoked"
    assert certificate_queries.of_person(person)[0].state == "issued"


def test_a_wrong_day_of_a_dose_becomes_a_new_version(signed_in):
    person = a_woman()
    record, _ = with_certificate(person)
    case = asked(person, full_name="Nguyễn Thị Bảo Lộc")
    technician, supervisor = signed_in("t2_technician"), signed_in("supervisor")
    told = {"record": str(record), "record_on_day": "2", "record_on_month": "9", "record_on_year": "2021", "why": "Có giấy"}
    assert technician.post(f"/mcc/{case}/de-nghi", told).status_code == 302
    page = supervisor.post(f"/mcc/{case}/duyet", {"act": "accept", "reason": "Đúng"}, follow=True)
    assert "nay là bản" in text(page)
    assert "<td>01/09/2021</td><td><b>02/09/2021</b></td>" in text(page)
    assert records.record(record).on_date == date(2021, 9, 2)


def test_countries_and_vaccines_are_named_before_and_after_never_coded(signed_in):
    person = a_woman()
    record, _ = with_certificate(person)
    case = asked(person, full_name="Nguyễn Thị Bảo Lộc")
    technician, supervisor = signed_in("t2_technician"), signed_in("supervisor")
    page = text(technician.get(f"/mcc/{case}/de-nghi"))
    assert "<dd>Việt Nam</dd>" in page
    assert "Không rõ là nước nào" in text(technician.post(f"/mcc/{case}/de-nghi", {"nationality": "Xứ Mây", "why": "Có hộ chiếu"}))
    told = {"nationality": "Lào", "record": str(record), "record_vaccine": "PFIZER", "why": "Có hộ chiếu, có giấy"}
    assert technician.post(f"/mcc/{case}/de-nghi", told).status_code == 302
    for page in (text(supervisor.get(f"/mcc/{case}/duyet")), text(supervisor.post(f"/mcc/{case}/duyet", {"act": "accept", "reason": "Đúng"}, follow=True))):
        assert "<td>Việt Nam</td><td><b>Lào</b></td>" in page
        assert "<td>AstraZeneca</td><td><b>Comirnaty</b></td>" in page
    assert people_queries.person(person).nationality == "LA"


def test_a_photo_that_came_with_an_answer_is_seen_by_who_works_on_the_case(signed_in):
    person = a_woman()
    case = asked(person)
    actions.wait(case_id=case, text="Mời gửi ảnh căn cước.", by=make.BY, at=make.AT)
    file = files.keep(PNG, name="anh-giay", media_type="image/png", purpose="evidence", by=SYSTEM, at=make.AT)
    strange = files.keep(PNG, name="anh-khac", media_type="image/png", purpose="evidence", by=SYSTEM, at=make.AT)
    actions.resume(case_id=case, text="Đây ạ.", photo=file, by=SYSTEM, at=make.AT)
    agent = signed_in("supervisor")
    assert f"/mcc/{case}/tra-loi/anh?tep={file}" in text(agent.get(f"/mcc/{case}"))
    assert "Ảnh gửi kèm câu trả lời" in text(agent.get(f"/mcc/{case}/duyet"))
    answer = agent.get(f"/mcc/{case}/tra-loi/anh?tep={file}")
    assert answer.content == PNG
    assert "sandbox" in answer["Content-Security-Policy"]
    assert AccessLog.objects.filter(person_id=person, purpose="contact").exists()
    for other in (strange, "x", ""):
        assert agent.get(f"/mcc/{case}/tra-loi/anh?tep={other}").status_code == 404
    assert signed_in("reporter").get(f"/mcc/{case}/tra-loi/anh?tep={file}").status_code == 403


def test_a_declined_request_tells_why(signed_in):
    case = asked(a_woman())
    page = signed_in("supervisor").post(f"/mcc/{case}/duyet", {"act": "decline", "reason": "Căn cước ghi 1957"}, follow=True)
    assert "Căn cước ghi 1957" in text(page)
    assert queries.case(case, make.AT).line.state == "resolved"


def test_the_paper_is_seen_only_by_who_decides_and_the_look_is_logged(signed_in):
    person = a_woman()
    file = files.keep(PNG, name="anh-giay", media_type="image/png", purpose="evidence", by=SYSTEM, at=make.AT)
    case = asked(person, file)
    answer = signed_in("supervisor").get(f"/mcc/{case}/anh")
    assert answer.content == PNG
    assert "sandbox" in answer["Content-Security-Policy"]
    assert AccessLog.objects.filter(person_id=person, purpose="correction").exists()
    assert signed_in("contact_agent").get(f"/mcc/{case}/anh").status_code == 403
    elsewhere = signed_in("supervisor", scope=Scope("province", make.OTHER_PROVINCE, "2021"))
    assert elsewhere.get(f"/mcc/{case}/anh").status_code == 403


def test_a_record_found_for_a_written_request_opens_when_it_agrees_with_it(signed_in):
    person = a_woman()
    told = CorrectionAsked("no_certificate", words="Chưa có", who={"full_name": "Nguyễn Thị Bửu Lộc", "birth": "1957-03-27"})
    case = actions.ask_correction(
        asked=told, contact=ContactPoint(phone="+84988888888"), place_key=make.WARD, by=SYSTEM, at=make.AT
    ).id
    technician = signed_in("t2_technician")
    stranger = make.make_person("Lê Văn Khác", place_key=make.WARD)
    to = f"/mcc/{case}/nguoi"
    technician.post(to, {"act": "find", "q": "Lê Văn Khác"})
    technician.post(to, {"act": "choose", "person": str(stranger)})
    assert "chưa khớp" in text(technician.post(to, {"act": "request"}))
    technician.post(to, {"act": "find", "q": "Bửu Lộc"})
    technician.post(to, {"act": "choose", "person": str(person)})
    assert technician.post(to, {"act": "request"}).status_code == 302
    assert queries.case(case, make.AT).line.person_id == person


def test_two_people_with_one_number_are_settled_with_a_reason(signed_in):
    number = make.make_number(year=1951, sex="female")
    told = {"identifier": number, "sex": "female", "place_key": make.WARD}
    first = make.make_person("Trần Thị Mận", birth=PartialDate(1951), **told)
    second = make.make_person("Lê Thị Đào", birth=PartialDate(1951, 5, 5), **told)
    ours = next(one for one in people_queries.identifiers_of(second) if one.state == "disputed")
    facts = {"holder_id": str(first), "identifier_id": str(ours.id), "type": ours.type}
    case = actions.open_case(
        kind="identity", subject="identity.disputed", person_id=second, facts=facts, by=SYSTEM, at=make.AT
    ).id
    technician = signed_in("t2_technician")
    assert "Lê Thị Đào" in text(technician.get(f"/mcc/{case}/giay-to"))
    assert (
        technician.post(f"/mcc/{case}/giay-to", {"identifier": str(ours.id), "reason": "Đã xem căn cước gốc"}).status_code
        == 302
    )
    assert queries.case(case, make.AT).resolution == "settled"


def test_a_caller_is_registered_by_phone_and_keeps_one_place_when_told_twice(agent):
    case = opened(agent, a_woman())
    group = campaigns.groups(date(2021, 12, 14))[-1].code
    told = {
        "full_name": "Phạm Văn Tư", "birth_day": "", "birth_month": "", "birth_year": "1984", "sex": "male", "paper": "none", "no_paper": "lost",
        "phone": "0987654321", "commune": places.unit(make.WARD).path, "place_key": make.WARD, "group": group, "agree": "on",
        "dose": "next", "previous_count": "1", "previous_vaccine": "AZ", "previous_on_day": "1", "previous_on_month": "9", "previous_on_year": "2021",
    }  # fmt: skip
    missed = text(agent.post(f"/mcc/{case}/dang-ky", told))
    assert "Mời hỏi người gọi: " in missed, "each question that was not asked is named"
    assert "Mời hỏi người gọi và" not in missed
    told |= {f"h_{question}": "no" for question in HISTORY} | {"h_allergy": "yes"}
    page = text(agent.post(f"/mcc/{case}/dang-ky", told))
    assert "Đã nhận đăng ký" in page
    found = registration.waiting(None)
    assert [(one.full_name, one.way) for one in found] == [("Phạm Văn Tư", "hotline")]
    asked = registration.of_person(found[0].person_id)
    assert (asked.declared_dose, asked.history["allergy"]) == ("next", "yes")
    assert asked.previous_dose == {"count": "1", "vaccine": "AZ", "on": "2021-09-01"}


def test_an_appointment_is_booked_moved_and_cancelled_at_the_callers_word(agent):
    person = a_woman()
    make.make_registration(person)
    first, second = make.make_slot(), make.make_slot()
    case = opened(agent, person)
    from khien.booking import queries as booking

    agent.post(f"/mcc/{case}/lich", {"act": "slot", "slot": str(first.id)})
    assert booking.appointment_of(person).slot_id == first.id
    agent.post(f"/mcc/{case}/lich", {"act": "slot", "slot": str(second.id)})
    assert booking.appointment_of(person).slot_id == second.id
    agent.post(f"/mcc/{case}/lich", {"act": "cancel"})
    assert not booking.appointment_of(person).stands
    assert "hủy lịch theo lời" in text(agent.get(f"/mcc/{case}"))


def test_a_reaction_told_by_phone_says_what_to_do(agent):
    person = a_woman()
    make.make_immunization(person, on=date(2021, 12, 13))
    case = opened(agent, person)
    page = text(agent.post(f"/mcc/{case}/phan-ung", {"danger": ["breathing"], "since": "now"}))
    assert "Gọi 115 ngay" in page


def test_a_certificates_message_is_sent_again_at_most_once_an_hour(agent):
    person = a_woman()
    _, card = with_certificate(person)
    case = opened(agent, person)
    assert agent.post(f"/mcc/{case}/gui-lai", {"certificate": str(card.id)}).status_code == 302
    assert "vừa được gửi" in text(agent.post(f"/mcc/{case}/gui-lai", {"certificate": str(card.id)}))


def test_a_correction_asked_by_phone_is_a_case_of_its_own(agent):
    person = a_woman()
    case = opened(agent, person)
    answer = agent.post(f"/mcc/{case}/yeu-cau-sua", {"full_name": "Nguyễn Thị Bảo Lộc", "words": "Sai tên"})
    page = text(agent.get(answer["Location"]))
    assert "Nguyễn Thị Bảo Lộc" in page
    assert "P4 hồ sơ" in page


def test_the_operations_board_shows_places_clocks_and_messages(signed_in):
    site = make.make_site()
    actions.open_case(
        kind="desk_help", subject="desk.help", site_id=site, channel="desk", desk="reception", by=SYSTEM, at=make.AT
    )
    page = text(signed_in("supervisor").get("/mcc/van-hanh"))
    assert "Quận Bình Thạnh" in page
    assert "có người nhận trong 3 phút" in page
    assert signed_in("contact_agent").get("/mcc/van-hanh").status_code == 403
