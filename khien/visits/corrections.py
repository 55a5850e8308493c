"""Corrections by the lead: alone until the day closes, with a second pair of eyes after. Every version is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.immunizations import actions as immunizations
from khien.immunizations import queries as doses
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, VisitRef
from khien.plumbing import audit, outbox, sqlcall
from khien.stock import queries as stock
from khien.visits import dose, models, sessions, steps
from khien.visits.states import State

# What a lead may put right in a visit itself; names, births and numbers are corrected in the person's record.
CORRECTABLE = {"identity_how", "identity_note", "priority_group", "end_reason", "return_on"}
DOSE_FIELDS = {"lot_id", "performed_at", "performed_by", "performed_by_name"}


def check_second(session_id: UUID, by: Actor, second_by: Actor | None) -> None:
    """After the day is closed a second person agrees.

    Raises Refused: visits.second_person_needed, visits.second_person_same.
    """
    if sessions.session_of(session_id).state != "closed":
        return
    if second_by is None:
        raise Refused("visits.second_person_needed")
    if second_by.id is None or second_by.id == by.id:
        raise Refused("visits.second_person_same")


@transaction.atomic
def correct_step(
    *, visit: VisitRef, changes: Mapping[str, Any], reason: str, by: Actor, at: datetime, second_by: Actor | None = None
) -> None:
    """Put right how a visit was recorded; what stood before stays in a note.

    Raises Refused: visits.reason_missing, visits.not_correctable (field), visits.nothing_changed, visits.second_person_needed,
    visits.second_person_same.
    """
    _check_reason(reason)
    row = steps.visit_row(visit)
    check_second(row.session_id, by, second_by)
    for name in changes:
        if name not in CORRECTABLE:
            raise Refused("visits.not_correctable", field=str(name)[:40])
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not changed:
        raise Refused("visits.nothing_changed")
    before = {name: str(getattr(row, name) or "") for name in changed}
    steps.note_on(row, "correct_step", reason, before=before, by=by, at=at)
    facts = {"second": second_by.text if second_by else "", "fields": sorted(changed)}
    steps.move(
        visit, State(row.state), action="correct_step", by=by, at=at, sources=(row.state,), silent=True, facts=facts, **changed
    )


@transaction.atomic
def correct_dose(
    *, visit: VisitRef, changes: Mapping[str, Any], reason: str, by: Actor, at: datetime, second_by: Actor | None = None
) -> int:
    """Put right the lot, hour or injector of a dose: a new version of the record, and the stock of the right lot.

    `changes`: lot_id, performed_at, performed_by, performed_by_name. Returns the record's version.
    Raises Refused: visits.no_dose, visits.reason_missing, visits.not_correctable, visits.second_person_needed,
    visits.second_person_same, visits.in_the_future, visits.paper_day, stock.lot_unknown, stock.not_a_vaccine, immunizations.*.
    """
    _check_reason(reason)
    row = steps.visit_row(visit)
    if row.record_id is None or row.dosed_at is None:
        raise Refused("visits.no_dose", state=row.state, number=row.label)
    check_second(row.session_id, by, second_by)
    for name in changes:
        if name not in DOSE_FIELDS:
            raise Refused("visits.not_correctable", field=str(name)[:40])
    told, columns = dict(changes), dict[str, Any]()
    if "performed_at" in told:
        columns |= _moved_hour(row, told["performed_at"], at)
    if told.get("lot_id", row.lot_id) != row.lot_id:
        columns |= _other_lot(visit, row, told, by, at)
    if "performed_by" in told or "performed_by_name" in told:
        columns["dosed_by"] = f"staff:{told['performed_by']}" if told.get("performed_by") else told.get("performed_by_name", "")
    now = doses.recorded_as(row.record_id)  # moved to the right person since: it is that record which is wrong
    corrected = immunizations.correct(record_id=now, changes=told, reason=reason, by=by, at=at, second_by=second_by)
    steps.move(
        visit, State(row.state), action="correct_dose", by=by, at=at, sources=(row.state,), silent=True,
        facts={"fields": sorted(changes), "second": second_by.text if second_by else ""}, **columns,
    )  # fmt: skip
    return corrected.version


def _moved_hour(row: models.Visit, performed_at: datetime, at: datetime) -> dict[str, Any]:
    """The visit's hours after the injection's hour was put right; the day stays the session's."""
    if performed_at > at:
        raise Refused("visits.in_the_future", performed_at=performed_at)
    if clock.on_date(performed_at) != row.on_date:
        raise Refused("visits.paper_day", on_date=row.on_date)
    return {"dosed_at": performed_at, "observe_until": performed_at + timedelta(minutes=row.observe_minutes)}


def _other_lot(visit: VisitRef, row: models.Visit, told: dict[str, Any], by: Actor, at: datetime) -> dict[str, Any]:
    """Put the wrong lot's dose back and draw the right one's; the record learns the number and the vaccine."""
    lot = stock.lot(told["lot_id"])
    if lot is None:
        raise Refused("stock.lot_unknown")
    stock.rules.check_vaccine(lot)
    told |= {"lot_number": lot.number, "vaccine": lot.vaccine}
    handlers = list(outbox.subscriptions()["stock.shortfall"])
    sqlcall.call("SELECT stock_draw_back(%s, %s, %s, %s)", [visit.site_id, visit.visit_id, at, by.text])
    sqlcall.call(
        "SELECT stock_draw(%s, %s, %s, %s, 1, %s, %s, %s, %s, %s)",
        [
            visit.site_id,
            lot.id,
            visit.visit_id,
            row.record_id,
            row.on_date,
            told.get("performed_at", row.dosed_at),
            at,
            by.text,
            handlers,
        ],
    )
    return {"lot_id": lot.id, "vaccine": lot.vaccine}


@transaction.atomic
def cancel_dose(*, visit: VisitRef, reason: str, by: Actor, at: datetime, second_by: Actor | None = None) -> UUID:
    """Say after the five minutes that the dose was never given: record in error, stock back, the visit where it stood before.

    Raises Refused: visits.no_dose, visits.reason_missing, visits.second_person_needed, visits.second_person_same.
    """
    _check_reason(reason)
    row = steps.visit_row(visit)
    check_second(row.session_id, by, second_by)
    if row.record_id is None:
        raise Refused("visits.no_dose", state=row.state, number=row.label)
    record_id, closed = doses.recorded_as(row.record_id), State(row.state) in (State.CLOSED, State.LEFT_EARLY)
    stands = doses.record(record_id)
    person_id = stands.person_id if stands else row.person_id
    if closed:
        _reopen(visit, row, by, at)
    dose.take_back(visit, reason.strip()[:200], since=None, by=by, at=at, stands=(record_id, person_id))
    if closed:
        _withdraw(visit, by, at)
    audit.record(
        "visits.cancel_dose", by=by, at=at, subject=f"visit:{visit.visit_id}", person=person_id, record=record_id,
        second=second_by.text if second_by else "",
    )  # fmt: skip
    outbox.publish("immunizations.corrected", at=at, record_id=record_id, person_id=person_id, also=[], fields=["status"])
    return record_id


def _reopen(visit: VisitRef, row: models.Visit, by: Actor, at: datetime) -> None:
    steps.move(
        visit, State.OBSERVED, action="reopen", by=by, at=at, sources=(row.state,), silent=True, ended_at=None, ended_by=None, end_reason="",
        end_detail={},
    )  # fmt: skip


def _withdraw(visit: VisitRef, by: Actor, at: datetime) -> None:
    """A visit of a closed day whose dose never was ends as withdrawn."""
    row = steps.visit_row(visit)
    done = steps.move(
        visit,
        State.WITHDRAWN,
        action="end",
        by=by,
        at=at,
        sources=(row.state,),
        ended_at=at,
        ended_by=by.text,
        end_reason="dose_never_given",
    )
    steps.say_closed(done, end=State.WITHDRAWN, at=at, held=False)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("visits.reason_missing")
