"""The route of a mobile point through a day: stops with hours, whose people come, doses carried; what is booked and what is there."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.places import actions as place_acts
from khien.places import queries as places
from khien.places.types import StopInfo
from khien.stock import queries as stock
from khien.surfaces.command import frame, where
from khien.surfaces.command.register_forms import find_unit
from khien.surfaces.command.sessions import HourField
from khien.surfaces.command.spot import read_day
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.whole import WholeField

ONE_DAY = timedelta(days=1)


class StopForm(PageForm):
    """One stop; doses by product are fields of their own."""

    name = forms.CharField(label=_("Nơi dừng"), max_length=120)
    address = forms.CharField(label=_("Địa chỉ"), max_length=200, required=False)
    commune = forms.CharField(label=_("Xã, phường của nơi dừng"), max_length=120, help_text=_("Ví dụ: phường 15 quận 10"))
    serves = forms.CharField(
        label=_("Xã, phường khác đến đây tiêm"), max_length=600, required=False, help_text=_("Mỗi xã một dòng"), widget=forms.Textarea(attrs={"rows": 3})
    )
    starts = HourField(label=_("Từ"))
    ends = HourField(label=_("Đến"))

    def __init__(self, *args: Any, vaccines: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vaccines = vaccines
        for code in vaccines:
            self.fields[f"lieu_{code}"] = WholeField(label=short_vaccine(code), min_value=0, max_value=100_000, required=False)

    @property
    def dose_fields(self) -> list[Any]:
        """The fields of doses carried, one for each product."""
        return [self[f"lieu_{code}"] for code in self.vaccines]

    def clean(self) -> dict[str, Any]:
        """Find the communes by the words that were typed."""
        told = self.cleaned_data
        told["commune_key"] = self._commune("commune", told.get("commune") or "")
        told["serves_keys"] = [self._commune("serves", line) for line in (told.get("serves") or "").splitlines() if line.strip()]
        told["carried"] = {code: told.get(f"lieu_{code}") or 0 for code in self.vaccines}
        return told

    def _commune(self, field: str, text: str) -> str:
        found, wrong = find_unit(text, "commune")
        if wrong and field not in self.errors:
            self.add_error(field, f"“{text.strip()[:60]}”: {wrong}")
        return found.key if found else ""


def index(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """The stops of a day in order; one is added, changed or taken out."""
    at = frame.here(request, "plan.sessions", where.site(site_id))
    site, day = places.site(site_id), read_day(request.GET.get("ngay"), clock.on_date(clock.now()))
    if site is None or site.kind == "fixed":
        return not_found(request)
    stops = places.stops(site_id, day)
    chosen = next((one for one in stops if str(one.id) == request.GET.get("chang", "")), None)
    sessions = [one for one in booking.sessions(site_id=site_id, on=day) if one.state != "cancelled"]
    offered = {code for one in sessions for code in one.vaccines} | {code for stop in stops for code in stop.carried}
    vaccines = sorted(offered) or [one.code for one in campaigns.vaccines(day)]
    here = f"{reverse('command:route', kwargs={'site_id': site_id})}?ngay={day.isoformat()}"
    if request.POST.get("act") == "remove" and chosen:
        place_acts.remove_stop(stop_id=chosen.id, by=at.by, at=at.at)
        return HttpResponseRedirect(here)
    form = StopForm(request.POST or None, initial=_initial(chosen, stops), vaccines=vaccines)
    if request.method == "POST" and form.is_valid():
        try:
            _write(form.cleaned_data, site_id, day, chosen, at)
        except Refused as refusal:
            form.refused(refusal, "starts" if refusal.code.startswith("places.stop_") else None)
        else:
            return HttpResponseRedirect(here)
    keys = {key for one in stops for key in one.unit_keys}
    return frame.page(
        request, "route", "plan", status=409 if request.method == "POST" else 200, site=site, day=day, stops=stops, form=form, chosen=chosen, here=here,
        units=places.units(keys), before=day - ONE_DAY, after=day + ONE_DAY, sessions=sessions, demand=_demand(sessions, stops),
        stock=_stock(site_id, day, stops, offered), vaccine=short_vaccine, booked=sum(one.taken for one in sessions),
    )  # fmt: skip


def _initial(chosen: StopInfo | None, stops: list[StopInfo]) -> dict[str, Any]:
    if chosen is None:
        last = clock.local(stops[-1].ends_at) if stops else None
        return {"starts": last.time() if last else "7:30"}
    named = places.units(chosen.unit_keys)
    paths = [named[key].path for key in chosen.unit_keys if key in named]
    told = {"name": chosen.name, "address": chosen.address, "commune": paths[0] if paths else "", "serves": "\n".join(paths[1:])}
    hours = {"starts": clock.local(chosen.starts_at).time(), "ends": clock.local(chosen.ends_at).time()}
    return told | hours | {f"lieu_{code}": count for code, count in chosen.carried.items()}


def _write(told: dict[str, Any], site_id: UUID, day: date, chosen: StopInfo | None, at: frame.Here) -> None:
    starts, ends = (clock.at_local(day, told[name].hour, told[name].minute) for name in ("starts", "ends"))
    facts = {
        "starts_at": starts, "ends_at": ends, "name": told["name"], "address": told["address"], "commune_key": told["commune_key"],
        "serves": told["serves_keys"], "carried": told["carried"], "by": at.by, "at": at.at,
    }  # fmt: skip
    if chosen:
        place_acts.change_stop(stop_id=chosen.id, **facts)
    else:
        place_acts.add_stop(site_id=site_id, on_date=day, **facts)


def _demand(sessions: Iterable[SessionInfo], stops: list[StopInfo]) -> list[tuple[str, int, bool]]:
    """Who has an hour that day, by commune of residence, the most first; whether a stop is for that commune."""
    counted: Counter[str] = Counter()
    for session in sessions:
        for entry in booking.day_list(session.id):
            place = entry.card.place
            counted[f"2021-{place.commune_2021}" if place.commune_2021 else f"2025-{place.commune_2025}" if place.commune_2025 else ""] += 1
    named, served = places.units(counted), {key for stop in stops for key in stop.unit_keys}
    return [(named[key].path if key in named else gettext("Chưa rõ nơi ở"), n, key in served) for key, n in counted.most_common()]


def _stock(site_id: UUID, day: date, stops: list[StopInfo], offered: set[str]) -> list[tuple[str, int, int]]:
    """By product: doses to carry on the whole route, doses of the team that may be used that day."""
    wanted: Counter[str] = Counter()
    for stop in stops:
        wanted.update(stop.carried)
    held: Counter[str] = Counter()
    for one in stock.lots_at(site_id, on=day):
        held[one.lot.vaccine] += one.on_hand
    return [(code, wanted[code], held[code]) for code in sorted(offered)]
