"""Papers for who has no phone: an officer prints the confirmation of a dose, or the certificate with its QR; each look is logged."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.people import queries as people
from khien.surfaces.command import frame, where
from khien.surfaces.web import confirmations, downloads
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.paper import certificate_pdf, confirmation_pdf

MAY = "people.print"


def confirmation(request: HttpRequest, person_id: UUID, record_id: UUID) -> HttpResponse:
    """The confirmation of one dose of this person (A5)."""
    at, record = frame.here(request, MAY, where.person(person_id)), immunizations.record(record_id)
    if record is None or record.person_id not in people.ids_of(person_id):
        return not_found(request)
    facts = confirmations.confirmation_of(record_id, at=at.at)
    if facts is None:
        return not_found(request)
    at.looked(person_id, purpose="certificate")
    return downloads.answer(confirmation_pdf(facts), "giay-xac-nhan-tiem.pdf")


def certificate(request: HttpRequest, person_id: UUID, certificate_id: UUID) -> HttpResponse:
    """The certificate of this person to print (A4), while it is issued."""
    at, found = frame.here(request, MAY, where.person(person_id)), certificates.view(certificate_id)
    if found is None or found.card.state != "issued" or found.card.person_id not in people.ids_of(person_id):
        return not_found(request)
    facts = confirmations.certificate_of(found)
    if facts is None:
        return not_found(request)
    at.looked(person_id, purpose="certificate")
    return downloads.answer(certificate_pdf(facts), "chung-nhan-tiem-chung.pdf")
