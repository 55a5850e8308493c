"""A surface installed as an app: its manifest, and the worker that keeps its addresses for when there is no line."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.http import HttpResponse, JsonResponse

from khien.surfaces.web.assets import static

# Asked for by the style sheets, which know no content hash.
BY_NAME = tuple(
    f"/static/{path}" for path in (
        "icons/down.svg",
        *(f"fonts/be-vietnam-pro-{subset}-{weight}-normal.woff2" for subset in ("latin", "vietnamese") for weight in ("400", "700")),
    )
)  # fmt: skip


def manifest(*, scope: str, name: str, short_name: str, description: str, start: str, colour: str) -> HttpResponse:
    """What a device needs to install the surface that stands under `scope`; `colour` is the browser's bar, as #rrggbb."""
    icons = [
        {"src": static(f"icons/{kind}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for kind, purpose in (("icon", "any"), ("maskable", "maskable"))
        for size in (192, 512)
    ]
    facts = {
        "id": scope, "name": name, "short_name": short_name, "start_url": start, "scope": scope, "display": "standalone",
        "background_color": "#ffffff", "theme_color": colour, "description": description, "icons": icons,
    }  # fmt: skip
    return JsonResponse(facts, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


def worker_code(source: Path, kept: list[str], **facts: Any) -> str:
    """The worker's script with the addresses it keeps (KEPT), a VERSION that changes with them, and what else it is told."""
    code = source.read_text(encoding="utf-8")
    told: Mapping[str, Any] = {"VERSION": sha256((code + "".join(kept)).encode()).hexdigest()[:10], "KEPT": kept, **facts}
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items()) + code


def worker(code: str) -> HttpResponse:
    """A worker's script, asked for anew each time."""
    response = HttpResponse(code, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
