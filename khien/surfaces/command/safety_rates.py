"""Rates of events with exact intervals, the map, the screen for signals, and how follow-up stands."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as now_

from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.places import queries as places
from khien.places.types import Unit
from khien.safety import actions, queries
from khien.surfaces.command import choosing, frame, where
from khien.surfaces.command import safety_words as words
from khien.surfaces.command.spot import EPOCHS, read_day
from khien.surfaces.web import charts, maps, say
from khien.surfaces.web.locale import lang

QUARTER = timedelta(days=90)
LEAST_SIGNALS = 40
FEW = 30  # doses; an interval over fewer would leave no room for the others


def _span(request: HttpRequest, at: frame.Here) -> tuple[date, date]:
    first, last = read_day(request.GET.get("tu"), at.on - QUARTER), read_day(request.GET.get("den"), at.on)
    return min(first, last), max(first, last)


def rates(request: HttpRequest) -> HttpResponse:
    """Events for 100,000 doses by product, lot, dose, age, sex and site."""
    at = frame.here(request, "safety.rates")
    chosen, (first, last) = choosing.choose(request, at), _span(request, at)
    severe = request.GET.get("nang") == "1"
    by = request.GET.get("theo", "vaccine")
    by = by if by in queries.BY else "vaccine"
    rows = queries.rates(by, scopes=chosen.scopes, first=first, last=last, severe_only=severe)
    names = {str(site_id): site.name for site_id, site in places.sites_by_id([UUID(row.key) for row in rows if row.key]).items()} if by == "site" else {}
    return frame.page(
        request, "safety_rates", "safety", chosen=chosen, first=first, last=last, by=by, rows=rows, names=names, severe=severe, words=words,
        outside=queries.outside_rates(chosen.scopes, first=first, last=last), as_of=queries.as_of(at.at), top=max((row.high or 0 for row in rows if row.doses >= FEW), default=0),
    )  # fmt: skip


def signals(request: HttpRequest) -> HttpResponse:
    """Lots at sites with more events than expected, with how often was looked told."""
    at = frame.here(request, "safety.rates")
    chosen, (first, last) = choosing.choose(request, at), _span(request, at)
    severe = request.GET.get("nang") == "1"
    found = queries.screen(scopes=chosen.scopes, first=first, last=last, severe_only=severe)[:LEAST_SIGNALS]
    sites = places.sites_by_id({one.site_id for one in found})
    return frame.page(
        request, "safety_signals", "safety", chosen=chosen, first=first, last=last, rows=found, sites=sites, severe=severe, as_of=queries.as_of(at.at),
    )  # fmt: skip


def chart(request: HttpRequest) -> HttpResponse:
    """The map in either geography: events for 100,000 doses by province, by district of one of 2021, by commune of 2025."""
    at = frame.here(request, "safety.rates")
    chosen, (first, last) = choosing.choose(request, at), _span(request, at)
    severe = request.GET.get("nang") == "1"
    key = chosen.key or choosing.own_unit(at)
    epoch = request.GET.get("ky", "") if request.GET.get("ky") in EPOCHS else key[:4] or EPOCHS[0]
    column, province = _level(places.unit(key) if key else None, epoch)
    counted = queries.by_unit(column, scopes=chosen.scopes, first=first, last=last, severe_only=severe)
    rows = sorted(((code, n, doses, n / doses * 1e5 if doses else None) for code, (n, doses) in counted.items()), key=lambda row: -(row[3] or 0))
    named = {code: one.full_name for code in counted if (one := places.unit(f"{epoch}-{code}"))}
    return frame.page(
        request, "safety_map", "safety", chosen=chosen, first=first, last=last, rows=rows, names=named, severe=severe, epoch=epoch,
        figure=_figure({code: rate for code, _n, _doses, rate in rows if rate is not None}, column, province, named), as_of=queries.as_of(at.at),
    )  # fmt: skip


def _level(unit: Unit | None, epoch: str) -> tuple[str, str]:
    """By which unit the rates are told, and the province of 2021 whose districts are drawn ("": none)."""
    if epoch == "2025":
        return ("commune_2025" if unit else "province_2025"), ""
    old = places.old_provinces(unit.key) if unit else ()
    return ("district_2021", old[0]) if len(old) == 1 else ("province_2021", "")


def _figure(shown: dict[str, float], column: str, province: str, named: dict[str, str]) -> Any:
    """The rates drawn as a map, the highest as bars where none is drawn: communes of 2025."""
    if column == "commune_2025":
        most = max([*shown.values(), 1])
        ranked = [(code, rate) for code, rate in shown.items() if rate][:12]
        return charts.bars([charts.Line(named.get(code, code), rate / most, say.thousands(round(rate), lang()), "") for code, rate in ranked])
    scale = maps.Scale.counts(list(shown.values()))
    codes = [unit.code for unit in places.children(f"2021-{province}")] if province else list(maps.names(column[-4:]))
    drawn = {code: shown.get(code) for code in codes}
    return maps.figure(drawn, scale, title=now_("Phản ứng trên 100.000 mũi"), epoch=column[-4:], province=province)


def calls(request: HttpRequest) -> HttpResponse:
    """Who left early, who should be called, and how the questions were answered."""
    at = frame.here(request, "safety.follow")
    return _calls(request, at)


def _calls(request: HttpRequest, at: frame.Here, wrong: str = "") -> HttpResponse:
    chosen = choosing.choose(request, at)
    rows = queries.to_call(chosen.scopes, at=at.at, limit=60)
    ids = [row.person_id for row in rows]
    at.looked(*ids, purpose="reaction")
    reach, basics = people.reach(ids), people.basics(ids)
    sites = places.sites_by_id({row.site_id for row in rows if row.site_id})
    lines: list[dict[str, Any]] = [
        {"row": row, "name": basics[row.person_id].full_name if row.person_id in basics else "", "phone": reach.get(row.person_id, ("", ""))[0], "site": sites.get(row.site_id)}
        for row in rows
    ]  # fmt: skip
    counts = queries.follow_up_counts(chosen.scopes, at=at.at, since=at.on - QUARTER)
    return frame.page(request, "safety_calls", "safety", 409 if wrong else 200, chosen=chosen, lines=lines, counts=counts, words=words, wrong=wrong)


def called(request: HttpRequest, follow_up: UUID) -> HttpResponse:
    """Write what came of a call."""
    at = frame.here(request, "safety.follow", where.follow_up(follow_up))
    if request.method == "POST":
        told = request.POST
        try:
            actions.call_follow_up(
                follow_up_id=follow_up, outcome=told.get("outcome", ""), text=told.get("text", ""), symptoms=tuple(one for one in told.getlist("signs") if one), by=at.by, at=at.at
            )
        except Refused as refusal:
            return _calls(request, frame.here(request, "safety.follow"), frame.said(refusal))
    return HttpResponseRedirect(reverse("command:safety_calls"))
