"""How people are after their dose: asked on days 1, 3, 7 and 28, and on day 0 of who left before the time was over.

Every question is a row: answered, not answered, stopped because the person wished so, or void because its dose was an error. Messages are sent by the messaging room,
which asks `plan_follow_up` for the link's token; a phone call writes its outcome here.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.people import queries as people
from khien.plumbing import audit, outbox
from khien.safety import kept, models, rules
from khien.safety.reports import report_reaction

EARLY = 0  # the day's number of who left before 30 minutes
DAYS = rules.FOLLOW_UP_DAYS
UNWELL = ("soso", "bad")
ANSWERS = ("well", *UNWELL)
VOID = "void"
CALLED = (*ANSWERS, "no_answer", "wrong_number")
GOOD_FOR = timedelta(days=14)  # a link answers this long after its day
Randomness = Callable[[], str]


def random_token() -> str:
    """Twelve letters that nobody guesses (72 bits)."""
    return secrets.token_urlsafe(9)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as planned: `token` opens its page without signing in; empty when it had been planned before."""

    id: UUID
    token: str


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def plan_follow_up(*, record_id: UUID, day: int, by: Actor, at: datetime, randomness: Randomness = random_token) -> Asked | None:
    """Plan one question about a dose; None when the person wants none, or the dose is no dose. Planned twice it is one."""
    return plan_follow_ups(record_id=record_id, days=[day], by=by, at=at, randomness=randomness).get(day)


@transaction.atomic
def plan_follow_ups(
    *, record_id: UUID, days: Iterable[int], by: Actor, at: datetime, randomness: Randomness = random_token
) -> dict[int, Asked]:
    """Plan the questions of these days about a dose, by day; none when the person wants none, or the dose is no dose."""
    dose = immunizations.record(record_id)
    if dose is None or dose.status != "completed" or stopped(people.current_id(dose.person_id)):
        return {}
    tokens = {day: randomness() for day in days if day in (EARLY, *DAYS)}
    rows = [
        models.FollowUp(
            person_id=dose.person_id, record_id=record_id, visit_id=dose.visit_id, session_id=dose.session_id, site_id=dose.site_id, day=day,
            due_on=due_on(dose.on_date, day), token_hash=_hash(token), planned_at=at, planned_by=by.text,
        )
        for day, token in tokens.items()
    ]  # fmt: skip
    models.FollowUp.objects.bulk_create(rows, ignore_conflicts=True)
    new = {row.id for row in rows}
    kept = models.FollowUp.objects.filter(person_id=dose.person_id, record_id=record_id, day__in=tokens)
    return {day: Asked(id, tokens[day] if id in new else "") for id, day in kept.values_list("id", "day")}


@transaction.atomic
def follow_dose(record_id: UUID) -> None:
    """What nobody answered yet is asked on the days that the record tells of its dose now; after a dose that was an error nobody is asked."""
    dose = immunizations.record(record_id)
    if dose is None:
        return
    for row in models.FollowUp.objects.select_for_update().filter(record_id=record_id, answered_at__isnull=True).exclude(answer="stopped").order_by("day"):
        day = row.due_on if row.day == EARLY else due_on(dose.on_date, row.day)  # who left early is asked on the day of leaving
        if dose.status != "completed":
            row.answer = VOID
        elif day == row.due_on:
            continue
        row.due_on = day
        row.save(update_fields=["answer", "due_on"])


def stopped(person_id: UUID) -> bool:
    """Whether the person wants no more questions."""
    return models.FollowUpStop.objects.filter(person_id__in=people.ids_of(person_id)).exists()


def by_token(token: str, at: datetime) -> models.FollowUp | None:
    """The question that a link opens, while the link is good."""
    row = models.FollowUp.objects.filter(token_hash=_hash(token)).first() if token else None
    return row if row is not None and clock.on_date(at) <= row.due_on + GOOD_FOR else None


@transaction.atomic
def answer_follow_up(
    *, follow_up_id: UUID, answer: str, symptoms: tuple[str, ...] = (), detail: str = "", onset_at: datetime | None = None, channel: str = "link",
    by: Actor, at: datetime,
) -> UUID | None:  # fmt: skip
    """Keep how a person is; what they feel becomes a reaction and meets their AEFI case. Returns the reaction, if any.

    Raises Refused: safety.follow_up_unknown, safety.answer_unknown, and those of `report_reaction`.
    """
    row = models.FollowUp.objects.select_for_update().filter(id=follow_up_id).first()
    if row is None:
        raise Refused("safety.follow_up_unknown")
    if answer not in ANSWERS:
        raise Refused("safety.answer_unknown")
    found = None
    if symptoms or detail.strip():
        told = report_reaction(
            person_id=row.person_id, record_id=row.record_id, symptoms=symptoms, detail=detail, onset_at=onset_at or at, source="follow_up", by=by, at=at
        )
        found = told.id
    row.answer, row.channel, row.answered_at, row.answered_by = answer, channel, at, by.text
    row.reaction_id = found or row.reaction_id
    row.save()
    audit.record("safety.follow_up_answered", by=by, at=at, subject=f"follow_up:{row.id}", person=row.person_id, day=row.day, answer=answer)
    return found


@transaction.atomic
def call_follow_up(
    *, follow_up_id: UUID, outcome: str, text: str = "", symptoms: tuple[str, ...] = (), onset_at: datetime | None = None, by: Actor, at: datetime
) -> UUID | None:
    """Write what came of a phone call: how the person is, that nobody answered, or a wrong number. Returns the reaction, if any.

    Who is not well has a sign or words, and the words are a report like any other; danger in the words is heard of anybody.
    Raises Refused: safety.follow_up_unknown, safety.answer_unknown, safety.nothing_told, and those of `report_reaction`.
    """
    row = models.FollowUp.objects.select_for_update().filter(id=follow_up_id).first()
    if row is None:
        raise Refused("safety.follow_up_unknown")
    if outcome not in CALLED:
        raise Refused("safety.answer_unknown")
    unwell = outcome in UNWELL
    if unwell and not symptoms and not text.strip():
        raise Refused("safety.nothing_told")
    row.calls += 1
    row.words_cipher = kept.seal({"text": text.strip()[:500]}) if text.strip() else row.words_cipher
    row.save(update_fields=["calls", "words_cipher"])
    if outcome in ANSWERS:
        detail = text if unwell or rules.red_flags_in_text(text) else ""
        return answer_follow_up(follow_up_id=row.id, answer=outcome, symptoms=symptoms, detail=detail, onset_at=onset_at, channel="call", by=by, at=at)
    row.answer, row.channel = outcome, "call"
    row.save(update_fields=["answer", "channel"])
    audit.record("safety.follow_up_called", by=by, at=at, subject=f"follow_up:{row.id}", person=row.person_id, outcome=outcome)
    return None


@transaction.atomic
def stop_follow_ups(*, person_id: UUID, by: Actor, at: datetime) -> None:
    """Ask this person nothing more; what waits is withdrawn. A recall of a lot is told all the same."""
    who = people.current_id(person_id)
    models.FollowUpStop.objects.bulk_create(
        [models.FollowUpStop(person_id=who, stopped_at=at, stopped_by=by.text)], ignore_conflicts=True
    )
    models.FollowUp.objects.filter(person_id__in=people.ids_of(who), answered_at__isnull=True, answer="").update(answer="stopped")
    audit.record("safety.follow_up_stopped", by=by, at=at, subject=f"person:{who}", person=who)
    outbox.publish("safety.follow_up_stopped", at=at, person_id=who)


@transaction.atomic
def resume_follow_ups(*, person_id: UUID, by: Actor, at: datetime) -> None:
    """Ask this person again from the next question on."""
    models.FollowUpStop.objects.filter(person_id__in=people.ids_of(person_id)).delete()
    audit.record("safety.follow_up_resumed", by=by, at=at, subject=f"person:{person_id}", person=person_id)


def due_on(dose_day: date, day: int) -> date:
    """The day of a question."""
    return dose_day + timedelta(days=day)
