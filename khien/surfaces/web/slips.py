"""Whose slip this is: registration, invitation and visit print codes of one kind."""

from uuid import UUID

from khien.booking import queries as booking
from khien.kernel import codes
from khien.people import queries as people
from khien.registration import queries as registration
from khien.visits import queries as visits


def person_of(text: str) -> UUID | None:
    """The person of a slip's code as typed or scanned; None when nobody holds it. A stranger's receipt names nobody.

    Raises Refused: codes.characters, codes.length, codes.check_digit.
    """
    code = codes.read_slip_code(text)
    found = registration.registration_by_code(code) or booking.appointment(code) or visits.visit_by_code(code)
    return people.current_id(found.person_id) if found else None
