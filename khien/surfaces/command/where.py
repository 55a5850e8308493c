"""Where the things in the addresses stand: what the guard asks before a page opens."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from khien.booking import queries as booking
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts
from khien.people import queries as people
from khien.places import queries as places
from khien.stock import queries as stock
from khien.visits import queries as visits

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


def session(session_id: UUID, **_: Any) -> PlaceFacts | None:
    """The place of a session."""
    return booking.session_place(session_id)


def site(site_id: UUID, **_: Any) -> PlaceFacts | None:
    """The place of a point."""
    return places.site_place(site_id)


def person(person_id: UUID, **_: Any) -> PlaceFacts | None:
    """Where a person lives, and the point that expects or received them: staff of either may open the record."""
    card = people.person(person_id)
    if card is None:
        return None
    home = card.place
    expected = booking.appointment_of(card.id)
    came = next(iter(visits.visits_of(card.id)), None)
    session_id = expected.session_id if expected else came.session_id if came else None
    point = booking.session_place(session_id) if session_id else None
    return PlaceFacts(
        home.province_2021, home.district_2021, home.commune_2021, home.province_2025, home.commune_2025,
        facility_id=point.facility_id if point else None, site_id=point.site_id if point else None, session_id=session_id,
    )  # fmt: skip


def allocation(code: str, **_: Any) -> PlaceFacts | None:
    """The place of the unit that a draw is for."""
    found = booking.allocation(code)
    return unit(found.unit_key or NATION) if found else None


def lot(lot_id: UUID, **_: Any) -> PlaceFacts | None:
    """A lot is everywhere: only who answers for the whole country decides about it."""
    return PlaceFacts() if stock.lot(lot_id) else None
