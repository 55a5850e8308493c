"""Doses in doubt (a bad vial, one dose recorded twice): who has the right decides whether each counts or is given again."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.cases import actions as case_acts
from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.places import queries as places
from khien.surfaces.command import frame, where
from khien.surfaces.command.words import VALIDITY
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.say_doses import dose_name

MOST = 50
COUNTS = {"counts": _("Mũi này tính: người này không phải tiêm lại"), "repeat": _("Mũi này không tính: phải tiêm lại")}


class Decision(PageForm):
    """What becomes of the dose, and why."""

    what = forms.ChoiceField(label=_("Quyết định"), choices=list(COUNTS.items()))
    why = forms.CharField(label=_("Căn cứ và người chịu trách nhiệm chuyên môn"), max_length=500, widget=forms.Textarea)
    together = forms.BooleanField(label=_("Quyết định như vậy cho cả các mũi khác của lô này ở điểm này đang chờ vì cùng lý do"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


def index(request: HttpRequest) -> HttpResponse:
    """The doses that wait for a decision inside my reach, the oldest first; names are seen, so each look is logged."""
    at = frame.here(request, "doses.decide")
    doses = immunizations.in_doubt(frame.reach(at.scopes), limit=MOST)
    cards = people.cards_of({one.person_id for one in doses})
    at.looked(*{card.id for card in cards.values()}, purpose="dose_review", once_since=at.at.replace(minute=0, second=0))
    named = places.sites_by_id({one.site_id for one in doses if one.site_id})
    rows = [(one, cards[one.person_id], named.get(one.site_id) if one.site_id else None) for one in doses if one.person_id in cards]
    return frame.page(request, "doubts", "doubts", rows=rows, most=MOST, done=request.GET.get("xong", ""), dose_name=dose_name)


def decide(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One dose with everything it says, the whole course beside it, and the decision."""
    at = frame.here(request, "doses.decide", where.dose(record_id))
    dose = immunizations.record(record_id)
    card = people.person(dose.person_id) if dose else None
    if dose is None or card is None or dose.status != "completed":
        return not_found(request)
    at.looked(card.id, purpose="dose_review", once_since=at.at.replace(minute=0, second=0))
    form = Decision(request.POST or None, initial={"version": dose.version})
    alike = immunizations.doubted_alike(dose)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            case_acts.decide_dose(
                record_id=record_id, counts=told["what"] == "counts", reason=told["why"], expected_version=told["version"], by=at.by, at=at.at
            )
            also = case_acts.decide_doses(record_ids=alike, counts=told["what"] == "counts", reason=told["why"], by=at.by, at=at.at) if told["together"] else 0
            return HttpResponseRedirect(reverse("command:doubts") + f"?xong={also + 1}")
        except Refused as refusal:
            form.refused(refusal)
    return frame.page(request, "doubt", "doubts", status=422 if form.errors else 200, form=form, alike=len(alike), **_facts(dose, card, at))


def _facts(dose: Any, card: Any, at: frame.Here) -> dict[str, Any]:
    held = next((one for one in certificates.of_person(card.id) if one.record_id == dose.record_id), None)
    words = "" if held is None or held.state == "issued" else frame.said(Refused(f"certificates.{held.hold}", **held.hold_facts))
    return {
        "dose": dose, "card": card, "history": immunizations.history(card.id, at.on), "site": places.site(dose.site_id) if dose.site_id else None, "validity": VALIDITY,
        "certificate": held, "hold": words, "dose_name": dose_name, "versions": immunizations.versions(dose.record_id),
    }  # fmt: skip
