"""The contact desk: my queue, the conversation, the person; every step of a case from here."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from khien.cases import actions
from khien.cases import queries as cases
from khien.cases.types import CaseView, QueueFilter
from khien.kernel import phones
from khien.kernel.errors import Refused
from khien.surfaces.response import person, queue, story
from khien.surfaces.response.frame import Here, here, page, said
from khien.surfaces.response.lines import shown
from khien.surfaces.response.words import DOABLE, field_words
from khien.surfaces.web import case_words, guard
from khien.surfaces.web.say_doses import birth_words

# What may be done with a case, and the right it needs.
ACTS = {
    "take": "cases.see", "note": "cases.see", "escalate": "cases.see", "answer": "cases.answer", "wait": "cases.answer",
    "resume": "cases.answer", "resolve": "cases.answer", "reopen": "cases.answer", "assign": "cases.assign", "confirm": "cases.answer",
    "not_found": "cases.answer",
}  # fmt: skip
# Where somebody asks in person, and may leave any number or none.
TALKED = ("hotline", "web", "counter")


def index(request: HttpRequest) -> HttpResponse:
    """The queue with nothing chosen; a code of a case leads to it."""
    at = here(request, "cases.see").at
    listed = queue.read(request, at)
    if listed.code and len(listed.lines) == 1:
        return HttpResponseRedirect(_address(listed.lines[0].line.id))
    return page(request, "desk", queue=listed, case=None)


def next_case(request: HttpRequest) -> HttpResponse:
    """Take the most urgent case that nobody has, else go to the first of mine."""
    at = here(request, "cases.answer")
    if request.method != "POST":
        return HttpResponseRedirect(reverse("response:home"))
    for line in queue.page(at.staff, QueueFilter(unowned=True, states=("open",)), at.at, limit=20):
        try:
            actions.take(case_id=line.id, by=at.by, at=at.at)
        except Refused:  # somebody was quicker
            continue
        return HttpResponseRedirect(_address(line.id))
    mine = queue.page(at.staff, QueueFilter(owner_id=at.staff.id), at.at, limit=1)
    return HttpResponseRedirect(_address(mine[0].id) if mine else reverse("response:home"))


def _address(case_id: UUID, query: str = "") -> str:
    return reverse("response:case", kwargs={"case_id": case_id}) + (f"?{query}" if query else "")


def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case: look at it, or do one thing with it. What was typed stays when the thing is refused."""
    place = cases.case_place(case_id)
    at = here(request, "cases.see", place)
    act = request.POST.get("act", "")
    if request.method != "POST":
        return screen(request, case_id)
    if act == "ask" or act.startswith("insert:"):
        return screen(request, case_id, reply=_inserted(act, request), question=request.POST.get("question", ""))
    may = ACTS.get(act.partition(":")[0])
    if may is None or not at.staff.may(may, place):
        return guard.refuse(request, 403)
    try:
        _do(act, case_id, request, here(request, may, place))
    except Refused as refusal:
        return screen(request, case_id, wrong=said(refusal), reply=request.POST.get("text", ""), status=409)
    return HttpResponseRedirect(_address(case_id, queue.read(request, at.at).query))


def _inserted(act: str, request: HttpRequest) -> str:
    """What was typed, with the passage that was chosen behind it."""
    typed = str(request.POST.get("text", ""))
    found = cases.passage(act.partition(":")[2])
    return "\n".join(filter(None, [typed.strip(), found.text(story.language()) if found else ""]))


def _do(act: str, case_id: UUID, request: HttpRequest, at: Here) -> None:
    text = request.POST.get("text", "")
    who: dict[str, Any] = {"case_id": case_id, "by": at.by, "at": at.at}
    if act == "take":
        actions.take(**who)
    elif act == "assign":
        actions.assign(staff_id=_colleague(request, at), **who)
    elif act == "resolve":
        actions.resolve(resolution=request.POST.get("resolution", ""), text=text, **who)
    elif act in ("escalate", "reopen"):
        {"escalate": actions.escalate, "reopen": actions.reopen}[act](reason=text, **who)
    elif act in ("confirm", "not_found"):
        actions.confirm_dose(confirmed=act == "confirm", reason=text, **who)
    else:
        said_by: dict[str, Any] = {"answer": actions.answer, "note": actions.note, "wait": actions.wait, "resume": actions.resume}
        said_by[act](text=text, **who)


def _colleague(request: HttpRequest, at: Here) -> UUID:
    """Whom the case is given to: one of those on post for it. Raises Refused cases.staff_unknown."""
    chosen = request.POST.get("staff", "")
    if chosen not in {str(id) for id, _ in story.colleagues(at.place, at.at)}:
        raise Refused("cases.staff_unknown")
    return UUID(chosen)


def screen(request: HttpRequest, case_id: UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    """The three columns around one case."""
    place = cases.case_place(case_id)
    at = here(request, "cases.see", place)
    view = cases.case(case_id, at.at)
    if view is None:
        return guard.refuse(request, 404)
    facts: dict[str, Any] = {"wrong": "", "reply": "", "question": ""} | more
    facts.setdefault("who", person.column(request, view, at))
    return page(
        request, "desk", status=status, queue=queue.read(request, at.at), case=view, shown=shown(view.line, at.at), told=story.told(view, facts["question"]),
        steps=story.steps(view, at.staff), acts=_acts(view, at), words=case_words, colleagues=story.colleagues(place, at.at) if at.staff.may("cases.assign", place) else [],
        results=story.results(view), mine=view.line.owner_id == at.staff.id, unheard=_unheard(view), subject=story.subject_facts(view),
        doable=DOABLE, field_words=field_words, birth_words=birth_words, **facts,
    )  # fmt: skip


def _unheard(view: CaseView) -> bool:
    """Whether no text or e-mail carries an answer to who asked: no address was left, or a landline alone."""
    left = view.contact
    if view.line.channel not in TALKED:
        return False
    return not (left.email or phones.takes_sms(left.phone)) if left.reachable else view.line.person_id is None


def _acts(view: CaseView, at: Here) -> set[str]:
    """What this person may do with this case now."""
    able = {act for act, may in ACTS.items() if at.staff.may(may, at.place)}
    state, line = view.line.state, view.line
    shut = {
        "open": {"resume", "reopen"}, "taken": {"resume", "reopen"}, "waiting_citizen": {"wait", "reopen"},
        "resolved": set(ACTS) - {"reopen"},
    }[state]  # fmt: skip
    shut |= {"take"} if line.owner_id else set()
    shut |= {"escalate"} if line.tier == 3 else set()
    shut |= {"resolve"} if view.correction and view.correction.state in ("asked", "proposed") else set()
    shut |= {"confirm", "not_found"} if line.kind != "evidence" else set()
    return able - shut
