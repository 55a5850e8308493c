"""Reconciliation: a holder's day lot by lot, the hand's count beside it, and the differences as work with names and clocks."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from khien.kernel.errors import Refused
from khien.kernel.refs import Performed
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from khien.surfaces.command import frame, stock_words, where
from khien.surfaces.command.spot import read_day
from khien.surfaces.command.stock import tabs
from khien.surfaces.web import say_stock, whole
from khien.surfaces.web.errors import not_found

AMOUNTS = {"consignment": say_stock.amount_open, "overdue": say_stock.amount_sent}


def day(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """A day's lots: received = given + wasted + returned + on hand; POST enters a count or corrects the book."""
    place = where.holder(site_id)
    at = frame.here(request, "stock.see", place)
    holder = stock.holder(site_id)
    if holder is None:
        return not_found(request)
    on = min(read_day(request.GET.get("ngay"), at.on), at.on)
    may_move, wrong = at.staff.may("stock.move", place), ""
    if request.method == "POST" and may_move:
        try:
            _do(request, site_id, on, at)
            return HttpResponseRedirect(f"{reverse('command:stock_day', kwargs={'site_id': site_id})}?ngay={on.isoformat()}&xong=1")
        except Refused as refusal:
            wrong = frame.said(refusal)
    lines = stock.reconcile(site_id, on)
    mine = stock.work(site_id=site_id)
    return frame.page(
        request, "stock_day", "stock", status=400 if wrong else 200, holder=holder, lines=lines, on=on, today=at.on, wrong=wrong, may_move=may_move, typed=request.POST,
        work=mine, work_words=stock_words.WORK, names=stock_words.people_of(one.taken_by for one in mine), items=stock_words.item_names(at.on),
        is_point=holder.kind == "site", unit=say_stock.item_unit, now_at=at.at, is_vaccine=stock.rules.is_vaccine,
    )  # fmt: skip


def _do(request: HttpRequest, site_id: UUID, on: Any, at: frame.Here) -> None:
    if request.POST.get("act") == "correct":
        done = Performed(at.at, on, at.staff.id, at.staff.full_name)
        stock_acts.correct_book(
            site_id=site_id, lot_id=_id(request.POST.get("lot", "")), on=on, reason=request.POST.get("reason", ""), performed=done, by=at.by, at=at.at
        )
        return
    counted: dict[UUID, Any] = {}
    for line in stock.reconcile(site_id, on):
        hand, paper = (whole.of_form(request.POST.get(f"{name}-{line.lot.id}", "")) for name in ("dem", "giay"))
        if hand is None and paper is not None:
            raise Refused("stock.hand_count_missing", lot=line.lot.number)
        if hand is not None:
            counted[line.lot.id] = stock_acts.Counted(hand, paper)
    if not counted:
        raise Refused("stock.nothing_counted")
    stock_acts.count(site_id=site_id, on=on, counted=counted, by=at.by, at=at.at)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("stock.work_unknown") from None


def work(request: HttpRequest) -> HttpResponse:
    """Every open difference within reach, the most urgent first; POST takes or ends one."""
    at = frame.here(request, "stock.see")
    scopes, wrong = frame.reach(at.scopes), ""
    if request.method == "POST":
        try:
            _work(request, at)
            return HttpResponseRedirect(reverse("command:stock_work") + "?xong=1")
        except Refused as refusal:
            wrong = frame.said(refusal)
    rows = stock.work(scopes)
    holders = stock.holders_by_id(one.site_id for one in rows)
    on_the_way = {one.id: found for one in rows if one.kind in AMOUNTS and one.ref_id and (found := stock.consignment(one.ref_id))}
    return frame.page(
        request, "stock_work", "stock", status=400 if wrong else 200, tabs=tabs("work"), rows=rows, holders=holders, wrong=wrong, work_words=stock_words.WORK,
        answers={kind: [(code, stock_words.ANSWERS[code]) for code in codes] for kind, codes in stock.RESOLUTIONS.items()},
        names=stock_words.people_of(one.taken_by for one in rows), now_at=at.at, items=stock_words.item_names(at.on), actor=at.by.text, unit=say_stock.item_unit,
        amounts={one.id: AMOUNTS[one.kind](on_the_way[one.id]) for one in rows if one.id in on_the_way},
        movable={one.id for one in rows if at.staff.may("stock.move", holders[one.site_id].place)}, overdue=sum(one.due_at < at.at for one in rows),
    )  # fmt: skip


def _work(request: HttpRequest, at: frame.Here) -> None:
    found = stock.one_work(_id(request.POST.get("work", "")))
    if found is None or not at.staff.may("stock.move", stock.place_of(found.site_id)):
        raise Refused("stock.work_unknown")
    if request.POST.get("act") == "take":
        stock_acts.take_work(work_id=found.id, by=at.by, at=at.at)
    else:
        stock_acts.settle_work(work_id=found.id, resolution=request.POST.get("resolution", ""), note=request.POST.get("note", ""), by=at.by, at=at.at)
