"""Plays the days: moves the clock from minute to minute, lets every point do what is due, breaks things and mends them."""

import math
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connection

from khien.demo.city import POINTS
from khien.rehearsal import officers
from khien.rehearsal.afterwards import settle
from khien.rehearsal.browser import named
from khien.rehearsal.product import awake
from khien.rehearsal.week import breaking, checks, faults, flow
from khien.rehearsal.week.crowd import of_day
from khien.rehearsal.week.guest import Guest
from khien.rehearsal.week.opening import Opening
from khien.rehearsal.week.progress import Progress
from khien.rehearsal.week.score import Fault, Help, SiteDay
from khien.rehearsal.week.stage import DAWN, Stage
from khien.rehearsal.week.supporters import Supporters, delay
from khien.rehearsal.week.team import CLOSES, EARLIEST, Team

HANDS = 3  # points that are played at the same moment


class Conductor:
    """One rehearsal of some days."""

    def __init__(self, stage: Stage, kinds: tuple[str, ...], *, speed: float = 0) -> None:
        self.stage, self.kinds, self.speed = stage, kinds, speed
        self.days: list[SiteDay] = []
        self.city_faults: list[tuple[int, Fault]] = []
        self.seconds: dict[str, float] = {}
        self.clockwork = flow.Clockwork()
        self.teams: dict[int, Team] = {}
        self.number = 0
        self.opening = Opening(stage, ask_help=self._asked)
        self.outages: list[threading.Thread] = []
        self.stopped = ""  # where it was when somebody stopped it
        self.progress = Progress(sum(not one.has("no_show") for one in stage.crowd), stage.days)
        self._calls: list[tuple[Team, Help]] = []
        self._lock = threading.Lock()

    def play(self) -> list[SiteDay]:
        """Play every day; returns the score of each point and day. Stopped in the middle (Ctrl-C), of what was played so far."""
        stage = self.stage
        try:
            stage.advance(0, DAWN)
            self.timed("what the demo itself still had to do", lambda: settle(seconds=600))
            self.timed("prepare", stage.prepare_help)
            self.supporters = Supporters(stage.base, stage.counter)
            for number in range(stage.days):
                self._whole_day(number)
        except KeyboardInterrupt:
            now = int(max([self.clockwork.now, *(team.clockwork.now for team in self.teams.values())]))
            self.stopped = f"day {self.number + 1}, {now // 60:02d}:{now % 60:02d}"
            stage.tell(f"stopped at {self.stopped}: the sheet tells what was played so far (once more stops at once)")
            for team in self.teams.values():
                team.results()
        return self.days

    def _whole_day(self, number: int) -> None:
        """From the lists to the signatures; what surprises one step is told, and the next one is played all the same."""
        self.number, self.clockwork, self.teams = number, flow.Clockwork(), {}
        self.stage.advance(number, DAWN)
        steps = {"lists": partial(self.stage.register, number), "morning": self._morning, "the day": self._day, "evening": self._evening}
        for name, step in steps.items():
            try:
                self.timed(f"day {number + 1}: {name}", step)
            except Exception as error:
                self._wrong(f"day {number + 1}, {name}: {named(error)}")
        for team in self.teams.values():
            team.leave()

    def _wrong(self, what: str) -> None:
        """What surprised nobody's point in particular."""
        self.stage.story.surprises.append(what)
        self.stage.tell(what)

    def timed(self, what: str, step: Callable[[], None]) -> None:
        began = time.monotonic()
        try:
            step()
        finally:
            self.seconds[what] = round(time.monotonic() - began, 1)
            self.stage.tell(f"{what}: {self.seconds[what]} s")

    # The morning

    def _morning(self) -> None:
        last = self.stage.days > 1 and self.number == self.stage.days - 1
        tablets = next((site for day, site in self.stage.loads if day == self.number == 1), None)
        self.faults = faults.plan(self.kinds, day=self.number, sites=self.stage.sites, last=last, tablets=tablets)
        self.opening.day(self.number, self.faults)
        lotted = any(one.kind == "lot" for one in self.faults)
        scores = [SiteDay(self.number + 1, site + 1, POINTS[site][1]) for site in range(self.stage.sites)]
        self.days += scores
        self._at_once(partial(self._open, second=lotted), scores)
        self._expect()
        for one in self.faults:
            breaking.arrange(self, one)
        for person in [one for one in self.stage.portal if one.day == self.number + 1]:
            self.clockwork.at(9 * 60 + self.stage.random.random() * 6 * 60, lambda _, person=person: self._portal(person))  # type: ignore[misc]

    def _at_once(self, step: Callable[[SiteDay], None], scores: list[SiteDay]) -> None:
        """Do a step at every point, some of them beside each other; what surprises a point is its own."""

        def one(score: SiteDay) -> None:
            try:
                step(score)
            except Exception as error:
                score.surprises.append(named(error))
            finally:
                connection.close()

        with ThreadPoolExecutor(HANDS) as pool:
            list(pool.map(one, scores))

    def _open(self, score: SiteDay, *, second: bool) -> None:
        self.teams[score.site - 1] = self.opening.open(score, second=second)

    def _expect(self) -> None:
        """Who comes to which point at which minute: the invited by their appointments, the others by their own hour."""
        stage = self.stage
        for site, team in self.teams.items():
            try:
                codes = self._appointments(team)
            except Exception as error:
                team.wrong(f"the list of today: {named(error)}")
                codes = {}  # they come all the same, with their cards
            for visitor in of_day(stage.crowd, self.number, site):
                if visitor.has("no_show"):
                    continue
                if visitor.way == "invited":
                    one = visitor.person
                    code, slot = codes.get((one.full_name, one.birth.iso(), one.cccd[-4:]), ("", 0.0))
                    at = slot + visitor.offset if code else visitor.walks_in_at
                else:
                    code, at = "", visitor.walks_in_at
                team.expect(Guest(visitor, code=code), min(max(at, EARLIEST), CLOSES - 60))

    def _appointments(self, team: Team) -> dict[tuple[str, str, str], tuple[str, float]]:
        """Appointments of today by name, birth and the end of the number: the slip in each hand, with its code and minute."""
        found: dict[tuple[str, str, str], tuple[str, float]] = {}
        midnight = self.stage.moment(self.number, 0)
        for row in team.sender.desks["reception"].pack()["appointments"]:
            if row["state"] == "active":
                minute = (breaking.when(row["starts_at"]) - midnight).total_seconds() / 60
                found[row["name"], row["birth"], row["last4"] or ""] = (row["code"], minute)
        return found

    def _portal(self, person: object) -> None:
        try:
            self.stage.register_by_phone(person)  # type: ignore[arg-type]
        except Exception as error:
            self._wrong(f"portal: {named(error)}")

    # The day

    def _day(self) -> None:
        """From event to event: the next minute at which somebody does something, wherever that is."""
        dawn = time.monotonic()
        with ThreadPoolExecutor(HANDS) as pool:
            while (minute := self._next()) is not None:
                began = time.monotonic()
                self.stage.advance(self.number, minute)
                self._city(minute)
                due = [team for team in self.teams.values() if team.sender.waiting or (team.clockwork.next or math.inf) <= minute]
                list(pool.map(partial(self._turn, minute=minute), due))
                self._after_outages()
                self._recovered(minute)
                self._calls_out()
                if self.speed:
                    time.sleep(max(0.0, 60 / self.speed - (time.monotonic() - began)))
                self._tell_progress(minute, time.monotonic() - dawn)
        self.progress.spent += time.monotonic() - dawn

    def _city(self, minute: float) -> None:
        """What is due in the whole city: faults and their ends, calls for help; one that surprises does not stop the others."""
        for _ in range(1000):
            try:
                self.clockwork.run(minute)
                return
            except Exception as error:
                self._wrong(f"day {self.number + 1}: {named(error)}")

    def _tell_progress(self, minute: float, seconds: float) -> None:
        came = sum(day.came for day in self.days)
        line = self.progress.line(day=self.number + 1, minute=minute, came=came, day_seconds=seconds, now=time.monotonic())
        if line:
            self.stage.tell(line)

    def _after_outages(self) -> None:
        """A killed server is back before the next minute begins: the machine's seconds are not the day's minutes."""
        for watch in self.outages:
            watch.join()
        if self.outages:
            awake()
        self.outages.clear()

    def _next(self) -> int | None:
        steps = [step for step in (self.clockwork.next, *(team.clockwork.next for team in self.teams.values())) if step is not None]
        if not steps:
            return None
        waiting = any(team.sender.waiting for team in self.teams.values())
        now = max((team.clockwork.now for team in self.teams.values()), default=0.0)
        return math.ceil(min([*steps, now + 1] if waiting and now else steps))

    def _turn(self, team: Team, minute: float) -> None:
        """One point does what is due; what surprises its staff does not stop the day."""
        for _ in range(1000):
            try:
                team.sender.flush()
                team.clockwork.run(minute)
                return
            except Exception as error:
                team.wrong(named(error))

    def _asked(self, team: Team, call: Help) -> None:
        with self._lock:
            self._calls.append((team, call))

    def _calls_out(self) -> None:
        """Calls for help go to whoever is on shift; a desk that asks twice is one call."""
        with self._lock:
            calls, self._calls = self._calls, []
        for team, call in calls:
            site = team.score.site - 1
            if any(one is not call and one.desk == call.desk and one.took is None for one in team.score.helps):
                team.score.helps.remove(call)
                continue
            tier, minutes = delay(site, self.stage.random)
            # Thousands of commands that come at once take the machine longer than their minute: a call counts from the product's minute.
            since = max(call.asked, self.stage.minute(self.number))
            self.clockwork.at(since + minutes, partial(self._answer, team, call, tier, team.moment(since)))

    def _answer(self, team: Team, call: Help, tier: int, asked: object, minute: float) -> None:
        try:
            self.supporters.answer(call, tier, team.planned.session_id, asked)  # type: ignore[arg-type]
        except Exception as error:
            team.wrong(named(error))

    def _recovered(self, minute: float) -> None:
        """A fault is over for a point when nothing waits to be sent and no sheet lies unkeyed."""
        for team in self.teams.values():
            keying = team.desks["keying"]
            clean = not team.sender.waiting and not keying.line and not keying.busy
            for fault in team.score.faults:
                if fault.kind in ("network", "power") and fault.recovered is None and minute >= fault.ends and clean and team.up:
                    fault.recovered = minute

    # The evening

    def _evening(self) -> None:
        self.stage.advance(self.number, CLOSES + 5)
        scores = [team.score for team in self.teams.values()]
        self._at_once(lambda score: self._close(self.teams[score.site - 1]), scores)
        for score in scores:
            breaking.unmet(score)
        # A hall's day brings tens of thousands of events: it is signed when they are counted, however long a busy machine takes.
        self.timed(f"day {self.number + 1}: what the worker still had to count", lambda: settle(seconds=600))
        self._at_once(lambda score: self._sign(self.teams[score.site - 1]), scores)

    def _sign(self, team: Team) -> None:
        planned = team.planned
        checks.compare(team.score, team.guests, session_id=planned.session_id, site_id=planned.site_id, day=planned.day, lots=team.shelf.lots)
        team.results()
        team.score.signed = officers.sign_day(team.lead, planned.site_id, planned.day)

    def _close(self, team: Team) -> None:
        """Everything is sent and keyed; what is left is thrown away, the shelf counted, the session closed. Each step by itself."""
        minute = self.stage.minute(self.number)
        team.printer = True
        steps: list[Callable[[], object]] = [
            partial(self._turn, team, minute), lambda: team.back(minute) if team.sender.sealed else None, partial(team.nobody_left, minute),
            lambda: team.corner.finish() if team.corner else None, team.print_rest, partial(team.shelf.clear, team.moment(minute)),
            partial(team.shelf.count, team.lead), partial(officers.close_point, team.lead, team.planned),
        ]  # fmt: skip
        for step in steps:
            try:
                step()
            except Exception as error:
                team.wrong(f"evening: {named(error)}")

    def close(self) -> None:
        """Shut what still runs."""
        for screens in self.opening.screens:
            screens.close()

    def all_faults(self) -> Iterable[tuple[int, Fault]]:
        """Every fault with the day on which it happened."""
        yield from self.city_faults
        for day in self.days:
            yield from ((day.day, fault) for fault in day.faults)

