"""The dose: checked before the injection, recorded in one call, taken back within five minutes."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.booking import queries as booking
from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor, Performed, VisitRef
from khien.plumbing import outbox
from khien.registration import queries as registrations
from khien.stock import actions as stock_actions
from khien.stock.types import LotInfo
from khien.visits import dosing, models, steps
from khien.visits.gathering import Gathered, gather
from khien.visits.screening_types import Verdict
from khien.visits.states import ALREADY_GIVEN, ENDS, State
from khien.visits.types import UNDO, Confirmed, DosePlan, DoseReceipt

NO_FACTS = Confirmed()
LONGEST_LOT = 40  # letters of a lot's number as printed; more is a code scanned twice or the wrong one


def _known_by(found: Gathered, confirmed: Confirmed | None) -> tuple[dosing.DoseFacts, Confirmed | None]:
    """The facts with every code by which this person may come; a slip of another code may still be this person's."""
    facts = found.facts
    if confirmed and confirmed.slip and confirmed.slip not in facts.codes:
        facts = replace(facts, codes=(*facts.codes, *_other_slips(UUID(found.row["id"]))))
    if confirmed and confirmed.slip and confirmed.slip not in facts.codes:
        confirmed = replace(confirmed, slip=codes.read_slip_code(confirmed.slip))
        if confirmed.slip not in facts.codes and _is_theirs(confirmed.slip, found):
            facts = replace(facts, codes=(*facts.codes, confirmed.slip))
    return facts, confirmed


def _is_theirs(slip: str, found: Gathered) -> bool:
    """Say whether a slip is of the appointment that brought this person, or of their registration."""
    appointment = booking.appointment(UUID(found.row["appointment_id"])) if found.row["appointment_id"] else None
    if appointment and appointment.code == slip:
        return True
    registered = registrations.registration_by_code(slip)
    return registered is not None and str(registered.person_id) in found.aliases


def _other_slips(visit_id: UUID) -> tuple[str, ...]:
    """What else leads to this visit: its id (on a slip made without a line), and the slips of visits that it stands for."""
    joined = models.Visit.objects.filter(joined_to=visit_id).values_list("id", "code")
    return (str(visit_id), *(text for id, code in joined for text in (str(id), code)))


def _planned(found: Gathered, on: date, confirmed: Confirmed | None, moment: datetime | None = None) -> DosePlan:
    facts, confirmed = _known_by(found, confirmed)
    return dosing.plan(found.book, replace(facts, moment=moment), on, confirmed)


def dose_facts(
    *, visit: VisitRef, lot_id: UUID, confirmed: Confirmed | None, moment: datetime | None = None
) -> tuple[Gathered, dosing.DoseFacts, dict[str, Any] | None]:
    """What the desk's question stands on, and the dose already recorded, if any. Raises Refused: visits.unknown, stock.lot_unknown."""
    found = gather(visit, lot_id)
    row, facts = found.row, replace(found.facts, moment=moment)
    found = replace(found, facts=facts)
    with contextlib.suppress(Refused):  # a slip that cannot be read is told as a stop
        facts, _ = _known_by(found, confirmed)
    recorded = None
    if row["record_id"] is not None:
        recorded = {"number": steps.label(row), "dosed_at": datetime.fromisoformat(row["dosed_at"]), "state": row["state"]}
    return found, facts, recorded


def check_before_dose(
    *, visit: VisitRef, lot_id: UUID, on: date, confirmed: Confirmed | None = None, moment: datetime | None = None
) -> DosePlan:
    """Say which dose this would be, or STOP the desk before the injection with the gravest reason; the clocks of vials by the moment.

    Raises Refused: stock.lot_expired, stock.lot_recalled, stock.lot_quarantined, stock.vial_over (opened_at, use_until),
    stock.thaw_over (use_before), visits.lot_paused, visits.vaccine_not_offered, visits.other_vaccine, visits.lot_not_chosen, visits.contraindicated, visits.not_cleared, campaigns.* (with earliest_on),
    visits.mixing_needs_consent, visits.slip_of_another, visits.not_confirmed, visits.namesake, visits.already_dosed.
    """
    found = gather(visit, lot_id)
    row = found.row
    if row["record_id"] is not None:
        dosed_at = datetime.fromisoformat(row["dosed_at"])
        raise Refused("visits.already_dosed", number=steps.label(row), dosed_at=dosed_at, state=row["state"])
    return dosing.check(_planned(found, on, confirmed, moment))


def dose_plan(*, visit: VisitRef, lot_id: UUID, on: date) -> DosePlan:
    """The plan with all its stops, for the page; refuses nothing but the unknown."""
    return _planned(gather(visit, lot_id), on, None)


def give_dose(
    *,
    visit: VisitRef,
    lot_id: UUID | None = None,
    confirmed: Confirmed = NO_FACTS,
    performed: Performed,
    by: Actor,
    at: datetime,
    already_injected: bool = False,
    reason: str = "",
    vaccine: str = "",
    lot_number: str = "",
    from_paper: bool = False,
    also: tuple[str, ...] = (),
) -> DoseReceipt:
    """Record the dose: draw the lot, write the immunization, move the visit, tell everyone (after five minutes).

    Before the injection everything that speaks against it stops here. `already_injected` never stops: the dose is recorded as it
    was (a lot that nobody knows by `vaccine` and `lot_number` as printed), each reason a mark, and a case follows; `also`: marks
    that the caller knows of.
    The same injection keyed again returns the receipt of the first. Raises Refused: as `check_before_dose`, visits.wrong_state,
    visits.lot_unnamed, visits.vaccine_unknown, visits.in_the_future.
    """
    steps.check_time(performed, at)
    told = _Asked(confirmed, performed, by, at, already_injected, reason, from_paper, also)
    if lot_id is not None:
        return _give(visit, lot_id, told)  # one read, one write that is a transaction by itself
    with transaction.atomic():
        return _give(visit, _lot_by_number(visit, vaccine, lot_number, already_injected, performed, by, at), told)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the injector tells of a dose."""

    confirmed: Confirmed
    performed: Performed
    by: Actor
    at: datetime
    already: bool
    reason: str
    from_paper: bool
    also: tuple[str, ...]


def _give(visit: VisitRef, lot_id: UUID, told: _Asked) -> DoseReceipt:
    found = gather(visit, lot_id)
    row = found.row
    if row["record_id"] is not None and row["lot_id"] == str(lot_id):
        return _receipt({**row, "repeat": True, "shortfall": 0}, told.at)
    plan = _planned(found, told.performed.on, None if told.already else told.confirmed, told.performed.at)
    if plan.stops and not told.already and row["record_id"] is None:
        now = steps.visit_row(visit)  # another tablet may have keyed this very injection while we read
        if now.record_id is not None and now.lot_id == lot_id:
            return receipt_of(now, repeat=True)
        dosing.check(plan)
    facts = _facts(found, plan, told)
    if told.reason.strip():
        facts["note"] = {"id": uuid7(), "text": told.reason.strip()[:500]}
    if State(row["state"]) not in ENDS:
        return _receipt(steps.call("visits_give_dose", facts), told.at)
    with transaction.atomic():  # the end that stood there was not the end: nobody hears of it
        outbox.cancel(steps.end_key(visit.visit_id), at=told.at)
        return _receipt(steps.call("visits_give_dose", facts), told.at)


def _lot_by_number(
    visit: VisitRef, vaccine: str, number: str, already_injected: bool, performed: Performed, by: Actor, at: datetime
) -> UUID:
    """The lot as typed from the vial; one that nobody knows is kept as provisional once the dose is in the arm."""
    vaccine = vaccine or steps.visit_row(visit).vaccine
    if not 0 < len(number.strip()) <= LONGEST_LOT or not vaccine:
        raise Refused("visits.lot_unnamed")
    steps.known_vaccine(vaccine, performed.on)
    known: LotInfo | None = stock_actions.read_lot(vaccine=vaccine, number=number, site_id=visit.site_id, by=by, at=at)
    if known is not None:
        return known.id
    if not already_injected:
        raise Refused("stock.lot_unknown")
    return stock_actions.add_lot(vaccine=vaccine, number=number, provisional=True, on=performed.on, by=by, at=at)


def _facts(found: Gathered, plan: DosePlan, told: _Asked) -> dict[str, Any]:
    """The one argument of `visits_give_dose`."""
    row, marks = found.row, [stop.mark for stop in plan.stops] if told.already else []
    if told.already and row["state"] != State.CLEARED and "not_cleared" not in marks:
        marks.append("not_cleared")
    marks += told.also
    until = told.performed.at + timedelta(minutes=plan.observe_minutes)
    columns = {
        "vaccine": plan.vaccine, "lot_id": plan.lot_id, "dose_type": plan.dose_type, "ordinal": plan.ordinal, "dosed_at": told.performed.at,
        "dosed_by": steps.by_text(told.performed, told.by), "dosed_recorded_at": told.at, "dosed_recorded_by": told.by.text,
        "observe_minutes": plan.observe_minutes, "observe_until": until, "observed_at": None, "observed_by": None,
        "confirmed_facts": told.confirmed.text, "ended_at": None, "ended_by": None, "end_reason": "", "end_detail": {}, "return_on": None,
    }  # fmt: skip
    return {
        "site_id": row["site_id"], "visit_id": row["id"], "at": told.at, "actor": told.by.text,
        "from": [State.CLEARED.value, *(state.value for state in ALREADY_GIVEN if told.already)],
        "record": _record(found, plan, told, marks), "set": columns,
        "facts": {"confirmed": told.confirmed.text, "already_injected": told.already},
        "moved": steps.event("visits.moved"), "given": steps.event("visits.dose_given", due=told.at + UNDO),
        "marked": steps.event("visits.dose_marked"), "shortfall": list(outbox.subscriptions()["stock.shortfall"]),
    }  # fmt: skip


def _record(found: Gathered, plan: DosePlan, told: _Asked, marks: list[str]) -> dict[str, Any]:
    """The immunization's columns."""
    row, place, performed = found.row, found.place, told.performed
    return {
        "id": uuid7(), "record_id": uuid7(), "person_id": row["person_id"], "vaccine": plan.vaccine, "dose_type": plan.dose_type,
        "ordinal": plan.ordinal, "lot_number": plan.lot_number, "lot_id": plan.lot_id, "volume_ml": plan.volume_ml,
        "on_date": performed.on, "performed_at": performed.at, "performed_by": performed.by, "performed_by_name": performed.by_name,
        "recorded_at": told.at, "recorded_by": told.by.text, "site_id": row["site_id"], "session_id": row["session_id"], "visit_id": row["id"],
        **found.owner, "place_province_2021": place["province_2021"], "place_commune_2021": place["commune_2021"],
        "place_commune_2025": place["commune_2025"], "home_commune_2021": row["home_commune_2021"],
        "home_commune_2025": row["home_commune_2025"], "origin": "paper" if told.from_paper else "visit", "validity": plan.validity,
        "validity_code": plan.validity_code, "validity_facts": dict(plan.validity_facts), "marks": marks, "aliases": found.aliases,
    }  # fmt: skip


def _receipt(told: steps.Row, at: datetime) -> DoseReceipt:
    """The receipt of what the function wrote, or had written before."""
    recorded = datetime.fromisoformat(told["dosed_recorded_at"])
    return DoseReceipt(
        visit=steps.ref(told), record_id=UUID(told["record_id"]), vaccine=told["vaccine"], lot_id=UUID(told["lot_id"]),
        dose_type=told["dose_type"], ordinal=told["ordinal"], performed_at=datetime.fromisoformat(told["dosed_at"]),
        observe_until=datetime.fromisoformat(told["observe_until"]), marks=tuple(told["marks"]), shortfall=told["shortfall"],
        undo_until=recorded + UNDO if recorded + UNDO > at else None, repeat=told["repeat"],
    )  # fmt: skip


def receipt_of(row: models.Visit, *, repeat: bool = False) -> DoseReceipt:
    """The receipt of a dose on record. Raises Refused visits.no_dose."""
    if row.record_id is None or row.lot_id is None or row.dosed_at is None or row.observe_until is None or row.ordinal is None:
        raise Refused("visits.no_dose", state=row.state, number=row.label)
    return DoseReceipt(
        VisitRef(row.site_id, row.id), row.record_id, row.vaccine, row.lot_id, row.dose_type, row.ordinal, row.dosed_at, row.observe_until,
        tuple(row.marks), 0, (row.dosed_recorded_at or row.dosed_at) + UNDO, repeat,
    )  # fmt: skip


@transaction.atomic
def undo_dose(*, visit: VisitRef, reason: str, by: Actor, at: datetime) -> UUID:
    """Take a dose back within five minutes of its recording; returns the record that is now an error.

    Raises Refused: visits.no_dose, visits.undo_too_late, visits.undo_end_first (the visit has ended), visits.reason_missing.
    """
    if not reason.strip():
        raise Refused("visits.reason_missing")
    return take_back(visit, reason.strip()[:200], since=at - UNDO, by=by, at=at)


def take_back(
    visit: VisitRef, reason: str, *, since: datetime | None, by: Actor, at: datetime, stands: tuple[UUID, UUID] | None = None
) -> UUID:
    """Undo a dose: record, stock, visit, and all that was still to be told of it.

    `stands` is the record and the person under which the dose stands, where it was moved to another person since.
    """
    facts = {
        "site_id": visit.site_id, "visit_id": visit.visit_id, "at": at, "actor": by.text, "reason": reason,
        "to": _before_dose(visit).value, "moved": steps.event("visits.moved"), **({"since": since} if since else {}),
        **({"record_id": stands[0], "person_id": stands[1]} if stands else {}),
    }  # fmt: skip
    told = steps.call("visits_undo_dose", facts)
    outbox.cancel(visit.visit_id, at=at)
    record_id = UUID(told["undone_record_id"])
    outbox.publish(
        "visits.dose_undone", at=at, visit_id=visit.visit_id, site_id=visit.site_id, session_id=told["session_id"],
        person_id=told["undone_person_id"], record_id=record_id,
    )  # fmt: skip
    return record_id


def _before_dose(visit: VisitRef) -> State:
    """Where a visit stands without its dose: as far as consent and screening brought it."""
    last = models.Screening.objects.filter(site_id=visit.site_id, visit_id=visit.visit_id).order_by("-version").first()
    if last and last.decision in (Verdict.ELIGIBLE.value, Verdict.CAUTION.value):
        return State.CLEARED
    agreed = (
        models.Consent.objects.filter(site_id=visit.site_id, visit_id=visit.visit_id).order_by("-recorded_at", "-id").first()
    )
    return State.CONSENTED if agreed and agreed.agreed else State.CHECKED_IN
