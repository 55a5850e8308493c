"""Look-up: a slip's code, or a number and a birth date; then a code to the phone on the record. Everyone gets the same answer."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.cases import queries as cases
from khien.kernel import clock, codes, identifiers
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.people.types import PhoneProof
from khien.plumbing import audit
from khien.registration import actions as registering
from khien.registration import queries as registration
from khien.surfaces.web import slips, visitor
from khien.surfaces.web.countries import CountryField
from khien.surfaces.web.forms import BirthField, PageForm
from khien.surfaces.web.locale import lang

MEMO = "tra_cuu"
OPEN_FOR = timedelta(minutes=30)
PAPERS = [("cccd", _("Căn cước, số định danh")), ("cmnd", _("Chứng minh nhân dân cũ")), ("passport", _("Hộ chiếu"))]


class SlipForm(PageForm):
    """The code on a slip, in a message or on a confirmation."""

    code = forms.CharField(
        label=_("Mã trên phiếu hoặc trong tin nhắn"), help_text=_("11 chữ số, ví dụ 123 4567 8901"), max_length=20
    )

    def clean_code(self) -> str:
        try:
            return codes.read_slip_code(self.cleaned_data["code"])
        except Refused as refusal:
            self.refused(refusal, "code")
            return ""


class NumberForm(PageForm):
    """A number and the birth date that goes with it."""

    paper = forms.ChoiceField(label=_("Loại giấy tờ"), choices=PAPERS, widget=forms.RadioSelect, initial="cccd")
    number = forms.CharField(label=_("Số giấy tờ"), max_length=40)
    country = CountryField(label=_("Nước cấp (nếu là hộ chiếu)"), required=False)
    birth = BirthField(
        label=_("Ngày sinh"),
        help_text=_("Chỉ nhớ năm thì ghi năm"),
        error_messages={"required": _("Mời ghi ngày sinh, hoặc chỉ năm sinh")},
    )

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if not told.get("number") or not told.get("birth") or not told.get("paper"):
            return told
        country = told.get("country") if told["paper"] == "passport" else None
        try:
            told["identified"] = identifiers.read_identifier(
                told["number"], told["paper"], None, PartialDate(*told["birth"]), country or None
            )
        except Refused as refusal:
            self.refused(refusal, "number")
        return told


class CodeForm(PageForm):
    """The code that was sent, if it was."""

    code = forms.CharField(label=_("Mã trong tin nhắn"), max_length=12)


def index(request: HttpRequest) -> HttpResponse:
    """Ask which record; whatever is typed, the next page is the same."""
    by_number = request.GET.get("cach") != "ma"
    kind = NumberForm if by_number else SlipForm
    form = kind(request.POST) if request.method == "POST" else None  # nothing typed: the empty fields are drawn once for all visitors
    if request.GET.get("diem"):
        request.session["dat_cho"] = request.GET["diem"][:40]
    if form is not None and form.is_valid():
        try:
            return _ask(request, form)
        except Refused as refusal:
            form.refused(refusal)
    told = {"form": form, "kind": kind, "by_number": by_number, "back_to": "/"}
    return render(request, "portal/lookup.html", told, status=200 if form is None else 422)


def _ask(request: HttpRequest, form: SlipForm | NumberForm) -> HttpResponse:
    told, at = form.cleaned_data, clock.now()
    ways: dict[str, Any] = {
        "device": visitor.device(request),
        "at": at,
        "language": lang(),
        "address": visitor.address(request),
    }
    memo, phone = {}, ""
    if isinstance(form, SlipForm):
        person, asked = slips.holder_of(told["code"]), told["code"]
        if case := cases.contact_by_code(asked):
            memo, phone = {"case": case[0]}, case[1].phone
    else:
        person = people.holder_born(told["identified"], PartialDate(*told["birth"]))
        asked = f"{told['identified'].type}:{told['identified'].country}:{told['identified'].value}"
    purpose = "correction" if phone else "lookup"
    challenge = people_actions.ask_code_of_record(person=person, purpose=purpose, asked=asked, phone=phone, **ways)
    request.session[MEMO] = {"challenge": str(challenge), **memo}
    return HttpResponseRedirect(reverse("portal:lookup_code"))


def code(request: HttpRequest) -> HttpResponse:
    """If it matches a record, a code was sent; the same page for everyone."""
    memo = request.session.get(MEMO)
    if not memo or "challenge" not in memo:
        return HttpResponseRedirect(reverse("portal:lookup"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proof = people_actions.check_code(
                challenge=UUID(memo["challenge"]),
                code=form.cleaned_data["code"],
                device=visitor.device(request),
                at=clock.now(),
            )
        except Refused as refusal:
            form.refused(refusal, "code")
        else:
            return _opened(request, memo, proof)
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/lookup_code.html", {"form": form, "back_to": reverse("portal:lookup")}, status=status)


def _opened(request: HttpRequest, memo: dict[str, str], proof: PhoneProof) -> HttpResponse:
    """Remember what the code opened: a request's story, or a person's record."""
    request.session.cycle_key()
    request.session[MEMO] = {"at": clock.now().isoformat()}
    if "case" in memo:
        request.session[MEMO] |= {"case": memo["case"]}
        return HttpResponseRedirect(reverse("portal:answer"))
    _proved_late(request, proof)
    audit.record("portal.record_opened", by=actor(), at=clock.now(), person=proof.person_id)
    request.session[MEMO] |= {"person": str(proof.person_id)}
    return HttpResponseRedirect(reverse("portal:book" if request.session.get("dat_cho") else "portal:record"))


def _proved_late(request: HttpRequest, proof: PhoneProof) -> None:
    """A registration whose code never came is proved by the code that came now."""
    asked = registration.of_person(proof.person_id) if proof.person_id else None
    if asked is not None and not asked.phone_verified:
        ways: dict[str, Any] = {"challenge": proof.challenge_id, "device": visitor.device(request), "by": actor(), "at": clock.now()}
        registering.verify_phone(registration=asked.id, **ways)


def proven_case(request: HttpRequest, at: datetime) -> str:
    """The code of the request that this browser opened within the last half hour of use; "" when none."""
    return _fresh(request, "case", at)


def proven(request: HttpRequest, at: datetime) -> UUID | None:
    """Whose record this browser opened by a code within the last half hour of use; none once that phone was reported lost."""
    found = _fresh(request, "person", at)
    return people.opened_by_code(UUID(found)) if found else None


def _fresh(request: HttpRequest, what: str, at: datetime) -> str:
    memo = request.session.get(MEMO) or {}
    if what not in memo or "at" not in memo or datetime.fromisoformat(memo["at"]) < at - OPEN_FOR:
        return ""
    request.session[MEMO] = {**memo, "at": at.isoformat()}
    return str(memo[what])


def actor() -> Actor:
    """A citizen who proved the phone of a record and has no account."""
    return Actor("citizen", label="lookup")


def leave(request: HttpRequest) -> HttpResponse:
    """Close the record on this device."""
    if request.method == "POST":
        request.session.pop(MEMO, None)
        request.session.pop("dat_cho", None)
    return HttpResponseRedirect(reverse("portal:lookup"))
