"""The contact desk: my queue with its clocks, the conversation, and a record that stays closed until its caller is verified."""

from contextlib import nullcontext
from datetime import date, timedelta

import pytest

from khien.cases import actions, queries
from khien.cases.types import CallerFacts, ContactPoint
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Scope
from khien.people import queries as people
from khien.plumbing.models import AccessLog
from tests import make


def a_case(**more):
    """A case of the city, opened by a caller."""
    told = {
        "kind": "information", "subject": "asked.information", "detail": "Hỏi lịch", "channel": "hotline",
        "contact": ContactPoint(phone="+84912345678"), "place": make.place_of_site(make.make_site()),
    } | more  # fmt: skip
    return actions.open_case(by=SYSTEM, at=make.AT, **told).id


def caller(name="Trần Thị Mận", **more):
    told = {"birth": PartialDate(1951, 3, 27), "sex": "female", "phone": "0912345678", "place_key": make.WARD} | more
    return make.make_person(name, **told)


def text(answer):
    return answer.content.decode()


def code_of(case_id):
    """The code that the caller gets by SMS and reads out."""
    from khien.people.models import OtpChallenge

    row = OtpChallenge.objects.get(device=f"case:{case_id}")
    return people.code_for_sending(row.id).code


def test_a_contact_becomes_a_case_in_the_hands_of_who_took_it(agent):
    answer = agent.post(
        "/mcc/moi",
        {"channel": "hotline", "phone": "0912345678", "kind": "appointment", "detail": "Bận, muốn đổi ngày", "language": "vi"},
    )
    assert answer.status_code == 302
    found = queries.queue(None, at=make.AT)[0]
    assert (found.kind, found.priority, found.owner_id, found.channel) == ("appointment", "P3", agent.staff.id, "hotline")
    page = text(agent.get(answer["Location"]))
    assert "Bận, muốn đổi ngày" in page
    assert "còn 15 phút" in page


def test_words_of_danger_make_it_p1_and_say_call_115_first(agent):
    answer = agent.post(
        "/mcc/moi", {"channel": "hotline", "kind": "information", "detail": "me toi kho tho sau khi tiem", "language": "vi"}
    )
    found = queries.queue(None, at=make.AT)[0]
    assert (found.kind, found.priority) == ("reaction", "P1")
    page = text(agent.get(answer["Location"]))
    assert page.index("gọi 115 ngay") < page.index("Câu trả lời, ghi chú")


def test_the_most_urgent_waiting_case_is_the_next_one(agent):
    a_case()
    urgent = a_case(kind="reaction", subject="reaction.urgent", priority="P1")
    assert str(urgent) in agent.post("/mcc/tiep")["Location"]
    assert queries.case(urgent, make.AT).line.owner_id == agent.staff.id


def test_the_owner_sees_the_clock_and_what_is_overdue(agent):
    case = a_case(kind="appointment", subject="asked.appointment")
    actions.take(case_id=case, by=agent.staff.actor(), at=make.AT - timedelta(minutes=40))
    from khien.cases.models import Case

    Case.objects.filter(id=case).update(due_at=make.AT - timedelta(minutes=25))
    assert "quá hạn 25 phút" in text(agent.get("/mcc/"))


def test_an_answer_a_wait_and_an_end_are_lines_of_the_story(agent):
    case = a_case()
    url = f"/mcc/{case}"
    agent.post(url, {"act": "take"})
    agent.post(url, {"act": "answer", "text": "Mời bác đến ngày mai"})
    agent.post(url, {"act": "wait", "text": "Bác cho xin số giấy tờ"})
    assert queries.case(case, make.AT).line.state == "waiting_citizen"
    agent.post(url, {"act": "resume", "text": "Đã đọc số"})
    agent.post(url, {"act": "resolve", "resolution": "answered", "text": "Đã xong"})
    view = queries.case(case, make.AT)
    assert (view.line.state, view.resolution) == ("resolved", "answered")
    assert "Mời bác đến ngày mai" in text(agent.get(url))


@pytest.mark.parametrize(("contact", "heard"), [
    (ContactPoint(phone="+842838129912"), False), (ContactPoint(), False), (ContactPoint(phone="+84912345678"), True),
    (ContactPoint(phone="+842838129912", email="ba.tu@example.org"), True),
])  # fmt: skip
def test_the_desk_says_when_no_text_carries_an_answer_to_who_asked(agent, contact, heard):
    case = a_case(contact=contact)
    actions.take(case_id=case, by=agent.staff.actor(), at=make.AT)
    assert ("không tự tới họ" not in text(agent.get(f"/mcc/{case}"))) == heard


def test_in_english_a_button_says_what_it_does_and_the_story_what_was_done(agent):
    case = a_case()
    actions.take(case_id=case, by=agent.staff.actor(), at=make.AT)
    agent.cookies["khien_lang"] = "en"
    page = text(agent.get(f"/mcc/{case}"))
    assert ">Escalate <" in page
    assert "Request opened" in page
    assert ">Open the request</button>" in text(agent.get("/mcc/moi"))


def test_what_was_typed_stays_when_it_is_refused(agent):
    case = a_case()
    actions.take(case_id=case, by=make.make_staff("supervisor").actor(), at=make.AT)
    answer = agent.post(f"/mcc/{case}", {"act": "take", "text": "Đang gõ dở"})
    assert answer.status_code == 409
    assert "Đã có người nhận" in text(answer)
    assert "Đang gõ dở" in text(answer)


def test_a_case_rises_a_tier_with_its_reason(agent, signed_in):
    signed_in("t3_operations")
    case = a_case()
    agent.post(f"/mcc/{case}", {"act": "escalate", "text": "Cần kỹ thuật"})
    assert queries.case(case, make.AT).line.tier == 3


def test_the_handbook_answers_with_and_without_accents(agent):
    case = a_case(detail="ban qua muon doi lich")
    page = text(agent.get(f"/mcc/{case}"))
    assert "Đổi hoặc hủy lịch" in page
    answer = agent.post(f"/mcc/{case}", {"act": "insert:move", "text": "Dạ chào bác."})
    assert "Dạ chào bác.\nĐổi giờ hoặc hủy được" in text(answer)


def test_a_number_only_suggests_masked_lines_and_each_look_is_logged(agent):
    person = caller()
    case = a_case()
    page = text(agent.get(f"/mcc/{case}"))
    assert "T. T. M." in page
    assert "Trần Thị Mận" not in page
    assert list(AccessLog.objects.filter(person_id=person).values_list("purpose", flat=True)) == ["contact_search"]


def test_a_record_that_has_a_landline_gets_no_code_and_the_desk_is_told_alike_what_to_ask(agent):
    from khien.people.models import OtpChallenge

    case, to_ask = a_case(), []
    for phone in ("0912345678", "028 3812 9912"):
        person = caller(phone=phone)
        agent.post(f"/mcc/{case}/nguoi", {"act": "find", "q": phone})
        agent.post(f"/mcc/{case}/nguoi", {"act": "choose", "person": str(person)})
        agent.post(f"/mcc/{case}/nguoi", {"act": "send"})
        to_ask.append("chỉ có máy bàn, thì không tin nào tới" in text(agent.get(f"/mcc/{case}")))
    assert to_ask == [True, True]
    assert list(OtpChallenge.objects.filter(device=f"case:{case}").order_by("sent_at", "id").values_list("decoy", flat=True)) == [False, True]


def test_a_record_opens_by_the_code_that_the_caller_reads_out(agent):
    person = caller()
    case = a_case()
    to = f"/mcc/{case}/nguoi"
    agent.post(to, {"act": "choose", "person": str(person)})
    agent.post(to, {"act": "send"})
    assert "Đã gửi mã" in text(agent.get(f"/mcc/{case}"))
    wrong = agent.post(to, {"act": "code", "code": "0"})
    assert wrong.status_code == 409
    assert "Trần Thị Mận" not in text(wrong)
    agent.post(to, {"act": "code", "code": code_of(case)})
    assert "Trần Thị Mận" in text(agent.get(f"/mcc/{case}"))
    assert queries.case(case, make.AT).line.person_id == person
    assert AccessLog.objects.filter(person_id=person, purpose="contact", staff_id=agent.staff.id).count() == 1


def test_a_record_opens_by_two_facts_beyond_the_phone(agent):
    person = caller()
    make.make_immunization(person, on=date(2021, 9, 1))
    case = a_case()
    to = f"/mcc/{case}/nguoi"
    agent.post(to, {"act": "choose", "person": str(person)})
    birth = {"birth_day": "27", "birth_month": "3", "birth_year": "1951"}
    one = agent.post(to, {"act": "facts", **birth})
    assert "hai điều ngoài số điện thoại" in text(one)
    wrong = agent.post(
        to, {"act": "facts", **birth, "last_dose_on_day": "2", "last_dose_on_month": "9", "last_dose_on_year": "2021"}
    )
    assert "chưa khớp" in text(wrong)
    agent.post(to, {"act": "facts", **birth, "last_dose_on_day": "1", "last_dose_on_month": "9", "last_dose_on_year": "2021"})
    assert "Trần Thị Mận" in text(agent.get(f"/mcc/{case}"))


@pytest.mark.parametrize(
    ("home", "commune", "opens"),
    [
        ("2021-26740", "ben nghe", True), ("2021-26740", "P. Bến Nghé, quận 1", True), ("2021-26740", "phường Sài Gòn", True), ("2021-26740", "Bến Thành", False),
        ("2021-27160", "phường 1 quận 3", True), ("2021-27160", "quận 3, p.01", True), ("2021-27160", "1", True), ("2021-27160", "phường 3 quận 1", False),
        ("2021-27160", "quận 1", False),
    ],
)  # fmt: skip
def test_a_commune_is_told_by_its_old_or_new_name_as_people_say_it(agent, home, commune, opens):
    person = make.make_person("Trần Thị Mận", birth=PartialDate(1951), sex="female", place_key=home)
    case, facts = a_case(), CallerFacts(PartialDate(1951), commune=commune)
    with nullcontext() if opens else pytest.raises(Refused, match="facts_differ"):
        actions.open_by_facts(case_id=case, person_id=person, told=facts, by=make.BY, at=make.AT)


@pytest.mark.parametrize(
    ("known", "told", "opens"),
    [
        (PartialDate(1951), PartialDate(1951, 3, 27), True), (PartialDate(1951), PartialDate(1952, 3, 27), False),
        (PartialDate(1951, 3, 27), PartialDate(1951), False), (PartialDate(1951, 3, 27), PartialDate(1951, 3, 28), False),
    ],
)  # fmt: skip
def test_a_whole_birth_date_fits_a_record_that_knows_the_year_and_a_year_alone_proves_no_day(agent, known, told, opens):
    person = make.make_person("Trần Thị Mận", birth=known, sex="female")
    case, facts = a_case(), CallerFacts(told, commune="Phường 22")
    with nullcontext() if opens else pytest.raises(Refused, match="facts_differ"):
        actions.open_by_facts(case_id=case, person_id=person, told=facts, by=make.BY, at=make.AT)


def test_facts_are_not_to_be_guessed_without_end(agent):
    person = caller()
    case = a_case()
    to = f"/mcc/{case}/nguoi"
    agent.post(to, {"act": "choose", "person": str(person)})
    guess = {"act": "facts", "commune": "Phường 1", "identifier": "079000000000"}
    answers = [agent.post(to, guess) for _ in range(6)]
    assert "chưa khớp" in text(answers[4])
    assert "chưa khớp" not in text(answers[5])


def test_an_open_record_closes_after_half_an_hour_and_by_hand(agent):
    from datetime import UTC, datetime

    from khien.kernel import clock

    person = caller()
    case = a_case(person_id=person, channel="health_book")
    agent.post(f"/mcc/{case}/nguoi", {"act": "work"})
    assert "Trần Thị Mận" in text(agent.get(f"/mcc/{case}"))
    clock.shift_by(lambda: make.AT + timedelta(minutes=31) - datetime.now(UTC))
    assert "Trần Thị Mận" not in text(agent.get(f"/mcc/{case}"))


def test_a_callers_record_is_not_opened_for_work_before_it_was_verified(agent):
    case = a_case(person_id=caller())
    assert agent.post(f"/mcc/{case}/nguoi", {"act": "work"}).status_code == 409


def test_a_record_opened_in_one_conversation_stays_closed_in_another(agent):
    person = caller()
    first, second = a_case(person_id=person, channel="health_book"), a_case()
    agent.post(f"/mcc/{first}/nguoi", {"act": "work"})
    assert "Trần Thị Mận" not in text(agent.get(f"/mcc/{second}"))
    assert agent.get(f"/mcc/{second}/lich").status_code == 302


def test_a_supporter_at_a_point_answers_a_desks_call_but_opens_no_record(signed_in):
    site = make.make_site()
    helper = signed_in("t1_supporter", scope=Scope("site", str(site)))
    case = a_case(
        kind="desk_help",
        subject="desk.help",
        site_id=site,
        channel="desk",
        desk="injection",
        facts={"last_error": "stock.lot_expired"},
        person_id=caller(),
    )
    page = text(helper.get(f"/mcc/{case}"))
    assert "Trần Thị Mận" not in page
    helper.post(f"/mcc/{case}", {"act": "resolve", "resolution": "helped"})
    assert queries.case(case, make.AT).resolution == "helped"
    assert helper.post(f"/mcc/{case}/nguoi", {"act": "work"}).status_code == 403


@pytest.mark.parametrize("view", ["cua-toi", "cho-nhan", "qua-han", "tat-ca", "da-xong"])
def test_every_view_of_the_queue_opens_and_pages_by_key(agent, view):
    for _ in range(27):
        a_case()
    page = text(agent.get(f"/mcc/?xem={view}"))
    if view == "tat-ca":
        import re

        more = re.search(r'href="(\?[^"]*sau=[^"]*)"', page).group(1).replace("&amp;", "&")
        assert text(agent.get(f"/mcc/{more}")).count('class="kh-case"') == 2
