"""The two layers around our views: the frame (language, headers, refusals) and who is there."""

import contextlib
import logging
from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DataError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import translation

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.plumbing import once
from khien.surfaces.web import visitor

log = logging.getLogger("khien.web")
Next = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "khien_lang"
USED = ("GET", "HEAD", "POST")  # no page or address of ours has another method; nothing behind the frame is asked


def frame(get_response: Next) -> Next:
    """Choose the language, set the security headers, and turn a refusal that a view let through into a page."""

    from khien.surfaces.web import errors

    def middleware(request: HttpRequest) -> HttpResponse:
        language = request.COOKIES.get(LANGUAGE_COOKIE)
        translation.activate("en" if language == "en" else "vi")
        if request.method not in USED:
            response = errors.dress(request, HttpResponseNotAllowed(USED))
        elif request.method == "GET":
            with once.reading():
                response = errors.dress(request, get_response(request))
        else:
            response = errors.dress(request, get_response(request))
        visitor.leave(request, response)
        response.headers.setdefault("Content-Language", translation.get_language() or "vi")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if settings.PRACTICE:
            response.headers["Khien-Practice"] = "1"
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        if not response.streaming and response.status_code not in (204, 304):
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    return middleware


class _Who:
    """Looks up the staff member and the account of a request once, and only when asked."""

    def __init__(self, request: HttpRequest) -> None:
        self._session: Any = request.session

    @cached_property
    def staff(self) -> Any:
        from khien.access import queries

        if self._session.untouched:
            key = self._session.session_key
            return queries.staff_of_session(key, at=clock.now()) if key else None
        staff_id = self._session.get("staff_id")
        return queries.staff_ref(UUID(staff_id), at=clock.now()) if staff_id else None

    @cached_property
    def account(self) -> Any:
        from khien.people import queries

        if once.is_reading() and self._session.session_key:
            from khien.surfaces.web import reading

            reading.family(self._session.session_key)
        account_id = self._session.get("account_id")
        return queries.account_ref(UUID(account_id), at=clock.now()) if account_id else None


def who(get_response: Next) -> Next:
    """Give each request `staff` and `account` (None when not signed in), found only when a view asks."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        from khien.surfaces.web import errors

        if isinstance(error, Refused):
            return errors.refusal(request, error)
        if isinstance(error, DataError):  # a sign or a number that no column holds, which a form's own checks let through
            log.error("unwritable: %s", request.resolver_match.view_name if request.resolver_match else "")
            return errors.refusal(request, Refused("web.unwritable"))
        if isinstance(error, OperationalError):
            with contextlib.suppress(Exception):
                log.error("database away: %s", type(error).__name__)
                connection.pool.check()  # the pool's other connections to a server that went away would each fail someone
            return errors.page(request, 503)
        return None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


HttpRequest.staff = property(lambda self: _who(self).staff)  # type: ignore[attr-defined]
HttpRequest.account = property(lambda self: _who(self).account)  # type: ignore[attr-defined]


def _who(request: HttpRequest) -> _Who:
    found = request.__dict__.get("_khien_who")
    if found is None:
        found = request.__dict__["_khien_who"] = _Who(request)
    return found
