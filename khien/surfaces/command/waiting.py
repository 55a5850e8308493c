"""Those who wait: the queue of a place, page by page; call sheets and what each call brought."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as now_

from khien.booking import queries as booking
from khien.campaigns import queries as campaigns
from khien.kernel import phones
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.places import queries as places
from khien.registration import actions as registration_acts
from khien.registration import queries as registration
from khien.reporting import queries as reporting
from khien.surfaces.command import choosing, frame
from khien.surfaces.command.session import slip_of
from khien.surfaces.command.words import OUTCOMES, REGISTRATION_STATES, WAYS
from khien.surfaces.web import downloads, say
from khien.surfaces.web.locale import lang
from khien.surfaces.web.paper import call_sheet_pdf, slips_pdf
from khien.surfaces.web.paper.facts import CallRow
from khien.surfaces.web.say_doses import birth_words

PAGE = 50
MOST_CALLS = 100
MOST_PRINTED = 500
MOST_UNITS = 400  # a province of 2025 has up to 168 communes right under it
GONE = "chuyen"  # in the address: who was just said to have moved
ENDING = ("refused", "dead")  # these end the registration: asked once more


def index(request: HttpRequest) -> HttpResponse:
    """One page of the queue; each person on it sees that this office looked."""
    at = frame.here(request, "command.lists")
    chosen = choosing.choose(request, at)
    state, group, outcome = (request.GET.get(name, "") for name in ("trang-thai", "nhom", "goi"))
    states = (state,) if state in ("waiting", "booked", "done", "withdrawn") else ("waiting", "booked")
    rows = registration.waiting(
        chosen.scopes, states=states, groups=(group,) if group else (), call_outcome=outcome if outcome in OUTCOMES else None, after=_id(request.GET.get("sau", "")),
        limit=PAGE + 1,
    )  # fmt: skip
    shown = rows[:PAGE]
    at.looked(*(row.person_id for row in shown), purpose="list")
    groups = [(one.code, one.en if lang() == "en" else one.vi) for one in campaigns.groups(at.on)]
    return frame.page(
        request, "waiting", "invite", chosen=chosen, rows=shown, after=shown[-1].registration_id if len(rows) > PAGE else None, first=request.GET.get("sau"),
        counts=reporting.queue(chosen.scopes), counted_at=reporting.queue_as_of(), states=REGISTRATION_STATES, state=state, groups=groups, group=group, outcomes=OUTCOMES, outcome=outcome, ways=WAYS,
        below=_below(chosen, at),
    )  # fmt: skip


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _below(chosen: choosing.Chosen, at: frame.Here) -> list[tuple[Any, dict[str, int]]]:
    """How many wait in each unit under the chosen one (or under my own)."""
    key = chosen.key or choosing.own_unit(at)
    units = places.children(key, key[:4] or "2021") if key or frame.reach(at.scopes) is None else ()
    if not units or len(units) > MOST_UNITS:
        return []
    found = reporting.queue_of_units(one.key for one in units)
    return [(one, found[one.key]) for one in units if found[one.key].get("waiting") or found[one.key].get("booked")]


def calls(request: HttpRequest) -> HttpResponse:
    """The call sheet of a ward or neighbourhood, and the outcome of each call entered beside the name."""
    at = frame.here(request, "lists.call")
    chosen = choosing.choose(request, at)
    key = chosen.key or choosing.own_unit(at)
    part = request.GET.get("to", "")
    told, asking = "", ""
    if request.method == "POST":
        asking = request.POST.get("outcome", "") if request.POST.get("outcome") in ENDING and not request.POST.get("sure") else ""
        told = "" if asking else _called(request, at)
        if not told and not asking:
            return HttpResponseRedirect(_again(request))
    unit = places.unit(key) if key else None
    near = unit is not None and unit.leaf
    after, uncalled = _id(request.GET.get("sau", "")), request.GET.get("tat-ca") != "1"
    rows = registration.call_sheet(unit_key=key, neighbourhood=part, uncalled=uncalled, after=after, limit=MOST_CALLS) if near else []
    at.looked(*(row.person_id for row in rows), purpose="call_sheet")
    return frame.page(
        request, "calls", "invite", chosen=chosen, unit=unit, near=near, rows=rows, part=part, parts=registration.neighbourhoods(key) if near else {},
        next=registration.last_of(rows) if len(rows) == MOST_CALLS else None, first=after, counted=registration.COUNTED,
        outcomes=OUTCOMES, error=told, asking=asking, about=next((row for row in rows if str(row.registration_id) == request.POST.get("id")), None), everyone=request.GET.get("tat-ca") == "1", most=MOST_CALLS,
        below=[] if near else _below(chosen, at), gone=_gone(request, at),
    )  # fmt: skip


def _again(request: HttpRequest) -> str:
    """The same sheet; whoever was just said to have moved is named on it, that the new home may be written at once."""
    query = request.GET.copy()
    query.pop(GONE, None)
    if request.POST.get("outcome") == "moved":
        query[GONE] = request.POST.get("id", "")
    where = GONE if GONE in query else "goi"
    return f"{request.path}?{query.urlencode()}#{where}" if query else f"{request.path}#{where}"


def _gone(request: HttpRequest, at: frame.Here) -> Any:
    """Who was just said to have moved, while nobody has written where to."""
    found = registration.registration(_id(request.GET.get(GONE, "")) or UUID(int=0))
    if found is None or found.call_outcome != "moved" or not at.staff.may("people.correct", found.place):
        return None
    return people.basics([found.person_id]).get(found.person_id)


def _called(request: HttpRequest, at: frame.Here) -> str:
    """Enter one outcome; gives the refusal in words, or ""."""
    found = registration.registration(_id(request.POST.get("id", "")) or UUID(int=0))
    if found is None or not at.staff.may("lists.call", found.place):
        return now_("Không tìm thấy đăng ký này trong phạm vi của bạn.")
    try:
        registration_acts.call_outcome(
            registration=found.id, outcome=request.POST.get("outcome", ""), by=at.staff.actor("lists.call", found.place), at=at.at
        )
    except Refused as refusal:
        return frame.said(refusal)
    return ""


def call_paper(request: HttpRequest) -> HttpResponse:
    """The call sheet on paper, for those who go from door to door."""
    at = frame.here(request, "lists.call")
    chosen = choosing.choose(request, at)
    key = chosen.key or choosing.own_unit(at)
    unit = places.unit(key) if key else None
    part = request.GET.get("to", "")
    rows = registration.call_sheet(unit_key=key, neighbourhood=part, uncalled=True, limit=MOST_PRINTED) if unit and unit.leaf else []
    at.looked(*(row.person_id for row in rows), purpose="call_sheet")
    lines = [CallRow(row.full_name, birth_words(row.birth), say.phone(row.phone), row.neighbourhood, row.address) for row in rows]
    site = ", ".join(filter(None, (part, unit.full_name if unit else "")))
    return downloads.answer(call_sheet_pdf(lines, title="Danh sách gọi mời tiêm", site=site, made=at.at), f"goi-{at.on:%Y%m%d}.pdf")


def call_slips(request: HttpRequest) -> HttpResponse:
    """Invitations of a ward or neighbourhood to cut apart and carry from door to door; `khong-so`: only for those whom no text reaches."""
    at = frame.here(request, "plan.invite")
    chosen = choosing.choose(request, at)
    key = chosen.key or choosing.own_unit(at)
    unit = places.unit(key) if key else None
    near = unit is not None and unit.leaf
    part, bare = request.GET.get("to", ""), request.GET.get("khong-so") == "1"
    rows = [one for one in registration.call_sheet(unit_key=key, neighbourhood=part, limit=MOST_PRINTED) if one.state == "booked"] if near else []
    rows = [one for one in rows if not (bare and phones.takes_sms(one.phone))]
    booked = booking.standing_of(one.person_id for one in rows)
    sessions = {one.id: one for one in booking.sessions(None, ids={one.session_id for one in booked.values()})} if booked else {}
    told = [(row, found) for row in rows if (found := booked.get(row.person_id)) and found.session_id in sessions]
    at.looked(*(row.person_id for row, _found in told), purpose="call_sheet")
    slips = [slip_of(row.full_name, found, sessions[found.session_id]) for row, found in told]
    return downloads.answer(slips_pdf(slips, made=at.at), f"giay-moi-{at.on:%Y%m%d}.pdf")
