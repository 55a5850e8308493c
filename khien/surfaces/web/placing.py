"""Where a person may be seen from: what the guards of several systems ask."""

from uuid import UUID

from khien.booking import queries as booking
from khien.kernel.refs import PlaceFacts
from khien.people import queries as people
from khien.visits import queries as visits


def person_place(person_id: UUID) -> PlaceFacts | None:
    """Where a person lives, and the point that expects or received them: staff of either may open the record. None: no such person."""
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
