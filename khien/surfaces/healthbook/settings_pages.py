"""Help, this device's settings, and privacy in plain words."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from khien.kernel import clock
from khien.people import actions as people
from khien.people import queries
from khien.surfaces.healthbook.book import open_book, render
from khien.surfaces.web import visitor
from khien.surfaces.web.language import YEAR
from khien.surfaces.web.middleware import LANGUAGE_COOKIE


def help_page(request: Any) -> HttpResponse:
    """Whom to call, how to leave, what this device keeps; without signing in the same, but for what is one's own."""
    book = open_book(request) if request.account is not None else None
    known = queries.pinned(visitor.device(request), clock.now()) if book else None
    return render(request, "help.html", book, tab="help", pin=known is not None and book is not None and known.id == book.account.id)


def language(request: Any) -> HttpResponse:
    """Speak this language on the pages and in the messages to this account."""
    wanted = request.POST.get("tieng", "vi")
    response = HttpResponseRedirect(reverse("healthbook:help"))
    if request.method == "POST" and wanted in dict(settings.LANGUAGES):
        people.set_language(account=request.account.id, language=wanted, at=clock.now())
        response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def forget_pin(request: Any) -> HttpResponse:
    """Take the PIN off this device."""
    if request.method == "POST":
        people.forget_device(device=visitor.device(request))
    return HttpResponseRedirect(reverse("healthbook:help"))


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, who sees it, for how long, what one may ask for."""
    return render(request, "privacy.html", tab="help")
