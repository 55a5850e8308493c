"""Consignments: what is on the way, sending by first expired first out, receiving by count, settling what differs."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.kernel.errors import Refused
from khien.kernel.refs import Performed, PlaceFacts
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from khien.surfaces.command import frame, stock_words, where
from khien.surfaces.command.stock import tabs
from khien.surfaces.web import say_stock, whole
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import DayField, PageForm


def index(request: HttpRequest) -> HttpResponse:
    """Consignments from and to the holders of this person's posts."""
    at = frame.here(request, "stock.see")
    scopes = frame.reach(at.scopes)
    mine = {one.id for one in stock.holders(scopes)}
    return frame.page(
        request, "consignments", "stock", tabs=tabs("consignments"), rows=stock.consignments(scopes), mine=mine, states=stock_words.CONSIGNMENTS,
        kinds=stock_words.KINDS, amount=say_stock.amount_sent, senders=[one for one in stock.holders(scopes) if at.staff.may("stock.move", one.place)][:60], holder_words=stock_words.HOLDERS,
    )  # fmt: skip


class Send(PageForm):
    """The paper of a consignment; its lines stand beside it."""

    to = forms.ChoiceField(label=_("Nơi nhận"))
    kind = forms.ChoiceField(label=_("Loại chuyến"), choices=list(stock_words.KINDS.items()))
    document = forms.CharField(label=_("Số phiếu xuất"), max_length=60)
    day = DayField(label=_("Ngày xuất"))
    note = forms.CharField(label=_("Ghi chú (xe, người đi cùng, nhiệt độ lúc đi)"), max_length=300, required=False)


def send(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Send lots of a holder; what expires first stands first."""
    place = where.holder(site_id)
    at = frame.here(request, "stock.move", place)
    sender = stock.holder(site_id)
    if sender is None:
        return not_found(request)
    held = [one for one in stock.lots_at(site_id) if one.on_hand]
    form = Send(request.POST or None, initial={"day": at.on, "kind": "supply", "to": request.GET.get("den", "")})
    form.fields["to"].choices = [(str(one.id), f"{stock_words.HOLDERS[one.kind]}: {one.name}") for one in _receivers(place, site_id)]
    told = {one.lot.id: request.POST.get(f"lo-{one.lot.id}", "").strip() for one in held}
    if request.method == "POST" and form.is_valid():
        done = Performed(at.at, form.cleaned_data["day"], at.staff.id, at.staff.full_name)
        try:
            sent = stock_acts.send(
                from_id=site_id, to_id=UUID(form.cleaned_data["to"]), doses=_doses(told), document=form.cleaned_data["document"],
                kind=form.cleaned_data["kind"], note=form.cleaned_data["note"], performed=done, by=at.by, at=at.at,
            )  # fmt: skip
        except Refused as refusal:
            form.refused(refusal, "document" if refusal.code.startswith("stock.document") else None)
        else:
            return HttpResponseRedirect(reverse("command:outgoing", kwargs={"outgoing_id": sent}) + "?xong=1")
    status = 409 if form.is_bound else 200
    return frame.page(request, "consignment_send", "stock", status=status, sender=sender, held=held, form=form, told=told, today=at.on, items=stock_words.item_names(at.on), usable=stock.rules.can_use)


def _receivers(place: PlaceFacts | None, site_id: UUID) -> list[Any]:
    """Stores everywhere above and beside, and the points of the same province; a level may be skipped."""
    here = (place.province_2021, place.province_2025) if place else ("", "")

    def near(one: Any) -> bool:
        return not any(here) or one.place.province_2021 == here[0] or bool(here[1] and one.place.province_2025 == here[1])

    return [one for one in stock.holders(None) if one.id != site_id and (one.kind != "site" or near(one))]


def _doses(told: dict[UUID, str]) -> dict[UUID, int]:
    """The numbers that were typed. Raises Refused web.number_unreadable and its like."""
    found = {lot_id: whole.of_form(text) for lot_id, text in told.items()}
    return {lot_id: doses for lot_id, doses in found.items() if doses}


def incoming(request: HttpRequest, incoming_id: UUID) -> HttpResponse:
    """The receiver's page: accept in full or as counted, or refuse; say what became of a difference."""
    at = frame.here(request, "stock.see", where.incoming(incoming_id))
    return _page(request, incoming_id, at, "incoming")


def outgoing(request: HttpRequest, outgoing_id: UUID) -> HttpResponse:
    """The sender's page: where it is, and what became of a difference."""
    at = frame.here(request, "stock.see", where.outgoing(outgoing_id))
    return _page(request, outgoing_id, at, "outgoing")


def _page(request: HttpRequest, consignment_id: UUID, at: frame.Here, side: str) -> HttpResponse:
    found = stock.consignment(consignment_id)
    if found is None:
        return not_found(request)
    may_move = at.staff.may("stock.move", at.place)
    wrong = ""
    if request.method == "POST":
        if not may_move:
            wrong = gettext("Bạn xem được chuyến hàng này nhưng không ghi được.")
        else:
            try:
                _do(request, found, at, side)
                return HttpResponseRedirect(reverse(f"command:{side}", kwargs={f"{side}_id": consignment_id}) + "?xong=1")
            except Refused as refusal:
                wrong = frame.said(refusal)
    return frame.page(
        request, "consignment", "stock", status=400 if wrong else 200, one=found, side=side, may_move=may_move, wrong=wrong, states=stock_words.CONSIGNMENTS,
        kinds=stock_words.KINDS, differences=stock_words.DIFFERENCES, ends=stock_words.ENDS, holder_words=stock_words.HOLDERS,
        who=stock_words.people_of([found.sent_by, found.received_by, found.settled_by]), items=stock_words.item_names(at.on), today=at.on,
        typed=request.POST, unit=say_stock.item_unit,
    )  # fmt: skip


def _do(request: HttpRequest, found: Any, at: frame.Here, side: str) -> None:
    told, act = request.POST, request.POST.get("act", "")
    done = Performed(at.at, at.on, at.staff.id, at.staff.full_name)
    if act == "accept" and side == "incoming":
        typed = {line.lot.id: whole.of_form(told.get(f"lo-{line.lot.id}", "")) for line in found.lines}
        counted = {lot_id: doses for lot_id, doses in typed.items() if doses is not None}
        reasons = {line.lot.id: told.get(f"vi-{line.lot.id}", "") for line in found.lines}
        stock_acts.accept(consignment_id=found.id, counted=counted, reasons=reasons, performed=done, by=at.by, at=at.at)
    elif act == "refuse" and side == "incoming":
        stock_acts.refuse(consignment_id=found.id, reason=told.get("reason", ""), note=told.get("note", ""), by=at.by, at=at.at)
    elif act == "settle":
        try:
            lot_id = UUID(told.get("lot", ""))
        except ValueError:
            raise Refused("stock.lot_unknown") from None
        stock_acts.settle(consignment_id=found.id, lot_id=lot_id, resolution=told.get("resolution", ""), performed=done, by=at.by, at=at.at)
