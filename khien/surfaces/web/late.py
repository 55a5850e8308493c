"""Forms that come too late: the session is over, or the token is no longer this browser's. What was typed is offered to be sent again.

Never what proves somebody (a password, a PIN, a code), never a file, and only a form that our own page sent.
"""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from khien.kernel import clock

KEPT, LIFE, LARGEST = "late_form", timedelta(minutes=30), 20_000
SECRET = ("password", "pin", "again", "code", "totp", "badge", "otp")
HEAD = _("Biểu mẫu đã mở quá lâu")

Fields = list[tuple[str, str]]


def typed(request: HttpRequest) -> Fields | None:
    """The fields of a late form that may be sent again; None where there is nothing to offer."""
    if request.method != "POST" or request.FILES or not _ours(request):
        return None
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    if (
        not fields
        or any(_proves(name, value) for name, value in fields)
        or sum(len(value) for _name, value in fields) > LARGEST
    ):
        return None
    return fields


def _proves(name: str, value: str) -> bool:
    """Whether this field proves somebody; a second person's box ("second_password") may be there and empty."""
    return name in SECRET or (bool(value) and name.endswith(("_password", "_totp", "_pin")))


def _ours(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very site sent it: another site's form is never offered again."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = urlsplit(request.headers.get("Origin") or request.headers.get("Referer") or "").netloc
    return site == "same-origin" if site else bool(origin) and origin == request.get_host()


def keep(request: HttpRequest) -> None:
    """Keep a late form, sealed, in the new session until its sender has signed in."""
    fields = typed(request)
    if fields is not None:
        kept = {"path": request.get_full_path(), "fields": fields, "at": clock.now().isoformat()}
        request.session[KEPT] = settings.KEYS.seal(json.dumps(kept, ensure_ascii=False), purpose="draft").hex()


def kept(request: HttpRequest) -> tuple[str, Fields] | None:
    """The address and the fields that were kept here within the last half hour."""
    sealed = request.session.get(KEPT)
    if not sealed:
        return None
    found: dict[str, Any] = json.loads(settings.KEYS.open(bytes.fromhex(sealed), purpose="draft"))
    if datetime.fromisoformat(found["at"]) < clock.now() - LIFE:
        return None
    return found["path"], [(name, value) for name, value in found["fields"]]


def forget(request: HttpRequest) -> None:
    """Nothing is kept any more."""
    request.session.pop(KEPT, None)
