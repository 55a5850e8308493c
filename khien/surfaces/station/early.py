"""Who left before the 30 minutes were over: known, called, and what came of it. Works without a script."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.safety import actions, queries, rules
from khien.safety.types import FollowUpView
from khien.surfaces.station.asking import Here, here
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word
from khien.visits import queries as visits

OUTCOMES = {
    "well": _("Khỏe"), "soso": _("Hơi mệt"), "bad": _("Không ổn"), "no_answer": _("Không nghe máy"), "wrong_number": _("Sai số máy"),
}  # fmt: skip


def index(request: HttpRequest, session: UUID) -> HttpResponse:
    """The list, with the phone to call and the outcome to write."""
    return _page(request, here(request, session, "safety.follow"))


def _page(request: HttpRequest, at: Here, wrong: str = "", about: UUID | None = None) -> HttpResponse:
    rows = queries.early_leavers(at.session_id)
    at.looked(*(row.person_id for row in rows), purpose="reaction", once=True)
    reach = people.reach([row.person_id for row in rows])
    basics = people.basics([row.person_id for row in rows])
    cards = {row.id: visits.visit(row.visit_id) for row in rows if row.visit_id}
    lines = [{"row": row, "card": cards.get(row.id), "name": basics[row.person_id].full_name if row.person_id in basics else "", "phone": reach.get(row.person_id, ("", ""))[0]} for row in rows]
    signs = [(sign.code, sign.en if lang() == "en" else sign.vi) for sign in rules.SIGNS if sign.red or sign.severity is rules.Severity.COMMON]
    facts = {"here": at, "one": at.session, "lines": lines, "outcomes": OUTCOMES, "signs": signs, "wrong": wrong, "about": about}
    return render(request, "station/early.html", facts, status=409 if wrong else 200)


def call(request: HttpRequest, session: UUID, follow_up: UUID) -> HttpResponse:
    """Write what came of a call."""
    at = here(request, session, "safety.follow")
    if request.method != "POST":
        return HttpResponseRedirect(reverse("station:early", kwargs={"session": session}))
    told = request.POST
    found: FollowUpView | None = queries.follow_up(follow_up)
    try:
        actions.call_follow_up(
            follow_up_id=follow_up, outcome=told.get("outcome", ""), text=told.get("text", ""), symptoms=tuple(one for one in told.getlist("signs") if one),
            onset_at=at.at, by=at.by, at=at.at,
        )  # fmt: skip
    except Refused as refusal:
        return _page(request, at, word(refusal, lang()), found.id if found else None)
    return HttpResponseRedirect(reverse("station:early", kwargs={"session": session}))
