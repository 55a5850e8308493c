"""Draws: announced with criteria, hash and commitment, then drawn, and open to anyone who wants to do them again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from khien.booking import actions as booking_acts
from khien.booking import queries as booking
from khien.booking.actions import Criteria
from khien.booking.types import SessionInfo
from khien.campaigns import queries as campaigns
from khien.kernel.errors import Refused
from khien.places import queries as places
from khien.plumbing import jobs
from khien.registration import queries as registration
from khien.surfaces.command import choosing, frame, where
from khien.surfaces.command.words import SHIFTS
from khien.surfaces.web import say
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.locale import lang
from khien.surfaces.web.whole import WholeField

AHEAD = timedelta(days=30)
AT_ONCE = 2000  # more candidates than this are fixed and drawn in the background
ORDER = (
    _("Mũi 2 đến hạn trước"), _("Tuổi: từ 80, rồi từ 65, rồi từ 50"), _("Bệnh nền, suy giảm miễn dịch"), _("Xã, phường đang có dịch"),
    _("Nhóm ưu tiên theo Quyết định 3355"), _("Bằng nhau thì rút thăm bằng hạt giống đã cam kết trước"),
)  # fmt: skip


class Announce(PageForm):
    """The criteria that will be published."""

    sessions = forms.MultipleChoiceField(label=_("Buổi tiêm có chỗ"), widget=forms.CheckboxSelectMultiple)
    groups = forms.MultipleChoiceField(
        label=_("Chỉ những nhóm này"), widget=forms.CheckboxSelectMultiple, required=False, help_text=_("Không đánh dấu: mọi người đang chờ"),
    )  # fmt: skip
    min_age = WholeField(label=_("Từ tuổi"), min_value=0, max_value=150, required=False)
    max_age = WholeField(label=_("Đến tuổi"), min_value=0, max_value=150, required=False)
    together = forms.ChoiceField(
        label=_("Ai đi cùng nhau"), choices=[("household", _("Người cùng nhà")), ("neighbourhood", _("Cả tổ dân phố, thôn"))], widget=forms.RadioSelect,
        initial="household",
    )  # fmt: skip
    outbreak = forms.CharField(
        label=_("Xã, phường đang có dịch"), max_length=500, required=False, help_text=_("Mã xã 5 số, cách nhau bằng dấu phẩy"),
    )  # fmt: skip
    early = forms.BooleanField(label=_("Mời cả người tiêm được sớm hơn ngày nên tiêm"), required=False)
    note = forms.CharField(label=_("Ghi chú được công bố"), max_length=500, required=False)
    decision = forms.CharField(
        label=_("Quyết định cho mũi 1 dùng phần để dành"), max_length=300, required=False,
        help_text=_("Chỉ khi mũi 1 phải lấy vào liều để dành cho mũi sau: số quyết định, ai quyết, vì sao. Được công bố cùng đợt."),
    )  # fmt: skip

    def clean_outbreak(self) -> tuple[str, ...]:
        """Communes by their codes, each one known."""
        codes = [code for code in self.cleaned_data["outbreak"].replace(";", ",").replace(" ", ",").split(",") if code]
        for code in codes:
            if not any(places.unit(f"{epoch}-{code}") for epoch in ("2021", "2025")):
                raise forms.ValidationError(now_("Không có xã, phường mang mã %(code)s") % {"code": code})
        return tuple(codes)


def index(request: HttpRequest) -> HttpResponse:
    """Draws at my places, and the work in the background that makes one."""
    at = frame.here(request, "plan.allocate")
    rows = [(one, places.unit(one.unit_key)) for one in booking.allocations() if at.staff.may("plan.allocate", where.unit(one.unit_key or where.NATION))]
    return frame.page(request, "allocations", "allocate", rows=rows, job=_job(request.GET.get("viec", "")))


def _job(text: str) -> Any:
    try:
        job = jobs.get(UUID(text)) if text else None
    except ValueError:
        return None
    return job if job and job.kind in ("booking.announce", "booking.draw") else None


def new(request: HttpRequest) -> HttpResponse:
    """Choose the place, the sessions and the criteria; see how many wait; announce."""
    at = frame.here(request, "plan.allocate")
    chosen = choosing.choose(request, at)
    key = chosen.key or ("" if chosen.text else choosing.own_unit(at))
    sessions = _sessions(key, at) if key else []
    waiting = registration.counts(frame.unit_scope(key)).get("waiting", 0) if key else 0
    form = Announce(request.POST or None, initial={"sessions": [str(one.id) for one in sessions]})
    form.fields["sessions"].choices = [(str(one.id), _label(one)) for one in sessions]  # type: ignore[attr-defined]
    unit = places.unit(key) if key else None
    provinces = places.old_provinces(key) if unit else ()
    form.fields["groups"].choices = [(one.code, f"{one.code}. {one.en if lang() == 'en' else one.vi}") for one in campaigns.groups(at.on, *provinces)]  # type: ignore[attr-defined]
    if request.method == "POST" and unit is not None and form.is_valid():
        try:
            return HttpResponseRedirect(_announce(key, form.cleaned_data, waiting, at))
        except Refused as refusal:
            form.refused(refusal, "decision" if refusal.code == "booking.reserve_first" else None)
    free = sum(one.free for one in sessions)
    return frame.page(
        request, "allocation_new", "allocate", form=form, chosen=chosen, unit=unit, key=key, sessions=sessions, waiting=waiting, free=free, order=ORDER,
        kept=[(short_vaccine(code), one) for code, one in booking.reserves(key, at.on).items()] if key else [],
    )


def _sessions(key: str, at: frame.Here) -> list[SessionInfo]:
    found = booking.sessions(frame.unit_scope(key), first=at.on, last=at.on + AHEAD, states=("planned", "open"))
    return [one for one in found if one.mode == "invited" and one.ends_at > at.at]


def _label(one: SessionInfo) -> str:
    facts = {
        "site": one.site.name, "day": say.long_day(one.on_date, lang()), "shift": SHIFTS[one.shift], "free": one.free, "vaccines": ", ".join(short_vaccine(code) for code in one.vaccines),
    }  # fmt: skip
    return now_("%(site)s, %(day)s, %(shift)s: còn %(free)s chỗ, %(vaccines)s") % facts


def _announce(key: str, told: dict[str, Any], waiting: int, at: frame.Here) -> str:
    criteria: dict[str, Any] = {name: told[name] for name in ("min_age", "max_age", "outbreak", "together", "early", "note", "decision")} | {"groups": tuple(told["groups"])}
    acting = frame.Here(at.staff, at.staff.actor("plan.allocate", where.unit(key)), at.at, "plan.allocate")
    if waiting > AT_ONCE:
        job = jobs.ask(
            "booking.announce", by=acting.by, at=at.at, total=waiting, unit_key=key, criteria={k: list(v) if isinstance(v, tuple) else v for k, v in criteria.items()},
            session_ids=told["sessions"], actor=acting.by.text, post_id=str(acting.by.post_id or ""),
        )  # fmt: skip
        return f"{reverse('command:allocations')}?viec={job}"
    made = booking_acts.commit_allocation(
        unit_key=key, criteria=Criteria(**criteria), session_ids=[UUID(one) for one in told["sessions"]], by=acting.by, at=at.at
    )
    return reverse("command:allocation", kwargs={"code": made.code})


class Abandon(PageForm):
    why = forms.CharField(label=_("Lý do bỏ đợt này"), max_length=300)


def show(request: HttpRequest, code: str) -> HttpResponse:
    """One draw: what was announced, the draw itself, what came of it, and how to do it again."""
    place = where.allocation(code)
    at = frame.here(request, "plan.allocate", place)
    found = booking.allocation(code)
    if found is None:
        return not_found(request)
    abandon = Abandon(request.POST if request.POST.get("act") == "abandon" else None)
    error, replayed = "", None
    try:
        if request.POST.get("act") == "draw":
            return HttpResponseRedirect(_draw(code, found.candidates, at))
        if abandon.is_bound and abandon.is_valid():
            booking_acts.abandon_allocation(code=code, reason=abandon.cleaned_data["why"], by=at.by, at=at.at)
            return HttpResponseRedirect(request.path)
        if request.POST.get("act") == "replay":
            replayed = booking_acts.replay(code)
    except Refused as refusal:
        error = frame.said(refusal)
    sessions = booking.sessions(None, ids=found.session_ids)
    return frame.page(
        request, "allocation", "allocate", draw=found, unit=places.unit(found.unit_key), sessions=[(one, _label(one)) for one in sessions], abandon=abandon,
        error=error, replayed=replayed, order=ORDER, groups=found.criteria.get("groups") or [],
    )  # fmt: skip


def _draw(code: str, candidates: int, at: frame.Here) -> str:
    if candidates > AT_ONCE:
        job = jobs.ask("booking.draw", by=at.by, at=at.at, total=candidates, code=code, actor=at.by.text, post_id=str(at.by.post_id or ""))
        return f"{reverse('command:allocations')}?viec={job}"
    booking_acts.draw_allocation(code=code, by=at.by, at=at.at)
    return reverse("command:allocation", kwargs={"code": code})
