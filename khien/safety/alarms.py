"""Anaphylaxis at the point: a red flag at one tap, a doctor within 60 seconds, every act stamped with its time.

The session stops when a doctor confirms, not on a slip of the finger: an accidental flag is taken back with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, VisitRef
from khien.plumbing import audit, outbox
from khien.safety import casework, kept, models, rules
from khien.safety.reports import report_reaction
from khien.safety.states import STANDING, Flag, State, check_flag
from khien.visits import actions as visit_acts
from khien.visits import queries as visits

ACKNOWLEDGE_WITHIN = timedelta(seconds=60)
# Acts of the time line, with the facts that each may carry. Source: anaphylaxis protocol, Circular 51/2017; adrenaline first.
ACTS: dict[str, tuple[str, ...]] = {
    "adrenaline": ("dose_mg", "route"), "position": (), "oxygen": ("litres",), "line": (), "vitals": ("pulse", "bp", "spo2"),
    "called_115": (), "called_hospital": (), "transfer": (), "fluids": ("ml",), "other_drug": (), "better": (), "note": (),
}  # fmt: skip
ROUTES = ("im", "iv")
MOST_MG = 1.0  # one injection into the muscle; a whole ampoule is 1 mg


def standing(visit: VisitRef) -> models.Alarm | None:
    """The red flag that stands for this visit."""
    return models.Alarm.objects.filter(site_id=visit.site_id, visit_id=visit.visit_id, state__in=[flag.value for flag in STANDING]).first()


@transaction.atomic
def raise_alarm(
    *, visit: VisitRef, onset_at: datetime | None = None, symptoms: tuple[str, ...] = (), raised_at: datetime | None = None, by: Actor, at: datetime
) -> tuple[UUID, UUID]:
    """Raise the red flag for a person at the point; the response centre hears of it at once. Returns the alarm and the reaction.

    Tapped twice it is one flag. `raised_at` is the tap (a desk without a line tells it later). Raises Refused: visits.unknown,
    safety.onset_in_future, safety.onset_before_dose, safety.flag_before_dose.
    """
    card = visits.visit(visit)
    if card is None:
        raise Refused("visits.unknown")
    kept.queue_up(visit.visit_id)
    if (old := standing(visit)) is not None:
        return old.id, old.reaction_id
    if card.dosed_at is None:
        raise Refused("safety.flag_before_dose", number=card.number)
    tapped = min(raised_at or at, at)
    told = report_reaction(
        person_id=card.person_id, visit=visit, symptoms=symptoms, anaphylaxis=True, onset_at=max(onset_at or tapped, card.dosed_at), source="desk", by=by, at=at
    )
    row = models.Alarm.objects.create(
        site_id=visit.site_id, session_id=card.session_id, visit_id=visit.visit_id, person_id=card.person_id, reaction_id=told.id, raised_at=tapped,
        raised_by=by.text,
    )  # fmt: skip
    _trace("raised", row, by, at)
    return row.id, told.id


def _trace(action: str, row: models.Alarm, by: Actor, at: datetime, **facts: Any) -> None:
    audit.record(f"safety.alarm_{action}", by=by, at=at, subject=f"alarm:{row.id}", person=row.person_id, state=row.state, **facts)


def _locked(alarm_id: UUID) -> models.Alarm:
    row = models.Alarm.objects.select_for_update().filter(id=alarm_id).first()
    if row is None:
        raise Refused("safety.alarm_unknown")
    return row


@transaction.atomic
def acknowledge_alarm(*, alarm_id: UUID, done_at: datetime | None = None, by: Actor, at: datetime) -> bool:
    """A doctor has it. Returns whether it was within the 60 seconds; called again it changes nothing.

    Raises Refused: safety.alarm_unknown, safety.flag_wrong_state.
    """
    row = _locked(alarm_id)
    if row.acknowledged_at is None:
        check_flag(row.state, Flag.ACKNOWLEDGED)
        row.state = Flag.ACKNOWLEDGED.value
        row.acknowledged_at, row.acknowledged_by = max(min(done_at or at, at), row.raised_at), by.text
        row.save()
        _trace("acknowledged", row, by, at, seconds=int((row.acknowledged_at - row.raised_at).total_seconds()))
    return row.acknowledged_at - row.raised_at <= ACKNOWLEDGE_WITHIN


@transaction.atomic
def confirm_alarm(*, alarm_id: UUID, reason: str, done_at: datetime | None = None, by: Actor, at: datetime) -> bool:
    """A doctor confirms anaphylaxis: the session stops for everyone. Returns whether it ran until now.

    `reason` are the words that the stopped desks read. Raises Refused: safety.alarm_unknown, safety.flag_wrong_state, visits.reason_missing.
    """
    row = _locked(alarm_id)
    if row.state == Flag.CONFIRMED:
        return False
    check_flag(row.state, Flag.CONFIRMED)
    moment = max(min(done_at or at, at), row.raised_at)
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by = moment, by.text
    row.state, row.confirmed_at, row.confirmed_by = Flag.CONFIRMED.value, max(moment, row.acknowledged_at), by.text
    row.save()
    _trace("confirmed", row, by, at)
    stopped: bool = visit_acts.stop_session(session_id=row.session_id, reason=reason, by=by, at=at)
    return stopped


@transaction.atomic
def take_back_alarm(*, alarm_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Take back a flag raised by mistake: its report is withdrawn with the reason, the response centre's case ends.

    Not once a doctor has confirmed. Raises Refused: safety.alarm_unknown, safety.flag_wrong_state, safety.reason_missing.
    """
    row = _locked(alarm_id)
    check_flag(row.state, Flag.TAKEN_BACK)
    if not reason.strip():
        raise Refused("safety.reason_missing")
    row.state, row.ended_at, row.ended_by, row.outcome = Flag.TAKEN_BACK.value, at, by.text, "mistake"
    row.reason_cipher = kept.seal(reason.strip()[:500])
    row.save()
    _trace("taken_back", row, by, at)
    reaction = models.Reaction.objects.get(id=row.reaction_id)
    outbox.publish("safety.alarm_withdrawn", at=at, alarm_id=row.id, reaction_id=row.reaction_id, case_id=reaction.case_id)
    _undo_case(reaction, reason, by, at)


def _undo_case(reaction: models.Reaction, reason: str, by: Actor, at: datetime) -> None:
    """The case opened by a mistake is withdrawn; one that other reports told of as well only loses this one."""
    if reaction.aefi_id is None:
        return
    aefi_id = reaction.aefi_id
    if models.Reaction.objects.filter(aefi_id=aefi_id).exclude(id=reaction.id).exists():
        aefi_id = casework.tell_apart(reaction_id=reaction.id, reason=reason, by=by, at=at)
    row = kept.locked(aefi_id)
    if row.state in (State.NOTED, State.TO_REPORT):
        casework.withdraw_aefi(aefi_id=aefi_id, reason=reason, by=by, at=at)


@transaction.atomic
def stamp(
    *, alarm_id: UUID, kind: str, happened_at: datetime, facts: Mapping[str, Any] | None = None, who: str = "", text: str = "",
    replaces: UUID | None = None, by: Actor, at: datetime,
) -> UUID:  # fmt: skip
    """Write one act of the time line, or another version of one (`replaces`); nothing is lost, the newest stands.

    `facts` of adrenaline: dose_mg, route (im, iv); of vitals: pulse, bp, spo2. `who` is the hand that did it. Raises Refused:
    safety.alarm_unknown, safety.act_unknown, safety.act_in_future, safety.act_before_dose, safety.dose_unlikely, safety.entry_unknown.
    """
    row = _locked(alarm_id)
    if kind not in ACTS:
        raise Refused("safety.act_unknown")
    told = _facts(kind, dict(facts or {}))
    _check_time(row, happened_at, at)
    _replace(row, replaces)
    entry = models.AlarmEntry.objects.create(
        site_id=row.site_id, alarm_id=row.id, kind=kind, happened_at=happened_at, facts=told, replaces=replaces,
        words_cipher=kept.seal({name: value.strip()[:500] for name, value in (("who", who), ("text", text)) if value.strip()}), recorded_at=at,
        recorded_by=by.text,
    )  # fmt: skip
    _trace("stamped", row, by, at, kind=kind, edited=replaces is not None)
    return entry.id


def _check_time(row: models.Alarm, happened_at: datetime, at: datetime) -> None:
    card = visits.visit(VisitRef(row.site_id, row.visit_id))
    if happened_at > at:
        raise Refused("safety.act_in_future")
    if card is not None and card.dosed_at is not None and happened_at < card.dosed_at:
        raise Refused("safety.act_before_dose")


def _facts(kind: str, told: dict[str, Any]) -> dict[str, Any]:
    kept_facts = {name: str(told[name]).strip()[:20] for name in ACTS[kind] if str(told.get(name, "")).strip()}
    if "dose_mg" in kept_facts:
        try:
            dose = float(kept_facts["dose_mg"].replace(",", "."))
        except ValueError:
            raise Refused("safety.dose_unlikely", most=MOST_MG) from None
        if not 0 < dose <= MOST_MG:
            raise Refused("safety.dose_unlikely", most=MOST_MG)
        kept_facts["dose_mg"] = f"{dose:g}"
    if kept_facts.get("route", "im") not in ROUTES:
        raise Refused("safety.act_unknown")
    return kept_facts


def _replace(row: models.Alarm, entry_id: UUID | None) -> None:
    if entry_id is not None and not models.AlarmEntry.objects.filter(id=entry_id, alarm_id=row.id, replaced=False).update(replaced=True):
        raise Refused("safety.entry_unknown")


@transaction.atomic
def strike(*, alarm_id: UUID, entry_id: UUID, by: Actor, at: datetime) -> None:
    """Strike out an act that did not happen; it stays readable. Raises Refused: safety.alarm_unknown, safety.entry_unknown."""
    row = _locked(alarm_id)
    if not models.AlarmEntry.objects.filter(id=entry_id, alarm_id=row.id, replaced=False, struck=False).update(struck=True):
        raise Refused("safety.entry_unknown")
    _trace("struck", row, by, at, entry=entry_id)


@transaction.atomic
def end_alarm(*, alarm_id: UUID, outcome: str, by: Actor, at: datetime) -> None:
    """End the treatment at the point: "recovering", "transferred" or "died"; the AEFI case goes on.

    Raises Refused: safety.alarm_unknown, safety.flag_wrong_state, safety.outcome_unknown.
    """
    row = _locked(alarm_id)
    if outcome not in ("recovering", "transferred", "died"):
        raise Refused("safety.outcome_unknown")
    check_flag(row.state, Flag.ENDED)
    row.state, row.ended_at, row.ended_by, row.outcome = Flag.ENDED.value, at, by.text, outcome
    row.save()
    _trace("ended", row, by, at, outcome=outcome)
    reaction = models.Reaction.objects.get(id=row.reaction_id)
    if reaction.aefi_id is None:
        return
    case = kept.locked(reaction.aefi_id)
    if outcome == "transferred":
        serious = [*case.serious, rules.Serious.HOSPITALISATION.value, rules.Serious.LIFE_THREATENING.value]
        casework.edit_aefi(aefi_id=case.id, serious=serious, by=by, at=at)
    else:
        casework.edit_aefi(aefi_id=case.id, outcome=outcome, serious=[*case.serious, rules.Serious.LIFE_THREATENING.value], by=by, at=at)


@transaction.atomic
def release(*, session_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """The lead doctor lets a stopped session go on, with a reason; not while a flag still stands there.

    Raises Refused: safety.flag_stands, visits.session_not_stopped, visits.reason_missing.
    """
    if models.Alarm.objects.filter(session_id=session_id, state__in=[flag.value for flag in STANDING]).exists():
        raise Refused("safety.flag_stands")
    visit_acts.release_session(session_id=session_id, reason=reason, by=by, at=at)
