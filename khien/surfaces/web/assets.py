"""Addresses of static files: the content's hash in the query, so that a file may be kept for a year; style sheets go out packed."""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.http import HttpRequest, HttpResponse

FOLDER = Path(__file__).parent / "static"
KEEP = "public, max-age=31536000, immutable"


@cache
def static(path: str) -> str:
    """The address of a file under `static/`; it changes when the file does."""
    digest = sha256((FOLDER / path).read_bytes()).hexdigest()[:10]
    return f"/{'css' if path.endswith('.css') else 'static'}/{path}?v={digest}"


@dataclass(frozen=True, slots=True)
class _Sheet:
    plain: bytes
    packed: bytes


@cache
def _sheets() -> dict[str, _Sheet]:
    """Every style sheet, plain and packed; what it names lies where the web server serves it."""
    found = {}
    for file in FOLDER.glob("*.css"):
        plain = file.read_bytes().replace(b"url(fonts/", b"url(/static/fonts/").replace(b"url(icons/", b"url(/static/icons/")
        found[file.name] = _Sheet(plain, gzip.compress(plain, 9, mtime=0))
    return found


def stylesheet(request: HttpRequest, sheet: str) -> HttpResponse:
    """A style sheet, packed where the browser reads that: the server of static files does not pack, and the first load is for slow lines."""
    found = _sheets().get(sheet)
    if found is None:
        return HttpResponse(status=404)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        found.packed if packed else found.plain, content_type="text/css; charset=utf-8", headers={"Cache-Control": KEEP, "Vary": "Accept-Encoding"}
    )
    if packed:
        response["Content-Encoding"] = "gzip"
    return response
