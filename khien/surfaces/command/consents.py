"""The consent's wording: every version that people agreed to, and a new one from a day on."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.campaigns import actions as campaign_acts
from khien.campaigns import queries as campaigns
from khien.campaigns.queries import ConsentWording
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.surfaces.command import frame
from khien.surfaces.command.rule_sources import source
from khien.surfaces.command.rules import recorders
from khien.surfaces.web import guard
from khien.surfaces.web.forms import DayField, PageForm


def index(request: HttpRequest) -> HttpResponse:
    """Both wordings, each with its versions."""
    at = frame.here(request, "rules.see")
    both = [(_("Người từ 18 tuổi"), _rows(False, at)), (_("Người giám hộ ký cho trẻ"), _rows(True, at))]
    return frame.page(request, "consents", "rules", both=both, edits=_edits(at), done=request.GET.get("xong", ""), source=source)


def _edits(at: frame.Here) -> bool:
    return Scope("nation") in at.staff.scopes("rules.edit")


def _rows(for_minor: bool, at: frame.Here) -> list[tuple[ConsentWording, tuple[str, str], str]]:
    texts = campaigns.consent_texts(for_minor=for_minor)
    names = recorders(one.recorded_by for one in texts)
    now = next((one.version for one in texts if one.in_force_from <= at.on), "")
    return [(one, _state(one, now, at), names.get(one.recorded_by, "")) for one in texts]


def _state(one: ConsentWording, now: str, at: frame.Here) -> tuple[str, str]:
    if one.in_force_from > at.on:
        return gettext("Sắp có hiệu lực"), "wait"
    return (gettext("Đang dùng"), "ready") if one.version == now else (gettext("Bản cũ"), "")


class Wording(PageForm):
    """A wording in both languages, from a day on."""

    version = forms.CharField(label=_("Ký hiệu bản"), max_length=40, help_text=_("Ví dụ: 5002-nguoi-lon-2"))
    text_vi = forms.CharField(label=_("Nội dung tiếng Việt"), widget=forms.Textarea, max_length=8000)
    text_en = forms.CharField(label=_("Nội dung tiếng Anh"), widget=forms.Textarea, max_length=8000)
    since = DayField(label=_("Có hiệu lực từ"))
    source = forms.CharField(label=_("Văn bản"), max_length=300)
    reason = forms.CharField(label=_("Vì sao đổi"), max_length=300)


def new(request: HttpRequest) -> HttpResponse:
    """Write the next wording, beginning with the one in use."""
    at = frame.here(request, "rules.edit")
    if not _edits(at):
        return guard.refuse(request, 403)
    minor = request.GET.get("cho") == "tre"
    now = next((one for one in campaigns.consent_texts(for_minor=minor) if one.in_force_from <= at.on), None)
    form = Wording(request.POST or None, initial={"since": at.on} | ({"text_vi": now.text_vi, "text_en": now.text_en, "source": now.source} if now else {}))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            campaign_acts.record_consent_text(
                version=told["version"], for_minor=minor, text_vi=told["text_vi"], text_en=told["text_en"], in_force_from=told["since"], source=told["source"],
                reason=told["reason"], by=at.by, at=at.at,
            )  # fmt: skip
        except Refused as refusal:
            form.refused(refusal, "version" if refusal.code == "campaigns.consent_version_taken" else None)
        else:
            return HttpResponseRedirect(reverse("command:consents") + "?xong=1")
    return frame.page(request, "consent_new", "rules", form=form, minor=minor)
