"""Reminders of appointments: the day before from 16:00, and on the same day two hours before (from 07:00)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction

from khien.booking import queries as booking
from khien.booking.types import AppointmentInfo
from khien.kernel import clock
from khien.messaging import handlers, outgoing

DAY_BEFORE_FROM, SAME_DAY_FROM = 16, 6  # hours of Viet Nam's clocks
AHEAD = timedelta(hours=2)
# Who booked this shortly before knows.
FRESH = timedelta(hours=12)
PAGE = 500


def remind_due(at: datetime) -> bool:
    """Write the reminders that are due; called every few minutes. Returns whether there were any."""
    local = clock.local(at)
    today = local.date()
    written = 0
    if local.hour >= DAY_BEFORE_FROM:
        written += _remind("reminder_day", today + timedelta(days=1), at)
    if local.hour >= SAME_DAY_FROM:
        written += _remind("reminder_hours", today, at)
    return written > 0


def _remind(template: str, on: date, at: datetime) -> int:
    written = 0
    for page in _pages(template, on, at):
        with transaction.atomic():
            for one in page:
                due = max(at, one.starts_at - AHEAD) if template == "reminder_hours" else at
                written += handlers.tell(one, template, at=at, due=due, expires=one.starts_at)
    return written


def _pages(template: str, on: date, at: datetime) -> Iterator[list[AppointmentInfo]]:
    """The day's appointments that were not told of yet, a page at a time."""
    first, last = max(at, clock.at_local(on)), clock.at_local(on + timedelta(days=1))
    after = None
    while page := booking.starting_between(first, last, after=after, limit=PAGE):
        after = page[-1].id
        told = outgoing.told([handlers.cause_of(one.id) for one in page], template)
        yield [one for one in page if at - one.booked_at > FRESH and handlers.cause_of(one.id) not in told]
