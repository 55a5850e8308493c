"""Events become messages, each once: the cause is unique, whatever the order and however often an event is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.booking import queries as booking
from khien.booking.types import AppointmentInfo
from khien.cases import queries as cases
from khien.cases.types import CaseView
from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.immunizations.types import ImmunizationView
from khien.kernel import clock, phones
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM
from khien.messaging import outgoing, wording
from khien.messaging.types import Contact
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.places import queries as places
from khien.plumbing import once
from khien.safety import actions as safety
from khien.safety import queries as safety_queries
from khien.safety.rules import FOLLOW_UP_DAYS
from khien.visits import queries as visits

FOLLOW_UP_HOUR = 9
EARLY_AFTER = timedelta(minutes=30)  # who left before the time was over is asked soon


def telling(handler: Callable[[dict[str, Any], datetime], None]) -> Callable[[dict[str, Any], datetime], None]:
    """In one transaction, reading each fact once: what is told writes messages and questions, and nothing of what it reads."""

    @wraps(handler)
    def told(data: dict[str, Any], at: datetime) -> None:
        with transaction.atomic(), once.reading():
            handler(data, at)

    return told


@telling
def code_asked(data: dict[str, Any], at: datetime) -> None:
    """Send a one-time code; a decoy, a used or an old one sends nothing."""
    challenge = UUID(str(data["challenge_id"]))
    code = people.code_for_sending(challenge)
    if code is None or code.expires_at <= at:
        return
    facts = {"code": code.code, "hour": wording.hour(code.expires_at)}
    to = Contact(phone=code.phone, language=code.language)
    caller = code.purpose == "caller"
    facts |= {"hotline": wording.hotlines()["hotline"]} if caller else {}
    outgoing.queue(cause=f"code:{challenge}", template="caller_code" if caller else "code", facts=facts, at=at, contact=to, expires=code.expires_at)


@telling
def invited(data: dict[str, Any], at: datetime) -> None:
    """Tell when and where to come."""
    found = booking.appointment(UUID(str(data["appointment_id"])))
    if found is None or not found.stands:
        return
    if found.starts_at <= at:
        if found.how == "standby":  # called into an hour that runs: come now
            slot = booking.slot(found.slot_id)
            if slot is not None and slot.ends_at > at:
                tell(found, "standby", at=at, expires=slot.ends_at, until=slot.ends_at)
        return
    if found.replaces_id:
        outgoing.withdraw(cause_of(found.replaces_id), "moved")
    template = "moved" if found.replaces_id else "invited"
    tell(found, template, at=at, expires=found.starts_at)


# Who waits no longer, or has another appointment, is not told to stand on the waiting list still.
OTHERWISE = {"withdrawn": "withdrawn", "merged": "merged"}


@telling
def booking_ended(data: dict[str, Any], at: datetime) -> None:
    """Stop the reminders of an appointment that no longer stands; one that others cancelled is told to its person."""
    found = booking.appointment(UUID(str(data["appointment_id"])))
    if found is None:
        return
    outgoing.withdraw(cause_of(found.id), found.state)
    by_others = not found.ended_by.startswith("citizen:") and data.get("reason") != "own_wish"
    if found.state == "cancelled" and found.starts_at > at and by_others:
        tell(found, OTHERWISE.get(str(data.get("reason")), "cancelled"), at=at, expires=found.starts_at)


def cause_of(appointment_id: UUID) -> str:
    return f"appointment:{appointment_id}"


def tell(
    found: AppointmentInfo, template: str, *, at: datetime, expires: datetime, due: datetime | None = None, until: datetime | None = None
) -> bool:
    """Write one message about an appointment, with the hour it begins, or until which it lasts."""
    card = people.person(found.person_id)
    session = booking.session(found.session_id)
    if card is None or session is None:
        return False
    language = card.language
    facts = wording.hotlines() | {
        "name": wording.name(card), "hour": wording.hour(until or found.starts_at), "day": wording.short_day(found.starts_at),
        "place": place_name(session.site, language), "code": found.code, "link": wording.link("/tra-cuu", language),
    }  # fmt: skip
    return outgoing.queue(
        cause=cause_of(found.id), template=template, facts=facts, person_id=card.id, at=at, due=due, expires=expires
    )


def place_name(site: Any, language: str) -> str:
    """A point as a text names it: its name, and its street where there is one."""
    name = site.name_en if language == "en" and site.name_en else site.name
    return f"{name}, {site.address}" if site.address else name


@telling
def dose_given(data: dict[str, Any], at: datetime) -> None:
    """Tell the result once the five minutes of undo are over: what, where, what comes next."""
    record_id = UUID(str(data["record_id"]))
    dose = immunizations.record(record_id)
    if dose is None or dose.status != "completed":
        return
    card = people.person(dose.person_id)
    if card is None:
        return
    coming = immunizations.next_dose(card.id, clock.on_date(at))
    site = places.site(dose.site_id) if dose.site_id else None
    language = card.language
    facts = {
        "name": wording.name(card), "dose": wording.dose(dose.dose_type, dose.ordinal, language),
        "vaccine": wording.vaccine(dose.vaccine, dose.on_date, language), "day": wording.day(dose.on_date),
        "place": place_name(site, language) if site else dose.facility_name,
        "next": wording.next_dose(coming.complete, coming.earliest_on, language), "link": wording.link("/sua-sai", language),
    }  # fmt: skip
    outgoing.queue(cause=f"record:{record_id}", template="result", facts=facts, person_id=card.id, at=at)


@telling
def visit_closed(data: dict[str, Any], at: datetime) -> None:
    """Ask after the person on days 1, 3, 7 and 28; the address is read on the day."""
    if not data.get("record_id"):
        return
    dose = immunizations.record(immunizations.recorded_as(UUID(str(data["record_id"]))))
    _ask_after(dose, at, {safety.EARLY: at + EARLY_AFTER} if data.get("end") == "left_early" else {})


def _ask_after(dose: ImmunizationView | None, at: datetime, more: dict[int, datetime]) -> None:
    """Plan the questions that lie ahead after a dose, and write their messages; one planned before moves to its day."""
    card = people.person(dose.person_id) if dose else None
    if dose is None or dose.status != "completed" or card is None:
        return
    due = {day: clock.at_local(dose.on_date + timedelta(days=day), FOLLOW_UP_HOUR) for day in FOLLOW_UP_DAYS} | more
    planned = safety.plan_follow_ups(record_id=dose.record_id, days=[day for day in sorted(due) if due[day] > at], by=SYSTEM, at=at)
    for day, asked in planned.items():
        if not _ask(dose.record_id, day, asked.token, card, due[day], at):
            outgoing.move(_question(dose.record_id, day), "follow_up", due[day])


def _question(record_id: UUID, day: int) -> str:
    return f"follow_up:{record_id}:{day}"


def _ask(record_id: UUID, day: int, token: str, card: PersonCard, due: datetime, at: datetime) -> bool:
    """Ask how a person is, with a link that opens the question without signing in; say whether it is a new question."""
    page = f"/so/tham/{token}" if token else "/so/cam-thay"
    facts = wording.hotlines() | {"name": wording.name(card), "link": wording.link(page, card.language)}
    return outgoing.queue(
        cause=_question(record_id, day), template="follow_up", facts=facts, person_id=card.id, at=at, due=due, late=True
    )


@telling
def follow_up_stopped(data: dict[str, Any], at: datetime) -> None:
    """A person wants no more questions: those that wait are not sent."""
    for record_id in {one.record_id for one in visits.visits_of(UUID(str(data["person_id"]))) if one.record_id}:
        for after in (safety.EARLY, *FOLLOW_UP_DAYS):
            outgoing.withdraw(_question(record_id, after), "stopped")


@telling
def record_corrected(data: dict[str, Any], at: datetime) -> None:
    """A record that was an error asks after nobody; a dose told for another day, or moved to its right person, is asked about there."""
    record_id = UUID(str(data["record_id"]))
    dose = immunizations.record(record_id)
    if dose is None:
        return
    if dose.status != "completed":
        for cause in (f"record:{record_id}", *(_question(record_id, after) for after in (safety.EARLY, *FOLLOW_UP_DAYS))):
            outgoing.withdraw(cause, "entered_in_error")
    elif {"on_date", "person"} & set(data.get("fields", ())) and safety_queries.follow_ups_of([record_id, immunizations.written_as(record_id)]):
        for after in FOLLOW_UP_DAYS:
            if clock.at_local(dose.on_date + timedelta(days=after), FOLLOW_UP_HOUR) <= at:
                outgoing.withdraw(_question(record_id, after), "past")
        _ask_after(dose, at, {})


@telling
def certificate_issued(data: dict[str, Any], at: datetime) -> None:
    """Tell that a certificate is ready, or that it was issued again and the old one is void."""
    found = certificates.certificate(UUID(str(data["certificate_id"])))
    if found is None or found.state != "issued":
        return
    card = people.person(found.person_id)
    if card is None:
        return
    facts = {"name": wording.name(card), "day": wording.day(found.on_date), "link": wording.link("/so", card.language)}
    template = "certificate_again" if data.get("how") == "reissued" else "certificate"
    outgoing.queue(cause=f"certificate:{found.id}", template=template, facts=facts, person_id=card.id, at=at)


# Cases that people opened themselves; what the house notices is nobody's business to be texted about.
ASKED_BY_PEOPLE = frozenset({"portal", "health_book", "hotline", "web", "counter"})


@telling
def case_opened(data: dict[str, Any], at: datetime) -> None:
    """Acknowledge what a person asked; a P1 alerts the point's phone at any hour."""
    case_id = UUID(str(data["case_id"]))
    found = cases.case(case_id, at)
    if found is None:
        return
    if found.line.channel in ASKED_BY_PEOPLE:
        facts = {"hour": wording.hour(found.line.due_at), "day": wording.short_day(found.line.due_at)}
        _tell_asker(found, "case_opened", f"case:{case_id}", facts, at)
    if found.line.priority == "P1" and found.line.site_id:
        site = places.site(found.line.site_id)
        if site is not None and site.phone:
            facts = {"code": found.line.code, "place": site.name}
            outgoing.queue(
                cause=f"alert:{case_id}", template="alert", facts=facts, at=at, contact=Contact(phone=_dialled(site.phone))
            )


def _dialled(phone: str) -> str:
    try:
        return phones.read_phone(phone).e164
    except Refused:
        return ""


@telling
def case_answered(data: dict[str, Any], at: datetime) -> None:
    """Say that there is an answer, or a question."""
    found = cases.case(UUID(str(data["case_id"])), at)
    if found is not None:
        _tell_asker(found, "case_answered", f"case_entry:{data['entry_id']}", {}, at)


@telling
def case_resolved(data: dict[str, Any], at: datetime) -> None:
    """Say that what a person asked is done."""
    found = cases.case(UUID(str(data["case_id"])), at)
    if found is not None and found.line.channel in ASKED_BY_PEOPLE and found.line.resolved_at:
        _tell_asker(found, "case_resolved", f"case:{found.line.id}:{found.line.resolved_at.isoformat()}", {}, at)


def _tell_asker(found: CaseView, template: str, cause: str, facts: dict[str, str], at: datetime) -> None:
    """To the contact that was left, else to the person of the record; nobody, when neither is known."""
    left = found.contact
    if not left.reachable and found.line.person_id is None:
        return
    card = people.person(found.line.person_id) if found.line.person_id else None
    to = Contact(_dialled(left.phone) if left.phone else "", left.email, left.language) if left.reachable else None
    language = left.language if left.reachable else wording.language_of(card)
    said = wording.hotlines() | {"code": found.line.code, "link": wording.link("/tra-cuu", language)} | facts
    outgoing.queue(
        cause=cause, template=template, facts=said, at=at, contact=to, person_id=None if to else found.line.person_id
    )
