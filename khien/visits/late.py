"""What was done without a line and is told hours later: recorded as it was, on the visit that stands for the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.kernel.refs import VisitRef
from khien.plumbing import outbox, receipts
from khien.stock import actions as stock_actions
from khien.stock import queries as stock
from khien.visits import bodies, dose, models, steps, twins
from khien.visits.states import State
from khien.visits.telling import Told
from khien.visits.types import UNDO, Confirmed, DoseReceipt, GivenNumber

# Steps of the visit itself; all others go to the visit that stands for it.
OWN = {"consent", "screen", "give_dose", "undo_dose", "undo", "end"}
# Going home, told at two desks of one person: the first word stands.
GOING, GONE = {"observe", "close"}, {State.OBSERVED, State.CLOSED}
FACTS = ("number", "letter", "person_id", "appointment_code", "person", "identity_how", "identity_note", "priority_group", "vaccine")


def run(name: str, told: Told, command: Callable[[Told], Any], check_in: Callable[[Told], Any]) -> Any:
    """Do one command that was done without a line, in the transaction of its receipt."""
    if name == "check_in":
        return _check_in(told, command)
    if not told.body.get("visit_id"):
        return command(told)
    row = _row(told) or _made(told, check_in)
    twins.lock(row.session_id, row.person_id)
    row.refresh_from_db()
    if row.joined_to and (name not in OWN or (name != "undo_dose" and twins.same_as(row))):
        return _elsewhere(told, twins.standing(row), command)
    if row.joined_to and name not in ("undo_dose", "give_dose"):
        twins.revive(row, by=told.by, at=told.at)
    done = _elsewhere(told, row, command) if name in GOING and row.state in GONE else command(told)
    twins.settle(row.session_id, row.person_id, by=told.by, at=told.at)
    return done


def _row(told: Told) -> models.Visit | None:
    return models.Visit.objects.filter(site_id=told.site_id, id=bodies.uuid_of(told.body, "visit_id")).first()


def _check_in(told: Told, command: Callable[[Told], Any]) -> Any:
    """Receive under the id and number that the person holds; received elsewhere too, one visit stands for both."""
    known = _row(told)
    if known is None:
        row = steps.visit_row(command(told).visit)
        if not bodies.flag(told.body, "again"):
            twins.settle(row.session_id, row.person_id, by=told.by, at=told.at)
            row.refresh_from_db()
    elif known.session_id != told.session_id:
        raise Refused("visits.visit_taken", number=known.label)
    else:
        row = known
    stands = twins.standing(row)
    joined = {"joined_to": {"visit_id": stands.id, "number": stands.number, "letter": stands.letter}} if stands.id != row.id else {}
    return {
        "visit": asdict(VisitRef(row.site_id, row.id)), "person_id": row.person_id, "number": row.number, "letter": row.letter, "code": row.code,
        "state": row.state, "already": known is not None, "warnings": [], **joined,
    }  # fmt: skip


def free_number(session_id: UUID, given: GivenNumber) -> GivenNumber:
    """The number as given, or the next one of its letter where a tablet that was wiped gave it twice."""
    taken = models.Visit.objects.filter(session_id=session_id, letter=given.letter)
    if given.letter and taken.filter(number=given.number).exists():
        last = taken.order_by("-number").values_list("number", flat=True).first() or 0
        return replace(given, number=last + 1)
    return given


def _made(told: Told, check_in: Callable[[Told], Any]) -> models.Visit:
    """The visit from what its slip told, where the desk that received the person never sent it. Raises Refused visits.unknown."""
    facts = bodies.part(told.body, "visit_facts")
    if facts is None or not any(facts.get(name) for name in ("person_id", "appointment_code", "person")):
        raise Refused("visits.unknown")
    letter = bodies.text(facts, "letter", most=3)
    if not (letter.isascii() and letter.isalpha() and letter.isupper()) or told.late is None:
        raise Refused("commands.unreadable", field="letter")
    received = bodies.moment_of(facts, "checked_in_at") or told.occurred_at
    body = {"visit_id": told.body["visit_id"], "session_id": told.session_id, **{name: facts[name] for name in FACTS if facts.get(name) is not None}}
    made = check_in(
        replace(told, body=body, occurred_at=min(received, told.occurred_at), late=replace(told.late, letter=letter)),
    )  # fmt: skip
    return steps.visit_row(made.visit)


def _elsewhere(told: Told, stands: models.Visit, command: Callable[[Told], Any]) -> Any:
    """The step on the visit that stands for the person; one that was taken there already is done."""
    try:
        with transaction.atomic():
            return command(replace(told, ref=VisitRef(stands.site_id, stands.id)))
    except Refused as refusal:
        if refusal.code != "visits.wrong_state":
            raise
        return {"visit": asdict(VisitRef(stands.site_id, stands.id)), "state": stands.state, "number": stands.number, "already": True}


def give_dose(told: Told, confirmed: Confirmed) -> Any:
    """Record an injection that happened: never stopped. Keyed twice it is one dose; a second needle is a second dose, with a case.

    Raises Refused: visits.unknown, visits.lot_unnamed, visits.vaccine_unknown, visits.doer_unknown, visits.doer_elsewhere.
    """
    row, performed = steps.visit_row(told.visit), told.performed()
    lot_id, vaccine, number = _lot(told, row)
    rows = twins.of_person(row.session_id, row.person_id)
    injected = [one for one in rows if one.record_id and not one.joined_to]
    same = twins.same_injection(injected, lot_id, performed.at) if lot_id else None
    if same is not None:
        if same.id != row.id and not row.record_id:
            twins.join(row, same, by=told.by, at=told.at, same=same.record_id)
        return {**asdict(dose.receipt_of(same, repeat=True)), "state": same.state, "same_as": same.record_id}
    if row.joined_to:
        twins.revive(row, by=told.by, at=told.at)
    if row.record_id:
        row = _second(row, told)
    marks = (*(["clock_clamped"] if told.clamped else []), *(["second_injection"] if injected else []))
    receipt = dose.give_dose(
        visit=VisitRef(row.site_id, row.id), lot_id=lot_id, confirmed=confirmed, performed=performed, by=told.by, at=told.at, already_injected=True,
        reason=bodies.text(told.body, "reason"), vaccine=vaccine, lot_number=number, also=marks,
    )  # fmt: skip
    for other in injected:
        _tell_twice(receipt, row, other, told.at)
    return receipt


def _lot(told: Told, row: models.Visit) -> tuple[UUID | None, str, str]:
    """The lot in the hand: by its id, or by what is printed on the vial where nobody here knows the id."""
    lot_id = bodies.uuid_or_none(told.body, "lot_id")
    vaccine, number = bodies.text(told.body, "vaccine") or row.vaccine, bodies.text(told.body, "lot_number")
    if lot_id and stock.lot(lot_id) is not None:
        return lot_id, vaccine, number
    known = stock_actions.read_lot(vaccine=vaccine, number=number, site_id=row.site_id, by=told.by, at=told.at) if number else None
    return (known.id if known else None), vaccine, number


def _second(row: models.Visit, told: Told) -> models.Visit:
    """A visit of its own for a second needle told on a visit that has one."""
    id = uuid5(told.command_id, "second")
    copied = (
        "site_id", "session_id", "person_id", "appointment_id", "registration_id", "on_date", "walk_in", "identity_how", "priority_group",
        "home_commune_2021", "home_commune_2025", "name_hash", "name_birth_hash", "checked_in_at", "checked_in_by", "vaccine", "observe_minutes",
    )  # fmt: skip
    columns = {name: getattr(row, name) for name in copied}
    blank = {
        "id": id, "code": codes.slip_code(id.int & (2**62 - 1)), "state": State.CHECKED_IN.value, "identity_note": "", "paper_serial": "",
        "checked_in_recorded_at": told.at, "checked_in_recorded_by": told.by.text, "dose_type": "", "end_reason": "", "end_detail": {},
        "undone": [], "confirmed_facts": "", "marks": [], "previous_state": "", "moved_at": told.at,
    }  # fmt: skip
    facts = {"second_injection_of": row.id}
    made = steps.call("visits_receive", {
        "row": {**columns, **blank}, "at": told.at, "actor": told.by.text, "facts": facts, "event": steps.event("visits.moved"),
    })  # fmt: skip
    return steps.visit_row(steps.ref(made))


def _tell_twice(receipt: DoseReceipt, row: models.Visit, other: models.Visit, at: datetime) -> None:
    outbox.publish(
        "visits.second_injection_recorded", at=at, person_id=row.person_id, site_id=row.site_id, session_id=row.session_id, visit_id=row.id,
        record_id=receipt.record_id, other_visit_id=other.id, other_record_id=other.record_id, marks=list(receipt.marks),
    )  # fmt: skip


def check_last(told: Told) -> None:
    """Refuse to take back a step after which another desk took one more. Raises Refused visits.wrong_state (state, number, wanted)."""
    after = told.late.after if told.late else None
    answer = receipts.find_many([after]).get(after) if after else None
    stood, row = str(answer.result.get("state") or "") if answer else "", steps.visit_row(told.visit)
    if stood and row.state != stood:
        raise Refused("visits.wrong_state", state=row.state, number=row.label, wanted=stood)


def undo_dose(told: Told) -> Any:
    """Take back a dose within five minutes of the injection, as the desk did without a line.

    Raises Refused: visits.no_dose, visits.undo_too_late, visits.undo_end_first, visits.reason_missing.
    """
    reason = bodies.text(told.body, "reason")
    if not reason:
        raise Refused("visits.reason_missing")
    row = steps.visit_row(told.visit)
    if twins.same_as(row):  # the other desk's keying stands; this one's is no more
        twins.revive(row, by=told.by, at=told.at)
        return {"record_id": None}
    if row.record_id is None or row.dosed_at is None or row.dosed_recorded_at is None:
        raise Refused("visits.no_dose", state=row.state, number=row.label)
    if told.occurred_at - row.dosed_at > UNDO and told.at - row.dosed_recorded_at > UNDO:
        raise Refused("visits.undo_too_late", number=row.label, dosed_at=row.dosed_at)
    told_of = told.at - row.dosed_recorded_at > UNDO
    record_id = dose.take_back(told.visit, reason[:200], since=None, by=told.by, at=told.at)
    if told_of:
        outbox.publish("immunizations.corrected", at=told.at, record_id=record_id, person_id=row.person_id, also=[], fields=["status"])
    return {"record_id": record_id}
