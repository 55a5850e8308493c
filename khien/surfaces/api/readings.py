"""Temperature readings from loggers and gateways: a token, a batch in JSON or CSV; what is wrong is kept aside and named."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from khien.surfaces.api.answers import refused
from khien.surfaces.web import json_body, reading_files

MOST_BYTES = 25_000_000


def take(request: HttpRequest) -> HttpResponse:
    """Keep a batch: `{"readings": [{"device", "at", "celsius"} or [device, at, celsius]], "alarms": [{"device", "kind", "started_at",
    "ended_at", "peak"}]}`, or CSV with those columns. 401 without a token in use; 413 for more than 25 MB.
    """
    at = clock.now()
    key = stock.key_of(request.headers.get("Authorization", "").removeprefix("Bearer ").strip())
    if key is None:
        return JsonResponse({"refused": {"code": "not_signed_in"}}, status=401)
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    data = request.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        return JsonResponse({"refused": {"code": "too_large"}}, status=413)
    try:
        rows, alarms = _read(data, request.content_type or "")
        taken = stock_acts.take_readings(rows, key=key, at=at)
        told = [_alarm(alarm, key, at) for alarm in alarms]
    except Refused as refusal:
        return refused(refusal)
    return JsonResponse({"kept": taken.kept, "doubled": taken.doubled, "aside": taken.aside, "reasons": taken.reasons, "alarms": told})


def _read(data: bytes, kind: str) -> tuple[Any, list[dict[str, Any]]]:
    """The rows and alarms of a body. Raises Refused stock.file_unreadable."""
    if kind.startswith("text/"):
        return reading_files.rows(data), []
    try:
        body = json_body.read(data)
    except ValueError:
        raise Refused("stock.file_unreadable") from None
    if not isinstance(body, dict) or not isinstance(body.get("readings", []), list) or not isinstance(body.get("alarms", []), list):
        raise Refused("stock.file_unreadable")
    return _rows(body.get("readings", [])), [alarm for alarm in body.get("alarms", []) if isinstance(alarm, dict)]


def _rows(told: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    for one in told:
        if isinstance(one, dict):
            one = (one.get("device"), one.get("at"), one.get("celsius"))
        if not isinstance(one, list | tuple) or len(one) != 3:
            one = ("", str(one)[:100], "")
        device, moment, celsius = one
        yield str(device), moment if isinstance(moment, str | int | float) else str(moment), celsius if isinstance(celsius, str | int | float) else str(celsius)


def _alarm(told: dict[str, Any], key: Any, at: datetime) -> dict[str, Any]:
    """What became of one alarm: its excursion, or the refusal."""
    try:
        device = next((
            one.id for one in stock.devices(site_id=key.site_id, at=at) if str(told.get("device")) in (one.code, str(one.id)) and key.device_id in (None, one.id)
        ), None) if key.site_id else _wide(told, key)  # fmt: skip
        if device is None:
            raise Refused("stock.device_unknown")
        found = stock_acts.report_alarm(
            device_id=device, kind=str(told.get("kind")), started_at=_moment(told.get("started_at")), peak_c=_degrees(told.get("peak")),
            ended_at=_moment(told["ended_at"]) if told.get("ended_at") else None, by=Actor("device", key.id), at=at,
        )  # fmt: skip
    except Refused as refusal:
        return {"refused": refusal.code}
    return {"excursion": str(found)}


def _wide(told: dict[str, Any], key: Any) -> UUID | None:
    """The device of a key that is a logger's own, or of a national gateway, which names devices by their id."""
    if key.device_id:
        return key.device_id
    try:
        return UUID(str(told.get("device")))
    except ValueError:
        return None


def _moment(told: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        raise Refused("stock.reading_unreadable") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.VIETNAM)


def _degrees(told: Any) -> float | None:
    """The peak, or None where the logger told none (or nothing readable)."""
    try:
        return float(str(told).replace(",", ".")) if told is not None else None
    except ValueError:
        return None
