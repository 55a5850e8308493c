"""One person's way through a point, played with the same actions as the desks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.kernel.refs import Actor, Performed, VisitRef
from khien.kernel.sex import Sex
from khien.safety import actions as safety
from khien.visits import actions as visits
from khien.visits import rules
from khien.visits.types import Confirmed, ConsentGiven

CHECKLIST = {
    "adrenaline": {"ampoules": 5}, "doctor": {"name": "Trần Bác Sĩ"}, "fridge": {"celsius": "4,6"}, "printer": {"ok": True},
    "paper_pack": {"ok": True}, "hospital_phone": {"phone": "028 3839 4747"}, "anaphylaxis_kit": {},
}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """Who works at a point's desks in the demo."""

    reception: Actor
    screener: Actor
    injector: Actor
    observer: Actor
    lead: Actor


@dataclass(frozen=True)
class Guest:
    """One person who comes, with what they hold."""

    person_id: UUID
    birth: PartialDate
    sex: Sex
    appointment_code: str
    has_card: bool = True


def open_day(session_id: UUID, lots: list[UUID], desk: Desk, at: datetime) -> None:
    """Choose the lots, sign the checklist, open the session."""
    for lot in lots:
        visits.choose_lot(session_id=session_id, lot_id=lot, by=desk.lead, at=at)
    in_date = (clock.on_date(at) + timedelta(days=200)).isoformat()
    items = {**CHECKLIST, "anaphylaxis_kit": {"expires_on": in_date}, "adrenaline": {"ampoules": 5, "expires_on": in_date}}
    visits.sign_checklist(session_id=session_id, items=items, by=desk.lead, at=at)
    visits.open_session(session_id=session_id, by=desk.lead, at=at)


def answers(birth: PartialDate, sex: Sex, on: date, yes: tuple[str, ...] = ()) -> dict[str, object]:
    """A form answered: no to everything but `yes`."""
    form = rules.form_for(on, birth.age_max(on)).form
    return {"items": {item.no: item.no in yes for item in rules.asked_items(form, birth, sex, on)}}


def vitals(random: Random, *, fever: bool = False) -> dict[str, str]:
    return {
        "temperature_c": "38,4" if fever else f"36,{random.randint(3, 9)}", "pulse_bpm": str(random.randint(66, 92)),
        "bp_systolic": str(random.randint(108, 136)), "bp_diastolic": str(random.randint(66, 86)), "resp_rate": "17",
    }  # fmt: skip


def play(guest: Guest, outcome: str, *, session_id: UUID, lot: UUID, desk: Desk, at: datetime, random: Random) -> VisitRef:
    """Walk one person to `outcome`: waiting, consented, cleared, observing, closed, left_early, refused, deferred, referred or
    contraindicated."""

    def did(by: Actor, minutes: float) -> Performed:
        moment = at + timedelta(minutes=minutes)
        return Performed(moment, clock.on_date(moment), by.id)

    came = visits.check_in(
        session_id=session_id, identity_how="card" if guest.has_card and random.random() < 0.9 else "slip", appointment_code=guest.appointment_code, performed=did(desk.reception, 0),
        by=desk.reception, at=at,
    )  # fmt: skip
    visit = came.visit
    if outcome == "waiting":
        return visit
    agreed = outcome != "refused"
    visits.consent(visit=visit, given=ConsentGiven(agreed), performed=did(desk.reception, 1), by=desk.reception, at=at + timedelta(minutes=1))
    if outcome in ("refused", "consented"):
        return visit
    _screen(visit, guest, outcome, did(desk.screener, 4), desk, at + timedelta(minutes=4), random)
    if outcome in ("deferred", "referred", "contraindicated", "cleared"):
        return visit
    visits.give_dose(
        visit=visit, lot_id=lot, confirmed=Confirmed(slip=came.code), performed=did(desk.injector, 8), by=desk.injector,
        at=at + timedelta(minutes=8),
    )  # fmt: skip
    if outcome == "observing":
        return visit
    if outcome == "left_early":
        visits.end(visit=visit, end="left_early", reason="Tự ý về sau 12 phút", performed=did(desk.observer, 20), by=desk.observer, at=at + timedelta(minutes=20))
        return visit
    if random.random() < 0.05:
        safety.report_reaction(
            person_id=guest.person_id, record_id=None, visit=visit, symptoms=random.choice((["pain_at_site"], ["pain_at_site", "fever"], ["tiredness"], ["rash"])), onset_at=at + timedelta(minutes=20),
            source="desk", detail="", by=desk.observer, at=at + timedelta(minutes=21),
        )  # fmt: skip
    visits.finish_observation(visit=visit, performed=did(desk.observer, 39), by=desk.observer, at=at + timedelta(minutes=39))
    visits.close(visit=visit, performed=did(desk.observer, 40), by=desk.observer, at=at + timedelta(minutes=40))
    return visit


_DECISIONS = {"deferred": "defer", "referred": "refer", "contraindicated": "contraindicated"}
_YES = {"deferred": ("3",), "referred": ("5",), "contraindicated": ("1",)}


def _screen(visit: VisitRef, guest: Guest, outcome: str, performed: Performed, desk: Desk, at: datetime, random: Random) -> None:
    filled = answers(guest.birth, guest.sex, performed.on, _YES.get(outcome, ()))
    measured = vitals(random, fever=outcome == "deferred")
    proposal = visits.propose(visit=visit, answers=filled, vitals=measured)
    decision = _DECISIONS.get(outcome) or "eligible"
    reason = "" if proposal.verdict.value == decision else "Bác sĩ đã khám, đủ điều kiện tiêm"
    more = {"return_on": performed.on + timedelta(days=7)} if outcome == "deferred" else {}
    visits.record_screening(
        visit=visit, answers=filled, vitals=measured, decision=decision, reason=reason, performed=performed, by=desk.screener, at=at, **more,
    )  # fmt: skip
