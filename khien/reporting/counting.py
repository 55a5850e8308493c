"""Moves a subject's cells in the rollups: order-free, and the same however often it is asked."""

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from khien.booking import queries as booking
from khien.kernel import clock
from khien.registration import queries as registration
from khien.reporting import rules
from khien.reporting.rules import Cell, VisitFacts
from khien.safety import queries as safety
from khien.visits import queries as visits

COLUMNS = (
    "on_date", "site_id", "session_id", "indicator", "vaccine", "dose", "group", "home_2021", "home_2025", *rules.PLACE,
)  # fmt: skip
_KEY = ", ".join(f'"{name}"' for name in (*COLUMNS[:9], "commune_2021", "commune_2025"))
_ADD = f"""
INSERT INTO day_count ({", ".join(f'"{name}"' for name in COLUMNS)}, count, updated_at)
VALUES ({", ".join(["%s"] * len(COLUMNS))}, %s, %s)
ON CONFLICT ({_KEY}) DO UPDATE SET count = day_count.count + EXCLUDED.count, updated_at = EXCLUDED.updated_at
"""


def recount(subject: UUID, kind: str, cells: Iterable[Cell], *, at: datetime) -> None:
    """Let this subject count as exactly these cells from now on."""
    after = [cell.as_json() for cell in cells]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO counted (subject_id, kind, cells) VALUES (%s, %s, '[]') ON CONFLICT (subject_id, kind) DO NOTHING", [subject, kind]
        )
        cursor.execute("SELECT cells FROM counted WHERE subject_id = %s AND kind = %s FOR UPDATE", [subject, kind])
        stored = cursor.fetchone()[0]
        before = json.loads(stored) if isinstance(stored, str) else stored
        moved = rules.difference(before, after)
        if not moved:
            return
        for key in sorted(moved):
            cursor.execute(_ADD, [*key, moved[key], at])
        cursor.execute("UPDATE counted SET cells = %s WHERE subject_id = %s AND kind = %s", [json.dumps(after), subject, kind])


def _place(session_id: UUID) -> tuple[str, str, str, str, str]:
    found = booking.session_place(session_id)
    return tuple(getattr(found, name) if found else "" for name in rules.PLACE)  # type: ignore[return-value]


def visit(visit_id: UUID, *, at: datetime) -> None:
    """Count a visit as it stands."""
    found = visits.count_facts(visit_id)
    if found is None:
        return
    facts = VisitFacts(**found)
    recount(visit_id, "visit", rules.visit_cells(facts, _place(facts.session_id)), at=at)


def appointment(appointment_id: UUID, *, at: datetime) -> None:
    """Count an appointment: invited while it stands or was used, no-show when nobody came, nothing once moved or cancelled."""
    found = booking.appointment(appointment_id)
    if found is None:
        return
    indicators = {"active": ("invited",), "arrived": ("invited",), "done": ("invited",), "no_show": ("invited", "no_show")}
    place = _place(found.session_id)
    cells = [
        Cell(found.on_date, name, place, found.site_id, found.session_id, found.vaccine, f"{found.dose_type}-{found.ordinal}")
        for name in indicators.get(found.state, ())
    ]
    recount(appointment_id, "appointment", cells, at=at)


def registered(registration_id: UUID, *, at: datetime) -> None:
    """Count a registration at the home of its person, for as long as it was not withdrawn."""
    found = registration.registration(registration_id)
    if found is None:
        return
    place = tuple(getattr(found.place, name) for name in rules.PLACE)
    on = clock.on_date(found.recorded_at)
    cells = [] if found.state in ("withdrawn", "closed") else [
        Cell(on, "registered", place, group=found.best_group, home_2021=found.place.commune_2021, home_2025=found.place.commune_2025)  # type: ignore[arg-type]
    ]  # fmt: skip
    recount(registration_id, "registration", cells, at=at)


def reaction(reaction_id: UUID, *, at: datetime) -> None:
    """Count a reaction at the site of its dose, on the day of its onset."""
    found = safety.reaction(reaction_id)
    if found is None or found.visit_id is None:
        return
    card = visits.visit(found.visit_id)
    if card is None:
        return
    names = ("reactions", "severe") if found.severity == "severe" else ("reactions",)
    place = _place(card.session_id)
    recount(
        reaction_id, "reaction", [Cell(card.on_date, name, place, card.ref.site_id, card.session_id, card.vaccine) for name in names], at=at
    )
