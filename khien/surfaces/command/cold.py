"""The cold chain board: fridges and how they are, times out of range, readings by file, keys of loggers."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.kernel.errors import Refused
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from khien.surfaces.command import frame, stock_words, where
from khien.surfaces.command.stock import tabs
from khien.surfaces.web import reading_files, temperatures
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.locale import lang
from khien.surfaces.web.whole import WholeField

DAY = timedelta(days=1)
MOST = 60
SPANS = {"1": DAY, "7": 7 * DAY, "30": 30 * DAY}


def board(request: HttpRequest) -> HttpResponse:
    """Every fridge within reach, the worst first, with the line of its last day."""
    at = frame.here(request, "stock.see")
    scopes = frame.reach(at.scopes)
    devices = stock.devices(scopes, at=at.at)
    shown = devices[:MOST]
    excursions = stock.excursions(scopes, undecided=True, at=at.at)
    lines: dict[UUID, Any] = {one.id: _spark(one, at.at) for one in shown}
    holds = stock.holds(scopes)
    by_excursion: dict[UUID, list[Any]] = defaultdict(list)
    for one in holds:
        if one.excursion_id:
            by_excursion[one.excursion_id].append(one)
    ids = {one.site_id for one in shown} | {one.site_id for one in excursions}
    return frame.page(
        request, "cold", "stock", tabs=tabs("cold"), devices=shown, more=len(devices) - len(shown), lines=lines, excursions=excursions, holds=by_excursion,
        holders=stock.holders_by_id(ids), kinds=stock_words.EXCURSIONS, rules=stock_words.rule_words(), profiles=_profiles(),
        outside=sum(bool(one.outside) for one in devices), silent=sum(one.silent for one in devices), held=len(holds),
        places=[one for one in stock.holders(scopes) if at.staff.may("stock.move", one.place)][:80], may_decide=at.staff.may("stock.decide"),
    )  # fmt: skip


def _spark(one: Any, now: datetime) -> Any:
    return temperatures.spark(stock.series(one.id, now - DAY, now), low=one.low, high=one.high, since=now - DAY, until=now)


def _profiles() -> dict[str, str]:
    return {code: one.en if lang() == "en" else one.vi for code, one in stock.profiles().items()}


class File(PageForm):
    """Readings from a logger's file."""

    file = forms.FileField(label=_("Tệp CSV của máy ghi"))


class Note(PageForm):
    """Why an excursion harmed nothing."""

    reason = forms.CharField(label=_("Đã xem, lý do"), max_length=300)


def fridge(request: HttpRequest, fridge_id: UUID) -> HttpResponse:
    """One fridge: its line, its times out of range with their decisions, a file of readings."""
    place = where.fridge(fridge_id)
    at = frame.here(request, "stock.see", place)
    found = stock.device(fridge_id, at.at)
    if found is None:
        return not_found(request)
    may_move, wrong, taken = at.staff.may("stock.move", place), "", None
    if request.method == "POST":
        try:
            taken = _do(request, found, at, may_move)
            if taken is None:
                return HttpResponseRedirect(reverse("command:fridge", kwargs={"fridge_id": fridge_id}) + "?xong=1")
        except Refused as refusal:
            wrong = frame.said(refusal)
    span = SPANS.get(request.GET.get("ngay", ""), DAY)
    since = at.at - span
    readings = stock.series(fridge_id, since, at.at)
    drawn = temperatures.line(
        readings[:: max(1, len(readings) // 1500)], low=found.low, high=found.high, since=since, until=at.at, label=gettext("Nhiệt độ của %(name)s") % {"name": found.name}
    )
    return frame.page(
        request, "fridge", "stock", status=400 if wrong else 200, device=stock.device(fridge_id, at.at), holder=stock.holder(found.site_id), drawn=drawn, wrong=wrong, taken=taken,
        excursions=stock.excursions(device_id=fridge_id, at=at.at), kinds=stock_words.EXCURSIONS, rules=stock_words.rule_words(), decisions=stock_words.DECISIONS,
        holds=[one for one in stock.holds(site_id=found.site_id, decided=True) if one.cause == "excursion"], may_move=may_move, days=[(key, int(key)) for key in SPANS],
        chosen=request.GET.get("ngay", "1"), may_decide=at.staff.may("stock.decide", place), profiles=_profiles(), problems=stock_words.PROBLEMS, upload=File(), note=Note(),
        lowest=min((value for _, value in readings), default=None), highest=max((value for _, value in readings), default=None), count=len(readings),
        aside=stock.aside(found.site_id, since=at.at - 7 * DAY, limit=20),
    )  # fmt: skip


def _do(request: HttpRequest, found: Any, at: frame.Here, may_move: bool) -> Any:
    if request.POST.get("act") == "note" and at.staff.may("stock.decide", at.place):
        stock_acts.decide_excursion(excursion_id=_id(request.POST.get("excursion", "")), device_id=found.id, reason=request.POST.get("reason", ""), by=at.by, at=at.at)
        return None
    sent = request.FILES.get("file")
    if sent is None or not may_move:
        raise Refused("stock.file_unreadable")
    key = stock.Key(None, found.site_id, None)
    return stock_acts.take_readings(reading_files.rows(sent.read(), default=str(found.id)), key=key, at=at.at)


def _id(text: str, otherwise: str = "stock.excursion_unknown") -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(otherwise) from None


class Device(PageForm):
    """A new fridge with its logger."""

    code = forms.CharField(label=_("Mã tủ hoặc máy ghi"), max_length=40)
    name = forms.CharField(label=_("Tên"), max_length=80)
    profile = forms.ChoiceField(label=_("Loại tủ"))
    every_minutes = WholeField(label=_("Mấy phút đo một lần"), min_value=1, max_value=60, initial=5)


def fridges(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """A holder's fridges: add one, make or end the token of a gateway."""
    at = frame.here(request, "stock.move", where.holder(site_id))
    holder = stock.holder(site_id)
    if holder is None:
        return not_found(request)
    act, token = request.POST.get("act", ""), ""
    form = Device(request.POST if act == "add" else None)
    form.fields["profile"].choices = list(_profiles().items())
    if act == "add" and form.is_valid():
        added = stock_acts.add_device(site_id=site_id, by=at.by, at=at.at, **form.cleaned_data)
        return HttpResponseRedirect(reverse("command:fridge", kwargs={"fridge_id": added}))
    if act == "key":
        token = stock_acts.make_key(label=request.POST.get("label", "") or gettext("Máy ghi"), site_id=site_id, by=at.by, at=at.at)
    elif act == "end":
        stock_acts.end_key(key_id=_id(request.POST.get("key", ""), "stock.key_unknown"), site_id=site_id, by=at.by, at=at.at)
    return frame.page(
        request, "fridges", "stock", status=409 if form.is_bound else 200, holder=holder, form=form, token=token, keys=stock.keys(site_id), devices=stock.devices(site_id=site_id, at=at.at), profiles=_profiles()
    )
