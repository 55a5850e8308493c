"""What each command of a desk does: reads its body, calls one action."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from khien.kernel import cccd_card, clock
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.identifiers import read_identifier
from khien.kernel.sex import Sex
from khien.people.types import NewGuardian, NewPerson
from khien.stock import actions as stock
from khien.visits import actions, sessions
from khien.visits.commands import Told, moment_of, uuid_of
from khien.visits.types import Confirmed, ConsentGiven


def check_in(told: Told) -> Any:
    """Receive a person: appointment_code, person_id or person (a walk-in's facts)."""
    body = told.body
    return actions.check_in(
        session_id=told.session_id, identity_how=text(body, "identity_how", "typed"), performed=told.performed(), by=told.by, at=told.at,
        person_id=uuid_of(body, "person_id") if body.get("person_id") else None, appointment_code=text(body, "appointment_code"),
        new_person=new_person(body["person"], told.at) if body.get("person") else None, identity_note=text(body, "identity_note"),
        priority_group=text(body, "priority_group"), paper_serial=text(body, "paper_serial"), vaccine=text(body, "vaccine"),
        again=flag(body, "again"),
    )  # fmt: skip


def consent(told: Told) -> Any:
    return actions.consent(visit=told.visit, given=consent_given(told.body), performed=told.performed(), by=told.by, at=told.at)


def screen(told: Told) -> Any:
    body = told.body
    return actions.record_screening(
        visit=told.visit, answers=mapping(body, "answers"), vitals=mapping(body, "vitals"), decision=text(body, "decision"),
        reason=text(body, "reason"), vaccine=text(body, "vaccine"), observe_minutes=number(body, "observe_minutes"),
        settled_birth=day(body, "settled_birth"), return_on=day(body, "return_on"), detail=mapping(body, "detail"),
        performed=told.performed(), by=told.by, at=told.at,
    )  # fmt: skip


def give_dose(told: Told) -> Any:
    body = told.body
    return actions.give_dose(
        visit=told.visit, lot_id=uuid_of(body, "lot_id") if body.get("lot_id") else None, confirmed=confirmed(body),
        performed=told.performed(), by=told.by, at=told.at, already_injected=flag(body, "already_injected"), reason=text(body, "reason"),
        vaccine=text(body, "vaccine"), lot_number=text(body, "lot_number"),
    )  # fmt: skip


def undo_dose(told: Told) -> Any:
    return {"record_id": actions.undo_dose(visit=told.visit, reason=text(told.body, "reason"), by=told.by, at=told.at)}


def undo(told: Told) -> Any:
    return actions.undo_step(visit=told.visit, reason=text(told.body, "reason"), by=told.by, at=told.at)


def observe(told: Told) -> Any:
    return actions.finish_observation(visit=told.visit, performed=told.performed(), by=told.by, at=told.at)


def extend(told: Told) -> Any:
    until = actions.extend_observation(
        visit=told.visit, minutes=number(told.body, "minutes") or 0, reason=text(told.body, "reason"), by=told.by, at=told.at
    )
    return {"observe_until": until}


def end(told: Told) -> Any:
    body = told.body
    return actions.end(
        visit=told.visit, end=text(body, "end"), reason=text(body, "reason"), detail=mapping(body, "detail"), return_on=day(body, "return_on"),
        performed=told.performed(), by=told.by, at=told.at,
    )  # fmt: skip


def close(told: Told) -> Any:
    return actions.close(visit=told.visit, performed=told.performed(), by=told.by, at=told.at)


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
        serial=text(body, "serial"), session_id=told.session_id, person_id=uuid_of(body, "person_id") if body.get("person_id") else None,
        new_person=new_person(body["person"], told.at) if body.get("person") else None, appointment_code=text(body, "appointment_code"),
        received_at=received, consent=consent_given(mapping(body, "consent") or {"agreed": True, "how": "paper"}),
        screening=_paper_screening(body.get("screening")), dose_given=_paper_dose(body.get("dose")), end=_paper_end(body.get("end")),
        identity_how=text(body, "identity_how", "typed"), priority_group=text(body, "priority_group"),
        another_injection=flag(body, "another_injection"), by=told.by, at=told.at,
    )  # fmt: skip


def _paper_screening(raw: Any) -> actions.PaperScreening | None:
    if not isinstance(raw, Mapping):
        return None
    return actions.PaperScreening(
        decision=text(raw, "decision"), answers=mapping(raw, "answers"), vitals=mapping(raw, "vitals"), reason=text(raw, "reason"),
        at=moment_of(raw, "at"), doctor=text(raw, "doctor"), doctor_id=uuid_of(raw, "doctor_id") if raw.get("doctor_id") else None,
        observe_minutes=number(raw, "observe_minutes"), return_on=day(raw, "return_on"), detail=mapping(raw, "detail"),
    )  # fmt: skip


def _paper_dose(raw: Any) -> actions.PaperDose | None:
    if not isinstance(raw, Mapping):
        return None
    at = moment_of(raw, "at")
    if at is None:
        raise Refused("commands.unreadable", field="dose.at")
    return actions.PaperDose(
        at=at, injector=text(raw, "injector"), injector_id=uuid_of(raw, "injector_id") if raw.get("injector_id") else None,
        lot_id=uuid_of(raw, "lot_id") if raw.get("lot_id") else None, vaccine=text(raw, "vaccine"), lot_number=text(raw, "lot_number"),
    )  # fmt: skip


def _paper_end(raw: Any) -> actions.PaperEnd | None:
    if not isinstance(raw, Mapping):
        return None
    return actions.PaperEnd(
        end=text(raw, "end", "closed"), at=moment_of(raw, "at"), reason=text(raw, "reason"), return_on=day(raw, "return_on"),
        detail=mapping(raw, "detail"),
    )  # fmt: skip


def confirmed(body: Mapping[str, Any]) -> Confirmed:
    """How the injector made sure: a slip's code, or the facts asked."""
    facts = body.get("confirmed_facts") or ()
    return Confirmed(
        slip=text(body, "slip"), facts=tuple(str(fact) for fact in facts) if isinstance(facts, list | tuple) else ()
    )


def consent_given(body: Mapping[str, Any]) -> ConsentGiven:
    return ConsentGiven(
        agreed=flag(body, "agreed"), signer=text(body, "signer", "self"), how=text(body, "how", "screen"),
        text_version=text(body, "text_version"), guardian_name=text(body, "guardian_name"), guardian_phone=text(body, "guardian_phone"),
        relation=text(body, "relation"), mixing_agreed=flag(body, "mixing_agreed"),
    )  # fmt: skip


def new_person(raw: Any, at: datetime) -> NewPerson:
    """A walk-in's facts: from the text of a scanned card (`scan`), or as typed.

    Raises Refused: visits.name_mangled, cards.*, births.*, identifiers.*, commands.unreadable.
    """
    if not isinstance(raw, Mapping):
        raise Refused("commands.unreadable", field="person")
    guardian = raw.get("guardian")
    contact: dict[str, Any] = {
        "phone": text(raw, "phone"), "place_key": text(raw, "place_key"), "address": text(raw, "address"),
        "occupation": text(raw, "occupation"), "work_unit": text(raw, "work_unit"), "no_identifier_reason": text(raw, "no_identifier_reason"),
        "guardian": NewGuardian(text(guardian, "full_name"), text(guardian, "phone"), text(guardian, "relation", "other"))
        if isinstance(guardian, Mapping) else None,
    }  # fmt: skip
    if raw.get("scan"):
        card = cccd_card.read_card(text(raw, "scan"))
        contact["address"] = contact["address"] or card.address
        others = (card.former,) if card.former else ()
        name = text(raw, "full_name") if card.mangled else card.name
        if not name:
            raise Refused("visits.name_mangled")  # an input method altered the scan: the name is typed from the card
        return NewPerson(name, card.birth, card.sex, identifier=card.number, other_identifiers=others, **contact)
    birth = PartialDate.from_iso(text(raw, "birth"))
    if birth.is_after(clock.on_date(at)):
        raise Refused("births.in_future")
    sex = text(raw, "sex", Sex.UNKNOWN.value)
    if sex not in set(Sex):
        raise Refused("commands.unreadable", field="sex")
    number_text = text(raw, "identifier")
    identifier = read_identifier(number_text, text(raw, "identifier_type") or None) if number_text else None
    return NewPerson(text(raw, "full_name"), birth, sex, identifier=identifier, **contact)


def text(body: Mapping[str, Any], field: str, otherwise: str = "") -> str:
    value = body.get(field)
    return otherwise if value is None else str(value).strip()


def flag(body: Mapping[str, Any], field: str) -> bool:
    return body.get(field) is True


def number(body: Mapping[str, Any], field: str) -> int | None:
    value = body.get(field)
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit():
        raise Refused("commands.unreadable", field=field)
    return int(str(value))


def day(body: Mapping[str, Any], field: str) -> date | None:
    value = body.get(field)
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        raise Refused("commands.unreadable", field=field) from None


def mapping(body: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = body.get(field) or {}
    if not isinstance(value, Mapping):
        raise Refused("commands.unreadable", field=field)
    return value
