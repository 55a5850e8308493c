"""A point on one day: people come, wait, are served at the desks; what is done goes to the product, or onto paper when there is no line."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Protocol

from khien.kernel import clock
from khien.rehearsal.browser import Away, Surprise
from khien.rehearsal.officers import Planned
from khien.rehearsal.proxy import Line
from khien.rehearsal.shelf import Shelf
from khien.rehearsal.staff import Answer, Desk, Officer
from khien.rehearsal.week import flow
from khien.rehearsal.week.guest import Guest
from khien.rehearsal.week.score import DeskScore, Help, SiteDay
from khien.rehearsal.week.sender import Sender
from khien.stock.types import LotInfo

OPENS, CLOSES = 7 * 60 + 30, 17 * 60  # minutes of the day
EARLIEST = OPENS - 30  # the first stands at the door, and the desks are open for them
SERVICE = {"reception": 0.9, "screening": 2.6, "injection": 1.4, "closing": 0.4, "keying": 0.6}  # minutes each, as a mean
SLOWER = {"no_id": 0.8, "mistyped": 1.0, "wrong_qr": 0.6, "namesake": 0.5, "help": 1.5}  # minutes more at reception
ROLES = {"reception": "tiepdon", "screening": "bacsi", "injection": "tiem", "closing": "theodoi", "keying": "nhaplieu"}
STOPS = ("stock.lot_recalled", "visits.lot_paused", "stock.lot_quarantined")  # the desk takes another lot


class Tablet(Protocol):
    """A real tablet that serves some of the people beside the desks."""

    desk: flow.Desk

    def takes(self, guest: Guest, minute: float) -> bool: ...
    def join(self, guest: Guest, minute: float) -> None: ...
    def cut(self, minute: float) -> None: ...
    def held(self) -> int: ...
    def back(self) -> None: ...
    def finish(self) -> None: ...


class Team(ABC):
    """The staff of a point and the people in front of them."""

    def __init__(
        self, planned: Planned, line: Line, desks: dict[str, Desk], lead: Officer, lots: list[LotInfo], serials: list[str], score: SiteDay,
        random: Random, *, people: int, ask_help: Callable[["Team", Help], None],
    ) -> None:  # fmt: skip
        self.planned, self.line, self.lead, self.lots, self.serials, self.score, self.random = planned, line, lead, lots, serials, score, random
        self.power = self.printer = True
        self.paper_from: float | None = None  # from here on everything is written on paper, to be keyed in the evening
        self.clockwork = flow.Clockwork()
        self.sender = Sender(desks, up=lambda: self.up, wrong=self.wrong)
        self.shelf = Shelf(self._vials, planned.site_id, planned.day)
        self.items = [item["no"] for item in desks["reception"].pack()["forms"]["adult"]["items"] if not item["computed"]]
        self.call = ask_help
        self.guests: list[Guest] = []
        self.inside: list[Guest] = []  # received with a slip, not yet injected
        self.unprinted: list[Guest] = []
        self.corner: Tablet | None = None  # where a real tablet serves some of the people
        self.on_lot: list[Callable[[float, float], None]] = []
        self.desks = {
            name: flow.Desk(self.clockwork, name, hands=flow.hands_for(people, SERVICE[name]), minutes=partial(self._minutes, name), then=then)
            for name, then in self.steps().items()
        }  # fmt: skip

    @abstractmethod
    def steps(self) -> dict[str, Callable[[Any, float], None]]:
        """What happens when somebody leaves a desk."""

    # The day

    @property
    def up(self) -> bool:
        """Whether a tablet can send now."""
        return self.power and self.line.whole

    @property
    def alone(self) -> bool:
        """Whether the tablets go on without a line."""
        return self.power and not self.line.whole and bool(self.sender.tablets)

    def moment(self, minute: float) -> datetime:
        return clock.at_local(self.planned.day) + timedelta(minutes=minute)

    def expect(self, guest: Guest, minute: float) -> None:
        """Somebody will stand at the door at this minute."""
        self.clockwork.at(minute, lambda at: self._come(guest, at))

    def _come(self, guest: Guest, minute: float) -> None:
        guest.came = minute
        self.guests.append(guest)
        self.score.came += 1
        for trait in guest.visitor.traits:
            self.score.shapes[trait] = self.score.shapes.get(trait, 0) + 1
        if self.corner is not None and self.corner.takes(guest, minute):
            self.corner.join(guest, minute)
        else:
            self.desks["reception"].join(guest, minute)

    def on_paper(self, minute: float) -> bool:
        """Whether this is the afternoon at which everything is written on paper."""
        return self.paper_from is not None and minute >= self.paper_from

    def busy(self) -> bool:
        return self.clockwork.next is not None or bool(self.sender.waiting)

    def back(self, minute: float) -> None:
        """The line or the power is back: send what waits, key the sheets."""
        try:
            facts = self.sender.deliver(self.random)
        except Surprise as surprise:  # what a tablet could not send stays on it, and is sent again in the evening
            self.wrong(f"sealed commands: {surprise}")
            facts = {}
        if facts.get("sealed"):
            for name, n in facts.items():
                self.score.add(name, n)
        if self.corner is not None and self.line.whole:
            self.corner.back()
        self.print_rest()
        if self.up and (self.paper_from is None or minute >= CLOSES):
            self.desks["keying"].reopen(minute)

    def wrong(self, what: str) -> None:
        if len(self.score.surprises) < 20:
            self.score.surprises.append(what)

    def _minutes(self, desk: str, guest: Guest) -> float:
        more = sum(SLOWER.get(trait, 0.0) for trait in guest.visitor.traits) if desk == "reception" else 0.0
        return self.random.triangular(0.6, 1.8, 0.8) * SERVICE[desk] + more

    def _vials(self, name: str, body: Callable[[], dict[str, Any]], at: datetime, then: Callable[[dict[str, Any]], None]) -> None:
        def heard(answer: Answer) -> None:
            if answer.status == "accepted":
                then(answer.result)
            elif name == "open_vial" and answer.reason in STOPS:
                self.shelf.stopped(body()["lot_id"])
            else:
                self.wrong(f"{name} was {answer.status}: {answer.reason}")

        self.sender.post("injection", name, body, at, heard)

    def _post(self, guest: Guest, desk: str, name: str, minute: float, then: Callable[[Answer], None] | None = None, **body: Any) -> None:
        self.sender.post(desk, name, lambda: {"visit_id": guest.visit, **body}, self.moment(minute), then)

    # On the way home

    def _print(self, guest: Guest) -> None:
        """Print the confirmation; where there is no printer or no line it is printed later."""
        if not self.up or not self.printer or self.sender.waiting or not guest.visit:
            self.unprinted.append(guest)
            return
        try:
            self.sender.desks["closing"].confirmation(guest.visit)
            self.score.add("printed")
        except Away:
            self.unprinted.append(guest)

    def print_rest(self) -> None:
        """Print what could not be printed before."""
        waiting, self.unprinted = self.unprinted, []
        for guest in waiting:
            if guest.dosed is not None:
                self._print(guest)

    def _end(self, guest: Guest, desk: str, end: str, minute: float, reason: str, **more: Any) -> None:
        self._post(guest, desk, "end", minute, end=end, reason=reason, **more)
        self.gone(guest, end, minute)

    def injected(self, guest: Guest, lot: LotInfo, minute: float) -> None:
        """The needle was in this arm."""
        guest.dosed, guest.lot = minute, lot
        self.score.injected += 1
        if guest in self.inside:
            self.inside.remove(guest)

    def gone(self, guest: Guest, end: str, minute: float) -> None:
        guest.end, guest.ended = end, minute
        if guest in self.inside:
            self.inside.remove(guest)
        self.score.ends[end] = self.score.ends.get(end, 0) + 1

    def nobody_left(self, minute: float) -> None:
        """Whoever is still inside when the doors close is sent home; that it came to this is told."""
        left = [guest for guest in self.guests if not guest.end]
        for guest in left:
            if guest.visit and guest.dosed is None:
                self._end(guest, "reception", "withdrawn", minute, "Chưa xong khi đóng cửa")
        if left:
            self.wrong(f"{len(left)} people were still inside when the doors closed")

    # Help

    def help(self, desk: str, minute: float, guest: Guest | None = None) -> None:
        """A desk asks for help; whoever is on shift answers through the response centre."""
        if not self.up:
            return
        call = Help(minute, desk)
        self.sender.post(desk, "help", lambda: {"desk": desk} | ({"visit_id": guest.visit} if guest else {}), self.moment(minute), None)
        self.score.helps.append(call)
        self.call(self, call)

    def leave(self) -> None:
        """Everybody goes home: the browsers are shut."""
        self.lead.http.close()
        self.sender.close()

    def results(self) -> None:
        """What the desks did, for the score."""
        self.score.desks = [
            DeskScore(desk.name, desk.hands, desk.tally.waits, desk.tally.served, desk.tally.longest, desk.tally.longest_at) for desk in [*self.desks.values(), *([self.corner.desk] if self.corner else [])]
        ]
        self.score.wasted = self.shelf.wasted

