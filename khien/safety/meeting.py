"""Where reports of one event meet: desk, health book, hotline and follow-up messages write into one AEFI case of the person."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.booking import queries as booking
from khien.immunizations import queries as immunizations
from khien.kernel import clock, codes
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor, PlaceFacts
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import outbox
from khien.safety import core, doses, dosing, kept, models, rules
from khien.safety.states import OPEN, State
from khien.safety.types import ToldPatient
from khien.visits import queries as visits

UNITS = ("province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025")
ANAPHYLAXIS = "anaphylaxis"
Randomness = Callable[[], int]


def random_bits() -> int:
    return secrets.randbits(64)


def meet(reaction: models.Reaction, *, by: Actor, at: datetime, apart: bool = False, randomness: Randomness = random_bits) -> models.AefiCase:
    """Let a report join the open case of the same person, dose and days, or open one; `apart` always opens one.

    A person may join cases or tell reports apart afterwards (`actions.join_aefi`, `actions.tell_apart`).
    """
    kept.queue_up(people.current_id(reaction.person_id))
    row = None if apart else _open_case(reaction)
    grave = reaction.severity == rules.Severity.SEVERE.value or ANAPHYLAXIS in reaction.symptoms
    if row is None:
        row = _new(reaction, by, at, randomness)
        row.severe, row.anaphylaxis = grave, ANAPHYLAXIS in reaction.symptoms
        row.signs = [sign for sign in reaction.symptoms if sign != ANAPHYLAXIS]
        kept.weigh(row, at)
        row.due_at = kept.due(row)
        row.save(force_insert=True)
        kept.line(row, "opened", by=by, at=at, reaction_id=reaction.id, source=reaction.source)
    else:
        row.signs = list(dict.fromkeys([*row.signs, *(sign for sign in reaction.symptoms if sign != ANAPHYLAXIS)]))
        row.severe, row.anaphylaxis = row.severe or grave, row.anaphylaxis or ANAPHYLAXIS in reaction.symptoms
        row.onset_at = min(row.onset_at, reaction.onset_at)
        kept.weigh(row, at)
        kept.keep(row, "told_again", by=by, at=at, reaction_id=reaction.id, source=reaction.source)
    models.Reaction.objects.filter(id=reaction.id).update(aefi_id=row.id)
    reaction.aefi_id = row.id
    return row


def _open_case(reaction: models.Reaction) -> models.AefiCase | None:
    """The open case that this report tells of once more."""
    rows = models.AefiCase.objects.select_for_update().filter(
        person_id__in=people.ids_of(reaction.person_id), record_id=reaction.record_id, state__in=[state.value for state in OPEN]
    )
    asked = reaction.source == "follow_up"  # a question asks about one dose, however late it is answered
    near = [row for row in rows if asked or core.same_event(reaction.onset_at, [row.onset_at, *_onsets(row.id)])]
    return max(near, key=lambda row: row.opened_at, default=None)


def _onsets(aefi_id: UUID) -> list[datetime]:
    return list(models.Reaction.objects.filter(aefi_id=aefi_id).values_list("onset_at", flat=True))


def _new(reaction: models.Reaction, by: Actor, at: datetime, randomness: Randomness) -> models.AefiCase:
    row = models.AefiCase(
        code=codes.slip_code(randomness()), person_id=people.current_id(reaction.person_id), record_id=reaction.record_id,
        visit_id=reaction.visit_id, site_id=reaction.site_id, source=reaction.source, onset_at=reaction.onset_at, outcome=reaction.outcome,
        opened_at=at, opened_by=by.text,
    )  # fmt: skip
    describe(row)
    return row


def describe(row: models.AefiCase) -> None:
    """Fill in what the record says of person, dose and place."""
    card = people.person(row.person_id) if row.person_id else None
    dose = immunizations.record(immunizations.recorded_as(row.record_id)) if row.record_id else None
    if dose is not None:
        dosing.take(row, dose if dose.status == "completed" else None)
        row.site_id, row.session_id, row.facility_id = dose.site_id, dose.session_id, dose.facility_id
    visit = visits.visit(row.visit_id) if row.visit_id and not row.session_id else None
    row.session_id = visit.session_id if visit else row.session_id
    if card is not None:
        row.sex = str(card.sex)
        row.age_years = max(0, min(card.birth.age_min(clock.on_date(row.onset_at)), 150))
    place = _place(row) or (card.place if card else PlaceFacts())
    for name in UNITS:
        setattr(row, name, getattr(place, name))
    row.facility_id = row.facility_id or place.facility_id


def _place(row: models.AefiCase) -> PlaceFacts | None:
    found = booking.session_place(row.session_id) if row.session_id else None
    return found or (places.site_place(row.site_id) if row.site_id else None)


@transaction.atomic
def open_unknown(
    *, told: ToldPatient, symptoms: tuple[str, ...], onset_at: datetime, serious: tuple[str, ...] = (), place: PlaceFacts, description: str = "",
    anaphylaxis: bool = False, source: str = "hotline", by: Actor, at: datetime, randomness: Randomness = random_bits,
) -> UUID:  # fmt: skip
    """Open a case of someone for whom no record is found; it becomes work until somebody says who it is (`identify_aefi`).

    Raises Refused: safety.onset_in_future, safety.onset_before_dose, safety.nothing_told, safety.unknown_sign, safety.serious_unknown,
    safety.nobody_told.
    """
    if onset_at > at:
        raise Refused("safety.onset_in_future")
    if told.dosed_on and clock.on_date(onset_at) < told.dosed_on:
        raise Refused("safety.onset_before_dose")
    if not symptoms and not anaphylaxis and not description.strip():
        raise Refused("safety.nothing_told")
    if not any((told.full_name.strip(), told.phone.strip(), told.address.strip())):
        raise Refused("safety.nobody_told")
    weighed = rules.triage(symptoms, since_dose=None)
    row = models.AefiCase(
        code=codes.slip_code(randomness()), told_cipher=kept.seal(asdict(told)), vaccine=told.vaccine, lot_number=told.lot, dosed_on=told.dosed_on,
        sex=told.sex, source=source, signs=list(weighed.signs), anaphylaxis=anaphylaxis, severe=anaphylaxis or weighed.severity is rules.Severity.SEVERE,
        serious=read_serious(serious), onset_at=onset_at, opened_at=at, opened_by=by.text, site_id=place.site_id, facility_id=place.facility_id,
        facts_cipher=kept.seal(core.read_facts({"description": description}) if description.strip() else {}),
        **{name: getattr(place, name) for name in UNITS},
    )  # fmt: skip
    kept.weigh(row, at)
    row.due_at = kept.due(row)
    row.save(force_insert=True)
    kept.line(row, "opened", by=by, at=at, source=source)
    outbox.publish("safety.aefi_unknown", at=at, aefi_id=row.id, urgency="P2", site_id=row.site_id)
    return row.id


def read_serious(told: Any) -> list[str]:
    """The criteria of seriousness, in WHO's order. Raises Refused: safety.serious_unknown."""
    known = [one.value for one in rules.Serious]
    if any(one not in known for one in told):
        raise Refused("safety.serious_unknown")
    return [one for one in known if one in set(told)]


def told_of_life(row: models.AefiCase, *, was: str = "", by: Actor, at: datetime) -> None:
    """Write on the person's record that this event ended in death, and when; or take that back when the outcome was another after all.

    A death that the record had from someone else keeps its day, and stays where this event did not end in it.
    """
    died = rules.Outcome.DIED.value
    if row.person_id is None:
        return
    told: dict[str, Any] = {"person": people.current_id(row.person_id), "reason": f"aefi:{row.code}", "by": by, "at": at}
    ours = people.death_told_as(row.person_id) == told["reason"]
    if row.outcome == died and not ours:
        people_actions.record_death(on=row.died_on or clock.on_date(at), **told)
    elif row.outcome == died and row.died_on:
        people_actions.redate_death(on=row.died_on, **told)
    elif was == died and ours and row.outcome != died:
        people_actions.withdraw_death(**told)


@transaction.atomic
def identify_aefi(*, aefi_id: UUID, person_id: UUID, record_id: UUID | None = None, by: Actor, at: datetime) -> None:
    """Say who an unknown person's case is about, and which dose (None: the one that was meant, see `doses.meant`).

    Raises Refused: safety.aefi_unknown, safety.known_already, safety.record_unknown, safety.onset_before_dose.
    """
    row = kept.locked(aefi_id)
    if row.person_id is not None:
        raise Refused("safety.known_already")
    if record_id is None:
        dose = doses.meant(immunizations.history(person_id, clock.on_date(at)).doses, row.onset_at, kept.told_of(row))
        record_id = dose.record_id if dose else None
    else:
        dose = immunizations.record(record_id)
    if record_id and (dose is None or people.current_id(dose.person_id) != people.current_id(person_id)):
        raise Refused("safety.record_unknown")
    if dose is not None and row.onset_at < doses.earliest(dose):
        raise Refused("safety.onset_before_dose")
    row.person_id, row.record_id = people.current_id(person_id), record_id
    row.visit_id = dose.visit_id if dose else None
    told_of_life(row, by=by, at=at)
    describe(row)
    kept.keep(row, "identified", by=by, at=at, record_id=record_id)
    outbox.publish("safety.aefi_identified", at=at, aefi_id=row.id)


def gather_old(at: datetime) -> bool:
    """Open cases for reactions kept before there were any, a page at a time, and bring older cases to their doses as these stand.

    Called now and again; returns whether there were any.
    """
    rows = list(models.Reaction.objects.filter(aefi_id__isnull=True).order_by("recorded_at")[:200])
    for row in rows:
        with transaction.atomic():
            meet(row, by=SYSTEM, at=max(row.recorded_at, row.onset_at))
    return dosing.catch_up(at) or bool(rows)


def over(aefi_id: UUID) -> bool:
    """Whether the case was joined to another or withdrawn."""
    return models.AefiCase.objects.filter(id=aefi_id, state__in=[State.JOINED.value, State.WITHDRAWN.value]).exists()


def ended(row: models.AefiCase) -> bool:
    """The same of a row in hand."""
    return row.state in (State.JOINED, State.WITHDRAWN)
