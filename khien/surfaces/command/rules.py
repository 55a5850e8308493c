"""The campaign's rules: in force, to come and past; a new one from a day on; a province's own group; the consent's wording."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from khien.campaigns import actions as campaign_acts
from khien.campaigns import queries as campaigns
from khien.campaigns.queries import RuleVersion
from khien.kernel.errors import Refused
from khien.places import queries as places
from khien.surfaces.command import frame
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import DayField, PageForm

KINDS = {
    "vaccine": _("Vắc xin"), "schedule": _("Lịch tiêm cơ bản"), "mixing": _("Tiêm khác loại"), "additional": _("Mũi bổ sung"), "booster": _("Mũi nhắc lại"),
    "infection_wait": _("Chờ sau khi mắc bệnh"), "local_interval": _("Khoảng cách của tỉnh"), "priority_group": _("Nhóm ưu tiên"), "policy": _("Quy định chung"),
}  # fmt: skip


def index(request: HttpRequest) -> HttpResponse:
    """The rules of one kind as they hold today, each with its days."""
    at = frame.here(request, "rules.see")
    kind = request.GET.get("loai") if request.GET.get("loai") in KINDS else "schedule"
    rows = [one for one in campaigns.rule_history(str(kind)) if one.superseded_at is None]
    consents = [_consent(for_minor, at) for for_minor in (False, True)]
    return frame.page(request, "rules", "rules", kind=kind, kinds=KINDS, rows=[(one, _state(one, at)) for one in rows], consents=consents, campaign=campaigns.campaign())


def _state(one: RuleVersion, at: frame.Here) -> tuple[str, str]:
    if one.in_force_from > at.on:
        return now_("Sắp có hiệu lực"), "wait"
    if one.in_force_to and one.in_force_to < at.on:
        return now_("Đã hết hiệu lực"), ""
    return now_("Đang có hiệu lực"), "ready"


def _consent(for_minor: bool, at: frame.Here) -> Any:
    try:
        return campaigns.consent_text(for_minor=for_minor, on=at.on)
    except Refused:
        return None


class Rule(PageForm):
    """A rule from a day on, as data; the whole of it is checked before it is kept."""

    data = forms.CharField(label=_("Nội dung"), widget=forms.Textarea, help_text=_("Giữ nguyên tên các mục; đổi giá trị. Sai chỗ nào trang sẽ nói chỗ đó."))
    since = DayField(label=_("Có hiệu lực từ"))
    until = DayField(label=_("Đến hết ngày"), required=False)
    source = forms.CharField(label=_("Văn bản"), max_length=300, help_text=_("Số và ngày của quyết định"))
    reason = forms.CharField(label=_("Vì sao đổi"), max_length=300)

    def clean_data(self) -> dict[str, Any]:
        """The data as a mapping."""
        try:
            read = json.loads(self.cleaned_data["data"])
        except json.JSONDecodeError as error:
            raise forms.ValidationError(now_("Dòng %(line)s không đọc được: thiếu dấu phẩy, ngoặc hoặc nháy") % {"line": error.lineno}) from None
        if not isinstance(read, dict):
            raise forms.ValidationError(now_("Nội dung phải nằm trong một cặp ngoặc nhọn"))
        return read


def show(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The history of one rule; for the administrator, the form of its next version."""
    at = frame.here(request, "rules.see")
    rows = campaigns.rule_history(kind, key) if kind in KINDS else ()
    if not rows:
        return not_found(request)
    latest = next((one for one in rows if one.superseded_at is None), rows[0])
    form = Rule(initial={"data": _text(latest.data), "since": at.on, "source": latest.source})
    return _rule_page(request, kind, key, rows, form, at)


def record(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Record the next version of a rule."""
    at = frame.here(request, "rules.edit")
    rows = campaigns.rule_history(kind, key) if kind in KINDS else ()
    if not rows or request.method != "POST":
        return show(request, kind, key)
    form = Rule(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            campaign_acts.record_rule(
                kind=kind, key=key, data=told["data"], in_force_from=told["since"], in_force_to=told["until"], source=told["source"], reason=told["reason"],
                by=at.by, at=at.at,
            )  # fmt: skip
        except Refused as refusal:
            form.refused(refusal, {"campaigns.rule_dates_reversed": "until", "campaigns.rule_overlap": "since"}.get(refusal.code, "data"))
        else:
            return HttpResponseRedirect(reverse("command:rule", kwargs={"kind": kind, "key": key}) + "?xong=1")
    return _rule_page(request, kind, key, rows, form, at)


def _rule_page(request: HttpRequest, kind: str, key: str, rows: Any, form: Rule, at: frame.Here) -> HttpResponse:
    shown = [(one, _state(one, at), _text(one.data)) for one in rows]
    return frame.page(request, "rule", "rules", kind=kind, key=key, kinds=KINDS, rows=shown, form=form, done=request.GET.get("xong", ""))


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)


class LocalGroup(PageForm):
    """A province's own group under group 16."""

    province = forms.ChoiceField(label=_("Tỉnh, thành phố"))
    vi = forms.CharField(label=_("Tên nhóm"), max_length=300)
    en = forms.CharField(label=_("Tên tiếng Anh"), max_length=300)
    since = DayField(label=_("Có hiệu lực từ"))
    source = forms.CharField(label=_("Văn bản"), max_length=300)
    reason = forms.CharField(label=_("Lý do"), max_length=300)


def local_group(request: HttpRequest) -> HttpResponse:
    """Add a group that a province decided."""
    at = frame.here(request, "rules.edit")
    form = LocalGroup(request.POST or None, initial={"since": at.on})
    codes = {scope.key for scope in at.scopes if scope.kind == "province" and scope.epoch == "2021"}
    whole = frame.reach(at.scopes) is None
    form.fields["province"].choices = [(one.code, one.full_name) for one in places.children("", "2021") if whole or one.code in codes]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            code = campaign_acts.local_group(
                province=told["province"], vi=told["vi"], en=told["en"], in_force_from=told["since"], source=told["source"], reason=told["reason"], by=at.by, at=at.at
            )
        except Refused as refusal:
            form.refused(refusal)
        else:
            return HttpResponseRedirect(reverse("command:rule", kwargs={"kind": "priority_group", "key": code}) + "?xong=1")
    return frame.page(request, "local_group", "rules", form=form)
