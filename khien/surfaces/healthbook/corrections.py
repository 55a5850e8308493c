"""Something in the book is wrong: say what and the right value, with a photo; a code and a day by which it is answered."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.cases import actions as cases
from khien.cases import queries
from khien.cases.types import AskedDose, CaseRef, CitizenCase, ContactPoint, CorrectionAsked
from khien.immunizations import queries as immunizations
from khien.immunizations.types import ImmunizationView
from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.surfaces.healthbook.book import Book, mine, missing, posted, posted_files, render
from khien.surfaces.healthbook.next_thing import history_of
from khien.surfaces.web import case_words, own_requests
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import BirthField, DayField
from khien.surfaces.web.locale import lang


class ParticularsForm(own_requests.PhotoForm):
    """The right value of whatever is wrong; what is right is left empty."""

    full_name = forms.CharField(label=_("Họ và tên đúng"), max_length=100, required=False)
    birth = BirthField(label=_("Ngày sinh đúng"), required=False)
    sex = forms.ChoiceField(label=_("Giới tính đúng"), required=False, choices=[("", _("Không sửa")), ("female", _("Nữ")), ("male", _("Nam")), ("other", _("Khác"))])
    identifier = forms.CharField(label=_("Số giấy tờ đúng"), max_length=40, required=False)
    phone = forms.CharField(label=_("Số điện thoại đúng"), max_length=30, required=False)
    address = forms.CharField(label=_("Nơi ở đúng"), max_length=200, required=False)
    words = forms.CharField(label=_("Nói thêm"), widget=forms.Textarea, required=False, max_length=1000)

    def asked(self) -> CorrectionAsked:
        """What is asked, field by field."""
        told = self.cleaned_data
        right = {name: str(told[name]) for name in own_requests.FIELDS if name != "birth" and told.get(name)}
        if told.get("birth"):
            year, month, day = told["birth"]
            right["birth"] = "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part)])
        return CorrectionAsked("wrong_data", right=right, words=told["words"])


class DoseForm(own_requests.PhotoForm):
    """What is wrong with one dose of the record."""

    wrong = forms.MultipleChoiceField(
        label=_("Điều gì sai ở mũi này?"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Mời đánh dấu điều sai")},
        choices=[
            ("not_mine", _("Không phải mũi của người này")), ("vaccine", _("Vắc xin")), ("on_date", _("Ngày tiêm")), ("lot", _("Số lô")),
            ("place", _("Nơi tiêm")), ("dose", _("Mũi thứ mấy")),
        ],
    )  # fmt: skip
    words = forms.CharField(label=_("Đúng ra là gì?"), widget=forms.Textarea, max_length=1000)

    def asked(self) -> CorrectionAsked:
        """What is asked, in words under the names of what is wrong."""
        names = dict(self.fields["wrong"].choices)  # type: ignore[attr-defined]
        wrong = ", ".join(str(names[one]) for one in self.cleaned_data["wrong"])
        return CorrectionAsked("wrong_data", words=f"{wrong}: {self.cleaned_data['words']}")


class MissingForm(own_requests.PhotoForm):
    """A dose that was given and is not there."""

    vaccine = forms.ChoiceField(label=_("Vắc xin"))
    on_date = DayField(label=_("Ngày tiêm"))
    place = forms.CharField(label=_("Nơi tiêm"), max_length=200)
    lot = forms.CharField(label=_("Số lô, nếu có trên giấy"), max_length=40, required=False)

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = campaigns.vaccines(book.on)
        self.fields["vaccine"].choices = [(one.code, one.short_en if lang() == "en" else one.short_vi) for one in known]  # type: ignore[attr-defined]
        self.any_shown = bool(history_of(book).doses)

    def asked(self) -> CorrectionAsked:
        """The dose as told."""
        told = self.cleaned_data
        dose = AskedDose(told["vaccine"], told["on_date"], told["lot"], told["place"])
        return CorrectionAsked("one_shown" if self.any_shown else "both_missing", doses=(dose,))


class CertificateForm(own_requests.PhotoForm):
    """No certificate, though the doses are there."""

    words = forms.CharField(label=_("Kể rõ điều cần giúp"), widget=forms.Textarea, max_length=1000)

    def asked(self) -> CorrectionAsked:
        """In the person's words."""
        return CorrectionAsked("no_certificate", words=self.cleaned_data["words"])


TITLES = {
    "thong-tin": _("Sai họ tên, ngày sinh, giấy tờ"), "mui": _("Sai thông tin của một mũi"), "thieu-mui": _("Thiếu mũi đã tiêm"),
    "chung-nhan": _("Không có chứng nhận"),
}  # fmt: skip
FORMS: dict[str, Any] = {"thong-tin": ParticularsForm, "mui": DoseForm, "thieu-mui": MissingForm, "chung-nhan": CertificateForm}


@mine
def correct(request: Any, book: Book) -> HttpResponse:
    """Choose what is wrong; requests made before stand below with their answers."""
    dose = request.GET.get("mui", "")
    if _dose(book, dose):
        return HttpResponseRedirect(_form_address(book, "mui") + f"?mui={dose}")
    return render(
        request, "correct.html", book, titles=TITLES, history=history_of(book), asked=queries.of_person(book.person_id, book.at), own_card=book.card
    )


def _form_address(book: Book, what: str) -> str:
    return reverse("healthbook:correct_what", kwargs={"person": book.person_id, "what": what})


def _dose(book: Book, text: str) -> ImmunizationView | None:
    try:
        found = immunizations.record(UUID(text))
    except ValueError:
        return None
    return found if found and found.person_id in book.person_ids else None


@mine
def correct_what(request: Any, book: Book, what: str) -> HttpResponse:
    """Ask for one thing to be put right."""
    if what not in FORMS:
        return missing(request)
    dose = _dose(book, request.GET.get("mui", "")) if what == "mui" else None
    if what == "mui" and dose is None:
        return HttpResponseRedirect(reverse("healthbook:correct", kwargs={"person": book.person_id}))
    more = {"book": book} if what == "thieu-mui" else {}
    form = FORMS[what](posted(request), posted_files(request), **more)
    if request.method == "POST" and form.is_valid():
        try:
            case = _ask(book, form, dose)
        except Refused as refusal:
            form.refused(refusal, "photo" if refusal.code == "plumbing.file_too_large" else None)
        else:
            return HttpResponseRedirect(reverse("healthbook:request", kwargs={"person": book.person_id, "case": case.id}))
    return render(
        request, "correct_what.html", book, form=form, what=what, title=TITLES[what], dose=dose, short_vaccine=short_vaccine,
        back_to=reverse("healthbook:correct", kwargs={"person": book.person_id}),
    )  # fmt: skip


def _ask(book: Book, form: Any, dose: ImmunizationView | None) -> CaseRef:
    return cases.ask_correction(
        asked=form.asked(), contact=ContactPoint(language=lang()), person_id=book.person_id, record_id=dose.record_id if dose else None,
        evidence_file=form.kept(by=book.actor, at=book.at), channel="health_book", by=book.actor, at=book.at,
    )  # fmt: skip


@mine
def request_page(request: Any, book: Book, case: UUID) -> HttpResponse:
    """One request: what was asked, the day of its answer, what was answered; a question sent back is answered here."""
    found = next((one for one in queries.of_person(book.person_id, book.at) if one.id == case), None)
    if found is None:
        return missing(request)
    form = own_requests.ReplyForm(posted(request), posted_files(request))
    if request.method == "POST" and form.is_valid():
        try:
            _reply(found, form, book)
        except Refused as refusal:
            form.refused(refusal, "photo" if refusal.code == "plumbing.file_too_large" else "reply")
        else:
            return HttpResponseRedirect(request.path)
    return render(
        request, "request.html", book, case=found, code=codes.display(found.code), subject=subject_words(found), form=form,
        asked=own_requests.asked_lines(found), result=case_words.word(case_words.RESOLUTIONS, found.resolution) if found.resolution else "",
    )  # fmt: skip


def _reply(case: CitizenCase, form: own_requests.ReplyForm, book: Book) -> None:
    cases.resume(case_id=case.id, text=form.cleaned_data["reply"], photo=form.kept(by=book.actor, at=book.at), by=book.actor, at=book.at)


SUBJECTS = {
    "correction.wrong_data": _("Sửa thông tin sai"), "correction.one_shown": _("Thiếu mũi đã tiêm"),
    "correction.both_missing": _("Thiếu mũi đã tiêm"), "correction.no_certificate": _("Không có chứng nhận"),
}  # fmt: skip


def subject_words(case: CitizenCase) -> str:
    """What a request is about."""
    return str(SUBJECTS.get(case.subject, _("Báo phản ứng sau tiêm") if case.kind == "reaction" else _("Yêu cầu khác")))

