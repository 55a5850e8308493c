"""The ONE next thing of a person: what the home page asks for first."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from khien.booking import queries as booking
from khien.immunizations import queries as immunizations
from khien.immunizations.types import History
from khien.kernel import clock
from khien.registration import queries as registration
from khien.safety import queries as safety
from khien.safety.rules import FOLLOW_UP_DAYS, Severity
from khien.safety.types import ReactionView
from khien.surfaces.healthbook.book import Book
from khien.surfaces.web.say_doses import dose_name
from khien.visits import queries as visits
from khien.visits.views import VisitCard

# Every day of the first week, then on the days of the follow-up: the 28 days of watching (Decision 3588/QD-BYT).
FIRST_WEEK = range(8)


@dataclass(frozen=True)
class NextThing:
    """What comes next; `kind` chooses the words, `facts` fill them."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)


def next_thing(book: Book, history: History, told_today: bool) -> NextThing:
    """Choose it: what happens at the point now, a reaction told today, an invitation, how the person feels, the next dose."""
    if book.card.died_on:
        return NextThing("died")
    went = visits.visits_of(book.person_id)
    return (
        _at_the_point(book, went)
        or _told(book)
        or _appointment(book)
        or _feeling(book, history, told_today)
        or _next_dose(book, history, went)
    )


def _at_the_point(book: Book, went: list[VisitCard]) -> NextThing | None:
    today = next((one for one in went if one.on_date == book.on and one.ended_at is None), None)
    if today is None:
        return None
    if today.state == "dosed" and today.observe_until:
        left = max(0, -(-(today.observe_until - book.at) // timedelta(minutes=1)))
        return NextThing("observing", {"until": today.observe_until, "left": left, "visit": today})
    return NextThing("visiting", {"number": today.number, "visit": today})


def _appointment(book: Book) -> NextThing | None:
    found = booking.appointment_of(book.person_id)
    if found is None or found.state != "active" or found.on_date < book.on:
        return None
    session = booking.session(found.session_id)
    if session is None:
        return None
    return NextThing(
        "appointment",
        {"appointment": found, "session": session, "site": session.site, "dose": dose_name(found.dose_type, found.ordinal), "days": (found.on_date - book.on).days},
    )


def _told(book: Book) -> NextThing | None:
    """A reaction that needs someone, told today: it stays in sight until tomorrow asks again."""
    told = [one for one in _told_today(book) if one.urgency == "P1" or one.severity != Severity.COMMON]
    if not told:
        return None
    worst = min(told, key=lambda one: (one.urgency, -one.recorded_at.timestamp()))
    return NextThing("told", {"reaction": worst, "red": worst.urgency == "P1"})


def _told_today(book: Book) -> list[ReactionView]:
    return [one for one in safety.reactions(book.person_id) if clock.on_date(one.recorded_at) == book.on]


def told_on(book: Book) -> bool:
    """Whether a reaction was reported today."""
    return bool(_told_today(book))


def _feeling(book: Book, history: History, told_today: bool) -> NextThing | None:
    dose = max(history.doses, key=lambda one: one.on_date, default=None)
    if dose is None or told_today:
        return None
    days = (book.on - dose.on_date).days
    if (days in FIRST_WEEK or days in FOLLOW_UP_DAYS) and not told_on(book):
        return NextThing("feeling", {"days": days, "dose": dose_name(dose.dose_type, dose.ordinal), "on_date": dose.on_date})
    return None


def _next_dose(book: Book, history: History, went: list[VisitCard]) -> NextThing:
    coming = history.next_dose
    asked = registration.of_person(book.person_id)
    if coming.complete:
        return NextThing("complete", {"history": history})
    dose = dose_name(coming.dose_type.value, coming.ordinal or 1) if coming.dose_type else ""
    facts = {"coming": coming, "dose": dose, "asked": asked, "back_on": _return_on(book, went)}
    if coming.earliest_on is None:
        return NextThing("unclear", facts)
    if coming.earliest_on > book.on:
        return NextThing("later", facts)
    if asked is None:
        return NextThing("register", facts)
    slots = booking.any_open(coming.vaccines, book.card.place, earliest(book.at, coming.earliest_on))
    return NextThing("choose" if slots else "waiting", facts)


def earliest(at: datetime, on: date) -> datetime:
    """From when on a slot makes sense."""
    return max(at, clock.at_local(on))


def _return_on(book: Book, went: list[VisitCard]) -> date | None:
    """The day a doctor asked to come back, while it lies ahead."""
    last = went[0] if went else None
    return last.return_on if last and last.return_on and last.return_on >= book.on else None


def history_of(book: Book) -> History:
    """The person's doses as of today."""
    return immunizations.history(book.person_id, book.on)
