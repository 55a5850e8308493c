"""Whose slip this is: registration, invitation and visit print codes of one kind."""

from uuid import UUID

from khien.booking import queries as booking
from khien.kernel import codes
from khien.people import queries as people
from khien.registration import queries as registration
from khien.visits import queries as visits


def holder_of(code: str) -> UUID | None:
    """The person of a slip's code or of a receipt, for whoever has still to prove the phone: every place is asked each time.

    The same questions to the database whether somebody holds the code or nobody does.
    """
    asked = [registration.holder_of_code(code), booking.holder_of_code(code), visits.holder_of_code(code)]
    return next(filter(None, asked), None)


def person_of(text: str) -> UUID | None:
    """The person of a slip's code as typed or scanned; None when nobody holds it. A stranger's receipt names nobody.

    Raises Refused: codes.characters, codes.length, codes.check_digit.
    """
    code = codes.read_slip_code(text)
    found = registration.registration_by_code(code) or booking.appointment(code) or visits.visit_by_code(code)
    return people.current_id(found.person_id) if found else None
