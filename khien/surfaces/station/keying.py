"""Keying a paper sheet: on the spot or days later, also without a script."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from khien.campaigns import queries as campaigns
from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.stock import queries as stock
from khien.surfaces.station.asking import Here, here
from khien.surfaces.station.keying_form import DECISIONS, KeyForm, chosen
from khien.surfaces.web import slips
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word
from khien.visits import actions as visits
from khien.visits import queries, rules

ADULT, CHILD = 30, 10  # ages that stand for the two forms
LAST = "phieu_truoc"  # of the sheet that this person keyed last: what was decided, who examined and injected, from which lot
INJECTED = ("", "eligible", "caution")
OF_SCREENING, OF_DOSE = ("decision", "doctor"), ("injector", "vaccine", "lot_number")


def key(request: HttpRequest, session: UUID) -> HttpResponse:
    """Ask the serial; then the whole sheet on one page; then the next sheet."""
    at = here(request, session, "visit.key_paper")
    serial = request.POST.get("serial") or request.GET.get("phieu", "")
    try:
        sheet = _sheet(serial, at) if serial else None
    except Refused as refusal:
        return _page(request, at, {"wrong": word(refusal, lang()), "asked": serial}, 409)
    if sheet is None:
        return _page(request, at, {"done": _done(request.GET.get("xong", ""), session, _last(request, at).get("lot_number", ""))})
    form, last = _form(request, at), _last(request, at)
    context: dict[str, Any] = {"serial": sheet, "shown": codes.display(sheet), "form": form, "who": request.POST.get("who", ""), "found": _found(request, at), "last": last, "decided": dict(DECISIONS).get(last.get("decision", "")), "same": bool(request.POST.get("same"))}
    if request.method != "POST" or _looks(request) or not form.is_valid():
        return _page(request, at, context)
    try:
        keyed = visits.key_paper(
            serial=sheet, session_id=session, **_who(request, form), **form.facts(), another_injection=bool(request.POST.get("another")),
            by=at.by, at=at.at,
        )  # fmt: skip
    except Refused as refusal:
        form.refused(refusal)
        return _page(request, at, {**context, "differs": refusal.code == "visits.paper_differs"}, 409)
    request.session[LAST] = {"session": str(session), **{name: form.cleaned_data[name] for name in (*OF_SCREENING, *OF_DOSE)}}
    return HttpResponseRedirect(f"{reverse('station:key', kwargs={'session': session})}?xong={keyed.serial}")


def _looks(request: HttpRequest) -> bool:
    """Enter looks for the person while the search box holds something new, and keys the sheet from then on."""
    act, asked = request.POST.get("act"), request.POST.get("find", "").strip()
    return act == "find" or (act == "enter" and asked != request.POST.get("asked", ""))


def _last(request: HttpRequest, at: Here) -> dict[str, str]:
    """What the sheet keyed before says again and again; nothing when it was another session's, or said nothing."""
    last: dict[str, str] = request.session.get(LAST, {})
    return last if last.get("session") == str(at.session_id) and (last["doctor"] or last["lot_number"]) and last["decision"] in INJECTED else {}


def _told(request: HttpRequest, at: Here) -> QueryDict:
    """What was typed; what is left blank stands as on the sheet before when the clerk says that it does."""
    told, last = request.POST.copy(), _last(request, at)
    if told.get("same") and last:
        for name in (*(OF_SCREENING if told.get("screened") else ()), *(OF_DOSE if told.get("injected") else ())):
            told[name] = told.get(name) or last[name]
    return told


def _page(request: HttpRequest, at: Here, context: dict[str, Any], status: int = 200) -> HttpResponse:
    left = queries.session_board(at.session.id).papers["printed"]
    return render(request, "station/keying.html", {"here": at, "left": left, "form": None, **context}, status=status)


def _sheet(text: str, at: Here) -> str:
    """The serial of a sheet of this session. Raises Refused codes.*, visits.serial_unknown, visits.serial_of_another_session."""
    serial = codes.read_paper_serial(text).text
    known = queries.paper_form(serial)
    if known is None:
        raise Refused("visits.serial_unknown", serial=serial)
    if known[1] != at.session.id:
        raise Refused("visits.serial_of_another_session", serial=serial)
    return serial


def _form(request: HttpRequest, at: Here) -> KeyForm:
    form = rules.form_for(at.session.on_date, CHILD if request.GET.get("mau") == "tre-em" else ADULT).form
    book = campaigns.rulebook(at.session.on_date).vaccines
    vaccines = [(code, book[code].short_vi if code in book else code) for code in at.session.vaccines]
    told = _told(request, at) if request.POST.get("act") else None
    return KeyForm(told, session=at.session, form=form, vaccines=vaccines, checked=told is None or not _looks(request))


def _found(request: HttpRequest, at: Here) -> list[PersonCard]:
    """Whom the search box names; each look-up is logged."""
    text = request.POST.get("find", "").strip()
    if not text:
        return []
    person_id = slips.person_of(text) if codes.is_slip_code(text) else None
    card = people.person(person_id) if person_id else None
    cards = [card] if card else people.search(text, limit=8)
    at.looked(*(card.id for card in cards), purpose="data_entry")
    return cards


def _who(request: HttpRequest, form: KeyForm) -> dict[str, Any]:
    """The person chosen, or the new one as written. Raises Refused visits.nobody_named."""
    person_id = chosen(request.POST.get("who", ""))
    if person_id:
        return {"person_id": person_id}
    if not form.cleaned_data["full_name"] or not form.cleaned_data["birth"]:
        raise Refused("visits.nobody_named")
    return {"new_person": form.person()}


def _done(serial: str, session: UUID, lot_number: str) -> dict[str, Any] | None:
    """The sheet just keyed, to be said once; with the lot that its number was read as, where it was typed with other letters."""
    known = queries.paper_form(serial) if serial else None
    if known is None or known[1] != session or known[0].visit_id is None:
        return None
    card = queries.visit(known[0].visit_id)
    lot = stock.lot(card.lot_id) if card and card.lot_id and lot_number else None
    read_as = lot.number if lot and not stock.rules.same_number(lot_number, lot.number) else ""
    return {"shown": codes.display(serial), "number": card.number if card else 0, "read_as": read_as}
