"""What the software says before a person decides: the screening's proposal, and whether this lot may go into this arm."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import VisitRef
from khien.stock import queries as stock
from khien.stock import rules as stock_rules
from khien.surfaces.station.asking import Here, answer, body, here, refused, uuid_in
from khien.surfaces.station.said import refusal, several
from khien.visits import actions as visits
from khien.visits import queries
from khien.visits.types import Confirmed, DosePlan


def propose(request: HttpRequest, session: UUID) -> HttpResponse:
    """Propose a verdict for these answers and measures, with reasons, what is missing and the source; nothing is kept."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = here(request, session, "visit.screen")
    try:
        told = body(request)
        found = visits.propose(visit=_visit(told, at), answers=_facts(told, "answers"), vitals=_facts(told, "vitals"))
    except Refused as wrong:
        return refused(wrong, at=at.at)
    return answer({
        "verdict": found.verdict.value, "source": found.source, "complete": found.complete,
        "reasons": [{"item": one.item, "code": one.code, "verdict": one.verdict.value, "vi": one.vi, "en": one.en} for one in found.reasons],
        "missing": [{"item": one.item, "code": one.code, "vi": one.vi, "en": one.en} for one in found.missing],
        "needs": [{"vital": one.vital, "vi": one.label_vi, "en": one.label_en, "unit": one.unit, "why_vi": one.why_vi, "why_en": one.why_en} for one in found.needs],
    }, at=at.at)  # fmt: skip


def _visit(told: dict[str, Any], at: Here) -> VisitRef:
    """The visit named, of this session. Raises Refused visits.unknown."""
    card = queries.visit(uuid_in(told, "visit_id"))
    if card is None or card.session_id != at.session.id:
        raise Refused("visits.unknown")
    return card.ref


def before_dose(request: HttpRequest, session: UUID) -> HttpResponse:
    """Say which dose this lot would be for this person, and everything that stops it, before the needle."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = here(request, session, "visit.dose")
    try:
        told = body(request)
        visit, lot_id = _visit(told, at), _lot(told, at)
        on = clock.on_date(at.at)
        plan = visits.dose_plan(visit=visit, lot_id=lot_id, on=on)
        stops = several(plan.stops)
        if not stops and (told.get("slip") or told.get("confirmed_facts")):
            stops = _sure(visit, lot_id, on, told)
    except Refused as wrong:
        return refused(wrong, at=at.at)
    return answer({"plan": _plan(plan), "stops": stops, "warnings": several(plan.warnings)}, at=at.at)


def _sure(visit: VisitRef, lot_id: UUID, on: Any, told: dict[str, Any]) -> list[dict[str, Any]]:
    """What stops when it is known who sits there."""
    try:
        visits.check_before_dose(visit=visit, lot_id=lot_id, on=on, confirmed=_confirmed(told))
    except Refused as stop:
        return [refusal(stop.code, stop.facts)]
    return []


def _confirmed(told: dict[str, Any]) -> Confirmed:
    facts = told.get("confirmed_facts")
    return Confirmed(slip=str(told.get("slip") or ""), facts=tuple(map(str, facts)) if isinstance(facts, list) else ())


def _facts(told: dict[str, Any], field: str) -> dict[str, Any]:
    """An object inside the body. Raises Refused commands.unreadable (field)."""
    value = told.get(field) or {}
    if not isinstance(value, dict):
        raise Refused("commands.unreadable", field=field)
    return value


def _lot(told: dict[str, Any], at: Here) -> UUID:
    """The lot by id, or by the number as scanned from a vial. Raises Refused stock.lot_unknown."""
    if told.get("lot_id"):
        return uuid_in(told, "lot_id")
    asked = stock_rules.number_key(str(told.get("lot_number") or ""))
    chosen = {lot["lot_id"] for lot in queries.session_board(at.session.id).lots}
    found = [lot for lot in stock.all_lots() if asked and stock_rules.number_key(lot.number) == asked]
    found.sort(key=lambda lot: (lot.id not in chosen, lot.vaccine not in at.session.vaccines))
    if not found:
        raise Refused("stock.lot_unknown")
    return found[0].id


def _plan(plan: DosePlan) -> dict[str, Any]:
    return {
        "vaccine": plan.vaccine, "lot_id": str(plan.lot_id), "lot_number": plan.lot_number, "dose_type": plan.dose_type, "ordinal": plan.ordinal,
        "volume_ml": plan.volume_ml, "minutes": plan.observe_minutes, "vi": plan.sentence_vi, "en": plan.sentence_en,
        "namesakes": list(plan.namesakes),
    }  # fmt: skip
