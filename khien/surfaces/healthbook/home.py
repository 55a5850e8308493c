"""The home page: the one next thing, then certificate, doses, and the ways on."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from khien.certificates import queries as certificates
from khien.certificates.types import CertificateCard
from khien.immunizations.types import History
from khien.kernel.errors import Refused
from khien.plumbing import access_log
from khien.surfaces.healthbook.book import Book, mine, open_book, render
from khien.surfaces.healthbook.next_thing import history_of, next_thing
from khien.surfaces.web.refusals import word


def home(request: Any) -> HttpResponse:
    """The home of the person looked at last; without any, how to begin."""
    book = open_book(request)
    return _home(request, book) if book.member else render(request, "begin.html", book, tab="home")


@mine
def person_home(request: Any, book: Book) -> HttpResponse:
    """The home of this person."""
    return _home(request, book)


def _home(request: Any, book: Book) -> HttpResponse:
    history = history_of(book)
    felt = request.session.get("felt", {}).get(str(book.person_id)) == book.on.isoformat()
    certificate = latest_certificate(book)
    return render(
        request, "home.html", book, tab="home", history=history, next=next_thing(book, history, felt), certificate=certificate,
        hold=hold_words(certificate) if certificate and certificate.state == "held" else "", dn=counted(history, certificate),
        last_read=next(iter(access_log.reads_of(book.person_ids, limit=1)), None),
    )  # fmt: skip


def latest_certificate(book: Book) -> CertificateCard | None:
    """The certificate of the last dose that has one; where none has, what holds the last one."""
    live = certificates.of_person(book.person_id)
    return next((one for one in live if one.state == "issued"), live[0] if live else None)


def counted(history: History, card: CertificateCard | None) -> str:
    """The dose's number in its series, as the certificate says it ("2/2")."""
    if card is None or card.state != "issued":
        return ""
    dose = next((one for one in history.doses if one.record_id == card.record_id), None)
    return certificates.dose_number(dose) if dose else ""


def hold_words(card: CertificateCard) -> str:
    """Why there is no certificate yet, and what frees it."""
    return word(Refused(f"certificates.{card.hold}", **card.hold_facts))


def to_page(name: str) -> Callable[..., HttpResponse]:
    """A short address leads to the page of the person looked at last."""

    def lead(request: Any) -> HttpResponse:
        book = open_book(request)
        if book.member is None:
            return HttpResponseRedirect(reverse("healthbook:home"))
        return HttpResponseRedirect(reverse(f"healthbook:{name}", kwargs={"person": book.person_id}))

    return lead
