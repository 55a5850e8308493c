"""Stock: what each store and point holds, what came and went, shortfalls and alerts."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.kernel.errors import Refused
from khien.kernel.refs import Performed
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from khien.surfaces.command import frame, stock_words, where
from khien.surfaces.command.spot import read_day
from khien.surfaces.command.words import LOT_STATES, MOVEMENTS
from khien.surfaces.web import one_act, say_stock
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import DayField, PageForm
from khien.surfaces.web.say_stock import WASTES
from khien.surfaces.web.whole import WholeField

TABS = (
    ("stock", _("Tồn kho"), "command:stock"), ("consignments", _("Chuyến hàng"), "command:consignments"), ("cold", _("Tủ bảo quản"), "command:cold"),
    ("work", _("Chênh lệch"), "command:stock_work"), ("lots", _("Các lô"), "command:lots"),
)  # fmt: skip


def tabs(here: str) -> list[tuple[Any, str, bool]]:
    """The line of the stock section's pages."""
    return [(text, reverse(name), key == here) for key, text, name in TABS]


def index(request: HttpRequest) -> HttpResponse:
    """Doses by store and point, what comes, what is short, what expires."""
    at = frame.here(request, "stock.see")
    scopes = frame.reach(at.scopes)
    held: dict[UUID, list[Any]] = defaultdict(list)
    for one in stock.held(scopes):
        held[one.site_id].append(one)
    holders = stock.holders(scopes)
    lines = [_line(one, held.get(one.id, [])) for one in holders]
    stores, points = [line for line in lines if line["holder"].kind != "site"], [line for line in lines if line["holder"].kind == "site"]
    points.sort(key=lambda line: (-line["stopped"], -line["shortfall"], line["holder"].name))
    totals = {name: sum(line[name] for line in lines) for name in ("on_hand", "shortfall", "stopped")}
    return frame.page(
        request, "stock", "stock", tabs=tabs("stock"), stores=stores, points=points, totals=totals, today=at.on, kinds=stock_words.HOLDERS,
        alerts=_alerts(stock.alerts(scopes, at.on))[:12], alert_words=stock_words.ALERTS, by_id={one.id: one for one in holders}, work=len(stock.work(scopes)),
        coming=[one for one in stock.consignments(scopes, states=("sent",)) if one.receiver.id in {h.id for h in holders}], items=stock_words.item_names(at.on),
        may_move=at.staff.may("stock.move"), amount=say_stock.amount_sent,
    )  # fmt: skip


def _alerts(told: list[Any]) -> list[dict[str, Any]]:
    """Alerts with one line for each lot that expires, however many hold it."""
    found: dict[Any, dict[str, Any]] = {}
    for one in told:
        key = (one.kind, one.lot.id if one.lot else (one.site_id, one.item))
        line = found.setdefault(key, {"kind": one.kind, "item": one.item, "lot": one.lot, "days": one.days, "doses": 0, "sites": []})
        line["doses"] += one.doses
        line["sites"].append(one.site_id)
    return list(found.values())


def _line(holder: Any, own: list[Any]) -> dict[str, Any]:
    doses = [one for one in own if stock.rules.is_vaccine(one.lot.vaccine)]
    return {
        "holder": holder, "on_hand": sum(one.on_hand for one in doses), "lots": len([one for one in own if one.on_hand]),
        "shortfall": sum(one.shortfall for one in doses), "stopped": sum(one.on_hand for one in doses if one.lot.state != "released"),
        "first": min((one.lot.expires_on for one in own if one.on_hand), default=None),
    }  # fmt: skip


class Receive(PageForm):
    """Goods that came in from outside the ledger; a lot that is new is entered with its dates."""

    vaccine = forms.ChoiceField(label=_("Vắc xin, vật tư"))
    lot = forms.CharField(label=_("Số lô"), max_length=40)
    expires_on = DayField(label=_("Hạn dùng"), required=False)
    manufactured_on = DayField(label=_("Ngày sản xuất"), required=False)
    doses = WholeField(label=_("Số liều nhận"), min_value=1, max_value=100_000_000)
    document = forms.CharField(label=_("Số phiếu xuất"), max_length=60)
    day = DayField(label=_("Ngày nhận"))


class Label(PageForm):
    """A lot that stands in the fridge and on no paper: read from the vial's label, used, matched today."""

    vaccine = forms.ChoiceField(label=_("Vắc xin, vật tư"))
    lot = forms.CharField(label=_("Số lô như trên nhãn lọ"), max_length=40)
    expires_on = DayField(label=_("Hạn dùng"), required=False)
    doses = WholeField(label=_("Số liều"), min_value=1, max_value=1_000_000)
    day = DayField(label=_("Ngày"))


class Take(PageForm):
    """Doses thrown away or sent back."""

    lot = forms.ChoiceField(label=_("Lô"))
    doses = WholeField(label=_("Số liều"), min_value=1, max_value=1_000_000)
    day = DayField(label=_("Ngày"))


class Waste(Take):
    why = forms.ChoiceField(label=_("Lý do hủy"), choices=list(WASTES.items()))


class Return(Take):
    document = forms.CharField(label=_("Số phiếu trả"), max_length=60)


class Thaw(PageForm):
    """Frozen vials taken out."""

    lot = forms.ChoiceField(label=_("Lô"))
    vials = WholeField(label=_("Số lọ rã đông"), min_value=1, max_value=100_000)


class Pause(PageForm):
    """A lot set aside here at once."""

    lot = forms.ChoiceField(label=_("Lô"))
    reason = forms.CharField(label=_("Lý do dừng"), max_length=300)


FORMS: dict[str, type[PageForm]] = {"receive": Receive, "label": Label, "waste": Waste, "return": Return, "thaw": Thaw, "pause": Pause}
ENTERED = ("receive", "label")


def site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """One holder's lots and ledger, with the forms for whoever may move stock."""
    place = where.holder(site_id)
    at = frame.here(request, "stock.see", place)
    return _site_page(request, site_id, at, may_move=at.staff.may("stock.move", place))


def move(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Enter what came, went, thawed, or is set aside."""
    at = frame.here(request, "stock.move", where.holder(site_id))
    act = request.POST.get("act", "")
    if act not in FORMS:
        return HttpResponseRedirect(reverse("command:stock_site", kwargs={"site_id": site_id}))
    form = _form(act, site_id, at, request.POST)
    if form.is_valid():
        try:
            known = _moved(act, form.cleaned_data, site_id, at, one_act.read(request))
        except Refused as refusal:
            fields = {
                "stock.lot_expiry_missing": "expires_on", "stock.not_enough": "doses", "stock.expiry_before_manufacture": "expires_on",
                "stock.made_in_future": "manufactured_on", "stock.lot_differs": "expires_on", "stock.lot_made_differs": "manufactured_on", "stock.document_differs": "document",
                "stock.consignment_comes": "document", "stock.consignment_received": "document",
                "stock.day_in_future": "day",
                "stock.never_thawed": "lot",
            }  # fmt: skip
            form.refused(refusal, fields.get(refusal.code) if fields.get(refusal.code) in form.fields else None)
        else:
            lot = stock.lot_by_number(form.cleaned_data["vaccine"], form.cleaned_data["lot"]) if act in ENTERED else None
            past = lot is not None and lot.expired(at.on)
            done = "again" if known else "expired" if past else act
            read_as = f"&hieu={lot.id}" if lot is not None and not stock.rules.same_number(form.cleaned_data["lot"], lot.number) else ""
            return HttpResponseRedirect(reverse("command:stock_site", kwargs={"site_id": site_id}) + f"?xong={done}{read_as}")
    return _site_page(request, site_id, at, may_move=True, bound={act: form})


def _form(act: str, site_id: UUID, at: frame.Here, data: Any = None) -> PageForm:
    form = FORMS[act](data, initial={"day": at.on}, auto_id=f"{act}-%s")
    names = stock_words.item_names(at.on)
    if act in ENTERED:
        form.fields["vaccine"].choices = list(names.items())
    else:
        form.fields["lot"].choices = [(str(one.lot.id), f"{one.lot.number} ({names.get(one.lot.vaccine, one.lot.vaccine)}, {one.on_hand})") for one in stock.lots_at(site_id)]
    return form


def _moved(act: str, told: dict[str, Any], site_id: UUID, at: frame.Here, act_id: UUID | None) -> bool:
    """Do it; say whether the same paper was entered before, and nothing counted again."""
    done = Performed(at.at, told.get("day") or at.on, at.staff.id, at.staff.full_name)
    common: dict[str, Any] = {"site_id": site_id, "performed": done, "by": at.by, "at": at.at}
    once: dict[str, Any] = {"act_id": act_id}
    if act in ENTERED:
        return stock_acts.take_in(
            vaccine=told["vaccine"], number=told["lot"], doses=told["doses"], document=told.get("document"), expires_on=told["expires_on"],
            manufactured_on=told.get("manufactured_on"), **common, **once,
        )  # fmt: skip
    elif act == "waste":
        return stock_acts.waste(lot_id=UUID(told["lot"]), doses=told["doses"], reason=told["why"], **common, **once).already
    elif act == "return":
        return stock_acts.return_(lot_id=UUID(told["lot"]), doses=told["doses"], document=told["document"], **common).already
    elif act == "thaw":
        stock_acts.thaw(lot_id=UUID(told["lot"]), vials=told["vials"], **common, **once)
    else:
        stock_acts.hold(site_id=site_id, lot_id=UUID(told["lot"]), reason=told["reason"], by=at.by, at=at.at)
    return False


def _site_page(request: HttpRequest, site_id: UUID, at: frame.Here, *, may_move: bool, bound: dict[str, PageForm] | None = None) -> HttpResponse:
    info = stock.holder(site_id)
    if info is None:
        return not_found(request)
    day = read_day(request.GET.get("ngay"), at.on)
    made = {act: (bound or {}).get(act) or _form(act, site_id, at) for act in FORMS} if may_move else {}
    movements = stock.movements(site_id, limit=60)
    others = stock.holders_by_id(one.other_id for one in movements if one.other_id)
    holds = stock.holds(site_id=site_id)
    return frame.page(
        request, "stock_site", "stock", status=409 if bound else 200, site=info, balances=stock.lots_at(site_id), day=day, lines=stock.day_movements(site_id, day), forms=made,
        movements=movements, lots=stock.lots({one.lot_id for one in movements}), kinds=MOVEMENTS, wastes=WASTES, why=stock_words.DIFFERENCES | WASTES, one_act=one_act.new(request), lot_states=LOT_STATES, today=at.on,
        done=request.GET.get("xong", ""), open=next(iter(bound or {}), ""), others=others, holds=holds, hold_words=stock_words.HOLDS, hold_reason=stock_words.hold_reason,
        holder_words=stock_words.HOLDERS, items=stock_words.item_names(at.on), vials=stock.vials(site_id, day), thaws=stock.thaws(site_id, at.on),
        labels=_labels(site_id), read_as=_read_as(request.GET.get("hieu", "")), may_decide=at.staff.may("stock.decide", info.place), who=stock_words.people_of(one.held_by for one in holds),
        coming=stock.consignments(to_id=site_id, states=("sent",)), may_move=may_move, amount=say_stock.amount_sent,
    )  # fmt: skip


def _labels(site_id: UUID) -> list[str]:
    """How much of each lot was taken by its label and has no paper yet."""
    waiting = stock.unmatched_labels(site_id)
    known = stock.lots(waiting)
    return [say_stock.amounts([(known[lot_id].vaccine, n)]) for lot_id, n in waiting.items()]


def _read_as(lot_id: str) -> Any:
    """The lot as which the number just typed was read, where it was typed with other letters."""
    try:
        return stock.lot(UUID(lot_id)) if lot_id else None
    except ValueError:
        return None


class Decision(PageForm):
    """What becomes of a lot that was set aside."""

    decision = forms.ChoiceField(label=_("Quyết định"), choices=[("released", stock_words.DECISIONS["released"]), ("destroyed", stock_words.DECISIONS["destroyed"])], widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Căn cứ, số biên bản"), max_length=300)


def hold(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """Release or destroy what is held at one place."""
    at = frame.here(request, "stock.decide", where.hold(hold_id))
    found = stock.one_hold(hold_id)
    if found is None:
        return not_found(request)
    form = Decision(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = Performed(at.at, at.on, at.staff.id, at.staff.full_name)
        try:
            stock_acts.decide_hold(hold_id=hold_id, decision=form.cleaned_data["decision"], reason=form.cleaned_data["reason"], performed=done, by=at.by, at=at.at)
        except Refused as refusal:
            form.refused(refusal)
        else:
            return HttpResponseRedirect(reverse("command:stock_site", kwargs={"site_id": found.site_id}) + "?xong=hold")
    excursion = next((one for one in stock.excursions(site_id=found.site_id, at=at.at) if one.id == found.excursion_id), None)
    return frame.page(
        request, "stock_hold", "stock", hold=found, holder=stock.holder(found.site_id), form=form, excursion=excursion, balance=stock.balance(found.site_id, found.lot.id), given=stock.given_of(hold_id),
        hold_words=stock_words.HOLDS, hold_reason=stock_words.hold_reason, kinds=stock_words.EXCURSIONS, rules=stock_words.rule_words(), who=stock_words.people_of([found.held_by]), items=stock_words.item_names(at.on),
    )  # fmt: skip
