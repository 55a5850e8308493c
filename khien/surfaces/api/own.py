"""A signed-in citizen's own: the doses of a person, the places offered, a place taken. Each is one call where it can be."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from khien.booking import actions as booking
from khien.booking import offers as offered
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.registration import queries as registration
from khien.surfaces.api.answers import body, raw, refused, uuid_in
from khien.surfaces.api.public import slot


def _key(request: Any) -> str:
    return str(request.session.session_key or "")


def doses(request: HttpRequest, person: UUID) -> HttpResponse:
    """A person's doses as recorded."""
    told = immunizations.own_doses(_key(request), person)
    if told is None:
        return refused(Refused("people.not_linked"))
    return raw(f'{{"doses": {told}}}')


def offers(request: HttpRequest, person: UUID) -> HttpResponse:
    """The places that the rules allow this person now, each with the seal to take it by."""
    at = clock.now()
    if people.opener(_key(request), person) is None:
        return refused(Refused("people.not_linked"))
    asked = registration.of_person(person)
    if asked is None:
        return refused(Refused("booking.registration_not_waiting"))
    found = offered.offers(asked.person_id, asked.id, at=at)
    told = [{**slot(one.slot), "dose_type": one.dose.dose_type, "ordinal": one.dose.ordinal, "offer": one.seal} for one in found]
    return JsonResponse({"person_id": str(asked.person_id), "registration_id": str(asked.id), "offers": told, "now": at.isoformat()})


def book(request: HttpRequest) -> HttpResponse:
    """Take an offered place."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        told = body(request)
        ids = {field: uuid_in(told, field) for field in ("person_id", "registration_id", "site_id", "slot_id")}
        made = booking.book_own(session=_key(request), offer=str(told.get("offer") or ""), at=clock.now(), **ids)
    except Refused as refusal:
        return refused(refusal)
    return JsonResponse({
        "appointment_id": str(made.appointment_id), "code": made.code, "starts_at": made.starts_at.isoformat(), "vaccine": made.vaccine,
        "site_id": str(made.site_id), "session_id": str(made.session_id), "dose_type": made.dose.dose_type, "ordinal": made.dose.ordinal,
    }, status=201)  # fmt: skip
