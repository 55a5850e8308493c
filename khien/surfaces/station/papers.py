"""Paper forms of a session: printed with serials, every serial explained before the day closes."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from khien.campaigns import queries as campaigns
from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.surfaces.station.asking import Here, here
from khien.surfaces.web import say
from khien.surfaces.web.locale import lang
from khien.surfaces.web.paper import PaperForm, PaperSerialText, paper_form_pdf
from khien.surfaces.web.refusals import word
from khien.visits import actions as visits
from khien.visits import queries, rules

ADULT, CHILD = 30, 10  # ages that stand for the two forms


def index(request: HttpRequest, session: UUID) -> HttpResponse:
    """The packs of this session, what became of each sheet, and the way to print more."""
    at = here(request, session, "paper.print")
    wrong = ""
    if request.method == "POST":
        try:
            serials = visits.print_forms(session_id=session, count=_count(request.POST.get("count", "")), by=at.by, at=at.at)
            return HttpResponseRedirect(f"{reverse('station:papers', kwargs={'session': session})}?tap={serials[0][:9]}")
        except Refused as refusal:
            wrong = word(refusal, lang())
    return _page(request, at, wrong and _("Chưa in được"), wrong)


def _page(request: HttpRequest, at: Here, trouble: str, wrong: str) -> HttpResponse:
    found = queries.papers(at.session.id)
    packs: dict[str, list[Any]] = defaultdict(list)
    for one in found:
        packs[one.serial[:9]].append(one)
    context = {
        "here": at, "trouble": trouble, "wrong": wrong, "typed": {name: request.POST.get(name, "") for name in ("act", "serial", "reason")}, "made": request.GET.get("tap", ""), "count": request.POST.get("count", "20"),
        "packs": [{"pack": pack, "sheets": len(sheets), "open": sum(one.state == "printed" for one in sheets), "at": sheets[0].printed_at} for pack, sheets in packs.items()],
        "waiting": [{"serial": one.serial, "shown": codes.display(one.serial)} for one in found if one.state == "printed"],
        "settled": [{"one": one, "shown": codes.display(one.serial)} for one in found if one.state != "printed"],
        "keys": at.may("visit.key_paper"), "counts": queries.session_board(at.session.id).papers,
    }  # fmt: skip
    return render(request, "station/papers.html", context, status=409 if wrong else 200)


def _count(text: str) -> int:
    return int(text) if text.strip().isdecimal() and len(text.strip()) < 6 else 0


def sheets(request: HttpRequest, session: UUID, pack: str) -> HttpResponse:
    """The sheets of one pack that still wait to be written on, as a PDF."""
    at = here(request, session, "paper.print")
    child = request.GET.get("mau") == "tre-em"
    serials = [PaperSerialText(one.serial, codes.display(one.serial)) for one in queries.papers(session, state="printed") if one.serial[:9] == pack]
    if not serials:
        raise Refused("visits.serial_unknown", serial=pack[:13])
    with translation.override("vi"):
        octets = paper_form_pdf(serials, _form(at, child), made=at.at)
    response = HttpResponse(octets, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="phieu-{pack}.pdf"'
    return response


def _form(at: Here, child: bool) -> PaperForm:
    """The sheet's words: the screening form of the day, the consent's points."""
    session = at.session
    form = rules.form_for(session.on_date, CHILD if child else ADULT).form
    consent = campaigns.consent_text(for_minor=child, on=session.on_date).text_vi
    points = tuple(line.strip() for line in consent.splitlines() if line.strip())
    shift = {"morning": _("sáng"), "afternoon": _("chiều"), "evening": _("tối")}.get(session.shift, "")
    return PaperForm(
        site=session.site.name, session=f"{shift} {say.long_day(session.on_date)}".strip(), title=_("Phiếu tiêm vắc xin phòng COVID-19"), basis=form.title_vi,
        consent=points, items=tuple((item.no, item.vi) for item in form.items if not item.computed), guardian=child,
    )  # fmt: skip


def settle(request: HttpRequest, session: UUID) -> HttpResponse:
    """Explain sheets: one voided or missing, or the rest of the pack never used."""
    at = here(request, session, "visit.key_paper")
    if request.method == "POST":
        try:
            _explain(request, at)
        except Refused as refusal:
            return _page(request, at, _("Chưa ghi được"), word(refusal, lang()))
    back = "ending" if request.POST.get("back") == "ending" else "papers"
    return HttpResponseRedirect(reverse(f"station:{back}", kwargs={"session": session}))


def _explain(request: HttpRequest, at: Here) -> None:
    act, reason, serial = (request.POST.get(name, "").strip() for name in ("act", "reason", "serial"))
    if act == "rest":
        visits.void_unused(session_id=at.session.id, reason=reason, by=at.by, at=at.at)
        return
    known = queries.paper_form(serial)
    if known is None or known[1] != at.session.id:
        raise Refused("visits.serial_unknown", serial=serial[:17])
    explain = visits.mark_missing if act == "missing" else visits.void_form
    explain(serial=serial, reason=reason, by=at.by, at=at.at)
