"""The lists behind the numbers: which sessions make a number, and which visits or appointments make it at one session."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.reporting import queries as reporting
from khien.safety import queries as safety
from khien.surfaces.command import frame, where
from khien.surfaces.command.spot import chosen
from khien.surfaces.command.words import APPOINTMENT_STATES, INDICATORS, VISIT_STATES, one
from khien.surfaces.web.errors import not_found
from khien.visits import queries as visits

APPOINTMENTS = {"invited": ("active", "arrived", "done", "no_show"), "no_show": ("no_show",)}
REACTIONS = {"reactions", "severe"}
ENDS = {"deferred", "referred", "contraindicated", "refused", "withdrawn", "left_early"}


def behind(request: HttpRequest, kind: str, unit_key: str | None = None) -> HttpResponse:
    """The sessions of a place and day that make up a number."""
    at = frame.here(request, "command.board", where.unit(unit_key) if unit_key else None)
    if kind not in INDICATORS:
        return not_found(request)
    spot = chosen(request, at, unit_key)
    if kind == "registered" and at.staff.may("command.lists"):
        return HttpResponseRedirect(reverse("command:waiting") + (f"?noi={spot.unit_key}" if spot.unit_key else ""))
    board = reporting.board(unit_key=spot.unit_key, on=spot.on, epoch=spot.epoch, scopes=spot.board_scopes)
    rows = [row for row in board.sites if row.n(kind)]
    return frame.page(
        request, "number", "board", spot=spot, board=board, rows=rows, indicator=kind, words=INDICATORS[kind], total=board.total.n(kind)
    )


def session(request: HttpRequest, session_id: UUID, kind: str) -> HttpResponse:
    """The visits or appointments that make up a number at one session; names for those who may read lists, and each read is logged."""
    place = where.session(session_id)
    at = frame.here(request, "command.board", place)
    info = booking.session(session_id)
    if info is None or kind not in INDICATORS:
        return not_found(request)
    named = at.staff.may("command.lists", place)
    rows = _appointments(session_id, APPOINTMENTS[kind]) if kind in APPOINTMENTS else _visits(info, kind)
    if named:
        reader = frame.here(request, "command.lists", place)
        reader.looked(*(row["person_id"] for row in rows), purpose="list")
    return frame.page(request, "session_number", "board", session=info, rows=rows, indicator=kind, words=INDICATORS[kind], named=named)


def _appointments(session_id: UUID, states: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"person_id": entry.card.id, "name": entry.card.full_name, "birth": entry.card.birth, "number": "", "state": one(APPOINTMENT_STATES, entry.appointment.state),
         "at": entry.appointment.starts_at, "code": entry.appointment.code}
        for entry in booking.day_list(session_id, states=states)
    ]  # fmt: skip


def _visits(info: SessionInfo, indicator: str) -> list[dict[str, Any]]:
    cards = visits.visits_of_session(info.id, limit=1000)
    reacted = safety.visits_with_events(info.site_id, info.id, grave_only=indicator != "reactions") if indicator in REACTIONS else set()

    def counts(card: Any) -> bool:
        if indicator in REACTIONS:
            return card.ref.visit_id in reacted
        if indicator in ENDS:
            return card.state == indicator
        return {"injected": card.dosed_at, "observed": card.observed_at}.get(indicator, card.checked_in_at) is not None

    return [
        {"person_id": card.person_id, "name": card.full_name, "birth": card.birth, "number": card.number, "state": one(VISIT_STATES, card.state), "at": card.dosed_at or card.checked_in_at,
         "code": card.code}
        for card in cards if counts(card)
    ]  # fmt: skip
