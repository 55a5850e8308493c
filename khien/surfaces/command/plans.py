"""A unit's plan: what is there, who waits, when it ends if tables or doses change; its sessions proposed; too full and too empty ones."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.access.roles import ROLES
from khien.booking import actions as booking_acts
from khien.booking import queries as booking
from khien.campaigns import queries as campaigns
from khien.kernel.errors import Refused
from khien.places import queries as places
from khien.planning import actions, queries, rules
from khien.planning.rules import Forecast, Means
from khien.planning.types import Outlook
from khien.reporting import queries as reporting
from khien.surfaces.command import choosing, frame, reserving, targeting, where
from khien.surfaces.command.sessions import HourField
from khien.surfaces.web import charts, say, whole
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import DayField, PageForm
from khien.surfaces.web.locale import lang
from khien.surfaces.web.whole import WholeField

DAYS = ((0, _("Thứ Hai")), (1, _("Thứ Ba")), (2, _("Thứ Tư")), (3, _("Thứ Năm")), (4, _("Thứ Sáu")), (5, _("Thứ Bảy")), (6, _("Chủ nhật")))
SHOWN = 28  # days of the forecast drawn
MOST_PROPOSED = 60
MOST_LOADS = 12


class UnitPlanForm(PageForm):
    """A unit's plan; doses by product are fields of their own."""

    first_on = DayField(label=_("Từ ngày"))
    last_on = DayField(label=_("Đến ngày"))
    tables = WholeField(label=_("Số bàn tiêm"), min_value=0, max_value=5000)
    per_table = WholeField(label=_("Số người mỗi bàn một buổi"), min_value=0, max_value=2000)
    teams = WholeField(label=_("Số đội lưu động"), min_value=0, max_value=1000, required=False)
    weekdays = forms.MultipleChoiceField(label=_("Ngày làm việc"), choices=[(str(n), words) for n, words in DAYS], widget=forms.CheckboxSelectMultiple)
    starts = HourField(label=_("Từ giờ"), required=False)
    ends = HourField(label=_("Đến giờ"), required=False)
    walk_in = WholeField(label=_("Phần trăm người đến không hẹn"), min_value=0, max_value=100, required=False)
    letter = forms.CharField(label=_("Theo văn bản"), max_length=200, required=False)
    reason = forms.CharField(
        label=_("Vì sao vượt mức"), max_length=300, required=False, help_text=_("Chỉ khi giao quá số liều cấp trên còn, hoặc quá số người một bàn"),
    )  # fmt: skip

    def __init__(self, *args: Any, vaccines: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vaccines = vaccines
        for code in vaccines:
            self.fields[f"doses_{code}"] = WholeField(label=short_vaccine(code), min_value=0, max_value=100_000_000, required=False)

    @property
    def dose_fields(self) -> list[Any]:
        """The fields of doses, one for each product."""
        return [self[f"doses_{code}"] for code in self.vaccines]

    def doses(self) -> dict[str, int]:
        """Doses by product, those with a number."""
        return {code: self.cleaned_data[f"doses_{code}"] for code in self.vaccines if self.cleaned_data.get(f"doses_{code}")}


def _asked(request: HttpRequest, mosts: dict[str, int]) -> tuple[dict[str, int | None], str]:
    """The numbers of the address, each of at most so much (None: not asked about), and what is wrong with them."""
    found: dict[str, int | None] = dict.fromkeys(mosts)
    for name, most in mosts.items():
        try:
            found[name] = whole.of_form(request.GET.get(name, ""))
            if (found[name] or 0) > most:
                raise Refused("web.number_too_great", most=most)
        except Refused as refusal:
            return dict.fromkeys(mosts), frame.said(refusal)
    return found, ""


def _forecast(seen: Outlook, means: Means, start: date) -> Forecast:
    return rules.forecast(waiting=seen.waiting, due=seen.due, means=means, start=start)


def index(request: HttpRequest) -> HttpResponse:
    """The plan of the chosen unit: what-if, child units, sessions that are too full or too empty."""
    return page(request, frame.here(request, "command.board"))


def page(request: HttpRequest, at: frame.Here, unit_key: str = "", *, deciding: reserving.Deciding | None = None) -> HttpResponse:
    """The page of a unit's plan: the one chosen, or the one whose decision of the reserve is being recorded."""
    chosen = choosing.choose(request, at)
    key = unit_key or chosen.key or choosing.own_unit(at)
    unit, plan, seen = places.unit(key) if key else None, queries.plan(key), queries.outlook(key, on=at.on)
    asked, unread = _asked(request, {"ban": 5000, "moi_ban": 2000, "lieu": 100_000_000})
    means = queries.means(plan, seen, tables=asked["ban"], per_table=asked["moi_ban"], doses=asked["lieu"])
    found, usual = _forecast(seen, means, at.on), _forecast(seen, queries.means(plan, seen), at.on)
    drawn = found.days[:SHOWN]
    chart = charts.columns(
        [day.later + day.first for day in drawn], [say.dm(day.on) for day in drawn], label=gettext("Người được tiêm mỗi ngày, theo dự tính"),
    ) if drawn else None  # fmt: skip
    place = where.unit(key or where.NATION)
    return frame.page(
        request, "unit_plan", "plan", chosen=chosen, unit=unit, key=key, plan=plan, seen=seen, means=means, found=found, usual=usual, chart=chart,
        children=queries.children(key, on=at.on), given=queries.children_doses(key), parent=queries.parent_plan(key), days=dict(DAYS),
        loads=queries.loads(frame.unit_scope(key) if key else frame.reach(at.scopes), at=at.at)[:MOST_LOADS], vaccine=short_vaccine,
        reserves=reserving.shown(unit, at, deciding), status=409 if deciding else 200, may_plan=at.staff.may("plan.sessions", place), asked=bool({"ban", "lieu", "moi_ban"} & set(request.GET)) and not unread,
        unread=unread, typed=request.GET, targets=_targets(key, at), may_figures=at.staff.may("figures.import"),
    )  # fmt: skip


def _targets(key: str, at: frame.Here) -> list[tuple[str, int]]:
    """The newest targets of the unit, a line for each priority group by its name."""
    names = {one.code: f"{one.code}. {one.en if lang() == 'en' else one.vi}" for one in campaigns.groups(at.on, *(places.old_provinces(key) if key else ()))}
    told: dict[str, int] = {}
    newest: dict[str, date] = {}
    for one in reporting.figures("target", unit_keys=[key]):  # the newest first
        if one.group and newest.setdefault(one.group, one.as_of) == one.as_of:
            told[one.group] = told.get(one.group, 0) + one.people
    return [(names.get(code, code), told[code]) for code in sorted(told, key=lambda code: (len(code), code))]


def edit(request: HttpRequest, unit_key: str) -> HttpResponse:
    """Record the unit's plan anew; the versions before stay."""
    at = frame.here(request, "plan.sessions", where.unit(unit_key))
    key = "" if unit_key == where.NATION else unit_key
    plan, seen = queries.plan(key), queries.outlook(key, on=at.on)
    vaccines = [one.code for one in campaigns.vaccines(at.on)]
    initial: dict[str, Any] = {
        "first_on": plan.first_on if plan else at.on, "last_on": plan.last_on if plan else at.on + timedelta(days=27),
        "tables": plan.tables if plan else seen.tables, "per_table": plan.per_table if plan else rules.PER_TABLE, "teams": plan.teams if plan else 0,
        "starts": plan.starts if plan else rules.STARTS, "ends": plan.ends if plan else rules.ENDS,
        "weekdays": [str(n) for n in (plan.weekdays if plan else range(6))], "walk_in": plan.walk_in if plan else 0,
    } | {f"doses_{code}": count for code, count in (plan.doses if plan else {}).items()}  # fmt: skip
    aiming = request.POST.get("viec") == "chi_tieu"
    targets = targeting.form_of(request.POST if aiming else None, key, at, plan.letter if plan else "") if at.staff.may("figures.import", where.unit(unit_key)) else None
    if aiming and targets is not None and targets.is_valid() and _aimed(targets, key, at):
        return HttpResponseRedirect(f"{reverse('command:unit_plans')}?noi={key}#chi-tieu")
    form = UnitPlanForm(None if aiming else request.POST or None, initial=initial, vaccines=vaccines)
    if request.method == "POST" and not aiming and form.is_valid():
        told = form.cleaned_data
        try:
            actions.record_plan(
                unit_key=key, first_on=told["first_on"], last_on=told["last_on"], doses=form.doses(), tables=told["tables"], per_table=told["per_table"],
                weekdays=[int(n) for n in told["weekdays"]], teams=told["teams"] or 0, walk_in=told["walk_in"] or 0, letter=told["letter"],
                starts=told["starts"] or rules.STARTS, ends=told["ends"] or rules.ENDS, reason=told["reason"], by=at.by, at=at.at,
            )  # fmt: skip
        except Refused as refusal:
            form.refused(refusal, _FIELD_OF.get(refusal.code))
        else:
            return HttpResponseRedirect(f"{reverse('command:unit_plans')}?noi={key}")
    unit = places.unit(key) if key else None
    return frame.page(
        request, "unit_plan_edit", "plan", form=form, unit=unit, key=unit_key, parent=queries.parent_plan(key), versions=queries.plan_versions(key),
        status=409 if request.method == "POST" else 200, vaccine=short_vaccine, targets=targets,
    )  # fmt: skip


def _aimed(form: targeting.Targets, key: str, at: frame.Here) -> bool:
    """Record the targets of a form; False when the form says what is wrong."""
    told = form.cleaned_data
    try:
        actions.record_targets(unit_key=key, people=form.people(), as_of=told["as_of"], source=told["source"], by=at.by, at=at.at)
    except Refused as refusal:
        form.refused(refusal, "as_of" if refusal.code == "planning.target_date_ahead" else None)
        return False
    return True


_FIELD_OF = {
    "planning.over_allotted": "reason", "planning.over_capacity_needs_reason": "reason", "planning.days_wrong": "last_on", "planning.hours_wrong": "ends", "planning.no_weekday": "weekdays",
}  # fmt: skip


def proposals(request: HttpRequest, unit_key: str) -> HttpResponse:
    """Sessions that the unit's plan needs, at its sites, on free days; those ticked are planned."""
    at = frame.here(request, "plan.sessions", where.unit(unit_key))
    key = "" if unit_key == where.NATION else unit_key
    plan, seen = queries.plan(key), queries.outlook(key, on=at.on)
    found = queries.proposals(plan, seen, on=at.on)[:MOST_PROPOSED] if plan else []
    names = {str(one.id): one.name for one in places.sites(frame.unit_scope(key))}
    vaccines = [(one.code, one.short_en if lang() == "en" else one.short_vi) for one in campaigns.vaccines(at.on)]
    wrong, done, staffed, refused = "", 0, 0, {}
    if request.method == "POST":
        ticked, offered = set(request.POST.getlist("buoi")), request.POST.getlist("vac_xin")
        chosen = [one for one in found if f"{one.key} {one.on.isoformat()}" in ticked]
        if not chosen:
            wrong = gettext("Mời đánh dấu ít nhất một buổi.")
        elif not offered:
            wrong = gettext("Mời chọn ít nhất một loại vắc xin.")
        else:
            made, refused = actions.plan_sessions(
                proposals=chosen, vaccines=offered, per_table=plan.per_table if plan else rules.PER_TABLE, reason=plan.reason if plan else "",
                **({"starts": plan.starts, "ends": plan.ends} if plan else {}), by=at.by, at=at.at,
            )  # fmt: skip
            done = len(made)
            if request.POST.get("phan_cong"):
                staffed = actions.take_proposed(made, name=at.staff.full_name, by=at.by, at=at.at)
            found = [one for one in found if one not in chosen]
    standing = queries.rosters(((UUID(one.key), one.on, one.tables) for one in found), at=at.at)
    allotted = [code for code, count in (plan.doses if plan else {}).items() if count]
    return frame.page(
        request, "proposals", "plan", unit=places.unit(key) if key else None, key=unit_key, plan=plan, seen=seen, found=found, names=names, wrong=wrong, done=done, staffed=staffed,
        refused=[(frame.said(Refused(code)), count) for code, count in refused.items()], vaccines=vaccines, ticked=request.POST.getlist("vac_xin") or allotted,
        status=409 if wrong else 200, standing={f"{site} {on}": desks for (site, on), desks in standing.items()}, roles=ROLES,
    )  # fmt: skip


def queue(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """How the queue of a session will go, hour by hour, from those invited and the measured speed of its tables."""
    at = frame.here(request, "command.board", where.session(session_id))
    session = booking.session(session_id)
    assert session is not None
    asked, unread = _asked(request, {"ban": 200, "khong_hen": 100})
    found = queries.queue(session, on=at.on, tables=asked["ban"], walk_in=asked["khong_hen"])
    hours = found.hours
    load = next((one for one in queries.loads(frame.reach(at.scopes), at=at.at) if one.session_id == session_id), None)
    chart = charts.columns([one.queue for one in hours], [f"{one.hour}h" for one in hours], label=gettext("Người còn chờ cuối mỗi giờ")) if hours else None
    facts = {
        "session": session, "hours": hours, "chart": chart, "measured": found.measured, "usual": found.usual, "tables": found.tables,
        "walk_in": found.walk_in, "load": load, "longest": found.longest, "may_shift": at.staff.may("plan.invite", where.session(session_id)),
        "moved": request.GET.get("chuyen", ""), "stayed": request.GET.get("o_lai", ""), "wrong": unread, "typed": request.GET,
        "desks": queries.rosters([(session.site_id, session.on_date, found.tables)], at=at.at)[session.site_id, session.on_date], "roles": ROLES,
        "saved": queries.roster(session_id), "may_roster": at.staff.may("plan.roster", where.session(session_id)),
    }  # fmt: skip
    return frame.page(request, "session_queue", "plan", **facts)


def shift(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Move the last of those invited to a near session with room."""
    at = frame.here(request, "plan.invite", where.session(session_id))
    here = reverse("command:session_queue", kwargs={"session_id": session_id})
    if request.method != "POST":
        return HttpResponseRedirect(here)
    try:
        to, count = UUID(request.POST.get("den", "")), int(request.POST.get("so_nguoi", "0"))
    except ValueError:
        return HttpResponseRedirect(here)
    if not at.staff.may("plan.invite", where.session(to)):
        raise Refused("planning.session_unknown")
    done = actions.shift_people(session_id=session_id, to_session_id=to, count=count, by=at.by, at=at.at)
    return HttpResponseRedirect(f"{here}?chuyen={done.moved}&o_lai={sum(done.stayed.values())}")


def decide_reserve(request: HttpRequest, unit_key: str) -> HttpResponse:
    """Record the decision on the reserve; what is wrong with it comes back on the plan's page."""
    at = frame.here(request, "plan.sessions", where.reserve(unit_key))
    here = f"{reverse('command:unit_plans')}?noi={unit_key if unit_key != where.NATION else ''}"
    if request.method != "POST":
        return HttpResponseRedirect(here)
    province = reserving.province_of(unit_key)
    if request.POST.get("cham_dut"):
        return _end_decision(request, province, here, at)
    form = reserving.form_of(request.POST, booking.kept_doses(province), at)
    if form.is_valid():
        told = form.cleaned_data
        try:
            booking_acts.let_first_doses_in(
                decision=told["decision"], name=at.staff.full_name, vaccine=told["vaccine"], until=told["until"], province=province, by=at.by, at=at.at
            )
        except Refused as refusal:
            form.refused(refusal, "until" if refusal.code == "booking.decision_over" else "decision")
        else:
            return HttpResponseRedirect(here + "#de-danh")
    return page(request, at, unit_key if unit_key != where.NATION else "", deciding=form)


def _end_decision(request: HttpRequest, province: str, here: str, at: frame.Here) -> HttpResponse:
    """End a decision of this province or of the nation before its day."""
    try:
        decision_id = UUID(request.POST["cham_dut"])
    except ValueError:
        raise Refused("booking.decision_unknown") from None
    booking_acts.end_decision(decision_id=decision_id, province=province, name=at.staff.full_name, by=at.by, at=at.at)
    return HttpResponseRedirect(here + "#de-danh")
