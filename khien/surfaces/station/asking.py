"""What every page of a session needs to know first: which session, who asks, by which post, now."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse

from khien.access.permissions import StaffRef
from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, PlaceFacts
from khien.plumbing import audit
from khien.surfaces.station import said
from khien.surfaces.web import json_body


@dataclass(frozen=True)
class Here:
    """A request in a session, after its guard let it through."""

    session_id: UUID
    place: PlaceFacts
    staff: StaffRef
    by: Actor
    office: str
    at: datetime
    route: str

    @cached_property
    def session(self) -> SessionInfo:
        """The session with its point and its places; read when a page needs it."""
        found = booking.session(self.session_id)
        if found is None:
            raise Refused("visits.session_unknown")
        return found

    def may(self, permission: str) -> bool:
        """Say whether this staff member may do that in this session."""
        return self.staff.may(permission, self.place)

    def looked(self, *persons: UUID, purpose: str, once: bool = False) -> None:
        """Log that these people's records were shown; `once` a day where the screen stays open."""
        audit.read_many(
            persons=list(persons), by=self.by, at=self.at, purpose=purpose, office=self.office, route=self.route,
            once_since=clock.at_local(clock.on_date(self.at)) if once else None,
        )  # fmt: skip


def here(request: HttpRequest, session: UUID, permission: str) -> Here:
    """Read the request. Raises Refused visits.session_unknown, PermissionDenied when the tablet says it is in another's hands."""
    place = booking.session_place(session)
    if place is None:
        raise Refused("visits.session_unknown")
    staff: StaffRef = request.staff  # type: ignore[attr-defined]
    if request.headers.get("Khien-Staff", str(staff.id)) != str(staff.id):
        raise PermissionDenied  # a tablet in another's hands reads nothing in this one's name
    match = request.resolver_match
    return Here(
        session, place, staff, staff.actor(permission, place), staff.office(permission, place), clock.now(),
        match.view_name if match else "",
    )  # fmt: skip


def body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that a desk sent. Raises Refused: commands.unreadable, commands.too_big."""
    try:
        read = json_body.read(request.body)
    except RequestDataTooBig:
        raise Refused("commands.too_big", field="body") from None
    except ValueError:
        raise Refused("commands.unreadable", field="body") from None
    if not isinstance(read, dict):
        raise Refused("commands.unreadable", field="body")
    return read


def uuid_in(told: dict[str, Any], field: str) -> UUID:
    """A UUID of a body. Raises Refused commands.unreadable (field)."""
    try:
        return UUID(str(told.get(field)))
    except ValueError:
        raise Refused("commands.unreadable", field=field) from None


def answer(value: dict[str, Any], *, at: datetime, status: int = 200) -> HttpResponse:
    """A JSON answer to a desk, with the server's moment by which the desk sets its clock."""
    return JsonResponse({**value, "now": at.isoformat()}, status=status)


def refused(refusal: Refused, *, at: datetime) -> HttpResponse:
    """A refusal as a desk reads it: code, facts, words in both languages."""
    return answer({"refused": said.refusal(refusal.code, refusal.facts)}, at=at, status=409)
