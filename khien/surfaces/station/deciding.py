"""What the software says before a person decides: the screening's proposal, and whether this lot may go into this arm.

The answers are those of `khien.visits.offline`, which a desk without a line asks in its own browser.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import VisitRef
from khien.stock import queries as stock
from khien.stock import rules as stock_rules
from khien.surfaces.station import ruling
from khien.surfaces.station.asking import Here, answer, body, here, refused, uuid_in
from khien.visits import actions as visits
from khien.visits import offline, queries


def propose(request: HttpRequest, session: UUID) -> HttpResponse:
    """Propose a verdict for these answers and measures, with reasons, what is missing and the source; nothing is kept."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = here(request, session, "visit.screen")
    try:
        told = body(request)
        known = visits.screening_facts(_visit(told, at))
        proposed = offline.propose(ruling.told(), {**known, "answers": told.get("answers"), "vitals": told.get("vitals")})
        return answer({**proposed, "rules_version": campaigns.rules_version()}, at=at.at)
    except Refused as wrong:
        return refused(wrong, at=at.at)


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
        confirmed = offline.confirmed_of(told)
        found, facts, recorded = visits.dose_facts(visit=_visit(told, at), lot_id=_lot(told, at), confirmed=confirmed, moment=at.at)
        return answer(offline.decide(ruling.told(found.book), facts, clock.on_date(at.at), confirmed, recorded), at=at.at)
    except Refused as wrong:
        return refused(wrong, at=at.at)


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


def read_lot(request: HttpRequest, session: UUID) -> HttpResponse:
    """As which lot a number typed from a vial will be read when the dose is recorded; of another product where this one has none of it."""
    at = here(request, session, "visit.dose")
    number, vaccine = request.GET.get("so", ""), request.GET.get("vx", "")
    lot = stock.lot_read_as(vaccine, number)
    if lot is None:
        return answer({"lot": None}, at=at.at)
    return answer({"lot": offline.lot_json(lot) | {"as_typed": stock_rules.same_number(number, lot.number), "product": _product(lot.vaccine, at)}}, at=at.at)


def _product(code: str, at: Here) -> dict[str, str]:
    """A vaccine as people call it."""
    known = campaigns.rulebook(clock.on_date(at.at)).vaccines.get(code)
    return {"vi": known.short_vi, "en": known.short_en} if known else {"vi": code, "en": code}
