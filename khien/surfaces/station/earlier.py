"""A dose given elsewhere before: added with what stands behind it; it never enters this point's stock or report."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khien.campaigns import queries as campaigns
from khien.immunizations import actions as immunizations
from khien.immunizations import queries as record
from khien.immunizations.actions import Told
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.plumbing import files
from khien.registration import queries as registrations
from khien.registration.types import DeclaredDoses
from khien.surfaces.station.asking import Here, here
from khien.surfaces.web import evidence
from khien.surfaces.web.forms import DayField, PageForm
from khien.visits import queries as visits

LARGEST = 5 << 20  # octets of a photo
EVIDENCE = [("document", gettext_lazy("Đã xem giấy xác nhận")), ("statement", gettext_lazy("Theo lời kể"))]
FIELDS = {"immunizations.facility_unknown": "facility_code", "plumbing.file_too_large": "photo", "immunizations.vaccine_missing": "vaccine"}


class EarlierForm(PageForm):
    """The dose as its paper or its person tells it."""

    vaccine = forms.ChoiceField(label=gettext_lazy("Vắc xin"))
    on_date = DayField(label=gettext_lazy("Ngày tiêm"))
    lot = forms.CharField(label=gettext_lazy("Số lô"), max_length=40, required=False)
    place = forms.CharField(label=gettext_lazy("Nơi tiêm"), max_length=200, required=False)
    facility_code = forms.CharField(label=gettext_lazy("Mã cơ sở tiêm"), max_length=5, required=False, help_text=gettext_lazy("5 ký tự trên giấy; cơ sở đó sẽ được hỏi lại"))
    evidence = forms.ChoiceField(label=gettext_lazy("Căn cứ"), choices=EVIDENCE, widget=forms.RadioSelect)
    photo = forms.FileField(label=gettext_lazy("Ảnh giấy xác nhận"), required=False)

    def clean_photo(self) -> Any:
        photo = self.cleaned_data["photo"]
        if photo and not evidence.media_type(photo):
            raise forms.ValidationError(_("Chụp ảnh giấy, hoặc chọn tệp PDF"))
        if photo and photo.size > LARGEST:
            raise forms.ValidationError(_("Ảnh quá 5 MB: chụp lại ở cỡ nhỏ hơn"))
        return photo


def add(request: HttpRequest, session: UUID, visit: UUID) -> HttpResponse:
    """Add an earlier dose of the person of this visit; then back to the desk."""
    at = here(request, session, "visit.history")
    card = visits.visit(visit)
    person = people.person(card.person_id) if card else None
    if card is None or person is None:
        raise Refused("visits.unknown")
    history = record.history(card.person_id, at.session.on_date)
    declared = registrations.declared_doses([person.id]).get(person.id)
    if declared and not declared.unrecorded(dose.on_date for dose in history.doses):
        declared = None
    form = EarlierForm(request.POST or None, request.FILES or None, initial=_told(declared))
    book = campaigns.rulebook(at.session.on_date).vaccines
    form.fields["vaccine"].choices = [("", _("Chọn vắc xin")), *((code, one.short_vi) for code, one in sorted(book.items()))]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            _record(card.person_id, form.cleaned_data, at)
        except Refused as refusal:
            form.refused(refusal, FIELDS.get(refusal.code, "on_date"))
        else:
            return HttpResponseRedirect(f"{reverse('station:earlier', kwargs={'session': session, 'visit': visit})}?xong=1")
    at.looked(card.person_id, purpose="screening")
    vaccine = book.get(declared.vaccine) if declared else None
    return render(request, "station/earlier.html", {"here": at, "form": form, "card": card, "history": history, "declared": declared, "vaccine": vaccine, "done": request.GET.get("xong")})


def _told(declared: DeclaredDoses | None) -> dict[str, Any]:
    """The last dose as it was declared, to be held against its paper."""
    return {"vaccine": declared.vaccine, "on_date": declared.on, "lot": declared.lot, "place": declared.place} if declared else {}


def _record(person_id: UUID, told: dict[str, Any], at: Here) -> None:
    """Keep the photo and the dose. Raises Refused of both."""
    photo = told["photo"]
    kept = files.keep(photo.read(), name="anh-giay", media_type=evidence.media_type(photo), purpose="evidence", by=at.by, at=at.at) if photo else None
    paper = Told(told["vaccine"], told["on_date"], lot=told["lot"], place=told["place"], facility_code=told["facility_code"].strip())
    immunizations.record_elsewhere(person_id=person_id, told=paper, evidence=told["evidence"], file=kept, by=at.by, at=at.at)
