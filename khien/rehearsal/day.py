"""The rehearsal's day, from the lists of the morning to the closed points of the evening."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from khien.demo.city import POINTS, City
from khien.kernel import clock
from khien.places import queries as places
from khien.plumbing import marks
from khien.rehearsal import officers, uploads
from khien.rehearsal.browser import Browser, Counter, Surprise
from khien.rehearsal.officers import Planned
from khien.rehearsal.people import register
from khien.rehearsal.point import Arrival, Point
from khien.rehearsal.staff import Officer
from khien.stock import queries as stock
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
    certificates_seen: int = 0
    lookups: int = 0

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
        crowd = Crowd(seed, communes, today=clock.on_date(clock.now()), adults_only=True, first_serial=5000, scattered=True)
        self.people = list(crowd.people(people))
        self._namesakes()
        self.units = places.units(communes)
        self.own: list[Somebody] = []


    def _namesakes(self) -> None:
        """Two people of one name and one year at one point: only a second fact tells them apart."""
        if len(self.people) > 3:
            first, other = self.people[0], self.people[1]
            values = {**vars_of(other), "full_name": first.full_name, "sex": first.sex, "commune_key": first.commune_key, "birth": first.birth}
            if other.cccd:
                values["cccd"] = Crowd(self.random.randrange(10**9), [first.commune_key], today=clock.on_date(clock.now()), first_serial=5000,
                                       scattered=True).cccd(first.sex, first.birth.year)  # fmt: skip
            self.people[1] = Somebody(**values)

    def play(self) -> Story:
        """Play the whole day."""
        self._timed("plan", self._plan)
        self._timed("register", self._register)
        self._timed("allocate", self._allocate)
        self._timed("points", self._points)
        return self.story

    def _timed(self, what: str, step: Callable[[], None]) -> None:
        began = time.monotonic()
        try:
            step()
        except Surprise as surprise:
            self.story.surprises.append(f"{what}: {surprise}")
        self.story.seconds[what] = round(time.monotonic() - began, 1)
        self.tell(f"{what}: {self.story.seconds[what]} s")

    def _plan(self) -> None:
        self.planner = Officer(self.base, "thanhpho", counter=self.story.counter)
        self.planned: list[Planned] = []
        for i in range(self.sites):
            vaccine = VACCINES[i % len(VACCINES)]
            self.planned.append(officers.plan(
                self.planner, number=i + 1, site_id=str(self.city.sites[i]), vaccine=vaccine, district=POINTS[i][0], tables=POINTS[i][3],
            ))  # fmt: skip
        self.story.add("sessions", len(self.planned))

    def _register(self) -> None:
        counts = [round(len(self.people) * share) for share in SHARES.values()]
        edges = [sum(counts[: i + 1]) for i in range(len(counts))]
        firm, ward, own, walk = (self.people[a:b] for a, b in zip([0, *edges[:-1]], [*edges[:-1], len(self.people)], strict=True))
        self.walk_ins, self.own = list(walk), list(own)
        names = {key: self._place(key) for key in self.units}
        for username, members, title in (("congty", firm, "DANH SÁCH CÔNG NHÂN ĐĂNG KÝ TIÊM"), ("phuong", ward, "DANH SÁCH TỔ DÂN PHỐ")):
            if members:
                done = uploads.send_list(self.base, username, members, title=title, places=names, random=self.random, story=self.story)
                self.story.add("registered_by_list", done)
        with ThreadPoolExecutor(4) as pool:
            for error in pool.map(self._by_portal, own):
                if error:
                    self.story.surprises.append(error)

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
                    for what, n in point.score.tally.items():
                        self.story.add(what, n)
                    self.story.surprises += point.score.surprises
                if error:
                    self.story.surprises.append(error)

    def _point(self, planned: Planned, known: dict[tuple[str, str], Any]) -> tuple[Point | None, str]:
        from django.db import connection

        point = None
        try:
            lot = next(
                b.lot for b in stock.lots_at(self.city.sites[planned.number - 1], on=clock.on_date(clock.now())) if b.lot.vaccine == planned.vaccine
            )
            lead = Officer(self.base, f"diem{planned.number:02d}.truong", counter=self.story.counter)
            officers.open_point(lead, planned, str(lot.id))
            serials = officers.print_papers(lead, planned, 4)
            point = Point(officers.desks(self.base, planned, self.story.counter), str(lot.id), Random(planned.number))
            arrivals = officers.expected(point.desks["reception"], known) + self._at_the_door(planned)
            for n, arrival in enumerate(arrivals):
                self._serve(point, arrival, n, planned)
            self._paper(planned, lead, point, serials, str(lot.id))
            officers.close_point(lead, planned)
            self.story.add("points_closed")
        except (Surprise, StopIteration) as surprise:
            return point, f"point {planned.number}: {surprise or 'no lot'}"
        finally:
            connection.close()
        return point, ""

    def _at_the_door(self, planned: Planned) -> list[Arrival]:
        """Walk-ins: with a card to scan, or with what they say."""
        found = []
        for one in self.walk_ins[planned.number - 1 :: self.sites][1:]:
            if one.cccd:
                found.append(Arrival(card=officers.card_text(one)))
            else:
                told = {"full_name": one.full_name, "birth": one.birth.iso(), "sex": one.sex, "no_identifier_reason": "Chưa được cấp", "phone": one.phone}
                found.append(Arrival(person=told))
        return found

    def _serve(self, point: Point, arrival: Arrival, n: int, planned: Planned) -> None:
        try:
            point.serve(arrival, point.outcome(n))
        except Surprise as surprise:
            point.score.surprises.append(f"point {planned.number}, person {n + 1}: {surprise}")

    def _paper(self, planned: Planned, lead: Officer, point: Point, serials: list[str], lot_id: str) -> None:
        """One sheet is keyed, one spoilt, one lost and found after the close; the last was never used."""
        keyed, spoilt, lost, unused = serials[:4]
        on_paper = self.walk_ins[planned.number - 1 :: self.sites][:1]
        clerk = officers.Desk(Officer(self.base, f"diem{planned.number:02d}.nhaplieu", counter=self.story.counter), planned.session_id)
        if on_paper:
            at = clock.now() - timedelta(minutes=70)
            officers.key_paper(clerk, keyed, on_paper[0], lot_id=lot_id, at=at, random=self.random)
            point.score.tally.update(("received", "dosed", "closed", "paper"))
        else:
            officers.settle_paper(lead, planned, keyed, "void", "Không dùng")
        officers.settle_paper(lead, planned, spoilt, "void", "Viết hỏng")
        officers.settle_paper(lead, planned, lost, "missing", "Không thấy khi đếm phiếu")
        officers.settle_paper(lead, planned, unused, "void", "Không dùng")


def vars_of(one: Somebody) -> dict[str, Any]:
    """A person's fields."""
    return {name: getattr(one, name) for name in one.__dataclass_fields__}
