"""Where a person may be seen from, and where acted upon: what the guards of several systems ask."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from khien.booking import queries as booking
from khien.kernel.refs import PlaceFacts, SeveralPlaces
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.visits import queries as visits


def person_place(person_id: UUID) -> PlaceFacts | None:
    """Where a person lives, and the point that expects them, else the one that received them last: who acts on the record is there.

    None: no such person.
    """
    card = people.person(person_id)
    return _acted_on(card, next(_sessions(card), None)) if card else None


def person_seen_from(person_id: UUID) -> PlaceFacts | None:
    """The same, and every point that ever received them with its units: who may open the record (each look is logged). None: no such person."""
    card = people.person(person_id)
    if card is None:
        return None
    sessions = list(dict.fromkeys(_sessions(card)))
    own = _acted_on(card, sessions[0] if sessions else None)
    points = tuple(point for one in sessions if (point := booking.session_place(one)))
    names = ("province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025", "facility_id", "site_id", "session_id")
    return SeveralPlaces(**{name: getattr(own, name) for name in names}, also=points)


def _sessions(card: PersonCard) -> Iterator[UUID]:
    """The sessions that expect or received the person, the first to ask about first."""
    if expected := booking.appointment_of(card.id):
        yield expected.session_id
    yield from (came.session_id for came in visits.visits_of(card.id) if came.session_id)


def _acted_on(card: PersonCard, session_id: UUID | None) -> PlaceFacts:
    point = booking.session_place(session_id) if session_id else None
    return replace(
        card.place, facility_id=point.facility_id if point else None, site_id=point.site_id if point else None, session_id=session_id
    )
