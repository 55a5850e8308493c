"""A district technician opens a practice copy of a point, gives out its cards, watches the scores, closes it."""

import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from khien.booking import queries as booking
from khien.kernel.errors import Refused
from khien.kernel.names import read_name
from khien.places import queries as places
from khien.places.types import SiteInfo
from khien.plumbing import practice
from khien.readiness import actions, rules
from khien.readiness import queries as readiness
from khien.readiness.types import DeskAsked, PracticeInfo
from khien.surfaces.command import frame, where
from khien.surfaces.web import practice_words, qr
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.guard import refuse

GUESTS = (6, 12, 24, 48)
LETTERS = "abcdefghkmnpqrstuvwxyz"
USUAL_VACCINE = "AZ"


def open_(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Choose the people, a script for each desk and the size of the crowd; the cards are shown once."""
    if settings.PRACTICE:
        return refuse(request, 404)
    at = frame.here(request, "practice.open", where.site(site_id))
    site = places.site(site_id)
    if site is None:
        return not_found(request)
    wrong = ""
    told = request.POST if request.method == "POST" else None
    if told is not None:
        try:
            asked = _asked(told)
            opened = actions.open_practice(site_id=site_id, desks=asked, guests=_guests(told), by=at.by, at=at.at)
        except Refused as refusal:
            wrong = frame.said(refusal)
        else:
            return _cards(request, site, opened)
    facts = {"site": site, "desks": rules.SCRIPTS, "words": practice_words, "guests": GUESTS, "told": told or {}, "running": readiness.open_practice()}
    return frame.page(request, "practice_open", "ready", wrong=wrong, status=409 if wrong else 200, **facts)


def _asked(told: Any) -> list[DeskAsked]:
    """One person a line in each desk's box. Raises Refused names.*."""
    people = [(desk, line.strip()) for desk in rules.DESKS for line in told.get(f"{desk}-names", "").splitlines() if line.strip()]
    return [DeskAsked(desk, told.get(f"{desk}-script", "") or rules.SCRIPTS[desk][0], read_name(name).value) for desk, name in people]


def _guests(told: Any) -> int:
    text = str(told.get("guests", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _cards(request: HttpRequest, site: SiteInfo, opened: PracticeInfo) -> HttpResponse:
    """Order the copy, and show the cards: each with an account and a password that nobody sees again."""
    people = [
        {"number": number, "desk": one.desk, "script": one.script, "name": one.name, "username": f"tap{number + 1:02d}", "password": _password()}
        for number, one in enumerate(opened.desks)
    ]
    technician = {"username": "kythuat", "password": _password()}
    practice.order(settings.DATA, {
        "id": str(opened.id), "site": _site_facts(site), "vaccines": _vaccines(site), "guests": opened.guests, "technician": technician, "desks": people,
    })  # fmt: skip
    cover = {by: step for step, by in rules.covering(one.desk for one in opened.desks).items() if by}
    href = address(request)
    return frame.page(
        request, "practice_cards", "ready", site=site, people=people, technician=technician, words=practice_words, cover=cover, href=href,
        qr_code=qr.svg(href, gettext("Bản tập")),
    )  # fmt: skip


def _password() -> str:
    """Three groups that are read aloud without doubt."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def _site_facts(site: SiteInfo) -> dict[str, Any]:
    place = site.place
    return {
        "name": site.name, "name_en": site.name_en, "kind": site.kind, "tables": site.tables, "phone": site.phone, "address": site.address,
        "commune_key": f"2021-{place.commune_2021}" if place.commune_2021 else f"2025-{place.commune_2025}", "commune_2025": place.commune_2025,
        "hospital": site.hospital, "hospital_phone": site.hospital_phone, "lat": site.lat, "lon": site.lon,
        "facility_name": site.facility_name, "facility_code": site.facility_code,
    }  # fmt: skip


def _vaccines(site: SiteInfo) -> list[str]:
    """What the point's newest planned session offers."""
    planned = [one for one in booking.sessions(None, site_id=site.id) if one.state != "cancelled"]
    return list(planned[-1].vaccines) if planned else [USUAL_VACCINE]


def address(request: HttpRequest) -> str:
    """Where the copy answers: this host, its own port; behind a proxy, KHIEN_PRACTICE_URL."""
    if settings.PRACTICE_URL:
        return f"{settings.PRACTICE_URL.rstrip('/')}/diem/"
    host = request.get_host()
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    port = practice.standing(settings.DATA).get("port") or int(request.get_port()) + 1
    return f"{request.scheme}://{name}:{port}/diem/"


def now(request: HttpRequest) -> HttpResponse:
    """The practice that is open now: how it stands, the scores so far, and its end."""
    if settings.PRACTICE:
        return refuse(request, 404)
    at = frame.here(request, "practice.open")
    found = readiness.open_practice()
    site = places.site(found.site_id) if found else None
    mine = found is not None and at.staff.may("practice.open", where.site(found.site_id))
    if request.method == "POST" and found is not None:
        if not mine:
            return refuse(request, 403)
        closed = actions.close_practice(practice_id=found.id, scores=practice.scores(settings.DATA)["scores"], by=at.by, at=at.at)
        practice.withdraw(settings.DATA)
        return HttpResponseRedirect(reverse("command:ready_point", kwargs={"site_id": closed.site_id}))
    standing = practice.standing(settings.DATA)
    told = practice.scores(settings.DATA) if mine and found and standing.get("order") == str(found.id) else {"at": "", "scores": []}
    return frame.page(request, "practice_now", "ready", found=found, site=site, mine=mine, standing=standing, told=told, words=practice_words, href=address(request))
