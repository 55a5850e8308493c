"""The desk's commands about reactions and the red flag of anaphylaxis."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from khien.kernel.errors import Refused
from khien.safety import actions, queries
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
    """Write how a reaction went and what was done: reaction_id, outcome, action_taken.

    Raises Refused: safety.reaction_unknown; a reaction of another point is unknown here.
    """
    found = queries.reaction(uuid_of(told.body, "reaction_id"))
    if found is None or found.site_id != told.site_id:
        raise Refused("safety.reaction_unknown")
    actions.set_outcome(
        reaction_id=found.id, outcome=str(told.body.get("outcome") or "unknown"),
        action_taken=str(told.body.get("action_taken") or ""), by=told.by, at=told.at,
    )  # fmt: skip
    return {}


def alarm(told: Told) -> Any:
    """Raise the red flag of anaphylaxis for a person under observation: visit_id, symptoms (codes), onset_at."""
    symptoms = told.body.get("symptoms") or []
    if not isinstance(symptoms, list):
        raise Refused("commands.unreadable", field="symptoms")
    alarm_id, reaction_id = actions.raise_alarm(
        visit=told.visit, symptoms=tuple(str(code) for code in symptoms), onset_at=moment_of(told.body, "onset_at"), raised_at=told.occurred_at,
        by=told.by, at=told.at,
    )  # fmt: skip
    return {"alarm_id": alarm_id, "reaction_id": reaction_id}


def _alarm_id(told: Told) -> UUID:
    """The red flag that the body names, or the one that stands for its visit (a desk without a line knows no id yet).

    Raises Refused: safety.alarm_unknown; a flag of another session is unknown here.
    """
    if told.body.get("alarm_id"):
        found = queries.alarm(uuid_of(told.body, "alarm_id"))
    else:
        visit_id = uuid_of(told.body, "visit_id")
        found = next((one for one in queries.alarms_of_session(told.session_id) if one.visit_id == visit_id), None)
    if found is None or found.session_id != told.session_id:
        raise Refused("safety.alarm_unknown")
    return found.id


def acknowledge(told: Told) -> Any:
    """A doctor has the red flag."""
    return {"in_time": actions.acknowledge_alarm(alarm_id=_alarm_id(told), done_at=told.occurred_at, by=told.by, at=told.at)}


def confirm(told: Told) -> Any:
    """A doctor confirms: the session stops. `reason`: the words that the stopped desks read."""
    reason = str(told.body.get("reason") or "")
    return {"stopped": actions.confirm_alarm(alarm_id=_alarm_id(told), reason=reason, done_at=told.occurred_at, by=told.by, at=told.at)}


def take_back(told: Told) -> Any:
    """Take back a flag raised by mistake: reason."""
    actions.take_back_alarm(alarm_id=_alarm_id(told), reason=str(told.body.get("reason") or ""), by=told.by, at=told.at)


def act(told: Told) -> Any:
    """Stamp one act of the time line, or edit one: kind, happened_at, facts, who, text, replaces."""
    facts = told.body.get("facts") or {}
    if not isinstance(facts, dict):
        raise Refused("commands.unreadable", field="facts")
    happened = moment_of(told.body, "happened_at") or told.occurred_at
    entry = actions.stamp(
        alarm_id=_alarm_id(told), kind=str(told.body.get("kind") or ""), happened_at=min(happened, told.at) if not told.body.get("happened_at") else happened,
        facts=facts, who=str(told.body.get("who") or ""), text=str(told.body.get("text") or ""),
        replaces=uuid_of(told.body, "replaces") if told.body.get("replaces") else None, by=told.by, at=told.at,
    )  # fmt: skip
    return {"entry_id": entry}


def strike(told: Told) -> Any:
    """Strike out an act that did not happen: entry_id."""
    actions.strike(alarm_id=_alarm_id(told), entry_id=uuid_of(told.body, "entry_id"), by=told.by, at=told.at)


def end(told: Told) -> Any:
    """End the treatment at the point: outcome is recovering, transferred or died."""
    actions.end_alarm(alarm_id=_alarm_id(told), outcome=str(told.body.get("outcome") or ""), by=told.by, at=told.at)


def release(told: Told) -> Any:
    """The lead doctor lets a stopped session go on: reason."""
    actions.release(session_id=told.session_id, reason=str(told.body.get("reason") or ""), by=told.by, at=told.at)
