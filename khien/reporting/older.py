"""What a copy older than a rollup holds is counted into it a page at a time; the place reached is kept, so that a stop loses nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.immunizations import due
from khien.immunizations import queries as immunizations
from khien.plumbing import marks
from khien.reporting import counting, standing, tallies
from khien.reporting.rules import NIL
from khien.visits import queries as visits

REACHED = "rollups_of_older_data"
PAGE = 300  # subjects looked at in one call


@dataclass(frozen=True, slots=True)
class Older:
    """One rollup: the ids it comes from, a page of them after one, and what counts those of a page that it lacks."""

    name: str
    page: str
    count: Callable[[list[UUID], datetime], None]
    times: int = 1  # of PAGE: what is counted by one statement takes larger pages


def _visits_of(records: Callable[[list[UUID]], Iterable[UUID]]) -> Callable[[list[UUID], datetime], None]:
    """Counts again, whatever they counted as, the visits and the doses of these records."""

    def counted(ids: list[UUID], at: datetime) -> None:
        for record_id in records(ids):
            counting.dose(record_id, at=at)
            if visit_id := visits.given_at(record_id):
                counting.visit(visit_id, at=at, cause="record_corrected")

    return counted


def _of_people(ids: list[UUID]) -> list[UUID]:
    return [record for person in ids for record in immunizations.record_ids(person)]


def _lacking(statement: str, count: Callable[..., None]) -> Callable[[list[UUID], datetime], None]:
    """Counts one by one those that the statement says are lacking."""

    def counted(ids: list[UUID], at: datetime) -> None:
        for subject in _ids(statement, [ids]):
            count(subject, at=at)

    return counted


_NOT_COUNTED = "SELECT w.id FROM unnest(%s::uuid[]) w(id) WHERE NOT EXISTS (SELECT 1 FROM counted c WHERE c.subject_id = w.id AND c.kind = '{kind}')"
_NO_PROVINCE = """
SELECT w.id FROM unnest(%s::uuid[]) w(id) JOIN counted c ON c.subject_id = w.id AND c.kind = 'dose'
WHERE c.cells -> 0 ->> 14 = '' AND c.cells -> 0 ->> 12 <> ''
"""
ROLLUPS = (
    Older("queue", "SELECT id FROM registration WHERE id > %s ORDER BY id LIMIT %s", lambda ids, at: standing.fill(ids, at=at), times=60),
    Older(
        "coverage", "SELECT DISTINCT record_id FROM immunization WHERE record_id > %s ORDER BY record_id LIMIT %s",
        _lacking(_NOT_COUNTED.format(kind="dose"), counting.dose),
    ),
    Older(
        "due", "SELECT DISTINCT person_id FROM immunization WHERE person_id > %s ORDER BY person_id LIMIT %s",
        _lacking("SELECT w.id FROM unnest(%s::uuid[]) w(id) WHERE NOT EXISTS (SELECT 1 FROM due_dose d WHERE d.person_id = w.id)", due.recount),
    ),
    Older(
        "timeliness", "SELECT id FROM visit WHERE id > %s ORDER BY id LIMIT %s",
        _lacking(_NOT_COUNTED.format(kind="time") + " AND EXISTS (SELECT 1 FROM visit v WHERE v.id = w.id AND v.dosed_at IS NOT NULL)", counting.visit),
    ),
    # Reports of reactions counted one by one before the case in which they meet did.
    Older(
        "events", "SELECT id FROM aefi_case WHERE id > %s ORDER BY id LIMIT %s", _lacking(_NOT_COUNTED.format(kind="event"), counting.event),
    ),
    # The province of 2025 of doses given in a commune that was divided was not known.
    Older(
        "provinces", "SELECT DISTINCT record_id FROM immunization WHERE record_id > %s ORDER BY record_id LIMIT %s", _lacking(_NO_PROVINCE, counting.dose),
        times=10,
    ),
    # Before a dose knew what it was moved from, one that was struck out or changed afterwards was not counted again; nor were the
    # visits of two people who were joined or parted.
    Older("moved", "SELECT record_id FROM moved_dose WHERE record_id > %s ORDER BY record_id LIMIT %s", _visits_of(lambda ids: ids)),
    Older(
        "joined", "SELECT id FROM (SELECT loser_id AS id FROM person_alias UNION SELECT survivor_id FROM person_alias) p WHERE id > %s ORDER BY id LIMIT %s",
        _visits_of(_of_people),
    ),
)  # fmt: skip


def count_old(at: datetime, *, page: int = PAGE) -> bool:
    """Count the next page of what was recorded before there was the rollup; called now and again. Returns whether some is left."""
    reached = marks.get(REACHED) or {"done": [], "after": str(NIL)}
    left = [rollup for rollup in ROLLUPS if rollup.name not in reached["done"]]
    if not left:
        return False
    rollup = left[0]
    with transaction.atomic():
        ids = _ids(rollup.page, [reached["after"], page * rollup.times])
        with tallies.gathering():
            rollup.count(ids, at)
        over = len(ids) < page * rollup.times
        done = [*reached["done"], rollup.name] if over else reached["done"]
        marks.put(REACHED, {"done": done, "after": str(NIL if over else ids[-1])})
    return not over or len(left) > 1


def _ids(statement: str, facts: list[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return [row[0] for row in cursor.fetchall()]
