"""A lot: where it is, who received it, its state; held back at once, recalled by two persons."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.messaging import queries as messaging
from khien.people import queries as people
from khien.places import queries as places
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from khien.stock.types import LotInfo
from khien.surfaces.command import frame, stock_words, where
from khien.surfaces.command.stock import tabs
from khien.surfaces.command.words import LOT_STATES, scope_words
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import DayField, PageForm
from khien.surfaces.web.whole import WholeField

PAGE = 50


def lots(request: HttpRequest) -> HttpResponse:
    """Every lot; the chosen one with where it is, its holds and recalls."""
    at = frame.here(request, "stock.see")
    scopes = frame.reach(at.scopes)
    held: dict[UUID, list[Any]] = defaultdict(list)
    for one in stock.held(scopes):
        held[one.lot.id].append(one)
    try:
        chosen = stock.lot(UUID(request.GET.get("lo", "")))
    except ValueError:
        chosen = None
    own = held.get(chosen.id, []) if chosen else []
    given = immunizations.sites_of_lot(chosen.id, scopes) if chosen else {}
    recall_scopes = at.staff.scopes("stock.recall")
    return frame.page(
        request, "lots", "stock", tabs=tabs("lots"), chosen=chosen, held=own, given=sum(given.values()), given_at=given,
        holders=stock.holders_by_id({one.site_id for one in own} | set(given)), lot_states=LOT_STATES, today=at.on, done=request.GET.get("xong", ""),
        lots=[(one, sum(held_one.on_hand for held_one in held.get(one.id, [])), len(held.get(one.id, []))) for one in stock.all_lots()],
        whole=any(scope.kind == "nation" for scope in recall_scopes), may_recall=any(scope.kind in ("nation", "province") for scope in recall_scopes),
        recalls=stock.recalls(lot_id=chosen.id) if chosen else [], recall_words=stock_words.RECALLS, scope_words=scope_words,
        holds=stock.holds(scopes, lot_id=chosen.id) if chosen else [], hold_reason=stock_words.hold_reason, items=stock_words.item_names(at.on), kinds=stock_words.HOLDERS,
    )  # fmt: skip


class LotState(PageForm):
    """A new state of a lot, with the reason that everyone who holds it is told."""

    state = forms.ChoiceField(
        label=_("Trạng thái mới"), choices=[(code, LOT_STATES[code][0]) for code in ("quarantined", "released")], widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Lý do, số công văn"), max_length=300)
    sure = forms.BooleanField(label=_("Tôi đã đọc số điểm và số liều bị ảnh hưởng ở trên"))


class Label(PageForm):
    """What the vial's label says, put right."""

    expires_on = DayField(label=_("Hạn dùng"), required=False)
    manufactured_on = DayField(label=_("Ngày sản xuất"), required=False)
    manufacturer = forms.CharField(label=_("Nhà sản xuất"), max_length=100, required=False)
    doses_per_vial = WholeField(label=_("Số liều một lọ"), min_value=1, max_value=stock.rules.MOST_IN_VIAL)
    reason = forms.CharField(label=_("Lý do sửa"), max_length=300)


def _label(data: Any, found: LotInfo) -> Label:
    names = ("manufactured_on", "manufacturer", "doses_per_vial")
    told = {name: getattr(found, name) for name in names} | {"expires_on": None if found.expires_on == stock.rules.UNDATED else found.expires_on}
    return Label(data, initial=told, auto_id="nhan-%s")


def lot_state(request: HttpRequest, lot_id: UUID) -> HttpResponse:
    """Hold a lot back everywhere or release it, asked once more before it is done; put its label's words right."""
    at = frame.here(request, "stock.recall", where.lot(lot_id))
    found = stock.lot(lot_id)
    if found is None:
        return not_found(request)
    correcting = request.POST.get("act") == "label"
    form, label = LotState(None if correcting else request.POST or None, initial={"state": "quarantined"}), _label(request.POST if correcting else None, found)
    done = HttpResponseRedirect(f"{reverse('command:lots')}?lo={lot_id}&xong=1")
    if label.is_bound and label.is_valid():
        try:
            stock_acts.correct_lot(lot_id=lot_id, by=at.by, at=at.at, **label.cleaned_data)
            return done
        except Refused as refusal:
            label.refused(refusal, _FIELD_OF.get(refusal.code))
    if form.is_bound and form.is_valid():
        try:
            stock_acts.set_lot_state(lot_id=lot_id, state=form.cleaned_data["state"], reason=form.cleaned_data["reason"], by=at.by, at=at.at)
        except Refused as refusal:
            form.refused(refusal)
        else:
            return done
    status = 409 if form.is_bound or label.is_bound else 200
    return frame.page(request, "lot_state", "stock", status=status, lot=found, form=form, label=label, lot_states=LOT_STATES, affected=stock.affected(lot_id))


_FIELD_OF = {
    "stock.lot_expiry_missing": "expires_on", "stock.expiry_before_manufacture": "expires_on", "stock.made_in_future": "manufactured_on",
    "stock.vial_doses": "doses_per_vial", "stock.reason_missing": "reason",
}  # fmt: skip


class Ask(PageForm):
    """A recall asked for: where, why, on which paper."""

    scope = forms.ChoiceField(label=_("Thu hồi ở đâu"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Lý do thu hồi"), max_length=300)
    document = forms.CharField(label=_("Số công văn"), max_length=100, required=False)
    sure = forms.BooleanField(label=_("Tôi đã đọc số mũi và số liều bị ảnh hưởng ở trên"))


def ask_recall(request: HttpRequest) -> HttpResponse:
    """Ask for a recall of a lot; another person confirms it."""
    at = frame.here(request, "stock.recall")
    try:
        found = stock.lot(UUID(request.GET.get("lo", "")))
    except ValueError:
        found = None
    scopes = [scope for scope in at.scopes if scope.kind in ("nation", "province")]
    if found is None or not scopes:
        return not_found(request)
    form = Ask(request.POST or None, initial={"scope": "0"})
    form.fields["scope"].choices = [(str(i), scope_words(scope)) for i, scope in enumerate(scopes)]
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            asked = stock_acts.ask_recall(
                lot_id=found.id, scope=scopes[int(told["scope"])], reason=told["reason"], document=told["document"], by=at.by, at=at.at
            )
        except Refused as refusal:
            form.refused(refusal)
        else:
            return HttpResponseRedirect(reverse("command:recall", kwargs={"recall_id": asked.id}))
    affected = [(scope_words(scope), stock.affected(found.id, scope)) for scope in scopes]
    return frame.page(request, "recall_ask", "stock", lot=found, form=form, affected=affected, items=stock_words.item_names(at.on))


class Word(PageForm):
    """The reason of a decision."""

    reason = forms.CharField(label=_("Lý do"), max_length=300)


def recall(request: HttpRequest, recall_id: UUID) -> HttpResponse:
    """A recall: what it touches, the second person's decision, who received the lot (each look is logged), what they were told."""
    at = frame.here(request, "stock.recall", where.recall(recall_id))
    found = stock.recall(recall_id)
    if found is None:
        return not_found(request)
    form = Word(request.POST or None)
    wrong = _decide(request, found, form, at) if request.method == "POST" else ""
    if wrong is None:
        return HttpResponseRedirect(reverse("command:recall", kwargs={"recall_id": recall_id}))
    show = request.GET.get("nguoi") == "1"
    rows = _recipients(found, request.GET.get("sau", ""), at) if show else []
    return frame.page(
        request, "recall", "stock", recall=found, form=form, wrong=wrong, states=stock_words.RECALLS, where=scope_words(found.scope),
        now_affected=stock.affected(found.lot.id, found.scope), mine=found.asked_by == at.by.text, confirmed_mine=found.decided_by == at.by.text,
        who=stock_words.people_of([found.asked_by, found.decided_by, found.lifted_by]), recipients=rows[:PAGE], show=show,
        next=rows[PAGE - 1]["dose"].record_id if len(rows) > PAGE else None, told=messaging.of_causes(f"recall:{recall_id}:"), items=stock_words.item_names(at.on),
    )  # fmt: skip


def _decide(request: HttpRequest, found: Any, form: PageForm, at: frame.Here) -> str | None:
    """Do what was asked; None when it is done, else what is wrong."""
    act = request.POST.get("act", "")
    reason = request.POST.get("reason", "")
    try:
        if act == "confirm":
            stock_acts.confirm_recall(recall_id=found.id, by=at.by, at=at.at)
        elif act == "decline":
            stock_acts.decline_recall(recall_id=found.id, reason=reason, by=at.by, at=at.at)
        elif act == "lift":
            stock_acts.lift_recall(recall_id=found.id, reason=reason, by=at.by, at=at.at)
    except Refused as refusal:
        return frame.said(refusal)
    return None


def _recipients(found: Any, after: str, at: frame.Here) -> list[dict[str, Any]]:
    try:
        key = UUID(after)
    except ValueError:
        key = None
    scopes: tuple[Scope, ...] | None = None if found.scope.kind == "nation" else (found.scope,)
    doses = immunizations.recipients_of_lot(found.lot.id, scopes, after=key, limit=PAGE + 1)
    cards = people.cards_of([dose.person_id for dose in doses])
    at.looked(*{card.id for card in cards.values()}, purpose="recall")
    sites = places.sites_by_id(dose.site_id for dose in doses if dose.site_id)
    return [{"dose": dose, "card": cards.get(dose.person_id), "site": sites.get(dose.site_id) if dose.site_id else None} for dose in doses]
