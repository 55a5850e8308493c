"""Before the injection: what is due, and everything that speaks against it.

Pure: standard library only. A dose not yet given STOPS at the first reason; a dose already given is recorded as it was, each reason
a mark on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.campaigns import rules as campaign_rules
from khien.campaigns.types import DoseVerdict, Facts, PastDose, Recipient, Validity
from khien.kernel.errors import Refused
from khien.stock.rules import check_lot, check_shelf
from khien.stock.types import LotInfo, Shelf
from khien.visits.rules import form_named
from khien.visits.screening_types import Verdict
from khien.visits.states import State
from khien.visits.types import Confirmed, DosePlan, Stop, Warning

# What an injector asks to be sure; a name and one of the others, or the slip.
FACTS = frozenset({"full_name", "birth", "identifier", "phone", "address"})
NO_SHELF = Shelf()
# Reasons that leave the worth of a given dose to a person's decision.
_DOUBT = {
    "stock.lot_expired", "stock.lot_recalled", "stock.lot_quarantined", "stock.vial_over", "stock.thaw_over", "visits.lot_provisional",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Namesake:
    """Another person of this name in the session; `same_birth` when the birth date does not tell them apart either."""

    number: int | str
    same_birth: bool


@dataclass(frozen=True, slots=True)
class DoseFacts:
    """All that the decision at the injection table stands on. `decision` is the doctor's last one."""

    state: State
    number: int | str
    codes: tuple[str, ...]
    person_id: UUID
    vaccine: str
    offered: tuple[str, ...]
    decision: Verdict | None
    doctor_minutes: int
    mixing_agreed: bool
    lot: LotInfo
    lot_chosen: bool
    lot_paused: bool
    recipient: Recipient
    history: tuple[PastDose, ...]
    namesakes: tuple[Namesake, ...] = ()
    stopped: bool = False
    shelf: Shelf = NO_SHELF
    moment: datetime | None = None  # of the injection; None leaves the clocks of vials aside


def health(form_code: str, answers: Mapping[str, Any]) -> Facts:
    """What a kept screening says that the campaign's rules ask for."""
    form = form_named(form_code)
    items = answers.get("items") or {}
    yes = {item.code for item in form.items if items.get(item.no)} if form else set()
    settled = answers.get("settled_birth")
    return Facts(
        immune_deficient="immune_deficiency" in yes,
        pregnant=bool(answers.get("pregnancy_weeks")) or any(code.startswith("pregnant_") for code in yes),
        breastfeeding="breastfeeding" in (answers.get("background") or ()),
        settled_birth=date.fromisoformat(settled) if settled else None,
    )


def plan(book: campaign_rules.RuleBook, facts: DoseFacts, on: date, confirmed: Confirmed | None = None) -> DosePlan:
    """Say which dose this lot would be on this day and all that speaks against it; `confirmed` None leaves identity aside."""
    lot = facts.lot
    verdict = campaign_rules.check_dose(book, facts.recipient, facts.history, lot.vaccine, on)
    stops = (*_stopped(facts), *_lot(facts, on), *_cleared(facts), *_due(facts, verdict), *(_confirmed(facts, confirmed) if confirmed else ()))
    minutes = max(facts.doctor_minutes, book.on(on).observation_minutes(lot.vaccine))
    planned = DosePlan(
        vaccine=lot.vaccine,
        lot_id=lot.id,
        lot_number=lot.number,
        dose_type=verdict.dose_type.value,
        ordinal=verdict.ordinal,
        volume_ml=verdict.volume_ml,
        observe_minutes=minutes,
        validity=Validity.VALID.value,
        validity_code="campaigns.valid",
        validity_facts={},
        sentence_vi=verdict.sentence_vi,
        sentence_en=verdict.sentence_en,
        stops=stops,
        warnings=(Warning(verdict.code, {"recommended_on": verdict.recommended_on}),) if verdict.warns else (),
        namesakes=tuple(namesake.number for namesake in facts.namesakes),
    )
    if not verdict.allowed:
        planned = _as_given(book, facts, on, planned)
    doubt = next((stop for stop in stops if stop.code in _DOUBT), None)
    if doubt and planned.validity == Validity.VALID.value:
        planned = replace(
            planned, validity=Validity.UNCERTAIN.value, validity_code=doubt.code, validity_facts=_plain(doubt.facts)
        )
    if facts.recipient.facts.settled_birth:
        settled = {"settled_birth": facts.recipient.facts.settled_birth.isoformat()}
        planned = replace(planned, validity_facts={**planned.validity_facts, **settled})
    return planned


def check(planned: DosePlan) -> DosePlan:
    """Return the plan if nothing speaks against the injection.

    Raises Refused with the gravest reason; fact `others` names the rest.
    """
    if not planned.stops:
        return planned
    first, *rest = planned.stops
    raise Refused(first.code, **first.facts, others=[stop.code for stop in rest])


def _as_given(book: campaign_rules.RuleBook, facts: DoseFacts, on: date, planned: DosePlan) -> DosePlan:
    """The place and worth of a dose that the rules would not have allowed, as its record will say."""
    before = [dose for dose in facts.history if dose.on_date <= on]
    this = PastDose(vaccine=planned.vaccine, on_date=on, ref="this")
    told = campaign_rules.evaluate_history(book, facts.recipient, [*before, this])
    given = next(dose for dose in told if dose.dose.ref == "this")
    return replace(
        planned,
        dose_type=given.dose_type.value,
        ordinal=given.ordinal,
        validity=given.validity.value,
        validity_code=given.code,
        validity_facts=_plain(given.facts),
    )


def _stopped(facts: DoseFacts) -> Iterator[Stop]:
    """A doctor stopped the session after a severe event."""
    if facts.stopped:
        yield Stop("visits.session_stopped", {"number": facts.number})


def _lot(facts: DoseFacts, on: date) -> Iterator[Stop]:
    """What is wrong with the vial in the hand."""
    lot = facts.lot
    try:
        check_lot(lot, on)
    except Refused as refusal:
        yield Stop("visits.lot_provisional", {"lot": lot.number}) if lot.provisional else Stop(refusal.code, refusal.facts)
    if facts.moment is not None:
        try:
            check_shelf(facts.shelf, lot, facts.moment, on)
        except Refused as refusal:
            yield Stop(refusal.code, refusal.facts)
    if facts.lot_paused:
        yield Stop("visits.lot_paused", {"lot": lot.number})
    if lot.vaccine not in facts.offered:
        yield Stop("visits.vaccine_not_offered", {"lot": lot.number, "vaccine": lot.vaccine, "offered": list(facts.offered)})
    elif facts.vaccine and lot.vaccine != facts.vaccine:
        yield Stop("visits.other_vaccine", {"lot": lot.number, "found": lot.vaccine, "expected": facts.vaccine})
    elif not facts.lot_chosen:
        yield Stop("visits.lot_not_chosen", {"lot": lot.number})


def _cleared(facts: DoseFacts) -> Iterator[Stop]:
    """What the doctor said."""
    if facts.decision is Verdict.CONTRAINDICATED:
        yield Stop("visits.contraindicated", {"number": facts.number})
    elif facts.state is not State.CLEARED:
        yield Stop("visits.not_cleared", {"number": facts.number, "state": facts.state.value})


def _due(facts: DoseFacts, verdict: DoseVerdict) -> Iterator[Stop]:
    """What the campaign's rules say."""
    if not verdict.allowed:
        yield Stop(verdict.code, {
            "vaccine": verdict.vaccine, "earliest_on": verdict.earliest_on, "dose_type": verdict.dose_type.value,
            "ordinal": verdict.ordinal, "sentence_vi": verdict.sentence_vi, "sentence_en": verdict.sentence_en,
        })  # fmt: skip
    elif verdict.needs_consent and not facts.mixing_agreed:
        yield Stop("visits.mixing_needs_consent", {"vaccine": verdict.vaccine})


def _confirmed(facts: DoseFacts, confirmed: Confirmed) -> Iterator[Stop]:
    """Whether the person in the chair is the person of this visit."""
    if confirmed.slip:
        if confirmed.slip not in facts.codes:
            yield Stop("visits.slip_of_another", {"number": facts.number})
        return
    told = FACTS & set(confirmed.facts)
    if len(told) < 2:
        yield Stop("visits.not_confirmed", {"number": facts.number})
        return
    telling = told - {"full_name"} - ({"birth"} if any(namesake.same_birth for namesake in facts.namesakes) else set())
    if facts.namesakes and not telling:
        yield Stop(
            "visits.namesake", {"number": facts.number, "others_of_name": [namesake.number for namesake in facts.namesakes]}
        )


def _plain(facts: Any) -> dict[str, Any]:
    """Facts as they are stored: days as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in dict(facts).items()}
