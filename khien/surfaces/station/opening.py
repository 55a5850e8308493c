"""Before the first person: the lots, and the checklist that the lead signs. Works without a script."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.access import queries as access
from khien.booking import actions as booking_acts
from khien.booking import queries as booking
from khien.kernel.errors import Refused
from khien.stock import queries as stock
from khien.surfaces.station.asking import Here, here
from khien.surfaces.web import checklists
from khien.surfaces.web.checklists import ASKS
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word
from khien.visits import actions as visits
from khien.visits import queries
from khien.visits.types import ChecklistItem


@dataclass
class Line:
    """One line of the list as the page draws it, with what was typed."""

    item: ChecklistItem
    values: dict[str, str]
    name: str = ""
    reason: str = ""

    @property
    def asks(self) -> tuple[tuple[str, str], ...]:
        return ASKS[self.item.code]


def checklist(request: HttpRequest, session: UUID) -> HttpResponse:
    """The checklist: GET shows it as last signed or begun, POST signs it and opens the session."""
    at = here(request, session, "station.open")
    told = request.POST if request.method == "POST" else None
    wrong: str | None = None
    if told is not None:
        try:
            visits.sign_checklist(session_id=session, items=checklists.read(told), overrides=_overrides(told), by=at.by, at=at.at)
            visits.open_session(session_id=session, by=at.by, at=at.at)
            return HttpResponseRedirect(reverse("station:desk", kwargs={"session": session}))
        except Refused as refusal:
            wrong = word(refusal, lang())
    signed = queries.checklist(session)
    context = {
        "here": at, "lines": _lines(session, told, signed, at), "wrong": wrong, "signed": signed, "lots": _lots(at),
        "signer": _signer(signed), "kept": _kept(at), "reserve_decisions": booking.reserve_decisions(session_id=session, on=at.session.on_date),
        "chosen": queries.session_board(session).lots, "units": {"celsius": "°C", "ampoules": _("ống")},
    }  # fmt: skip
    return render(request, "station/opening.html", context, status=409 if wrong else 200)


def _signer(signed: dict[str, Any] | None) -> str:
    kind, _, key = signed["signed_by"].partition(":") if signed else ("", "", "")
    return access.names([UUID(key)]).get(UUID(key), "") if kind == "staff" else ""


def lots(request: HttpRequest, session: UUID) -> HttpResponse:
    """Choose a lot for the session, or set one aside."""
    at = here(request, session, "station.open")
    if request.method == "POST":
        try:
            lot_id = UUID(request.POST.get("lot", ""))
        except ValueError:
            raise Refused("stock.lot_unknown") from None
        if request.POST.get("act") == "pause":
            visits.pause_lot(session_id=session, lot_id=lot_id, reason=request.POST.get("reason", ""), by=at.by, at=at.at)
        else:
            visits.choose_lot(session_id=session, lot_id=lot_id, by=at.by, at=at.at)
    back = "desk" if at.session.state in ("open", "paused") and request.POST.get("back") == "desk" else "opening"
    return HttpResponseRedirect(reverse(f"station:{back}", kwargs={"session": session}) + ("#lo" if back == "opening" else ""))


def _kept(at: Here) -> list[Any]:
    """Products of this session that the province keeps for second doses: a walk-in's first dose needs a decision."""
    return [one for one in booking.kept_doses(at.session.place.province_2021) if one.closed and one.vaccine in at.session.vaccines]


def let_in(request: HttpRequest, session: UUID) -> HttpResponse:
    """Record the lead's named decision that first doses of who walks in may use the reserve at this session."""
    at = here(request, session, "station.open")
    if request.method == "POST":
        booking_acts.let_first_doses_in(
            decision=request.POST.get("decision", ""), name=at.staff.full_name, until=at.session.on_date, session_id=session, by=at.by, at=at.at
        )
    return HttpResponseRedirect(reverse("station:opening", kwargs={"session": session}) + "#de-danh")


def open_again(request: HttpRequest, session: UUID) -> HttpResponse:
    """Open after a pause, without signing again on the same day."""
    at = here(request, session, "station.open")
    if request.method == "POST":
        visits.open_session(session_id=session, by=at.by, at=at.at)
    return HttpResponseRedirect(reverse("station:desk", kwargs={"session": session}))


def _overrides(told: Any) -> list[dict[str, str]]:
    given = ({"item": code, "name": told.get(f"{code}-who", "").strip(), "reason": told.get(f"{code}-why", "").strip()} for code in ASKS)
    return [entry for entry in given if entry["name"] or entry["reason"]]


def _lines(session: UUID, told: Any, signed: dict[str, Any] | None, at: Here) -> list[Line]:
    """Every line with its boxes; a line as it would be judged now."""
    kept = signed["items"] if signed else {}
    items = checklists.read(told) if told is not None else {code: kept.get(code, {}) for code in ASKS if kept.get(code)}
    try:
        judged = queries.checklist_lines(session, {code: facts for code, facts in items.items() if code != "lots"})
    except Refused:
        judged = queries.checklist_lines(session, {})
    lines = []
    for item in judged:
        if told is not None:
            lines.append(Line(item, checklists.typed(told, item.code), told.get(f"{item.code}-who", ""), told.get(f"{item.code}-why", "")))
        else:
            lines.append(Line(item, _shown(item.code, kept.get(item.code, {}), at)))
    return lines


def _shown(code: str, kept: dict[str, Any], at: Here) -> dict[str, str]:
    """Stored facts as they are typed again; the hospital's phone is known from the point."""
    known = {"phone": at.session.site.hospital_phone} if code == "hospital_phone" and not kept.get("phone") else {}
    return checklists.shown(code, {**kept, **known})


def _lots(at: Here) -> list[dict[str, Any]]:
    """Lots of the vaccines on offer that are at the point and may be used on the day."""
    return [
        {"lot": one.lot, "on_hand": one.on_hand}
        for one in stock.lots_at(at.session.site_id, on=at.session.on_date)
        if one.lot.vaccine in at.session.vaccines
    ]
