"""What each command of a desk does: reads its body, calls one action."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from khien.kernel.errors import Refused
from khien.stock import actions as stock
from khien.visits import actions, late, sessions
from khien.visits.arrivals import new_person
from khien.visits.bodies import day, flag, lines, mapping, moment_of, number, part, text, texts, uuid_of, uuid_or_none
from khien.visits.screening_types import MadeUnder, Verdict
from khien.visits.telling import Told
from khien.visits.types import Confirmed, ConsentGiven, GivenNumber


def check_in(told: Told) -> Any:
    """Receive a person: appointment_code, person_id or person (a walk-in's facts)."""
    body = told.body
    return actions.check_in(
        session_id=told.session_id, identity_how=text(body, "identity_how", "typed"), performed=told.performed(), by=told.by, at=told.at,
        person_id=uuid_or_none(body, "person_id"), appointment_code=text(body, "appointment_code"),
        new_person=new_person(body["person"], told.at) if body.get("person") is not None else None, identity_note=text(body, "identity_note"),
        priority_group=text(body, "priority_group"), paper_serial=text(body, "paper_serial"), vaccine=text(body, "vaccine"),
        again=flag(body, "again"), given=given_number(told),
    )  # fmt: skip


def given_number(told: Told) -> GivenNumber | None:
    """The visit's id and the number that a device without a line gave; the letter is the device's own, whatever is told.

    Raises Refused commands.unreadable (visit_id, number).
    """
    if told.late is None:
        return None
    given = number(told.body, "number")
    if not given or not told.late.letter:
        raise Refused("commands.unreadable", field="number")
    return late.free_number(told.session_id, GivenNumber(uuid_of(told.body, "visit_id"), given, told.late.letter))


def consent(told: Told) -> Any:
    return actions.consent(visit=told.visit, given=consent_given(told.body), performed=told.performed(), by=told.by, at=told.at)


def screen(told: Told) -> Any:
    body = told.body
    return actions.record_screening(
        visit=told.visit, answers=mapping(body, "answers"), vitals=mapping(body, "vitals"), decision=text(body, "decision"),
        reason=text(body, "reason"), vaccine=text(body, "vaccine"), observe_minutes=number(body, "observe_minutes"),
        settled_birth=day(body, "settled_birth"), return_on=day(body, "return_on"), detail=lines(body, "detail"),
        as_on_paper=told.late is not None, seen=None if told.late else number(body, "seen"), made=_made(told) if told.late else None, performed=told.performed(), by=told.by, at=told.at,
    )  # fmt: skip


def _made(told: Told) -> MadeUnder:
    """What the device had when the doctor decided. Raises Refused commands.unreadable (field)."""
    proposed = part(told.body, "proposed") or {}
    verdict = text(proposed, "verdict", most=40)
    return MadeUnder(text(proposed, "rules_version", most=100) or told.rules_version, Verdict(verdict) if verdict in set(Verdict) else None, text(proposed, "form", most=100))


def give_dose(told: Told) -> Any:
    body = told.body
    if told.late is not None:
        return late.give_dose(told, confirmed(body))
    return actions.give_dose(
        visit=told.visit, lot_id=uuid_or_none(body, "lot_id"), confirmed=confirmed(body),
        performed=told.performed(), by=told.by, at=told.at, already_injected=flag(body, "already_injected"), reason=text(body, "reason"),
        vaccine=text(body, "vaccine"), lot_number=text(body, "lot_number"),
    )  # fmt: skip


def undo_dose(told: Told) -> Any:
    if told.late is not None:
        return late.undo_dose(told)
    return {"record_id": actions.undo_dose(visit=told.visit, reason=text(told.body, "reason"), by=told.by, at=told.at)}


def undo(told: Told) -> Any:
    late.check_last(told)
    return actions.undo_step(visit=told.visit, reason=text(told.body, "reason"), by=told.by, at=told.at, late=told.late is not None)


def observe(told: Told) -> Any:
    return actions.finish_observation(visit=told.visit, performed=told.performed(), by=told.by, at=told.at, late=told.late is not None)


def extend(told: Told) -> Any:
    until = actions.extend_observation(
        visit=told.visit, minutes=number(told.body, "minutes") or 0, reason=text(told.body, "reason"), by=told.by, at=told.at
    )
    return {"observe_until": until}


def end(told: Told) -> Any:
    body = told.body
    return actions.end(
        visit=told.visit, end=text(body, "end"), reason=text(body, "reason"), detail=lines(body, "detail"), return_on=day(body, "return_on"),
        performed=told.performed(), by=told.by, at=told.at,
    )  # fmt: skip


def close(told: Told) -> Any:
    return actions.close(visit=told.visit, performed=told.performed(), by=told.by, at=told.at, late=told.late is not None)


def choose_lot(told: Told) -> Any:
    lot = actions.choose_lot(session_id=told.session_id, lot_id=uuid_of(told.body, "lot_id"), by=told.by, at=told.at)
    return {"lot_id": lot.id, "number": lot.number, "vaccine": lot.vaccine}


def pause_lot(told: Told) -> Any:
    return actions.pause_lot(
        session_id=told.session_id,
        lot_id=uuid_of(told.body, "lot_id"),
        reason=text(told.body, "reason"),
        by=told.by,
        at=told.at,
    )


def open_vial(told: Told) -> Any:
    """Open a vial at a table: lot_id, and doses where the label says another number than the lot."""
    session = sessions.session_of(told.session_id)
    vial = stock.open_vial(
        site_id=session.site_id, session_id=told.session_id, lot_id=uuid_of(told.body, "lot_id"), doses=number(told.body, "doses"),
        performed=told.performed(), by=told.by, at=told.at,
    )  # fmt: skip
    return {"vial_id": vial.id, "use_until": vial.use_until}


def end_vial(told: Told) -> Any:
    """End a vial: vial_id, left (doses thrown away), reason."""
    session = sessions.session_of(told.session_id)
    vial = stock.end_vial(
        site_id=session.site_id, vial_id=uuid_of(told.body, "vial_id"), left=number(told.body, "left") or 0, reason=text(told.body, "reason"),
        performed=told.performed(), by=told.by, at=told.at,
    )  # fmt: skip
    return {"vial_id": vial.id, "wasted": vial.wasted, "missing": vial.missing}


def ask_help(told: Told) -> Any:
    body = told.body
    event_id = actions.ask_help(
        session_id=told.session_id, desk=text(body, "desk"), last_error=text(body, "last_error"),
        visit=told.visit if body.get("visit_id") else None, by=told.by, at=told.at,
    )  # fmt: skip
    return {"event_id": event_id}


def key_paper(told: Told) -> Any:
    """Key a whole visit from paper; hours are those written on it."""
    body = told.body
    received = moment_of(body, "received_at")
    if received is None:
        raise Refused("commands.unreadable", field="received_at")
    return actions.key_paper(
        serial=text(body, "serial"), session_id=told.session_id, person_id=uuid_or_none(body, "person_id"),
        new_person=new_person(body["person"], told.at) if body.get("person") is not None else None, appointment_code=text(body, "appointment_code"),
        received_at=received, consent=consent_given(mapping(body, "consent") or {"agreed": True, "how": "paper"}),
        screening=_paper_screening(told, received), dose_given=_paper_dose(told), end=_paper_end(part(body, "end")),
        identity_how=text(body, "identity_how", "typed"), priority_group=text(body, "priority_group"),
        another_injection=flag(body, "another_injection"), by=told.by, at=told.at,
    )  # fmt: skip


def _paper_screening(told: Told, received: datetime) -> actions.PaperScreening | None:
    raw = part(told.body, "screening")
    if raw is None:
        return None
    at, doctor, name = moment_of(raw, "at"), uuid_or_none(raw, "doctor_id"), text(raw, "doctor", most=200)
    return actions.PaperScreening(
        decision=text(raw, "decision"), answers=mapping(raw, "answers"), vitals=mapping(raw, "vitals"), reason=text(raw, "reason"),
        at=at, doctor=told.doer(doctor, at or received) if doctor else name, doctor_id=doctor,
        observe_minutes=number(raw, "observe_minutes"), return_on=day(raw, "return_on"), detail=lines(raw, "detail"),
    )  # fmt: skip


def _paper_dose(told: Told) -> actions.PaperDose | None:
    raw = part(told.body, "dose")
    if raw is None:
        return None
    at = moment_of(raw, "at")
    if at is None:
        raise Refused("commands.unreadable", field="dose.at")
    injector, name = uuid_or_none(raw, "injector_id"), text(raw, "injector", most=200)
    return actions.PaperDose(
        at=at, injector=told.doer(injector, at) if injector else name, injector_id=injector,
        lot_id=uuid_or_none(raw, "lot_id"), vaccine=text(raw, "vaccine"), lot_number=text(raw, "lot_number"),
    )  # fmt: skip


def _paper_end(raw: Mapping[str, Any] | None) -> actions.PaperEnd | None:
    if raw is None:
        return None
    return actions.PaperEnd(
        end=text(raw, "end", "closed"), at=moment_of(raw, "at"), reason=text(raw, "reason"), return_on=day(raw, "return_on"),
        detail=lines(raw, "detail"),
    )  # fmt: skip


def confirmed(body: Mapping[str, Any]) -> Confirmed:
    """How the injector made sure: a slip's code, or the facts asked."""
    return Confirmed(slip=text(body, "slip"), facts=texts(body, "confirmed_facts"))


def consent_given(body: Mapping[str, Any]) -> ConsentGiven:
    return ConsentGiven(
        agreed=flag(body, "agreed"), signer=text(body, "signer", "self"), how=text(body, "how", "screen"),
        text_version=text(body, "text_version"), guardian_name=text(body, "guardian_name"), guardian_phone=text(body, "guardian_phone"),
        relation=text(body, "relation"), mixing_agreed=flag(body, "mixing_agreed"),
    )  # fmt: skip
