"""Every route says who may use it: public, a citizen, or staff with a permission. A house test fails for one that does not."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.csrf import csrf_exempt

from khien.access import permissions
from khien.kernel.refs import PlaceFacts
from khien.surfaces.web import late, visitor

View = Callable[..., HttpResponse]
PlaceOf = Callable[..., PlaceFacts | None]


@dataclass
class Guard:
    """Who may pass to `view`: kind is public, citizen, session, device, tablet, staff or demo; `may` a permission; `place` finds the place from the route."""

    kind: str
    view: View
    may: str = ""
    place: PlaceOf | None = None


def public(route: str, view: View, name: str) -> URLPattern:
    """A page for everyone."""
    guard = Guard("public", view)

    @wraps(view)
    def open_to_all(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return guard.view(request, **kwargs)

    return path(route, _marked(open_to_all, guard), name=name)


def citizen(route: str, view: View, name: str) -> URLPattern:
    """A page for a signed-in account of the health book; it sees only the records linked to it."""
    guard = Guard("citizen", view)

    @wraps(view)
    def guarded(request: Any, **kwargs: Any) -> HttpResponse:
        if request.account is None:
            late.keep(request)
            return HttpResponseRedirect(f"{reverse('healthbook:sign_in')}?tiep={request.path}")
        return guard.view(request, **kwargs)

    return path(route, _marked(guarded, guard), name=name)


def session(route: str, view: View, name: str) -> URLPattern:
    """An address for programs of a signed-in citizen; the view hands `request.session.session_key` to a door that finds the account
    in its own statement and refuses whom it may not serve (people_opener). Without a session: 401.
    """
    guard = Guard("session", view)

    @wraps(view)
    def guarded(request: Any, **kwargs: Any) -> HttpResponse:
        if not request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            return HttpResponse('{"refused": {"code": "not_signed_in"}}', status=401, content_type="application/json")
        return guard.view(request, **kwargs)

    return path(route, _marked(guarded, guard), name=name)


def device(route: str, view: View, name: str) -> URLPattern:
    """An address for machines with a token of their own in the Authorization header; the view hands it to the door that knows it.

    No cookie is read, so no form of another site can use it.
    """
    guard = Guard("device", view)

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return HttpResponse('{"refused": {"code": "not_signed_in"}}', status=401, content_type="application/json")
        return guard.view(request, **kwargs)

    return path(route, csrf_exempt(_marked(guarded, guard)), name=name)


def tablet(route: str, view: View, name: str) -> URLPattern:
    """An address for the scripts of an enrolled device, whoever is signed in on it or nobody; the view asks which device it is.

    What it takes is sealed and signed by the device itself, so no form of another site can use it. Without the device's cookie: 401.
    """
    guard = Guard("tablet", view)

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not visitor.enrolled(request):
            return HttpResponse('{"refused": {"code": "not_enrolled"}}', status=401, content_type="application/json")
        return guard.view(request, **kwargs)

    return path(route, csrf_exempt(_marked(guarded, guard)), name=name)


def staff(route: str, view: View, name: str, *, may: str, place: PlaceOf | None = None) -> URLPattern:
    """A page for staff who hold `may`; with `place`, only where the thing in the address stands.

    `place` is called with the route's arguments and returns the PlaceFacts of that thing, or None when there is none (404).
    Without `place` the view itself must narrow its query to `request.staff.scopes(may)`.
    """
    if may != "signed_in":
        permissions.known(may)
    from khien.surfaces.web import errors

    guard = Guard("staff", view, may, place)

    @wraps(view)
    def guarded(request: Any, **kwargs: Any) -> HttpResponse:
        if request.staff is None:
            door = f"{reverse('command:sign_in')}?tiep={request.path}"
            return errors.late_at_the_door(request, door) or HttpResponseRedirect(door)
        where = None
        if guard.place is not None:
            where = guard.place(**kwargs)
            if where is None:
                return refuse(request, 404)
        if may != "signed_in" and not request.staff.may(may, where):
            return errors.barred(request)
        return guard.view(request, **kwargs)

    return path(route, _marked(guarded, guard), name=name)


def demo(route: str, view: View, name: str) -> URLPattern:
    """A page that only a demo instance has; elsewhere it is absent."""
    guard = Guard("demo", view)

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return guard.view(request, **kwargs) if settings.DEMO else refuse(request, 404)

    return path(route, _marked(guarded, guard), name=name)


def refuse(request: HttpRequest, status: int) -> HttpResponse:
    """The page of an HTTP error, worded for a person."""
    from khien.surfaces.web import errors

    return errors.page(request, status)


def _marked(view: View, guard: Guard) -> View:
    @wraps(view)
    def marked(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return view(request, **kwargs)

    marked.guard = guard  # type: ignore[attr-defined]
    return marked
