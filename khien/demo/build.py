"""Builds the demo once, and adds today's sessions on each later day."""

import logging
import time

from django.db import transaction

from khien.demo import city, people
from khien.demo.city import City
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.plumbing import marks, outbox

log = logging.getLogger("khien.demo")
PEOPLE = 3000


def ensure(people_count: int = PEOPLE) -> None:
    """Build what is missing; a second start finds everything and is quick."""
    at = clock.now()
    today = clock.on_date(at)
    mark = marks.get("demo")
    if mark is None:
        began = time.monotonic()
        print(f"Building the demo city with {people_count} synthetic people (once) ...", flush=True)
        with transaction.atomic():
            built = city.build(today, at)
            marks.put("demo", {"built_on": today.isoformat(), "last_day": today.isoformat(), "city": built.as_mark()})
        days = people.Days(built, today, at, people_count=people_count)
        for i in range(len(built.sites)):
            with transaction.atomic():
                days.point(i)
        outbox.drain(clock.now)
        log.info("demo built in %.0f s", time.monotonic() - began)
    elif mark["last_day"] != today.isoformat():
        _new_day(City.from_mark(mark["city"]), today, mark)


def _new_day(built: City, today, mark: dict) -> None:  # type: ignore[no-untyped-def,type-arg]
    """A later day: today's session at each point that has none, with the people who still wait."""
    days = people.Days(built, today, clock.now(), people_count=0)
    for i in range(len(built.sites)):
        try:
            with transaction.atomic():
                days.again(i)
        except Refused as refusal:
            log.info("point %d keeps its own plan: %s", i + 1, refusal.code)
    marks.put("demo", {**mark, "last_day": today.isoformat()})
