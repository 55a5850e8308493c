"""The end of the day: who is still inside, which sheets nobody explained, the doses counted; then the lead closes."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.stock import queries as stock
from khien.surfaces.station.asking import here
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word
from khien.surfaces.web.say_stock import item_unit, supply_name
from khien.visits import actions as visits
from khien.visits import queries


def ending(request: HttpRequest, session: UUID) -> HttpResponse:
    """What keeps the day open, and the day's numbers; POST closes it."""
    at = here(request, session, "station.close")
    wrong = ""
    if request.method == "POST":
        try:
            visits.close_session(session_id=session, by=at.by, at=at.at)
            return HttpResponseRedirect(reverse("station:ending", kwargs={"session": session}))
        except Refused as refusal:
            wrong = word(refusal, lang())
    board, language = queries.session_board(session), int(lang() == "en")
    inside = queries.visits_of_session(session, states=("checked_in", "consented", "cleared", "dosed", "observed"), limit=500)
    at.looked(*(card.person_id for card in inside), purpose="list", once=True)
    summary, lines = queries.day_summary(session), stock.day_movements(at.session.site_id, at.session.on_date)
    context = {
        "here": at, "wrong": wrong, "board": board, "work": queries.open_work(session), "summary": summary,
        "inside": [{"card": card, "state": queries.LABELS[card.state][language]} for card in inside],
        "serials": [{"serial": one.serial, "shown": codes.display(one.serial)} for one in queries.papers(session, state="printed")],
        "ends": [(queries.LABELS[state][language], count) for state, count in summary.ends.items()],
        "stock": [line for line in lines if stock.rules.is_vaccine(line.lot.vaccine)],
        "supplies": [line for line in lines if not stock.rules.is_vaccine(line.lot.vaccine)], "supply_name": supply_name, "unit": item_unit,
    }  # fmt: skip
    return render(request, "station/ending.html", context, status=409 if wrong else 200)


def pause(request: HttpRequest, session: UUID) -> HttpResponse:
    """Stop receiving people for a while, with a reason."""
    at = here(request, session, "station.open")
    if request.method == "POST":
        visits.pause_session(session_id=session, reason=request.POST.get("reason", ""), by=at.by, at=at.at)
    return HttpResponseRedirect(reverse("station:desk", kwargs={"session": session}))
