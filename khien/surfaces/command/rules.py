"""The campaign's rules: in force, to come and past; a new version from a day on, looked at before it is kept; a province's own."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.access import queries as staff_reads
from khien.campaigns import actions as campaign_acts
from khien.campaigns import queries as campaigns
from khien.campaigns.queries import RuleVersion
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM
from khien.places import queries as places
from khien.surfaces.command import frame, rule_words
from khien.surfaces.command.rule_forms import MADE, RuleForm, form_of
from khien.surfaces.command.rule_sources import source
from khien.surfaces.web import guard
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import DayField, PageForm
from khien.surfaces.web.locale import lang

KINDS = {
    "vaccine": _("Vắc xin"), "schedule": _("Lịch tiêm cơ bản"), "mixing": _("Tiêm khác loại"), "additional": _("Mũi bổ sung"), "booster": _("Mũi nhắc lại"),
    "infection_wait": _("Chờ sau khi mắc bệnh"), "local_interval": _("Khoảng cách của tỉnh"), "priority_group": _("Nhóm ưu tiên"), "policy": _("Quy định chung"),
}  # fmt: skip
BESIDE = {"campaigns.rule_dates_reversed": "until", "campaigns.rule_overlap": "since"}


@dataclass(frozen=True)
class Shown:
    """One version of a rule, as the history shows it."""

    one: RuleVersion
    state: tuple[str, str]
    who: str
    said: list[rule_words.Said]
    changes: list[rule_words.Said]
    text: str


def index(request: HttpRequest) -> HttpResponse:
    """The rules of one kind as they hold today, each with its days."""
    at = frame.here(request, "rules.see")
    kind = request.GET.get("loai") if request.GET.get("loai") in KINDS else "schedule"
    rows = [one for one in campaigns.rule_history(str(kind)) if one.superseded_at is None]
    shown = [(one, _state(one, at), rule_words.title(one.kind, one.key, one.data, lang())) for one in rows]
    makes = kind in MADE and (_nation(at) or (kind == "local_interval" and bool(provinces(at))))
    return frame.page(
        request, "rules", "rules", kind=kind, kinds=KINDS, rows=shown, campaign=campaigns.campaign(), makes=makes, adds_group=kind == "priority_group" and bool(provinces(at)),
        value=rule_words.said, source=source,
    )  # fmt: skip


def _state(one: RuleVersion, at: frame.Here) -> tuple[str, str]:
    if one.superseded_at:
        return gettext("Đã thay"), ""
    if one.in_force_from > at.on:
        return gettext("Sắp có hiệu lực"), "wait"
    if one.in_force_to and one.in_force_to < at.on:
        return gettext("Đã hết hiệu lực"), ""
    return gettext("Đang có hiệu lực"), "ready"


def _nation(at: frame.Here) -> bool:
    """Say whether who is here decides for the whole country."""
    return any(scope.kind == "nation" for scope in at.staff.scopes("rules.edit"))


def provinces(at: frame.Here) -> list[tuple[str, str]]:
    """The provinces (2021) for which who is here may decide: code and name."""
    scopes = [scope for scope in at.staff.scopes("rules.local") if scope.kind in ("nation", "province")]
    whole = _nation(at)
    return [
        (one.code, one.full_name) for one in places.children("", "2021")
        if whole or any(scope.kind == "province" and scope.covers(places.unit_place(one.key)) for scope in scopes)
    ]  # fmt: skip


def _may_edit(at: frame.Here, kind: str, data: Mapping[str, Any]) -> bool:
    """The country's rules are the ministry's; what names a province is that province's too."""
    if _nation(at):
        return True
    return kind in ("local_interval", "priority_group") and bool(data.get("province")) and data["province"] in dict(provinces(at))


class Expert(PageForm):
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
            raise forms.ValidationError(gettext("Dòng %(line)s không đọc được: thiếu dấu phẩy, ngoặc hoặc nháy") % {"line": error.lineno}) from None
        if not isinstance(read, dict):
            raise forms.ValidationError(gettext("Nội dung phải nằm trong một cặp ngoặc nhọn"))
        return read


def show(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The history of one rule; for who decides, the form of its next version, or of the one to put right."""
    at = frame.here(request, "rules.see")
    rows = campaigns.rule_history(kind, key) if kind in KINDS else ()
    if not rows:
        return not_found(request)
    mended = next((one for one in rows if str(one.id) == request.GET.get("sua") and one.superseded_at is None), None)
    latest = mended or next((one for one in rows if one.superseded_at is None), rows[0])
    told = {"since": mended.in_force_from if mended else at.on, "until": mended.in_force_to if mended else None, "source": source(latest.source)}
    expert = request.GET.get("xem") == "chuyen-gia"
    form: PageForm = Expert(initial={"data": _text(latest.data), **told}) if expert else form_of(kind, on=at.on, old=latest.data, **told)
    return _rule_page(request, kind, key, rows, form, at, mended=mended)


def record(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Look at what a version would change, record it, end the rule, or take back one that is not yet in force."""
    at = frame.here(request, "rules.local")
    rows = campaigns.rule_history(kind, key) if kind in KINDS else ()
    if not rows:
        return not_found(request)
    latest = next((one for one in rows if one.superseded_at is None), rows[0])
    if not _may_edit(at, kind, latest.data):
        return guard.refuse(request, 403)
    if request.method != "POST":
        return show(request, kind, key)
    if request.POST.get("act") in ("end", "withdraw"):
        return _stopped(request, kind, key, rows, at)
    form: PageForm = Expert(request.POST) if "data" in request.POST else form_of(kind, request.POST, on=at.on, old=latest.data)
    if form.is_valid():
        done = _kept(request, form, kind, key, form.rule_data(latest.data) if isinstance(form, RuleForm) else form.cleaned_data["data"], latest, at)
        if done is not None:
            return done
    return _rule_page(request, kind, key, rows, form, at)


def new(request: HttpRequest, kind: str) -> HttpResponse:
    """A rule that there was none of: a vaccine, a schedule, an interval of a province."""
    at = frame.here(request, "rules.local")
    mine = provinces(at)
    if kind not in MADE:
        return not_found(request)
    if not (_nation(at) or (kind == "local_interval" and mine)):
        return guard.refuse(request, 403)
    form = form_of(kind, request.POST or None, on=at.on, since=at.on)
    if kind == "local_interval":
        form.fields["province"].choices = mine  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        key, data = form.key(), form.rule_data({})
        if any(one.superseded_at is None for one in campaigns.rule_history(kind, key)):
            form.add_error(None, gettext("Đã có quy định này: mời mở ra và ghi bản mới."))
        else:
            done = _kept(request, form, kind, key, data, None, at)
            if done is not None:
                return done
    return frame.page(request, "rule_new", "rules", kind=kind, kinds=KINDS, form=form)


def _kept(request: HttpRequest, form: PageForm, kind: str, key: str, data: dict[str, Any], latest: RuleVersion | None, at: frame.Here) -> HttpResponse | None:
    """Show what changes, or keep the version; None where it was refused (the form says why)."""
    if request.POST.get("act") == "again":
        return None
    told = form.cleaned_data
    days: dict[str, Any] = {"in_force_from": told["since"], "in_force_to": told["until"]}
    try:
        if request.POST.get("act") != "preview":
            campaign_acts.record_rule(kind=kind, key=key, data=data, **days, source=told["source"], reason=told["reason"], by=at.by, at=at.at)
            return HttpResponseRedirect(reverse("command:rule", kwargs={"kind": kind, "key": key}) + "?xong=1")
        preview = campaign_acts.preview_rule(kind=kind, key=key, data=data, **days, by=at.by, at=at.at, today=at.on)
    except Refused as refusal:
        beside = BESIDE.get(refusal.code) or str(refusal.facts.get("field", "data"))
        form.refused(refusal, beside if beside in form.fields else None)
        return None
    vaccines = {code: one.short(lang()) for code, one in campaigns.rulebook(at.on).vaccines.items()}
    lines = [(line, rule_words.who(line.who, vaccines), vaccines.get(line.vaccine, line.vaccine)) for line in preview.lines]
    before = latest.data if latest else {}
    kept = [(name, text) for name, several in request.POST.lists() if name not in ("csrfmiddlewaretoken", "act") for text in several]
    return frame.page(
        request, "rule_preview", "rules", kind=kind, key=key, kinds=KINDS, told=told, preview=preview, lines=lines, changes=rule_words.difference(kind, before, data), kept=kept,
        fresh=latest is None, future=told["since"] > at.on, title=rule_words.title(kind, key, data, lang()), dose_types=rule_words.DOSE_TYPES, source=source,
    )  # fmt: skip


def _stopped(request: HttpRequest, kind: str, key: str, rows: tuple[RuleVersion, ...], at: frame.Here) -> HttpResponse:
    """End a rule after a day, or take back one to come."""
    reason, act = request.POST.get("why", ""), request.POST.get("act")
    try:
        if act == "withdraw":
            entry = next((one.id for one in rows if str(one.id) == request.POST.get("entry")), None)
            if entry is None:
                return not_found(request)
            campaign_acts.withdraw_rule(entry_id=entry, reason=reason, by=at.by, at=at.at, today=at.on)
        else:
            last = Last(request.POST)
            if not last.is_valid():
                return _rule_page(request, kind, key, rows, None, at, last=last)
            campaign_acts.end_rule(kind=kind, key=key, last_day=last.cleaned_data["last"], reason=reason, by=at.by, at=at.at)
    except Refused as refusal:
        return _rule_page(request, kind, key, rows, None, at, wrong=frame.said(refusal))
    return HttpResponseRedirect(reverse("command:rule", kwargs={"kind": kind, "key": key}) + "?xong=1")


class Last(PageForm):
    """The last day of a rule."""

    last = DayField(label=_("Ngày cuối có hiệu lực"))


def _rule_page(
    request: HttpRequest, kind: str, key: str, rows: tuple[RuleVersion, ...], form: PageForm | None, at: frame.Here, *, mended: RuleVersion | None = None,
    wrong: str = "", last: Last | None = None,
) -> HttpResponse:  # fmt: skip
    latest = next((one for one in rows if one.superseded_at is None), rows[0])
    form = form or form_of(kind, on=at.on, old=latest.data, since=at.on, source=source(latest.source))
    recorded = sorted(rows, key=lambda one: (one.recorded_at, one.superseded_at is None, one.in_force_from), reverse=True)
    names = recorders(one.recorded_by for one in rows)
    shown = [
        Shown(
            one, _state(one, at), names.get(one.recorded_by, ""), rule_words.said(kind, one.data),
            rule_words.changes(one, recorded[number + 1] if number + 1 < len(recorded) else None), _text(one.data),
        )
        for number, one in enumerate(recorded)
    ]  # fmt: skip
    return frame.page(
        request, "rule", "rules", 422 if wrong else 200, kind=kind, key=key, kinds=KINDS, rows=shown, form=form, done=request.GET.get("xong", ""), wrong=wrong, mended=mended,
        edits=_may_edit(at, kind, latest.data), expert=isinstance(form, Expert), title=rule_words.title(kind, key, latest.data, lang()), last=last or Last(),
        source=source, open_ended=any(one.superseded_at is None and one.in_force_to is None for one in rows), today=at.on,
    )  # fmt: skip


def recorders(texts: Iterable[str]) -> dict[str, str]:
    """Who recorded, by the actor's text: a name, or the release that brought it."""
    ids = {text: UUID(text.partition(":")[2]) for text in set(texts) if text.startswith("staff:")}
    names = staff_reads.names(ids.values())
    return {text: names.get(found, "") for text, found in ids.items()} | {SYSTEM.text: gettext("Khiên, bản phát hành")}


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
    at = frame.here(request, "rules.local")
    mine = provinces(at)
    if not mine:
        return guard.refuse(request, 403)
    form = LocalGroup(request.POST or None, initial={"since": at.on, "province": mine[0][0] if len(mine) == 1 else ""})
    form.fields["province"].choices = mine  # type: ignore[attr-defined]
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
