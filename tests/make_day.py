"""Makes days at a point and visits in every state, through the room's own actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from khien.booking import queries as booking_queries
from khien.kernel import clock
from khien.kernel.refs import Performed, VisitRef
from khien.visits import actions as visits
from khien.visits.types import CheckedIn, Confirmed, ConsentGiven
from tests.make import AT, BY, make_lot, make_person, make_session

SURE = Confirmed(facts=("full_name", "birth"))
KIT = {
    "anaphylaxis_kit": {"expires_on": "2022-06-30"}, "adrenaline": {"ampoules": 5, "expires_on": "2022-06-30"},
    "doctor": {"name": "Bác sĩ Thử"}, "fridge": {"celsius": "4,5"}, "printer": {"ok": True}, "paper_pack": {"ok": True},
    "hospital_phone": {"phone": "115"},
}  # fmt: skip


@dataclass(frozen=True)
class Day:
    """An open session with its lot."""

    session_id: UUID
    site_id: UUID
    lot_id: UUID


def make_day(
    *, vaccines: tuple[str, ...] = ("AZ",), mode: str = "walk_in", on: date = date(2021, 12, 14), doses: int = 100, opened: bool = True,
    at: datetime = AT, **more: Any,
) -> Day:  # fmt: skip
    """A session of today with lots chosen, its checklist signed, open for people."""
    session_id = make_session(vaccines=vaccines, mode=mode, on=on, at=at, **more)
    session = booking_queries.session(session_id)
    assert session is not None
    lots = [make_lot(vaccine, site_id=session.site_id, doses=doses, at=at) for vaccine in vaccines]
    for lot_id in lots:
        visits.choose_lot(session_id=session_id, lot_id=lot_id, by=BY, at=at)
    if opened:
        visits.sign_checklist(session_id=session_id, items=KIT, by=BY, at=at)
        visits.open_session(session_id=session_id, by=BY, at=at)
    return Day(session_id, session.site_id, lots[0])


def done_at(at: datetime, *, by: UUID | None = None, name: str = "") -> Performed:
    """Something done at this moment."""
    return Performed(at, clock.on_date(at), by, name)


def healthy(**more: Any) -> dict[str, Any]:
    """The answers of someone whom nothing keeps from the dose, on the adult's form of September 2021."""
    items = {no: False for no in ("1", "2", "3", "4a", "4b", "5", "6", "7", "8", "9")}
    return {"items": items | more.pop("items", {}), **more}


WELL = {"temperature_c": "36,6"}


def make_visit(
    day: Day, *, state: str = "checked_in", person_id: UUID | None = None, identity_how: str = "card", at: datetime = AT, **more: Any
) -> CheckedIn:
    """A visit that went the ordinary way up to this state, each step at the same moment (observation after its minutes)."""
    received = visits.check_in(
        session_id=day.session_id,
        person_id=person_id or make_person(at=at),
        identity_how=identity_how,
        performed=done_at(at),
        by=BY,
        at=at,
        **more,
    )
    steps = ["checked_in", "consented", "cleared", "dosed", "observed", "closed"]
    for step in steps[1 : steps.index(state) + 1]:
        _take(day, received.visit, step, at)
    return received


def _take(day: Day, visit: VisitRef, step: str, at: datetime) -> None:
    later = at + timedelta(minutes=31)
    if step == "consented":
        visits.consent(visit=visit, given=ConsentGiven(agreed=True), performed=done_at(at), by=BY, at=at)
    elif step == "cleared":
        visits.record_screening(
            visit=visit, answers=healthy(), vitals=WELL, decision="eligible", performed=done_at(at), by=BY, at=at
        )
    elif step == "dosed":
        visits.give_dose(visit=visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(at), by=BY, at=at)
    elif step == "observed":
        visits.finish_observation(visit=visit, performed=done_at(later), by=BY, at=later)
    else:
        visits.close(visit=visit, performed=done_at(later), by=BY, at=later)
