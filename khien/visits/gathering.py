"""What is read before a dose is decided: one call, each room telling its own part (`sql/dose_facts.sql`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.campaigns import queries as campaigns
from khien.campaigns.rulebook import RuleBook
from khien.immunizations import queries as immunizations
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.refs import VisitRef
from khien.plumbing import sqlcall
from khien.stock.rules import check_vaccine
from khien.stock.types import OpenVial, Shelf
from khien.visits import dosing, offline, steps
from khien.visits.screening_types import Verdict
from khien.visits.states import State


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts of a dose; `row` is the visit as the database tells it, `place` the session's units, `owner` the facility."""

    row: Mapping[str, Any]
    place: Mapping[str, Any]
    owner: Mapping[str, Any]
    facts: dosing.DoseFacts
    aliases: tuple[str, ...]
    book: RuleBook


def gather(visit: VisitRef, lot_id: UUID) -> Gathered:
    """Read all that the decision stands on. Raises Refused: visits.unknown, stock.lot_unknown, stock.not_a_vaccine."""
    found = sqlcall.call("SELECT visits_dose_facts(%s, %s, %s)", [visit.site_id, visit.visit_id, lot_id])[0]
    told = steps.plain(found)
    if told is None or told["person"] is None:
        raise Refused("visits.unknown")
    if told["lot"] is None:
        raise Refused("stock.lot_unknown")
    book = campaigns.rulebook(version=told["rules"])
    return Gathered(told["visit"], told["session"], told["owner"] or {}, _facts(told), tuple(told["person"]["ids"]), book)


def _facts(told: Mapping[str, Any]) -> dosing.DoseFacts:
    """The facts as the pure rules take them."""
    row, person, session, screening = told["visit"], told["person"], told["session"], told["screening"] or {}
    decision, chosen = screening.get("decision"), told["chosen"]
    recipient, history = immunizations.told(
        told["past"], PartialDate(*person["birth"]), person["sex"], province=session["province_2021"],
        facts=dosing.health(screening.get("form", ""), screening.get("answers") or {}),
    )  # fmt: skip
    return dosing.DoseFacts(
        state=State(row["state"]), number=steps.label(row), codes=(row["code"], row["id"]), person_id=UUID(row["person_id"]), vaccine=row["vaccine"],
        offered=tuple(session["vaccines"]), decision=Verdict(decision) if decision in _VERDICTS else None,
        doctor_minutes=row["observe_minutes"], mixing_agreed=bool(told["mixing"]), lot=check_vaccine(offline.lot_of(told["lot"])), lot_chosen=chosen is not None,
        lot_paused=bool(chosen and chosen["paused"]), recipient=recipient, history=history,
        stopped=bool(told["stopped"]), shelf=_shelf(told["shelf"]),
        namesakes=tuple(dosing.Namesake(number, same) for number, same in told["namesakes"]),
    )  # fmt: skip


_VERDICTS = frozenset(verdict.value for verdict in Verdict)


def _shelf(told: Mapping[str, Any]) -> Shelf:
    vials = (
        OpenVial(datetime.fromisoformat(opened), datetime.fromisoformat(until), datetime.fromisoformat(ended) if ended else None, left)
        for opened, until, ended, left in told["vials"]
    )
    return Shelf(tuple(vials), date.fromisoformat(told["thaw_before"]) if told["thaw_before"] else None)
