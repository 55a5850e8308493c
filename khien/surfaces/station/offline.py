"""The desks as an installed app: its manifest, its worker, and the page that opens a locked tablet without a line."""

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.surfaces.station import ruling, words
from khien.surfaces.web import installed
from khien.surfaces.web.assets import static

WORKER = Path(__file__).with_name("worker.js")
PAGES = ("theme.css", "desk.css", "station.css", "vault.css", "slip.css", "mark.svg", "js/station.js", "icons/icon-192.png")


def manifest(request: HttpRequest) -> HttpResponse:
    """What a tablet needs to install the desks."""
    return installed.manifest(
        scope="/diem/", name=_("Các bàn tiêm - Khiên"), short_name=_("Các bàn tiêm"), start=reverse("station:home"), colour="#00423e",
        description=_("Tiếp đón, khám, tiêm, theo dõi; làm tiếp khi mất mạng."),
    )  # fmt: skip


def files() -> list[str]:
    """Every address that a tablet keeps so that the desks open without a line; each changes when its content does."""
    return [*map(static, PAGES), *words.addresses(), *installed.BY_NAME, *ruling.files()]


@cache
def _worker() -> str:
    return installed.worker_code(WORKER, files(), DOOR=reverse("station:tablet"))


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of /diem/."""
    return installed.worker(_worker())


def tablet(request: HttpRequest) -> HttpResponse:
    """The page of a tablet without a line; it holds nothing about a session, a member of staff or a person."""
    return render(request, "station/desk.html", {"here": None, "shelf": [], "rights": [], "words": words.for_desk(), "modules": words.addresses()})
