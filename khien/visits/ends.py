"""Observation and the ends of a visit; a step is taken back within five minutes by whoever holds its desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from khien.booking import actions as booking
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Performed, VisitRef
from khien.plumbing import outbox
from khien.visits import rules, states, steps
from khien.visits.states import State
from khien.visits.types import UNDO, Moved

# Ends that a desk may name; the doctor's own (contraindicated) comes from a screening too.
NAMED = {State.REFUSED, State.DEFERRED, State.REFERRED, State.CONTRAINDICATED, State.LEFT_EARLY, State.WITHDRAWN}

LATEST_RETURN = timedelta(days=366)  # a day further away is a slip of the pen


@transaction.atomic
def end(
    *,
    visit: VisitRef,
    end: str,
    reason: str,
    detail: Mapping[str, Any] | None = None,
    return_on: date | None = None,
    performed: Performed,
    by: Actor,
    at: datetime,
) -> Moved:
    """End a visit without closing it in the ordinary way: refused, deferred, referred, contraindicated, left early, withdrawn.

    `detail` holds what the end asks for (the hospital of a referral); `return_on` invites a deferred person again.
    Raises Refused: visits.end_unknown, visits.reason_missing, visits.wrong_state, visits.return_day_past, visits.return_day_far,
    visits.in_the_future.
    """
    steps.check_time(performed, at)
    try:
        wanted = State(end)
    except ValueError:
        raise Refused("visits.end_unknown") from None
    if wanted not in NAMED:
        raise Refused("visits.end_unknown")
    if not reason.strip():
        raise Refused("visits.reason_missing")
    if return_on is not None and return_on <= performed.on:
        raise Refused("visits.return_day_past", return_on=return_on)
    if return_on is not None and return_on > performed.on + LATEST_RETURN:
        raise Refused("visits.return_day_far", return_on=return_on)
    columns: dict[str, Any] = {
        "ended_at": performed.at, "ended_by": steps.by_text(performed, by), "end_reason": reason.strip()[:200], "return_on": return_on,
        "end_detail": {name: str(value)[:500] for name, value in dict(detail or {}).items() if value},
    }  # fmt: skip
    row = steps.move(visit, wanted, action="end", by=by, at=at, facts={"end": wanted.value, "return_on": return_on}, **columns)
    _finish(row, wanted, by, at, held=True)
    return steps.moved(row)


def _finish(row: Mapping[str, Any], end: State, by: Actor, at: datetime, *, held: bool) -> None:
    """Tell everyone that the visit is over; the appointment is done."""
    if row["appointment_id"]:
        booking.finish(appointment_id=row["appointment_id"], by=by, at=at)
    steps.say_closed(dict(row), end=end, at=at, held=held)


@transaction.atomic
def extend_observation(*, visit: VisitRef, minutes: int, reason: str, by: Actor, at: datetime) -> datetime:
    """Keep a person longer than planned; returns until when. Never shortens.

    Raises Refused: visits.wrong_state, visits.observation_too_short (least), visits.observation_too_long, visits.reason_missing.
    """
    if not reason.strip():
        raise Refused("visits.reason_missing")
    row = steps.visit_row(visit)
    if row.state not in (State.DOSED, State.OBSERVED) or row.dosed_at is None:
        raise Refused("visits.wrong_state", state=row.state, number=row.label, wanted=State.DOSED.value)
    kept = rules.observation_minutes(row.observe_minutes, minutes)
    until = row.dosed_at + timedelta(minutes=kept)
    steps.note_on(row, "extend_observation", reason, by=by, at=at)
    steps.move(
        visit, State.DOSED, action="extend_observation", by=by, at=at, sources=(State.DOSED.value, State.OBSERVED.value),
        facts={"minutes": kept}, observe_minutes=kept, observe_until=until, observed_at=None, observed_by=None,
    )  # fmt: skip
    return until


@transaction.atomic
def finish_observation(*, visit: VisitRef, performed: Performed, by: Actor, at: datetime, late: bool = False) -> Moved:
    """Let a person go after all their minutes; `late`: the desk counted them without a line, both hours are kept as told.

    Raises Refused: visits.wrong_state, visits.observe_longer (minutes_left, until), visits.in_the_future.
    """
    steps.check_time(performed, at)
    row = steps.visit_row(visit)
    if row.state == State.DOSED and row.observe_until and performed.at < row.observe_until and not late:
        left = minutes_left(row.observe_until, performed.at)
        raise Refused("visits.observe_longer", minutes_left=left, until=row.observe_until, number=row.label)
    done = steps.move(
        visit,
        State.OBSERVED,
        action="observe",
        by=by,
        at=at,
        observed_at=performed.at,
        observed_by=steps.by_text(performed, by),
    )
    return steps.moved(done)


def minutes_left(until: datetime, now: datetime) -> int:
    """Whole minutes still to wait, rounded up; 0 when enough."""
    seconds = (until - now).total_seconds()
    return max(0, -int(-seconds // 60))


@transaction.atomic
def close(*, visit: VisitRef, performed: Performed, by: Actor, at: datetime, late: bool = False) -> Moved:
    """Close a visit after observation: the confirmation may be printed, what waited for the dose goes out now.

    A person whose minutes are over may be closed from the observation board in one step.
    Raises Refused: visits.wrong_state, visits.observe_longer, visits.in_the_future.
    """
    steps.check_time(performed, at)
    row = steps.visit_row(visit)
    if row.state == State.DOSED:
        finish_observation(visit=visit, performed=performed, by=by, at=at, late=late)
    closed = steps.move(
        visit, State.CLOSED, action="close", by=by, at=at, ended_at=performed.at, ended_by=steps.by_text(performed, by)
    )
    _finish(closed, State.CLOSED, by, at, held=False)
    outbox.hasten(visit.visit_id, at=at)
    return steps.moved(closed)


@transaction.atomic
def undo_step(*, visit: VisitRef, reason: str, by: Actor, at: datetime, late: bool = False) -> Moved:
    """Take the last step back within five minutes (a dose has its own undo); `late`: the desk counted them without a line.

    Raises Refused: visits.cannot_undo, visits.undo_the_dose, visits.undo_too_late, visits.received_again, visits.reason_missing.
    """
    if not reason.strip():
        raise Refused("visits.reason_missing")
    row = steps.visit_row(visit)
    if not row.previous_state:
        raise Refused("visits.cannot_undo", state=row.state, number=row.label)
    states.check_undo(row.state, row.previous_state)
    if row.state == State.DOSED:
        raise Refused("visits.undo_the_dose", number=row.label)
    if at - row.moved_at > UNDO and not late:
        raise Refused("visits.undo_too_late", number=row.label)
    steps.note_on(row, "undo_step", reason, before={"state": row.state, "end_reason": row.end_reason}, by=by, at=at)
    columns: dict[str, Any] = {"ended_at": None, "ended_by": None, "end_reason": "", "end_detail": {}, "return_on": None}
    if row.state == State.OBSERVED:
        columns = {"observed_at": None, "observed_by": None}
    elif State(row.state) not in states.ENDS:
        columns = {}
    try:
        back = steps.move(
            visit, State(row.previous_state), action="undo_step", by=by, at=at, sources=(row.state,),
            **columns,
        )  # fmt: skip
    except IntegrityError:
        raise Refused("visits.received_again", number=row.label) from None
    if State(row.state) in states.ENDS:
        outbox.cancel(steps.end_key(row.id), at=at)
        if row.appointment_id:
            booking.arrive(appointment_id=row.appointment_id, by=by, at=at)
    return steps.moved(back)
