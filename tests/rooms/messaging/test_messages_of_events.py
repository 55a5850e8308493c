"""What people are told, once each, and what they are no longer told."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khien.booking import actions as booking
from khien.booking import handlers as booking_handlers
from khien.certificates import actions as certificates
from khien.immunizations import actions as immunizations
from khien.kernel import clock
from khien.kernel.refs import SYSTEM, Actor
from khien.messaging import handlers, models, outgoing, queries, reminders
from khien.messaging.types import Contact
from khien.people import actions as people
from khien.people.types import NewGuardian
from khien.plumbing.models import Event
from khien.registration import handlers as queue_handlers
from khien.registration.registering import register
from khien.safety import handlers as safety_handlers
from khien.safety import queries as safety
from tests import make

PHONE = "+84901234567"
BOOKED = datetime(2021, 12, 13, 3, 0, tzinfo=UTC)


def a_person(**more):
    return make.make_person("Đỗ Thị Hoà", **{"phone": PHONE, **more})


def an_appointment(person, on: date = date(2021, 12, 16)):
    registration = register(person_id=person, way="portal", by=SYSTEM, at=BOOKED)
    slot = make.make_slot(on=on, at=BOOKED)
    return booking.book(person_id=person, registration_id=registration.registration_id, slot_id=slot.id, by=SYSTEM, at=BOOKED)


def invited(booked, at):
    handlers.invited({"appointment_id": str(booked.appointment_id)}, at)


def test_an_invitation_says_when_where_and_with_which_code(at, sent):
    booked = an_appointment(a_person())
    invited(booked, at)
    (message,) = sent(at)
    assert message.address == PHONE
    assert message.text.startswith("Đ.T. Hoà: mời đến tiêm 08:00 16/12 tại Điểm tiêm thử")
    assert booked.code in message.text


def test_who_is_called_into_an_hour_that_runs_is_told_to_come_now_and_until_when(at, sent):
    person = a_person()
    registration = register(person_id=person, way="portal", by=SYSTEM, at=BOOKED)
    slot = make.make_slot(at=BOOKED)
    while_it_runs = slot.starts_at + timedelta(minutes=10)
    booking.join_standby(session_id=slot.session_id, person_id=person, registration_id=registration.registration_id, by=SYSTEM, at=while_it_runs)
    called = booking.call_standby(session_id=slot.session_id, by=SYSTEM, at=while_it_runs)
    invited(called, while_it_runs)
    (message,) = sent(while_it_runs)
    assert f"mời đến ngay, trước {clock.local(slot.ends_at):%H:%M}, tại Điểm tiêm thử" in message.text
    assert called.code in message.text


def test_an_invitation_in_english_for_who_reads_english(at, sent):
    invited(an_appointment(a_person(language="en")), at)
    assert "please come for your dose" in sent(at)[0].text


def test_an_event_told_twice_sends_one_message(at, sent):
    booked = an_appointment(a_person())
    for _ in range(3):
        invited(booked, at)
    assert len(sent(at)) == 1


def test_who_has_no_phone_gets_an_email_and_who_has_neither_is_kept_as_not_reached(at, sent):
    by_mail = a_person(phone="", email="hoa@example.com")
    invited(an_appointment(by_mail), at)
    assert [(message.channel, message.address) for message in sent(at)] == [("email", "hoa@example.com")]
    nobody = a_person(phone="")
    invited(an_appointment(nobody), at)
    assert len(sent(at)) == 1
    assert queries.of_person(nobody)[0].reason == "no_address"


def test_nothing_is_texted_to_a_landline_its_owner_is_not_reached_as_who_has_no_phone(at, sent):
    landline = a_person(phone="028 3812 9912")
    invited(an_appointment(landline), at)
    by_mail = a_person(phone="0203 3812 991", email="hoa@example.com")
    invited(an_appointment(by_mail), at)
    assert [(message.channel, message.address) for message in sent(at)] == [("email", "hoa@example.com")]
    row = models.Message.objects.get(person_id=landline)
    assert (row.state, row.reason, row.address_cipher, row.text_cipher) == ("suppressed", "no_address", None, None)


def test_a_child_whose_own_phone_is_a_landline_is_told_at_the_guardians(at, sent):
    invited(an_appointment(a_person(phone="028 3812 9912", guardian=NewGuardian("Trần Văn Thử", "0912000012", "father"))), at)
    assert [message.address for message in sent(at)] == ["+84912000012"]


def test_an_answer_to_who_left_a_landline_is_not_counted_as_sent(at, sent):
    assert outgoing.queue(cause="case:1", template="case_answered", facts={"code": "1", "link": "x", "hotline": "y"}, at=at, contact=Contact("+842838129912"))
    assert sent(at) == []
    assert models.Message.objects.get(cause="case:1").state == "suppressed"


def test_a_question_written_for_a_mobile_number_does_not_follow_to_a_landline(at, sent):
    person = a_person()
    facts = {"name": "Đ.T. Hoà", "link": "x", "hotline": "y", "emergency": "115"}
    outgoing.queue(cause="follow_up:1:1", template="follow_up", facts=facts, person_id=person, at=at, late=True)
    people.set_phone(person=person, phone="028 3812 9912", by=SYSTEM, at=at)
    assert sent(at) == []
    assert models.Message.objects.get(cause="follow_up:1:1").reason == "no_address"


def test_the_text_and_the_address_are_wiped_once_delivered(at, sent):
    person = a_person()
    invited(an_appointment(person), at)
    row = models.Message.objects.get(person_id=person)
    assert row.text_cipher is not None
    assert "Đ.T. Hoà".encode() not in bytes(row.text_cipher)
    sent(at)
    row.refresh_from_db()
    assert (row.state, row.text_cipher, row.address_cipher) == ("delivered", None, None)


def test_nobody_is_woken_at_night_but_a_code_goes_at_any_hour(at, sent):
    night = clock.at_local(date(2021, 12, 14), 22, 30)
    invited(an_appointment(a_person()), night)
    people.ask_code(phone="0909000111", purpose="lookup", device="may-thu", at=night)
    handlers.code_asked({"challenge_id": str(_last_challenge())}, night)
    assert [message.template for message in sent(night)] == ["code"]
    assert models.Message.objects.get(template="invited").due_at == clock.at_local(date(2021, 12, 15), 7)


def _last_challenge():
    from khien.people.models import OtpChallenge

    return OtpChallenge.objects.order_by("-sent_at").values_list("id", flat=True)[0]


def test_a_code_stands_in_its_text_and_leaves_before_everything_else(at, sent):
    from khien.people import queries as people_queries

    invited(an_appointment(a_person()), at)
    challenge = people.ask_code(phone="0909000111", purpose="sign_in", device="may-thu", at=at)
    code = people_queries.code_for_sending(challenge).code
    handlers.code_asked({"challenge_id": str(challenge)}, at)
    first, _ = sent(at)
    assert first.template == "code"
    assert code in first.text


def test_a_reminder_goes_the_day_before_and_another_on_the_same_morning(sent):
    booked = an_appointment(a_person())
    before, day = clock.at_local(date(2021, 12, 15), 16, 5), clock.at_local(date(2021, 12, 16), 6, 5)
    assert reminders.remind_due(clock.at_local(date(2021, 12, 15), 15)) is False
    assert reminders.remind_due(before) is True
    assert reminders.remind_due(before + timedelta(minutes=5)) is False
    assert [message.template for message in sent(before)] == ["reminder_day"]
    reminders.remind_due(day)
    assert len(sent(day)) == 1  # it waits for seven o'clock
    texts = sent(clock.at_local(date(2021, 12, 16), 7))
    assert booked.code in texts[-1].text
    assert texts[-1].template == "reminder_hours"


def test_who_booked_just_now_is_not_reminded_at_once():
    person = a_person()
    registration = register(person_id=person, way="portal", by=SYSTEM, at=BOOKED)
    evening = clock.at_local(date(2021, 12, 15), 17)
    slot = make.make_slot(on=date(2021, 12, 16), at=BOOKED)
    booking.book(
        person_id=person,
        registration_id=registration.registration_id,
        slot_id=slot.id,
        by=SYSTEM,
        at=evening - timedelta(hours=1),
    )
    assert reminders.remind_due(evening) is False


def test_a_cancelled_appointment_is_told_and_its_reminders_stop(at, sent):
    booked = an_appointment(a_person())
    handlers.tell(_info(booked), "reminder_day", at=at, expires=booked.starts_at, due=at + timedelta(hours=5))
    booking.cancel(appointment_id=booked.appointment_id, reason="session_cancelled", by=make.BY, at=at)
    handlers.booking_ended(
        {"appointment_id": str(booked.appointment_id), "state": "cancelled", "reason": "session_cancelled"}, at
    )
    assert [message.template for message in sent(at + timedelta(hours=6))] == ["cancelled"]


def test_who_took_the_registration_back_is_not_told_to_stand_in_the_queue_still(at, sent):
    booked = an_appointment(a_person())
    booking.cancel(appointment_id=booked.appointment_id, reason="withdrawn", by=SYSTEM, at=at)
    handlers.booking_ended({"appointment_id": str(booked.appointment_id), "state": "cancelled", "reason": "withdrawn"}, at)
    (told,) = sent(at)
    assert "đăng ký tiêm đã rút lại" in told.text
    assert "danh sách chờ" not in told.text


def _info(booked):
    from khien.booking import queries as booking_queries

    return booking_queries.appointment(booked.appointment_id)


def a_dose(person, at):
    return make.make_immunization(person, on=date(2021, 12, 14), at=at)


def test_the_result_says_which_dose_where_and_when_the_next_one_is_due(at, sent):
    record = a_dose(a_person(), at)
    handlers.dose_given({"record_id": str(record)}, at)
    (message,) = sent(at)
    assert "đã tiêm mũi 1 AstraZeneca ngày 14/12/2021" in message.text
    assert "Mũi sau: từ" in message.text


def test_a_dose_that_was_an_error_is_not_told(at, sent):
    record = a_dose(a_person(), at)
    immunizations.mark_entered_in_error(record_id=record, reason="nhầm", by=make.BY, at=at)
    handlers.dose_given({"record_id": str(record)}, at)
    assert sent(at) == []


def test_people_are_asked_how_they_feel_on_days_one_three_seven_and_twenty_eight(at, sent):
    record = a_dose(a_person(), at)
    handlers.visit_closed({"record_id": str(record)}, at)
    assert sent(at) == []
    asked = [len(sent(clock.at_local(date(2021, 12, 14) + timedelta(days=day), 9))) for day in (1, 2, 3, 7, 28)]
    assert asked == [1, 1, 2, 3, 4]


def test_the_four_questions_read_the_person_and_the_doses_once(at, sent):
    dose = a_dose(a_person(), at)
    with CaptureQueriesContext(connection) as asked:
        handlers.visit_closed({"record_id": str(dose), "end": "closed"}, at)
    assert models.Message.objects.filter(template="follow_up").count() == 4
    assert len(asked) <= 28, "each question once read the whole person again"


def test_a_new_phone_gets_the_question_that_waited(at, sent):
    person = a_person()
    handlers.visit_closed({"record_id": str(a_dose(person, at))}, at)
    people.set_phone(person=person, phone="0911222333", by=make.BY, at=at)
    assert sent(clock.at_local(date(2021, 12, 15), 9))[0].address == "+84911222333"


def test_an_error_asks_after_nobody(at, sent):
    record = a_dose(a_person(), at)
    handlers.visit_closed({"record_id": str(record)}, at)
    immunizations.mark_entered_in_error(record_id=record, reason="nhầm", by=make.BY, at=at)
    handlers.record_corrected({"record_id": str(record)}, at)
    assert sent(at + timedelta(days=40)) == []


def test_a_dose_told_for_another_day_is_asked_about_on_the_days_after_that_one(at, sent):
    record = a_dose(a_person(), at)
    handlers.visit_closed({"record_id": str(record)}, at)
    immunizations.correct(record_id=record, changes={"on_date": date(2021, 12, 12)}, reason="sai ngày", by=make.BY, at=at)
    told = Event.objects.get(kind="immunizations.corrected").data
    safety_handlers.dose_corrected(told, at)
    handlers.record_corrected(told, at)
    assert [one.due_on for one in safety.follow_ups_of([record])] == [date(2021, 12, day) for day in (13, 15, 19)] + [date(2022, 1, 9)]
    counts = [len(sent(clock.at_local(date(2021, 12, 14) + timedelta(days=day), 9))) for day in (0, 1, 4, 5, 7, 25, 26, 28)]
    assert counts == [0, 1, 1, 2, 2, 2, 3, 3], "day 1 had passed; days 3, 7 and 28 after 12/12"


def test_who_had_the_dose_is_asked_after_it_and_not_the_person_it_was_recorded_for(at, sent):
    wrong, right = a_person(), make.make_person("Lê Văn Bình", phone="0911222333")
    record = a_dose(wrong, at)
    handlers.visit_closed({"record_id": str(record)}, at)
    moved = immunizations.move_to_person(record_id=record, person_id=right, reason="nhầm người", by=make.BY, at=at)
    for told in Event.objects.filter(kind="immunizations.corrected").order_by("id").values_list("data", flat=True):
        safety_handlers.dose_corrected(told, at)
        handlers.record_corrected(told, at)
    assert {one.answer for one in safety.follow_ups_of([record])} == {"void"}
    assert [one.day for one in safety.follow_ups_of([moved.record_id])] == [1, 3, 7, 28]
    assert {one.address for one in sent(clock.at_local(date(2021, 12, 15), 9))} == {"+84911222333"}


def test_a_dose_moved_before_its_visit_was_heard_of_is_asked_about_all_the_same(at, sent):
    right = make.make_person("Lê Văn Bình", phone="0911222333")
    record = a_dose(a_person(), at)
    immunizations.move_to_person(record_id=record, person_id=right, reason="nhầm người", by=make.BY, at=at)
    handlers.visit_closed({"record_id": str(record)}, at)
    assert {one.address for one in sent(clock.at_local(date(2021, 12, 15), 9))} == {"+84911222333"}


def test_whose_second_appointment_went_with_a_merge_is_not_told_that_the_registration_is_gone(at, sent):
    first, second = a_person(), make.make_person("Trần Thị Mận", phone="0911222333")
    stays, goes = an_appointment(first), an_appointment(second)
    alias = people.merge(loser=second, survivor=first, reason="một người", by=make.BY, at=at)
    queue_handlers.merged({"alias_id": str(alias), "loser_id": str(second), "survivor_id": str(first)}, at)
    gone = _info(goes)
    booking_handlers.withdrawn({"registration_id": str(gone.registration_id), "reason": f"merged:{alias}"}, at)
    assert (_info(stays).state, _info(goes).end_reason) == ("active", "merged")
    handlers.booking_ended({"appointment_id": str(goes.appointment_id), "state": "cancelled", "reason": "merged"}, at)
    (told,) = sent(at)
    assert "hai hồ sơ đã gộp" in told.text
    assert "rút lại" not in told.text


@pytest.mark.parametrize("ended", ["died", "merged"])
def test_nothing_is_sent_to_the_dead_or_under_a_merged_record(ended, at, sent):
    person = a_person()
    invited(an_appointment(person), at)
    if ended == "died":
        people.record_death(person=person, on=date(2021, 12, 14), by=make.BY, at=at)
    else:
        people.merge(loser=person, survivor=make.make_person(), reason="trùng", by=make.BY, at=at)
    assert sent(at) == []
    assert models.Message.objects.get(template="invited").reason == ended


def test_a_certificate_is_told_and_one_issued_again_says_that_the_old_is_void(at, sent):
    person = a_person()
    people.verify_identity(person=person, how="card_seen", by=make.BY, at=at)
    record = a_dose(person, at)
    card = certificates.issue_for(record_id=record, by=SYSTEM, at=at)
    (card,) = certificates.sign_facility(record_ids=[record], by=SYSTEM, at=at)
    handlers.certificate_issued({"certificate_id": str(card.id), "how": "first"}, at)
    assert "đã có" in sent(at)[0].text
    people.correct_particulars(person=person, changes={"full_name": "Đỗ Thị Hòa An"}, reason="sai tên", by=make.BY, at=at)
    new = next(one for one in certificates.reissue(person_id=person, by=SYSTEM, at=at) if one.state == "issued")
    handlers.certificate_issued({"certificate_id": str(new.id), "how": "reissued"}, at)
    assert "bản cũ không còn dùng được" in sent(at)[1].text


@pytest.mark.parametrize(("by", "reason"), [(Actor("citizen", uuid4()), "busy"), (make.BY, "own_wish")])
def test_a_cancellation_that_people_made_themselves_is_not_texted_to_them(by, reason, at, sent):
    booked = an_appointment(a_person())
    booking.cancel(appointment_id=booked.appointment_id, reason=reason, by=by, at=at)
    handlers.booking_ended({"appointment_id": str(booked.appointment_id), "state": "cancelled", "reason": reason}, at)
    assert sent(at) == []
