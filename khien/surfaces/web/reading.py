"""One statement for a page: what every room tells of the people whom the page is about."""

from khien.booking import queries as booking
from khien.campaigns import queries as campaigns
from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.people import queries as people
from khien.plumbing import access_log, once, sessions
from khien.registration import queries as registration
from khien.safety import queries as safety
from khien.visits import queries as visits


def family(session: str) -> None:
    """Everything that the pages of the health book ask of the people whose books this browser may open."""
    parts = [
        sessions.part(session), people.account(session), people.PEOPLE, immunizations.DOSES, registration.REGISTRATIONS, booking.APPOINTMENTS, visits.VISITS,
        safety.REACTIONS, certificates.CERTIFICATES, access_log.LAST, campaigns.RULES,
    ]  # fmt: skip
    once.ask("people_family(%s)", [session], parts)


def of_number(text: str) -> None:
    """What a reception shows of whoever told this number."""
    hashes = people.number_hashes(text)
    parts = [people.PEOPLE, immunizations.DOSES, booking.APPOINTMENTS, visits.VISITS, campaigns.RULES]
    if hashes:
        once.shelf("people.of_numbers")[frozenset(hashes)] = once.ask("people_of_numbers(%s)", [list(hashes)], parts)
