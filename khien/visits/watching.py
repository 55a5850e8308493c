"""What the screens of a session ask again and again: has anything changed, the rows of the desks, numbers for the hall."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from khien.people import queries as people
from khien.registration import queries as registrations
from khien.visits import models, rules, sessions
from khien.visits.states import State
from khien.visits.views import DeskRow, HallNumbers

# The version of every row (xmin) tells any change, also one that moves nobody.
_PULSE = """
SELECT coalesce((SELECT string_agg(letter || number || ':' || xmin::text, ',' ORDER BY letter, number) FROM visit WHERE session_id = %(id)s), ''),
       coalesce((SELECT string_agg(lot_id || ':' || xmin::text, ',' ORDER BY lot_id) FROM session_lot WHERE session_id = %(id)s), ''),
       coalesce((SELECT string_agg(state || n::text, ',' ORDER BY state) FROM
         (SELECT state, count(*) AS n FROM paper_form WHERE session_id = %(id)s GROUP BY state) p), ''),
       coalesce((SELECT stock_pulse(s.site_id, ARRAY(SELECT lot_id FROM session_lot WHERE session_id = s.id)) FROM session s WHERE s.id = %(id)s), '')
"""


def pulse(session_id: UUID) -> str:
    """A short text that is another one whenever anything of the session's visits, lots or papers has changed."""
    with connection.cursor() as cursor:
        cursor.execute(_PULSE, {"id": session_id})
        parts = cursor.fetchone()
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:20]


def desk_rows(session_id: UUID, *, since: datetime | None = None) -> list[DeskRow]:
    """The visits of a session as the desks draw them, by number; with `since`, everyone inside and who ended after it."""
    rows = models.Visit.objects.filter(session_id=session_id).order_by("letter", "number")
    several = [row for row in rows if since is None or row.state in sessions.INSIDE or row.moved_at >= since]
    cards = people.cards_of([row.person_id for row in several])
    slips = registrations.codes_of(row.registration_id for row in several if row.registration_id)
    return [_row(row, cards.get(row.person_id), slips) for row in several]


def _row(row: models.Visit, card: Any, slips: Mapping[UUID, str]) -> DeskRow:
    person: dict[str, Any] = {"name": "", "birth": "", "sex": "", "last4": "", "identity": "", "form": "adult"}
    if card is not None:
        person = {
            "name": card.full_name, "birth": card.birth.iso(), "sex": card.sex, "last4": card.identifier_masked[-4:],
            "identity": card.identity_state, "form": rules.form_for(row.on_date, card.birth.age_min(row.on_date)).form.audience,
        }  # fmt: skip
    return DeskRow(
        id=row.id, number=row.number, letter=row.letter, code=row.code, person_id=row.person_id, state=row.state, previous=row.previous_state,
        moved_at=row.moved_at, vaccine=row.vaccine, lot_id=row.lot_id, dose_type=row.dose_type, ordinal=row.ordinal,
        identity_how=row.identity_how, walk_in=row.walk_in, appointment_id=row.appointment_id, checked_in_at=row.checked_in_at,
        dosed_at=row.dosed_at, dosed_recorded_at=row.dosed_recorded_at, observe_minutes=row.observe_minutes,
        observe_until=row.observe_until, ended_at=row.ended_at, end_reason=row.end_reason, return_on=row.return_on,
        marks=tuple(row.marks), joined_to=row.joined_to,
        registration_code=slips.get(row.registration_id, "") if row.registration_id else "", **person,
    )  # fmt: skip


def numbers(session_id: UUID, *, since: datetime) -> HallNumbers:
    """Queue numbers by desk, without a name; `since` counts the doses that tell how fast it goes."""
    waiting: dict[str, list[int | str]] = {"screening": [], "injection": [], "closing": []}
    watched: list[tuple[datetime, int | str]] = []
    desk_of = {
        State.CHECKED_IN: "screening",
        State.CONSENTED: "screening",
        State.CLEARED: "injection",
        State.OBSERVED: "closing",
    }
    rows = models.Visit.objects.filter(session_id=session_id, joined_to__isnull=True).order_by("number", "letter")
    doses = 0
    for row in rows.only("number", "letter", "state", "observe_until", "dosed_at"):
        number, state, until, dosed_at = row.label, row.state, row.observe_until, row.dosed_at
        doses += bool(dosed_at and dosed_at >= since)
        if State(state) in desk_of:
            waiting[desk_of[State(state)]].append(number)
        elif state == State.DOSED and until:
            watched.append((until, number))
    return HallNumbers({desk: tuple(found) for desk, found in waiting.items()}, tuple(sorted(watched, key=lambda one: (one[0], str(one[1])))), doses)
