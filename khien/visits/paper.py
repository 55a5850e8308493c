"""Paper: forms with serials, and a whole visit keyed from one of them, on the day or days later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.kernel import clock, codes
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Performed, VisitRef
from khien.people import queries as people
from khien.people.types import NewPerson
from khien.plumbing import audit
from khien.stock import queries as stock
from khien.visits import clinic, dose, ends, models, reception, sessions, steps
from khien.visits.states import ENDS, State
from khien.visits.types import ConsentGiven, DoseReceipt, PaperInfo, PaperKeyed, Warning

MOST_FORMS = 900
NEAR = timedelta(minutes=30)  # two hours on paper and on screen that close are one injection


@dataclass(frozen=True, slots=True)
class PaperScreening:
    """The screening part of a paper: as `clinic.record_screening` takes it; `doctor` as written."""

    decision: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    vitals: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    at: datetime | None = None
    doctor: str = ""
    doctor_id: UUID | None = None
    observe_minutes: int | None = None
    return_on: date | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaperDose:
    """The injection part of a paper: when, by whom, of which lot (known, or the number as written)."""

    at: datetime
    injector: str = ""
    injector_id: UUID | None = None
    lot_id: UUID | None = None
    vaccine: str = ""
    lot_number: str = ""


@dataclass(frozen=True, slots=True)
class PaperEnd:
    """How it ended on the paper: closed (with the hour of leaving), or one of the other ends."""

    end: str = "closed"
    at: datetime | None = None
    reason: str = ""
    return_on: date | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def print_forms(*, session_id: UUID, count: int, by: Actor, at: datetime) -> list[str]:
    """Make serials for a pack of forms of this session; each must be explained before the day closes.

    Raises Refused: visits.session_unknown, visits.session_closed, visits.forms_count (most).
    """
    session = sessions.session_of(session_id)
    if session.state in ("closed", "cancelled"):
        raise Refused("visits.session_closed", state=session.state)
    if not 1 <= count <= MOST_FORMS:
        raise Refused("visits.forms_count", most=MOST_FORMS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('paper_pack')")
        pack = int(cursor.fetchone()[0])
    serials = [codes.paper_serial(pack, sheet).text for sheet in range(1, count + 1)]
    models.PaperForm.objects.bulk_create(
        models.PaperForm(site_id=session.site_id, session_id=session_id, serial=serial, printed_at=at, printed_by=by.text)
        for serial in serials
    )
    audit.record("visits.forms_printed", by=by, at=at, subject=f"session:{session_id}", pack=pack, count=count)
    return serials


def void_form(*, serial: str, reason: str, by: Actor, at: datetime) -> None:
    """Say that a form was spoilt or never used. Raises Refused: visits.serial_unknown, visits.serial_settled, visits.reason_missing."""
    _explain(serial, "voided", reason, by, at)


def mark_missing(*, serial: str, reason: str, by: Actor, at: datetime) -> None:
    """List a form as missing; found later it can still be keyed. Raises as `void_form`."""
    _explain(serial, "missing", reason, by, at)


@transaction.atomic
def void_unused(*, session_id: UUID, reason: str, by: Actor, at: datetime) -> int:
    """Void every form of a session that is neither keyed nor explained (the rest of the pack, counted); returns how many."""
    if not reason.strip():
        raise Refused("visits.reason_missing")
    rows = models.PaperForm.objects.filter(session_id=session_id, state="printed")
    site_id = sessions.session_of(session_id).site_id
    steps.note("void_unused", reason, site_id=site_id, session_id=session_id, by=by, at=at)
    count = rows.update(state="voided", reason=reason.strip()[:200], settled_at=at, settled_by=by.text)
    audit.record("visits.forms_voided", by=by, at=at, subject=f"session:{session_id}", count=count)
    return count


@transaction.atomic
def _explain(serial: str, state: str, reason: str, by: Actor, at: datetime) -> None:
    if not reason.strip():
        raise Refused("visits.reason_missing")
    row = _form(serial)
    if row.state == "keyed":
        raise Refused("visits.serial_settled", serial=row.serial, state=row.state)
    row.state, row.reason, row.settled_at, row.settled_by = state, reason.strip()[:200], at, by.text
    row.save()
    audit.record(f"visits.form_{state}", by=by, at=at, subject=f"session:{row.session_id}", serial=row.serial)


def _form(serial: str) -> models.PaperForm:
    """The form of a serial, locked. Raises Refused: codes.*, visits.serial_unknown."""
    text = codes.read_paper_serial(serial).text
    row = models.PaperForm.objects.select_for_update().filter(serial=text).first()
    if row is None:
        raise Refused("visits.serial_unknown", serial=text)
    return row


def form_info(row: models.PaperForm) -> PaperInfo:
    return PaperInfo(row.serial, row.state, row.visit_id, row.reason, row.printed_at)


@transaction.atomic
def key_paper(
    *,
    serial: str,
    session_id: UUID,
    person_id: UUID | None = None,
    new_person: NewPerson | None = None,
    appointment_code: str = "",
    received_at: datetime,
    consent: ConsentGiven,
    consent_at: datetime | None = None,
    screening: PaperScreening | None = None,
    dose_given: PaperDose | None = None,
    end: PaperEnd | None = None,
    identity_how: str = "typed",
    priority_group: str = "",
    another_injection: bool = False,
    by: Actor,
    at: datetime,
) -> PaperKeyed:
    """Key a whole visit from its paper in one transaction: hours and names as written, recorded now.

    The same injection that a screen (or another keying) already recorded is recognised, also where the paper writes its person as new
    or names a slip: the paper is joined to that visit and nothing is written twice. `another_injection` says that it was a second
    needle: both doses are kept, with a case.
    Raises Refused: visits.serial_unknown, visits.serial_settled, visits.serial_of_another_session, visits.hours_out_of_order,
    visits.paper_day (on_date), visits.paper_differs (number, dosed_at), and those of each step.
    """
    form = _form(serial)
    if form.session_id != session_id:
        raise Refused("visits.serial_of_another_session", serial=form.serial)
    session = sessions.session_of(session_id)
    told = _told_of(person_id, new_person, appointment_code)
    if form.state == "keyed":
        return _keyed_before(form, told)
    if form.state == "voided":
        raise Refused("visits.serial_settled", serial=form.serial, state=form.state)
    _check_hours(session.on_date, received_at, screening, dose_given, end)
    known = None if another_injection else _on_record(session_id, told, dose_given)
    if known is not None:
        _settle(form, known.id, known.person_id, by, at)
        return _joined(known, form.serial)
    received = reception.check_in(
        session_id=session_id, identity_how=identity_how, performed=_by(received_at), by=by, at=at, person_id=person_id,
        new_person=new_person, appointment_code=appointment_code, priority_group=priority_group, paper_serial=form.serial,
        from_paper=True, again=another_injection,
    )  # fmt: skip
    steps.move(
        received.visit, State(received.state), action="join_paper", by=by, at=at, sources=(received.state,), silent=True,
        paper_serial=form.serial, facts={"serial": form.serial},
    )  # fmt: skip
    given, warnings = _play(received.visit, received_at, consent, consent_at, screening, dose_given, end, by, at)
    _settle(form, received.visit.visit_id, received.person_id, by, at)
    row = steps.visit_row(received.visit)
    return PaperKeyed(received.visit, form.serial, row.label, row.state, given, (*received.warnings, *warnings))


def _told_of(person_id: UUID | None, new_person: NewPerson | None, code: str) -> UUID | None:
    """Whom the paper tells of, where the record knows them: a person written as new may be on it already. Raises as `reception.called`."""
    if code:
        return reception.called(code, person_id)[0]
    if person_id is None and new_person is not None:
        (met,) = people.match_many([new_person])
        return met.same
    return person_id


def _by(at: datetime, name: str = "", staff_id: UUID | None = None) -> Performed:
    return Performed(at, clock.on_date(at), staff_id, name)


def _check_hours(
    on: date, received_at: datetime, screening: PaperScreening | None, given: PaperDose | None, end: PaperEnd | None
) -> None:
    """The hours of a paper follow each other on the session's day."""
    hours = [received_at, screening.at if screening else None, given.at if given else None, end.at if end else None]
    told = [hour for hour in hours if hour is not None]
    if told != sorted(told):
        raise Refused("visits.hours_out_of_order")
    if any(clock.on_date(hour) != on for hour in told):
        raise Refused("visits.paper_day", on_date=on)


def _on_record(session_id: UUID, person_id: UUID | None, given: PaperDose | None) -> models.Visit | None:
    """The visit in which this paper's story is on record: same person and session; same lot about the same hour, or no dose at all."""
    if person_id is None:
        return None
    rows = models.Visit.objects.filter(session_id=session_id, person_id__in=people.ids_of(person_id)).order_by("number")
    dosed = [row for row in rows if row.record_id is not None]
    if given is None and not dosed:
        return next((row for row in rows if State(row.state) in ENDS), None)
    for row in dosed:
        if given is not None and _same_injection(row, given):
            return row
        raise Refused("visits.paper_differs", number=row.label, dosed_at=row.dosed_at)
    return None


def _same_injection(row: models.Visit, given: PaperDose) -> bool:
    """Say whether the paper tells of the needle that this visit has on record."""
    written = stock.lot_by_number(given.vaccine or row.vaccine, given.lot_number) if given.lot_number else None
    lot_id = given.lot_id or (written.id if written else None)
    return row.lot_id == lot_id and row.dosed_at is not None and abs(row.dosed_at - given.at) <= NEAR


def _keyed_before(form: models.PaperForm, person_id: UUID | None) -> PaperKeyed:
    """The same paper keyed again gives the receipt of the first time. Raises Refused visits.serial_settled for another person."""
    row = models.Visit.objects.filter(site_id=form.site_id, id=form.visit_id).first() if form.visit_id else None
    if row is None or (person_id and people.current_id(person_id) != people.current_id(row.person_id)):
        raise Refused("visits.serial_settled", serial=form.serial, state=form.state)
    return _joined(row, form.serial)


def _joined(row: models.Visit, serial: str) -> PaperKeyed:
    given = dose.receipt_of(row, repeat=True) if row.record_id else None
    return PaperKeyed(VisitRef(row.site_id, row.id), serial, row.label, row.state, given, (), already=True)


def _settle(form: models.PaperForm, visit_id: UUID, person_id: UUID, by: Actor, at: datetime) -> None:
    form.state, form.visit_id, form.settled_at, form.settled_by = "keyed", visit_id, at, by.text
    form.save()
    audit.record("visits.form_keyed", by=by, at=at, subject=f"visit:{visit_id}", person=person_id, serial=form.serial)


def _play(
    visit: VisitRef,
    received_at: datetime,
    consent: ConsentGiven,
    consent_at: datetime | None,
    screening: PaperScreening | None,
    given: PaperDose | None,
    end: PaperEnd | None,
    by: Actor,
    at: datetime,
) -> tuple[DoseReceipt | None, tuple[Warning, ...]]:
    """Take the steps that the paper tells, from where the visit stands."""
    row = steps.visit_row(visit)
    if row.state == State.CHECKED_IN:
        clinic.consent(visit=visit, given=consent, performed=_by(consent_at or received_at), by=by, at=at)
    told: tuple[Warning, ...] = ()
    if screening is not None and consent.agreed:
        told = _screen(visit, screening, received_at, by, at)
    receipt = None
    if given is not None:
        receipt = dose.give_dose(
            visit=visit, lot_id=given.lot_id, vaccine=given.vaccine, lot_number=given.lot_number,
            performed=_by(given.at, given.injector, given.injector_id), by=by, at=at, already_injected=True, from_paper=True,
        )  # fmt: skip
    _end(visit, given, end, by, at)
    return receipt, told


def _screen(visit: VisitRef, told: PaperScreening, received_at: datetime, by: Actor, at: datetime) -> tuple[Warning, ...]:
    """Keep the doctor's decision as written. What the paper leaves blank is named and does not undo what was done."""
    row = steps.visit_row(visit)
    if row.state not in (State.CONSENTED, State.CLEARED):
        return ()
    answers, reason = told.answers, told.reason
    proposal = clinic.propose(visit=visit, answers=answers, vitals=told.vitals)
    blank = [missing.code for missing in proposal.missing]
    clinic.record_screening(
        visit=visit, answers=answers, vitals=told.vitals, decision=told.decision, reason=reason, observe_minutes=told.observe_minutes,
        return_on=told.return_on, detail=told.detail, performed=_by(told.at or received_at, told.doctor, told.doctor_id), by=by, at=at,
        as_on_paper=True,
    )  # fmt: skip
    return (Warning("visits.paper_incomplete", {"missing": blank}),) if blank else ()


def _end(visit: VisitRef, given: PaperDose | None, end: PaperEnd | None, by: Actor, at: datetime) -> None:
    """Bring the visit to the end that the paper tells; a dose without an hour of leaving ends when its minutes were over."""
    row = steps.visit_row(visit)
    if State(row.state) in ENDS:
        return
    if end is not None and end.end != "closed":
        ended = end.at or (given.at if given else row.checked_in_at)
        ends.end(
            visit=visit, end=end.end, reason=end.reason or "as_on_paper", detail=end.detail, return_on=end.return_on, performed=_by(ended),
            by=by, at=at,
        )  # fmt: skip
    elif row.dosed_at is not None and row.observe_until is not None:
        left = end.at if end and end.at else row.observe_until
        if left > at:
            return  # keyed on the spot: the person is still under observation
        if left < row.observe_until:
            ends.end(visit=visit, end=State.LEFT_EARLY.value, reason="as_on_paper", performed=_by(left), by=by, at=at)
        else:
            ends.close(visit=visit, performed=_by(left), by=by, at=at)
