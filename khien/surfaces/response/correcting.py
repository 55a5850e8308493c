"""Corrections at work: one proposes what is to change, another looks at before, after and the paper, and decides."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from khien.campaigns import queries as campaigns
from khien.cases import actions
from khien.cases import queries as cases
from khien.cases.types import AskedDose, CaseView, CorrectionView, Proposal
from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.kernel import clock, countries
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.people.types import MergeInfo, PersonDetails
from khien.surfaces.response import attached, other, person, was
from khien.surfaces.response.frame import Here, here, page, said
from khien.surfaces.response.words import FIELDS, SEXES, country_words, field_words
from khien.surfaces.web import guard, say
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import BirthField, DayField, PageForm
from khien.surfaces.web.locale import lang

TEXTS = ("full_name", "identifier", "phone", "email", "address", "nationality")


@dataclass(frozen=True)
class Change:
    """One line of before and after."""

    what: str
    before: str
    after: str


class ProposeForm(PageForm):
    """What is to be changed; empty boxes stay as they are. Only changed dose boxes are changes."""

    full_name = forms.CharField(label=gettext_lazy("Họ và tên"), max_length=100, required=False)
    birth = BirthField(label=gettext_lazy("Ngày sinh"), required=False)
    sex = forms.ChoiceField(label=gettext_lazy("Giới tính"), choices=[("", gettext_lazy("Giữ nguyên")), *SEXES], required=False)
    identifier = forms.CharField(label=gettext_lazy("Số giấy tờ"), max_length=40, required=False)
    phone = forms.CharField(label=gettext_lazy("Số điện thoại"), max_length=30, required=False)
    email = forms.CharField(label=gettext_lazy("Email"), max_length=120, required=False)
    address = forms.CharField(label=gettext_lazy("Địa chỉ"), max_length=200, required=False)
    nationality = forms.CharField(label=gettext_lazy("Quốc tịch"), max_length=60, required=False)
    record = forms.ChoiceField(label=gettext_lazy("Sửa mũi"), required=False)
    record_vaccine = forms.ChoiceField(label=gettext_lazy("Vắc xin đúng"), required=False)
    record_on = DayField(label=gettext_lazy("Ngày tiêm đúng"), required=False)
    record_lot = forms.CharField(label=gettext_lazy("Số lô đúng"), max_length=40, required=False)
    record_error = forms.BooleanField(label=gettext_lazy("Mũi này chưa từng tiêm: gạch khỏi sổ"), required=False)
    add_vaccine = forms.ChoiceField(label=gettext_lazy("Thêm mũi: vắc xin"), required=False)
    add_on = DayField(label=gettext_lazy("Thêm mũi: ngày tiêm"), required=False)
    add_lot = forms.CharField(label=gettext_lazy("Thêm mũi: số lô"), max_length=40, required=False)
    add_place = forms.CharField(label=gettext_lazy("Thêm mũi: nơi tiêm"), max_length=200, required=False)
    verify = forms.BooleanField(label=gettext_lazy("Đã xem giấy tờ: xác minh danh tính"), required=False)
    why = forms.CharField(label=gettext_lazy("Căn cứ để sửa"), widget=forms.Textarea, max_length=1000)

    def __init__(self, *args: Any, doses: Any, on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(one.code, one.short_en if lang() == "en" else one.short_vi) for one in campaigns.vaccines(on)]
        own = [(str(one.record_id), f"{one.vaccine_name}, {one.on_date:%d/%m/%Y}, {one.lot_number}") for one in doses]
        for name, choices in (("record", own), ("record_vaccine", known), ("add_vaccine", known)):
            self.fields[name].choices = [("", pgettext("mục", "Không")), *choices]  # type: ignore[attr-defined]

    def clean_nationality(self) -> str:
        told: str = self.cleaned_data.get("nationality") or ""
        try:
            return countries.read_country(told) if told.strip() else ""
        except Refused:
            raise forms.ValidationError(_("Không rõ là nước nào. Mời ghi tên nước, ví dụ Việt Nam")) from None

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if bool(told.get("add_vaccine")) != bool(told.get("add_on")) and not self.errors:
            self.add_error("add_on" if told.get("add_vaccine") else "add_vaccine", _("Thêm mũi cần cả vắc xin và ngày tiêm"))
        if not told.get("record") and (told.get("record_vaccine") or told.get("record_on") or told.get("record_lot") or told.get("record_error")):
            self.add_error("record", _("Mời chọn mũi cần sửa"))
        return told

    def proposal(self) -> Proposal:
        """The proposal as the room takes it."""
        told = self.cleaned_data
        particulars: dict[str, Any] = {name: told[name] for name in (*TEXTS, "sex") if told.get(name)}
        if told.get("birth"):
            particulars["birth"] = PartialDate(*told["birth"]).iso()
        changes = {
            name: value for name, value in (
                ("vaccine", told["record_vaccine"]), ("on_date", told["record_on"].isoformat() if told["record_on"] else ""), ("lot_number", told["record_lot"]),
            ) if value
        }  # fmt: skip
        chosen = told["record"]
        return Proposal(
            particulars=particulars, records={chosen: changes} if chosen and changes and not told["record_error"] else {},
            errors=(UUID(chosen),) if chosen and told["record_error"] else (),
            add=(AskedDose(told["add_vaccine"], told["add_on"], told["add_lot"], told["add_place"]),) if told["add_vaccine"] else (),
            verify="card_seen" if told["verify"] else "",
        )  # fmt: skip


def _found(request: HttpRequest, case_id: UUID, may: str) -> tuple[Here, CaseView | None]:
    at = here(request, may, cases.case_place(case_id))
    view = cases.case(case_id, at.at)
    if view is None or view.correction is None:
        return at, None
    if view.line.person_id:
        at.looked(view.line.person_id, purpose="correction", once_since=at.at.replace(minute=0, second=0))
    return at, view


def propose(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Propose what to change, beside what was asked; a new proposal takes the place of the one before."""
    at, view = _found(request, case_id, "people.correct")
    if view is None or view.correction is None:
        return guard.refuse(request, 404)
    if view.line.person_id is None:
        return page(request, "no_person", 409, case_id=case_id)
    on = clock.on_date(at.at)
    mine = other.side(view.line.person_id, on)
    theirs = other.chosen(request.GET.get("kia", ""), view.line.person_id, on)
    if theirs is not None:
        if not other.may(at, "people.correct", [theirs.id]):
            return guard.refuse(request, 403)
        at.looked(theirs.id, purpose="correction", once_since=at.at.replace(minute=0, second=0))
    found, act = None, request.POST.get("act", "")
    if act == "find":
        found = [one for one in person.find(request.POST.get("q", "").strip(), at) if mine is None or one.id != mine.id]
    posted = request.POST if request.method == "POST" and act != "find" else None
    form = ProposeForm(posted, initial=_asked(view.correction), doses=mine.doses if mine else (), on=on)
    if posted is not None and form.is_valid():
        try:
            proposal = other.with_other(form.proposal(), request, mine, theirs)
            if proposal.merge and (proposal.move or proposal.give):
                raise Refused("cases.merge_or_move")
            actions.propose(case_id=case_id, proposal=proposal, text=form.cleaned_data["why"], by=at.by, at=at.at)
            return HttpResponseRedirect(reverse("response:case", kwargs={"case_id": case_id}))
        except Refused as refusal:
            form.refused(refusal)
    return page(
        request, "propose", 422 if form.errors else 200, case_id=case_id, view=view, form=form, now_has=_particulars(mine.details if mine else None),
        field_words=field_words, asked=view.correction.asked, mine=mine, theirs=theirs, theirs_has=_particulars(theirs.details if theirs else None), found=found,
        ticked={name: request.POST.getlist(name) for name in ("move", "give", "merge")},
    )  # fmt: skip


def _asked(correction: CorrectionView) -> dict[str, Any]:
    """What was asked, already in the boxes."""
    told: dict[str, Any] = {name: value for name, value in correction.asked.right.items() if name in FIELDS}
    if "birth" in told:
        try:
            birth = PartialDate.from_iso(str(told["birth"]))
            told["birth"] = (birth.year, birth.month, birth.day)
        except Refused:
            del told["birth"]
    if correction.asked.doses:
        dose = correction.asked.doses[0]
        told |= {"add_vaccine": dose.vaccine, "add_on": dose.on_date, "add_lot": dose.lot, "add_place": dose.place}
    return told


def _particulars(details: PersonDetails | None) -> dict[str, str]:
    """The facts as they stand, field by field."""
    if details is None:
        return {}
    card = details.card
    birth = say.partial_date(card.birth.year, card.birth.month, card.birth.day)
    return {
        "full_name": card.full_name, "birth": birth, "sex": str(dict(SEXES).get(card.sex, card.sex)), "identifier": details.identifier,
        "phone": say.phone(details.phone) if details.phone else "", "email": details.email, "address": details.address, "nationality": country_words(card.nationality),
    }  # fmt: skip


def decide(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """See before, after and the paper; accept all of it, send it back, or decline with a reason. Never one's own proposal."""
    at, view = _found(request, case_id, "cases.decide_correction")
    if view is None or view.correction is None:
        return guard.refuse(request, 404)
    act, reason, wrong = request.POST.get("act", ""), request.POST.get("reason", ""), ""
    others = other.concerned(view.correction.proposal)
    far = not other.may(at, "cases.decide_correction", others)
    at.looked(*(() if far else others), purpose="correction", once_since=at.at.replace(minute=0, second=0))
    if request.method == "POST":
        try:
            if far and act in ("accept", "undo"):
                raise Refused("cases.other_person_far")
            if act in ("undo", "keep"):
                actions.undo_merge_of_case(case_id=case_id, reason=reason, by=at.by, at=at.at, withdraw=act == "keep")
            if act == "back":
                actions.send_back(case_id=case_id, reason=reason, by=at.by, at=at.at)
            elif act in ("accept", "decline"):
                actions.decide_correction(case_id=case_id, accept=act == "accept", reason=reason, by=at.by, at=at.at)
            return HttpResponseRedirect(reverse("response:decide", kwargs={"case_id": case_id}))
        except Refused as refusal:
            wrong = said(refusal)
    own = view.correction.proposed_by == at.by.text
    past = certificates.of_person(view.line.person_id, past=True) if view.line.person_id else []
    return page(
        request, "decide", 409 if wrong else 200, case_id=case_id, view=view, correction=view.correction, changes=_changes(view), wrong=wrong, reason=reason,
        own=own, certificates=past, inline=_inline(view.correction), answered=[(one, attached.shown_inline(UUID(one))) for one in attached.of_answers(view)], versions=_versions(view), far=far, sides=[] if far else _sides(view, others, clock.on_date(at.at)),
        undo=_undo(view), mine=at.by.text, field_words=field_words,
    )  # fmt: skip


def _sides(view: CaseView, others: tuple[UUID, ...], on: Any) -> list[tuple[str, dict[str, str], Any]]:
    """Everybody whom the proposal touches, side by side; only while it is undecided."""
    if view.correction is None or view.correction.state != "proposed" or not others or view.line.person_id is None:
        return []
    found = [other.side(one, on) for one in (view.line.person_id, *others)]
    names = [_("Hồ sơ của yêu cầu"), *([_("Người kia")] * len(others))]
    return [(name, _particulars(one.details), one.doses) for name, one in zip(names, found, strict=True) if one]


def _undo(view: CaseView) -> MergeInfo | None:
    """A merge made here that still stands and may be taken apart."""
    loser = view.correction.proposal.merge if view.correction and view.correction.proposal else None
    if loser is None or view.correction is None or view.correction.state != "done" or view.line.person_id is None:
        return None
    return next((one for one in people.merges_of(view.line.person_id) if one.loser_id == loser), None)


def _changes(view: CaseView) -> list[Change]:
    """Every change that the proposal makes, before and after."""
    proposal, person = view.correction.proposal if view.correction else None, view.line.person_id
    if proposal is None or person is None:
        return []
    done = view.correction is not None and view.correction.state == "done"
    decided = view.correction.decided_at if view.correction and done else None
    versions = view.correction.versions if view.correction else {}
    had = was.particulars(person, decided) if decided else _particulars(people.details(person))
    found = [Change(field_words(name), had.get(name, ""), _after(name, value)) for name, value in proposal.particulars.items()]
    for key, changes in proposal.records.items():
        record = was.record(UUID(str(key)), versions[str(key)]) if decided and str(key) in versions else immunizations.record(UUID(str(key)))
        for name, value in changes.items():
            words = _vaccine if name == "vaccine" else _text
            found.append(Change(f"{_('Mũi')} {record.on_date:%d/%m/%Y}: {field_words(name)}" if record else field_words(name), words(getattr(record, name, "")), words(value)))
    for record_id in proposal.errors:
        record = immunizations.record(record_id)
        found.append(Change(_("Mũi"), f"{record.vaccine_name}, {record.on_date:%d/%m/%Y}" if record else "", _("gạch khỏi sổ")))
    found += [Change(_("Thêm mũi"), "", ", ".join(filter(None, [_vaccine(one.vaccine), f"{one.on_date:%d/%m/%Y}", one.lot, one.place]))) for one in proposal.add]
    done_already = "" if done else _("ở hồ sơ khác")
    for record_id in proposal.move:
        found.append(Change(_dose(record_id), done_already, _("về hồ sơ này")))
    for key in proposal.give:
        found.append(Change(_dose(UUID(key)), _("ở hồ sơ này"), _("sang hồ sơ người kia")))
    found += [Change(_("Gộp hồ sơ"), _("hai hồ sơ"), _("một hồ sơ; tách lại được"))] if proposal.merge else []
    found += [Change(_("Xác minh danh tính"), "", _("đã xem giấy tờ"))] if proposal.verify else []
    return found or [Change(_("Chứng nhận"), _("thiếu"), _("cấp nếu đủ điều kiện"))]


def _dose(record_id: UUID) -> str:
    record = immunizations.record(record_id)
    return f"{_('Mũi')} {record.vaccine_name}, {record.on_date:%d/%m/%Y}" if record else _("Mũi")


def _after(name: str, value: Any) -> str:
    if name == "birth":
        birth = PartialDate.from_iso(str(value))
        return say.partial_date(birth.year, birth.month, birth.day)
    if name == "sex":
        return str(dict(SEXES).get(value, value))
    if name == "nationality":
        return country_words(str(value))
    return str(value["value"]) if isinstance(value, dict) else str(value)


def _vaccine(code: Any) -> str:
    return short_vaccine(str(code)) if code else ""


def _text(value: Any) -> str:
    text = str(value or "")
    parts = text.split("-")
    return "/".join(reversed(parts)) if len(text) == 10 and len(parts) == 3 else text


def _versions(view: CaseView) -> list[tuple[str, int]]:
    """The doses that were corrected and their version now."""
    proposal = view.correction.proposal if view.correction else None
    if proposal is None or view.correction is None or view.correction.state != "done":
        return []
    records = [immunizations.record(UUID(str(key))) for key in proposal.records]
    return [(f"{one.vaccine_name}, {one.on_date:%d/%m/%Y}", one.version) for one in records if one]


def _inline(correction: CorrectionView) -> bool:
    """Whether a browser shows the paper by itself."""
    return correction.evidence_file is not None and attached.shown_inline(correction.evidence_file)


def photo(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The paper sent as evidence, to who decides; the look is logged."""
    _at, view = _found(request, case_id, "cases.decide_correction")
    file = view.correction.evidence_file if view and view.correction else None
    if file is None:
        return guard.refuse(request, 404)
    return attached.served(file)
