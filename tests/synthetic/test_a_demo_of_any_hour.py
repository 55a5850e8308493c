"""The demo has people at every desk, whatever the hour at which it is built."""

from datetime import date

import pytest

from khien.booking.models import Appointment
from khien.demo import city, people
from khien.kernel import clock
from khien.visits.models import Visit

TODAY = date(2021, 12, 14)


@pytest.mark.parametrize("hour", [0, 9, 21])
def test_todays_session_of_a_new_demo_is_under_way_and_tomorrow_is_booked(db, hour: int) -> None:
    now = clock.at_local(TODAY, hour, 30)
    days = people.Days(city.build(TODAY, now), TODAY, now, people_count=3000)
    queue = iter(days._register(0, 90))
    days.present(0, queue)
    days._future(0, clock.on_date(clock.at_local(date(2021, 12, 15), 8)), "AZ", queue)
    states = set(Visit.objects.filter(on_date=TODAY).values_list("state", flat=True))
    assert states >= {"checked_in", "consented", "cleared", "dosed"}
    assert Appointment.objects.filter(state="active").count() >= 30
