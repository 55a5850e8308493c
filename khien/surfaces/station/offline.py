"""The desks as an installed app: its manifest, its worker, and the page that opens a locked tablet without a line."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.surfaces.station import ruling, words
from khien.surfaces.web.assets import static

WORKER = Path(__file__).with_name("worker.js")
PAGES = ("theme.css", "desk.css", "station.css", "vault.css", "slip.css", "mark.svg", "js/station.js", "icons/icon-192.png")
# Asked for by the style sheets, which know no content hash.
BY_NAME = (
    "icons/down.svg",
    *(f"fonts/be-vietnam-pro-{subset}-{weight}-normal.woff2" for subset in ("latin", "vietnamese") for weight in ("400", "700")),
)


def manifest(request: HttpRequest) -> HttpResponse:
    """What a tablet needs to install the desks."""
    icons = [
        {"src": static(f"icons/{kind}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for kind, purpose in (("icon", "any"), ("maskable", "maskable"))
        for size in (192, 512)
    ]
    facts = {
        "id": "/diem/", "name": _("Các bàn tiêm - Khiên"), "short_name": _("Các bàn tiêm"), "start_url": reverse("station:home"),
        "scope": "/diem/", "display": "standalone", "background_color": "#ffffff", "theme_color": "#00423e",
        "description": _("Tiếp đón, khám, tiêm, theo dõi; làm tiếp khi mất mạng."), "icons": icons,
    }  # fmt: skip
    return JsonResponse(facts, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


def files() -> list[str]:
    """Every address that a tablet keeps so that the desks open without a line; each changes when its content does."""
    return [*map(static, PAGES), *words.addresses(), *(f"/static/{path}" for path in BY_NAME), *ruling.files()]


@cache
def _worker() -> str:
    kept = files()
    code = WORKER.read_text(encoding="utf-8")
    version = sha256((code + "".join(kept)).encode()).hexdigest()[:10]
    facts = {"VERSION": version, "KEPT": kept, "DOOR": reverse("station:tablet")}
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in facts.items()) + code


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of /diem/."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def tablet(request: HttpRequest) -> HttpResponse:
    """The page of a tablet without a line; it holds nothing about a session, a member of staff or a person."""
    return render(request, "station/desk.html", {"here": None, "rights": [], "words": words.for_desk(), "modules": words.addresses()})
