"""One person received twice at one session, because two desks had no line: which visit stands for both.

The outcome is a function of the visits alone, never of the order in which they arrived: who was injected stands, else who came
furthest, else who came first; the others are joined to it. A visit joined keeps its own steps and stands again when it goes further.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from khien.kernel.refs import Actor, VisitRef
from khien.people import queries as people
from khien.visits import models, paper, sessions, steps
from khien.visits.states import State

JOINED = "joined"
NEAR = timedelta(minutes=10)  # one needle keyed at two desks; hours written on paper are read wider
_FAR = {State.CHECKED_IN: 0, State.CONSENTED: 1, State.CLEARED: 2}


def lock(session_id: UUID, person_id: UUID) -> None:
    """Let one transaction at a time decide about a person at a session."""
    key = (session_id.int ^ people.current_id(person_id).int) & (2**63 - 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def of_person(session_id: UUID, person_id: UUID) -> list[models.Visit]:
    """Every visit of a person at a session, joined ones too."""
    return list(models.Visit.objects.filter(session_id=session_id, person_id__in=people.ids_of(person_id)).order_by("checked_in_at", "id"))


def settle(session_id: UUID, person_id: UUID, *, by: Actor, at: datetime) -> None:
    """Join what is one visit received twice, where a desk without a line received this person."""
    lock(session_id, person_id)
    rows = of_person(session_id, person_id)
    if len(rows) < 2 or not any(row.letter for row in rows):
        return
    pool = [row for row in rows if row.joined_to or row.state in sessions.WAITING]
    winner = _winner(rows, pool)
    if winner is None:
        return
    if winner.joined_to:
        revive(winner, by=by, at=at)
    for row in pool:
        if winner.id not in (row.id, row.joined_to) and not same_as(row):
            join(row, winner, by=by, at=at)


def _winner(rows: Iterable[models.Visit], pool: list[models.Visit]) -> models.Visit | None:
    dosed = [row for row in rows if row.record_id and row.dosed_at and not row.joined_to]
    if dosed:
        return min(dosed, key=lambda row: (row.dosed_at, row.id))
    able = [row for row in pool if not same_as(row)]
    return min(able, key=lambda row: (-_FAR.get(own_state(row), 0), row.checked_in_at, row.id), default=None)


def own_state(row: models.Visit) -> State:
    """Where the visit's own steps brought it, joined or not."""
    return State(row.previous_state if row.joined_to else row.state)


def same_as(row: models.Visit) -> str:
    """The record of which this joined visit is a second keying; "" when it is none."""
    return str(row.end_detail.get("same_as") or "") if row.joined_to else ""


def join(row: models.Visit, into: models.Visit, *, by: Actor, at: datetime, same: UUID | None = None) -> None:
    """Let another visit stand for this one; `same`: the injection keyed here is on record there."""
    detail = {"same_as": str(same)} if same else {}
    done = steps.move(
        VisitRef(row.site_id, row.id), State.WITHDRAWN, action="join", by=by, at=at, sources=(*sessions.WAITING, State.WITHDRAWN.value),
        facts={"into": into.id}, joined_to=into.id, ended_at=row.checked_in_at, ended_by=by.text, end_reason=JOINED, end_detail=detail,
    )  # fmt: skip
    _take(row, done, into.id, detail)


def revive(row: models.Visit, *, by: Actor, at: datetime) -> None:
    """Let a joined visit stand for itself again, where its own steps had brought it."""
    done = steps.move(
        VisitRef(row.site_id, row.id), State(row.previous_state), action="part", by=by, at=at, sources=(State.WITHDRAWN.value,),
        joined_to=None, ended_at=None, ended_by=None, end_reason="", end_detail={},
    )  # fmt: skip
    _take(row, done, None, {})


def _take(row: models.Visit, done: dict[str, Any], joined_to: UUID | None, detail: dict[str, Any]) -> None:
    row.state, row.previous_state, row.joined_to, row.end_detail = done["state"], done["previous_state"], joined_to, detail


def standing(row: models.Visit) -> models.Visit:
    """The visit that stands for this one, itself when it is not joined."""
    seen = {row.id}
    while row.joined_to and row.joined_to not in seen:
        seen.add(row.joined_to)
        row = models.Visit.objects.get(site_id=row.site_id, id=row.joined_to)
    return row


def same_injection(rows: Iterable[models.Visit], lot_id: UUID, dosed_at: datetime) -> models.Visit | None:
    """The visit on whose record this very injection is: the same lot about the same hour."""
    for row in rows:
        near = paper.NEAR if row.paper_serial else NEAR
        if row.record_id and row.lot_id == lot_id and row.dosed_at and abs(row.dosed_at - dosed_at) <= near:
            return row
    return None
