"""Choosing an hour: near home first, whole days, any day that has places; who holds an appointment is shown it."""

from datetime import date

import pytest
from django.urls import reverse

from khien.booking import actions as booking
from khien.booking import queries
from khien.registration import actions as registration
from tests import make


@pytest.fixture
def asked(family):
    return registration.register(person_id=family.grandmother, way="staff", by=make.BY, at=make.AT)


@pytest.fixture
def choose(family):
    return reverse("healthbook:choose", kwargs={"person": family.grandmother})


def hours_on(on: date, places: int = 10, **more):
    session = make.make_session(on=on, hours=(8, 11), mode="open", per_table=places, **more)
    return queries.slots(session)


def test_every_day_with_places_may_be_chosen_and_then_stands_alone(client, asked, choose):
    first, second = hours_on(date(2021, 12, 16)), hours_on(date(2021, 12, 18))
    page = client.get(choose).content.decode()
    assert "?ngay=2021-12-16" in page
    assert "?ngay=2021-12-18" in page
    alone = client.get(f"{choose}?ngay=2021-12-18").content.decode()
    assert all(str(one.id) in alone for one in second)
    assert not any(str(one.id) in alone for one in first)
    assert client.get(f"{choose}?ngay=2021-13-99").content.decode().count('name="slot"') == len(first) + len(second)


def test_an_hour_of_a_chosen_day_is_taken(client, family, asked, choose):
    hours_on(date(2021, 12, 16))
    later = hours_on(date(2021, 12, 18))[1]
    client.post(f"{choose}?ngay=2021-12-18", {"slot": str(later.id)})
    held = queries.appointment_of(family.grandmother)
    assert held is not None
    assert held.slot_id == later.id


def test_who_holds_an_appointment_is_led_to_it_and_a_second_window_too(client, family, asked, choose):
    slots = hours_on(date(2021, 12, 16))
    booking.book(person_id=family.grandmother, registration_id=asked.registration_id, slot_id=slots[0].id, by=make.BY, at=make.AT)
    held = queries.appointment_of(family.grandmother)
    assert held is not None
    assert client.get(choose)["Location"].endswith(str(held.id))
    second = client.post(choose, {"slot": str(slots[1].id)})
    assert second["Location"].endswith(str(held.id))
    assert reverse("healthbook:move", kwargs={"person": family.grandmother, "appointment": held.id}) in client.get(second.url).content.decode()
    assert queries.appointment_of(family.grandmother).id == held.id


def test_a_limit_leaves_out_sessions_and_never_hours_of_one(db):
    for day in (16, 17, 18):
        hours_on(date(2021, 12, day))
    found = queries.open_slots("AZ", None, make.AT, limit=6, whole=True)
    assert [one.on_date.day for one in found] == [16, 16, 16, 17, 17, 17]
    assert queries.open_days(["AZ"], None, make.AT) == [date(2021, 12, day) for day in (16, 17, 18)]
    assert queries.open_days(["PFIZER"], None, make.AT) == []
