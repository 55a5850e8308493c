"""What anyone may ask: whether we are well, and which places are free. No personal data."""

from collections.abc import Container
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from khien.booking import queries as booking
from khien.booking.types import OpenSlot
from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.plumbing import marks
from khien.surfaces.api.answers import refused

MOST = 500


def health(request: HttpRequest) -> HttpResponse:
    """Say that the server and its database answer; 503 comes where the database does not."""
    return JsonResponse({"status": "ok", "schema": marks.get("schema"), "now": clock.now().isoformat()})


def slots(request: HttpRequest) -> HttpResponse:
    """The places that anyone may book from now on, by hour: `vaccine` and `until` (a day) narrow them; what is neither is refused (400)."""
    at = clock.now()
    known = campaigns.rulebook(clock.on_date(at)).vaccines
    try:
        wanted = _vaccines(request.GET.getlist("vaccine"), known) or list(known)
        until = _day(request.GET.get("until", ""))
    except Refused as refusal:
        return refused(refusal)
    found = [one for code in wanted for one in booking.open_slots(code, None, at, limit=MOST, until=until)]
    found.sort(key=lambda one: (one.slot.starts_at, one.site.name, one.slot.vaccine))
    response = JsonResponse({"slots": [slot(one) for one in found[:MOST]], "now": at.isoformat()})
    response["Cache-Control"] = "public, max-age=30"
    return response


def slot(one: OpenSlot) -> dict[str, Any]:
    """A slot with its point, as the API tells it."""
    return {
        "slot_id": str(one.slot.id), "session_id": str(one.slot.session_id), "site_id": str(one.site.id), "site": one.site.name,
        "address": one.site.address, "commune_2021": one.site.place.commune_2021, "commune_2025": one.site.place.commune_2025,
        "on_date": one.on_date.isoformat(), "starts_at": one.slot.starts_at.isoformat(), "ends_at": one.slot.ends_at.isoformat(),
        "vaccine": one.slot.vaccine, "free": one.slot.free,
    }  # fmt: skip


def _vaccines(asked: list[str], known: Container[str]) -> list[str]:
    """Each vaccine that was named, once. Raises Refused commands.unreadable (field)."""
    named = list(dict.fromkeys(filter(None, asked)))
    if any(code not in known for code in named):
        raise Refused("commands.unreadable", field="vaccine")
    return named


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("commands.unreadable", field="until") from None
