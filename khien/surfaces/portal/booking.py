"""Choose an hour: for a person whose record a code has just opened, at points whose sessions anyone may book."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from khien.booking import actions as booking
from khien.booking import queries as bookings
from khien.booking.types import AppointmentInfo
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.places import queries as places
from khien.registration import queries as registrations
from khien.surfaces.portal import lookup
from khien.surfaces.web import hours
from khien.surfaces.web.confirmations import short_vaccine


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
    if standing and request.POST.get("slot") == str(standing.slot_id):  # pressed twice: the hour is theirs
        return HttpResponseRedirect(reverse("portal:record"))
    asked = registrations.of_person(person)
    choice = _choice(request, person, standing, site, at)
    form = hours.HourForm(request.POST or None, slots=choice.slots)
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
        "form": form, "asked": asked, "standing": standing, "choice": choice, "site": places.site(site) if site else None,
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


def _choice(request: HttpRequest, person: UUID, standing: AppointmentInfo | None, site: UUID | None, at: datetime) -> hours.Choice:
    """Free hours for the dose that is due, near home first; of the same vaccine where an appointment is moved."""
    card, due = people.person(person), immunizations.next_dose(person, clock.on_date(at))
    since = max(at, clock.at_local(due.earliest_on)) if due.earliest_on else at
    vaccines = () if card is None else (standing.vaccine,) if standing else due.vaccines
    return hours.choice(
        vaccines, card.place if card and not site else None, since, on=request.GET.get("ngay", ""), site=site,
        first=standing is None and due.first, without=standing.slot_id if standing else None,
    )  # fmt: skip
