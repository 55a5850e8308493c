"""Doses given, each with what is known of it; the confirmation of each; what comes next."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from khien.immunizations import queries as immunizations
from khien.immunizations.types import ImmunizationView
from khien.places import queries as places
from khien.surfaces.healthbook.book import Book, mine, missing, render
from khien.surfaces.healthbook.next_thing import history_of
from khien.surfaces.web import confirmations, paper
from khien.visits import queries as visits


@mine
def history(request: Any, book: Book) -> HttpResponse:
    """Every dose with lot, place, who gave it and why it counts."""
    found = history_of(book)
    sites = places.sites_by_id({dose.site_id for dose in found.doses if dose.site_id})
    return render(request, "history.html", book, history=found, sites=sites, went=visits.visits_of(book.person_id))


def _own_dose(book: Book, record: UUID) -> ImmunizationView | None:
    found = immunizations.record(record)
    return found if found and found.person_id in book.person_ids else None


@mine
def dose(request: Any, book: Book, record: UUID) -> HttpResponse:
    """One dose: everything recorded, the versions before a correction, its confirmation. May be kept on the device."""
    found = _own_dose(book, record)
    if found is None:
        return missing(request)
    return render(
        request, "dose.html", book, dose=found, site=places.site(found.site_id) if found.site_id else None,
        versions=immunizations.versions(record)[:-1], visit=visits.visit_by_record(record),
    )  # fmt: skip


@mine
def confirmation(request: Any, book: Book, record: UUID) -> HttpResponse:
    """The confirmation of a dose as a sheet to print (A5)."""
    found = _own_dose(book, record)
    facts = confirmations.confirmation_of(record, at=book.at) if found else None
    if facts is None:
        return missing(request)
    return pdf(paper.confirmation_pdf(facts), "giay-xac-nhan-tiem.pdf")


def pdf(octets: bytes, name: str) -> HttpResponse:
    """A sheet, shown in the browser; the file's name says nothing of the person."""
    response = HttpResponse(octets, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response

