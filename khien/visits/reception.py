"""Reception: a person is received by appointment, card or search; the desk is told what is odd, and is not stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.booking import actions as booking
from khien.booking import queries as appointments
from khien.booking.types import AppointmentInfo, SessionInfo
from khien.campaigns import queries as campaigns
from khien.campaigns import rules as campaign_rules
from khien.campaigns.types import DoseType, DoseVerdict, Recipient
from khien.immunizations import queries as immunizations
from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor, Performed, VisitRef
from khien.kernel.sex import Sex
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.people.types import NewPerson, PersonCard
from khien.registration import actions as registration
from khien.registration import queries as registrations
from khien.visits import models, sessions, steps
from khien.visits.states import State
from khien.visits.types import CheckedIn, GivenNumber, Warning

IDENTITY_HOW = ("card", "typed", "spoken", "slip")
# Ways that mean: the card lay on the desk and agreed.
CARD_SEEN = {"card": "card_scanned", "typed": "card_seen"}


@transaction.atomic
def check_in(
    *,
    session_id: UUID,
    identity_how: str,
    performed: Performed,
    by: Actor,
    at: datetime,
    person_id: UUID | None = None,
    appointment_code: str = "",
    new_person: NewPerson | None = None,
    identity_note: str = "",
    priority_group: str = "",
    paper_serial: str = "",
    vaccine: str = "",
    card_number: Identified | None = None,
    from_paper: bool = False,
    again: bool = False,
    given: GivenNumber | None = None,
) -> CheckedIn:
    """Receive a person at a session and give the next queue number; received already, they keep the number they have.

    The person comes by the code of an appointment or a registration, by id (found by card or search), or as a new person (walk-in).
    Warnings tell what is odd and stop nothing. A card scanned (or typed from) that agrees verifies the number; `card_number` names
    which. `again` makes a second visit for who was injected today already. `given`: a device without a line gave the visit its id and
    number; whether the session is still open is then no question any more.
    Raises Refused: visits.session_unknown, visits.session_not_open, visits.nobody_named, visits.code_unknown, visits.code_of_another,
    visits.identity_how_unknown, visits.vaccine_unknown, visits.in_the_future, people.*.
    """
    session = sessions.session_of(session_id)
    steps.check_time(performed, at)
    if identity_how not in IDENTITY_HOW:
        raise Refused("visits.identity_how_unknown")
    steps.known_vaccine(vaccine, session.on_date)
    if session.state != "open" and not from_paper and given is None:
        raise Refused("visits.session_not_open", state=session.state)
    person_id, appointment = _who(session, person_id, appointment_code, new_person, by, at)
    card = people.person(person_id)
    if card is None:
        raise Refused("visits.nobody_named")
    inside = None if again or given else _inside(session_id, people.ids_of(person_id))
    if inside is not None:
        return _received(inside, True, tuple(_warnings(session, card, appointment, performed, inside.id)))
    walk_in = appointment is None
    registration_id = appointment.registration_id if appointment else _registration(card, session, by, at)
    row = _row(session, card, appointment, registration_id, performed, by, at, given)
    row.update(
        identity_how=identity_how, identity_note=identity_note.strip()[:500], priority_group=priority_group or _group(registration_id),
        paper_serial=paper_serial,
        walk_in=walk_in, vaccine=vaccine or row["vaccine"],
    )  # fmt: skip
    told = tuple(_warnings(session, card, appointment, performed, row["id"]))
    facts = {
        "session": session_id,
        "identity_how": identity_how,
        "walk_in": walk_in,
        "warnings": [warning.code for warning in told],
    }
    step = {"row": row, "at": at, "actor": by.text, "facts": facts, "event": steps.event("visits.moved")}
    made = steps.call("visits_receive", step)
    if appointment and appointment.state in ("active", "no_show") and not made["already"]:
        booking.arrive(appointment_id=appointment.id, by=by, at=at)
    if identity_how in CARD_SEEN and card.identity_state in ("claimed", "disputed") and card.identifier_masked:
        people_actions.verify_identity(person=card.id, how=CARD_SEEN[identity_how], identifier=card_number, by=by, at=at)
    return _received(made, bool(made["already"]), told)


def _who(
    session: SessionInfo, person_id: UUID | None, code: str, new_person: NewPerson | None, by: Actor, at: datetime
) -> tuple[UUID, AppointmentInfo | None]:
    """The person, and the appointment that brings them, if any."""
    if code:
        person_id, appointment = called(code, person_id)
        if appointment is not None:
            return person_id, appointment
    if person_id is None and new_person is not None:
        person_id = people_actions.record_person(person=new_person, source="walk_in", by=by, at=at).person_id
    if person_id is None:
        raise Refused("visits.nobody_named")
    person_id = people.current_id(person_id)
    return person_id, appointments.appointment_of(person_id)


def called(code: str, person_id: UUID | None = None) -> tuple[UUID, AppointmentInfo | None]:
    """Whom a slip calls, of an appointment or of a registration, and the appointment where it is one's.

    Raises Refused: codes.*, visits.code_unknown, visits.code_receipt, visits.code_of_another (where `person_id` is somebody else).
    """
    text = codes.read_slip_code(code)
    appointment = appointments.appointment(text)
    slip = appointment or registrations.registration_by_code(text)
    if slip is None:
        raise nobody(text)
    if person_id and people.current_id(person_id) != people.current_id(slip.person_id):
        raise Refused("visits.code_of_another")
    return slip.person_id, appointment


def nobody(code: str) -> Refused:
    """Why a slip's code opens nobody: it is the receipt of who registered a person again (it names nobody), or nothing that we gave."""
    return Refused("visits.code_receipt" if registrations.receipt(code) else "visits.code_unknown")


def _group(registration_id: UUID | None) -> str:
    """The priority group under which the person stands in the queue: reports count by it."""
    found = registrations.registration(registration_id) if registration_id else None
    return found.best_group if found else ""


def _registration(card: PersonCard, session: SessionInfo, by: Actor, at: datetime) -> UUID | None:
    """The person's place in the one queue, made now for a walk-in who had none; somebody recorded as dead gets none."""
    if card.died_on:
        return None
    known = registrations.of_person(card.id)
    if known is not None:
        return known.id
    return registration.register(person_id=card.id, way="walk_in", source_id=session.site_id, by=by, at=at).registration_id


def _inside(session_id: UUID, person_ids: list[UUID]) -> models.Visit | None:
    """The visit in which this person is inside already."""
    rows = models.Visit.objects.filter(session_id=session_id, person_id__in=person_ids, state__in=sessions.INSIDE)
    return rows.order_by("number").first()


def name_hashes(card: PersonCard) -> tuple[str, str]:
    """Hashes by which namesakes are found: of the name, and of name and birth."""
    keys = settings.KEYS
    return keys.hash(card.name_key, purpose="name")[:24], keys.hash(f"{card.name_key}|{card.birth.iso()}", purpose="name")[:24]


def _row(
    session: SessionInfo,
    card: PersonCard,
    appointment: AppointmentInfo | None,
    registration_id: UUID | None,
    performed: Performed,
    by: Actor,
    at: datetime,
    given: GivenNumber | None,
) -> dict[str, Any]:
    """The visit's columns at its beginning."""
    visit_id = given.visit_id if given else uuid7()
    name_hash, name_birth_hash = name_hashes(card)
    vaccine = appointment.vaccine if appointment and appointment.vaccine in session.vaccines else ""
    if not vaccine and len(session.vaccines) == 1:
        vaccine = session.vaccines[0]
    minutes = campaigns.rulebook(session.on_date).on(session.on_date).observation_minutes(vaccine or None)
    return {
        "id": visit_id, **({"number": given.number, "letter": given.letter} if given else {}), "site_id": session.site_id, "session_id": session.id, "person_id": card.id,
        "appointment_id": appointment.id if appointment else None, "registration_id": registration_id,
        "code": codes.slip_code(visit_id.int & (2**62 - 1)), "on_date": session.on_date, "state": State.CHECKED_IN.value,
        "identity_note": "", "priority_group": "", "paper_serial": "", "home_commune_2021": card.place.commune_2021,
        "home_commune_2025": card.place.commune_2025, "name_hash": name_hash, "name_birth_hash": name_birth_hash,
        "checked_in_at": performed.at, "checked_in_by": performed.by, "checked_in_recorded_at": at,
        "checked_in_recorded_by": by.text, "vaccine": vaccine, "dose_type": "", "observe_minutes": minutes, "end_reason": "",
        "end_detail": {}, "undone": [], "confirmed_facts": "", "marks": [], "previous_state": "", "moved_at": at,
    }  # fmt: skip


def _warnings(
    session: SessionInfo, card: PersonCard, appointment: AppointmentInfo | None, performed: Performed, visit_id: UUID
) -> Iterator[Warning]:
    """Everything odd about this reception, for the desk to see."""
    yield from _appointment_warnings(session, appointment)
    if card.died_on:
        yield Warning("visits.recorded_dead", {"died_on": card.died_on})
    if card.identity_state in ("disputed", "none"):
        yield Warning(f"visits.identity_{card.identity_state}", {})
    yield from _dose_warnings(session, card, appointment)
    book = campaigns.rulebook(session.on_date)
    if campaign_rules.needs_guardian(book, Recipient(card.birth), session.on_date):
        yield Warning("visits.guardian_consents", {"age": card.age(session.on_date)})
    others = models.Visit.objects.filter(session_id=session.id, name_hash=name_hashes(card)[0]).exclude(id=visit_id)
    numbers = [row.label for row in others.exclude(person_id=card.id).order_by("number", "letter").only("number", "letter")]
    if numbers:
        yield Warning("visits.namesakes", {"numbers": numbers[:10]})


def _kept_warnings(session: SessionInfo, verdicts: list[DoseVerdict]) -> Iterator[Warning]:
    """A first dose without an appointment, of a product that its province keeps for later doses; the lead's decision ends it."""
    allowed = [one for one in verdicts if one.allowed]
    firsts = [one for one in allowed if (one.dose_type, one.ordinal) == (DoseType.PRIMARY, 1)]
    if not firsts or len(firsts) < len(allowed):
        return
    kept = {one.vaccine: appointments.kept_for_later(session.id, one.vaccine, session.on_date) for one in firsts}
    if all(kept.values()):
        vaccine, facts = next(iter(kept.items()))
        yield Warning("visits.kept_for_later", {"vaccine": vaccine, **(facts or {})})


def _appointment_warnings(session: SessionInfo, appointment: AppointmentInfo | None) -> Iterator[Warning]:
    if appointment is None:
        if session.mode != "walk_in":
            yield Warning("visits.no_appointment", {})
        return
    if appointment.on_date != session.on_date:
        yield Warning("visits.wrong_day", {"on_date": appointment.on_date})
    elif appointment.site_id != session.site_id:
        other = appointments.session(appointment.session_id)
        yield Warning("visits.wrong_site", {"site": other.site.name if other else ""})
    elif appointment.session_id != session.id:
        yield Warning("visits.wrong_shift", {"starts_at": appointment.starts_at})
    if appointment.state not in ("active", "arrived"):
        yield Warning("visits.appointment_ended", {"state": appointment.state})
    if appointment.vaccine not in session.vaccines:
        yield Warning("visits.vaccine_not_here", {"vaccine": appointment.vaccine, "offered": list(session.vaccines)})


def _dose_warnings(session: SessionInfo, card: PersonCard, appointment: AppointmentInfo | None) -> Iterator[Warning]:
    """What the history says about a dose today."""
    past = immunizations.past_doses(card.id)
    if any(dose.on_date == session.on_date for dose in past):
        yield Warning("visits.vaccinated_today", {})
        return
    book = campaigns.rulebook(session.on_date)
    person = Recipient(card.birth, Sex(card.sex), province=session.place.province_2021)
    verdicts = [campaign_rules.check_dose(book, person, past, vaccine, session.on_date) for vaccine in session.vaccines]
    if verdicts and not any(verdict.allowed for verdict in verdicts):
        first = verdicts[0]
        facts = {
            "code": first.code, "earliest_on": first.earliest_on, "sentence_vi": first.sentence_vi, "sentence_en": first.sentence_en,
        }  # fmt: skip
        yield Warning("visits.no_dose_due", facts)
    elif appointment is None:
        yield from _kept_warnings(session, verdicts)


def _received(row: models.Visit | dict[str, Any], already: bool, told: tuple[Warning, ...]) -> CheckedIn:
    if isinstance(row, dict):
        visit = VisitRef(UUID(row["site_id"]), UUID(row["id"]))
        return CheckedIn(visit, UUID(row["person_id"]), row["number"], row["code"], row["state"], already, told, row["letter"])
    return CheckedIn(VisitRef(row.site_id, row.id), row.person_id, row.number, row.code, row.state, already, told, row.letter)
