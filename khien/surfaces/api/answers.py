"""What the API's views share: a JSON object in, a JSON answer or a refusal in words out."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from khien.kernel.errors import Refused
from khien.surfaces.web import json_body
from khien.surfaces.web.refusals import word


def body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent. Raises Refused commands.unreadable (field)."""
    try:
        read = json_body.read(request.body)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise Refused("commands.unreadable", field="body")
    return read


def uuid_in(told: dict[str, Any], field: str) -> UUID:
    """A UUID of a body. Raises Refused commands.unreadable (field)."""
    try:
        return UUID(str(told.get(field)))
    except ValueError:
        raise Refused("commands.unreadable", field=field) from None


def raw(text: str, *, status: int = 200) -> HttpResponse:
    """An answer that is JSON text already."""
    return HttpResponse(text, status=status, content_type="application/json")


def refused(refusal: Refused) -> HttpResponse:
    """A refusal: its code, its facts, and its sentence in both languages; 404 for what is not there or not theirs."""
    status = 400 if refusal.code.startswith("commands.") else 404 if refusal.code.endswith(("unknown", "not_linked")) else 409
    said = {"code": refusal.code, "facts": refusal.facts, "vi": word(refusal, "vi"), "en": word(refusal, "en")}
    return JsonResponse({"refused": said}, status=status)
