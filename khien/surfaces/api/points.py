"""What programs of staff at a point may ask."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseNotAllowed

from khien.access.permissions import StaffRef
from khien.booking import queries as booking
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts
from khien.surfaces.api.answers import body, raw, refused


def place(session: UUID) -> PlaceFacts | None:
    """Where a session is."""
    return booking.session_place(session)


def look_up(request: Any, session: UUID) -> HttpResponse:
    """Find a person by identity number (POST, for an address holds no number): particulars and doses; the look is logged."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        number = str(body(request).get("number") or "").strip()
        if not number:
            raise Refused("commands.unreadable", field="number")
    except Refused as refusal:
        return refused(refusal)
    staff: StaffRef = request.staff
    where = place(session)
    found = immunizations.look_up(
        number, by=staff.actor("people.search", where), office=staff.office("people.search", where), purpose="point_search",
        route="api:look_up", at=clock.now(),
    )  # fmt: skip
    return raw(f'{{"people": {found}}}')
