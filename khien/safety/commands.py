"""The desk's commands about reactions and the red flag of anaphylaxis."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from khien.kernel.errors import Refused
from khien.kernel.refs import VisitRef
from khien.safety import actions, queries
from khien.visits import queries as visits
from khien.visits.bodies import flag, lines, moment_of, text, texts, uuid_of, uuid_or_none
from khien.visits.commands import Told


def react(told: Told) -> Any:
    """Report a reaction of a person under observation: symptoms (codes), anaphylaxis, onset_at, detail, action_taken."""
    card = visits.visit(told.visit)
    if card is None:
        raise Refused("visits.unknown")
    return actions.report_reaction(
        person_id=card.person_id, visit=told.visit, symptoms=texts(told.body, "symptoms"),
        anaphylaxis=flag(told.body, "anaphylaxis"), onset_at=_onset(told, card.dosed_at) or told.performed().at, source="desk",
        detail=text(told.body, "detail", most=2_000), action_taken=text(told.body, "action_taken"), by=told.by, at=told.at,
    )  # fmt: skip


def _onset(told: Told, dosed_at: datetime | None) -> datetime | None:
    """When it began, as told; see `_kept`."""
    onset = moment_of(told.body, "onset_at")
    return onset if told.late is None else _kept(told, onset or told.performed().at, dosed_at)


def _kept(told: Told, moment: datetime, dosed_at: datetime | None) -> datetime:
    """A moment told without a line is never refused for its clock: it lies between the dose and now."""
    kept = min(moment, told.at)
    return max(kept, dosed_at) if dosed_at else kept


def outcome(told: Told) -> Any:
    """Write how a reaction went and what was done: reaction_id, outcome, action_taken.

    Raises Refused: safety.reaction_unknown; a reaction of another point is unknown here.
    """
    found = queries.reaction(uuid_of(told.body, "reaction_id"))
    if found is None or found.site_id != told.site_id:
        raise Refused("safety.reaction_unknown")
    actions.set_outcome(
        reaction_id=found.id, outcome=text(told.body, "outcome") or "unknown",
        action_taken=text(told.body, "action_taken"), by=told.by, at=told.at,
    )  # fmt: skip
    return {}


def alarm(told: Told) -> Any:
    """Raise the red flag of anaphylaxis for a person under observation: visit_id, symptoms (codes), onset_at."""
    alarm_id, reaction_id = actions.raise_alarm(
        visit=told.visit, symptoms=texts(told.body, "symptoms"), onset_at=_onset(told, None), raised_at=told.occurred_at,
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
    reason = text(told.body, "reason")
    return {"stopped": actions.confirm_alarm(alarm_id=_alarm_id(told), reason=reason, done_at=told.occurred_at, by=told.by, at=told.at)}


def take_back(told: Told) -> Any:
    """Take back a flag raised by mistake: reason."""
    actions.take_back_alarm(alarm_id=_alarm_id(told), reason=text(told.body, "reason"), by=told.by, at=told.at)


def act(told: Told) -> Any:
    """Stamp one act of the time line, or edit one: kind, happened_at, facts, who, text, replaces."""
    alarm_id, happened = _alarm_id(told), moment_of(told.body, "happened_at")
    if happened is None or told.late:
        raised = queries.alarm(alarm_id) if told.late else None
        card = visits.visit(VisitRef(told.site_id, raised.visit_id)) if raised else None
        happened = _kept(told, happened or told.occurred_at, card.dosed_at if card else None)
    entry = actions.stamp(
        alarm_id=alarm_id, kind=text(told.body, "kind"), happened_at=happened,
        facts=lines(told.body, "facts"), who=text(told.body, "who"), text=text(told.body, "text"),
        replaces=uuid_or_none(told.body, "replaces"), by=told.by, at=told.at,
    )  # fmt: skip
    return {"entry_id": entry}


def strike(told: Told) -> Any:
    """Strike out an act that did not happen: entry_id."""
    actions.strike(alarm_id=_alarm_id(told), entry_id=uuid_of(told.body, "entry_id"), by=told.by, at=told.at)


def end(told: Told) -> Any:
    """End the treatment at the point: outcome is recovering, transferred or died."""
    actions.end_alarm(alarm_id=_alarm_id(told), outcome=text(told.body, "outcome"), by=told.by, at=told.at)


def release(told: Told) -> Any:
    """The lead doctor lets a stopped session go on: reason."""
    actions.release(session_id=told.session_id, reason=text(told.body, "reason"), by=told.by, at=told.at)
