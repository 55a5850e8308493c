"""The home page asks for one thing: what happens at the point, then the invitation, then how one feels, then the next dose."""

from datetime import date, timedelta

from django.urls import reverse

from khien.booking import actions as booking
from khien.kernel import clock
from khien.people import actions as people
from khien.registration import actions as registration
from tests import make, make_book, make_day


def home(client, person) -> str:
    """The home page's words, without the rest of the page."""
    text = client.get(reverse("healthbook:person", kwargs={"person": person})).content.decode()
    start = text.index('<section class="kh-next')
    return text[start : text.index("</section>", start)]


def invited(person, on=date(2021, 12, 16)):
    asked = registration.register(person_id=person, way="staff", by=make.BY, at=make.AT)
    slot = make.make_slot(on=on, mode="open")
    return booking.book(person_id=person, registration_id=asked.registration_id, slot_id=slot.id, by=make.BY, at=make.AT)


def test_somebody_new_is_asked_to_register(client, family):
    assert "Đăng ký tiêm" in home(client, family.grandmother)


def test_somebody_registered_waits_and_need_do_nothing(client, family):
    done = registration.register(person_id=family.grandmother, way="staff", by=make.BY, at=make.AT)
    words = home(client, family.grandmother)
    assert "Đã có tên trong danh sách chờ tiêm mũi 1" in words
    assert make_book.grouped(done.code) in words


def test_free_hours_near_home_are_offered_to_who_is_registered(client, family):
    registration.register(person_id=family.grandmother, way="staff", by=make.BY, at=make.AT)
    make.make_slot(on=date(2021, 12, 16), mode="open")
    assert "mời chọn giờ" in home(client, family.grandmother)


def test_an_invitation_names_the_person_the_dose_the_hour_and_the_days_left(client, family):
    invited(family.grandmother)
    words = home(client, family.grandmother)
    assert "Mời bà đến tiêm mũi 1 lúc 8 giờ" in words
    assert "Còn 2 ngày" in words
    assert "Mã đến tiêm" in words


def test_the_day_from_which_a_dose_is_due_has_its_year_and_a_heading_begins_with_a_capital(client, family):
    assert "Đến hạn tiêm mũi 1 từ 14/12/2021<" in home(client, family.grandmother)
    make.make_immunization(family.own, on=date(2021, 12, 1))
    client.cookies["khien_lang"] = "en"
    assert ">Dose 1 due from 14/12/2021<" in home(client, family.grandmother)
    assert ">Dose 2 due from " in home(client, family.own)


def test_an_invitation_speaks_english_too(client, family):
    invited(family.grandmother)
    client.cookies["khien_lang"] = "en"
    assert "Please come for dose 1 at 8:00" in home(client, family.grandmother)


def test_under_observation_the_person_is_asked_to_stay_until_the_minute(client, family):
    day = make_day.make_day()
    make_day.make_visit(day, state="dosed", person_id=family.own, at=make.AT)
    assert "Mời chị ngồi lại đến 09:00" in home(client, family.own)


def test_in_the_queue_of_the_point_the_number_is_shown(client, family):
    day = make_day.make_day()
    visit = make_day.make_visit(day, person_id=family.grandmother, at=make.AT)
    assert f"Số của bà hôm nay là {visit.number}" in home(client, family.grandmother)


def test_after_a_dose_the_book_asks_how_the_person_feels_once_a_day(client, family):
    make_book.make_certified(family.own)
    assert "Chị thấy thế nào hôm nay?" in home(client, family.own)
    client.post(reverse("healthbook:feeling", kwargs={"person": family.own}), {"face": "well"})
    assert "Đến hạn mũi 2 từ" in home(client, family.own)


def test_a_day_after_the_first_week_asks_for_the_next_dose(client, family, monkeypatch):
    make_book.make_certified(family.own)
    later = clock.now() + timedelta(days=10)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Đến hạn mũi 2" in home(client, family.own)


def test_the_dead_are_invited_to_nothing(client, family):
    people.record_death(person=family.grandmother, on=date(2021, 12, 1), by=make.BY, at=make.AT)
    assert "Sổ này được giữ lại" in home(client, family.grandmother)
