"""How the person feels after a dose: danger signs first, 115 at once when one is there."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from khien.kernel.errors import Refused
from khien.places import queries as places
from khien.places.types import SiteInfo
from khien.plumbing import limits
from khien.safety import actions as safety
from khien.safety import queries, rules
from khien.surfaces.healthbook.book import Book, mine, missing, posted, render
from khien.surfaces.healthbook.next_thing import history_of
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.locale import lang
from khien.visits import queries as visits
from khien.visits.views import VisitCard

SINCE = {"now": timedelta(0), "hours": timedelta(hours=4), "yesterday": timedelta(days=1), "days": timedelta(days=3)}
MOST, WITHIN = 12, timedelta(hours=1)
RED = tuple(sign for sign in rules.SIGNS if sign.red)
GRAVE = tuple(sign for sign in rules.SIGNS if not sign.red and sign.severity is rules.Severity.SEVERE)
USUAL = tuple(sign for sign in rules.SIGNS if sign.severity is rules.Severity.COMMON)


FACES = {"well": "M8 14c1 1.8 2.4 2.7 4 2.7s3-.9 4-2.7", "soso": "M8 15.5h8", "bad": "M8 17c1-1.8 2.4-2.7 4-2.7s3 .9 4 2.7"}


def face(kind: str) -> Markup:
    """A face; its word stands beneath it."""
    return Markup(
        '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><circle cx="12" cy="12" r="9.5"/><path d="M8.7 9.5v.4M15.3 9.5v.4"/><path d="{}"/></svg>'
    ).format(FACES[kind])


def _words(signs: tuple[rules.Sign, ...]) -> list[tuple[str, str]]:
    return [(sign.code, sign.en if lang() == "en" else sign.vi) for sign in signs]


class FeelingForm(PageForm):
    """Faces and danger signs first; then the signs that often come and go."""

    danger = forms.MultipleChoiceField(label=_("Có dấu hiệu nguy hiểm nào không?"), widget=forms.CheckboxSelectMultiple, required=False)
    face = forms.ChoiceField(
        label=_("Nhìn chung thấy thế nào?"), widget=forms.RadioSelect, required=False,
        choices=[("well", _("Khỏe")), ("soso", _("Hơi mệt")), ("bad", _("Không ổn"))],
    )  # fmt: skip
    grave = forms.MultipleChoiceField(label=_("Có điều nào sau đây không?"), widget=forms.CheckboxSelectMultiple, required=False)
    usual = forms.MultipleChoiceField(label=_("Thường gặp, mấy ngày là hết"), widget=forms.CheckboxSelectMultiple, required=False)
    since = forms.ChoiceField(
        label=_("Bị từ lúc nào?"), widget=forms.RadioSelect, required=False,
        choices=[("now", _("Vừa mới đây")), ("hours", _("Vài giờ nay")), ("yesterday", _("Từ hôm qua")), ("days", _("Vài ngày nay"))],
    )  # fmt: skip
    detail = forms.CharField(label=_("Kể thêm"), widget=forms.Textarea, required=False, max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, signs in (("danger", RED), ("grave", GRAVE), ("usual", USUAL)):
            self.fields[name].choices = _words(signs)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if not self.errors and not any(told.get(name) for name in ("danger", "face", "grave", "usual", "detail")):
            self.add_error("face", _("Mời chọn một khuôn mặt, hoặc đánh dấu điều đang thấy"))
        if not self.errors and told.get("face") in ("soso", "bad") and not self.signs and not told.get("detail"):
            self.add_error("usual", _("Mời đánh dấu điều đang thấy, hoặc kể thêm ở ô cuối"))
        return told

    @property
    def signs(self) -> list[str]:
        """Every sign ticked."""
        return [code for name in ("danger", "grave", "usual") for code in self.cleaned_data.get(name, ())]


@mine
def feeling(request: Any, book: Book) -> HttpResponse:
    """Ask, keep, and say what to do; "well" with no sign is thanked for and asked again on another day."""
    form = FeelingForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if not form.signs and not form.cleaned_data["detail"]:
            request.session["felt"] = request.session.get("felt", {}) | {str(book.person_id): book.on.isoformat()}
            return render(request, "felt_well.html", book)
        try:
            reported = _report(book, form)
        except Refused as refusal:
            form.refused(refusal)
        else:
            return HttpResponseRedirect(reverse("healthbook:felt", kwargs={"person": book.person_id, "reaction": reported}))
    doses = history_of(book).doses
    return render(request, "feeling.html", book, form=form, face=face, dose=doses[-1] if doses else None, past=queries.reactions(book.person_id)[:5])


def _report(book: Book, form: FeelingForm) -> UUID:
    # Each person of a family has a count of their own: one who is ill all day keeps no other from being heard.
    limits.brake("felt", f"{book.account.id} {book.person_id}", most=MOST, within=WITHIN, at=book.at)
    done = safety.report_reaction(
        person_id=book.person_id, symptoms=form.signs, onset_at=queries.onset_about(book.person_id, _ago(form), book.at), source="health_book",
        detail=form.cleaned_data["detail"], by=book.actor, at=book.at,
    )  # fmt: skip
    return done.id


def _ago(form: FeelingForm) -> timedelta:
    return SINCE.get(form.cleaned_data["since"], SINCE["now"])


@mine
def felt(request: Any, book: Book, reaction: UUID) -> HttpResponse:
    """What to do now: 115 when red, a health facility today when grave, rest when usual."""
    found = queries.reaction(reaction)
    if found is None or found.person_id not in book.person_ids:
        return missing(request)
    known = [code for code in found.symptoms if code in rules.BY_CODE]
    doses = [one.dosed_at for one in visits.visits_of(book.person_id) if one.record_id == found.record_id and one.dosed_at]
    weighed = rules.triage(known, since_dose=found.onset_at - doses[0] if doses else None)
    visit = visits.visit_by_record(found.record_id) if found.record_id else None
    return render(
        request, "felt.html", book, reaction=found, weighed=weighed, red=found.urgency == "P1", signs=[sign_words(code) for code in known],
        advice=weighed.advice_en if lang() == "en" else weighed.advice_vi, site=_site(visit),
    )  # fmt: skip


def _site(visit: VisitCard | None) -> SiteInfo | None:
    return places.site(visit.ref.site_id) if visit else None


def sign_words(code: str) -> str:
    """A sign as people say it."""
    sign = rules.BY_CODE[code]
    return sign.en if lang() == "en" else sign.vi
