"""The installed app: its manifest, its worker, and the page for when there is no network."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.surfaces.healthbook.book import render
from khien.surfaces.web.assets import static

WORKER = Path(__file__).with_name("worker.js")
SHELL = ("theme.css", "book.css", "mark.svg", "js/book.js", "icons/icon-192.png")
# Asked for by the style sheets, which know no content hash.
BY_NAME = (
    "icons/down.svg",
    *(f"fonts/be-vietnam-pro-{subset}-{weight}-normal.woff2" for subset in ("latin", "vietnamese") for weight in ("400", "700")),
)


def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install the health book."""
    icons = [
        {"src": static(f"icons/{kind}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for kind, purpose in (("icon", "any"), ("maskable", "maskable"))
        for size in (192, 512)
    ]
    facts = {
        "id": "/so/", "name": _("Sổ sức khỏe - Khiên"), "short_name": _("Sổ sức khỏe"), "start_url": reverse("healthbook:home"),
        "scope": "/so/", "display": "standalone", "background_color": "#ffffff", "theme_color": "#00605b",
        "description": _("Lịch tiêm, mũi đã tiêm và chứng nhận của cả nhà."), "icons": icons,
    }  # fmt: skip
    return JsonResponse(facts, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@cache
def _worker() -> str:
    shell = [*map(static, SHELL), *(f"/static/{path}" for path in BY_NAME), "/so/ngoai-tuyen"]
    code = WORKER.read_text(encoding="utf-8")
    version = sha256((code + "".join(shell)).encode()).hexdigest()[:10]
    return f"const VERSION = {json.dumps(version)};\nconst SHELL = {json.dumps(shell)};\n{code}"


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of /so/."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def offline(request: HttpRequest) -> HttpResponse:
    """The page that stands in when there is no network: what this device kept, and what cannot be done now."""
    return render(request, "offline.html")
