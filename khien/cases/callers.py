"""Callers: a phone number only suggests whose record it may be; a record opens by a code sent to the phone on record, by two facts
beyond the phone, or for work on what its person asked in person."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from khien.cases import models, papers, story, work
from khien.cases.types import CallerFacts
from khien.immunizations import queries as immunizations
from khien.kernel import clock, identifiers, names, vietnamese
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, PlaceFacts
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import audit, limits

NEEDED, MOST, WITHIN = 2, 5, timedelta(hours=1)
# Who opened these had proved themselves, or they are the house's own findings.
PROVED = frozenset({"system", "health_book", "desk", "follow_up"})


def _device(case_id: UUID) -> str:
    """A code asked for one conversation opens nothing in another."""
    return f"case:{case_id}"


def send_code(*, case_id: UUID, person_id: UUID, by: Actor, at: datetime) -> UUID:
    """Send a code to the phone on the record, for the caller to read out; return the challenge. The same answer when there is no phone.

    Raises Refused: people.unknown, plumbing.too_many_tries.
    """
    card = people.person(person_id)
    if card is None:
        raise Refused("people.unknown")
    challenge = people_actions.ask_code_of_record(
        person=card.id, purpose="caller", device=_device(case_id), asked=str(card.id), language=card.language, at=at
    )
    audit.record("cases.caller_code_sent", by=by, at=at, subject=f"case:{case_id}", person=card.id)
    return challenge


def open_by_code(*, case_id: UUID, person_id: UUID, challenge: UUID, code: str, by: Actor, at: datetime) -> None:
    """Open the record to who answers, by the code that the caller read out. Call it outside any transaction.

    Raises Refused: people.code_wrong (left), people.code_over, cases.unknown.
    """
    proof = people_actions.check_code(challenge=challenge, code=code, device=_device(case_id), at=at)
    if proof.person_id is None or people.current_id(proof.person_id) != people.current_id(person_id):
        raise Refused("people.code_over")
    _opened(case_id, person_id, "code", by, at)


def open_by_facts(*, case_id: UUID, person_id: UUID, told: CallerFacts, by: Actor, at: datetime) -> None:
    """Open the record by what the caller knows beyond the phone: two facts or more, and none of them wrong. Which one was wrong is
    not told. Call it outside any transaction, so that a wrong try stays counted.

    Raises Refused: cases.two_facts, cases.facts_differ, plumbing.too_many_tries, people.unknown, cases.unknown.
    """
    if told.count < NEEDED:
        raise Refused("cases.two_facts")
    limits.brake("caller-facts", str(people.current_id(person_id)), most=MOST, within=WITHIN, at=at)
    answers = _agree(person_id, told, at)
    if len(answers) < NEEDED or not all(answers):
        audit.record("cases.caller_facts_differ", by=by, at=at, subject=f"case:{case_id}", person=person_id)
        raise Refused("cases.facts_differ")
    _opened(case_id, person_id, "facts", by, at)


def _agree(person_id: UUID, told: CallerFacts, at: datetime) -> list[bool]:
    card = people.person(person_id)
    if card is None:
        raise Refused("people.unknown")
    answers = []
    if told.birth:
        answers.append(_born(card.birth, told.birth))
    if told.identifier:
        answers.append(_holds(card.id, told.identifier))
    if told.commune:
        answers.append(_lives_in(card.place, told.commune))
    if told.last_dose_on:
        last = immunizations.history(card.id, clock.on_date(at)).last
        answers.append(last is not None and last.on_date == told.last_dose_on)
    return answers


def _born(known: PartialDate, told: PartialDate) -> bool:
    """The same birth, told at least as exactly as the record has it: an old person's record may know the year alone."""
    return known.agrees_with(told) and (told.month is not None, told.day is not None) >= (known.month is not None, known.day is not None)


def _lives_in(home: PlaceFacts, told: str) -> bool:
    """Whether this names the commune: by its old or its new name, "01" as 1, with or without what kind of unit it is."""
    text = vietnamese.letters(told)
    numbered = re.search(r"\b(?:phuong|xa|p|x) ?0*(\d+)\b", text) or re.match(r"0*(\d+)\b", text)
    for key in (f"2021-{home.commune_2021}", f"2025-{home.commune_2025}"):
        unit = places.unit(key)
        own = vietnamese.letters(unit.name) if unit else ""
        if own.isdecimal() and numbered and int(numbered[1]) == int(own):
            return True
        if own and not own.isdecimal() and f" {own} " in f" {text} ":
            return True
    return False


def _holds(person_id: UUID, text: str) -> bool:
    """Whether a number as typed is one of this person's."""
    for kind in (None, "cccd", "cmnd", "bhyt", "passport"):
        try:
            found = identifiers.read_identifier(text, kind)
        except Refused:
            continue
        if person_id in people.holders(found):
            return True
    return False


def open_for_work(*, case_id: UUID, by: Actor, at: datetime) -> UUID:
    """Open the record that a case is about, for who works on it; return the person. Only where its person has been proved.

    Raises Refused: cases.unknown, cases.verify_first.
    """
    row = models.Case.objects.filter(id=case_id).first()
    if row is None:
        raise Refused("cases.unknown")
    proved = row.channel in PROVED or models.CaseEntry.objects.filter(case_id=case_id, kind__in=["verified", "identified"]).exists()
    if row.person_id is None or not proved:
        raise Refused("cases.verify_first")
    audit.record("cases.person_opened", by=by, at=at, subject=f"case:{case_id}", person=row.person_id, how="work")
    return people.current_id(row.person_id)


def open_by_request(*, case_id: UUID, person_id: UUID, by: Actor, at: datetime) -> None:
    """Open the record of a person found for a written request: two of name, birth date and number in it agree with the record.

    Raises Refused: cases.unknown, cases.no_correction, cases.facts_differ, people.unknown.
    """
    row = models.Correction.objects.filter(case_id=case_id).first()
    card = people.person(person_id)
    if row is None:
        raise Refused("cases.no_correction")
    if card is None:
        raise Refused("people.unknown")
    who = papers.asked(row.asked_cipher).who
    agreeing = [
        bool(who.get("full_name")) and names.compare(card.full_name, str(who["full_name"])) <= names.Match.NEAR,
        _birth(str(who.get("birth", ""))) == card.birth, bool(who.get("identifier")) and _holds(card.id, str(who["identifier"])),
    ]  # fmt: skip
    if sum(agreeing) < NEEDED:
        raise Refused("cases.facts_differ")
    _opened(case_id, person_id, "request", by, at)


def _birth(text: str) -> PartialDate | None:
    try:
        return PartialDate.from_iso(text) if text else None
    except Refused:
        return None


@transaction.atomic
def _opened(case_id: UUID, person_id: UUID, how: str, by: Actor, at: datetime) -> None:
    """Keep in the story and the audit that it was opened, and how; the case is about this person from now on if about nobody yet."""
    row = work.locked(case_id, unresolved=False)
    current = people.current_id(person_id)
    if row.person_id is None:
        row.person_id = current
        row.save(update_fields=["person_id"])
        models.Correction.objects.filter(case_id=case_id, person_id=None).update(person_id=current)
    story.add(row, "verified", by=by, at=at, how=how, same=row.person_id == current)
    audit.record("cases.person_opened", by=by, at=at, subject=f"case:{case_id}", person=current, how=how)
