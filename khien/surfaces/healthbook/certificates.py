"""Certificates: the list with holds in words, one full screen for showing, one to print."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from khien.certificates import queries
from khien.certificates.types import CertificateCard, CertificateView
from khien.surfaces.healthbook.book import Book, Member, mine, missing, render
from khien.surfaces.healthbook.history import pdf
from khien.surfaces.healthbook.home import hold_words
from khien.surfaces.web import confirmations, paper
from khien.surfaces.web.confirmations import short_vaccine


@mine
def certificates(request: Any, book: Book) -> HttpResponse:
    """Every dose's certificate, or why it has none yet."""
    found = queries.of_person(book.person_id, past=True)
    issued = [one for one in found if one.state == "issued"]
    first = queries.view(issued[0].id) if issued else None
    return render(
        request, "certificates.html", book, tab="cert", first=first, others=issued[1:], short_vaccine=short_vaccine,
        held=[(one, hold_words(one)) for one in found if one.state == "held"],
        past=[one for one in found if one.state in ("revoked", "expired")],
    )  # fmt: skip


def _own(book: Book, certificate: UUID) -> CertificateView | None:
    found = queries.view(certificate)
    return found if found and found.card.person_id in book.person_ids else None


@mine
def show(request: Any, book: Book, certificate: UUID) -> HttpResponse:
    """The certificate full screen, white in any mode, to be scanned. May be kept on the device."""
    found = _own(book, certificate)
    if found is None:
        return missing(request)
    before, after = _beside(book)
    return render(
        request, "show.html", book, view=found, state=state(found.card, book), before=before, after=after,
        vaccine=short_vaccine(found.card.vaccine), hold=hold_words(found.card) if found.card.state == "held" else "",
    )  # fmt: skip


def state(card: CertificateCard, book: Book) -> str:
    """What the band says: valid, expired, revoked, held."""
    if card.state == "issued" and card.expires_at and card.expires_at <= book.at:
        return "expired"
    return "valid" if card.state == "issued" else "revoked" if card.state == "revoked" else "held" if card.state == "held" else "replaced"


def _beside(book: Book) -> tuple[tuple[Member, CertificateCard] | None, tuple[Member, CertificateCard] | None]:
    """The certificates of the family before and after this one."""
    shown = [(one, card) for one in book.family if (card := _issued(one)) or one.id == book.person_id]
    here = next((place for place, (one, _card) in enumerate(shown) if one.id == book.person_id), 0)
    before = shown[here - 1] if here > 0 else None
    after = shown[here + 1] if here + 1 < len(shown) else None
    return before, after  # type: ignore[return-value]


def _issued(member: Member) -> CertificateCard | None:
    return next((card for card in queries.of_person(member.id) if card.state == "issued"), None)


@mine
def sheet(request: Any, book: Book, certificate: UUID) -> HttpResponse:
    """The certificate to print (A4)."""
    found = _own(book, certificate)
    facts = confirmations.certificate_of(found) if found else None
    if facts is None:
        return missing(request)
    return pdf(paper.certificate_pdf(facts), "chung-nhan-tiem-chung.pdf")
