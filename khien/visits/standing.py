"""Where everyone inside stands, in the facts that the injection table asks for: what a desk without a line takes along."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from khien.booking import queries as booking
from khien.visits import dosing, models, sessions
from khien.visits.stopping import stopped
from khien.visits.watching import desk_rows


def standings(session_id: UUID) -> list[dict[str, Any]]:
    """The visits of a session as `desk_rows` draws them, each with its codes, its last screening and what was agreed."""
    rows = desk_rows(session_id)
    ids = [row.id for row in rows]
    screened = {row.visit_id: row for row in models.Screening.objects.filter(visit_id__in=ids).order_by("version")}
    mixing = set(models.Consent.objects.filter(visit_id__in=ids, agreed=True, mixing_agreed=True).values_list("visit_id", flat=True))
    codes = {one.id: one.code for one in booking.of_session(session_id)}
    dosed = set(models.Visit.objects.filter(session_id=session_id, record_id__isnull=False).values_list("id", flat=True))
    return [
        {
            **asdict(row), **_screening(screened.get(row.id)), "mixing": row.id in mixing, "dosed": row.id in dosed,
            "codes": [row.code, *([codes[row.appointment_id]] if row.appointment_id in codes else [])],
        }
        for row in rows
    ]  # fmt: skip


def _screening(row: models.Screening | None) -> dict[str, Any]:
    """The last screening, and what of it the rules ask about the person's health."""
    if row is None:
        return {"decision": None, "health": asdict(dosing.health("", {})), "screening": None}
    kept = {"answers": row.answers, "vitals": row.vitals, "decision": row.decision, "reason": row.decision_reason, "reasons": row.proposal_reasons}
    return {"decision": row.decision, "health": asdict(dosing.health(row.form, row.answers)), "screening": kept}


def highest_number(session_id: UUID, letter: str) -> int:
    """The highest queue number that this device's letter has been given in a session; 0 when none."""
    found = models.Visit.objects.filter(session_id=session_id, letter=letter).order_by("-number").values_list("number", flat=True).first()
    return found or 0 if letter else 0


def lots_chosen(session_id: UUID) -> dict[UUID, bool]:
    """The lots chosen for a session, and whether each is set aside."""
    return {row.lot_id: row.paused_at is not None for row, _lot in sessions.chosen_lots(session_id)}


def is_stopped(session_id: UUID) -> bool:
    """Say whether a doctor has stopped the session."""
    return stopped(session_id) is not None

