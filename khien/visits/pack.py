"""The session pack: all that the desks of one session need to draw themselves, as JSON, with few facts of each person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.access import queries as access
from khien.access.roles import DESK_ROLES, ROLES
from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.campaigns import queries as campaigns
from khien.campaigns import rules as campaign_rules
from khien.campaigns.types import PastDose, Recipient
from khien.immunizations import queries as immunizations
from khien.kernel.refs import Scope
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.registration import queries as registrations
from khien.registration.types import DeclaredDoses
from khien.visits import models, rules, sessions
from khien.visits.forms import vital_kinds
from khien.visits.offline import plain
from khien.visits.screening_types import Form
from khien.visits.states import LABELS, NEXT

VERSION = 1
ADULT, CHILD = 30, 10  # ages that stand for the two forms


def session_pack(session_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Everything the desks of a session draw themselves from; values are JSON's own, days and moments as ISO text.

    Personal facts are few: codes, name, birth, sex, last four of the number, the dose due. Raises Refused visits.session_unknown.
    """
    session = sessions.session_of(session_id)
    book = campaigns.rulebook(session.on_date)
    pack = {
        "version": VERSION, "made_at": at, "rules_version": campaigns.rules_version(), "session": _session(session),
        "staff": _staff(session, at), "lots": _lots(session), "vaccines": [_vaccine(book, code, session.on_date) for code in session.vaccines],
        "names": {code: [one.short_vi, one.short_en] for code, one in book.vaccines.items()},  # of doses from elsewhere too
        "forms": _forms(session.on_date), "vitals": [asdict(kind) for kind in vital_kinds().values()], "consent": _consent(session.on_date),
        "states": {"labels": {state.value: list(words) for state, words in LABELS.items()}, "next": {s.value: sorted(n) for s, n in NEXT.items()}},
        "minutes": book.on(session.on_date).observation_minutes(), "appointments": _appointments(session),
        "visits": [_visit(row) for row in models.Visit.objects.filter(session_id=session_id).order_by("number")],
        "walk_ins": _walk_ins(session_id),
    }  # fmt: skip
    read: dict[str, Any] = plain(pack)
    return read


def _session(session: SessionInfo) -> dict[str, Any]:
    site = session.site
    return {
        "id": session.id, "site_id": session.site_id, "on_date": session.on_date, "shift": session.shift, "starts_at": session.starts_at,
        "ends_at": session.ends_at, "state": session.state, "mode": session.mode, "tables": session.tables, "site": site.name,
        "address": site.address, "hospital": site.hospital, "hospital_phone": site.hospital_phone, "vaccines": list(session.vaccines),
    }  # fmt: skip


def _staff(session: SessionInfo, at: datetime) -> list[dict[str, Any]]:
    """Who may stand at this session's desks, for the choice of the one who did it."""
    scopes = [
        Scope("session", str(session.id)),
        Scope("site", str(session.site_id)),
        Scope("facility", str(session.facility_id)),
    ]
    found: dict[UUID, dict[str, Any]] = {}
    for scope in scopes:
        for card in access.staff_at(scope, roles=DESK_ROLES, at=at):
            roles = sorted({post.role for post in card.posts if post.role in DESK_ROLES})
            found.setdefault(
                card.id,
                {
                    "id": card.id,
                    "name": card.full_name,
                    "title": card.title,
                    "roles": roles,
                    "labels": [ROLES[r] for r in roles],
                },
            )
    return list(found.values())


def _lots(session: SessionInfo) -> list[dict[str, Any]]:
    return [
        {
            "id": lot.id, "number": lot.number, "vaccine": lot.vaccine, "expires_on": lot.expires_on, "state": lot.state,
            "doses_per_vial": lot.doses_per_vial, "paused": row.paused_at is not None,
        }
        for row, lot in sessions.chosen_lots(session.id)
    ]  # fmt: skip


def _vaccine(book: campaign_rules.RuleBook, code: str, on: date) -> dict[str, Any]:
    known = book.vaccines.get(code)
    minutes = book.on(on).observation_minutes(code)
    if known is None:
        return {"code": code, "vi": code, "en": code, "minutes": minutes}
    return {
        "code": code,
        "vi": known.short_vi,
        "en": known.short_en,
        "minutes": minutes,
        "use_within_hours": known.use_within_hours,
    }


def _forms(on: date) -> dict[str, Any]:
    """The screening forms of the day, by audience, worded."""
    return {name: _form(rules.form_for(on, age)) for name, age in (("adult", ADULT), ("child", CHILD))}


def _form(choice: Any) -> dict[str, Any]:
    form: Form = choice.form
    items = [
        {"no": i.no, "code": i.code, "vi": i.vi, "en": i.en, "detail": i.detail, "computed": i.computed, "not_sex": i.not_sex,
         "age_from": i.age_from, "age_to": i.age_to}
        for i in form.items
    ]  # fmt: skip
    return {
        "code": form.code, "vi": form.title_vi, "en": form.title_en, "note_vi": choice.note_vi, "note_en": choice.note_en, "items": items,
        "background": [{"code": fact.code, "vi": fact.vi, "en": fact.en} for fact in form.background],
    }  # fmt: skip


def _consent(on: date) -> dict[str, Any]:
    texts = {"adult": campaigns.consent_text(for_minor=False, on=on), "minor": campaigns.consent_text(for_minor=True, on=on)}
    return {name: {"version": text.version, "vi": text.text_vi, "en": text.text_en} for name, text in texts.items()}


def _appointments(session: SessionInfo) -> list[dict[str, Any]]:
    """Who is expected, with what the desks need to know them by."""
    entries = [entry for entry in booking.day_list(session.id) if entry.appointment.state in ("active", "arrived")]
    known = immunizations.known_of({entry.card.id: (entry.card.birth, entry.card.sex) for entry in entries})
    slips = registrations.codes_of(entry.appointment.registration_id for entry in entries)
    declared = registrations.declared_doses(known)
    return [
        {
            "id": entry.appointment.id, "code": entry.appointment.code, "registration_code": slips.get(entry.appointment.registration_id, ""), "starts_at": entry.appointment.starts_at,
            "vaccine": entry.appointment.vaccine, "state": entry.appointment.state, **_few(entry.card),
            **_due(session, *known[entry.card.id], entry.appointment.vaccine),
            **_declared(declared.get(entry.card.id), known[entry.card.id][1]),
        }
        for entry in entries
    ]  # fmt: skip


def _few(card: PersonCard) -> dict[str, Any]:
    """The few facts by which a desk knows a person."""
    return {
        "person_id": card.id, "name": card.full_name, "birth": card.birth.iso(), "sex": card.sex,
        "last4": card.identifier_masked[-4:] if card.identifier_masked else "", "identity": card.identity_state,
    }  # fmt: skip


def _declared(told: DeclaredDoses | None, past: Iterable[PastDose]) -> dict[str, Any]:
    """The doses that somebody said they had and that the record does not hold."""
    return {"declared": asdict(told)} if told and told.unrecorded(dose.on_date for dose in past) else {}


def _due(session: SessionInfo, person: Recipient, past: Iterable[PastDose], vaccine: str) -> dict[str, Any]:
    """Which dose it would be today, or the code and day of why not."""
    recipient = replace(person, province=session.place.province_2021)
    verdict = campaign_rules.check_dose(campaigns.rulebook(session.on_date), recipient, past, vaccine, session.on_date)
    due = {"dose_type": verdict.dose_type.value, "ordinal": verdict.ordinal}
    return {"due": due} if verdict.allowed else {"due": {**due, "code": verdict.code, "earliest_on": verdict.earliest_on}}


def _visit(row: models.Visit) -> dict[str, Any]:
    return {
        "id": row.id, "number": row.number, "letter": row.letter, "code": row.code, "person_id": row.person_id, "state": row.state, "vaccine": row.vaccine,
        "observe_until": row.observe_until, "appointment_id": row.appointment_id,
    }  # fmt: skip


def _walk_ins(session_id: UUID) -> list[dict[str, Any]]:
    """The few facts of everyone received who is not on the list of appointments."""
    rows = models.Visit.objects.filter(session_id=session_id, appointment_id__isnull=True)
    return [_few(card) for card in people.cards_of(rows.values_list("person_id", flat=True)).values()]
