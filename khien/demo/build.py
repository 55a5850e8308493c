"""Builds the demo once, and adds today's sessions on each later day."""

import logging
import os
import subprocess
import sys
import time
from uuid import UUID

from django.db import connection, connections, transaction

from khien.demo import city, corrected, offices, people, reactions, stock
from khien.demo.city import City
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.plumbing import marks
from khien.plumbing.postgres import CannotStart

log = logging.getLogger("khien.demo")
PEOPLE = 3000


def ensure(people_count: int = PEOPLE) -> None:
    """Build what is missing; a second start finds everything and is quick."""
    at = clock.now()
    today = clock.on_date(at)
    mark = marks.get("demo")
    if mark is None:
        print(f"Building the demo city with {people_count} synthetic people (once) ...", flush=True)
        with transaction.atomic():
            built = city.build(today, at)
            marks.put("demo_cold", {"store": str(stock.fill(built, today, at))})
            mark = {"built_on": today.isoformat(), "last_day": today.isoformat(), "city": built.as_mark()}
            marks.put("demo", mark)
    began = time.monotonic()
    sites = min(len(mark["city"]["sites"]), int(os.environ.get("KHIEN_DEMO_POINTS", "10")))  # fewer: a quick trial
    missing = [i for i in range(sites) if marks.get(f"demo_point:{i}") is None]
    if missing:
        _in_two_processes(missing, people_count)
        log.info("%d points built in %.0f s; boards and messages follow within a minute or two", len(missing), time.monotonic() - began)
    if waits := (marks.get("demo_cold") or {}).get("store"):
        with transaction.atomic():
            stock.chill(UUID(waits), City.from_mark(mark["city"]), at)
            marks.put("demo_cold", {"built_on": today.isoformat()})
    if marks.get("demo_reactions") is None:
        with transaction.atomic():
            reactions.build(City.from_mark(mark["city"]), at)
            marks.put("demo_reactions", today.isoformat())
    if marks.get("demo_offices") is None:
        with transaction.atomic():
            offices.build(City.from_mark(mark["city"]), at)
            marks.put("demo_offices", today.isoformat())
    if marks.get("demo_corrected") is None:
        with transaction.atomic():
            corrected.build(City.from_mark(mark["city"]), at)
            marks.put("demo_corrected", today.isoformat())
    if mark["last_day"] != today.isoformat():
        _new_day(City.from_mark(mark["city"]), today, mark)


def _in_two_processes(points: list[int], people_count: int) -> None:
    """Points know nothing of each other: half of them are built beside the other half."""
    connections.close_all()
    words = [sys.executable, "-c", "import django; django.setup(); from khien.demo import build; build.points()"]
    halves = [half for half in (points[::2], points[1::2]) if half]
    children = [
        subprocess.Popen([*words, str(people_count), *map(str, half)], env={**os.environ, "KHIEN_POOL": "2"})  # noqa: S603
        for half in halves
    ]
    if any([child.wait() for child in children]):
        raise CannotStart("The demo could not be built (the lines above say why).")


def points() -> None:
    """Build the points named in the arguments, in a process of their own.

    Each action commits by itself (two builders would wait for each other's audit heads); a point cut short is gone on with.
    """
    count, *numbers = map(int, sys.argv[1:])
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    days = people.Days(City.from_mark(marks.get("demo")["city"]), clock.on_date(at), at, people_count=count)
    for i in numbers:
        days.point(i)
        marks.put(f"demo_point:{i}", clock.on_date(at).isoformat())


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
