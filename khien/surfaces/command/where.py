"""Where the things in the addresses stand: what the guard asks before a page opens."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from khien.booking import queries as booking
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts
from khien.places import queries as places
from khien.safety import queries as safety
from khien.stock import queries as stock
from khien.surfaces.web import placing

NATION = "vn"
RECENT = timedelta(days=60)


def unit(unit_key: str, **_: Any) -> PlaceFacts | None:
    """The place of a unit; the country lies in no unit, so only a post for the whole country covers it."""
    if unit_key == NATION:
        return PlaceFacts()
    try:
        return places.unit_place(unit_key)
    except Refused:
        return None


def reserve(unit_key: str, **_: Any) -> PlaceFacts | None:
    """The place of the province (2021) whose reserve a unit's plan shows: whoever plans for a part of it decides nothing for the whole."""
    found = unit(unit_key)
    if unit_key == NATION or found is None:
        return found
    return unit(f"2021-{found.province_2021}") if found.province_2021 else None


def session(session_id: UUID, **_: Any) -> PlaceFacts | None:
    """The place of a session."""
    return booking.session_place(session_id)


def site(site_id: UUID, **_: Any) -> PlaceFacts | None:
    """The place of a point."""
    return places.site_place(site_id)


def facility(facility_id: UUID, **_: Any) -> PlaceFacts | None:
    """The place of a health facility."""
    return places.facility_place(facility_id)


def organization(organization_id: UUID, **_: Any) -> PlaceFacts | None:
    """The place of an organisation."""
    return places.organization_place(organization_id)


def person(person_id: UUID, **_: Any) -> PlaceFacts | None:
    """Where a person lives, and the point that expects or last received them: staff of either may act on the record."""
    return placing.person_place(person_id)


def seen(person_id: UUID, **_: Any) -> PlaceFacts | None:
    """The same, and every point that ever received them: staff of any of these may open the record."""
    return placing.person_seen_from(person_id)


def dose(record_id: UUID, **_: Any) -> PlaceFacts | None:
    """The point where a dose was given; where its person lives when it was given elsewhere."""
    found = immunizations.record(record_id)
    if found is None:
        return None
    return places.site_place(found.site_id) if found.site_id else placing.person_place(found.person_id)


def allocation(code: str, **_: Any) -> PlaceFacts | None:
    """The place of the unit that a draw is for."""
    found = booking.allocation(code)
    return unit(found.unit_key or NATION) if found else None


def holder(site_id: UUID, **_: Any) -> PlaceFacts | None:
    """Where a store or a point stands."""
    return stock.place_of(site_id)


def store(store_id: UUID, **_: Any) -> PlaceFacts | None:
    """Where a store stands; a point is no store."""
    found = stock.holder(store_id)
    return found.place if found and found.kind != "site" else None


def hold(hold_id: UUID, **_: Any) -> PlaceFacts | None:
    """Where a lot was set aside."""
    found = stock.one_hold(hold_id)
    return stock.place_of(found.site_id) if found else None


def incoming(incoming_id: UUID, **_: Any) -> PlaceFacts | None:
    """Where a consignment goes."""
    found = stock.consignment(incoming_id)
    return found.receiver.place if found else None


def outgoing(outgoing_id: UUID, **_: Any) -> PlaceFacts | None:
    """Where a consignment comes from."""
    found = stock.consignment(outgoing_id)
    return found.sender.place if found else None


def fridge(fridge_id: UUID, **_: Any) -> PlaceFacts | None:
    """Where a fridge stands."""
    found = stock.device(fridge_id, clock.now())
    return stock.place_of(found.site_id) if found else None


def recall(recall_id: UUID, **_: Any) -> PlaceFacts | None:
    """The province of a recall; one for the nation lies in no province."""
    found = stock.recall(recall_id)
    if found is None:
        return None
    key, epoch = found.scope.key, found.scope.epoch
    return PlaceFacts() if found.scope.kind == "nation" else PlaceFacts(**{f"province_{epoch}": key})


def lot(lot_id: UUID, **_: Any) -> PlaceFacts | None:
    """A lot is everywhere: only who answers for the whole country decides about it."""
    return PlaceFacts() if stock.lot(lot_id) else None


def aefi(aefi_id: UUID, **_: Any) -> PlaceFacts | None:
    """Where an AEFI case belongs: the point of its dose, else the person's home."""
    return safety.place_of(aefi_id)


def follow_up(follow_up: UUID, **_: Any) -> PlaceFacts | None:
    """The place of a question: the point of the dose."""
    found = safety.follow_up(follow_up)
    return places.site_place(found.site_id) if found and found.site_id else PlaceFacts() if found else None
