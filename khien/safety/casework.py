"""The steps of an AEFI case: edit, report, investigate, decide, close; join cases, tell reports apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.people import queries as people
from khien.safety import core, kept, meeting, models, rules
from khien.safety.states import State


def _need(text: str) -> str:
    """A reason, trimmed. Raises Refused: safety.reason_missing."""
    if not text.strip():
        raise Refused("safety.reason_missing")
    return text.strip()[: core.LONGEST]


def _done_at(row: models.AefiCase, told: datetime | None, after: datetime | None, at: datetime) -> datetime:
    """When a step was done. Raises Refused: safety.step_in_future, safety.step_before_last."""
    done = told or at
    if done > at:
        raise Refused("safety.step_in_future")
    if after is not None and done < after:
        raise Refused("safety.step_before_last", after=after)
    return done


@transaction.atomic
def edit_aefi(
    *, aefi_id: UUID, version: int | None = None, facts: Mapping[str, str] | None = None, serious: Iterable[str] | None = None,
    severe: bool | None = None, outcome: str = "", died_on: date | None = None, onset_at: datetime | None = None, by: Actor, at: datetime,
) -> int:  # fmt: skip
    """Write what is known better now; before and after are kept. Returns the case's version.

    A death makes the event serious, and the person's record says it: nobody calls or invites them again. Raises Refused: safety.aefi_unknown, safety.aefi_changed, safety.aefi_ended, safety.variable_unknown,
    safety.qualification_unknown, safety.serious_unknown, safety.outcome_unknown, safety.onset_in_future, safety.onset_before_dose, safety.died_before_onset.
    """
    row = kept.locked(aefi_id, version=version)
    if meeting.ended(row):
        raise Refused("safety.aefi_ended")
    before = _told(row)
    stored = kept.unseal(row.facts_cipher)
    stored |= core.read_facts(facts or {})
    row.facts_cipher = kept.seal({code: value for code, value in stored.items() if value})
    if serious is not None:
        row.serious = meeting.read_serious(list(serious))
    if severe is not None:
        row.severe = severe
    if outcome:
        _outcome(row, outcome, died_on, at)
    if onset_at is not None:
        row.onset_at = _onset(row, onset_at, at)
    after = _told(row)
    changed = sorted(name for name in {*before, *after} if before.get(name, "") != after.get(name, ""))
    if not changed:
        return row.version
    if {"outcome", "died_on"} & set(changed):
        meeting.told_of_life(row, was=before["outcome"], by=by, at=at)
    kept.weigh(row, at)
    words = {name: [before.get(name, ""), after.get(name, "")] for name in changed}
    kept.keep(row, "edited", by=by, at=at, told=words, fields=changed)
    return row.version


def _told(row: models.AefiCase) -> dict[str, Any]:
    """What an edit may change, as it stands."""
    died = row.died_on.isoformat() if row.died_on else ""
    return kept.unseal(row.facts_cipher) | {
        "serious": list(row.serious), "severe": row.severe, "outcome": row.outcome, "died_on": died, "onset_at": row.onset_at.isoformat(),
    }  # fmt: skip


def _outcome(row: models.AefiCase, outcome: str, died_on: date | None, at: datetime) -> None:
    if outcome not in {one.value for one in rules.Outcome}:
        raise Refused("safety.outcome_unknown")
    row.outcome, row.died_on = outcome, None
    if outcome == rules.Outcome.DIED.value:
        if died_on is not None and (died_on > clock.on_date(at) or died_on < clock.on_date(row.onset_at)):
            raise Refused("safety.died_before_onset")
        row.died_on = died_on
        row.serious = meeting.read_serious({*row.serious, rules.Serious.DEATH.value})


def _onset(row: models.AefiCase, onset_at: datetime, at: datetime) -> datetime:
    if onset_at > at:
        raise Refused("safety.onset_in_future")
    if (row.dosed_at and onset_at < row.dosed_at) or (row.dosed_on and clock.on_date(onset_at) < row.dosed_on):
        raise Refused("safety.onset_before_dose")
    return onset_at


@transaction.atomic
def report_aefi(*, aefi_id: UUID, done_at: datetime | None = None, by: Actor, at: datetime) -> None:
    """Report a severe event to the Provincial Department of Health; its investigation's and council's clocks begin.

    Raises Refused: safety.aefi_unknown, safety.wrong_state, safety.step_in_future, safety.step_before_last.
    """
    row = kept.locked(aefi_id)
    kept.move(row, State.REPORTED)
    row.reported_at, row.reported_by = _done_at(row, done_at, row.onset_at, at), by.text
    kept.keep(row, "reported", by=by, at=at, done_at=row.reported_at, late=bool(row.noticed_at and row.reported_at > row.noticed_at + core.REPORT_WITHIN))


@transaction.atomic
def investigate_aefi(*, aefi_id: UUID, done_at: datetime | None = None, reason: str = "", by: Actor, at: datetime) -> None:
    """Begin the investigation, or take it up again for more (with a reason).

    Raises Refused: safety.aefi_unknown, safety.wrong_state, safety.reason_missing, safety.step_in_future, safety.step_before_last.
    """
    row = kept.locked(aefi_id)
    again = row.state in (State.INVESTIGATED, State.ASSESSED)
    if row.state == State.CLOSED:  # opened again first, with its reason
        raise Refused("safety.wrong_state", state=row.state, wanted=State.INVESTIGATING.value)
    kept.move(row, State.INVESTIGATING)
    if not again:
        row.investigation_at, row.investigation_by = _done_at(row, done_at, row.reported_at, at), by.text
    row.investigated_at = row.investigated_by = row.assessed_at = row.assessed_by = None
    row.cause = ""
    kept.keep(row, "investigation", by=by, at=at, told={"reason": _need(reason)} if again else {"reason": reason.strip()}, again=again)


@transaction.atomic
def finish_investigation(*, aefi_id: UUID, findings: str, done_at: datetime | None = None, by: Actor, at: datetime) -> None:
    """Write what the investigation found; the council decides next.

    Raises Refused: safety.aefi_unknown, safety.wrong_state, safety.reason_missing, safety.step_in_future, safety.step_before_last.
    """
    row = kept.locked(aefi_id)
    kept.move(row, State.INVESTIGATED)
    row.investigated_at, row.investigated_by = _done_at(row, done_at, row.investigation_at, at), by.text
    stored = kept.unseal(row.facts_cipher)
    before, stored["findings"] = stored.get("findings", ""), _need(findings)
    row.facts_cipher = kept.seal(stored)
    kept.keep(row, "investigated", by=by, at=at, told={"findings": [before, stored["findings"]]}, done_at=row.investigated_at)


@transaction.atomic
def assess_aefi(
    *, aefi_id: UUID, cause: str, reason: str, answers: Mapping[str, bool | None] | None = None, done_at: datetime | None = None, by: Actor, at: datetime
) -> None:
    """Write the council's class of cause with its reason; never by who investigated.

    `answers` are those of the 2019 algorithm; its proposal is kept beside the decision. Raises Refused: safety.aefi_unknown,
    safety.wrong_state, safety.cause_unknown, safety.reason_missing, safety.second_pair_of_eyes, safety.step_in_future, safety.step_before_last.
    """
    row = kept.locked(aefi_id)
    if cause not in {one.value for one in core.Cause}:
        raise Refused("safety.cause_unknown")
    kept.move(row, State.ASSESSED)
    if by.text in (row.investigation_by, row.investigated_by):
        raise Refused("safety.second_pair_of_eyes")
    known = {code: (answers or {}).get(code) for code, *_rest in core.STEPS}
    row.assessed_at, row.assessed_by, row.cause = _done_at(row, done_at, row.investigated_at, at), by.text, cause
    proposed = core.propose(known).value if answers else ""
    kept.keep(row, "assessed", by=by, at=at, told={"reason": _need(reason)}, cause=cause, proposed=proposed, answers=known, done_at=row.assessed_at)


@transaction.atomic
def close_aefi(*, aefi_id: UUID, reason: str = "", by: Actor, at: datetime) -> None:
    """Close a case that was decided, or one that is not severe. Raises Refused: safety.aefi_unknown, safety.wrong_state."""
    row = kept.locked(aefi_id)
    kept.move(row, State.CLOSED)
    row.ended_at, row.ended_by = at, by.text
    kept.keep(row, "closed", by=by, at=at, told={"reason": reason.strip()})


@transaction.atomic
def withdraw_aefi(*, aefi_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Say that there was no event (a slip of the finger). Raises Refused: safety.aefi_unknown, safety.wrong_state, safety.reason_missing."""
    row = kept.locked(aefi_id)
    kept.move(row, State.WITHDRAWN)
    row.ended_at, row.ended_by = at, by.text
    kept.keep(row, "withdrawn", by=by, at=at, told={"reason": _need(reason)})


@transaction.atomic
def reopen_aefi(*, aefi_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Open a closed or withdrawn case again: where its clocks had come to. Raises Refused: safety.aefi_unknown, safety.wrong_state, safety.reason_missing."""
    row = kept.locked(aefi_id)
    wanted = State.INVESTIGATING if row.reported_at and row.state == State.CLOSED else State.TO_REPORT if kept.must_report(row) else State.NOTED
    kept.move(row, wanted)
    if wanted is not State.INVESTIGATING:  # its way begins anew; the story keeps what was done before
        row.noticed_at = (row.noticed_at or at) if wanted is State.TO_REPORT else None
        row.reported_at = row.reported_by = row.investigation_at = row.investigation_by = None
    row.ended_at = row.ended_by = row.assessed_at = row.assessed_by = row.investigated_at = row.investigated_by = None
    row.cause = ""
    kept.keep(row, "reopened", by=by, at=at, told={"reason": _need(reason)})


@transaction.atomic
def join_aefi(*, aefi_id: UUID, into: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Say that two cases are one event: all reports of the first stand in the second from now on.

    Raises Refused: safety.aefi_unknown, safety.join_itself, safety.join_other_person, safety.aefi_ended, safety.wrong_state, safety.reason_missing.
    """
    if aefi_id == into:
        raise Refused("safety.join_itself")
    first, second = (kept.locked(one) for one in sorted((aefi_id, into), key=str))
    row, target = (first, second) if first.id == aefi_id else (second, first)
    ids = [people.current_id(one.person_id) if one.person_id else None for one in (row, target)]
    if ids[0] is not None and ids[0] != ids[1]:
        raise Refused("safety.join_other_person")
    if meeting.ended(target) or target.state == State.CLOSED:
        raise Refused("safety.aefi_ended")
    kept.move(row, State.JOINED)
    row.ended_at, row.ended_by, row.joined_into = at, by.text, target.id
    kept.keep(row, "joined", by=by, at=at, told={"reason": _need(reason)}, into=target.id)
    models.Reaction.objects.filter(aefi_id=row.id).update(aefi_id=target.id)
    _take_over(target, row)
    kept.weigh(target, row.noticed_at or at)
    kept.keep(target, "took_over", by=by, at=at, told={"reason": reason.strip()}, other=row.id)


def _take_over(target: models.AefiCase, row: models.AefiCase) -> None:
    target.signs = list(dict.fromkeys([*target.signs, *row.signs]))
    target.severe, target.anaphylaxis = target.severe or row.severe, target.anaphylaxis or row.anaphylaxis
    target.serious = meeting.read_serious({*target.serious, *row.serious})
    target.onset_at = min(target.onset_at, row.onset_at)
    stored = kept.unseal(target.facts_cipher)
    target.facts_cipher = kept.seal(kept.unseal(row.facts_cipher) | stored)


@transaction.atomic
def tell_apart(*, reaction_id: UUID, reason: str, by: Actor, at: datetime) -> UUID:
    """Take a report out of its case into one of its own; returns the new case.

    Raises Refused: safety.reaction_unknown, safety.only_report, safety.aefi_ended, safety.reason_missing.
    """
    reaction = models.Reaction.objects.select_for_update().filter(id=reaction_id).first()
    if reaction is None or reaction.aefi_id is None:
        raise Refused("safety.reaction_unknown")
    row = kept.locked(reaction.aefi_id)
    if meeting.ended(row):
        raise Refused("safety.aefi_ended")
    left = list(models.Reaction.objects.filter(aefi_id=row.id).exclude(id=reaction_id))
    if not left:
        raise Refused("safety.only_report")
    apart = meeting.meet(reaction, by=by, at=at, apart=True)
    row.signs = list(dict.fromkeys(sign for one in left for sign in one.symptoms if sign != meeting.ANAPHYLAXIS))
    row.anaphylaxis = any(meeting.ANAPHYLAXIS in one.symptoms for one in left)
    row.severe = any(one.severity == rules.Severity.SEVERE.value for one in left)
    row.onset_at = min(one.onset_at for one in left)
    kept.weigh(row, at)
    kept.keep(row, "told_apart", by=by, at=at, told={"reason": _need(reason)}, other=apart.id, reaction_id=reaction_id)
    return apart.id
