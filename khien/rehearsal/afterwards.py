"""After the day: wait until every event was heard, look records up as citizens, count, check the invariants."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from khien.certificates import queries as certificates
from khien.kernel import clock
from khien.rehearsal import invariants as rules
from khien.rehearsal.browser import Browser, Surprise
from khien.rehearsal.people import read_code


def settle(began: datetime, *, seconds: float = 120) -> None:
    """Wait for the worker until nothing is due any more; a backlog that shrinks is waited for."""
    until, least = time.monotonic() + seconds, 10**9
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM outbox_delivery WHERE state = 'pending' AND due_at <= %s", [clock.now()])
            waiting = cursor.fetchone()[0]
            cursor.execute("SELECT count(*) FROM message WHERE state IN ('pending', 'leased') AND due_at <= %s AND recorded_at >= %s",
                           [clock.now(), began])  # fmt: skip
            messages = cursor.fetchone()[0]
        if not waiting and not messages:
            return
        if waiting + messages < least:
            least, until = waiting + messages, time.monotonic() + seconds
        time.sleep(0.5)


def look(base: str, day: Any, story: Any, *, most: int = 6) -> None:
    """Some of those who were vaccinated look themselves up; a stranger who guesses learns nothing."""
    looked = 0
    for one in day.own:  # they gave a phone of their own; a list's phone opens nobody's record
        if looked >= most or not one.cccd or not one.birth.month:
            continue
        try:
            with Browser(base, counter=story.counter) as browser:
                page = browser.get("/tra-cuu")
                form = page.form("number")
                told = {"paper": "cccd", "number": one.cccd, "birth_day": one.birth.day, "birth_month": one.birth.month, "birth_year": one.birth.year}
                since = clock.now()
                page = browser.send(page, form, told)
                code = read_code(browser, one.phone, since=since)
                page = browser.send(page, page.form("code"), {"code": code})
                if one.full_name not in page.text:
                    raise Surprise(f"a look-up with the right code does not show the record ({page.path})")
            story.lookups += 1
        except Surprise as surprise:
            story.surprises.append(f"look-up: {surprise}")
        looked += 1
    _stranger(base, day, story)


def _stranger(base: str, day: Any, story: Any) -> None:
    """A number that nobody has, and a real one with a wrong birth year, get the same answer."""
    real = next((one for one in day.people if one.cccd), None)
    if real is None:
        return
    answers = []
    for number, year in (("079099990001", 1990), (real.cccd, 1931)):
        with Browser(base, counter=story.counter) as browser:
            page = browser.get("/tra-cuu")
            page = browser.send(page, page.form("number"), {"paper": "cccd", "number": number, "birth_year": year, "birth_day": "", "birth_month": ""})
            answers.append((page.status, page.path, page.text))
    if answers[0] != answers[1]:
        story.surprises.append("a stranger can tell a known number from an unknown one")


_COUNTS = {
    "people": "SELECT count(*) FROM person WHERE recorded_at >= %s",
    "registrations": "SELECT count(*) FROM registration WHERE recorded_at >= %s",
    "appointments": "SELECT count(*) FROM appointment WHERE booked_at >= %s",
    "visits": "SELECT count(*) FROM visit WHERE checked_in_recorded_at >= %s",
    "doses": "SELECT count(*) FROM immunization WHERE recorded_at >= %s AND version = 1 AND origin <> 'elsewhere'",
    "deferred": "SELECT count(*) FROM visit WHERE checked_in_recorded_at >= %s AND state = 'deferred'",
    "reactions": "SELECT count(*) FROM reaction WHERE recorded_at >= %s",
    "certificates": "SELECT count(*) FROM certificate WHERE recorded_at >= %s",
    "messages": "SELECT count(*) FROM message WHERE recorded_at >= %s",
}


def numbers(began: datetime) -> dict[str, int]:
    """What this rehearsal added."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in _COUNTS.items():
            cursor.execute(query, [began])
            found[name] = int(cursor.fetchone()[0])
    at = clock.now()
    issued = rules.issued_since(began)
    found["certificates_verified"] = sum(certificates.check(certificates.hc1(one), at=at).valid for one in issued)
    return found


def invariants(began: datetime, *, late: datetime) -> tuple[dict[str, bool], dict[str, list[str]]]:
    """Every invariant: whether it holds, and what breaks it; staff reads of this day must be in the access log."""
    checked = rules.check(at=clock.now(), late=late, since=began - timedelta(seconds=1))
    checked.append(_reads_logged(began))
    return {one.name: one.holds for one in checked}, {one.name: list(one.broken) for one in checked if not one.holds}


def _reads_logged(began: datetime) -> rules.Checked:
    """Whoever was received today was seen by staff: their access log says so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.id::text FROM visit v WHERE v.checked_in_recorded_at >= %s AND v.appointment_id IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM access_log l WHERE l.person_id = v.person_id AND l.at >= %s) LIMIT 20",
            [began, began],
        )
        rows = tuple(row[0] for row in cursor.fetchall())
    return rules.Checked("staff_reads_logged", not rows, rows)
