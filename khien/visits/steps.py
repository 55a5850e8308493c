"""One step of a visit: a single SQL call that locks it, checks where it stands, writes, audits and tells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from khien.booking import queries as sessions
from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor, Performed, VisitRef
from khien.plumbing import outbox, sqlcall
from khien.visits import models
from khien.visits.states import NEXT, State
from khien.visits.types import UNDO, Moved

Row = dict[str, Any]


def by_text(performed: Performed, by: Actor) -> str:
    """Who did it, as the visit keeps it: staff:ID, else the name on the paper, else who records it."""
    return f"staff:{performed.by}" if performed.by else performed.by_name or by.text


def check_time(performed: Performed, at: datetime) -> None:
    """Refuse a step that is said to have happened later than it is recorded. Raises Refused visits.in_the_future."""
    if performed.at > at:
        raise Refused("visits.in_the_future", performed_at=performed.at)


def known_vaccine(code: str, on: date) -> str:
    """A vaccine's code, empty for none named. Raises Refused visits.vaccine_unknown (vaccine)."""
    if code and code not in campaigns.rulebook(on).vaccines:
        raise Refused("visits.vaccine_unknown", vaccine=code[:40])
    return code


def check_day(told: datetime, session_id: UUID) -> None:
    """Refuse an hour told of a day before the session's. Raises Refused visits.before_the_session (on_date)."""
    session = sessions.session(session_id)
    if session is not None and clock.on_date(told) < session.on_date:
        raise Refused("visits.before_the_session", on_date=session.on_date)


def event(kind: str, *, due: datetime | None = None) -> dict[str, Any]:
    """The id and handlers of an event that a SQL function publishes."""
    told: dict[str, Any] = {"id": uuid7(), "handlers": list(outbox.subscriptions()[kind])}
    if due is not None:
        told["due"] = due
    return told


def before(wanted: State) -> list[str]:
    """The states from which this one may be reached."""
    return [state.value for state, following in NEXT.items() if wanted in following]


def call(function: str, facts: Mapping[str, Any]) -> Row:
    """Call one of the room's SQL functions with a JSON argument and read the row it returns."""
    found = sqlcall.call(f"SELECT {function}(%s::jsonb)", [sqlcall.as_json(dict(facts))])[0]
    row: Row = json.loads(found) if isinstance(found, str) else found
    return row


def move(
    visit: VisitRef,
    to: State,
    *,
    action: str,
    by: Actor,
    at: datetime,
    sources: Iterable[str] | None = None,
    facts: Mapping[str, Any] | None = None,
    silent: bool = False,
    **columns: Any,
) -> Row:
    """Move a visit to a state and set these columns. Raises Refused: visits.unknown, visits.wrong_state."""
    step = {
        "site_id": visit.site_id, "visit_id": visit.visit_id, "to": to.value, "from": list(sources or before(to)), "set": columns,
        "at": at, "actor": by.text, "action": action, "facts": dict(facts or {}),
    }  # fmt: skip
    if not silent:
        step["event"] = event("visits.moved")
    return call("visits_move", step)


def moved(row: Row) -> Moved:
    """The receipt of a step."""
    return Moved(ref(row), row["state"], label(row))


def label(row: Mapping[str, Any]) -> int | str:
    """A visit's number as the person reads it: 7, or B7."""
    return f"{row['letter']}{row['number']}" if row["letter"] else int(row["number"])


def ref(row: Row) -> VisitRef:
    return VisitRef(_id(row["site_id"]), _id(row["id"]))


def _id(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def visit_row(visit: VisitRef) -> models.Visit:
    """The visit as it stands. Raises Refused visits.unknown."""
    row = models.Visit.objects.filter(site_id=visit.site_id, id=visit.visit_id).first()
    if row is None:
        raise Refused("visits.unknown")
    return row


def locked(visit: VisitRef) -> None:
    """Hold the visit until this transaction ends: who comes second sees what the first one wrote."""
    sqlcall.call("SELECT 1 FROM visits_locked(%s, %s)", [visit.site_id, visit.visit_id])


def note(
    action: str,
    text: str,
    *,
    site_id: UUID,
    session_id: UUID,
    visit_id: UUID | None = None,
    before: Mapping[str, Any] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Keep why something was done, in words that belong in no audit. Raises Refused visits.reason_missing."""
    if not text.strip():
        raise Refused("visits.reason_missing")
    models.Note.objects.create(
        site_id=site_id, session_id=session_id, visit_id=visit_id, action=action, text=text.strip()[:500], before=dict(before or {}),
        recorded_at=at, recorded_by=by.text,
    )  # fmt: skip


def note_on(
    row: models.Visit, action: str, text: str, *, before: Mapping[str, Any] | None = None, by: Actor, at: datetime
) -> None:
    """Keep why something was done to a visit."""
    note(action, text, site_id=row.site_id, session_id=row.session_id, visit_id=row.id, before=before, by=by, at=at)


def end_key(visit_id: UUID) -> UUID:
    """What the undo of an end cancels; the visit's own id is the key of its dose."""
    return uuid5(visit_id, "end")


def say_closed(row: Row, *, end: State, at: datetime, held: bool) -> None:
    """Publish that a visit came to its end; `held` waits for the time of an undo."""
    visit_id = _id(row["id"])
    outbox.publish(
        "visits.closed", at=at, key=end_key(visit_id), delay=UNDO if held else timedelta(), visit_id=visit_id, site_id=row["site_id"],
        session_id=row["session_id"], person_id=row["person_id"], record_id=row["record_id"], end=end.value, return_on=row["return_on"],
    )  # fmt: skip


def plain(value: Any) -> Any:
    """JSON as the driver gives it, text or read."""
    return json.loads(value) if isinstance(value, str | bytes) else value
