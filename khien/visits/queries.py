"""Reads of the day: who waits where, who is watched, how the session stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q

from khien.booking import queries as booking
from khien.immunizations import queries as immunizations
from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.kernel.refs import VisitRef
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.plumbing import once
from khien.registration import queries as registrations
from khien.visits import models, paper, sessions, twins
from khien.visits.ends import minutes_left
from khien.visits.evidence import identity_hows
from khien.visits.pack import session_pack
from khien.visits.reception import nobody
from khien.visits.sessions import checklist_lines, open_work
from khien.visits.standing import highest_number, is_stopped, lots_chosen, standings
from khien.visits.states import ENDS, LABELS, State
from khien.visits.stopping import stopped as _stop_note
from khien.visits.types import PaperInfo
from khien.visits.views import ConsentView, DaySummary, NoteView, ScreeningView, SessionBoard, VisitCard, VisitStory, Watched
from khien.visits.watching import desk_rows, numbers, pulse

__all__ = [
    "ENDS", "LABELS", "checklist", "checklist_lines", "day_summary", "desk_rows", "given_at", "highest_number", "identity_hows", "is_stopped", "lots_chosen", "nobody", "notes_of", "numbers", "observation_board", "open_work", "paper_form", "papers", "pulse", "queue", "session_board", "session_pack", "standings", "story", "visit",
    "visit_by_code", "visit_by_number", "visit_by_record", "visits_of", "visits_of_session",
]  # fmt: skip

# Whom each desk serves next.
QUEUES: dict[str, tuple[State, ...]] = {
    "reception": (State.CHECKED_IN,),
    "screening": (State.CHECKED_IN, State.CONSENTED),
    "injection": (State.CLEARED,),
    "observation": (State.DOSED,),
    "closing": (State.OBSERVED,),
}


def visit(ref: VisitRef | UUID) -> VisitCard | None:
    """The visit, by reference or id."""
    rows = (
        models.Visit.objects.filter(id=ref.visit_id, site_id=ref.site_id)
        if isinstance(ref, VisitRef)
        else models.Visit.objects.filter(id=ref)
    )
    return next(iter(_cards(rows)), None)


def holder_of_code(code: str) -> UUID | None:
    """Whose visit has this code, in one statement whether anybody has it or not."""
    return models.Visit.objects.filter(code=code).values_list("person_id", flat=True).first()


def visit_by_code(code: str, *, session_id: UUID | None = None) -> VisitCard | None:
    """The visit of a slip: its own code, the code of the appointment that brought the person, or of the person's registration."""
    try:
        text = codes.read_slip_code(code)
    except Refused:
        return None
    rows = models.Visit.objects.filter(code=text)
    found = next(iter(_cards(twins.standing(row) for row in rows)), None)
    if found is None:
        appointment = booking.appointment(text)
        slip = appointment or registrations.registration_by_code(text)
        if slip is None:
            return None
        rows = models.Visit.objects.filter(person_id__in=people.ids_of(slip.person_id)).order_by("-checked_in_recorded_at")
        rows = rows.filter(appointment_id=appointment.id) if appointment else rows.filter(joined_to__isnull=True)
        rows = rows.filter(session_id=session_id) if session_id else rows
        found = next(iter(_cards(rows[:1])), None)
    return found


def visit_by_number(session_id: UUID, number: int | str) -> VisitCard | None:
    """The visit of a queue number, 7 or B7."""
    told = str(number).strip().upper()
    letter = told.rstrip("0123456789")
    if not told[len(letter) :] or len(told) > 12:
        return None
    return next(iter(_cards(models.Visit.objects.filter(session_id=session_id, letter=letter, number=int(told[len(letter) :])))), None)


def visit_by_record(record_id: UUID) -> VisitCard | None:
    """The visit at which this record's dose was given."""
    record = immunizations.record(record_id)
    if record is None or record.visit_id is None or record.site_id is None:
        return None
    return visit(VisitRef(record.site_id, record.visit_id))


def given_at(record_id: UUID) -> UUID | None:
    """The visit at which this dose was given, also where it was recorded for another person at first."""
    record = immunizations.latest(immunizations.written_as(record_id))
    return record.visit_id if record else None


def visits_of(person_id: UUID) -> list[VisitCard]:
    """Every visit of a person, the latest first."""

    def fetch(ids: list[UUID]) -> Iterable[tuple[UUID, models.Visit]]:
        return ((row.person_id, row) for row in models.Visit.objects.filter(person_id__in=ids))

    rows = once.rows("visits.of_person", people.ids_of(person_id), fetch)
    return _cards(sorted(rows, key=lambda row: (row.on_date, row.checked_in_at), reverse=True))


def _keep(ids: list[UUID], told: list[dict[str, Any]]) -> None:
    once.keep("visits.of_person", ids, ((row.person_id, row) for row in (once.instance(models.Visit, one) for one in told)))


VISITS = once.Part("visits_told(x.ids)", _keep)


def visits_of_session(session_id: UUID, *, states: Iterable[str] = (), after: int = 0, limit: int = 200) -> list[VisitCard]:
    """Visits of a session by number, paged by it; `states` narrows."""
    rows = models.Visit.objects.filter(session_id=session_id, number__gt=after, joined_to__isnull=True).order_by("number", "letter")
    wanted = list(states)
    return _cards((rows.filter(state__in=wanted) if wanted else rows)[:limit])


def queue(session_id: UUID, desk: str, *, limit: int = 100) -> list[VisitCard]:
    """Who waits at a desk, by number; those under observation by the end of their minutes."""
    states = QUEUES.get(desk)
    if states is None:
        raise LookupError(desk)
    order = ("observe_until", "number") if desk == "observation" else ("number", "letter")
    return _cards(
        models.Visit.objects.filter(session_id=session_id, state__in=[s.value for s in states]).order_by(*order)[:limit]
    )


def story(ref: VisitRef) -> VisitStory | None:
    """A visit with all its consents and screenings."""
    card = visit(ref)
    if card is None:
        return None
    consents = models.Consent.objects.filter(site_id=ref.site_id, visit_id=ref.visit_id).order_by("recorded_at", "id")
    screenings = models.Screening.objects.filter(site_id=ref.site_id, visit_id=ref.visit_id).order_by("version")
    undone = models.Visit.objects.values_list("undone", flat=True).get(site_id=ref.site_id, id=ref.visit_id)
    return VisitStory(
        card, tuple(_consent(row) for row in consents), tuple(_screening(row) for row in screenings), tuple(undone), notes_of(card.session_id, ref)
    )  # fmt: skip


def notes_of(session_id: UUID, ref: VisitRef | None = None) -> tuple[NoteView, ...]:
    """Why things were done at a session, or to one visit: in order."""
    rows = models.Note.objects.filter(session_id=session_id).order_by("recorded_at", "id")
    rows = rows.filter(visit_id=ref.visit_id) if ref else rows
    return tuple(NoteView(row.action, row.text, row.before, row.recorded_at, row.recorded_by) for row in rows)


def _consent(row: models.Consent) -> ConsentView:
    name = settings.KEYS.open(row.guardian_name_cipher, purpose="name")
    return ConsentView(
        row.agreed, row.signer, row.how, row.text_version, name, row.relation, row.mixing_agreed, row.performed_at
    )


def _screening(row: models.Screening) -> ScreeningView:
    return ScreeningView(
        row.version, row.form, row.answers, row.vitals, row.proposal, tuple(row.proposal_reasons), row.decision, row.decision_reason,
        row.performed_at, row.performed_by_name, row.recorded_at,
    )  # fmt: skip


def observation_board(session_id: UUID, *, now: datetime) -> list[Watched]:
    """Everyone under observation, who has waited enough first, with each one's minutes left."""
    rows = list(models.Visit.objects.filter(session_id=session_id, state=State.DOSED.value).order_by("observe_until", "number"))
    shown = people.cards_of([row.person_id for row in rows])
    return [_watched(row, shown.get(row.person_id), now) for row in rows if row.dosed_at and row.observe_until]


def _watched(row: models.Visit, card: PersonCard | None, now: datetime) -> Watched:
    assert row.dosed_at is not None
    assert row.observe_until is not None
    return Watched(
        VisitRef(row.site_id, row.id), row.label, card.full_name if card else "", card.birth if card else None, row.vaccine, row.dosed_at,
        row.observe_until, row.observe_minutes, minutes_left(row.observe_until, now), row.state,
    )  # fmt: skip


def session_board(session_id: UUID) -> SessionBoard:
    """The counts of every desk's top line."""
    session = sessions.session_of(session_id)
    counts = Counter(dict(models.Visit.objects.filter(session_id=session_id, joined_to__isnull=True).values_list("state").annotate(n=Count("id"))))
    dosed = models.Visit.objects.filter(session_id=session_id, record_id__isnull=False).count()
    signed = models.Checklist.objects.filter(session_id=session_id).order_by("-signed_at", "-id").first()
    lots = [
        {
            "lot_id": lot.id, "number": lot.number, "vaccine": lot.vaccine, "expires_on": lot.expires_on, "paused": row.paused_at is not None,
            "state": lot.state, "chosen_at": row.chosen_at,
        }
        for row, lot in sessions.chosen_lots(session_id)
    ]  # fmt: skip
    return SessionBoard(
        session_id, session.state, {state.value: counts.get(state.value, 0) for state in State}, sum(counts.values()), dosed,
        paper_counts(session_id), signed.signed_at if signed else None, tuple(lots),
    )  # fmt: skip


def in_queue(session_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many have come to each of these sessions and still wait for the doctor or the injection."""
    waiting = [state.value for state in (State.CHECKED_IN, State.CONSENTED, State.CLEARED)]
    rows = models.Visit.objects.filter(session_id__in=list(session_ids), state__in=waiting, joined_to__isnull=True)
    return dict(rows.values_list("session_id").annotate(n=Count("id")))


def paper_counts(session_id: UUID) -> dict[str, int]:
    """Forms of a session by what became of them."""
    found = dict(models.PaperForm.objects.filter(session_id=session_id).values_list("state").annotate(n=Count("id")))
    return {state: found.get(state, 0) for state in ("printed", "keyed", "voided", "missing")}


def papers_open(session_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many printed forms of each of these sessions nobody has explained; sessions without any are left out."""
    rows = models.PaperForm.objects.filter(session_id__in=list(session_ids), state="printed")
    return dict(rows.values_list("session_id").annotate(n=Count("id")))


def papers(session_id: UUID, *, state: str = "") -> list[PaperInfo]:
    """The forms printed for a session."""
    rows = models.PaperForm.objects.filter(session_id=session_id).order_by("serial")
    return [paper.form_info(row) for row in (rows.filter(state=state) if state else rows)]


def paper_form(serial: str) -> tuple[PaperInfo, UUID] | None:
    """A form and its session, by serial."""
    try:
        text = codes.read_paper_serial(serial).text
    except Refused:
        return None
    row = models.PaperForm.objects.filter(serial=text).first()
    return (paper.form_info(row), row.session_id) if row else None


def stop_of(session_id: UUID) -> NoteView | None:
    """Why a doctor has stopped this session, by whom and since when; None when it runs."""
    row = _stop_note(session_id)
    return NoteView(row.action, row.text, row.before, row.recorded_at, row.recorded_by) if row else None


def checklist(session_id: UUID) -> dict[str, Any] | None:
    """The checklist as last signed, with its overrides."""
    row = models.Checklist.objects.filter(session_id=session_id).order_by("-signed_at", "-id").first()
    return (
        {"items": row.items, "overrides": row.overrides, "signed_at": row.signed_at, "signed_by": row.signed_by}
        if row
        else None
    )


def day_summary(session_id: UUID) -> DaySummary:
    """The session's day in the columns of the daily report."""
    rows = models.Visit.objects.filter(session_id=session_id, joined_to__isnull=True)
    by_state = dict(rows.values_list("state").annotate(n=Count("id")))
    doses = rows.filter(record_id__isnull=False).values_list("vaccine", "dose_type", "ordinal").annotate(n=Count("id"))
    groups = dict(rows.filter(record_id__isnull=False).values_list("priority_group").annotate(n=Count("id")))
    return DaySummary(
        session_id=session_id, received=sum(by_state.values()), walk_ins=rows.filter(walk_in=True).count(),
        ends={end.value: by_state.get(end.value, 0) for end in sorted(ENDS)},
        doses={f"{vaccine} {dose_type} {ordinal}": n for vaccine, dose_type, ordinal, n in doses}, by_group=groups,
        marked=rows.filter(record_id__isnull=False).exclude(marks=[]).count(), papers=paper_counts(session_id),
        open_people=rows.filter(~Q(state__in=[end.value for end in ENDS])).count(),
    )  # fmt: skip


def _cards(rows: Iterable[models.Visit]) -> list[VisitCard]:
    """Visits with their people, two look-ups for all."""
    several = list(rows)
    shown = people.cards_of([row.person_id for row in several])
    return [_card(row, shown.get(row.person_id)) for row in several]


def _card(row: models.Visit, person: PersonCard | None) -> VisitCard:
    return VisitCard(
        ref=VisitRef(row.site_id, row.id), session_id=row.session_id, person_id=row.person_id, number=row.label, code=row.code,
        state=row.state, on_date=row.on_date, full_name=person.full_name if person else "", birth=person.birth if person else None,
        sex=person.sex if person else "", identifier_masked=person.identifier_masked if person else "",
        identity_state=person.identity_state if person else "", identity_how=row.identity_how, walk_in=row.walk_in,
        appointment_id=row.appointment_id, priority_group=row.priority_group, paper_serial=row.paper_serial, vaccine=row.vaccine,
        lot_id=row.lot_id, dose_type=row.dose_type, ordinal=row.ordinal, record_id=row.record_id, checked_in_at=row.checked_in_at,
        dosed_at=row.dosed_at, dosed_recorded_at=row.dosed_recorded_at, dosed_by=row.dosed_by or "", observe_minutes=row.observe_minutes,
        observe_until=row.observe_until, observed_at=row.observed_at, ended_at=row.ended_at, end_reason=row.end_reason,
        end_detail=row.end_detail, return_on=row.return_on,
    )  # fmt: skip


def count_facts(visit_id: UUID) -> dict[str, Any] | None:
    """What the boards count of one visit, without a name; the fields of `reporting.rules.VisitFacts`."""
    row = models.Visit.objects.filter(id=visit_id).first()
    return _count_facts(row, immunizations.standing([row.record_id] if row.record_id else [])) if row else None


def count_facts_of(session_ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """The same of every visit of these sessions: what a day's report must equal."""
    rows = list(models.Visit.objects.filter(session_id__in=list(session_ids), joined_to__isnull=True))
    recorded = immunizations.standing(row.record_id for row in rows if row.record_id)
    return [_count_facts(row, recorded) for row in rows]


def _count_facts(row: models.Visit, recorded: Mapping[UUID, immunizations.Standing]) -> dict[str, Any]:
    """A visit with its dose as the record says it now."""
    dose = recorded.get(row.record_id) if row.record_id else None
    kind = dose or row
    return {
        "on_date": row.on_date, "site_id": row.site_id, "session_id": row.session_id, "state": row.state,
        "dosed": row.dosed_at is not None and dose is not None and dose.given, "observed": row.observed_at is not None,
        "vaccine": kind.vaccine, "dose_type": kind.dose_type, "ordinal": kind.ordinal, "group": row.priority_group,
        "home_2021": row.home_commune_2021, "home_2025": row.home_commune_2025, "paper": bool(row.paper_serial),
        "dosed_at": row.dosed_at, "dosed_recorded_at": row.dosed_recorded_at, "joined": row.joined_to is not None,
    }  # fmt: skip


def busy_hours(session_ids: Iterable[UUID]) -> list[tuple[UUID, int, int]]:
    """Hours of these sessions: session, doses given in the hour, people received who still waited for theirs at its end."""
    ids = [str(one) for one in session_ids]
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, [ids, ids])
        return [(UUID(str(session_id)), int(doses), int(waiting)) for session_id, doses, waiting in cursor.fetchall()]


_BUSY = """
SELECT session_id, sum(dosed), sum(sum(came)) OVER (PARTITION BY session_id ORDER BY hour) FROM (
  SELECT session_id, date_trunc('hour', checked_in_at) AS hour, 1 AS came, 0 AS dosed FROM visit WHERE session_id = ANY(%s::uuid[])
  UNION ALL
  SELECT session_id, date_trunc('hour', coalesce(dosed_at, ended_at)), -1, (dosed_at IS NOT NULL)::int FROM visit
  WHERE session_id = ANY(%s::uuid[]) AND coalesce(dosed_at, ended_at) IS NOT NULL
) moved GROUP BY session_id, hour
"""
