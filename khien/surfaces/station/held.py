"""What tablets sent and nobody has decided about: recorded as it was, or set aside with a reason. Works without a script."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.surfaces.station.asking import Here, here
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word, wording
from khien.sync import actions, queries
from khien.sync.types import HeldInfo

STEPS = {
    "check_in": _("Tiếp đón"), "consent": _("Đồng ý tiêm"), "screen": _("Khám sàng lọc"), "give_dose": _("Tiêm"), "undo_dose": _("Rút mũi tiêm"),
    "undo": _("Rút một bước"), "observe": _("Theo dõi xong"), "extend": _("Theo dõi thêm"), "end": _("Kết thúc khác"), "close": _("Ra về"),
    "react": _("Phản ứng sau tiêm"), "alarm": _("Báo động đỏ"),
}  # fmt: skip


def index(request: HttpRequest, session: UUID) -> HttpResponse:
    """The list by tablet; POST decides about one step, or lets all that a tablet sent stand."""
    at = here(request, session, "sync.judge")
    wrong = ""
    if request.method == "POST":
        try:
            _decide(request, at)
            return HttpResponseRedirect(reverse("station:held", kwargs={"session": session}))
        except Refused as refusal:
            wrong = _why(refusal)
    return _page(request, at, wrong)


def _why(refusal: Refused) -> str:
    """The refusal in words, with its inner reason where it has one."""
    said, inner = word(refusal, lang()), str(refusal.facts.get("why") or "")
    return f"{word(Refused(inner), lang())} {said}" if inner in wording() else said


def _decide(request: HttpRequest, at: Here) -> None:
    """Carry out one decision. Raises Refused as `accept` and `set_aside` do."""
    told = request.POST
    mine = {str(one.id): one for one in _open(at)}
    if told.get("act") == "all":
        chosen = [one.id for one in mine.values() if str(one.device_id) == told.get("device")]
        if left := actions.accept_all(chosen, by=at.by, at=at.at):
            raise Refused("sync.some_stay", count=left)
        return
    one = mine.get(told.get("id", ""))
    if one is None:
        raise Refused("sync.held_unknown")
    if told.get("act") == "aside":
        actions.set_aside(held_id=one.id, reason=told.get("reason", ""), by=at.by, at=at.at)
    else:
        actions.accept(held_id=one.id, number=told.get("number", ""), by=at.by, at=at.at)


def _open(at: Here) -> list[HeldInfo]:
    """What of this session waits for a person."""
    return queries.held_of_session(at.session_id, site_id=at.session.site_id, states=("stranded", "quarantined"))


def _page(request: HttpRequest, at: Here, wrong: str) -> HttpResponse:
    rows = _open(at)
    waiting = queries.held_of_session(at.session_id, states=("waiting",))
    known = people.basics([row.person_id for row in rows if row.person_id])
    at.looked(*{row.person_id for row in rows if row.person_id}, purpose="list", once=True)
    tablets = [{"device": device, "name": lines[0].device_name, "lines": [_line(row, known) for row in lines]}
               for device, lines in ((device, list(some)) for device, some in groupby(rows, key=lambda row: row.device_id))]  # fmt: skip
    facts = {"here": at, "one": at.session, "tablets": tablets, "waiting": len(waiting), "wrong": wrong}
    return render(request, "station/held.html", facts, status=409 if wrong else 200)


def _line(row: HeldInfo, known: dict[UUID, Any]) -> dict[str, Any]:
    person = known.get(row.person_id) if row.person_id else None
    return {"row": row, "step": STEPS.get(row.name, row.name or _("Không đọc được")), "who": person.full_name if person else "", "why": word(Refused(row.reason), lang())}
