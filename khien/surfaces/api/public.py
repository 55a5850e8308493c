"""What anyone may ask: whether we are well, and which places are free. No personal data."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from khien.booking import queries as booking
from khien.booking.types import OpenSlot
from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.plumbing import marks

MOST = 500


def health(request: HttpRequest) -> HttpResponse:
    """Say that the server and its database answer; 503 comes where the database does not."""
    return JsonResponse({"status": "ok", "schema": marks.get("schema"), "now": clock.now().isoformat()})


def slots(request: HttpRequest) -> HttpResponse:
    """The places that anyone may book from now on, by hour: `vaccine` and `until` (a day) narrow them."""
    at = clock.now()
    known = campaigns.rulebook(clock.on_date(at)).vaccines
    wanted = [code for code in request.GET.getlist("vaccine") if code in known] or list(known)
    until = _day(request.GET.get("until", ""))
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


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
