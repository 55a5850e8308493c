"""A session's day: the signed checklist, opening, pausing, lots, help, closing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.access import actions as access
from khien.booking import actions as booking
from khien.booking import queries as sessions
from khien.booking.types import SessionInfo
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, VisitRef
from khien.plumbing import audit, outbox
from khien.stock import actions as stock_actions
from khien.stock import queries as stock
from khien.stock.types import LotInfo
from khien.visits import checklist, models, steps
from khien.visits.states import State
from khien.visits.types import ChecklistItem, OpenWork

WAITING = (State.CHECKED_IN.value, State.CONSENTED.value, State.CLEARED.value)
INSIDE = (*WAITING, State.DOSED.value, State.OBSERVED.value)
STOPS = ("stop_session", "release_session")  # notes of a doctor's stop and of its release (see `stopping`)
DESKS = ("reception", "screening", "injection", "observation", "closing", "paper", "lead")


def session_of(session_id: UUID) -> SessionInfo:
    """The session. Raises Refused visits.session_unknown."""
    found = sessions.session(session_id)
    if found is None:
        raise Refused("visits.session_unknown")
    return found


def chosen_lots(session_id: UUID) -> list[tuple[models.SessionLot, LotInfo]]:
    """The lots chosen for a session, with what the store knows of them."""
    rows = list(models.SessionLot.objects.filter(session_id=session_id).order_by("chosen_at"))
    known = stock.lots((row.lot_id for row in rows), rows[0].site_id if rows else None)
    return [(row, known[row.lot_id]) for row in rows]


def lots_ready(session: SessionInfo) -> bool:
    """Say whether every vaccine offered has a chosen lot that may be used on the day."""
    ready = {
        lot.vaccine
        for row, lot in chosen_lots(session.id)
        if row.paused_at is None and stock.rules.can_use(lot, session.on_date)
    }
    return bool(session.vaccines) and set(session.vaccines) <= ready


def checklist_lines(session_id: UUID, items: Mapping[str, Mapping[str, Any]] | None = None) -> tuple[ChecklistItem, ...]:
    """The list as it would be judged now; without items, as it was last signed."""
    session = session_of(session_id)
    if items is None:
        signed = models.Checklist.objects.filter(session_id=session_id).order_by("-signed_at", "-id").first()
        items = signed.items if signed else {}
    return checklist.judge(items, on=session.on_date, lots_ok=lots_ready(session))


@transaction.atomic
def sign_checklist(
    *,
    session_id: UUID,
    items: Mapping[str, Mapping[str, Any]],
    overrides: Iterable[Mapping[str, str]] = (),
    by: Actor,
    at: datetime,
) -> UUID:
    """Sign the opening checklist; a missing line is overridden with a name and a reason, adrenaline and doctor never.

    Raises Refused: visits.session_unknown, visits.session_closed, visits.checklist_missing, visits.checklist_never_overridden,
    visits.override_needs_name_and_reason, visits.checklist_unknown_item, visits.checklist_unreadable.
    """
    session = session_of(session_id)
    if session.state in ("closed", "cancelled"):
        raise Refused("visits.session_closed", state=session.state)
    lines = checklist.judge(items, on=session.on_date, lots_ok=lots_ready(session))
    kept = checklist.check(lines, overrides)
    row = models.Checklist.objects.create(
        site_id=session.site_id, session_id=session_id, items={line.code: {**line.facts, "ok": line.ok} for line in lines},
        overrides=kept, signed_at=at, signed_by=by.text,
    )  # fmt: skip
    audit.record(
        "visits.checklist_signed", by=by, at=at, subject=f"session:{session_id}", overridden=[entry["item"] for entry in kept]
    )
    return row.id


@transaction.atomic
def open_session(*, session_id: UUID, by: Actor, at: datetime) -> None:
    """Open a session (again after a pause) once its lead signed the checklist of the day.

    Raises Refused: visits.session_unknown, visits.session_closed, visits.checklist_not_signed, visits.session_other_day (on_date),
    visits.session_stopped (by a doctor: only the lead doctor releases it).
    """
    session = session_of(session_id)
    if session.state == "open":
        return
    if models.Note.objects.filter(session_id=session_id, action__in=STOPS).order_by("-recorded_at", "-id").values_list("action", flat=True).first() == STOPS[0]:
        raise Refused("visits.session_stopped")
    if session.state not in ("planned", "paused"):
        raise Refused("visits.session_closed", state=session.state)
    if clock.on_date(at) != session.on_date:
        raise Refused("visits.session_other_day", on_date=session.on_date)
    signed = models.Checklist.objects.filter(session_id=session_id).order_by("-signed_at", "-id").first()
    if signed is None or clock.on_date(signed.signed_at) != session.on_date:
        raise Refused("visits.checklist_not_signed")
    booking.set_session_state(session_id=session_id, state="open", by=by, at=at)
    audit.record("visits.session_opened", by=by, at=at, subject=f"session:{session_id}", checklist=signed.id)


@transaction.atomic
def pause_session(*, session_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Stop receiving people for a while (a severe event, a power cut); who is inside goes on.

    Raises Refused: visits.session_not_open, visits.reason_missing.
    """
    session = session_of(session_id)
    if session.state != "open":
        raise Refused("visits.session_not_open", state=session.state)
    steps.note("pause_session", reason, site_id=session.site_id, session_id=session_id, by=by, at=at)
    booking.set_session_state(session_id=session_id, state="paused", by=by, at=at)
    audit.record("visits.session_paused", by=by, at=at, subject=f"session:{session_id}")


def open_work(session_id: UUID) -> OpenWork:
    """What keeps the day from closing: people without an end, papers nobody explained, vials still open."""
    people = models.Visit.objects.filter(session_id=session_id, state__in=INSIDE).order_by("number", "letter")
    papers = models.PaperForm.objects.filter(session_id=session_id, state="printed").order_by("serial")
    vials = len(stock.open_vials(session_id))
    return OpenWork(tuple(row.label for row in people.only("number", "letter")), tuple(papers.values_list("serial", flat=True)), vials)


@transaction.atomic
def close_session(*, session_id: UUID, by: Actor, at: datetime) -> None:
    """Close the day: everyone has an end, every printed serial is keyed, voided or listed missing; helpers' posts end.

    Raises Refused: visits.session_unknown, visits.session_closed, visits.open_work (people, papers: counts; numbers, serials),
    visits.open_vials (vials).
    """
    session = session_of(session_id)
    if session.state in ("closed", "cancelled"):
        raise Refused("visits.session_closed", state=session.state)
    left = open_work(session_id)
    if left.vials and not (left.people or left.serials):
        raise Refused("visits.open_vials", vials=left.vials)
    if not left.none:
        raise Refused(
            "visits.open_work", people=len(left.people), papers=len(left.serials), numbers=list(left.people[:20]),
            serials=list(left.serials[:20]),
        )  # fmt: skip
    booking.set_session_state(session_id=session_id, state="closed", by=by, at=at)
    access.end_session_posts(session_id=session_id, by=by, at=at)
    stock_actions.refresh(session.site_id, session.on_date, by=by, at=at)
    audit.record("visits.session_closed", by=by, at=at, subject=f"session:{session_id}")


@transaction.atomic
def choose_lot(*, session_id: UUID, lot_id: UUID, by: Actor, at: datetime) -> LotInfo:
    """Choose a lot for the whole session, or take it into use again after a pause.

    Raises Refused: stock.lot_unknown, stock.lot_expired, stock.lot_recalled, stock.lot_quarantined, stock.not_a_vaccine,
    visits.vaccine_not_offered (lot, vaccine, offered).
    """
    session = session_of(session_id)
    lot = stock.rules.check_vaccine(stock.check_lot(stock.lot(lot_id, session.site_id), session.on_date))
    if lot.vaccine not in session.vaccines:
        raise Refused("visits.vaccine_not_offered", lot=lot.number, vaccine=lot.vaccine, offered=list(session.vaccines))
    _, new = models.SessionLot.objects.update_or_create(
        session_id=session_id, lot_id=lot_id, defaults={"paused_at": None, "paused_by": None},
        create_defaults={"site_id": session.site_id, "vaccine": lot.vaccine, "chosen_at": at, "chosen_by": by.text},
    )  # fmt: skip
    audit.record(
        "visits.lot_chosen" if new else "visits.lot_resumed", by=by, at=at, subject=f"session:{session_id}", lot=lot_id
    )
    return lot


@transaction.atomic
def pause_lot(*, session_id: UUID, lot_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Set a lot aside at this session: every injection desk stops on it.

    Raises Refused: visits.lot_not_chosen, visits.reason_missing.
    """
    session = session_of(session_id)
    steps.note(
        "pause_lot", reason, site_id=session.site_id, session_id=session_id, before={"lot_id": str(lot_id)}, by=by, at=at
    )
    changed = models.SessionLot.objects.filter(session_id=session_id, lot_id=lot_id).update(paused_at=at, paused_by=by.text)
    if not changed:
        raise Refused("visits.lot_not_chosen")
    audit.record("visits.lot_paused", by=by, at=at, subject=f"session:{session_id}", lot=lot_id)


@transaction.atomic
def ask_help(
    *, session_id: UUID, desk: str, last_error: str = "", visit: VisitRef | None = None, by: Actor, at: datetime
) -> UUID:
    """Ask for help from a desk ("Cần hỗ trợ"): the response centre gets site, desk and the last error's code.

    Raises Refused: visits.session_unknown, visits.desk_unknown.
    """
    session = session_of(session_id)
    if desk not in DESKS:
        raise Refused("visits.desk_unknown")
    code = last_error if re.fullmatch(r"[a-z_]{1,30}\.[a-z0-9_]{1,60}", last_error) else ""
    audit.record("visits.help_asked", by=by, at=at, subject=f"session:{session_id}", desk=desk, last_error=code)
    return outbox.publish(
        "visits.help_asked", at=at, site_id=session.site_id, session_id=session_id, desk=desk, last_error=code,
        visit_id=visit.visit_id if visit else None, asked_by=by.text,
    )  # fmt: skip
