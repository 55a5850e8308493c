"""What a browser carries between visits beside the session: which device it is, and the form it has half filled in.

Signed cookies, so that nobody makes one up; they hold random ids, never a fact about a person.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from khien.plumbing import limits

DEVICE, DRAFT, POINT = "khien_may", "khien_nhap", "khien_diem"
LIVES = {DEVICE: timedelta(days=365), DRAFT: timedelta(days=7), POINT: timedelta(days=365)}


def device(request: HttpRequest) -> str:
    """The device's own random name; made at the first question. Codes are bound to it."""
    known = _read(request, DEVICE)
    if not known:
        known = secrets.token_urlsafe(16)
        _write(request, DEVICE, known)
    return known


def address(request: HttpRequest) -> str:
    """Where the request comes from, for limits only; behind a proxy that we run, its last hop's word."""
    if settings.SECURE_COOKIES and (told := request.headers.get("X-Forwarded-For")):
        return told.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def brake(request: HttpRequest, what: str, *, a_device: int, an_address: int, at: datetime) -> None:
    """Let a device, and all devices behind one address, do this so often within an hour. Raises Refused plumbing.too_many_tries."""
    limits.brake(what, device(request), most=a_device, within=timedelta(hours=1), at=at)
    limits.brake(f"{what}-address", address(request), most=an_address, within=timedelta(hours=1), at=at)


def draft(request: HttpRequest) -> UUID | None:
    """The id of the form half filled in."""
    try:
        return UUID(_read(request, DRAFT))
    except ValueError:
        return None


def keep_draft(request: HttpRequest, id: UUID | None) -> None:
    """Remember the form for a week of pauses; None forgets it."""
    _write(request, DRAFT, str(id) if id else "")


def enrolled(request: HttpRequest) -> str:
    """The secret of a device that its point's lead enrolled; "" on any other."""
    return _read(request, POINT)


def keep_enrolled(request: HttpRequest, secret: str) -> None:
    """Keep the secret of this device, told once at its enrolment."""
    _write(request, POINT, secret)


def _read(request: HttpRequest, name: str) -> str:
    fresh: dict[str, str] = request.__dict__.get("_khien_cookies", {})
    if name in fresh:
        return fresh[name]
    try:
        return str(signing.get_cookie_signer(salt=name).unsign(request.COOKIES.get(settings.COOKIES + name, "")))
    except signing.BadSignature:
        return ""


def _write(request: HttpRequest, name: str, value: str) -> None:
    request.__dict__.setdefault("_khien_cookies", {})[name] = value


def leave(request: HttpRequest, response: HttpResponse) -> None:
    """Put into the response what this request has set (the frame calls it)."""
    for name, value in request.__dict__.get("_khien_cookies", {}).items():
        if not value:
            response.delete_cookie(settings.COOKIES + name, samesite="Lax")
            continue
        response.set_cookie(
            settings.COOKIES + name, signing.get_cookie_signer(salt=name).sign(value), max_age=LIVES[name], httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
