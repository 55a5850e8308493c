"""Finding a person and opening the record: always for a purpose, always logged, always shown to that person."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from khien.access.permissions import StaffRef
from khien.booking import queries as booking
from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.kernel import codes
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.registration import queries as registration
from khien.surfaces.command import frame, where
from khien.surfaces.command.words import APPOINTMENT_STATES, IDENTITY, REGISTRATION_STATES, VALIDITY, WAYS
from khien.surfaces.web import slips
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.purposes import PURPOSES
from khien.surfaces.web.say_doses import dose_name

# Why an officer opens a record from here; the desks and the response centre have their own.
WHY = ("registration", "identity", "correction", "allocation", "call_sheet", "contact", "certificate", "reaction", "report")
GIVEN = (*WHY, "list", "duplicate", "case", "link", "search")
MOST = 20


class Search(PageForm):
    """Words of a name, a number, a phone or a slip's code; a year of birth narrows a name."""

    text = forms.CharField(label=_("Tên, số giấy tờ, điện thoại hoặc mã trên giấy"), max_length=120)
    year = forms.IntegerField(label=_("Năm sinh"), min_value=1900, max_value=2100, required=False)


def search(request: HttpRequest) -> HttpResponse:
    """Find a person; sent by POST, for no address holds a name."""
    at = frame.here(request, "people.search")
    form = Search(request.POST or None)
    found: list[PersonCard] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            found = _find(form.cleaned_data["text"], form.cleaned_data["year"], at)
        except Refused as refusal:
            form.refused(refusal, "text")
        else:
            at.looked(*(card.id for card in found), purpose="search")
    rows = [(card, _opens(at.staff, card)) for card in found or ()]
    return frame.page(request, "people", "people", form=form, found=found, rows=rows, identity=IDENTITY, most=MOST)


def _opens(staff: StaffRef, card: PersonCard) -> bool:
    """Say whether the record opens: by the home, which is known already, else by a point that received them."""
    return staff.may("people.see", card.place) or staff.may("people.see", where.seen(card.id))


def _find(text: str, year: int | None, at: frame.Here) -> list[PersonCard]:
    person_id = slips.person_of(text) if codes.is_slip_code(text) else None
    if person_id and (card := people.person(person_id)):
        return [card]
    units = tuple(scope for scope in at.scopes if scope.kind in ("nation", "province", "district", "commune"))
    # A point receives people from anywhere; an officer of a place looks among those who live there.
    scopes = frame.reach(units) if units and len(units) == len(at.scopes) else None
    return people.search(text, birth=PartialDate(year) if year else None, scopes=scopes, limit=MOST)


def show(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The record of a person, for the purpose that was said; without one the page asks for it and shows nothing."""
    at = frame.here(request, "people.see", where.seen(person_id))
    why = request.GET.get("vi", "")
    if why not in GIVEN:
        return frame.page(request, "person_why", "people", person_id=person_id, purposes=[(code, PURPOSES[code]) for code in WHY])
    details = people.details(person_id)
    if details is None:
        return not_found(request)
    at.looked(details.card.id, purpose=why)
    return frame.page(request, "person", "people", done=request.GET.get("xong", ""), why=why, **_facts(details, at, where.person(person_id)))


def _facts(details: Any, at: frame.Here, place: Any) -> dict[str, Any]:
    person_id = details.card.id
    history = immunizations.history(person_id, at.on)
    held = {card.record_id: card for card in certificates.of_person(person_id)}
    return {
        "card": details.card, "details": details, "identity": IDENTITY, "registrations": registration.history_of_person(person_id),
        "appointments": [(one, booking.session(one.session_id)) for one in booking.appointments_of(person_id)[:10]], "history": history,
        "certificates": {record: (*_certificate(card), card) for record, card in held.items()}, "numbers": people.identifiers_of(person_id),
        "versions": people.versions(person_id), "merges": people.merges_of(person_id), "validity": VALIDITY, "dose_name": dose_name,
        "appointment_states": APPOINTMENT_STATES, "registration_states": REGISTRATION_STATES, "ways": WAYS, "own_links": people.links_of(person_id),
        "can": {may: at.staff.may(may, place) for may in ("people.correct", "people.link", "people.print", "people.merge")},
    }  # fmt: skip


def _certificate(card: Any) -> tuple[str, str]:
    """The state of a dose's certificate in words, with its tone."""
    if card.state == "issued":
        return str(_("Đã cấp")), "ready"
    return frame.said(Refused(f"certificates.{card.hold}", **card.hold_facts)), "wait"
