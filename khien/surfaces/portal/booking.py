"""Choose an hour: for a person whose record a code has just opened, at points whose sessions anyone may book."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.booking import actions as booking
from khien.booking import queries as bookings
from khien.booking.types import OpenSlot
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.places import queries as places
from khien.registration import queries as registrations
from khien.surfaces.portal import lookup
from khien.surfaces.web import say
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import PageForm

MOST = 60


class SlotForm(PageForm):
    """One hour at one point."""

    slot = forms.ChoiceField(label=_("Giờ tiêm"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, slots: list[OpenSlot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = [(str(one.slot.id), say.hm(one.slot.starts_at)) for one in slots]  # type: ignore[attr-defined]
        self.fields["slot"].error_messages["required"] = _("Mời chọn một giờ")
        self.fields["slot"].error_messages["invalid_choice"] = _("Giờ này vừa hết chỗ. Mời chọn giờ khác.")


def book(request: HttpRequest) -> HttpResponse:
    """Take an hour, or another hour for the appointment that stands."""
    at = clock.now()
    if request.GET.get("diem"):
        request.session["dat_cho"] = request.GET["diem"][:40]
    person = lookup.proven(request, at)
    if person is None:
        return HttpResponseRedirect(reverse("portal:lookup"))
    site = _wanted(request)
    standing = bookings.standing_of([person]).get(person)
    asked = registrations.of_person(person)
    slots = _slots(person, standing.vaccine if standing else "", site, at)
    slots = [one for one in slots if standing is None or one.slot.id != standing.slot_id]
    form = SlotForm(request.POST or None, slots=slots)
    if request.method == "POST" and asked is not None and form.is_valid():
        slot, by = UUID(form.cleaned_data["slot"]), lookup.actor()
        try:
            if standing:
                booking.move(appointment_id=standing.id, slot_id=slot, reason="own_wish", own=True, by=by, at=at)
            else:
                booking.book(person_id=asked.person_id, registration_id=asked.id, slot_id=slot, own=True, by=by, at=at)
        except Refused as refusal:
            form.refused(refusal, "slot")
        else:
            request.session.pop("dat_cho", None)
            return HttpResponseRedirect(reverse("portal:record"))
    context = {
        "form": form, "asked": asked, "standing": standing, "groups": _groups(slots), "site": places.site(site) if site else None,
        "short_vaccine": short_vaccine, "back_to": reverse("portal:record"),
    }  # fmt: skip
    return render(request, "portal/book.html", context, status=422 if request.method == "POST" else 200)


def _wanted(request: HttpRequest) -> UUID | None:
    """The point that was asked for before the code; "khac" lets all points come."""
    if request.GET.get("moi-diem"):
        request.session.pop("dat_cho", None)
    try:
        return UUID(request.session.get("dat_cho", ""))
    except ValueError:
        return None


def _slots(person: UUID, vaccine: str, site: UUID | None, at: Any) -> list[OpenSlot]:
    """Free hours for the dose that is due, near home first."""
    card, due = people.person(person), immunizations.next_dose(person, clock.on_date(at))
    if card is None:
        return []
    since = max(at, clock.at_local(due.earliest_on)) if due.earliest_on else at
    found = [
        one
        for code in ((vaccine,) if vaccine else due.vaccines)
        for one in bookings.open_slots(code, None if site else card.place, since, limit=MOST, site_id=site)
    ]
    found = bookings.without_kept(found, first=not vaccine and due.first)
    return sorted(found, key=lambda one: (one.near, one.on_date, one.site.name, one.slot.starts_at, one.slot.vaccine))[:MOST]


def _groups(slots: list[OpenSlot]) -> list[tuple[Any, list[tuple[int, OpenSlot]]]]:
    """Hours by day, point and vaccine, each with its number in the form."""
    numbered = list(enumerate(slots))
    return [
        (key, list(rows))
        for key, rows in groupby(numbered, key=lambda pair: (pair[1].on_date, pair[1].site, pair[1].slot.vaccine))
    ]
