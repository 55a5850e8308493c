"""Open vials of a session: what is open and until when, opening one, ending one with what is left."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Performed
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from khien.surfaces.station.asking import Here, here
from khien.surfaces.web import one_act, whole
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word
from khien.surfaces.web.say_stock import WASTES
from khien.visits import queries as visits


def index(request: HttpRequest, session: UUID) -> HttpResponse:
    """The vials of this session's day; POST opens or ends one, or explains doses that an ended vial lacks."""
    at = here(request, session, "visit.dose")
    wrong = ""
    if request.method == "POST":
        try:
            _do(request, at)
            return HttpResponseRedirect(reverse("station:vials", kwargs={"session": session}))
        except Refused as refusal:
            wrong = word(refusal, lang())
    site, on = at.session.site_id, at.session.on_date
    rows = stock.vials(site, on, session_id=session)
    chosen = {lot["lot_id"] for lot in visits.session_board(session).lots if not lot["paused"]}
    lots = sorted((one for one in stock.lots_at(site, on=on) if one.lot.vaccine in at.session.vaccines), key=lambda one: one.lot.id not in chosen)
    minutes = {row.id: int((row.use_until - at.at).total_seconds() // 60) for row in rows}
    context = {
        "here": at, "wrong": wrong, "open": [row for row in rows if not row.ended_at], "ended": [row for row in rows if row.ended_at], "minutes": minutes,
        "lots": lots, "chosen": chosen, "reasons": list(WASTES.items()), "typed": request.POST,
        "one_act": one_act.new(request), "thaws": stock.thaws(site, on),
    }  # fmt: skip
    return render(request, "station/vials.html", context, status=409 if wrong else 200)


def _do(request: HttpRequest, at: Here) -> None:
    told, site = request.POST, at.session.site_id
    done = Performed(_moment(told.get("hour", ""), at), at.session.on_date, at.staff.id, at.staff.full_name)
    common: dict[str, Any] = {"site_id": site, "performed": done, "by": at.by, "at": at.at}
    if told.get("act") == "open":
        stock_acts.open_vial(lot_id=_id(told.get("lot", ""), "stock.lot_unknown"), session_id=at.session_id, doses=whole.of_form(told.get("doses", "")), act_id=one_act.read(request), **common)
    elif told.get("act") == "explain":
        stock_acts.waste_missing(vial_id=_id(told.get("vial", ""), "stock.vial_unknown"), reason=told.get("reason", ""), **common)
    else:
        stock_acts.end_vial(vial_id=_id(told.get("vial", ""), "stock.vial_unknown"), left=_left(told.get("left", "")), reason=told.get("reason", ""), **common)


def _left(text: str) -> int:
    """Doses thrown away with a vial; none are said to be none. Raises Refused stock.left_missing, web.number_*."""
    found = whole.of_form(text)
    if found is None:
        raise Refused("stock.left_missing")
    return found


def _moment(text: str, at: Here) -> datetime:
    """The hour that was typed, of the session's day; now where none was. Raises Refused stock.hour_unreadable."""
    if not text.strip():
        return at.at
    try:
        hour, minute = map(int, text.strip().replace("h", ":").replace(".", ":").split(":"))
        return clock.at_local(at.session.on_date, hour, minute)
    except (ValueError, OverflowError):
        raise Refused("stock.hour_unreadable") from None


def _id(text: str, code: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(code) from None
