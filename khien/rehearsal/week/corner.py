"""A corner of a point where one real tablet serves some of the people at all its desks, through the screens of the product."""

import time
from collections.abc import Callable
from functools import partial
from random import Random
from typing import TypeVar
from uuid import UUID

from khien.rehearsal import product
from khien.rehearsal.browser import Surprise
from khien.rehearsal.officers import card_text
from khien.rehearsal.week import flow
from khien.rehearsal.week.chromium import Screens
from khien.rehearsal.week.clinic import Clinic
from khien.rehearsal.week.guest import Guest
from khien.rehearsal.week.score import Corner as Told
from khien.visits import queries as visits
from khien.visits.views import DeskRow

Found = TypeVar("Found")
SHARE, LEAST, MOST = 0.1, 4, 12  # of the people of a day
MINUTES = (5.0, 8.0)  # from the card to the needle
STAYS = 33.0  # minutes from the needle to the way home
MORE = 4.0  # minutes until the board is looked at again
LAST = 16 * 60.0 + 30  # of the day; who still waits for a screen then is looked up in the record
NEXT_DESK = {"checked_in": "screening", "consented": "screening", "cleared": "injection", "dosed": "closing", "observed": "closing", "closed": "closing"}
LONGEST = 5 * 60.0  # minutes without a line after which the vials that the tablet knows are too old for it
NEEDS_HANDS = {"mistyped", "swapped", "namesake", "wrong_qr", "help"}  # these are served where the rehearsal has its own way for them


class Corner:
    """One tablet, one person at it, one line of people before it."""

    def __init__(self, team: Clinic, screens: Screens, *, people: int, random: Random) -> None:
        self.team, self.screens, self.told = team, screens, Told()
        self.most = min(MOST, max(LEAST, round(people * SHARE)))
        self.cut_at: float | None = None
        self.awaited = 0  # how many came to it so far
        self._numbers: dict[str, Guest] = {}
        self.desk = flow.Desk(team.clockwork, "tablet", hands=1, minutes=lambda _: random.uniform(*MINUTES), then=self._serves)
        team.score.corner = self.told

    def takes(self, guest: Guest, minute: float) -> bool:
        """Whether this person goes to the tablet: it stands idle, has not served its share, and half of that is kept for when the line is away."""
        if self.desk.busy or self.desk.line or not self.team.power or self.team.on_paper(minute):
            return False
        if guest.fate or guest.visitor.traits & NEEDS_HANDS or not (guest.code or guest.visitor.person.cccd):
            return False
        if self.cut_at is not None and minute - self.cut_at > LONGEST:
            return False
        return self.awaited < (self.most if self.told.cut else self.most - self.most // 2)

    def join(self, guest: Guest, minute: float) -> None:
        self.awaited += 1
        self.desk.join(guest, minute)

    # The line

    def cut(self, minute: float) -> None:
        """The line went away."""
        self.cut_at, self.told.cut = minute, True

    def held(self) -> int:
        """What it holds now, just before the line comes back."""
        count = self._patient(self.screens.unsent, 0)
        self.told.held += count
        return count

    def back(self) -> None:
        """The line is back: by itself the tablet sends what it holds."""
        self.cut_at = None
        began = time.monotonic()
        if self._patient(self.screens.empty, False):
            self.told.sent_after = round(time.monotonic() - began, 1)
        else:
            self.team.wrong(f"the tablet still holds {self._patient(self.screens.unsent, -1)} commands a minute after the line came back")

    # People

    def _serves(self, guest: Guest, minute: float) -> None:
        """All desks for one person, one after the other; whom a screen leaves standing goes on at the other desks."""
        guest.received = guest.screened = minute
        self.team.score.received += 1
        alone = not self.team.line.whole
        began = time.monotonic()
        try:
            number = self.screens.receive(guest.code or card_text(guest.visitor.person))
            self._numbers[number] = guest
            self.screens.screen(number)
            self._needle(guest, number, minute)
        except Surprise as surprise:
            self._stuck(guest, surprise, minute)
            return
        self.told.people += 1
        self.told.alone += alone
        self.told.seconds.append(round(time.monotonic() - began, 1))

    def _needle(self, guest: Guest, number: str, minute: float, *, tries: int = 2) -> None:
        team, lot = self.team, self.team.lots[0]
        team.shelf.ready(lot, team.moment(minute - 0.5))
        if self.screens.inject(number, lot.number, another=tries < 2):
            self._injected(guest, minute)
            team.clockwork.at(minute + STAYS, partial(self._leaves, guest, number))
        elif tries > 1:  # the screen stops this vial: the lead takes the next lot
            team.clockwork.at(team.change_lot(minute), lambda at: self._again(guest, number, at, tries=tries - 1))
        else:
            raise Surprise("the tablet's injection: every vial is stopped")

    def _again(self, guest: Guest, number: str, minute: float, *, tries: int) -> None:
        try:
            self._needle(guest, number, minute, tries=tries)
        except Surprise as surprise:
            self._stuck(guest, surprise, minute)

    def _injected(self, guest: Guest, minute: float) -> None:
        lot = self.team.lots[0]
        # By the tablet's own clock, which may stand some seconds after this minute: a vial that the hand ended before could not have given it.
        self.team.shelf.drew(str(lot.id), max(self.team.moment(minute), self.screens.at))
        self.team.injected(guest, lot, minute)

    def _leaves(self, guest: Guest, number: str, minute: float, *, tries: int = 6) -> None:
        """The way home: whom the board still counts minutes for sits on, as the tablet's own clock says."""
        try:
            gone = self.screens.leave(number)
            if not gone and tries <= 1:
                raise Surprise("the tablet's observation: the minutes of one person never end")
        except Surprise as surprise:
            self._stuck(guest, surprise, minute)
            return
        if gone:
            self.team.gone(guest, "closed", minute)
        else:
            self.team.clockwork.at(minute + MORE, lambda at: self._leaves(guest, number, at, tries=tries - 1))

    # A screen that stands still

    def _stuck(self, guest: Guest, surprise: Surprise, minute: float) -> None:
        """Tell it by its name; the person is not sent home for it."""
        self.told.stuck.append(str(surprise))
        self._hand_over(guest, minute)

    def _hand_over(self, guest: Guest, minute: float) -> None:
        """Somebody goes on at the other desks from where the record holds them, once the tablet has told the record all it did."""
        team = self.team
        if minute < LAST and not (team.up and self._patient(self.screens.unsent, 0) == 0):
            team.clockwork.at(minute + MORE, lambda at: self._hand_over(guest, at))
            return
        row = self._row(guest)
        if row is None:
            team.score.received -= 1
            team.desks["reception"].join(guest, minute)
            return
        guest.visit = str(row.id)
        if row.state in ("dosed", "observed", "closed") and guest.dosed is None:
            self._injected(guest, minute)  # the needle was out when the screen stood still
        if row.state == "checked_in":
            team.sender.post("reception", "consent", lambda: {"visit_id": guest.visit, "agreed": True, "how": "screen", "signer": "self"}, team.moment(minute))
        if row.state == "closed":
            team.gone(guest, "closed", minute)
        else:
            team.desks[NEXT_DESK[row.state]].join(guest, minute)

    def _row(self, guest: Guest) -> DeskRow | None:
        """Where the record holds this person, if they were received."""
        one = guest.visitor.person
        rows = product.told(lambda: visits.desk_rows(UUID(self.team.planned.session_id)))
        others = {other.visit for other in self.team.guests if other is not guest}
        return next((row for row in rows if row.name == one.full_name and row.birth == one.birth.iso() and row.state in NEXT_DESK and str(row.id) not in others), None)

    def _patient(self, ask: Callable[[], Found], otherwise: Found) -> Found:
        """What a screen says, or, where it says nothing, what stands for it; that it did not is told."""
        try:
            return ask()
        except Surprise as surprise:
            self.told.stuck.append(str(surprise))
            return otherwise

    # The evening

    def finish(self) -> None:
        """Everything is sent; whoever was served here has a visit in the record, and their confirmation can be printed."""
        if not self._patient(self.screens.empty, False):
            self.team.wrong(f"the tablet still holds {self._patient(self.screens.unsent, -1)} commands in the evening")
        self.told.refused, self.told.slow = self._patient(self.screens.refused, 0), self.screens.slow
        self.screens.close()
        for number, guest in self._numbers.items():
            if not guest.visit:
                card = product.told(partial(visits.visit_by_number, UUID(self.team.planned.session_id), number))
                guest.visit = str(card.ref.visit_id) if card else ""
                if guest.dosed is not None:
                    self.team.unprinted.append(guest)
