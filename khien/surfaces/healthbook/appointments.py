"""An appointment with its code: come, not come, another hour; a slot chosen by oneself."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.booking import actions as booking
from khien.booking import queries
from khien.booking.types import AppointmentInfo, OpenSlot
from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.registration import queries as registration
from khien.surfaces.healthbook.book import Book, mine, missing, posted, render
from khien.surfaces.healthbook.next_thing import earliest, history_of
from khien.surfaces.web import say
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.say_doses import dose_name

MOST = 40


class SlotForm(PageForm):
    """One hour at one point."""

    slot = forms.ChoiceField(label=_("Giờ tiêm"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, slots: list[OpenSlot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = [(str(one.slot.id), slot_words(one)) for one in slots]  # type: ignore[attr-defined]
        self.fields["slot"].error_messages["required"] = _("Mời chọn một giờ")
        self.fields["slot"].error_messages["invalid_choice"] = _("Giờ này vừa hết chỗ. Mời chọn giờ khác.")

    @staticmethod
    def words(one: OpenSlot) -> str:
        """An hour in words, for the page."""
        return slot_words(one)


class LeaveForm(PageForm):
    """Why the person does not come; nobody is asked for more than a word."""

    reason = forms.ChoiceField(label=_("Vì sao không đến được?"), widget=forms.RadioSelect, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            ("busy", _("Bận việc")), ("ill", _("Đang ốm")), ("away", _("Đang ở nơi khác")), ("other", _("Lý do khác, hoặc không muốn nói")),
        ]  # fmt: skip


def slot_words(one: OpenSlot) -> str:
    """An hour as the list of choices says it; day and point head the group."""
    return _("%(from)s đến %(to)s, còn %(free)s chỗ") % {
        "from": say.hm(one.slot.starts_at), "to": say.hm(one.slot.ends_at), "free": one.slot.free,
    }  # fmt: skip


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
    return render(
        request, "appointment.html", book, appointment=found, session=session, site=session.site if session else None,
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
    slots = [one for one in _slots(book, (found.vaccine,)) if one.slot.id != found.slot_id]
    form = SlotForm(posted(request), slots=slots)
    if request.method == "POST" and form.is_valid():
        try:
            moved = booking.move(
                appointment_id=found.id, slot_id=UUID(form.cleaned_data["slot"]), reason="own_wish", own=True, by=book.actor, at=book.at
            )
        except Refused as refusal:
            form.refused(refusal, "slot")
        else:
            return HttpResponseRedirect(_address(book, moved.appointment_id))
    return render(request, "slots.html", book, form=form, groups=_groups(form, slots), moving=found, back_to=_address(book, found.id))


@mine
def choose(request: Any, book: Book) -> HttpResponse:
    """Take an hour for the dose that is due."""
    asked, history = registration.of_person(book.person_id), history_of(book)
    slots = _slots(book, history.next_dose.vaccines, history=history)
    form = SlotForm(posted(request), slots=slots)
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
        request, "slots.html", book, form=form, groups=_groups(form, slots), asked=asked, moving=None,
        back_to=reverse("healthbook:person", kwargs={"person": book.person_id}),
    )  # fmt: skip


def _slots(book: Book, vaccines: tuple[str, ...], history: Any = None) -> list[OpenSlot]:
    since = earliest(book.at, history.next_dose.earliest_on) if history and history.next_dose.earliest_on else book.at
    found = [one for vaccine in vaccines for one in queries.open_slots(vaccine, book.card.place, since, limit=MOST)]
    found = queries.without_kept(found, first=history is not None and history.next_dose.first)
    return sorted(found, key=lambda one: (one.near, one.on_date, one.site.name, one.slot.starts_at, one.slot.vaccine))[:MOST]


def _groups(form: SlotForm, slots: list[OpenSlot]) -> list[tuple[Any, list[tuple[OpenSlot, str]]]]:
    """Slots by day, point and vaccine, each with the id of its control."""
    numbered = [(one, f"slot_{place}") for place, one in enumerate(slots)]
    return [(key, list(rows)) for key, rows in groupby(numbered, key=lambda pair: (pair[0].on_date, pair[0].site, pair[0].slot.vaccine))]
