"""The choice of language: kept in a cookie for a year, asked for by an ordinary link."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from khien.surfaces.web.middleware import LANGUAGE_COOKIE

YEAR = 365 * 24 * 3600


def switch(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the choice and go back to where the person was."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    there = request.GET.get("tiep", "/")
    if not url_has_allowed_host_and_scheme(there, allowed_hosts=None) or not there.startswith("/"):
        there = "/"
    response = HttpResponseRedirect(there)
    response.set_cookie(LANGUAGE_COOKIE, code, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response
