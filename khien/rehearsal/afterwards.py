"""After the day: wait until every event was heard, look records up as citizens and staff, count, check the invariants."""

import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from khien.access import queries as access
from khien.certificates import queries as certificates
from khien.kernel import clock
from khien.rehearsal import citizens
from khien.rehearsal import invariants as rules
from khien.rehearsal.browser import Browser, Surprise
from khien.rehearsal.day import Day, Story
from khien.rehearsal.people import read_code
from khien.rehearsal.shelf import unaccounted
from khien.rehearsal.staff import Officer
from khien.synthetic.crowd import Somebody

CONTACT_DESKS = ("Tổng đài tiêm chủng", "Trung tâm MCC")  # a demo begun before it had a citizen's name keeps the second
ROUNDS = 5  # an event's handler may publish another: a dose closed, its certificate, its message


def settle(*, seconds: float = 180) -> None:
    """Wait for the worker until what was due when we asked is done; what others do meanwhile is not waited for."""
    for _ in range(ROUNDS):
        asked, until, least = clock.now(), time.monotonic() + seconds, 10**9
        while (waiting := _waiting(asked)) and time.monotonic() < until:
            if waiting < least:
                least, until = waiting, time.monotonic() + seconds
            time.sleep(0.3)


def _waiting(asked: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM outbox_delivery WHERE state = 'pending' AND due_at <= %s)"
            " + (SELECT count(*) FROM message WHERE state IN ('pending', 'leased') AND due_at <= %s)",
            [asked, asked],
        )
        return int(cursor.fetchone()[0])


def look(base: str, day: Day, *, most: int = 6) -> None:
    """Some of those who registered look themselves up, a stranger learns nothing, an officer opens a record."""
    looked = [one for one in day.own if one.cccd and one.birth.month]  # they gave a phone of their own; a list's phone opens nobody's record
    for one in looked[:most]:
        _told(day.story, "look-up", lambda one=one: _own(base, one, day.story))  # type: ignore[misc]
    _told(day.story, "stranger", lambda: _stranger(base, day))
    _told(day.story, "officer", lambda: _officer(base, day))


def _told(story: Story, what: str, step: Callable[[], None]) -> None:
    try:
        step()
    except Surprise as surprise:
        story.surprises.append(f"{what}: {surprise}")


def _own(base: str, one: Any, story: Story) -> None:
    with Browser(base, counter=story.counter) as browser:
        page = browser.get("/tra-cuu")
        told = {"paper": "cccd", "number": one.cccd, "birth_day": one.birth.day, "birth_month": one.birth.month, "birth_year": one.birth.year}
        since = clock.now()
        page = browser.send(page, page.form("number"), told)
        code = read_code(browser, one.phone, since=since)
        page = browser.send(page, page.form("code"), {"code": code})
        if one.full_name not in page.text:
            raise Surprise(f"a look-up with the right code does not show the record ({page.path})")
    story.lookups += 1


def _stranger(base: str, day: Day) -> None:
    """A number that nobody has, and a real one with a wrong birth year, get the same answer."""
    real = next((one for one in day.people if one.cccd), None)
    if real is None:
        return
    answers = []
    for number, year in (("079099990001", 1990), (real.cccd, 1931)):
        with Browser(base, counter=day.story.counter) as browser:
            page = browser.get("/tra-cuu")
            page = browser.send(page, page.form("number"), {"paper": "cccd", "number": number, "birth_year": year, "birth_day": "", "birth_month": ""})
            answers.append((page.status, page.path, page.text))
    if answers[0] != answers[1]:
        raise Surprise("a stranger can tell a known number from an unknown one")


def _officer(base: str, day: Day) -> None:
    """The technician finds a person by the number on the paper and opens the record for a reason."""
    one = next((one for one in day.people if one.cccd), None)
    if one is None:
        return
    with Officer(base, "hotro2", counter=day.story.counter) as officer:
        page = officer.get("/dieu-phoi/ho-so")
        page = officer.send(page, page.form("text"), {"text": one.cccd})
        address = page.link(r"/ho-so/[0-9a-f-]{36}").split("?")[0]
        if one.full_name not in officer.get(address, vi="contact").text:
            raise Surprise("an officer who says why does not see the record")
    staff = access.staff_by_username("hotro2")
    day.story.reads.append((str(staff), address.rstrip("/").rsplit("/", 1)[-1]))
    day.story.lookups += 1


def papers(base: str, day: Day) -> None:
    """The citizen's certificate, read by the verifier's own command; then a name put right, and the old one refused."""
    holder = day.holder
    if holder is None or not _issued(holder.one.full_name, day):
        return
    old = citizens.photograph(citizens.certificate(holder))
    told = citizens.verify(old)
    if not told["valid"]:
        raise Surprise(f"the certificate on the phone is refused: {told['reason']}")
    citizens.put_right(base, holder, counter=day.story.counter)
    day.story.renamed[holder.one.full_name] = holder.right_name
    settle()
    told = citizens.verify(old)
    if told["valid"] or told["reason"] != "revoked":
        raise Surprise(f"the certificate with the wrong name is still taken: {told['reason']}")
    new = citizens.certificate(holder)
    told = citizens.verify(citizens.photograph(new))
    if not told["valid"] or holder.right_name not in new.text:
        raise Surprise(f"the certificate made anew is refused: {told['reason']}")
    seen = citizens.readers(holder)
    if not any(office in seen for office in CONTACT_DESKS):
        raise Surprise("the citizen does not see who looked")
    day.story.add("corrected")
    day.story.add("old_certificate_refused")


def _issued(name: str, day: Day) -> bool:
    """Whether the health book's owner was invited and vaccinated today."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM certificate c JOIN person p ON p.id = c.person_id WHERE c.state = 'issued' AND p.full_name = %s AND c.record_id"
            " IN (SELECT record_id FROM visit WHERE session_id = ANY(%s::uuid[]))",
            [name, day.story.sessions],
        )
        return bool(cursor.fetchone()[0])


_OWN_VISITS = "(SELECT * FROM visit WHERE session_id = ANY(%(sessions)s::uuid[]) AND checked_in_recorded_at >= %(began)s)"
_COUNTS = {
    "registrations": "SELECT count(*) FROM registration WHERE person_id = ANY(%(people)s)",
    "appointments": "SELECT count(*) FROM appointment WHERE session_id = ANY(%(sessions)s::uuid[]) AND booked_at >= %(began)s",
    "visits": f"SELECT count(*) FROM {_OWN_VISITS} v",
    "doses": f"SELECT count(*) FROM {_OWN_VISITS} v WHERE v.record_id IS NOT NULL",
    "deferred": f"SELECT count(*) FROM {_OWN_VISITS} v WHERE v.state = 'deferred'",
    "reactions": f"SELECT count(*) FROM reaction r JOIN {_OWN_VISITS} v ON v.record_id = r.record_id WHERE r.recorded_at >= %(began)s",
    "certificates": f"SELECT count(*) FROM certificate c JOIN {_OWN_VISITS} v ON v.record_id = c.record_id WHERE c.state = 'issued'",
    "certificates_held": f"SELECT count(*) FROM certificate c JOIN {_OWN_VISITS} v ON v.record_id = c.record_id WHERE c.state = 'held'",
    "certificates_revoked": f"SELECT count(*) FROM certificate c JOIN {_OWN_VISITS} v ON v.record_id = c.record_id WHERE c.state = 'revoked'",
    "messages": "SELECT count(*) FROM message WHERE recorded_at >= %(began)s AND (person_id IS NULL OR person_id = ANY(%(people)s))",
}


def _key(name: str, year: int) -> tuple[str, int]:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split()), year


def _recorded(day: Day, began: datetime) -> list[tuple[UUID, tuple[str, int]]]:
    """The people that this rehearsal brought into the record."""
    return _found({_key(day.story.renamed.get(one.full_name, one.full_name), one.birth.year) for one in day.people}, began)


def _found(played: set[tuple[str, int]], began: datetime) -> list[tuple[UUID, tuple[str, int]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, full_name, birth_year FROM person WHERE recorded_at >= %s", [began])
        found = [(row[0], _key(row[1], row[2])) for row in cursor.fetchall()]
    return [(id, key) for id, key in found if key in played]


def doubled(people: Sequence[Somebody], began: datetime) -> list[str]:
    """Names and years that the record holds more often than the crowd did, by their place in it."""
    wanted = Counter(_key(one.full_name, one.birth.year) for one in people)
    found = Counter(key for _, key in _found(set(wanted), began))
    return [f"person {n + 1} of the crowd: {found[key]} records of {wanted[key]}" for n, key in enumerate(wanted) if found[key] > wanted[key]]


def numbers(day: Day, began: datetime) -> dict[str, int]:
    """What this rehearsal added; what others do in the instance meanwhile is not counted."""
    people = [id for id, _ in _recorded(day, began)]
    found = {"people": len(people)}
    facts = {"began": began, "people": people, "sessions": day.story.sessions}
    with connection.cursor() as cursor:
        for name, query in _COUNTS.items():
            cursor.execute(query, facts)
            found[name] = int(cursor.fetchone()[0])
        cursor.execute(f"SELECT c.id FROM certificate c JOIN {_OWN_VISITS} v ON v.record_id = c.record_id WHERE c.state = 'issued'", facts)
        issued = [row[0] for row in cursor.fetchall()]
    at = clock.now()
    found["certificates_verified"] = sum(certificates.check(certificates.hc1(one), at=at).valid for one in issued)
    return found


def invariants(day: Day, began: datetime) -> tuple[dict[str, bool], dict[str, list[str]]]:
    """Every invariant: whether it holds in the whole instance and for this day, and what breaks it."""
    now = clock.now()
    checked = rules.check(at=now, late=now - timedelta(minutes=2), since=began - timedelta(seconds=1))
    ours = {"people_distinct": _people(day, began), "doses_confirmed": _confirmed(day, began), "staff_reads_logged": _reads_logged(day, began),
            "stock_accounted": [what for shelf in day.story.shelves for what in unaccounted(*shelf)]}  # fmt: skip
    broken = {one.name: [*one.broken, *ours.pop(one.name, ())] for one in checked}
    broken.update({name: list(found) for name, found in ours.items()})
    return {name: not found for name, found in broken.items()}, {name: found for name, found in broken.items() if found}


def _people(day: Day, began: datetime) -> list[str]:
    """Everyone who was played is one person in the record, whatever ways and lists they came by; named by place in the crowd."""
    wanted = Counter(_key(day.story.renamed.get(one.full_name, one.full_name), one.birth.year) for one in day.people)
    found = Counter(key for _, key in _recorded(day, began))
    return [f"person {n + 1} of the crowd: {found[key]} records of {wanted[key]}" for n, key in enumerate(wanted) if found[key] != wanted[key]]


def _confirmed(day: Day, began: datetime) -> list[str]:
    """Visits with a dose whose confirmation nobody could print."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT v.id::text FROM {_OWN_VISITS} v WHERE v.record_id IS NOT NULL", {"sessions": day.story.sessions, "began": began})
        return [row[0] for row in cursor.fetchall() if row[0] not in day.story.confirmed]


def _reads_logged(day: Day, began: datetime) -> list[str]:
    """Looks that staff took (whose visit, or whose record) without a line in the access log of that person."""
    staff, seen = [one for one, _ in day.story.reads], [what for _, what in day.story.reads]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.seen FROM unnest(%s::uuid[], %s::uuid[]) AS r(staff, seen) LEFT JOIN visit v ON v.id = r.seen"
            " WHERE NOT EXISTS (SELECT 1 FROM access_log l WHERE l.staff_id = r.staff AND l.person_id = coalesce(v.person_id, r.seen) AND l.at >= %s)",
            [staff, seen, began],
        )
        return [str(row[0]) for row in cursor.fetchall()]
