"""Something on the record is wrong: four kinds, the right value, a photo; a code, and the day by which it is answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.cases import actions as cases
from khien.cases import queries
from khien.cases.types import AskedDose, CaseRef, CitizenCase, ContactPoint, CorrectionAsked
from khien.kernel import clock, codes, phones
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import files
from khien.surfaces.portal import lookup
from khien.surfaces.web import case_words, evidence, guard, own_requests, visitor
from khien.surfaces.web.forms import BirthField, DayField, PageForm
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word

KINDS = {
    "chung-nhan": ("no_certificate", _("Đã tiêm nhưng chưa có chứng nhận"), _("Các mũi đều đúng, chỉ thiếu chứng nhận")),
    "thieu-mot-mui": ("one_shown", _("Đã tiêm hai mũi nhưng chỉ thấy một"), _("Một mũi chưa được ghi, hoặc ghi vào hồ sơ khác")),
    "thieu-ca": ("both_missing", _("Đã tiêm nhưng không thấy mũi nào"), _("Không có mũi nào trên hồ sơ")),
    "sai-thong-tin": ("wrong_data", _("Sai họ tên, ngày sinh, giấy tờ hoặc mũi tiêm"), _("Ghi điều đúng, chúng tôi so với giấy tờ")),
}  # fmt: skip
RIGHT = ("full_name", "sex", "identifier", "phone", "address")


def photo_of(form: PageForm) -> Any:
    """The photo, when it is one. Raises ValidationError with the remedy."""
    photo = form.cleaned_data.get("photo")
    if photo and not evidence.media_type(photo):
        raise forms.ValidationError(gettext("Chỉ nhận ảnh (JPG, PNG, HEIC, WebP) hoặc tệp PDF. Mời chọn tệp khác"))
    return photo


class CorrectionForm(PageForm):
    """Who, what was given or is wrong, and how to reach who asks."""

    who_name = forms.CharField(label=_("Họ và tên"), max_length=120)
    who_birth = BirthField(
        label=_("Ngày sinh"),
        help_text=_("Chỉ nhớ năm thì ghi năm"),
        error_messages={"required": _("Mời ghi ngày sinh, hoặc chỉ năm sinh")},
    )
    who_number = forms.CharField(label=_("Số giấy tờ"), max_length=40, required=False)
    who_province = forms.ChoiceField(
        label=_("Tỉnh, thành phố đang ở"), error_messages={"required": _("Mời chọn tỉnh, thành phố, để yêu cầu tới đúng nơi giải quyết")}
    )
    vaccine = forms.ChoiceField(label=_("Vắc xin"), required=False)
    on_date = DayField(label=_("Ngày tiêm"), required=False)
    place = forms.CharField(
        label=_("Nơi tiêm"), max_length=200, required=False, help_text=_("Tên trạm, bệnh viện hoặc điểm tiêm; xã, huyện, tỉnh")
    )
    lot = forms.CharField(label=_("Số lô, nếu có trên giấy"), max_length=40, required=False)
    full_name = forms.CharField(label=_("Họ và tên đúng"), max_length=120, required=False)
    birth = BirthField(label=_("Ngày sinh đúng"), required=False)
    sex = forms.ChoiceField(
        label=_("Giới tính đúng"), required=False,
        choices=[("", _("Không sửa")), ("female", _("Nữ")), ("male", _("Nam")), ("other", _("Khác"))],
    )  # fmt: skip
    identifier = forms.CharField(label=_("Số giấy tờ đúng"), max_length=40, required=False)
    phone = forms.CharField(label=_("Số điện thoại đúng"), max_length=30, required=False)
    address = forms.CharField(label=_("Nơi ở đúng"), max_length=200, required=False)
    words = forms.CharField(label=_("Nói thêm cho rõ"), widget=forms.Textarea, required=False, max_length=1000)
    photo = forms.FileField(
        label=_("Ảnh giấy tờ hoặc giấy xác nhận tiêm"),
        required=False,
        help_text=_("Chụp rõ cả tờ, tối đa 5 MB. Có ảnh thì nhanh hơn."),
    )
    contact = forms.CharField(label=_("Số điện thoại nhận trả lời"), max_length=30)

    PARTS = {
        "doses": ("vaccine", "on_date", "place", "lot"),
        "right": ("full_name", "birth", "sex", "identifier", "phone", "address"),
        "who": ("who_name", "who_birth", "who_number", "who_province"),
    }

    def __init__(self, *args: Any, kind: str, known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["vaccine"].choices = [("", gettext("Không nhớ")), *self._vaccines()]  # type: ignore[attr-defined]
        self.fields["on_date"].latest = clock.on_date(clock.now())  # type: ignore[attr-defined]
        if kind not in ("one_shown", "both_missing"):
            self._drop("doses")
        if kind != "wrong_data":
            self._drop("right")
        provinces = [(unit.key, unit.name) for unit in places.children("", campaigns.campaign().epoch)]
        self.fields["who_province"].choices = [("", gettext("Chọn tỉnh, thành phố")), *provinces]  # type: ignore[attr-defined]
        if known:
            self._drop("who")
            self.fields["contact"].required = False

    @staticmethod
    def _vaccines() -> list[tuple[str, str]]:
        return [(one.code, one.short(lang())) for one in campaigns.vaccines(clock.on_date(clock.now()))]

    def _drop(self, part: str) -> None:
        for name in self.PARTS[part]:
            del self.fields[name]

    def clean_photo(self) -> Any:
        return photo_of(self)

    def clean_contact(self) -> str:
        text = self.cleaned_data.get("contact") or ""
        if not text:
            return ""
        try:
            return phones.for_sms(phones.read_phone(text).e164)
        except Refused as refusal:
            raise forms.ValidationError(word(refusal, lang())) from None

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if (
            self.kind in ("one_shown", "both_missing")
            and not told.get("on_date")
            and "on_date" not in self.errors
            and not told.get("words")
        ):
            self.add_error("on_date", gettext("Mời ghi ngày tiêm; không nhớ ngày thì kể ở ô Nói thêm"))
        if self.kind == "wrong_data" and not self.errors and not self._right(told) and not told.get("words"):
            self.add_error(None, gettext("Mời ghi ít nhất một điều đúng, hoặc kể ở ô Nói thêm"))
        return told

    @staticmethod
    def _right(told: dict[str, Any]) -> dict[str, str]:
        right = {name: str(told[name]) for name in RIGHT if told.get(name)}
        if told.get("birth"):
            right["birth"] = PartialDate(*told["birth"]).iso()
        return right

    def asked(self) -> CorrectionAsked:
        """What is asked, as the room takes it."""
        told = self.cleaned_data
        doses: tuple[AskedDose, ...] = ()
        if told.get("on_date"):
            doses = (AskedDose(told.get("vaccine") or "", told["on_date"], told.get("lot") or "", told.get("place") or ""),)
        words = told.get("words") or ""
        if not doses and told.get("place"):
            words = f"{words} ({told['place']})".strip()
        who = {}
        if told.get("who_name"):
            who = {
                "full_name": told["who_name"],
                "birth": PartialDate(*told["who_birth"]).iso(),
                "identifier": told.get("who_number") or "",
            }
        if self.kind == "no_certificate" and not words:
            words = gettext("Chưa có chứng nhận")
        return CorrectionAsked(self.kind, right=self._right(told), doses=doses, words=words, who=who)


def index(request: HttpRequest) -> HttpResponse:
    """Which of the four it is."""
    return render(request, "portal/correction.html", {"kinds": [(slug, *rest[1:]) for slug, rest in KINDS.items()]})


def ask(request: HttpRequest, kind: str) -> HttpResponse:
    """One form for the chosen kind."""
    if kind not in KINDS:
        return guard.refuse(request, 404)
    at = clock.now()
    person = lookup.proven(request, at)
    form = CorrectionForm(request.POST or None, request.FILES or None, kind=KINDS[kind][0], known=person is not None)
    if request.method == "POST" and form.is_valid():
        try:
            found = _ask(request, form, person, at)
        except Refused as refusal:
            form.refused(refusal, "photo" if refusal.code == "plumbing.file_too_large" else None)
        else:
            request.session["sua_sai"] = {"code": found.code, "due": found.due_at.isoformat()}
            return HttpResponseRedirect(reverse("portal:correction_done"))
    card = people.person(person) if person else None
    context = {
        "form": form,
        "title": KINDS[kind][1],
        "why": KINDS[kind][2],
        "card": card,
        "back_to": reverse("portal:correction"),
    }
    return render(request, "portal/correction_ask.html", context, status=422 if request.method == "POST" else 200)


def _ask(request: HttpRequest, form: CorrectionForm, person: UUID | None, at: Any) -> CaseRef:
    photo, by = form.cleaned_data.get("photo"), lookup.actor()
    if person is None:
        visitor.brake(request, "correction", a_device=10, an_address=200, at=at)
    kept = None
    if photo:
        kept = files.keep(
            photo.read(), name="anh-giay", media_type=evidence.media_type(photo), purpose="evidence", by=by, at=at
        )
    contact = ContactPoint(
        phone=form.cleaned_data.get("contact") or "", name=form.cleaned_data.get("who_name") or "", language=lang()
    )
    return cases.ask_correction(
        asked=form.asked(), contact=contact, person_id=person, evidence_file=kept, channel="portal",
        place_key=form.cleaned_data.get("who_province") or "", by=by, at=at,
    )  # fmt: skip


def done(request: HttpRequest) -> HttpResponse:
    """The code to follow it, and the day of its answer."""
    memo = request.session.get("sua_sai")
    if not memo:
        return HttpResponseRedirect(reverse("portal:correction"))
    due = datetime.fromisoformat(memo["due"])
    return render(
        request, "portal/correction_done.html", {"code": memo["code"], "display": codes.display(memo["code"]), "due": due}
    )


def _reply(case: CitizenCase, form: own_requests.ReplyForm, at: datetime) -> None:
    by = lookup.actor()
    cases.resume(case_id=case.id, text=form.cleaned_data["reply"], photo=form.kept(by=by, at=at), by=by, at=at)


def answer(request: HttpRequest) -> HttpResponse:
    """A request's story, for who proved the phone it named: a question is answered here, what is late is asked for higher up."""
    at = clock.now()
    code = lookup.proven_case(request, at)
    found = queries.by_code(code, at) if code else None
    if found is None:
        return HttpResponseRedirect(reverse("portal:lookup") + "?cach=ma")
    wrong, form = "", own_requests.ReplyForm(*(request.POST, request.FILES) if "reply" in request.POST else (None, None))
    if form.is_bound and form.is_valid():
        try:
            _reply(found, form, at)
            return HttpResponseRedirect(reverse("portal:answer"))
        except Refused as refusal:
            form.refused(refusal, "photo" if refusal.code == "plumbing.file_too_large" else "reply")
    if request.method == "POST" and request.POST.get("act") == "escalate":
        try:
            cases.citizen_escalate(code=found.code, by=lookup.actor(), at=at)
            return HttpResponseRedirect(reverse("portal:answer"))
        except Refused as refusal:
            wrong = word(refusal, lang())
    context = {
        "case": found,
        "display": codes.display(found.code),
        "wrong": wrong,
        "subject": case_words.word(case_words.SUBJECTS, found.subject),
        "form": form,
        "asked": own_requests.asked_lines(found),
        "result": case_words.word(case_words.RESOLUTIONS, found.resolution) if found.resolution else "",
    }
    return render(request, "portal/answer.html", context)
