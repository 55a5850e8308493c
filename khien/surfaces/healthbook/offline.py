"""The installed app: its manifest, its worker, and the page for when there is no network."""

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.surfaces.healthbook.book import render
from khien.surfaces.web import installed
from khien.surfaces.web.assets import static

WORKER = Path(__file__).with_name("worker.js")
SHELL = ("theme.css", "book.css", "mark.svg", "js/book.js", "icons/icon-192.png")


def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install the health book."""
    return installed.manifest(
        scope="/so/", name=_("Sổ sức khỏe - Khiên"), short_name=_("Sổ sức khỏe"), start=reverse("healthbook:home"), colour="#00605b",
        description=_("Lịch tiêm, mũi đã tiêm và chứng nhận của cả nhà."),
    )  # fmt: skip


@cache
def _worker() -> str:
    return installed.worker_code(WORKER, [*map(static, SHELL), *installed.BY_NAME, "/so/ngoai-tuyen"])


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of /so/."""
    return installed.worker(_worker())


def offline(request: HttpRequest) -> HttpResponse:
    """The page that stands in when there is no network: what this device kept, and what cannot be done now."""
    return render(request, "offline.html")
