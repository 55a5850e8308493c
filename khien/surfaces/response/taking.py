"""A new contact: who calls, what it is about, how urgent; danger signs come before anything else."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.access import queries as access
from khien.cases import actions, rules
from khien.cases.types import ContactPoint
from khien.kernel import phones
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts
from khien.safety import rules as signs
from khien.surfaces.response.frame import Here, here, page
from khien.surfaces.web import case_words
from khien.surfaces.web.forms import PageForm

CHANNELS = [("hotline", _("Gọi đến")), ("web", _("Nhắn tin web")), ("counter", _("Tại quầy"))]
KINDS = ("information", "registration", "appointment", "certificate", "record", "reaction", "privacy")
PRIORITIES = [("", _("Theo loại việc")), ("P1", _("P1 cấp cứu")), ("P2", _("P2 phản ứng")), ("P3", _("P3 trong ngày"))]


class ContactForm(PageForm):
    """What the desk writes down while the caller speaks."""

    channel = forms.ChoiceField(label=_("Liên hệ bằng"), choices=CHANNELS, initial="hotline", widget=forms.RadioSelect)
    phone = forms.CharField(label=_("Số điện thoại gọi đến"), max_length=30, required=False)
    name = forms.CharField(label=_("Tên người hỏi"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Về việc gì"), initial="information")
    detail = forms.CharField(label=_("Người hỏi nói gì"), widget=forms.Textarea, max_length=2000)
    priority = forms.ChoiceField(label=_("Mức ưu tiên"), choices=PRIORITIES, required=False)
    language = forms.ChoiceField(label=_("Nói tiếng"), choices=[("vi", "Tiếng Việt"), ("en", "English")], initial="vi")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(code, case_words.KINDS[code]) for code in KINDS]  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"]
        try:
            return phones.read_phone(text).e164 if text else ""
        except Refused as refusal:
            self.refused(refusal, "phone")
            return ""

    @property
    def danger(self) -> tuple[str, ...]:
        """The danger signs that the words speak of."""
        return signs.red_flags_in_text(str(self.cleaned_data.get("detail", "")))


def contact(request: HttpRequest) -> HttpResponse:
    """Write down a contact and open its case; a danger sign makes it P1 at once."""
    at = here(request, "cases.open")
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(reverse("response:case", kwargs={"case_id": _open(form, at)}))
        except Refused as refusal:
            form.refused(refusal)
    return page(request, "contact", status=422 if form.errors else 200, form=form, signs=[sign for sign in signs.SIGNS if sign.red])


def _open(form: ContactForm, at: Here) -> Any:
    told, danger = form.cleaned_data, form.danger
    kind = "reaction" if danger else told["kind"]
    found = actions.open_case(
        kind=kind, subject="asked.danger" if danger else f"asked.{kind}", priority="P1" if danger else told["priority"], detail=told["detail"],
        tier=rules.DISTRICT, contact=ContactPoint(told["phone"], "", told["name"], told["language"]), channel=told["channel"], facts={"signs": list(danger)},
        place=office(at), by=at.by, at=at.at,
    )  # fmt: skip
    if at.staff.may("cases.answer"):
        actions.take(case_id=found.id, by=at.by, at=at.at)
    return found.id


def office(at: Here) -> PlaceFacts:
    """Where a contact stands until its person is known: the place of the post that took it."""
    post = at.staff.post_for(at.may)
    return (access.place_of(post.scope) if post else None) or PlaceFacts()
