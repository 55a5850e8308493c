"""What a desk asks before a person decides, answered the same with and without a line: JSON in, JSON out.

Standard library only: the endpoints of the server call these functions, and a desk without a line runs this very file in its
browser. Words are handed in (the server's catalogue, told to the device with its pack), rules are those of the pack.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from khien.campaigns import rules as campaign_rules
from khien.campaigns.types import DoseType, Evidence, Facts, PastDose, Recipient, Vaccine
from khien.kernel import cccd_card, codes, names, phones, wording
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.sex import Sex
from khien.stock.types import LotInfo, OpenVial, Shelf
from khien.visits import dosing, rules
from khien.visits.arrivals import new_person
from khien.visits.screening_types import Proposal, Verdict
from khien.visits.states import State
from khien.visits.types import Confirmed, DosePlan

LANGUAGES = ("vi", "en")
_VERDICTS = frozenset(verdict.value for verdict in Verdict)
_VACCINES = ("vaccine", "offered", "found", "expected")  # facts that name vaccines by code


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer stands on: the rule book, and the sentence of each refusal by code and language ("" is the general one)."""

    book: campaign_rules.RuleBook
    words: Mapping[str, Mapping[str, str]]

    def refusal(self, code: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """A refusal with its sentence in both languages; vaccines by the names people use."""
        known = {name: self._named(value) if name in _VACCINES else value for name, value in facts.items()}
        sentences = self.words.get(code) or self.words[""]
        return {"code": code, "facts": plain(facts), **{lang: wording.fill(sentences[lang], known, lang) for lang in LANGUAGES}}

    def _named(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._named(one) for one in value]
        return self.book.vaccines[value].short_vi if isinstance(value, str) and value in self.book.vaccines else value


def plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


# Screening


def proposal(
    person: tuple[PartialDate, Sex], vaccine: Vaccine | None, answers: Mapping[str, Any], vitals: Mapping[str, Any], on: date
) -> Proposal:
    """What the software proposes for these answers and measures. Raises Refused as `rules.screen` and the readers do."""
    birth, sex = person
    read, measured = rules.read_answers(answers), rules.read_vitals(vitals)
    return rules.screen(rules.form_for(on, birth.age_min(on)).form, read, measured, birth, sex, vaccine, on)


def propose(told: Told, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The proposal as a desk draws it; asked: on, birth, sex, vaccine, answers, vitals."""
    person = (PartialDate.from_iso(asked["birth"]), _sex(asked["sex"]))
    vaccine = told.book.vaccines.get(asked["vaccine"])
    found = proposal(person, vaccine, _object(asked, "answers"), _object(asked, "vitals"), date.fromisoformat(asked["on"]))
    return {
        "verdict": found.verdict.value, "form": found.form, "source": found.source, "complete": found.complete,
        "reasons": [{"item": one.item, "code": one.code, "verdict": one.verdict.value, "vi": one.vi, "en": one.en} for one in found.reasons],
        "missing": [{"item": one.item, "code": one.code, "vi": one.vi, "en": one.en} for one in found.missing],
        "needs": [{"vital": one.vital, "vi": one.label_vi, "en": one.label_en, "unit": one.unit, "why_vi": one.why_vi, "why_en": one.why_en} for one in found.needs],
    }  # fmt: skip


def health(_: Told, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a screening says that the dose's rules ask for; asked: on, birth, answers."""
    on = date.fromisoformat(asked["on"])
    form = rules.form_for(on, PartialDate.from_iso(asked["birth"]).age_min(on)).form
    return health_json(dosing.health(form.code, rules.read_answers(_object(asked, "answers")).as_json()))


# The dose


def before_dose(told: Told, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Which dose this would be and all that stops it; asked: on, visit, session, person, health, history, lot, slip, confirmed_facts."""
    facts = facts_of(asked)
    given = asked["visit"].get("given")
    recorded = {**given, "dosed_at": datetime.fromisoformat(given["dosed_at"])} if given else None
    return decide(told, facts, date.fromisoformat(asked["on"]), confirmed_of(asked), recorded)


def decide(
    told: Told, facts: dosing.DoseFacts, on: date, confirmed: Confirmed | None, recorded: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The plan with its stops and warnings; `confirmed` is heard only when nothing stops, `recorded` is the dose already there."""
    planned = dosing.plan(told.book, facts, on)
    stops = [told.refusal(stop.code, stop.facts) for stop in planned.stops]
    if not stops and confirmed is not None:
        stops = _sure(told, facts, on, confirmed, recorded)
    warnings = [told.refusal(warning.code, warning.facts) for warning in planned.warnings]
    return {"plan": _plan(planned), "stops": stops, "warnings": warnings}


def _sure(
    told: Told, facts: dosing.DoseFacts, on: date, confirmed: Confirmed, recorded: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """What stops when it is known who sits there."""
    try:
        if recorded:
            raise Refused("visits.already_dosed", **recorded)
        if confirmed.slip and confirmed.slip not in facts.codes:
            confirmed = Confirmed(codes.read_slip_code(confirmed.slip), confirmed.facts)
        dosing.check(dosing.plan(told.book, facts, on, confirmed))
    except Refused as stop:
        return [told.refusal(stop.code, stop.facts)]
    return []


def _plan(plan: DosePlan) -> dict[str, Any]:
    return {
        "vaccine": plan.vaccine, "lot_id": str(plan.lot_id), "lot_number": plan.lot_number, "dose_type": plan.dose_type, "ordinal": plan.ordinal,
        "volume_ml": plain(plan.volume_ml), "minutes": plan.observe_minutes, "vi": plan.sentence_vi, "en": plan.sentence_en,
        "namesakes": list(plan.namesakes),
    }  # fmt: skip


def confirmed_of(asked: Mapping[str, Any]) -> Confirmed | None:
    """How the injector made sure; None when that was not told."""
    slip, facts = str(asked.get("slip") or ""), asked.get("confirmed_facts")
    told = tuple(map(str, facts)) if isinstance(facts, list) else ()
    return Confirmed(slip, told) if slip or told else None


def facts_of(asked: Mapping[str, Any]) -> dosing.DoseFacts:
    """The facts of a dose as a device holds them. Raises Refused stock.lot_unknown."""
    visit, session, person, lot = asked["visit"], asked["session"], asked["person"], asked["lot"]
    if not lot:
        raise Refused("stock.lot_unknown")
    recipient = Recipient(
        PartialDate.from_iso(person["birth"]), _sex(person["sex"]), health_of(asked.get("health") or {}, person.get("settled_birth")),
        session["province"],
    )  # fmt: skip
    return dosing.DoseFacts(
        state=State(visit["state"]), number=visit["number"], codes=tuple(visit["codes"]), person_id=UUID(visit["person_id"]),
        vaccine=visit["vaccine"], offered=tuple(session["vaccines"]),
        decision=Verdict(visit["decision"]) if visit["decision"] in _VERDICTS else None, doctor_minutes=visit["minutes"],
        mixing_agreed=bool(visit["mixing"]), lot=lot_of(lot), lot_chosen=bool(lot["chosen"]), lot_paused=bool(lot["paused"]),
        recipient=recipient, history=tuple(dose_of(dose) for dose in asked["history"]),
        namesakes=tuple(dosing.Namesake(number, same) for number, same in visit["namesakes"]), stopped=bool(session["stopped"]),
        shelf=shelf_of(lot), moment=datetime.fromisoformat(asked["moment"]) if asked.get("moment") else None,
    )  # fmt: skip


# Reception


def card(told: Told, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A scanned identity card, read; asked: scan."""
    read = cccd_card.read_card(str(asked["scan"]))
    return {
        "name": "" if read.mangled else read.name, "birth": read.birth.iso(), "sex": read.sex.value, "number": read.number.value,
        "address": read.address, "mangled": read.mangled, "scan": asked["scan"],
    }  # fmt: skip


def person(_: Told, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A walk-in's facts, read as the record will read them, so that nobody is refused hours later; asked: person, at."""
    read = new_person(asked["person"], datetime.fromisoformat(asked["at"]))
    for phone in filter(None, (read.phone, read.guardian.phone if read.guardian else "")):
        phones.read_phone(phone)
    return {"name": names.read_name(read.full_name).value, "birth": read.birth.iso(), "sex": str(read.sex)}


def story(told: Told, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The doses so far with their worth, and the next one; asked: on, birth, sex, province, history, settled_birth."""
    on = date.fromisoformat(asked["on"])
    person = Recipient(
        PartialDate.from_iso(asked["birth"]), _sex(asked["sex"]), health_of({}, asked.get("settled_birth")), asked["province"]
    )
    past = [dose_of({**dose, "ref": str(place)}) for place, dose in enumerate(asked["history"])]
    doses = campaign_rules.evaluate_history(told.book, person, past)
    coming = campaign_rules.next_dose(told.book, person, past, on)
    return {
        "doses": [{
            "vaccine": one.dose.vaccine, "on_date": one.dose.on_date.isoformat(), "lot": asked["history"][int(one.dose.ref)].get("lot") or "",
            "counted": one.counted, "dose_type": one.dose_type.value, "ordinal": one.ordinal, "vi": one.sentence_vi, "en": one.sentence_en,
        } for one in doses],
        "next": {"vi": coming.sentence_vi, "en": coming.sentence_en, "complete": coming.complete, "earliest_on": plain(coming.earliest_on)},
    }  # fmt: skip


# Facts as JSON and back


def lot_json(lot: LotInfo) -> dict[str, Any]:
    """A lot as a device keeps it."""
    return {
        "id": str(lot.id), "vaccine": lot.vaccine, "number": lot.number, "manufacturer": lot.manufacturer,
        "manufactured_on": plain(lot.manufactured_on), "expires_on": lot.expires_on.isoformat(), "doses_per_vial": lot.doses_per_vial,
        "state": lot.state, "state_reason": lot.state_reason,
    }  # fmt: skip


def lot_of(told: Mapping[str, Any]) -> LotInfo:
    """The lot that a device keeps."""
    return LotInfo(
        UUID(told["id"]), told["vaccine"], told["number"], told["manufacturer"], _day(told["manufactured_on"]),
        date.fromisoformat(told["expires_on"]), told["doses_per_vial"], told["state"], told["state_reason"],
    )  # fmt: skip


def shelf_of(told: Mapping[str, Any]) -> Shelf:
    """The clocks of the lot's vials as a device keeps them: `vials` of the board, `thaw_before` of the pack; none where it keeps none."""
    return Shelf(
        tuple(
            OpenVial(datetime.fromisoformat(one["opened_at"]), datetime.fromisoformat(one["use_until"]), None, one["doses"] - one["drawn"])
            for one in told.get("vials") or ()
        ),
        _day(told.get("thaw_before")),
    )


def dose_json(dose: PastDose) -> dict[str, Any]:
    """A past dose as a device keeps it."""
    return {
        "vaccine": dose.vaccine, "on_date": dose.on_date.isoformat(), "dose_type": dose.dose_type.value if dose.dose_type else None,
        "ordinal": dose.ordinal, "valid": dose.valid, "evidence": dose.evidence.value,
    }  # fmt: skip


def dose_of(told: Mapping[str, Any]) -> PastDose:
    """The past dose that a device keeps."""
    kind = told["dose_type"]
    return PastDose(
        told["vaccine"], date.fromisoformat(told["on_date"]), DoseType(kind) if kind else None, told["ordinal"], told["valid"],
        Evidence(told["evidence"]), told.get("ref", ""),
    )  # fmt: skip


def health_json(facts: Facts) -> dict[str, Any]:
    """What a screening told, as a device keeps it."""
    return {
        "immune_deficient": facts.immune_deficient, "pregnant": facts.pregnant, "breastfeeding": facts.breastfeeding,
        "settled_birth": plain(facts.settled_birth),
    }  # fmt: skip


def health_of(told: Mapping[str, Any], settled: str | None = None) -> Facts:
    """The facts that a device keeps; a birth date settled at an earlier dose stands where this screening settled none."""
    return Facts(
        immune_deficient=bool(told.get("immune_deficient")), pregnant=bool(told.get("pregnant")),
        breastfeeding=bool(told.get("breastfeeding")), settled_birth=_day(told.get("settled_birth") or settled),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _sex(text: str) -> Sex:
    return Sex(text) if text in set(Sex) else Sex.UNKNOWN


def _object(asked: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """An object inside what was asked. Raises Refused commands.unreadable (field)."""
    value = asked.get(field) or {}
    if not isinstance(value, Mapping):
        raise Refused("commands.unreadable", field=field)
    return value


def book_json(book: campaign_rules.RuleBook) -> list[dict[str, Any]]:
    """The entries of a rule book as a pack carries them; `told_of` reads them back."""
    return [
        {"kind": one.kind, "key": one.key, "data": plain(one.data), "in_force_from": one.since.isoformat(), "in_force_to": plain(one.until), "source": one.source}
        for one in book.entries
    ]  # fmt: skip


# The device's side: one kept book and its words, asked by name


ANSWERS: dict[str, Callable[[Told, Mapping[str, Any]], dict[str, Any]]] = {
    "propose": propose, "before_dose": before_dose, "health": health, "card": card, "person": person, "story": story,
}  # fmt: skip


def told_of(text: str) -> Told:
    """Read the rules that a pack brought: entries of the book and words of the refusals."""
    raw = json.loads(text)
    return Told(campaign_rules.RuleBook.from_entries(raw["entries"]), raw["words"])


def answer(told: Told, name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer what a desk asks; a refusal is an answer too: {"refused": {code, facts, vi, en}}."""
    try:
        return ANSWERS[name](told, asked)
    except Refused as refusal:
        return {"refused": told.refusal(refusal.code, refusal.facts)}


def answer_text(told: Told, name: str, text: str) -> str:
    """`answer` for a caller that speaks JSON text."""
    return json.dumps(answer(told, name, json.loads(text)), ensure_ascii=False)


def answer_all(told: Told, text: str) -> str:
    """Many questions at once: [[name, asked], ...]."""
    asked: Iterable[tuple[str, Mapping[str, Any]]] = json.loads(text)
    return json.dumps([answer(told, name, one) for name, one in asked], ensure_ascii=False)
