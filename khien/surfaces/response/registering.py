"""Registration at the caller's word, on one page; the same person told twice keeps one place in the queue."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.cases import actions as cases
from khien.cases import queries
from khien.kernel import clock, codes, identifiers
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.people import rules as people_rules
from khien.people.types import NewGuardian, NewPerson
from khien.places import queries as places
from khien.registration import actions as registration
from khien.registration import rules as registration_rules
from khien.registration.types import Registered, Wish
from khien.surfaces.response.frame import Here, here, page
from khien.surfaces.response.words import SEXES
from khien.surfaces.web import say
from khien.surfaces.web.forms import BirthField, DayField, PageForm
from khien.surfaces.web.locale import lang
from khien.surfaces.web.registering.words import ANSWERS, HISTORY, NO_PAPERS

PAPERS = [("cccd", _("Căn cước")), ("cmnd", _("CMND")), ("passport", _("Hộ chiếu")), ("none", _("Không có giấy tờ"))]
# Where the refusal of a room belongs on the page.
AT_FAULT = {"names": "full_name", "births": "birth", "identifiers": "identifier", "phones": "phone", "places": "commune"}


class RegisterForm(PageForm):
    """What the form of the ministry asks, as the caller tells it."""

    full_name = forms.CharField(label=_("Họ và tên"), max_length=100)
    birth = BirthField(label=_("Ngày sinh"))
    sex = forms.ChoiceField(label=_("Giới tính"), choices=SEXES, widget=forms.RadioSelect)
    paper = forms.ChoiceField(label=_("Giấy tờ"), choices=PAPERS, initial="cccd")
    identifier = forms.CharField(label=_("Số giấy tờ"), max_length=40, required=False)
    no_paper = forms.ChoiceField(label=_("Vì sao không có giấy tờ"), choices=[("", _("Có giấy tờ")), *NO_PAPERS.items()], required=False)
    phone = forms.CharField(label=_("Số điện thoại để nhận tin"), max_length=30, required=False)
    commune = forms.CharField(label=_("Phường, xã đang ở"), max_length=160)
    place_key = forms.ChoiceField(label=_("Chọn đúng nơi ở"), widget=forms.RadioSelect, required=False)
    address = forms.CharField(label=_("Số nhà, đường"), max_length=200, required=False)
    group = forms.ChoiceField(label=_("Nhóm ưu tiên"))
    guardian_name = forms.CharField(label=_("Người giám hộ, nếu chưa đủ 18 tuổi"), max_length=100, required=False)
    dose = forms.ChoiceField(label=_("Đã tiêm vắc xin COVID-19 chưa"), choices=[("first", _("Chưa, đăng ký mũi đầu")), ("next", _("Rồi, đăng ký mũi tiếp theo"))], widget=forms.RadioSelect, initial="first")
    previous_count = forms.ChoiceField(label=_("Đã tiêm mấy mũi?"), choices=[("", _("Chưa hỏi")), ("1", _("1 mũi")), ("2", _("2 mũi")), ("3", _("3 mũi trở lên"))], required=False)
    previous_vaccine = forms.ChoiceField(label=_("Vắc xin của mũi gần nhất"), required=False)
    previous_on = DayField(label=_("Ngày tiêm mũi gần nhất"), required=False)
    previous_place = forms.CharField(label=_("Nơi tiêm"), max_length=160, required=False)
    previous_lot = forms.CharField(label=_("Số lô, nếu có trên giấy"), max_length=40, required=False)
    agree = forms.BooleanField(label=_("Đã đọc điều đồng ý cho người gọi nghe, và người gọi đồng ý đăng ký"))

    def __init__(self, *args: Any, on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on, self.units = on, self._found()
        provinces = dict.fromkeys(code for unit in self.units for code in places.old_provinces(unit.key))
        known = [(group.code, group.en if lang() == "en" else group.vi) for group in campaigns.groups(on, *provinces)]
        self.fields["group"].choices = known  # type: ignore[attr-defined]
        self.fields["place_key"].choices = [(unit.key, unit.path) for unit in self.units]  # type: ignore[attr-defined]
        offered = [(one.code, one.short(lang())) for one in campaigns.vaccines(on)]
        self.fields["previous_vaccine"].choices = [("", _("Không nhớ")), *offered]  # type: ignore[attr-defined]
        self.fields["previous_on"].latest = on  # type: ignore[attr-defined]
        for question in registration_rules.HISTORY:
            self.fields[f"h_{question}"] = forms.ChoiceField(label=HISTORY[question], choices=list(ANSWERS.items()), widget=forms.RadioSelect, required=False)

    @property
    def asked(self) -> list[Any]:
        """The questions about health, as bound fields."""
        return [self[f"h_{question}"] for question in registration_rules.HISTORY]

    def wish(self, consent: str) -> Wish:
        """What the caller asks for, with the answers about health and the doses before."""
        told = self.cleaned_data
        previous = {name: told[f"previous_{name}"] for name in ("count", "vaccine", "on", "place", "lot")} if told["dose"] == "next" else {}
        return Wish(
            groups=(told["group"],), declared_dose=told["dose"], consent_version=consent,
            previous_dose={name: value.isoformat() if name == "on" else str(value) for name, value in previous.items() if value},
            history={question: answer for question in registration_rules.HISTORY if (answer := told[f"h_{question}"])},
        )  # fmt: skip

    def _found(self) -> list[Any]:
        text = str(self.data.get("commune", "")).strip() if self.is_bound else ""
        return places.search_units(text, limit=8) if text else []

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if told.get("commune") and not told.get("place_key"):
            if len(self.units) == 1:
                told["place_key"] = self.units[0].key
            else:
                self.add_error("place_key" if self.units else "commune", _("Mời chọn đúng nơi ở") if self.units else _("Không thấy phường, xã này. Mời ghi cả tỉnh."))
        if told.get("paper") != "none" and not told.get("identifier"):
            self.add_error("identifier", _("Mời ghi số giấy tờ, hoặc chọn không có giấy tờ"))
        if told.get("paper") == "none" and not told.get("no_paper"):
            self.add_error("no_paper", _("Mời chọn lý do"))
        for question in registration_rules.HISTORY:
            if not told.get(f"h_{question}") and (question != "pregnant_breastfeeding" or self._may_be_pregnant(told)):
                self.add_error(f"h_{question}", _("Mời hỏi người gọi: %(question)s") % {"question": self.fields[f"h_{question}"].label})
        if told.get("dose") == "next" and not told.get("previous_count"):
            self.add_error("previous_count", _("Mời chọn số mũi đã tiêm"))
        if told.get("birth") and people_rules.is_minor(PartialDate(*told["birth"]), self.on) and not told.get("guardian_name"):
            self.add_error("guardian_name", _("Chưa đủ 18 tuổi: mời ghi người giám hộ"))
        return told

    def _may_be_pregnant(self, told: dict[str, Any]) -> bool:
        birth = PartialDate(*told["birth"]) if told.get("birth") else None
        return told.get("sex") != "male" and (birth is None or 10 <= birth.age_max(self.on) <= 60)

    def person(self) -> NewPerson:
        """The person as told. Raises Refused names.*, births.*, identifiers.*, phones.*."""
        told = self.cleaned_data
        birth = PartialDate(*told["birth"])
        number = None
        if told["paper"] != "none":
            number = identifiers.read_identifier(told["identifier"], told["paper"], told["sex"], birth)
        guardian = NewGuardian(told["guardian_name"], told["phone"]) if told["guardian_name"] else None
        return NewPerson(
            full_name=told["full_name"], birth=birth, sex=told["sex"], identifier=number, no_identifier_reason=told["no_paper"] if number is None else "",
            phone=told["phone"], place_key=told["place_key"], address=told["address"], guardian=guardian, language=lang(),
        )  # fmt: skip


def register(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Register who calls, or whom they call for."""
    at = here(request, "people.register", queries.case_place(case_id))
    contact = queries.contact(case_id)
    form = RegisterForm(request.POST or None, on=clock.on_date(at.at), initial={"phone": say.phone(contact.phone) if contact and contact.phone else ""})
    done = None
    if request.method == "POST" and form.is_valid():
        try:
            done = _register(form, case_id, at)
        except Refused as refusal:
            form.refused(refusal, AT_FAULT.get(refusal.code.partition(".")[0]))
    consents = [campaigns.consent_text(for_minor=minor, on=clock.on_date(at.at)) for minor in (False, True)]
    code = codes.display(done.code) if done else ""
    return page(request, "register", 422 if form.errors else 200, case_id=case_id, form=form, done=done, code=code, consents=consents)


def _register(form: RegisterForm, case_id: UUID, at: Here) -> Registered:
    person = form.person()
    minor = people_rules.is_minor(person.birth, form.on)
    wish = form.wish(campaigns.consent_text(for_minor=minor, on=form.on).version)
    done = registration.register_new(person=person, way="hotline", wish=wish, by=at.by, at=at.at)
    cases.note(case_id=case_id, text=str(_("Đã đăng ký tiêm, mã %(code)s.")) % {"code": codes.display(done.code)}, by=at.by, at=at.at)
    return done
