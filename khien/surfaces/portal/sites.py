"""Points where people are vaccinated: list and map, hours, vaccines, free places; one point's page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.kernel import clock, vietnamese
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.places.types import SiteInfo, StopInfo, Unit
from khien.surfaces.portal import figures
from khien.surfaces.web import guard, maps, say
from khien.surfaces.web.confirmations import short_vaccine
from khien.visits import queries as visits

AHEAD = timedelta(days=6)
OFFERED = ("planned", "open", "paused")
MOST = 60


@dataclass(frozen=True)
class Line:
    """One point with the sessions of today and of the days after it."""

    site: SiteInfo
    today: tuple[SessionInfo, ...]
    later: tuple[SessionInfo, ...]
    waiting: int
    stops: tuple[StopInfo, ...] = ()

    @property
    def districts(self) -> set[str]:
        """The districts (2021 codes) in which the point stands today: a mobile one in those of its stops."""
        return {stop.place.district_2021 for stop in self.stops} or {self.site.place.district_2021}

    @property
    def free(self) -> int:
        """Places that anyone may still book today."""
        return sum(session.free for session in self.today if session.mode == "open")


def lines(province: str) -> tuple[Line, ...]:
    """The points of a province (2021 code), those open today first."""
    return figures.kept(("sites", province, clock.on_date(clock.now())), lambda: _lines(province))


def _lines(province: str) -> tuple[Line, ...]:
    today = clock.on_date(clock.now())
    scopes = [Scope("province", province, "2021")]
    found: dict[UUID, list[SessionInfo]] = {}
    for session in booking.sessions(scopes, first=today, last=today + AHEAD, states=OFFERED):
        found.setdefault(session.site_id, []).append(session)
    rows, known = [], places.sites(scopes)
    stops: dict[UUID, list[StopInfo]] = {}
    for stop in places.stops_of([site.id for site in known if site.kind != "fixed"], first=today, last=today):
        stops.setdefault(stop.site_id, []).append(stop)
    open_now = [session.id for sessions in found.values() for session in sessions if session.on_date == today and session.state == "open"]
    waiting = visits.in_queue(open_now)
    for site in known:
        sessions = found.get(site.id, [])
        now, later = tuple(s for s in sessions if s.on_date == today), tuple(s for s in sessions if s.on_date > today)
        rows.append(Line(site, now, later, sum(waiting.get(s.id, 0) for s in now), tuple(stops.get(site.id, ()))))
    return tuple(sorted(rows, key=lambda row: (not row.today, not row.later, row.site.name)))


def provinces_with_sites() -> dict[str, int]:
    """How many points each province has (2021 codes)."""

    def count() -> dict[str, int]:
        found: dict[str, int] = {}
        for site in places.sites():
            found[site.place.province_2021] = found.get(site.place.province_2021, 0) + 1
        return found

    return figures.kept("provinces", count)


def index(request: HttpRequest) -> HttpResponse:
    """Points by province, district or commune; the map beside says the same as the list."""
    counted = provinces_with_sites()
    text = request.GET.get("q", "").strip()[:80]
    unit = _near(text) if text else None
    province = places.unit_place(unit.key).province_2021 if unit else request.GET.get("tinh", "")
    if not province and len(counted) == 1:
        province = next(iter(counted))
    district = request.GET.get("quan", "")
    if not province or province not in maps.names("2021"):
        return _country(request, counted, text, unit)
    rows = lines(province)
    shown = [row for row in rows if not district or district in row.districts]
    if unit is not None:
        shown = sorted(shown, key=lambda row: min(_far(where, unit) for where in (row.stops or (row.site,))))
    context = {
        "rows": shown[:MOST], "all": len(shown), "text": text, "unit": unit, "province": places.unit(f"2021-{province}"), "province_code": province,
        "district": places.unit(f"2021-{district}") if district else None, "districts": _districts(rows, province),
        "map": _map(rows, province, district), "many": len(counted) > 1, "short_vaccine": short_vaccine, "today": clock.on_date(clock.now()),
        "unknown": bool(text) and unit is None,
    }  # fmt: skip
    return render(request, "portal/sites.html", context)


def _near(text: str) -> Unit | None:
    """The unit that the words mean: a province or district that they name whole, else the commune nearest in name."""
    typed = f" {vietnamese.letters(text)} "
    for level in ("province", "district"):
        for unit in places.search_units(text, epoch="2021", level=level, limit=3):
            if f" {vietnamese.letters(unit.name)} " in typed and len(typed.split()) <= len(unit.name.split()) + 2:
                return unit
    return next(iter(places.search_units(text, limit=1)), None)


def _far(site: SiteInfo | StopInfo, unit: Unit) -> tuple[int, float, str]:
    place = site.place
    own = place.commune_2021 if unit.epoch == "2021" else place.commune_2025
    rank = (
        0
        if unit.level == "commune" and own == unit.code
        else 1
        if unit.district_code and place.district_2021 == unit.district_code
        else 2
    )
    if site.lat is None or site.lon is None or unit.lat is None or unit.lon is None:
        return rank, 0.0, site.name
    return rank, (site.lat - unit.lat) ** 2 + (site.lon - unit.lon) ** 2, site.name


def _districts(rows: Sequence[Line], province: str) -> list[tuple[Unit, int]]:
    counted: dict[str, int] = {}
    for row in rows:
        for code in row.districts:
            counted[code] = counted.get(code, 0) + 1
    return [(unit, counted[unit.code]) for unit in places.children(f"2021-{province}") if unit.code in counted]


def _map(rows: Sequence[Line], province: str, district: str) -> str:
    """Free places by district; where everyone comes by invitation, the points open today."""
    free = any(row.free for row in rows)
    values: dict[str, float | None] = {}
    for row in rows:
        for code in row.districts:
            if row.today:
                values[code] = (values.get(code) or 0.0) + (row.free if free else 1)
            else:
                values.setdefault(code, None)
    address, here = reverse("portal:sites"), set().union(*(row.districts for row in rows))

    def href(code: str) -> str:
        return f"{address}?tinh={province}&quan={code}" if code in here else f"{address}?tinh={province}"

    without = maps.Without(listed=_("hôm nay không có buổi tiêm đang mở"), unlisted=_("chưa có điểm tiêm"))
    title = _("Chỗ trống hôm nay theo quận, huyện") if free else _("Điểm tiêm mở hôm nay theo quận, huyện")
    return figures.drawn(
        ("points", province, district, free), values,
        lambda: maps.figure(values, figures.scale(values.values()), title=title, province=province, href=href, chosen=district, without=without),
    )  # fmt: skip


def _country(request: HttpRequest, counted: dict[str, int], text: str, unit: Unit | None) -> HttpResponse:
    values: dict[str, float | None] = {code: float(n) for code, n in counted.items()}
    address = reverse("portal:sites")
    title, without = _("Số điểm tiêm theo tỉnh"), maps.Without(unlisted=_("chưa có điểm tiêm"))
    drawn = figures.drawn(
        ("provinces",), values,
        lambda: maps.figure(values, figures.scale(values.values()), title=title, href=lambda code: f"{address}?tinh={code}", without=without),
    )  # fmt: skip
    named = maps.names("2021")
    rows = sorted(((named[code], code, n) for code, n in counted.items() if code in named), key=lambda row: -row[2])
    return render(
        request, "portal/sites_country.html", {"map": drawn, "rows": rows, "text": text, "unknown": bool(text) and unit is None}
    )


def coordinates(request: HttpRequest) -> HttpResponse:
    """Where the points stand (of a province, or all): a device that knows where it is finds the nearest by itself and tells nobody."""
    province = request.GET.get("tinh", "")
    if province and province not in maps.names("2021"):
        return guard.refuse(request, 404)

    def found() -> str:
        scopes = [Scope("province", province, "2021")] if province else None
        rows = [
            {"name": site.name, "address": site.full_address, "lat": site.lat, "lon": site.lon, "href": reverse("portal:site", kwargs={"site": site.id})}
            for site in places.sites(scopes)
            if site.lat is not None and site.lon is not None
        ]
        return json.dumps(rows + _standing_today(scopes), ensure_ascii=False)

    return HttpResponse(figures.kept(("coordinates", province), found), content_type="application/json", headers={"Cache-Control": "max-age=300"})


def _standing_today(scopes: list[Scope] | None) -> list[dict[str, Any]]:
    """Where mobile points stand today, stop by stop; a stop without coordinates stands in the middle of its commune."""
    today = clock.on_date(clock.now())
    named = {site.id: site.name for site in places.sites(scopes) if site.kind != "fixed"}
    stops = places.stops_of(named, first=today, last=today)
    units = places.units(stop.unit_keys[0] for stop in stops)
    rows = []
    for stop in stops:
        unit = units.get(stop.unit_keys[0])
        lat, lon = (stop.lat, stop.lon) if stop.lat is not None else (unit.lat, unit.lon) if unit else (None, None)
        if lat is not None and lon is not None:
            address = f"{say.hm(stop.starts_at)} - {say.hm(stop.ends_at)}: {stop.name}"
            rows.append({"name": named[stop.site_id], "address": address, "lat": lat, "lon": lon, "href": reverse("portal:site", kwargs={"site": stop.site_id})})
    return rows


def site(request: HttpRequest, site: UUID) -> HttpResponse:
    """One point: where it is, its days, what is free hour by hour, how to book."""
    found = places.site(site)
    if found is None or not found.active:
        return guard.refuse(request, 404)
    at = clock.now()
    today = clock.on_date(at)
    sessions = [s for s in booking.sessions(site_id=site, first=today, last=today + AHEAD, states=OFFERED) if s.ends_at > at]
    days = [
        (session, booking.slots(session.id), places.stops(site, session.on_date) if found.kind != "fixed" else [])
        for session in sessions
    ]
    waiting = sum(visits.in_queue(s.id for s in sessions if s.on_date == today and s.state == "open").values())
    context = {
        "units": places.units(key for _session, _slots, stops in days for stop in stops for key in stop.unit_keys),
        "site": found, "days": days, "today": today, "at": at, "waiting": waiting, "short_vaccine": short_vaccine,
        "open": any(s.mode == "open" and s.free for s in sessions),
    }  # fmt: skip
    return render(request, "portal/site.html", context)
