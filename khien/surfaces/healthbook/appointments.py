"""An appointment with its code: come, not come, another hour; a slot chosen by oneself."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.booking import actions as booking
from khien.booking import queries
from khien.booking.types import AppointmentInfo
from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.registration import queries as registration
from khien.surfaces.healthbook.book import Book, mine, missing, posted, render
from khien.surfaces.healthbook.next_thing import earliest, history_of
from khien.surfaces.web import hours
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.say_doses import dose_name


class LeaveForm(PageForm):
    """Why the person does not come; nobody is asked for more than a word."""

    reason = forms.ChoiceField(label=_("Vì sao không đến được?"), widget=forms.RadioSelect, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            ("busy", _("Bận việc")), ("ill", _("Đang ốm")), ("away", _("Đang ở nơi khác")), ("other", _("Lý do khác, hoặc không muốn nói")),
        ]  # fmt: skip


def _own(book: Book, appointment: UUID) -> AppointmentInfo | None:
    found = queries.appointment(appointment)
    return found if found and found.person_id in book.person_ids else None


@mine
def latest(request: Any, book: Book) -> HttpResponse:
    """The appointment that stands, or the last one; without any, how to get one."""
    found = queries.appointment_of(book.person_id)
    if found is None:
        return render(request, "no_appointment.html", book, asked=registration.of_person(book.person_id))
    return HttpResponseRedirect(_address(book, found.id))


def _address(book: Book, appointment: UUID) -> str:
    return reverse("healthbook:appointment_of", kwargs={"person": book.person_id, "appointment": appointment})


@mine
def appointment(request: Any, book: Book, appointment: UUID) -> HttpResponse:
    """One appointment: day, hour, place, the code to show. May be kept on the device."""
    found = _own(book, appointment)
    if found is None:
        return missing(request)
    return _appointment(request, book, found)


def _appointment(request: Any, book: Book, found: AppointmentInfo, refusal: Refused | None = None) -> HttpResponse:
    session = queries.session(found.session_id)
    asked = None if found.stands else registration.of_person(book.person_id)
    return render(
        request, "appointment.html", book, asked=asked, appointment=found, session=session, site=session.site if session else None,
        dose=dose_name(found.dose_type, found.ordinal), vaccine=short_vaccine(found.vaccine), code=codes.display(found.code),
        refusal=refusal, past=found.on_date < book.on, status=409 if refusal else 200,
    )  # fmt: skip


@mine
def confirm(request: Any, book: Book, appointment: UUID) -> HttpResponse:
    """Say that the person will come."""
    found = _own(book, appointment)
    if found is None:
        return missing(request)
    if request.method == "POST":
        try:
            booking.confirm(appointment_id=found.id, by=book.actor, at=book.at)
        except Refused as refusal:
            return _appointment(request, book, found, refusal)
    return HttpResponseRedirect(_address(book, found.id))


@mine
def leave(request: Any, book: Book, appointment: UUID) -> HttpResponse:
    """Give the place back: an invitation is declined, an own booking cancelled; the turn in the queue stays."""
    found = _own(book, appointment)
    if found is None:
        return missing(request)
    form = LeaveForm(posted(request))
    if request.method == "POST" and form.is_valid():
        end = booking.cancel if found.how == "booked" else booking.decline
        try:
            end(appointment_id=found.id, reason=form.cleaned_data["reason"] or "other", by=book.actor, at=book.at)
        except Refused as refusal:
            return _appointment(request, book, found, refusal)
        return HttpResponseRedirect(_address(book, found.id))
    return render(request, "leave.html", book, form=form, appointment=found, back_to=_address(book, found.id))


@mine
def move(request: Any, book: Book, appointment: UUID) -> HttpResponse:
    """Take another hour of the same vaccine."""
    found = _own(book, appointment)
    if found is None:
        return missing(request)
    standing = queries.standing_of([book.person_id]).get(book.person_id)
    if standing and request.POST.get("slot") == str(standing.slot_id):  # pressed twice: the hour is theirs
        return HttpResponseRedirect(_address(book, standing.id))
    found_hours = hours.choice((found.vaccine,), book.card.place, book.at, on=request.GET.get("ngay", ""), without=found.slot_id)
    form = hours.HourForm(posted(request), slots=found_hours.slots)
    if request.method == "POST" and form.is_valid():
        try:
            moved = booking.move(
                appointment_id=found.id, slot_id=UUID(form.cleaned_data["slot"]), reason="own_wish", own=True, by=book.actor, at=book.at
            )
        except Refused as refusal:
            form.refused(refusal, "slot")
        else:
            return HttpResponseRedirect(_address(book, moved.appointment_id))
    return render(request, "slots.html", book, form=form, choice=found_hours, moving=found, back_to=_address(book, found.id))


@mine
def choose(request: Any, book: Book) -> HttpResponse:
    """Take an hour for the dose that is due; who holds one already is shown it, with its way to another hour."""
    standing = queries.standing_of([book.person_id]).get(book.person_id)
    if standing is not None:
        return HttpResponseRedirect(_address(book, standing.id))
    asked, due = registration.of_person(book.person_id), history_of(book).next_dose
    since = earliest(book.at, due.earliest_on) if due.earliest_on else book.at
    found_hours = hours.choice(due.vaccines, book.card.place, since, on=request.GET.get("ngay", ""), first=due.first)
    form = hours.HourForm(posted(request), slots=found_hours.slots)
    if request.method == "POST" and asked is not None and form.is_valid():
        try:
            booked = booking.book(
                person_id=asked.person_id, registration_id=asked.id, slot_id=UUID(form.cleaned_data["slot"]), own=True, by=book.actor, at=book.at
            )
        except Refused as refusal:
            form.refused(refusal, "slot")
        else:
            return HttpResponseRedirect(_address(book, booked.appointment_id))
    return render(
        request, "slots.html", book, form=form, choice=found_hours, asked=asked, moving=None,
        back_to=reverse("healthbook:person", kwargs={"person": book.person_id}),
    )  # fmt: skip
