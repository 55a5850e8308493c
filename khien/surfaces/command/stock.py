"""Stock: what each point holds, what came and went, shortfalls; lots and their state."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.kernel.errors import Refused
from khien.kernel.refs import Performed
from khien.places import queries as places
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from khien.surfaces.command import frame, where
from khien.surfaces.command.spot import read_day
from khien.surfaces.command.words import LOT_STATES, MOVEMENTS, WASTES
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import DayField, PageForm


def index(request: HttpRequest) -> HttpResponse:
    """Doses by point, and what the books are short of."""
    at = frame.here(request, "stock.see")
    scopes = frame.reach(at.scopes)
    sites = {one.id: one for one in places.sites(scopes)}
    held: dict[UUID, list[Any]] = defaultdict(list)
    for one in stock.held(scopes):
        held[one.site_id].append(one)
    rows = [(site, held.get(site_id, [])) for site_id, site in sites.items()]
    lines = [
        {
            "site": site, "on_hand": sum(one.on_hand for one in own), "lots": len([one for one in own if one.on_hand]), "shortfall": sum(one.shortfall for one in own),
            "stopped": sum(one.on_hand for one in own if one.lot.state != "released"), "first": min((one.lot.expires_on for one in own if one.on_hand), default=None),
        }
        for site, own in rows
    ]  # fmt: skip
    lines.sort(key=lambda line: (-line["stopped"], -line["shortfall"], line["site"].name))
    totals = {name: sum(line[name] for line in lines) for name in ("on_hand", "shortfall", "stopped")}
    return frame.page(request, "stock", "stock", lines=lines, totals=totals, today=at.on)


class Receive(PageForm):
    """Doses that came in; a lot that is new is entered with its expiry."""

    vaccine = forms.ChoiceField(label=_("Vắc xin"))
    lot = forms.CharField(label=_("Số lô"), max_length=40)
    expires_on = DayField(label=_("Hạn dùng"), required=False)
    doses = forms.IntegerField(label=_("Số liều nhận"), min_value=1, max_value=1_000_000)
    document = forms.CharField(label=_("Số phiếu xuất"), max_length=60)
    day = DayField(label=_("Ngày nhận"))


class Take(PageForm):
    """Doses thrown away or sent back."""

    lot = forms.ChoiceField(label=_("Lô"))
    doses = forms.IntegerField(label=_("Số liều"), min_value=1, max_value=1_000_000)
    day = DayField(label=_("Ngày"))


class Waste(Take):
    why = forms.ChoiceField(label=_("Lý do hủy"), choices=list(WASTES.items()))


class Return(Take):
    document = forms.CharField(label=_("Số phiếu trả"), max_length=60)


FORMS: dict[str, type[PageForm]] = {"receive": Receive, "waste": Waste, "return": Return}


def site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """One point's lots and ledger, with the forms for whoever may move stock."""
    place = where.site(site_id)
    at = frame.here(request, "stock.see", place)
    return _site_page(request, site_id, at, may_move=at.staff.may("stock.move", place))


def move(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Enter doses received, thrown away or sent back."""
    at = frame.here(request, "stock.move", where.site(site_id))
    act = request.POST.get("act", "")
    if act not in FORMS:
        return HttpResponseRedirect(reverse("command:stock_site", kwargs={"site_id": site_id}))
    form = _form(act, site_id, at, request.POST)
    if form.is_valid():
        try:
            _moved(act, form.cleaned_data, site_id, at)
        except Refused as refusal:
            form.refused(refusal, {"stock.lot_expiry_missing": "expires_on", "stock.not_enough": "doses"}.get(refusal.code))
        else:
            return HttpResponseRedirect(reverse("command:stock_site", kwargs={"site_id": site_id}) + f"?xong={act}")
    return _site_page(request, site_id, at, may_move=True, bound={act: form})


def _form(act: str, site_id: UUID, at: frame.Here, data: Any = None) -> PageForm:
    form = FORMS[act](data, initial={"day": at.on}, auto_id=f"{act}-%s")
    if act == "receive":
        form.fields["vaccine"].choices = [(one.code, one.short_vi) for one in campaigns.vaccines(at.on)]  # type: ignore[attr-defined]
    else:
        form.fields["lot"].choices = [(str(one.lot.id), f"{one.lot.number} ({one.lot.vaccine}, {one.on_hand})") for one in stock.lots_at(site_id)]  # type: ignore[attr-defined]
    return form


def _moved(act: str, told: dict[str, Any], site_id: UUID, at: frame.Here) -> None:
    done = Performed(at.at, told["day"], at.staff.id, at.staff.full_name)
    common: dict[str, Any] = {"site_id": site_id, "doses": told["doses"], "performed": done, "by": at.by, "at": at.at}
    if act == "receive":
        lot_id = stock_acts.add_lot(vaccine=told["vaccine"], number=told["lot"], expires_on=told["expires_on"], by=at.by, at=at.at)
        stock_acts.receive(lot_id=lot_id, document=told["document"], **common)
    elif act == "waste":
        stock_acts.waste(lot_id=UUID(told["lot"]), reason=told["why"], **common)
    else:
        stock_acts.return_(lot_id=UUID(told["lot"]), document=told["document"], **common)


def _site_page(request: HttpRequest, site_id: UUID, at: frame.Here, *, may_move: bool, bound: dict[str, PageForm] | None = None) -> HttpResponse:
    info = places.site(site_id)
    if info is None:
        return not_found(request)
    day = read_day(request.GET.get("ngay"), at.on)
    made = {act: (bound or {}).get(act) or _form(act, site_id, at) for act in FORMS} if may_move else {}
    movements = stock.movements(site_id, limit=60)
    return frame.page(
        request, "stock_site", "stock", site=info, balances=stock.lots_at(site_id), day=day, lines=stock.day_movements(site_id, day), forms=made,
        movements=movements, lots=stock.lots({one.lot_id for one in movements}), kinds=MOVEMENTS, wastes=WASTES, lot_states=LOT_STATES, today=at.on,
        done=request.GET.get("xong", ""), open=next(iter(bound or {}), ""),
    )  # fmt: skip


class LotState(PageForm):
    """A new state of a lot, with the reason that everyone who holds it is told."""

    state = forms.ChoiceField(label=_("Trạng thái mới"), choices=[(code, words) for code, (words, _tone) in LOT_STATES.items()], widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Lý do, số công văn"), max_length=300)
    sure = forms.BooleanField(label=_("Tôi đã đọc số điểm và số liều bị ảnh hưởng ở trên"))


def lots(request: HttpRequest) -> HttpResponse:
    """Every lot; the chosen one with the points that hold it."""
    at = frame.here(request, "stock.see")
    mine = stock.held(frame.reach(at.scopes))
    held: dict[UUID, list[Any]] = defaultdict(list)
    for one in mine:
        held[one.lot.id].append(one)
    try:
        chosen = stock.lot(UUID(request.GET.get("lo", "")))
    except ValueError:
        chosen = None
    sites = places.sites_by_id(one.site_id for one in held.get(chosen.id, [])) if chosen else {}
    whole = any(scope.kind == "nation" for scope in at.staff.scopes("stock.recall"))
    return frame.page(
        request, "lots", "stock", lots=[(one, sum(held_one.on_hand for held_one in held.get(one.id, [])), len(held.get(one.id, []))) for one in stock.all_lots()],
        chosen=chosen, sites=sites, held=held.get(chosen.id, []) if chosen else [], lot_states=LOT_STATES, whole=whole, today=at.on, done=request.GET.get("xong", ""),
    )  # fmt: skip


def lot_state(request: HttpRequest, lot_id: UUID) -> HttpResponse:
    """Hold back, recall or release a lot everywhere; asked once more before it is done."""
    at = frame.here(request, "stock.recall", where.lot(lot_id))
    found = stock.lot(lot_id)
    if found is None:
        return not_found(request)
    form = LotState(request.POST or None, initial={"state": "quarantined"})
    if request.method == "POST" and form.is_valid():
        try:
            stock_acts.set_lot_state(lot_id=lot_id, state=form.cleaned_data["state"], reason=form.cleaned_data["reason"], by=at.by, at=at.at)
        except Refused as refusal:
            form.refused(refusal)
        else:
            return HttpResponseRedirect(f"{reverse('command:lots')}?lo={lot_id}&xong=1")
    everywhere = [one for one in stock.held(None) if one.lot.id == lot_id]
    return frame.page(
        request, "lot_state", "stock", lot=found, form=form, lot_states=LOT_STATES, doses=sum(one.on_hand for one in everywhere), points=len(everywhere),
    )  # fmt: skip
