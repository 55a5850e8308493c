"""The desk's command that reports a reaction."""

from __future__ import annotations

from typing import Any

from khien.kernel.errors import Refused
from khien.safety import actions
from khien.visits import queries as visits
from khien.visits.commands import Told, moment_of, uuid_of


def react(told: Told) -> Any:
    """Report a reaction of a person under observation: symptoms (codes), anaphylaxis, onset_at, detail, action_taken."""
    card = visits.visit(told.visit)
    if card is None:
        raise Refused("visits.unknown")
    symptoms = told.body.get("symptoms") or []
    if not isinstance(symptoms, list):
        raise Refused("commands.unreadable", field="symptoms")
    return actions.report_reaction(
        person_id=card.person_id, visit=told.visit, symptoms=[str(code) for code in symptoms],
        anaphylaxis=told.body.get("anaphylaxis") is True, onset_at=moment_of(told.body, "onset_at") or told.performed().at, source="desk",
        detail=str(told.body.get("detail") or ""), action_taken=str(told.body.get("action_taken") or ""), by=told.by, at=told.at,
    )  # fmt: skip


def outcome(told: Told) -> Any:
    """Write how a reaction went and what was done: reaction_id, outcome, action_taken."""
    actions.set_outcome(
        reaction_id=uuid_of(told.body, "reaction_id"), outcome=str(told.body.get("outcome") or "unknown"),
        action_taken=str(told.body.get("action_taken") or ""), by=told.by, at=told.at,
    )  # fmt: skip
    return {}
