"""Papers of one visit: the number to wait with, and the confirmation to take home."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.surfaces.station.asking import here
from khien.surfaces.web.confirmations import confirmation_of
from khien.surfaces.web.paper import confirmation_pdf
from khien.visits import queries

WATCHED = ("observed", "closed", "left_early")


def number(request: HttpRequest, session: UUID, visit: UUID) -> HttpResponse:
    """The slip with the queue number and the code that the injector scans."""
    at = here(request, session, "visit.receive")
    card = queries.visit(visit)
    if card is None:
        raise Refused("visits.unknown")
    at.looked(card.person_id, purpose="reception")
    return render(request, "station/number.html", {"here": at, "card": card, "digits": codes.display(card.code)})


def confirmation(request: HttpRequest, session: UUID, visit: UUID) -> HttpResponse:
    """The confirmation of the dose, A5; printed after the observation."""
    at = here(request, session, "visit.end")
    card = queries.visit(visit)
    if card is None or card.record_id is None:
        raise Refused("visits.no_dose")
    if card.state not in WATCHED:
        raise Refused("visits.observe_longer", minutes_left=_minutes_left(card.observe_until, at.at), until=card.observe_until, number=card.number)
    facts = confirmation_of(card.record_id, at=at.at)
    if facts is None:
        raise Refused("visits.no_dose")
    at.looked(card.person_id, purpose="closing")
    response = HttpResponse(confirmation_pdf(facts), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="giay-xac-nhan-{card.number}.pdf"'
    return response


def _minutes_left(until: datetime | None, now: datetime) -> int:
    return max(0, -int(-(until - now).total_seconds() // 60)) if until else 0
