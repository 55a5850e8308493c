"""Sessions: the list, a new one planned, places changed, one cancelled."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from khien.access.roles import ROLES
from khien.booking import actions as booking_acts
from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.places import actions as place_acts
from khien.places import queries as places
from khien.planning import queries as planning
from khien.surfaces.command import frame, where
from khien.surfaces.command.spot import read_day
from khien.surfaces.command.words import MODES, SHIFTS
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import DayField, PageForm
from khien.surfaces.web.whole import WholeField

SPAN = timedelta(days=7)
LONGEST = timedelta(days=62)


def _hour(text: str) -> time | None:
    """An hour as people write it: 7:30, 7h30, 0730, 7."""
    digits = text.strip().lower().replace("h", ":").replace(".", ":").replace("g", ":")
    if ":" not in digits and len(digits) >= 3:
        digits = f"{digits[:-2]}:{digits[-2:]}"
    hour, _sep, minute = digits.partition(":")
    try:
        return time(int(hour), int(minute or 0))
    except (ValueError, OverflowError):
        return None


class HourField(forms.CharField):
    """An hour of the day; gives a `time`."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, time) or not value:
            return value
        found = _hour(str(value))
        if found is None:
            raise forms.ValidationError(now_("Mời ghi giờ và phút, ví dụ 7:30"))
        return found

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


class Capacity(PageForm):
    """How many tables and how many people at each."""

    tables = WholeField(label=_("Số bàn tiêm"), min_value=1, max_value=200)
    per_table = WholeField(label=_("Số người mỗi bàn"), min_value=1, max_value=2000, help_text=_("Cả buổi, không phải mỗi giờ"))
    reason = forms.CharField(
        label=_("Vì sao quá mức quy định"), max_length=300, required=False, help_text=_("Chỉ cần khi mỗi bàn nhận hơn 100 người một buổi"),
    )  # fmt: skip


class Plan(Capacity):
    """A new session."""

    site = forms.ChoiceField(label=_("Điểm tiêm"))
    day = DayField(label=_("Ngày tiêm"))
    shift = forms.ChoiceField(label=_("Buổi"), choices=list(SHIFTS.items()), widget=forms.RadioSelect, initial="morning")
    starts = HourField(label=_("Từ"), initial=time(7, 30))
    ends = HourField(label=_("Đến"), initial=time(11, 30))
    mode = forms.ChoiceField(label=_("Ai đến tiêm"), choices=list(MODES.items()), widget=forms.RadioSelect, initial="invited")
    vaccines = forms.MultipleChoiceField(label=_("Vắc xin"), widget=forms.CheckboxSelectMultiple)
    stop_name = forms.CharField(label=_("Nơi dừng của đội lưu động"), max_length=120, required=False, help_text=_("Bỏ trống nếu là điểm cố định"))
    stop_address = forms.CharField(label=_("Địa chỉ nơi dừng"), max_length=200, required=False)
    stop_commune = forms.CharField(label=_("Xã, phường nơi dừng"), max_length=120, required=False, help_text=_("Ví dụ: phường 15 quận 10"))
    field_order = (
        "site", "day", "shift", "starts", "ends", "mode", "vaccines", "tables", "per_table", "reason", "stop_name", "stop_address", "stop_commune",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Find the commune of a stop by the words that were typed."""
        told = self.cleaned_data
        if told.get("stop_name"):
            found = places.search_units(told.get("stop_commune") or "", limit=1)
            if not found:
                self.add_error("stop_commune", now_("Không thấy xã, phường này. Mời ghi thêm tên quận, huyện hoặc tỉnh"))
            else:
                told["stop_key"] = found[0].key
        return told


def index(request: HttpRequest) -> HttpResponse:
    """Sessions of my places from a day to a day."""
    at = frame.here(request, "command.board")
    first = read_day(request.GET.get("tu"), at.on)
    last = min(max(read_day(request.GET.get("den"), first + SPAN), first), first + LONGEST)
    sites = {str(one.id): one for one in places.sites(frame.reach(at.scopes))}
    site = sites.get(request.GET.get("diem", ""))
    found = booking.sessions(frame.reach(at.scopes), first=first, last=last, site_id=site.id if site else None)
    staffed, lacking = planning.staffing(found), request.GET.get("thieu") == "1"
    if lacking:
        found = [one for one in found if one.state in ("planned", "open", "paused") and staffed[one.id].lacks]
    return frame.page(request, "sessions", "plan", staffed=staffed, lacking=lacking, roles=ROLES, sessions=found, first=first, last=last, sites=sites.values(), site=site, modes=MODES)


def plan(request: HttpRequest) -> HttpResponse:
    """Plan a session at one of my points."""
    at = frame.here(request, "plan.sessions")
    sites = {str(one.id): one for one in places.sites(frame.reach(at.scopes))}
    vaccines = [(one.code, one.short_vi) for one in campaigns.vaccines(at.on)]
    initial = {"day": at.on + timedelta(days=1), "tables": 2, "per_table": 100, "site": request.GET.get("diem")}
    form = Plan(request.POST or None, initial=initial)
    form.fields["site"].choices = [(key, f"{one.name} ({one.facility_name})") for key, one in sites.items()]  # type: ignore[attr-defined]
    form.fields["vaccines"].choices = vaccines  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            session_id = _planned(form.cleaned_data, at)
        except Refused as refusal:
            form.refused(refusal, _FIELD_OF.get(refusal.code))
        else:
            return HttpResponseRedirect(reverse("command:session", kwargs={"session_id": session_id}))
    return frame.page(request, "plan", "plan", form=form)


_FIELD_OF = {
    "booking.over_capacity_needs_reason": "reason", "booking.hours_wrong": "ends", "booking.day_past": "day", "booking.session_exists": "shift",
    "booking.session_overlaps": "starts", "booking.site_unknown": "site", "booking.vaccine_unknown": "vaccines",
}  # fmt: skip


def _planned(told: dict[str, Any], at: frame.Here) -> UUID:
    day, site_id = told["day"], UUID(told["site"])
    starts, ends = _moment(day, told["starts"]), _moment(day, told["ends"])
    stop_id = None
    if told.get("stop_key"):
        known = next((one for one in places.stops(site_id, day) if one.name == told["stop_name"]), None)  # a form sent again
        stop_id = known.id if known else place_acts.add_stop(
            site_id=site_id, on_date=day, starts_at=starts, ends_at=ends, name=told["stop_name"], address=told["stop_address"],
            commune_key=told["stop_key"], by=at.by, at=at.at,
        )  # fmt: skip
    return booking_acts.plan_session(
        site_id=site_id, on_date=day, shift=told["shift"], starts_at=starts, ends_at=ends, mode=told["mode"], vaccines=told["vaccines"],
        tables=told["tables"], per_table=told["per_table"], reason=told["reason"], stop_id=stop_id, by=at.by, at=at.at,
    )  # fmt: skip


def _moment(day: Any, hour: time) -> datetime:
    return clock.at_local(day, hour.hour, hour.minute)


def change(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Change the places of a session, mark who did not come, or cancel it with a reason."""
    place = where.session(session_id)
    at = frame.here(request, "plan.sessions", place)
    info = booking.session(session_id)
    if info is None:
        return not_found(request)
    act = request.POST.get("act", "")
    form = Capacity(request.POST if act == "places" else None, initial={"tables": info.tables, "per_table": info.per_table, "reason": info.over_capacity_reason})
    cancel = Cancel(request.POST if act == "cancel" else None, auto_id="huy-%s")
    back = reverse("command:session", kwargs={"session_id": session_id})
    if form.is_bound and form.is_valid():
        try:
            booking_acts.change_capacity(session_id=session_id, by=at.by, at=at.at, **form.cleaned_data)
        except Refused as refusal:
            form.refused(refusal, _FIELD_OF.get(refusal.code))
        else:
            return HttpResponseRedirect(f"{back}?xong=places")
    if cancel.is_bound and cancel.is_valid():
        try:
            booking_acts.cancel_session(session_id=session_id, reason=cancel.cleaned_data["why"], by=at.by, at=at.at)
        except Refused as refusal:
            cancel.refused(refusal)
        else:
            return HttpResponseRedirect(f"{back}?xong=cancelled")
    if act == "no_shows":
        booking_acts.mark_no_shows(session_id=session_id, by=at.by, at=at.at)
        return HttpResponseRedirect(f"{back}?xong=no_shows")
    return frame.page(request, "session_change", "plan", session=info, form=form, cancel=cancel, **_ending(info, at))


class Cancel(PageForm):
    """Why a session is called off."""

    why = forms.CharField(label=_("Lý do hủy"), max_length=300, help_text=_("Người đã hẹn được báo tin và trở lại hàng chờ"))
    sure = forms.BooleanField(label=_("Tôi chắc chắn hủy cả buổi này"))


def _ending(info: SessionInfo, at: frame.Here) -> dict[str, Any]:
    return {"over": at.at > info.ends_at, "ended": info.state in ("closed", "cancelled")}
