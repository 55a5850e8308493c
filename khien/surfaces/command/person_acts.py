"""What an officer does to a record, each with a reason: particulars, papers, a phone linked in person, a dose given elsewhere."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.cases import actions as cases
from khien.cases.types import ContactPoint, CorrectionAsked, Proposal
from khien.certificates import queries as certificates
from khien.immunizations import actions as immunizations
from khien.immunizations.actions import Told
from khien.kernel import vietnamese
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified, read_identifier
from khien.people import actions as people_acts
from khien.people import queries as people
from khien.people.types import PersonDetails
from khien.places import queries as places
from khien.plumbing import files
from khien.surfaces.command import frame, where
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import BirthField, DayField, PageForm
from khien.surfaces.web.registering.words import NUMBERS, RELATIONS, SEXES

HOWS = {
    "card_scanned": _("Quét mã QR trên thẻ căn cước"), "card_seen": _("Xem tận mắt thẻ hoặc giấy tờ"), "register": _("Đối chiếu sổ hộ tịch, cơ sở dữ liệu dân cư"),
    "foreign_passport": _("Xem hộ chiếu nước ngoài"), "guardian": _("Người giám hộ xác nhận, có giấy tờ"),
}  # fmt: skip
CONTACT = {"phone", "address", "place_key", "neighbourhood"}  # nothing of these stands on a certificate
NAMED = 4  # places of one name that are told apart
TYPES = [(code, words) for code, words in NUMBERS.items()]


class Correct(PageForm):
    """Right values of what is wrong; empty means unchanged."""

    full_name = forms.CharField(label=_("Họ và tên"), max_length=120, required=False)
    birth = BirthField(label=_("Ngày sinh"), required=False)
    sex = forms.ChoiceField(label=_("Giới tính"), choices=[("", _("Giữ nguyên")), *SEXES.items()], required=False)
    number_type = forms.ChoiceField(label=_("Loại giấy tờ"), choices=TYPES, required=False)
    number = forms.CharField(label=_("Số giấy tờ đúng"), max_length=40, required=False)
    phone = forms.CharField(label=_("Điện thoại"), max_length=30, required=False)
    address = forms.CharField(label=_("Số nhà, đường"), max_length=200, required=False)
    commune = forms.CharField(label=_("Xã, phường nơi ở"), max_length=120, required=False, help_text=_("Ghi kèm quận, huyện hoặc tỉnh; tên cũ hay mới đều được"))
    reason = forms.CharField(label=_("Lý do và giấy tờ đã xem"), max_length=500)

    def clean_commune(self) -> str:
        """The key of the commune that was named."""
        text = self.cleaned_data["commune"]
        found = places.search_units(text, limit=6) if text else []
        if text and not found:
            raise forms.ValidationError(now_("Không thấy xã, phường này. Mời ghi thêm tên quận, huyện hoặc tỉnh"))
        alike = [one for one in found if one.name == found[0].name]
        exact = [one for one in alike if vietnamese.fold(one.path) == vietnamese.fold(text)]
        if len(alike) > 1 and not exact:
            named = "; ".join(one.path for one in alike[:NAMED])
            raise forms.ValidationError(now_("Nhiều nơi cùng tên này: %(places)s. Mời ghi đủ như một dòng ở đây") % {"places": named})
        return (exact or found)[0].key if found else ""


class Death(PageForm):
    """That the person died, as told or as on a paper."""

    died_on = DayField(label=_("Ngày mất"))
    death_told = forms.CharField(label=_("Ai báo, giấy tờ đã xem"), max_length=300)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["died_on"].latest = today  # type: ignore[attr-defined]


class Alive(PageForm):
    """That a death was written in error."""

    life_told = forms.CharField(label=_("Vì sao biết là ghi nhầm"), max_length=300)


def _open(request: HttpRequest, person_id: UUID, may: str, purpose: str) -> tuple[frame.Here, PersonDetails | None]:
    at = frame.here(request, may, where.person(person_id))
    details = people.details(person_id)
    if details is not None:
        at.looked(details.card.id, purpose=purpose)
    return at, details


def _back(person_id: UUID, purpose: str, done: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('command:person', kwargs={'person_id': person_id})}?vi={purpose}&xong={done}")


def correct(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Correct particulars. What a certificate says waits for a second pair of eyes once there is one."""
    at, details = _open(request, person_id, "people.correct", "correction")
    if details is None:
        return not_found(request)
    of_life = request.POST.get("act") == "life"
    form, life = Correct(None if of_life else request.POST or None), _life(details, request.POST if of_life else None, at)
    if request.method == "POST" and (life if of_life else form).is_valid():
        try:
            return _back(person_id, "correction", _lived(details, life, at) if of_life else _corrected(details, form.cleaned_data, at))
        except Refused as refusal:
            (life if of_life else form).refused(refusal, _field_of(refusal.code))
    return frame.page(request, "person_correct", "people", form=form, life=life, details=details, card=details.card, certified=_certified(details.card.id))


def _life(details: PersonDetails, told: Any, at: frame.Here) -> Death | Alive:
    return Alive(told) if details.card.died_on else Death(told, today=at.on)


def _lived(details: PersonDetails, form: Death | Alive, at: frame.Here) -> str:
    """Write a death, or take one back that was written in error; the reason stays with the act."""
    person, told = details.card.id, form.cleaned_data
    if isinstance(form, Alive):
        people_acts.withdraw_death(person=person, reason=told["life_told"], by=at.by, at=at.at)
        return "alive"
    people_acts.record_death(person=person, on=told["died_on"], reason=told["death_told"], by=at.by, at=at.at)
    return "died"


def _field_of(code: str) -> str | None:
    return {"names": "full_name", "births": "birth", "identifiers": "number", "phones": "phone"}.get(code.split(".", maxsplit=1)[0])


def _certified(person_id: UUID) -> bool:
    return any(card.state == "issued" for card in certificates.of_person(person_id))


def _corrected(details: PersonDetails, told: dict[str, Any], at: frame.Here) -> str:
    """Write the contact facts at once; the rest too, or as a case with its proposal when a certificate stands on it."""
    changes: dict[str, Any] = {name: told[name] for name in ("full_name", "sex", "phone", "address") if told[name]}
    if told["commune"]:
        changes["place_key"] = told["commune"]
    birth = PartialDate(*told["birth"]) if told["birth"] else None
    number = _number(told, details, birth)
    if birth:
        changes["birth"] = birth
    if number:
        changes["identifier"] = number
    if not changes:
        raise Refused("people.nothing_changed")
    grave = {name: value for name, value in changes.items() if name not in CONTACT}
    if not grave or not _certified(details.card.id):
        people_acts.correct_particulars(person=details.card.id, changes=changes, reason=told["reason"], by=at.by, at=at.at)
        return "corrected"
    light = {name: value for name, value in changes.items() if name in CONTACT}
    _propose(details, grave, told["reason"], at)
    if light:
        people_acts.correct_particulars(person=details.card.id, changes=light, reason=told["reason"], by=at.by, at=at.at)
    return "proposed"


def _number(told: dict[str, Any], details: PersonDetails, birth: PartialDate | None) -> Identified | None:
    if not told["number"]:
        return None
    return read_identifier(told["number"], told["number_type"] or "cccd", told["sex"] or details.card.sex, birth or details.card.birth)


def _propose(details: PersonDetails, grave: dict[str, Any], reason: str, at: frame.Here) -> None:
    said = {name: _plain(value) for name, value in grave.items()}
    right = {name: value["value"] if isinstance(value, dict) else value for name, value in said.items()}
    asked = CorrectionAsked("wrong_data", right=right, words=reason)
    case = cases.ask_correction(asked=asked, contact=ContactPoint(), person_id=details.card.id, channel="desk", by=at.by, at=at.at)
    cases.propose(case_id=case.id, proposal=Proposal(particulars=said), text=reason, by=at.by, at=at.at)


def _plain(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return value.iso()
    if isinstance(value, Identified):
        return {"type": str(value.type), "value": value.value, "country": value.country}
    return value


class Papers(PageForm):
    """Which paper was seen, and how."""

    how = forms.ChoiceField(label=_("Đã kiểm tra bằng cách nào"), choices=list(HOWS.items()), widget=forms.RadioSelect)
    number_type = forms.ChoiceField(label=_("Loại giấy tờ"), choices=TYPES, required=False)
    number = forms.CharField(label=_("Số trên giấy tờ"), max_length=40, required=False, help_text=_("Bỏ trống nếu đúng như số đã ghi trong hồ sơ"))


def identity(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record that a paper was seen which names this person."""
    at, details = _open(request, person_id, "people.correct", "identity")
    if details is None:
        return not_found(request)
    form = Papers(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            number = read_identifier(told["number"], told["number_type"] or None, details.card.sex, details.card.birth) if told["number"] else None
            state = people_acts.verify_identity(person=details.card.id, how=told["how"], identifier=number, by=at.by, at=at.at).state
        except Refused as refusal:
            form.refused(refusal, "number" if refusal.code.startswith(("identifiers.", "people.no_number")) else None)
        else:
            return _back(person_id, "identity", state)
    return frame.page(request, "person_papers", "people", form=form, details=details, card=details.card)


class Link(PageForm):
    """The phone that will open this record, and what the bearer is to the person."""

    phone = forms.CharField(label=_("Điện thoại sẽ mở sổ"), max_length=30)
    relation = forms.ChoiceField(
        label=_("Sổ này là của"), choices=[("self", _("Chính người cầm điện thoại")), *RELATIONS.items()], widget=forms.RadioSelect,
    )  # fmt: skip
    seen = forms.BooleanField(label=_("Tôi đã xem giấy tờ của người có hồ sơ và của người cầm điện thoại"))


def link(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Link a phone to a record in person, or lock a lost phone: the one named, else every one."""
    at, details = _open(request, person_id, "people.link", "link")
    if details is None:
        return not_found(request)
    if request.POST.get("act") == "lost":
        lost = _uuid(request.POST.get("link", ""))
        people_acts.report_lost_phone(person=details.card.id, link=lost, by=at.by, at=at.at)
        return _back(person_id, "link", "locked" if lost else "unlinked")
    form = Link(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people_acts.link_in_person(
                phone=form.cleaned_data["phone"], person=details.card.id, relation=form.cleaned_data["relation"], by=at.by, at=at.at
            )
        except Refused as refusal:
            form.refused(refusal, "phone")
        else:
            return _back(person_id, "link", "linked")
    return frame.page(request, "person_link", "people", form=form, card=details.card, links=people.links_of(details.card.id))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Refused("people.link_unknown") from None


class Dose(PageForm):
    """A dose given elsewhere, as its paper tells it."""

    vaccine = forms.ChoiceField(label=_("Vắc xin"))
    on_date = DayField(label=_("Ngày tiêm"))
    lot = forms.CharField(label=_("Số lô"), max_length=40, required=False)
    facility_code = forms.CharField(label=_("Mã cơ sở tiêm"), max_length=5, required=False, help_text=_("5 ký tự, nếu biết: cơ sở đó sẽ được hỏi để xác nhận"))
    place = forms.CharField(label=_("Nơi tiêm"), max_length=200, required=False)
    evidence = forms.ChoiceField(
        label=_("Bằng chứng"), choices=[("document", _("Đã xem giấy xác nhận")), ("statement", _("Theo lời kể"))], widget=forms.RadioSelect,
    )  # fmt: skip
    photo = forms.FileField(label=_("Ảnh giấy xác nhận"), required=False)


def dose(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record an earlier dose that was given elsewhere."""
    at, details = _open(request, person_id, "people.correct", "correction")
    if details is None:
        return not_found(request)
    form = Dose(request.POST or None, request.FILES or None)
    form.fields["vaccine"].choices = [(code, one.name) for code, one in sorted(campaigns.rulebook(at.on).vaccines.items())]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        photo = told["photo"]
        try:
            file = files.keep(photo.read(), name=photo.name, media_type=photo.content_type or "", purpose="evidence", by=at.by, at=at.at) if photo else None
            paper = Told(told["vaccine"], told["on_date"], lot=told["lot"], place=told["place"], facility_code=told["facility_code"])
            immunizations.record_elsewhere(person_id=details.card.id, told=paper, evidence=told["evidence"], file=file, by=at.by, at=at.at)
        except Refused as refusal:
            form.refused(refusal, {"immunizations.facility_unknown": "facility_code", "plumbing.file_too_large": "photo"}.get(refusal.code, "on_date"))
        else:
            return _back(person_id, "correction", "dose")
    return frame.page(request, "person_dose", "people", form=form, card=details.card)
