"""What the benches need before they measure: points of their own, signed-in browsers, people who wait. Written in bulk."""

import secrets
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from khien.access.models import Post, Staff
from khien.booking.models import Session, SessionVaccine, Slot
from khien.kernel import clock
from khien.kernel.ids import uuid7
from khien.kernel.refs import SYSTEM, Performed
from khien.people.models import Account, HealthBookLink
from khien.places import actions as places
from khien.places import queries as where
from khien.places.models import Site
from khien.plumbing import bulk, marks
from khien.plumbing.models import WebSession
from khien.plumbing.sessions import SessionStore
from khien.stock import actions as stock

MARK, VACCINE, OFFICE = "bench", "AZ", "Đo tốc độ"
LETTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class Browser:
    """A signed-in browser: its session's key and the token of its forms."""

    key: str
    token: str

    @property
    def cookie(self) -> str:
        return f"khien={self.key}; csrftoken={self.token}"


@dataclass(frozen=True)
class Point:
    """A point with its session of today, a lot in its fridge, and a lead at a browser."""

    site_id: UUID
    session_id: UUID
    lot_id: UUID
    staff_id: UUID
    browser: Browser


@dataclass(frozen=True)
class Waiting:
    """Someone in the queue without a dose and without a place."""

    person_id: UUID
    registration_id: UUID


_WAITING = """
SELECT r.person_id, r.id FROM registration r WHERE r.state = 'waiting'
AND NOT EXISTS (SELECT 1 FROM immunization i WHERE i.person_id = r.person_id)
AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.person_id = r.person_id) LIMIT %s
"""


def waiting(most: int) -> list[Waiting]:
    """People without a dose who wait, at most so many."""
    return [Waiting(*row) for row in rows(_WAITING, most)]


def rows(statement: str, *params: object) -> list[tuple]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def browsers(*, accounts: Sequence[UUID] = (), staff: Sequence[UUID] = ()) -> list[Browser]:
    """A signed-in browser for each account, then for each staff member."""
    made, sessions = [], []
    until = clock.now() + timedelta(hours=4)
    store = SessionStore()
    for column, ids in (("account_id", accounts), ("staff_id", staff)):
        for id in ids:
            made.append(Browser(_word(), _word()))
            data = store.encode({column: str(id)})
            sessions.append(WebSession(session_key=made[-1].key, session_data=data, expire_date=until, **{column: id}))
    bulk.copy(sessions)
    return made


def _word() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(32))


def citizens(person_ids: Iterable[UUID], at: datetime) -> list[Browser]:
    """An account of its own for each person, linked to that person alone, and its browser."""
    accounts, links = [], []
    for person_id in person_ids:
        phone = settings.KEYS.hash(f"bench {uuid7()}", purpose="phone")
        row = Account(phone_hash=phone, phone_cipher=settings.KEYS.seal("+84900000000", purpose="phone"), created_at=at, used_at=at)
        accounts.append(row)
        links.append(HealthBookLink(
            account_id=row.id, person_id=person_id, relation="self", proof="registered", linked_at=at, linked_by=SYSTEM.text
        ))  # fmt: skip
    bulk.copy(accounts)
    bulk.copy(links)
    return browsers(accounts=[row.id for row in accounts])


def points(count: int, at: datetime) -> list[Point]:
    """So many points, made once and used again, each with a session of today and a lead at a browser."""
    known = marks.get(MARK) or {"sites": [], "staff": [], "lot": ""}
    today = clock.on_date(at)
    lot_id = UUID(known["lot"]) if known["lot"] else stock.add_lot(
        vaccine=VACCINE, number="BENCH001", expires_on=today + timedelta(days=900), by=SYSTEM, at=at
    )  # fmt: skip
    if len(known["sites"]) < count:
        _make_points(known, count, lot_id, at)
        marks.put(MARK, known | {"lot": str(lot_id)})
    sites = [UUID(one) for one in known["sites"][:count]]
    staff = [UUID(one) for one in known["staff"][:count]]
    sessions = [_today(site, lot_id, today, at) for site in sites]
    return [Point(*one, lot_id, who, at_browser) for *one, who, at_browser in zip(sites, sessions, staff, browsers(staff=staff), strict=True)]


def _make_points(known: dict[str, list[str]], count: int, lot_id: UUID, at: datetime) -> None:
    """Points that no list shows (inactive), each with its lead and a fridge full of one lot."""
    done = Performed(at, clock.on_date(at))
    commune = where.children("2021-765")[0].key
    code = f"B{secrets.randbelow(10_000):04d}"
    facility = places.add_facility(code=code, name="Cơ sở đo tốc độ", unit_key=commune, by=SYSTEM, at=at)
    for number in range(len(known["sites"]), count):
        site = places.add_site(
            facility_id=facility, name=f"Điểm đo tốc độ {number + 1}", kind="fixed", commune_key=commune, address="1 Đường Thử", by=SYSTEM, at=at
        )
        lead = Staff(username=f"do.toc.do.{_word()[:8]}", full_name="Đo Tốc Độ", password="!", created_at=at, created_by=SYSTEM.text)  # noqa: S106
        lead.save(force_insert=True)
        Post.objects.create(
            staff_id=lead.id, role="point_lead", scope_kind="site", scope_key=str(site), office=OFFICE, starts_at=at, given_at=at,
            given_by=SYSTEM.text,
        )  # fmt: skip
        stock.receive(site_id=site, lot_id=lot_id, doses=1_000_000, document=f"BENCH{number}", performed=done, by=SYSTEM, at=at)
        known["sites"].append(str(site))
        known["staff"].append(str(lead.id))
    Site.objects.filter(id__in=known["sites"]).update(active=False)


def _session(site_id: UUID, on: date, shift: str, at: datetime, **more: object) -> Session:
    site = where.site(site_id)
    assert site is not None
    place = site.place
    return Session(
        site_id=site_id, facility_id=site.facility_id, on_date=on, shift=shift, starts_at=clock.at_local(on), ends_at=clock.at_local(on, 23),
        planned_at=at, planned_by=SYSTEM.text, province_2021=place.province_2021, district_2021=place.district_2021,
        commune_2021=place.commune_2021, province_2025=place.province_2025, commune_2025=place.commune_2025, **more,
    )  # fmt: skip


def _today(site_id: UUID, lot_id: UUID, on: date, at: datetime) -> UUID:
    """The open session of today at a point, with its lot chosen."""
    from khien.visits.models import SessionLot

    row = Session.objects.filter(site_id=site_id, on_date=on, shift="whole_day").first()
    if row is None:
        row = _session(site_id, on, "whole_day", at, mode="walk_in", state="open", opened_at=at, opened_by=SYSTEM.text, tables=100)
        row.save(force_insert=True)
        SessionVaccine.objects.create(session_id=row.id, site_id=site_id, vaccine=VACCINE)
        SessionLot.objects.create(
            session_id=row.id, site_id=site_id, lot_id=lot_id, vaccine=VACCINE, chosen_at=at, chosen_by=SYSTEM.text
        )  # fmt: skip
    else:
        Session.objects.filter(id=row.id).update(state="open", closed_at=None, closed_by=None)
    return row.id


def slots(sites: Sequence[UUID], count: int, capacity: int, at: datetime) -> list[Slot]:
    """So many open slots of the days after the last one of these sites, thirty in a session."""
    last = max((row for (row,) in rows("SELECT max(on_date) FROM session WHERE site_id = ANY(%s)", list(sites)) if row), default=clock.on_date(at))
    made: list[Slot] = []
    sessions: list[Session] = []
    facts = {site: _session(site, last, "morning", at) for site in sites}
    while len(made) < count:
        on = last + timedelta(days=1 + len(sessions) // len(sites))
        site = sites[len(sessions) % len(sites)]
        row = facts[site]
        session = Session(**{field.attname: getattr(row, field.attname) for field in Session._meta.concrete_fields} | {
            "id": uuid7(), "on_date": on, "starts_at": clock.at_local(on), "ends_at": clock.at_local(on, 23), "mode": "open"})  # fmt: skip
        sessions.append(session)
        for number in range(min(30, count - len(made))):
            start = clock.at_local(on, 7) + timedelta(minutes=20 * number)
            made.append(Slot(
                session_id=session.id, site_id=site, vaccine=VACCINE, starts_at=start, ends_at=start + timedelta(minutes=20), capacity=capacity
            ))  # fmt: skip
    bulk.copy(sessions)
    bulk.copy(SessionVaccine(session_id=row.id, site_id=row.site_id, vaccine=VACCINE) for row in sessions)
    bulk.copy(made)
    return made


def tidy(at: datetime) -> None:
    """Close every session of the bench and end its browsers: nothing of it is offered to anyone."""
    known = marks.get(MARK)
    if known:
        Session.objects.filter(site_id__in=known["sites"]).exclude(state__in=["closed", "cancelled"]).update(
            state="closed", closed_at=at, closed_by=SYSTEM.text
        )
        WebSession.objects.filter(staff_id__in=known["staff"]).delete()
