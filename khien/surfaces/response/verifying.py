"""Search, choose, verify, open and close the record of who calls; each step is a small form of the right column."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from khien.cases import actions
from khien.cases import queries as cases
from khien.kernel.errors import Refused
from khien.surfaces.response import desk, person
from khien.surfaces.response.frame import Here, here, said


def who(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Do one thing about the person of a conversation."""
    at = here(request, "people.search", cases.case_place(case_id))
    back = HttpResponseRedirect(reverse("response:case", kwargs={"case_id": case_id}) + "#nguoi")
    if request.method != "POST":
        return back
    act = request.POST.get("act", "")
    if act == "find":
        found = person.find(request.POST.get("q", "").strip(), at)
        person.show(request, case_id, found)
        return _again(request, case_id, at, found=found)
    facts = person.FactsForm(request.POST) if act == "facts" else person.FactsForm()
    if act == "facts" and not facts.is_valid():
        return _again(request, case_id, at, facts=facts, ask_facts=True, status=422)
    try:
        _do(act, request, case_id, at, facts)
    except Refused as refusal:
        return _again(request, case_id, at, facts=facts, ask_facts=act == "facts", wrong=said(refusal), status=409)
    return back


def _do(act: str, request: HttpRequest, case_id: UUID, at: Here, facts: person.FactsForm) -> None:
    """Raises Refused of the rooms, people.unknown when nobody is chosen."""
    common: dict[str, Any] = {"case_id": case_id, "by": at.by, "at": at.at}
    if act == "choose":
        wanted = _id(request.POST.get("person", ""))
        if not person.was_shown(request, case_id, wanted, at):
            raise Refused("people.unknown")
        person.keep(request, case_id, person=str(wanted), shown=person.state(request, case_id).get("shown", []))
        return
    if act == "close":
        person.keep(request, case_id)
        return
    if act == "work":
        chosen = actions.open_for_work(**common)
        person.keep(request, case_id, person=str(chosen), opened_at=at.at.isoformat())
        return
    known = person.state(request, case_id)
    common["person_id"] = _id(known.get("person", ""))
    if act == "send":
        challenge = actions.send_code(**common)
        person.keep(request, case_id, person=known["person"], challenge=str(challenge), sent_at=at.at.isoformat())
        return
    if act == "code":
        actions.open_by_code(challenge=_id(known.get("challenge", "")), code=request.POST.get("code", ""), **common)
    elif act == "facts":
        actions.open_by_facts(told=facts.told(), **common)
    elif act == "request":
        actions.open_by_request(**common)
    else:
        raise Refused("people.unknown")
    person.keep(request, case_id, person=known["person"], opened_at=at.at.isoformat())


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("people.unknown") from None


def _again(request: HttpRequest, case_id: UUID, at: Here, *, status: int = 200, **more: Any) -> HttpResponse:
    view = cases.case(case_id, at.at)
    column = person.column(request, view, at, **more) if view else None
    return desk.screen(request, case_id, who=column, status=status)
