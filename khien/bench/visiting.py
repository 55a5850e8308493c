"""Visits cleared for the dose, and the very argument that our server gives to PostgreSQL for it."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest import mock
from uuid import UUID

from django.conf import settings

from khien.bench import making
from khien.bench.making import Point, Waiting
from khien.booking.models import Session
from khien.kernel import clock, codes
from khien.kernel.births import PartialDate
from khien.kernel.ids import uuid7
from khien.kernel.refs import SYSTEM, Performed, VisitRef
from khien.plumbing import bulk
from khien.visits import actions as visits
from khien.visits import steps
from khien.visits.models import Consent, Screening, Visit
from khien.visits.types import Confirmed


@dataclass(frozen=True)
class Cleared:
    """A visit whose person waits for the needle."""

    visit: Visit
    point: Point


def cleared(people: Sequence[Waiting], points: Sequence[Point], at: datetime) -> list[Cleared]:
    """One visit for each person, over the points in turn, received, agreed and cleared just now."""
    names = {row[0]: row[1:] for row in making.rows(
        "SELECT id, name_key, birth_year, birth_month, birth_day, commune_2021, commune_2025 FROM person WHERE id = ANY(%s)",
        [one.person_id for one in people],
    )}  # fmt: skip
    slips = _slips(len(people))
    numbers = _numbers(len(people) // len(points) + 1, points)
    made = [
        Cleared(_visit(who, names[who.person_id], points[i % len(points)], numbers[i % len(points)] + i // len(points), slips[i], at), points[i % len(points)])
        for i, who in enumerate(people)
    ]
    bulk.copy(one.visit for one in made)
    bulk.copy(Consent(
        site_id=one.visit.site_id, visit_id=one.visit.id, text_version="bench", agreed=True, signer="self", how="screen", performed_at=at,
        recorded_at=at, recorded_by=SYSTEM.text,
    ) for one in made)  # fmt: skip
    bulk.copy(Screening(
        site_id=one.visit.site_id, visit_id=one.visit.id, form="", answers={}, vitals={}, proposal="eligible", proposal_reasons=[],
        decision="eligible", performed_at=at, performed_by_name="Bác sĩ", recorded_at=at, recorded_by=SYSTEM.text,
    ) for one in made)  # fmt: skip
    return made


def _slips(count: int) -> list[str]:
    """So many slip codes that no visit has: of some ten thousand, two may meet."""
    found: dict[str, None] = {}
    while len(found) < count:
        fresh = [codes.slip_code(secrets.randbits(64)) for _ in range(count - len(found))]
        used = {row[0] for row in making.rows("SELECT code FROM visit WHERE code = ANY(%s)", fresh)}
        found |= dict.fromkeys(code for code in fresh if code not in used)
    return list(found)


def _numbers(count: int, points: Sequence[Point]) -> list[int]:
    """The first of so many queue numbers at each point."""
    first = []
    for point in points:
        row = Session.objects.get(id=point.session_id)
        first.append(row.next_number)
        Session.objects.filter(id=row.id).update(next_number=row.next_number + count)
    return first


def _visit(who: Waiting, told: tuple[Any, ...], point: Point, number: int, slip: str, at: datetime) -> Visit:
    name_key, year, month, day, commune_2021, commune_2025 = told
    id, keys = uuid7(), settings.KEYS
    return Visit(
        id=id, site_id=point.site_id, session_id=point.session_id, person_id=who.person_id, registration_id=who.registration_id,
        code=slip, number=number, on_date=clock.on_date(at), state="cleared", previous_state="consented",
        walk_in=True, identity_how="typed", home_commune_2021=commune_2021, home_commune_2025=commune_2025,
        name_hash=keys.hash(name_key, purpose="name")[:24],
        name_birth_hash=keys.hash(f"{name_key}|{PartialDate(year, month, day).iso()}", purpose="name")[:24],
        checked_in_at=at, checked_in_recorded_at=at, checked_in_recorded_by=SYSTEM.text, vaccine=making.VACCINE, moved_at=at,
    )  # fmt: skip


class _Captured(Exception):
    pass


def arguments(made: Sequence[Cleared], at: datetime) -> list[str]:
    """What `visits_give_dose` gets for each of these visits: our own action's argument for the first, its ids put in for the others."""
    told: dict[str, Any] = {}

    def capture(function: str, facts: Any) -> Any:
        told.update(json.loads(json.dumps(dict(facts), default=str)))
        raise _Captured

    first = made[0]
    ref = VisitRef(first.visit.site_id, first.visit.id)
    try:
        with mock.patch.object(steps, "call", capture):
            visits.give_dose(
                visit=ref, lot_id=first.point.lot_id, confirmed=Confirmed(slip=first.visit.code), by=SYSTEM, at=at,
                performed=Performed(at, clock.on_date(at), first.point.staff_id),
            )  # fmt: skip
    except _Captured:
        pass
    return [json.dumps(_for(told, one)) for one in made]


def _for(told: dict[str, Any], one: Cleared) -> dict[str, Any]:
    visit = one.visit
    ids = {"site_id": str(visit.site_id), "visit_id": str(visit.id)}
    record = {
        **told["record"], **ids, "id": str(uuid7()), "record_id": str(uuid7()), "person_id": str(visit.person_id),
        "session_id": str(visit.session_id), "home_commune_2021": visit.home_commune_2021, "home_commune_2025": visit.home_commune_2025,
        "aliases": [str(visit.person_id)],
    }  # fmt: skip
    events = {name: {**told[name], "id": str(uuid7())} for name in ("moved", "given", "marked")}
    return {**told, **ids, "record": record, **events}


def envelope(name: str, seq: int, at: datetime, body: dict[str, Any]) -> dict[str, Any]:
    """A command as a desk sends it."""
    return {
        "command_id": str(uuid7()), "device_id": None, "seq": seq, "name": name, "version": 1, "occurred_at": at.isoformat(),
        "clock_offset_ms": 0, "rules_version": "", "actor": "", "body": body,
    }  # fmt: skip


def count(ids: Sequence[UUID], *states: str) -> int:
    """How many of these visits stand in one of these states with their immunization recorded."""
    found = making.rows(
        "SELECT count(*) FROM visit v JOIN immunization i ON i.person_id = v.person_id AND i.record_id = v.record_id"
        " WHERE v.id = ANY(%s) AND v.state = ANY(%s)", list(ids), list(states),
    )  # fmt: skip
    return int(found[0][0])
