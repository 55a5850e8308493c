"""My sessions: today's first, then those whose papers or work still wait, then the days to come."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from khien.access.permissions import StaffRef
from khien.access.roles import ROLES
from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.kernel import clock
from khien.places import queries as places
from khien.planning import queries as planning
from khien.planning.types import Staffing
from khien.visits import queries as visits

BACK, AHEAD = timedelta(days=7), timedelta(days=7)
OVER = ("closed", "cancelled")


def index(request: HttpRequest) -> HttpResponse:
    """The sessions of the points where this staff member stands."""
    staff: StaffRef = request.staff  # type: ignore[attr-defined]
    today = clock.on_date(clock.now())
    found = booking.sessions(staff.scopes("station.see"), first=today - BACK, last=today + AHEAD)
    staffed = planning.staffing(one for one in found if one.on_date >= today)
    context = {
        "today": today, "staff": staff, "staffed": staffed, "roles": ROLES, "mine": {id: _mine(one, staff) for id, one in staffed.items()},
        "now_on": [_line(one, staff) for one in found if one.on_date == today and one.state != "cancelled"],
        "behind": [_line(one, staff) for one in reversed(found) if one.on_date < today and one.state not in OVER],
        "ahead": [_line(one, staff) for one in found if one.on_date > today and one.state != "cancelled"],
        "before": [_line(one, staff) for one in reversed(found) if one.on_date < today and one.state == "closed"],
    }  # fmt: skip
    return render(request, "station/home.html", context)


def _mine(staffed: Staffing, staff: StaffRef) -> list[str]:
    """The kinds of desk at which this staff member is expected."""
    return [str(ROLES[one.role]) for one in staffed.roster.stands if one.staff_id == staff.id] if staffed.roster else []


def _line(session: SessionInfo, staff: StaffRef) -> dict[str, Any]:
    board = visits.session_board(session.id) if session.state != "planned" else None
    waiting = sum(board.counts[state] for state in ("checked_in", "consented", "cleared")) if board else 0
    return {
        "stops": places.stops(session.site_id, session.on_date) if session.site.kind != "fixed" else [], "session": session, "lead": staff.may("station.open", session.place), "keys": staff.may("visit.key_paper", session.place),
        "received": board.received if board else 0, "dosed": board.dosed if board else 0, "waiting": waiting,
        "papers": board.papers["printed"] if board else 0,
        "closes": board is not None and staff.may("station.close", session.place),
    }  # fmt: skip
