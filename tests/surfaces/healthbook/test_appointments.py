"""An appointment shows its code; it is confirmed, moved, given back, and a slot is taken by oneself."""

from datetime import date

import pytest
from django.urls import reverse

from khien.booking import actions as booking
from khien.booking import queries
from khien.registration import actions as registration
from khien.registration import queries as registrations
from tests import make, make_book


@pytest.fixture
def booked(family):
    asked = registration.register(person_id=family.grandmother, way="staff", by=make.BY, at=make.AT)
    slot = make.make_slot(on=date(2021, 12, 16), mode="open")
    return booking.book(person_id=family.grandmother, registration_id=asked.registration_id, slot_id=slot.id, by=make.BY, at=make.AT)


def address(name, family, booked):
    return reverse(f"healthbook:{name}", kwargs={"person": family.grandmother, "appointment": booked.appointment_id})


def test_the_appointment_shows_its_code_as_digits_and_as_a_picture(client, family, booked):
    text = client.get(address("appointment_of", family, booked)).content.decode()
    assert make_book.grouped(booked.code) in text
    assert "Mã QR đến tiêm của Trần Thị Mận" in text
    assert "8 giờ" in text


def test_to_say_that_one_comes_is_noted_once(client, family, booked):
    for _ in range(2):
        assert client.post(address("confirm", family, booked)).status_code == 302
    found = queries.appointment(booked.appointment_id)
    assert found is not None
    assert found.confirmed_at is not None
    assert "Đã báo sẽ đến" in client.get(address("appointment_of", family, booked)).content.decode()


def test_a_place_given_back_keeps_the_turn_in_the_queue(client, family, booked):
    assert "rút lại đăng ký" in client.get(address("leave", family, booked)).content.decode()
    client.post(address("leave", family, booked), {"reason": "ill"})
    found = queries.appointment(booked.appointment_id)
    assert found is not None
    assert found.state == "cancelled"
    text = client.get(address("appointment_of", family, booked)).content.decode()
    assert "Tên vẫn ở trong danh sách chờ" in text
    assert client.post(address("confirm", family, booked)).status_code == 409


def test_who_took_the_registration_back_is_not_told_to_stand_in_the_queue_still(client, family, booked):
    asked = registrations.of_person(family.grandmother)
    assert asked is not None
    booking.cancel(appointment_id=booked.appointment_id, reason="withdrawn", by=make.BY, at=make.AT)
    registration.withdraw(registration=asked.id, reason="moved", by=make.BY, at=make.AT)
    text = client.get(address("appointment_of", family, booked)).content.decode()
    assert "danh sách chờ" not in text
    assert "Không còn đăng ký nào đang chờ" in text
    assert reverse("healthbook:register_person", kwargs={"person": family.grandmother}) in text


def test_an_hour_pressed_twice_is_taken_once_and_not_called_full(client, family, booked):
    other = make.make_slot(on=date(2021, 12, 17), mode="open", places=1)
    pressed = [client.post(address("move", family, booked), {"slot": str(other.id)}) for _ in range(2)]
    now = queries.appointment_of(family.grandmother)
    assert now is not None
    assert now.slot_id == other.id
    assert [one.url.endswith(str(now.id)) for one in pressed] == [True, True]


def test_another_hour_is_taken_before_the_old_one_is_given_back(client, family, booked):
    other = make.make_slot(on=date(2021, 12, 17), mode="open")
    moved = client.post(address("move", family, booked), {"slot": str(other.id)})
    now = queries.appointment_of(family.grandmother)
    assert now is not None
    assert now.slot_id == other.id
    assert moved.url.endswith(str(now.id))


def test_an_hour_that_is_full_meanwhile_is_said_beside_the_choice(client, family, booked):
    full = make.make_slot(on=date(2021, 12, 17), mode="open", places=1)
    page = address("move", family, booked)
    assert str(full.id) in client.get(page).content.decode()
    other = make.make_person()
    asked = registration.register(person_id=other, way="staff", by=make.BY, at=make.AT)
    booking.book(person_id=other, registration_id=asked.registration_id, slot_id=full.id, by=make.BY, at=make.AT)
    answer = client.post(page, {"slot": str(full.id)})
    assert "vừa hết chỗ" in answer.content.decode()
    kept = queries.appointment(booked.appointment_id)
    assert kept is not None
    assert kept.state == "active"


def test_who_is_registered_takes_a_free_hour_alone(client, family):
    registered = client.post(reverse("healthbook:register_person", kwargs={"person": family.own}), {"agree": "on", "shift": "morning"})
    assert registered.status_code == 302
    slot = make.make_slot(on=date(2021, 12, 16), mode="open")
    taken = client.post(reverse("healthbook:choose", kwargs={"person": family.own}), {"slot": str(slot.id)})
    found = queries.appointment_of(family.own)
    assert found is not None
    assert found.slot_id == slot.id
    assert taken.url.endswith(str(found.id))


def test_the_days_of_a_firms_invited_session_are_not_offered_to_everybody(client, family):
    registration.register(person_id=family.own, way="staff", by=make.BY, at=make.AT)
    slot = make.make_slot(on=date(2021, 12, 16), mode="invited")
    page = reverse("healthbook:choose", kwargs={"person": family.own})
    assert "Gần đây chưa có giờ trống" in client.get(page).content.decode()
    client.post(page, {"slot": str(slot.id)})
    assert queries.appointment_of(family.own) is None
