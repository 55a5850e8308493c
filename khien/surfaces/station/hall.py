"""The screen in the hall: numbers only, never a name."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from khien.surfaces.station.asking import Here, here
from khien.visits import queries

PACE = timedelta(minutes=30)  # the stretch by which the wait is reckoned
CALLED, SOON, READY = 4, 6, 6


def screen(request: HttpRequest, session: UUID) -> HttpResponse:
    """The whole screen; it renews its middle by itself."""
    at = here(request, session, "station.see")
    return render(request, "station/hall.html", {"here": at, **_numbers(at)})


def board(request: HttpRequest, session: UUID) -> HttpResponse:
    """The part that changes."""
    at = here(request, session, "station.see")
    return render(request, "station/hall_board.html", {"here": at, **_numbers(at)})


def _numbers(at: Here) -> dict[str, Any]:
    """Who is called: the heads of the queues, as many as there are tables; who comes next; who may go."""
    told = queries.numbers(at.session.id, since=at.at - PACE)
    tables = max(1, at.session.tables)
    calls: list[tuple[int, str, str]] = []
    for desk, place, name in (("injection", "3", _("Tiêm")), ("screening", "2", _("Khám"))):
        calls += [(number, place, name) for number in told.waiting[desk][:tables]]
    called = {number for number, _place, _name in calls[:CALLED]}
    ready = [number for number in told.waiting["closing"]] + [number for until, number in told.watched if until <= at.at]
    waiting = sum(len(told.waiting[desk]) for desk in ("screening", "injection"))
    return {
        "calls": calls[:CALLED], "soon": [number for number in told.waiting["screening"] if number not in called][:SOON],
        "ready": sorted(ready)[:READY], "minutes": _wait(waiting, told.doses), "waiting": waiting,
    }  # fmt: skip


def _wait(waiting: int, doses: int) -> int | None:
    """Minutes to wait for who takes a number now, by fives; None while nobody was injected lately."""
    if not doses:
        return None
    return max(5, -(-round(waiting * PACE.total_seconds() / 60 / doses) // 5) * 5)
