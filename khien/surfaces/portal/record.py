"""What a person sees after the code: registration, appointment, doses, next dose, papers; and may do about the appointment."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.booking import actions as booking
from khien.booking import queries as bookings
from khien.booking.types import AppointmentInfo
from khien.cases import queries as cases
from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.kernel import clock, codes
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.registration import actions as registration
from khien.registration import queries as registrations
from khien.surfaces.portal import lookup
from khien.surfaces.web import case_words, guard, say
from khien.surfaces.web.confirmations import certificate_of, confirmation_of, short_vaccine
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.locale import lang
from khien.surfaces.web.paper import certificate_pdf, confirmation_pdf
from khien.surfaces.web.refusals import word
from khien.surfaces.web.say_doses import birth_words, dose_name

STATES = {
    "waiting": _("Đang chờ đến lượt"), "booked": _("Đã có hẹn"), "done": _("Đã xong"), "withdrawn": _("Đã rút lại"),
    "closed": _("Đã đóng"),
}  # fmt: skip


class WithdrawForm(PageForm):
    """Why the wish is taken back."""

    reason = forms.ChoiceField(
        label=_("Vì sao không muốn tiêm nữa?"), widget=forms.RadioSelect,
        choices=[
            ("vaccinated_elsewhere", _("Đã tiêm ở nơi khác")), ("moved", _("Đã chuyển đi nơi khác")), ("health", _("Lý do sức khỏe")),
            ("not_wanted", _("Không muốn tiêm")), ("mistake", _("Đăng ký nhầm")), ("other", _("Lý do khác")),
        ],
        error_messages={"required": _("Mời chọn một lý do")},
    )  # fmt: skip


def record(request: HttpRequest) -> HttpResponse:
    """The record's page."""
    at = clock.now()
    person = lookup.proven(request, at)
    if person is None:
        return HttpResponseRedirect(reverse("portal:lookup"))
    return _page(request, person)


def _page(request: HttpRequest, person: UUID, refusal: Refused | None = None) -> HttpResponse:
    at = clock.now()
    on = clock.on_date(at)
    card = people.person(person)
    if card is None:
        return HttpResponseRedirect(reverse("portal:lookup"))
    history, appointment = immunizations.history(person, on), bookings.appointment_of(person)
    asked = registrations.of_person(person) or next(iter(registrations.history_of_person(person)), None)
    if appointment and appointment.state == "active" and asked and asked.state == "withdrawn" and asked.id == appointment.registration_id:
        appointment = None  # its place is being given back
    session = bookings.session(appointment.session_id) if appointment else None
    context = {
        "card": card, "born": birth_words(card.birth), "asked": asked, "states": STATES, "appointment": appointment, "session": session,
        "site": session.site if session else None, "past": bool(appointment and appointment.on_date < on), "history": history,
        "certificates": {one.record_id: one for one in certificates.of_person(person)}, "cases": cases.of_person(person, at),
        "subject": lambda case: case_words.word(case_words.SUBJECTS, case.subject),
        "short_vaccine": short_vaccine, "dose_name": dose_name, "display": codes.display, "on": on,
        "wrong": word(refusal, lang()) if refusal else "", "hold": _hold,
    }  # fmt: skip
    return render(request, "portal/record.html", context, status=409 if refusal else 200)


def _hold(card: Any) -> str:
    """Why a certificate is not there yet."""
    return word(Refused(f"certificates.{card.hold}", **dict(card.hold_facts)), lang())


def _own(person: UUID, appointment: UUID) -> AppointmentInfo | None:
    found = bookings.appointment(appointment)
    return found if found and people.current_id(found.person_id) == person else None


def appointment(request: HttpRequest, appointment: UUID) -> HttpResponse:
    """Confirm, decline or cancel (POST: act)."""
    at = clock.now()
    person = lookup.proven(request, at)
    if person is None:
        return HttpResponseRedirect(reverse("portal:lookup"))
    found = _own(person, appointment)
    if found is None:
        return guard.refuse(request, 404)
    if request.method == "POST":
        try:
            _act(request.POST.get("act", ""), found, at)
        except Refused as refusal:
            return _page(request, person, refusal)
    return HttpResponseRedirect(reverse("portal:record"))


def _act(act: str, found: AppointmentInfo, at: Any) -> None:
    by = lookup.actor()
    if act == "confirm":
        booking.confirm(appointment_id=found.id, by=by, at=at)
    elif act == "leave":
        end = booking.cancel if found.how == "booked" else booking.decline
        end(appointment_id=found.id, reason="own_wish", by=by, at=at)


def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the registration back, with a reason."""
    at = clock.now()
    person = lookup.proven(request, at)
    asked = registrations.of_person(person) if person else None
    if person is None or asked is None:  # pressed twice: the record says that it is withdrawn
        return HttpResponseRedirect(reverse("portal:record" if person else "portal:lookup"))
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            registration.withdraw(registration=asked.id, reason=form.cleaned_data["reason"], by=lookup.actor(), at=at)
        except Refused as refusal:
            form.refused(refusal)
        else:
            return HttpResponseRedirect(reverse("portal:record"))
    context = {"form": form, "back_to": reverse("portal:record")}
    return render(request, "portal/withdraw.html", context, status=422 if request.method == "POST" else 200)


def confirmation(request: HttpRequest, record: UUID) -> HttpResponse:
    """The confirmation of one dose, A5."""
    at = clock.now()
    person = lookup.proven(request, at)
    if person is None:
        return HttpResponseRedirect(reverse("portal:lookup"))
    dose = immunizations.record(record)
    if dose is None or people.current_id(dose.person_id) != person:
        return guard.refuse(request, 404)
    facts = confirmation_of(record, at=at)
    return _pdf(confirmation_pdf(facts), "giay-xac-nhan") if facts else guard.refuse(request, 404)


def certificate(request: HttpRequest, certificate: UUID) -> HttpResponse:
    """The certificate: its code large on a white ground, the eleven fields, the sheet to print."""
    at = clock.now()
    person = lookup.proven(request, at)
    if person is None:
        return HttpResponseRedirect(reverse("portal:lookup"))
    view = certificates.view(certificate)
    if view is None or people.current_id(view.card.person_id) != person or view.fields is None:
        return guard.refuse(request, 404)
    if request.GET.get("dang") == "pdf":
        facts = certificate_of(view)
        return _pdf(certificate_pdf(facts), "chung-nhan") if facts else guard.refuse(request, 404)
    context = {
        "view": view, "fields": view.fields, "back_to": reverse("portal:record"), "born": "/".join(reversed(view.fields.born.split("-"))),
        "country": say.country(view.fields.nationality, lang()),
    }  # fmt: skip
    return render(request, "portal/certificate.html", context)


def _pdf(octets: bytes, name: str) -> HttpResponse:
    response = HttpResponse(octets, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
