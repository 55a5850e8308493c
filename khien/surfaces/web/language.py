"""The choice of language: kept in a cookie for a year, asked for by an ordinary link."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

YEAR = 365 * 24 * 3600


def chosen(request: HttpRequest) -> str:
    """The language of the cookie; Vietnamese where none was chosen."""
    value = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return value if value in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def switch(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the choice and go back to where the person was."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    there = request.GET.get("tiep", "/")
    if not url_has_allowed_host_and_scheme(there, allowed_hosts=None) or not there.startswith("/"):
        there = "/"
    response = HttpResponseRedirect(there)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response
