"""A session taken along on a device, and what comes back from it: sealed commands, from a locked tablet too."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from khien.access import devices
from khien.access.types import DeviceRef
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.surfaces.station import desk, ruling, words
from khien.surfaces.station.asking import answer, body, here, refused
from khien.surfaces.station.said import receipt
from khien.surfaces.web import visitor
from khien.sync import actions as sync
from khien.sync import queries as synced
from khien.sync.types import Sealed
from khien.visits import queries as visits
from khien.visits.bodies import text, uuid_of

MOST = 2_000  # commands asked after in one go


def key(request: HttpRequest) -> HttpResponse:
    """Keep the public key of this device, once; says which device it is and its letter."""
    at = clock.now()
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        known = devices.find(visitor.enrolled(request))
        if known is None:
            raise Refused("sync.device_not_enrolled")
        by = request.staff.actor("station.see")  # type: ignore[attr-defined]
        kept = devices.keep_key(device_id=known.id, public_key=text(body(request), "public_key"), by=by, at=at)
    except Refused as refusal:
        return refused(refusal, at=at)
    return answer({"device": {"id": str(kept.id), "letter": kept.letter, "name": kept.name}}, at=at)


def take(request: HttpRequest, session: UUID) -> HttpResponse:
    """The session's pack with everything to decide by without a line; whoever takes it may act with it on this device."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = here(request, session, "station.see")
    device = devices.find(visitor.enrolled(request))
    try:
        grant = sync.take_along(session_id=session, device=device, staff=at.staff, by=at.by, at=at.at)
        assert device is not None
        pack = visits.session_pack(session, at=at.at)
        people = [UUID(row["person_id"]) for row in (*pack["appointments"], *pack["visits"])]
        offline = synced.offline_part(session, people, grant, device, at.staff, at=at.at)
    except Refused as refusal:
        return refused(refusal, at=at.at)
    at.looked(*{*people}, purpose="list", once=True)
    offline["grant"]["rights"] = [right for right in desk.RIGHTS if at.may(right)]
    return answer({**desk.with_signs(pack, at), "offline": {**offline, "rules": ruling.part(), "words": words.for_desk()}}, at=at.at)


def send(request: HttpRequest) -> HttpResponse:
    """Take sealed commands from a device; whoever is signed in on it, and also when nobody is."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = clock.now()
    device = devices.known_by(visitor.enrolled(request))
    try:
        told = sync.receive(_items(request), device, at=at)
    except (Refused, RequestDataTooBig) as refusal:
        return _too_much(refusal, at)
    return answer({"receipts": [receipt(one) for one in told], **_standing(device)}, at=at)


def ask(request: HttpRequest) -> HttpResponse:
    """What became of commands that this device sent before."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = clock.now()
    device = devices.known_by(visitor.enrolled(request))
    try:
        asked = _list(request, "command_ids", MOST)
        ids = [uuid_of({"command_id": one}, "command_id") for one in asked]
    except (Refused, RequestDataTooBig) as refusal:
        return _too_much(refusal, at)
    return answer({"receipts": [receipt(one) for one in synced.outcomes(ids, device).values()], **_standing(device)}, at=at)


def _items(request: HttpRequest) -> Iterable[Sealed]:
    """The sealed commands of a body. Raises Refused commands.unreadable."""
    for one in _list(request, "items", 200):
        if not isinstance(one, dict):
            raise Refused("commands.unreadable", field="items")
        sealed = one.get("sealed")
        if not isinstance(sealed, str) or not sealed.isascii():
            raise Refused("commands.unreadable", field="sealed")
        yield Sealed(uuid_of(one, "command_id"), text(one, "key_id"), sealed)


def _list(request: HttpRequest, field: str, most: int) -> list[Any]:
    """A list of the body. Raises Refused: commands.unreadable, commands.too_many."""
    told = body(request).get(field)
    if not isinstance(told, list):
        raise Refused("commands.unreadable", field=field)
    if len(told) > most:
        raise Refused("commands.too_many", most=most)
    return told


def _standing(device: DeviceRef | None) -> dict[str, Any]:
    """Whether the device is still trusted: one that is not sends what it has and drops its pack and keys."""
    return {"revoked": device is None or device.revoked}


def _too_much(refusal: Exception, at: Any) -> HttpResponse:
    """A body over the limits, or none that can be read: nothing of it was taken."""
    told = refusal if isinstance(refusal, Refused) else Refused("commands.too_big", field="body")
    answered = refused(told, at=at)
    answered.status_code = 400
    return answered
