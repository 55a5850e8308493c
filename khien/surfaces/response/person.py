"""The right column: a record is closed until its caller is verified; what was found shows masked lines only."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from khien.booking import queries as booking
from khien.booking.types import AppointmentInfo, SessionInfo
from khien.cases import actions
from khien.cases import queries as cases
from khien.cases.types import CallerFacts, CaseView
from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.immunizations.types import History
from khien.kernel import clock, codes
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.messaging import queries as messages
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.registration import queries as registration
from khien.registration.types import RegistrationView
from khien.surfaces.response.frame import Here, reach, said
from khien.surfaces.web import slips
from khien.surfaces.web.forms import BirthField, DayField, PageForm

KEY, KEPT, OPEN_FOR = "mcc", 12, timedelta(minutes=30)
MOST = 8


class FactsForm(PageForm):
    """What the caller tells beyond the phone."""

    birth = BirthField(label=_("Ngày sinh"), required=False)
    identifier = forms.CharField(label=_("Số giấy tờ, cả số"), max_length=40, required=False)
    commune = forms.CharField(label=_("Phường, xã đang ở"), max_length=120, required=False)
    last_dose_on = DayField(label=_("Ngày tiêm mũi gần nhất"), required=False)

    def told(self) -> CallerFacts:
        """The facts as given. Raises Refused births.*."""
        given = self.cleaned_data
        birth = PartialDate(*given["birth"]) if given["birth"] else None
        return CallerFacts(birth, given["identifier"], given["commune"], given["last_dose_on"])


@dataclass(frozen=True)
class Masked:
    """A person as a line that tells nothing to who does not know them: initials, sex, commune."""

    id: UUID
    initials: str
    sex: str
    commune: str


@dataclass(frozen=True)
class Opened:
    """An opened record: who it is and what stands."""

    card: PersonCard
    registration: RegistrationView | None
    registration_code: str
    appointment: AppointmentInfo | None
    session: SessionInfo | None
    code: str
    history: History
    certificates: list[dict[str, Any]]
    messages: list[Any]
    until: datetime


@dataclass(frozen=True)
class Column:
    """The column as it stands: what may be chosen, who is chosen, whether a code was sent, the open record."""

    may: bool
    suggested: list[Masked] = field(default_factory=list)
    found: list[Masked] | None = None
    chosen: Masked | None = None
    sent_at: datetime | None = None
    opened: Opened | None = None
    facts: FactsForm = field(default_factory=FactsForm)
    ask_facts: bool = False
    wrong: str = ""
    for_work: bool = False
    by_request: bool = False


def state(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """What this desk has done about the person of one conversation."""
    kept: dict[str, Any] = request.session.get(KEY, {})
    return dict(kept.get(str(case_id), {}))


def keep(request: HttpRequest, case_id: UUID, **facts: Any) -> None:
    """Remember it, for the latest conversations only; nothing given forgets it."""
    kept = {key: value for key, value in request.session.get(KEY, {}).items() if key != str(case_id)}
    if facts:
        kept[str(case_id)] = facts
    request.session[KEY] = dict(list(kept.items())[-KEPT:])


def show(request: HttpRequest, case_id: UUID, found: list[Masked]) -> None:
    """Remember whom a search showed in this conversation, beside what stands."""
    keep(request, case_id, **(state(request, case_id) | {"shown": [str(one.id) for one in found]}))


def was_shown(request: HttpRequest, case_id: UUID, wanted: UUID, at: Here) -> bool:
    """Say whether this desk was shown this person here: nobody is chosen by an id from elsewhere."""
    if str(wanted) in state(request, case_id).get("shown", []):
        return True
    view = cases.case(case_id, at.at)
    return view is not None and any(one.id == wanted for one in _suggested(view, at))


def open_person(request: HttpRequest, case_id: UUID, at: datetime) -> UUID | None:
    """The person whose record is open in this conversation at this desk, within its half hour."""
    known = state(request, case_id)
    opened = known.get("opened_at")
    if not opened or at >= datetime.fromisoformat(opened) + OPEN_FOR:
        return None
    return people.current_id(UUID(known["person"]))


def masked(card: PersonCard) -> Masked:
    """A person as the closed column shows them."""
    return Masked(card.id, " ".join(f"{word[0]}." for word in card.full_name.split()), card.sex, card.commune or card.district or card.province)


def find(text: str, at: Here) -> list[Masked]:
    """People by number, name, phone, or the code of a slip; each look is logged, and only masked lines come back."""
    cards = _by_code(text) or people.search(text, scopes=reach(at.staff.scopes("people.search")), limit=MOST)
    at.looked(*(card.id for card in cards), purpose="contact_search")
    return [masked(card) for card in cards]


def _by_code(text: str) -> list[PersonCard]:
    if not codes.is_slip_code(text):
        return []
    person_id = slips.person_of(text)
    card = people.person(person_id) if person_id else None
    return [card] if card else []


def column(request: HttpRequest, view: CaseView, at: Here, **more: Any) -> Column:
    """The column of one case as it stands for this desk."""
    if not at.staff.may("people.see", at.place):
        return Column(may=False)
    known = state(request, view.line.id)
    opened = open_person(request, view.line.id, at.at)
    if opened is not None:
        return Column(may=True, opened=read(opened, known, at), **more)
    chosen = people.person(UUID(known["person"])) if known.get("person") else None
    sent = datetime.fromisoformat(known["sent_at"]) if known.get("sent_at") else None
    return Column(
        may=True, suggested=_suggested(view, at), chosen=masked(chosen) if chosen else None, sent_at=sent, for_work=_for_work(view),
        by_request=bool(view.correction and view.correction.asked.who and chosen), **more,
    )  # fmt: skip


def _suggested(view: CaseView, at: Here) -> list[Masked]:
    """Whom the case is about, and who else uses the number that called: families share phones."""
    cards = [card for card in [people.person(view.line.person_id)] if card] if view.line.person_id else []
    if view.contact.phone:
        cards += [card for card in people.search(view.contact.phone, limit=MOST) if card.id not in {one.id for one in cards}]
    at.looked(*(card.id for card in cards), purpose="contact_search", once_since=at.at - timedelta(hours=12))
    return [masked(card) for card in cards]


def _for_work(view: CaseView) -> bool:
    """Whether the person of this case has been proved already, so that who works on it may open the record."""
    return view.line.person_id is not None and (view.line.channel in actions.PROVED or any(entry.kind in ("verified", "identified") for entry in view.entries))


def read(person_id: UUID, known: dict[str, Any], at: Here) -> Opened | None:
    """The open record; each draw within the half hour is one look."""
    card = people.person(person_id)
    if card is None:
        return None
    at.looked(card.id, purpose="contact", once_since=datetime.fromisoformat(known["opened_at"]))
    standing = registration.of_person(card.id)
    appointment = booking.appointment_of(card.id)
    appointment = appointment if appointment and appointment.stands else None
    return Opened(
        card, standing, codes.display(standing.code) if standing else "", appointment, booking.session(appointment.session_id) if appointment else None,
        codes.display(appointment.code) if appointment else "", immunizations.history(card.id, clock.on_date(at.at)),
        [{"card": one, "hold": said(Refused(f"certificates.{one.hold}", **one.hold_facts)) if one.hold else ""} for one in certificates.of_person(card.id)],
        messages.of_person(card.id, limit=4), datetime.fromisoformat(known["opened_at"]) + OPEN_FOR,
    )  # fmt: skip


def requests_of(person_id: UUID, at: datetime) -> list[Any]:
    """What this person asked before."""
    return cases.of_person(person_id, at, limit=5)
