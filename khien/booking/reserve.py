"""Doses kept for those who wait for a later dose: first doses do not eat them without a named decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from khien.immunizations import due
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.stock import queries as stock

AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Reserve:
    """One product in a unit: doses on hand there, people to whom a later dose of it is due within AHEAD, what is left for first doses."""

    vaccine: str
    on_hand: int
    due: int

    @property
    def free(self) -> int:
        """Doses that first doses may use."""
        return max(self.on_hand - self.due, 0)

    @property
    def short(self) -> int:
        """Doses that lack even for those already due."""
        return max(self.due - self.on_hand, 0)


def reserves(unit_key: str, on: date) -> dict[str, Reserve]:
    """The products of a unit ("" is the nation): a person counts where they live now, whichever province gave the dose before."""
    unit = places.unit(unit_key) if unit_key else None
    scopes = (Scope(unit.level, unit.code, unit.epoch),) if unit else None
    on_hand: dict[str, int] = {}
    for balance in stock.held(scopes):
        if stock.rules.is_vaccine(balance.lot.vaccine) and stock.rules.can_use(balance.lot, on):
            on_hand[balance.lot.vaccine] = on_hand.get(balance.lot.vaccine, 0) + balance.on_hand
    waiting: dict[str, int] = {}
    for line in due.due(scopes, until=on + AHEAD, primary_only=True):
        waiting[line.vaccine] = waiting.get(line.vaccine, 0) + line.people
    return {code: Reserve(code, on_hand.get(code, 0), waiting.get(code, 0)) for code in sorted({*on_hand, *waiting})}


def check_first_doses(unit_key: str, wanted: Mapping[str, int], on: date, *, decision: str) -> None:
    """Let first doses pass while they leave the reserve whole, or under a decision that is named.

    `wanted`: places that first doses may take, by product. Raises Refused booking.reserve_first (vaccine, on_hand, due, wanted).
    """
    if decision.strip():
        return
    held = reserves(unit_key, on)
    for vaccine, places_wanted in wanted.items():
        kept = held.get(vaccine)
        if kept is not None and kept.due and places_wanted > kept.free:
            raise Refused("booking.reserve_first", vaccine=vaccine, on_hand=kept.on_hand, due=kept.due, wanted=places_wanted)


def first_doses(candidates: Iterable[Mapping[str, object]], free: Mapping[str, int]) -> dict[str, int]:
    """How many places first doses may take by product: those of the candidates' first doses, at most the free places."""
    firsts: dict[str, int] = {}
    for facts in candidates:
        doses = facts.get("doses")
        offered = {key.rsplit(" ", 1)[-1] for key, dose in doses.items() if dose == ["primary", 1]} if isinstance(doses, dict) else set()
        for vaccine in offered:
            firsts[vaccine] = firsts.get(vaccine, 0) + 1
    return {vaccine: min(count, free.get(vaccine, 0)) for vaccine, count in firsts.items()}
