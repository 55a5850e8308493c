"""Short addresses typed by hand: a system without its last slash, the screen in the hall."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.urls import reverse

ROOTS = ("so", "diem", "dieu-phoi", "mcc")


def to_root(root: str) -> Callable[[HttpRequest], HttpResponse]:
    """The view of one bare root."""
    return lambda request: HttpResponsePermanentRedirect(f"/{root}/")


def to_hall(request: HttpRequest, session: UUID) -> HttpResponse:
    """The hall screen of a session, at an address short enough for a television's remote control."""
    return HttpResponseRedirect(reverse("station:hall", kwargs={"session": session}))
