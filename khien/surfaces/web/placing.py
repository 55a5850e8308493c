"""Where a person may be seen from: what the guards of several systems ask."""

from uuid import UUID

from khien.booking import queries as booking
from khien.kernel.refs import PlaceFacts, SeveralPlaces
from khien.people import queries as people
from khien.visits import queries as visits


def person_place(person_id: UUID) -> PlaceFacts | None:
    """Where a person lives, and the points that expect or received them: staff of any of these places may open the record. None: no such person."""
    card = people.person(person_id)
    if card is None:
        return None
    home, expected = card.place, booking.appointment_of(card.id)
    met = dict.fromkeys([*([expected.session_id] if expected else []), *(came.session_id for came in visits.visits_of(card.id) if came.session_id)])
    points = [point for session_id in met if (point := booking.session_place(session_id))]
    first = points[0] if points else PlaceFacts()
    return SeveralPlaces(
        home.province_2021, home.district_2021, home.commune_2021, home.province_2025, home.commune_2025,
        facility_id=first.facility_id, site_id=first.site_id, session_id=first.session_id, also=tuple(points),
    )  # fmt: skip
