"""Corrections by the lead: alone until the day closes, with a second pair of eyes after."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.access import actions as access
from khien.kernel import clock, codes, names
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.stock import queries as stock
from khien.surfaces.station.asking import Here, here
from khien.surfaces.station.keying_form import HourField
from khien.surfaces.web import visitor
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.locale import lang
from khien.visits import actions as visits
from khien.visits import queries
from khien.visits.views import VisitCard

MOST, SHOWN = 5000, 20  # visits of a session looked through; names shown
HOWS = [("card", _("Quét căn cước")), ("typed", _("Nhìn căn cước")), ("spoken", _("Hỏi miệng")), ("slip", _("Quét phiếu"))]


class CorrectForm(PageForm):
    """What a lead may put right, with the reason; empty boxes stay as they are."""

    identity_how = forms.ChoiceField(label=_("Cách xem giấy tờ"), choices=[("", _("Giữ nguyên")), *HOWS], required=False)
    lot = forms.ChoiceField(label=_("Lô đã tiêm"), required=False)
    injected = HourField(label=_("Giờ tiêm"), required=False)
    injector = forms.CharField(label=_("Người tiêm"), max_length=120, required=False)
    reason = forms.CharField(label=_("Lý do sửa"), max_length=200)
    second_username = forms.CharField(label=_("Tài khoản người thứ hai"), max_length=60, required=False)
    second_password = forms.CharField(label=_("Mật khẩu người thứ hai"), max_length=200, required=False)
    second_totp = forms.CharField(label=_("Mã 6 số người thứ hai"), max_length=12, required=False)

    def __init__(self, data: Any, lots: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["lot"].choices = [("", _("Giữ nguyên")), *lots]  # type: ignore[attr-defined]


def find(request: HttpRequest, session: UUID) -> HttpResponse:
    """Choose the visit to correct: by its number, its slip or a part of the name."""
    at = here(request, session, "visit.correct")
    text = request.POST.get("so", "").strip()
    found = _called(session, text) if text else []
    at.looked(*(card.person_id for card in found), purpose="correction")
    return render(request, "station/correct_find.html", {"here": at, "found": [_line(card) for card in found], "text": text})


def _called(session: UUID, text: str) -> list[VisitCard]:
    """The visits whom this number, slip code or name calls; a name with or without accents, its words in any order."""
    if codes.is_slip_code(text):
        known = queries.visit_by_code(text, session_id=session)
        return [known] if known and known.session_id == session else []
    cards = queries.visits_of_session(session, limit=MOST)
    numbered = [card for card in cards if str(card.number) == text.upper()]
    asked = "" if text.isdigit() else text
    return numbered or [card for card in cards if asked and names.finds(asked, names.name_key(card.full_name))][:SHOWN]


def _line(card: VisitCard) -> dict[str, Any]:
    return {"card": card, "state": queries.LABELS[card.state][int(lang() == "en")]}


def correct(request: HttpRequest, session: UUID, visit: UUID) -> HttpResponse:
    """Put one visit right, or say that its dose was never given."""
    at = here(request, session, "visit.correct")
    card = queries.visit(visit)
    if card is None:
        raise Refused("visits.unknown")
    at.looked(card.person_id, purpose="correction")
    lots = [(str(one.lot.id), f"{one.lot.number}, {short_vaccine(one.lot.vaccine)}") for one in stock.lots_at(at.session.site_id) if stock.rules.is_vaccine(one.lot.vaccine)]
    form = CorrectForm(request.POST or None, lots)
    if request.method == "POST" and form.is_valid():
        try:
            _apply(request, at, card, form)
            return HttpResponseRedirect(f"{reverse('station:correct', kwargs={'session': session, 'visit': visit})}?xong=1")
        except Refused as refusal:
            form.refused(refusal)
    lot = stock.lot(card.lot_id) if card.lot_id else None
    return render(request, "station/correct.html", {
        "here": at, **_line(card), "form": form, "lot": lot, "done": request.GET.get("xong"), "second": at.session.state == "closed",
        "story": queries.story(card.ref), "hows": dict(HOWS),
    })  # fmt: skip


def _apply(request: HttpRequest, at: Here, card: VisitCard, form: CorrectForm) -> None:
    """Do what the form asks. Raises Refused visits.nothing_changed and those of the corrections."""
    told = form.cleaned_data
    common: dict[str, Any] = {"visit": card.ref, "reason": told["reason"], "by": at.by, "at": at.at, "second_by": _second(request, at, told)}
    if request.POST.get("act") == "cancel_dose":
        visits.cancel_dose(**common)
        return
    dose: dict[str, Any] = {}
    if told["lot"]:
        dose["lot_id"] = UUID(told["lot"])
    if told["injected"]:
        dose["performed_at"] = clock.at_local(at.session.on_date, *told["injected"])
    if told["injector"]:
        dose |= {"performed_by": None, "performed_by_name": told["injector"]}
    if not dose and not told["identity_how"]:
        raise Refused("visits.nothing_changed")
    if told["identity_how"]:
        visits.correct_step(changes={"identity_how": told["identity_how"]}, **common)
    if dose:
        visits.correct_dose(changes=dose, **common)


def _second(request: HttpRequest, at: Here, told: dict[str, Any]) -> Actor | None:
    """The second person, who signs with their own account. Raises Refused access.sign_in_failed, visits.second_person_may_not."""
    if not told["second_username"]:
        return None
    staff = access.sign_in(
        username=told["second_username"], password=told["second_password"], totp=told["second_totp"], device=visitor.address(request), at=at.at
    )
    if not staff.may("people.correct", at.session.place):
        raise Refused("visits.second_person_may_not")
    return staff.actor("people.correct", at.session.place)
