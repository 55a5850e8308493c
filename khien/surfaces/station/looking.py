"""What a desk asks of the record: who is this, what happened before; every look is logged."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from khien.booking import queries as booking
from khien.booking.types import AppointmentInfo
from khien.campaigns import queries as campaigns
from khien.immunizations import queries as immunizations
from khien.kernel import cccd_card, codes
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.plumbing import once
from khien.registration import queries as registrations
from khien.surfaces.station.asking import Here, answer, body, here, refused
from khien.surfaces.station.said import refusal, spoken
from khien.surfaces.web import reading, slips
from khien.surfaces.web.purposes import PURPOSES
from khien.surfaces.web.registering.words import HISTORY
from khien.visits import queries as visits
from khien.visits.arrivals import new_person
from khien.visits.bodies import uuid_of

MOST = 12


def search(request: HttpRequest, session: UUID) -> HttpResponse:
    """Find who stands at the desk: by slip code, card scan, number, phone or name; `person` tells one of a list in whole, `new` who may be a walk-in already. POST, for an address holds no name."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = here(request, session, "people.search")
    try:
        with once.reading():
            asked = body(request)
            if "new" in asked:
                return answer(_alike(asked["new"], at), at=at.at)
            return answer(_one(asked, at) if "person" in asked else _find(str(asked.get("q", "")).strip(), at), at=at.at)
    except Refused as told:
        return refused(told, at=at.at)


def _find(text: str, at: Here) -> dict[str, Any]:
    if cccd_card.looks_like_card(text):
        return _by_card(text, at)
    is_code = codes.is_slip_code(text)
    if is_code and (found := _by_code(codes.read_slip_code(text), at)):
        return found
    if text.isdigit():
        reading.of_number(text)
    cards = people.search(text, limit=MOST + 1)
    if is_code and not cards:  # a number without its leading zero may look like a slip's
        raise visits.nobody(codes.read_slip_code(text))
    more, cards = len(cards) > MOST, cards[:MOST]
    at.looked(*(card.id for card in cards), purpose="search")
    return {"kind": "people", "people": [_person(card, at, brief=len(cards) > 3) for card in cards], "more": more}


def _one(asked: dict[str, Any], at: Here) -> dict[str, Any]:
    """The one chosen from a list, with appointment, doses and what is due."""
    card = people.person(uuid_of(asked, "person"))
    if card is None:
        raise Refused("people.unknown")
    at.looked(card.id, purpose="reception")
    return {"kind": "people", "people": [_person(card, at)], "more": False}


def _alike(told: Any, at: Here) -> dict[str, Any]:
    """Whom the record may hold already of somebody about to be written as new, with why; nobody is written by asking."""
    near = people.alike(new_person(told, at.at))
    cards = people.cards_of(id for id, _ in near)
    at.looked(*cards, purpose="reception")
    return {"kind": "people", "people": [{**_person(cards[id], at, brief=True), "why": list(why)} for id, why in near if id in cards]}


def _by_code(code: str, at: Here) -> dict[str, Any] | None:
    """The person whom the code of an appointment, a registration or a visit brings; None when it brings nobody."""
    person_id, appointment = slips.person_of(code), booking.appointment(code)
    card = people.person(person_id) if person_id else None
    if card is None:
        return None
    at.looked(card.id, purpose="reception")
    return {"kind": "people", "people": [_person(card, at)], "code": code, "appointment": _appointment(appointment, at) if appointment else None}


def _by_card(text: str, at: Here) -> dict[str, Any]:
    """The holder of a scanned card, and how the record agrees with it. A mangled name is not given back as a name."""
    card = cccd_card.read_card(text)
    match = people.match_card(card)
    found = people.person(match.person_id) if match.person_id else None
    if found:
        at.looked(found.id, purpose="reception")
    return {
        "kind": "card", "match": match.kind if found else "none", "differences": list(match.differences),
        "card": {
            "name": "" if card.mangled else card.name, "birth": card.birth.iso(), "sex": card.sex.value, "number": card.number.value,
            "address": card.address, "mangled": card.mangled, "scan": text,
        },
        "people": [_person(found, at)] if found else [],
    }  # fmt: skip


def _person(card: PersonCard, at: Here, *, brief: bool = False) -> dict[str, Any]:
    """A person as the reception sees them."""
    shown: dict[str, Any] = {
        "id": str(card.id), "name": card.full_name, "birth": card.birth.iso(), "sex": card.sex, "identifier": card.identifier_masked,
        "identity": card.identity_state, "place": card.place_text, "phone": card.phone_masked, "died_on": card.died_on,
    }  # fmt: skip
    inside = next((one for one in visits.visits_of(card.id) if one.session_id == at.session.id), None)
    shown["visit"] = {"id": str(inside.ref.visit_id), "number": inside.number, "state": inside.state, "ended": inside.state in visits.ENDS} if inside else None
    if brief:
        return shown
    appointment = booking.appointment_of(card.id)
    history = immunizations.history(card.id, at.session.on_date)
    due = history.next_dose
    declared = registrations.declared_doses([card.id]).get(card.id)
    return {
        **shown, "declared": asdict(declared) if declared and declared.unrecorded(dose.on_date for dose in history.doses) else None,
        "appointment": _appointment(appointment, at) if appointment and appointment.stands else None,
        "doses": [{"vaccine": dose.vaccine, "on_date": dose.on_date, "lot": dose.lot_number, "counted": dose.counted,
                   "dose_type": dose.dose_type, "ordinal": dose.ordinal, "vi": dose.sentence_vi, "en": dose.sentence_en} for dose in history.doses],
        "next": {"vi": due.sentence_vi, "en": due.sentence_en, "complete": due.complete, "earliest_on": due.earliest_on},
    }  # fmt: skip


def _appointment(found: AppointmentInfo, at: Here) -> dict[str, Any]:
    """The appointment, with what is odd about it today, worded."""
    odd = []
    if found.on_date != at.session.on_date:
        odd.append(refusal("visits.wrong_day", {"on_date": found.on_date}))
    elif found.site_id != at.session.site_id:
        other = booking.session(found.session_id)
        odd.append(refusal("visits.wrong_site", {"site": other.site.name if other else ""}))
    elif found.session_id != at.session.id:
        odd.append(refusal("visits.wrong_shift", {"starts_at": found.starts_at}))
    if not found.stands:
        odd.append(refusal("visits.appointment_ended", {}))
    return {
        "id": str(found.id), "code": found.code, "starts_at": found.starts_at, "on_date": found.on_date, "vaccine": found.vaccine,
        "dose_type": found.dose_type, "ordinal": found.ordinal, "odd": odd,
    }  # fmt: skip


def story(request: HttpRequest, session: UUID, visit: UUID) -> HttpResponse:
    """One visit with what was said and measured before, and the person's earlier doses; `ban` names the desk that looks."""
    at = here(request, session, "people.see")
    found = visits.visit(visit)
    told = visits.story(found.ref) if found else None
    if found is None or told is None:
        return refused(Refused("visits.unknown"), at=at.at)
    purpose = asked if (asked := request.GET.get("ban", "")) in PURPOSES else "screening"
    at.looked(found.person_id, purpose=purpose)
    card = people.person(found.person_id)
    last = told.screenings[-1] if told.screenings else None
    consent = campaigns.consent_text(told.consents[-1].text_version, on=at.session.on_date).version if told.consents else ""
    return answer({
        "visit_id": str(visit), "person": _person(card, at) if card else None, "consent": consent, "undone": len(told.undone),
        "confirmed": found.identity_how, "health": _health(found.person_id) if purpose == "screening" else [],
        "screening": {
            "version": last.version, "answers": dict(last.answers), "vitals": dict(last.vitals), "decision": last.decision,
            "reason": last.decision_reason, "proposal": last.proposal, "reasons": [dict(reason) for reason in last.reasons],
            "by": last.performed_by_name, "at": last.performed_at,
        } if last else None,
    }, at=at.at)  # fmt: skip


def _health(person_id: UUID) -> list[dict[str, Any]]:
    """What was answered with yes or unsure at registering, worded: the doctor asks again and knows what to ask."""
    return [{"answer": one.answer, "told_on": one.told_on, **spoken(HISTORY[one.question])} for one in registrations.declared_health(person_id)]
