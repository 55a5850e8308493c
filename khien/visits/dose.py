"""The dose: checked before the injection, recorded in one call, taken back within five minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.campaigns import queries as campaigns
from khien.immunizations import queries as immunizations
from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor, Performed, VisitRef
from khien.people import queries as people
from khien.plumbing import outbox
from khien.stock import actions as stock_actions
from khien.stock import queries as stock
from khien.stock.types import LotInfo
from khien.visits import dosing, models, sessions, steps
from khien.visits.screening_types import Verdict
from khien.visits.states import ALREADY_GIVEN, State
from khien.visits.types import UNDO, Confirmed, DosePlan, DoseReceipt

NO_FACTS = Confirmed()


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is read before a dose is decided."""

    row: models.Visit
    session: SessionInfo
    facts: dosing.DoseFacts
    aliases: tuple[UUID, ...]


_OWN = """
SELECT s.decision, s.form, s.answers, c.mixing_agreed, l.paused_at, l.lot_id IS NOT NULL,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(o.number, o.name_birth_hash = v.name_birth_hash)), '[]') FROM visit o
   WHERE o.session_id = v.session_id AND o.name_hash = v.name_hash AND o.person_id <> v.person_id)
FROM visit v
LEFT JOIN LATERAL (SELECT decision, form, answers FROM screening s WHERE s.site_id = v.site_id AND s.visit_id = v.id
  ORDER BY version DESC LIMIT 1) s ON true
LEFT JOIN LATERAL (SELECT mixing_agreed FROM consent c WHERE c.site_id = v.site_id AND c.visit_id = v.id AND c.agreed
  ORDER BY recorded_at DESC LIMIT 1) c ON true
LEFT JOIN session_lot l ON l.session_id = v.session_id AND l.lot_id = %s
WHERE v.site_id = %s AND v.id = %s
"""


def gather(visit: VisitRef, lot_id: UUID) -> Gathered:
    """Read all that the decision stands on. Raises Refused: visits.unknown, stock.lot_unknown."""
    row = steps.visit_row(visit)
    lot = stock.lot(lot_id)
    if lot is None:
        raise Refused("stock.lot_unknown")
    session = sessions.session_of(row.session_id)
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [lot_id, visit.site_id, visit.visit_id])
        decision, form, answers, mixing, paused_at, chosen, namesakes = cursor.fetchone()
    namesakes = steps.plain(namesakes)
    health = dosing.health(form or "", steps.plain(answers) or {})
    recipient = immunizations.recipient(row.person_id, province=session.place.province_2021, facts=health)
    facts = dosing.DoseFacts(
        state=State(row.state), number=row.number, codes=(row.code,), person_id=row.person_id, vaccine=row.vaccine,
        offered=tuple(session.vaccines), decision=Verdict(decision) if decision in list(Verdict) else None,
        doctor_minutes=row.observe_minutes, mixing_agreed=bool(mixing), lot=lot, lot_chosen=bool(chosen),
        lot_paused=paused_at is not None, recipient=recipient, history=tuple(immunizations.past_doses(row.person_id)),
        namesakes=tuple(dosing.Namesake(number, same) for number, same in namesakes),
    )  # fmt: skip
    return Gathered(row, session, facts, tuple(people.ids_of(row.person_id)))


def _planned(found: Gathered, on: date, confirmed: Confirmed | None) -> DosePlan:
    """Plan the dose; a slip of another code may still be this person's appointment."""
    facts = found.facts
    if confirmed and confirmed.slip:
        code = codes.read_slip_code(confirmed.slip) if confirmed.slip != found.row.code else confirmed.slip
        confirmed = replace(confirmed, slip=code)
        if code != found.row.code and found.row.appointment_id:
            appointment = booking.appointment(found.row.appointment_id)
            facts = replace(facts, codes=(found.row.code, *([appointment.code] if appointment else [])))
    return dosing.plan(campaigns.rulebook(on), facts, on, confirmed)


def check_before_dose(*, visit: VisitRef, lot_id: UUID, on: date, confirmed: Confirmed | None = None) -> DosePlan:
    """Say which dose this would be, or STOP the desk before the injection with the gravest reason.

    Raises Refused: stock.lot_expired, stock.lot_recalled, stock.lot_quarantined, visits.lot_paused, visits.vaccine_not_offered,
    visits.other_vaccine, visits.lot_not_chosen, visits.contraindicated, visits.not_cleared, campaigns.* (with earliest_on),
    visits.mixing_needs_consent, visits.slip_of_another, visits.not_confirmed, visits.namesake, visits.already_dosed.
    """
    found = gather(visit, lot_id)
    if found.row.record_id is not None:
        raise Refused("visits.already_dosed", number=found.row.number, dosed_at=found.row.dosed_at, state=found.row.state)
    return dosing.check(_planned(found, on, confirmed))


def dose_plan(*, visit: VisitRef, lot_id: UUID, on: date) -> DosePlan:
    """The plan with all its stops, for the page; refuses nothing but the unknown."""
    return _planned(gather(visit, lot_id), on, None)


@transaction.atomic
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
) -> DoseReceipt:
    """Record the dose: draw the lot, write the immunization, move the visit, tell everyone (after five minutes).

    Before the injection everything that speaks against it stops here. `already_injected` never stops: the dose is recorded as it
    was (a lot that nobody knows by `vaccine` and `lot_number` as printed), each reason a mark, and a case follows.
    The same injection keyed again returns the receipt of the first. Raises Refused: as `check_before_dose`, visits.wrong_state,
    visits.lot_unnamed, visits.in_the_future.
    """
    steps.check_time(performed, at)
    lot_id = lot_id or _lot_by_number(visit, vaccine, lot_number, already_injected, performed, by, at)
    found = gather(visit, lot_id)
    row = found.row
    if row.record_id is not None and row.lot_id == lot_id:
        return receipt_of(row, repeat=True)
    plan = _planned(found, performed.on, None if already_injected else confirmed)
    if plan.stops and not already_injected and row.record_id is None:
        now = steps.visit_row(visit)  # another tablet may have keyed this very injection while we read
        if now.record_id is not None and now.lot_id == lot_id:
            return receipt_of(now, repeat=True)
        dosing.check(plan)
    told = steps.call(
        "visits_give_dose", _facts(found, plan, confirmed, performed, by, at, already_injected, reason, from_paper)
    )
    return _receipt(told, at)


def _lot_by_number(
    visit: VisitRef, vaccine: str, number: str, already_injected: bool, performed: Performed, by: Actor, at: datetime
) -> UUID:
    """The lot as typed from the vial; one that nobody knows is kept as provisional once the dose is in the arm."""
    vaccine = vaccine or steps.visit_row(visit).vaccine
    if not number.strip() or not vaccine:
        raise Refused("visits.lot_unnamed")
    known: LotInfo | None = stock.lot_by_number(vaccine, number)
    if known is not None:
        return known.id
    if not already_injected:
        raise Refused("stock.lot_unknown")
    return stock_actions.add_lot(vaccine=vaccine, number=number, provisional=True, on=performed.on, by=by, at=at)


def _facts(
    found: Gathered,
    plan: DosePlan,
    confirmed: Confirmed,
    performed: Performed,
    by: Actor,
    at: datetime,
    already: bool,
    reason: str,
    from_paper: bool,
) -> dict[str, Any]:
    """The one argument of `visits_give_dose`."""
    row, marks = found.row, [stop.mark for stop in plan.stops] if already else []
    if already and row.state != State.CLEARED and "not_cleared" not in marks:
        marks.append("not_cleared")
    until = performed.at + timedelta(minutes=plan.observe_minutes)
    columns = {
        "vaccine": plan.vaccine, "lot_id": plan.lot_id, "dose_type": plan.dose_type, "ordinal": plan.ordinal, "dosed_at": performed.at,
        "dosed_by": steps.by_text(performed, by), "dosed_recorded_at": at, "dosed_recorded_by": by.text,
        "observe_minutes": plan.observe_minutes, "observe_until": until, "observed_at": None, "observed_by": None,
        "confirmed_facts": confirmed.text, "ended_at": None, "ended_by": None, "end_reason": "", "end_detail": {}, "return_on": None,
    }  # fmt: skip
    return {
        "site_id": row.site_id, "visit_id": row.id, "at": at, "actor": by.text,
        "from": [State.CLEARED.value, *(state.value for state in ALREADY_GIVEN if already)],
        "record": _record(found, plan, performed, by, at, marks, from_paper), "set": columns,
        "facts": {"confirmed": confirmed.text, "already_injected": already, "reason": reason.strip()[:200]},
        "moved": steps.event("visits.moved"), "given": steps.event("visits.dose_given", due=at + UNDO),
        "marked": steps.event("visits.dose_marked"), "shortfall": list(outbox.subscriptions()["stock.shortfall"]),
    }  # fmt: skip


def _record(
    found: Gathered, plan: DosePlan, performed: Performed, by: Actor, at: datetime, marks: list[str], from_paper: bool
) -> dict[str, Any]:
    """The immunization's columns."""
    row, site, place = found.row, found.session.site, found.session.place
    return {
        "id": uuid7(), "record_id": uuid7(), "person_id": row.person_id, "vaccine": plan.vaccine, "dose_type": plan.dose_type,
        "ordinal": plan.ordinal, "lot_number": plan.lot_number, "lot_id": plan.lot_id, "volume_ml": plan.volume_ml,
        "on_date": performed.on, "performed_at": performed.at, "performed_by": performed.by, "performed_by_name": performed.by_name,
        "recorded_at": at, "recorded_by": by.text, "site_id": row.site_id, "session_id": row.session_id, "visit_id": row.id,
        "facility_id": site.facility_id, "facility_name": site.facility_name, "place_province_2021": place.province_2021,
        "place_commune_2021": place.commune_2021, "place_commune_2025": place.commune_2025,
        "home_commune_2021": row.home_commune_2021, "home_commune_2025": row.home_commune_2025,
        "origin": "paper" if from_paper else "visit", "validity": plan.validity, "validity_code": plan.validity_code,
        "validity_facts": dict(plan.validity_facts), "marks": marks, "aliases": list(found.aliases),
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
        raise Refused("visits.no_dose", state=row.state, number=row.number)
    return DoseReceipt(
        VisitRef(row.site_id, row.id), row.record_id, row.vaccine, row.lot_id, row.dose_type, row.ordinal, row.dosed_at, row.observe_until,
        tuple(row.marks), 0, (row.dosed_recorded_at or row.dosed_at) + UNDO, repeat,
    )  # fmt: skip


@transaction.atomic
def undo_dose(*, visit: VisitRef, reason: str, by: Actor, at: datetime) -> UUID:
    """Take a dose back within five minutes of its recording; returns the record that is now an error.

    Raises Refused: visits.no_dose, visits.undo_too_late, visits.reason_missing.
    """
    if not reason.strip():
        raise Refused("visits.reason_missing")
    return take_back(visit, reason.strip()[:200], since=at - UNDO, by=by, at=at)


def take_back(visit: VisitRef, reason: str, *, since: datetime | None, by: Actor, at: datetime) -> UUID:
    """Undo a dose: record, stock, visit, and all that was still to be told of it."""
    facts = {
        "site_id": visit.site_id, "visit_id": visit.visit_id, "at": at, "actor": by.text, "reason": reason,
        "to": _before_dose(visit).value, "moved": steps.event("visits.moved"), **({"since": since} if since else {}),
    }  # fmt: skip
    told = steps.call("visits_undo_dose", facts)
    outbox.cancel(visit.visit_id, at=at)
    record_id = UUID(told["undone_record_id"])
    outbox.publish(
        "visits.dose_undone", at=at, visit_id=visit.visit_id, site_id=visit.site_id, session_id=told["session_id"],
        person_id=told["person_id"], record_id=record_id,
    )  # fmt: skip
    return record_id


def _before_dose(visit: VisitRef) -> State:
    """Where a visit stands without its dose: as far as consent and screening brought it."""
    last = models.Screening.objects.filter(site_id=visit.site_id, visit_id=visit.visit_id).order_by("-version").first()
    if last and last.decision in (Verdict.ELIGIBLE.value, Verdict.CAUTION.value):
        return State.CLEARED
    agreed = models.Consent.objects.filter(site_id=visit.site_id, visit_id=visit.visit_id).order_by("-recorded_at").first()
    return State.CONSENTED if agreed and agreed.agreed else State.CHECKED_IN
