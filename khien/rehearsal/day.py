"""The rehearsal's day, from the lists of the morning to the closed points of the evening."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Any

from khien.demo.city import POINTS, City
from khien.kernel import clock
from khien.places import queries as places
from khien.plumbing import marks
from khien.rehearsal import citizens, officers, uploads, yesterday
from khien.rehearsal.browser import Browser, Counter, Surprise
from khien.rehearsal.officers import Planned
from khien.rehearsal.people import register
from khien.rehearsal.point import Arrival, Point
from khien.rehearsal.product import awake, told
from khien.rehearsal.shelf import Shelf, at_once
from khien.rehearsal.staff import Officer
from khien.stock import queries as stock
from khien.stock.types import LotInfo
from khien.synthetic.crowd import Crowd, Somebody

VACCINES = ("AZ", "PFIZER")
SHARES = {"list": 0.6, "ward": 0.15, "portal": 0.13, "walk_in": 0.12}


@dataclass
class Story:
    """Everything that the rehearsal counted."""

    counter: Counter = field(default_factory=Counter)
    tally: dict[str, int] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    lookups: int = 0
    reads: list[tuple[str, str]] = field(default_factory=list)  # a staff member's id, the visit they looked at
    confirmed: set[str] = field(default_factory=set)  # visits whose confirmation was printed
    sessions: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    shelves: list[tuple[str, date, set[str]]] = field(default_factory=list)  # a site, a day, the lots that were used there

    def add(self, what: str, n: int = 1) -> None:
        self.tally[what] = self.tally.get(what, 0) + n


class Day:
    """Plays one day at `sites` points for `people` people."""

    def __init__(self, base: str, *, sites: int, people: int, seed: int, tell: Callable[[str], None]) -> None:
        self.base, self.tell, self.random = base, tell, Random(seed)
        self.city = City.from_mark((marks.get("demo") or {})["city"])
        self.sites = min(sites, len(self.city.sites))
        self.story = Story()
        communes = [key for i in range(self.sites) for key in self.city.communes[i]]
        self.crowd = Crowd(seed, communes, today=clock.on_date(clock.now()), adults_only=True, first_serial=5000, scattered=True)
        self.people = list(self.crowd.people(people))
        self._namesakes()
        self.units = places.units(communes)
        self.own: list[Somebody] = []
        self.late: Somebody | None = None  # whose sheet of yesterday is found today
        self.holder: citizens.Holder | None = None
        self.evening: yesterday.Evening | None = None
        self.lots: dict[int, LotInfo] = {}
        self.leads: dict[int, Officer] = {}

    def _namesakes(self) -> None:
        """Two people of one name and one year at one point: only a second fact tells them apart."""
        if len(self.people) > 3:
            first, other = self.people[0], self.people[1]
            number = self.crowd.cccd(first.sex, first.birth.year) if other.cccd else ""
            self.people[1] = replace(other, full_name=first.full_name, sex=first.sex, commune_key=first.commune_key, birth=first.birth, cccd=number)

    def play(self) -> Story:
        """Play the whole day."""
        self.timed("plan", self._plan)
        self.timed("register", self._register)
        self.timed("allocate", self._allocate)
        self.timed("points", self._points)
        self.timed("yesterday", self._yesterday)
        return self.story

    def timed(self, what: str, step: Callable[[], None]) -> None:
        began = time.monotonic()
        awake()
        try:
            step()
        except Surprise as surprise:
            self.story.surprises.append(f"{what}: {surprise}")
        self.story.seconds[what] = round(time.monotonic() - began, 1)
        self.tell(f"{what}: {self.story.seconds[what]} s")

    def _plan(self) -> None:
        officers.into_the_day([str(site) for site in self.city.sites[: self.sites]], self.tell)
        self.planner = Officer(self.base, "thanhpho", counter=self.story.counter)
        self.planned: list[Planned] = []
        for i in range(self.sites):
            vaccine = VACCINES[i % len(VACCINES)]
            self.planned.append(officers.plan(
                self.planner, number=i + 1, site_id=str(self.city.sites[i]), vaccine=vaccine, district=POINTS[i][0], tables=POINTS[i][3],
            ))  # fmt: skip
        for one in self.planned:
            try:
                self._open(one)
            except Surprise as surprise:
                self.story.surprises.append(f"point {one.number} does not open: {surprise}")
        self.story.sessions = [one.session_id for one in self.planned]
        self.story.add("sessions", len(self.planned))
        self.evening = yesterday.lay(self.city, sites=self.sites)
        self.story.sessions.append(str(self.evening.session_id))

    def _open(self, planned: Planned) -> None:
        """The lead opens in the morning; what a session lacks is not found out at noon."""
        lot = next(
            (b.lot for b in told(lambda: stock.lots_at(self.city.sites[planned.number - 1], on=planned.day)) if b.lot.vaccine == planned.vaccine), None
        )  # fmt: skip
        if lot is None:
            raise Surprise(f"point {planned.number} has no lot of {planned.vaccine}")
        self.lots[planned.number] = lot
        self.leads[planned.number] = lead = Officer(self.base, f"diem{planned.number:02d}.truong", counter=self.story.counter)
        officers.open_point(lead, planned, str(lot.id))

    def _register(self) -> None:
        counts = [round(len(self.people) * share) for share in SHARES.values()]
        edges = [sum(counts[: i + 1]) for i in range(len(counts))]
        firm, ward, own, walk = (self.people[a:b] for a, b in zip([0, *edges[:-1]], [*edges[:-1], len(self.people)], strict=True))
        self.walk_ins, self.own = list(walk), list(own)
        self.late = next((one for one in reversed(self.walk_ins) if one.cccd), None)
        self.walk_ins = [one for one in self.walk_ins if one is not self.late]
        names = {key: self._place(key) for key in self.units}
        for username, members, title in (("congty", firm, "DANH SÁCH CÔNG NHÂN ĐĂNG KÝ TIÊM"), ("phuong", ward, "DANH SÁCH TỔ DÂN PHỐ")):
            if members:
                done = uploads.send_list(self.base, username, members, title=title, places=names, random=self.random, story=self.story)
                self.story.add("registered_by_list", done)
        by_book = self._with_a_phone_of_their_own()
        if by_book is not None:
            self.holder = citizens.sign_in(self.base, by_book, self._place(by_book.commune_key), counter=self.story.counter)
            self.story.add("registered_by_health_book")
        with ThreadPoolExecutor(4) as pool:
            for error in pool.map(self._by_portal, [one for one in self.own if one is not by_book]):
                if error:
                    self.story.surprises.append(error)

    def _with_a_phone_of_their_own(self) -> Somebody | None:
        """One of those who register by themselves, with a phone that no relative shares: for the health book."""
        place = next((n for n, one in enumerate(self.own) if one.cccd), None)
        if place is None:
            return None
        one = replace(self.own[place], phone=self.crowd.phone())
        self.people[self.people.index(self.own[place])] = self.own[place] = one
        return one

    def _place(self, key: str) -> str:
        unit = self.units[key]
        return getattr(unit, "path", "") or unit.full_name

    def _by_portal(self, one: Somebody) -> str:
        try:
            with Browser(self.base, counter=self.story.counter) as browser:
                register(browser, one, self._place(one.commune_key), prove=self.random.random() < 0.8)
            self.story.add("registered_by_portal")
        except Surprise as surprise:
            return str(surprise)
        return ""

    def _allocate(self) -> None:
        for planned in self.planned:
            uploads.allocate(self.planner, planned, self.story)

    def _points(self) -> None:
        known = {(one.full_name, one.birth.iso()): one for one in self.people}
        with ThreadPoolExecutor(3) as pool:
            for point, error in pool.map(lambda planned: self._point(planned, known), self.planned):
                if point is not None:
                    self._keep(point)
                if error:
                    self.story.surprises.append(error)

    def _keep(self, point: Point) -> None:
        for what, n in point.score.tally.items():
            self.story.add(what, n)
        self.story.surprises += point.score.surprises
        self.story.reads += point.score.reads
        self.story.confirmed |= point.score.confirmed

    def _yesterday(self) -> None:
        """The sheet of yesterday evening is found and keyed; yesterday closes."""
        if self.evening is None:
            return
        late = self.late
        if late is not None:
            read = yesterday.settle(self.base, self.evening, late, counter=self.story.counter)
            self.story.reads.append(read)
            self.story.confirmed.add(read[1])
            self.story.add("paper_next_day")

    def _point(self, planned: Planned, known: dict[tuple[str, str], Any]) -> tuple[Point | None, str]:
        from django.db import connection

        point = None
        try:
            if planned.number not in self.leads:
                raise Surprise("it was not opened in the morning")
            lot, lead = self.lots[planned.number], self.leads[planned.number]
            serials = officers.print_papers(lead, planned, 4)
            desks = officers.desks(self.base, planned, self.story.counter)
            point = Point(desks, lot, Shelf(at_once(desks["injection"]), planned.site_id, planned.day), Random(planned.number), number=planned.number)
            if self.evening and self.late and str(self.evening.site_id) == planned.site_id:
                point.shelf.gone(str(self.evening.lot.id), self.evening.lot.doses_per_vial)
            self._paper(planned, lead, point, serials)
            arrivals = officers.expected(point.desks["reception"], known) + self._at_the_door(planned)
            for n, pair in enumerate(self._in_pairs(arrivals)):
                self._serve(point, pair, n, planned)
            self._evening(planned, lead, point)
        except Surprise as surprise:
            return point, f"point {planned.number}: {surprise}"
        finally:
            connection.close()
        return point, ""

    def _in_pairs(self, arrivals: list[Arrival]) -> list[list[Arrival]]:
        """One after the other, but two of one name together; whoever holds the health book gets through."""
        together: dict[str, list[Arrival]] = {}
        for n, arrival in enumerate(arrivals):
            if self.holder and arrival.name == self.holder.one.full_name:
                arrival.outcome = "closed"
            together.setdefault(arrival.name or str(n), []).append(arrival)
        return list(together.values())

    def _at_the_door(self, planned: Planned) -> list[Arrival]:
        """Walk-ins: with a card to scan, or with what they say."""
        found = []
        for one in self.walk_ins[planned.number - 1 :: self.sites][1:]:
            if one.cccd:
                found.append(Arrival(card=officers.card_text(one)))
            else:
                told = {"full_name": one.full_name, "birth": one.birth.iso(), "sex": one.sex, "no_identifier_reason": "never_issued", "phone": one.phone}
                found.append(Arrival(person=told))
        return found

    def _serve(self, point: Point, arrivals: list[Arrival], n: int, planned: Planned) -> None:
        try:
            if len(arrivals) == 2:
                point.serve_namesakes(*arrivals)
            else:
                for one in arrivals:
                    point.serve(one, one.outcome or point.outcome(n))
        except Surprise as surprise:
            point.score.surprises.append(f"point {planned.number}, person {n + 1}: {surprise}")

    def _evening(self, planned: Planned, lead: Officer, point: Point) -> None:
        """What is left in vials is thrown away, the shelf counted, the session closed, the point's day signed."""
        point.shelf.clear(clock.now())
        point.shelf.count(lead)
        self.story.shelves.append((planned.site_id, planned.day, {point.lot_id}))
        officers.close_point(lead, planned)
        self.story.add("points_closed")
        self.story.add("days_signed" if officers.sign_day(lead, planned.site_id, planned.day) else "days_still_open")

    def _paper(self, planned: Planned, lead: Officer, point: Point, serials: list[str]) -> None:
        """One sheet is keyed, one spoilt, one lost and found after the close; the last was never used."""
        keyed, spoilt, lost, unused = serials[:4]
        on_paper = self.walk_ins[planned.number - 1 :: self.sites][:1]
        clerk = officers.Desk(Officer(self.base, f"diem{planned.number:02d}.nhaplieu", counter=self.story.counter), planned.session_id)
        point.shelf.begin(point.lot_id, clock.now())
        if on_paper:
            hours = officers.paper_hours(planned)
            point.shelf.ready(point.lot, hours(officers.DOSE_ON_PAPER))
            done = officers.key_paper(clerk, planned, keyed, on_paper[0], lot_id=point.lot_id, hours=hours)
            point.shelf.drew(point.lot_id, hours(officers.DOSE_ON_PAPER))
            point.score.tally.update(("received", "dosed", "closed", "paper"))
            point.confirm(done["visit"]["visit_id"])
        else:
            officers.settle_paper(lead, planned, keyed, "void", "Không dùng")
        officers.settle_paper(lead, planned, spoilt, "void", "Viết hỏng")
        officers.settle_paper(lead, planned, lost, "missing", "Không thấy khi đếm phiếu")
        officers.settle_paper(lead, planned, unused, "void", "Không dùng")
