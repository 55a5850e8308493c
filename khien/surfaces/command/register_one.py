"""One facility, point, organisation or store of the register: put right, handed over, taken out of use."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.places import actions as acts
from khien.places import queries as places
from khien.places.types import SiteInfo, Unit
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from khien.stock.types import Holder
from khien.surfaces.command import frame, where
from khien.surfaces.command import register_forms as forms
from khien.surfaces.command.register import beside, check_mine, check_owner, site_facts, where_words
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import PageForm


def _same(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{request.path}?xong=1")


def _unit_of(site: SiteInfo) -> Unit | None:
    place = site.place
    if place.commune_2021 or not place.commune_2025:
        return places.unit(f"2021-{place.commune_2021 or place.district_2021}")
    return places.unit(f"2025-{place.commune_2025}")


def site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """A point: its particulars, on which side of a divided commune it stands, in use or not."""
    at = frame.here(request, "places.manage", where.site(site_id))
    info = places.site(site_id)
    if info is None:
        return not_found(request)
    unit = _unit_of(info)
    divided = [one for one, _ in places.successors(unit.key)] if unit and unit.epoch == "2021" else []
    act = request.POST.get("act", "")
    form = forms.SiteChange(request.POST if act == "save" else None, initial=_site_told(info, unit))
    try:
        if act == "save" and form.is_valid():
            _change_site(info, unit, form.cleaned_data, at)
            return _same(request)
        if act == "side":
            acts.set_site_commune_2025(site_id=site_id, commune_2025=request.POST.get("side", ""), by=at.by, at=at.at)
            return _same(request)
        if act in ("close", "open"):
            (acts.close_site if act == "close" else acts.open_site)(site_id=site_id, by=at.by, at=at.at)
            return _same(request)
    except Refused as refusal:
        form = form if form.is_bound else forms.SiteChange(_site_told(info, unit))
        beside(form, refusal)
    return _page(request, "register_site", form, info=info, unit=unit, sides=divided if len(divided) > 1 else [], kinds=forms.SITE_KINDS)


def _site_told(info: SiteInfo, unit: Unit | None) -> dict[str, Any]:
    names = ("name", "name_en", "address", "phone", "tables", "hospital", "hospital_phone", "lat", "lon")
    return {name: getattr(info, name) for name in names} | {"owner": info.facility_code, "unit": unit.path if unit else ""}


def _change_site(info: SiteInfo, unit: Unit | None, told: dict[str, Any], at: frame.Here) -> None:
    check_owner(at, told["owner"], told["unit_key"])
    same = unit is not None and told["unit"].strip() == unit.path  # the words as they stood: an old unit may bear a new one's name
    if not same and told["unit_key"] != (unit.key if unit else ""):
        check_mine(at, places.unit_place(told["unit_key"]))
        acts.move_site(site_id=info.id, commune_key=told["unit_key"], by=at.by, at=at.at)
    acts.change_site(site_id=info.id, changes=site_facts(told) | {"facility_id": told["owner"].id}, by=at.by, at=at.at)


def facility(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """A facility: its particulars, its points, who takes it over and from which day."""
    at = frame.here(request, "places.manage", where.facility(facility_id))
    info = places.facility(facility_id)
    if info is None:
        return not_found(request)
    act = request.POST.get("act", "")
    told = {name: getattr(info, name) for name in ("name", "name_en", "phone", "address")}
    form = forms.FacilityChange(request.POST if act == "save" else None, initial=told)
    heir = forms.Successor(request.POST if act == "succeed" else None)
    try:
        if act == "save" and form.is_valid():
            acts.change_facility(facility_id=facility_id, changes=form.cleaned_data, by=at.by, at=at.at)
            return _same(request)
        if act == "succeed" and heir.is_valid():
            acts.succeed_facility(facility_id=facility_id, successor_id=heir.cleaned_data["heir"].id, on=heir.cleaned_data["day"], by=at.by, at=at.at)
            return _same(request)
    except Refused as refusal:
        beside(heir if act == "succeed" else form, refusal)
    successor = places.facility(info.successor_id) if info.successor_id else None
    own = places.sites([Scope("facility", str(facility_id))], active=False)
    return _page(request, "register_facility", heir if heir.is_bound else form, info=info, form=form, heir=heir, successor=successor, sites=own)


def organization(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    """An organisation that sends lists: its particulars, and its end."""
    at = frame.here(request, "places.manage", where.organization(organization_id))
    info = places.organization(organization_id)
    if info is None or info.ended_on is not None:
        return not_found(request)
    act = request.POST.get("act", "")
    told = {name: getattr(info, name) for name in ("name", "address", "tax_code", "contact_name")}
    form = forms.OrganizationChange(request.POST if act == "save" else None, initial=told)
    try:
        if act == "save" and form.is_valid():
            acts.change_organization(organization_id=organization_id, by=at.by, at=at.at, **form.cleaned_data)
            return _same(request)
        if act == "end":
            acts.end_organization(organization_id=organization_id, on=at.on, by=at.by, at=at.at)
            return HttpResponseRedirect(request.path.rsplit("/don-vi/", 1)[0] + "?loai=don-vi")
    except Refused as refusal:
        beside(form, refusal)
    return _page(request, "register_organization", form, info=info, kinds=forms.ORGANIZATION_KINDS)


def store(request: HttpRequest, store_id: UUID) -> HttpResponse:
    """A store: its name, where it stands, how to reach it."""
    at = frame.here(request, "places.manage", where.store(store_id))
    info = stock.holder(store_id)
    if info is None:
        return not_found(request)
    form = forms.StoreChange(request.POST or None, initial=_store_told(info), kind=info.kind)
    if form.is_bound and form.is_valid():
        try:
            _change_store(info, form.cleaned_data, at)
            return _same(request)
        except Refused as refusal:
            beside(form, refusal)
    return _page(request, "register_store", form, info=info, kinds=forms.STORE_KINDS, where=where_words(info.place), holds=[one for one in stock.lots_at(store_id) if one.on_hand])


def _store_told(info: Holder) -> dict[str, Any]:
    owner = places.facility(info.place.facility_id) if info.kind == "facility" and info.place.facility_id else None
    told = {name: getattr(info, name) for name in ("name", "name_en", "address", "phone")}
    return told | {"unit": owner.code if owner else where_words(info.place)}


def _change_store(info: Holder, told: dict[str, Any], at: frame.Here) -> None:
    same = told.get("unit", "").strip() == _store_told(info)["unit"]  # the words as they stood: an old unit may bear a new one's name
    place = info.place if same or info.kind == "national" else told.get("place")
    check_mine(at, place)
    facts = {name: told[name] for name in ("name", "name_en", "address", "phone")}
    stock_acts.change_store(store_id=info.id, place=place or info.place, by=at.by, at=at.at, **facts)


def _page(request: HttpRequest, template: str, asked: PageForm, **facts: Any) -> HttpResponse:
    status = 409 if asked.is_bound and asked.errors else 200
    return frame.page(request, template, "register", status=status, done=request.GET.get("xong", ""), **({"form": asked} | facts))
