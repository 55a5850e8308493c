"""The first page: four tasks, today's numbers in one line, the hotline."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from khien.surfaces.portal import figures

ROBOTS = """User-agent: *
Disallow: /dang-ky/
Disallow: /tra-cuu/
Disallow: /to-chuc/
Disallow: /tra-loi/
Disallow: /demo/
Disallow: /so/
Disallow: /diem/
Disallow: /dieu-phoi/
Disallow: /mcc/
Disallow: /ngon-ngu/
"""


def home(request: HttpRequest) -> HttpResponse:
    """What people come for; no script, under 100 kB with its fonts."""
    return render(request, "portal/home.html", {"today": figures.today()})


def robots(request: HttpRequest) -> HttpResponse:
    """What search engines leave alone."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
