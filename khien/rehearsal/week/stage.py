"""Everything around the points: the moved clock, the lines, the offices that plan, supply and help, the citizens at their phones."""

import os
import re
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from django.conf import settings

from khien.booking import queries as booking
from khien.config import moved
from khien.demo.city import POINTS, City
from khien.kernel import clock
from khien.places import queries as places
from khien.plumbing import marks
from khien.rehearsal import officers, product, uploads
from khien.rehearsal.browser import Browser, Counter, Surprise
from khien.rehearsal.day import VACCINES, Story
from khien.rehearsal.gateway import Gateway
from khien.rehearsal.officers import Planned
from khien.rehearsal.people import register
from khien.rehearsal.proxy import Line
from khien.rehearsal.staff import Officer
from khien.rehearsal.week.crowd import PORTAL, Visitor, bursts, gather, homes, of_day
from khien.stock import queries as stock
from khien.stock.types import LotInfo
from khien.synthetic.crowd import Crowd

SPARE, LATER = 180, 40  # places beyond those of our own people, on the first day and later: the demo's people wait for an invitation too
TABLES, AT_A_TABLE = 2, 200  # at least so many tables, and at most so many people at each
RESERVE = 80  # doses beyond those who are expected
DAWN = 5 * 60 + 30


class Stage:
    """The city that is played in."""

    def __init__(
        self, base: str, *, days: int, sites: int, people: int, seed: int, gateway: Gateway | None, tell: Callable[[str], None]
    ) -> None:
        self.base, self.days, self.seed, self.gateway, self.tell = base, days, seed, gateway, tell
        self.random, self.counter, self.story = Random(seed), Counter(), Story()
        self.city = City.from_mark((marks.get("demo") or {})["city"])
        self.sites = min(sites, len(self.city.sites))
        self.first = self._first_day()
        communes = [list(self.city.communes[i]) for i in range(self.sites)]
        self.units = places.units([key for keys in communes for key in keys])
        self.loads = loads = bursts(people, days, self.sites)
        self.by_crowd = Crowd(seed, homes(communes, people, loads), today=self.first, adults_only=True, first_serial=5000, scattered=True)
        self.walk_in_day = (days - 1, 1 % self.sites)
        self.crowd = gather(self.by_crowd, people=people, days=days, communes=communes, seed=seed, walk_in_day=self.walk_in_day, loads=loads)
        self.portal = self._portal()
        port = int(base.rsplit(":", 1)[1])
        self.lines = [Line(port) for _ in range(self.sites)]
        self.planner = Officer(base, "thanhpho", counter=self.counter)
        self.keeper = Officer(base, "kho", counter=self.counter)

    def close(self) -> None:
        for line in self.lines:
            line.close()

    def _first_day(self) -> date:
        """The first day from tomorrow on from which no point has a session of its own."""
        day = clock.on_date(clock.now()) + timedelta(days=1)
        busy = [one.on_date for site in self.city.sites[: self.sites] for one in booking.sessions(None, first=day, last=day + timedelta(days=60), site_id=site)]
        return max([day, *(one + timedelta(days=1) for one in busy)])

    # The clock

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def moment(self, number: int, minute: float) -> datetime:
        return clock.at_local(self.day(number)) + timedelta(minutes=minute)

    def advance(self, number: int, minute: float) -> None:
        """Move the product's clock to this minute, if it is not there yet."""
        ahead = self.moment(number, minute) - clock.now()
        if ahead > timedelta():
            moved.move(settings.DATA, moved.shift(settings.DATA) + ahead)

    def minute(self, number: int) -> float:
        """The product's minute of the day now."""
        return (clock.now() - clock.at_local(self.day(number))).total_seconds() / 60

    # The morning

    def _portal(self) -> list[Visitor]:
        """Some of those who are invited on a later day register by themselves, in the middle of the day before; the others by lists."""
        own = [one for one in self.crowd if one.way == "invited" and one.person.cccd and one.day > 0]
        return self.random.sample(own, min(len(own), PORTAL * max(1, self.days - 1)))

    def register(self, day: int) -> None:
        """The lists of those who are invited today."""
        by_themselves = {one.number for one in self.portal}
        people = [one.person for one in of_day(self.crowd, day) if one.way == "invited" and one.number not in by_themselves]
        names = {key: self.place(key) for key in self.units}
        half = len(people) * 4 // 5
        for username, members, title in (("congty", people[:half], "DANH SÁCH CÔNG NHÂN ĐĂNG KÝ TIÊM"), ("phuong", people[half:], "DANH SÁCH TỔ DÂN PHỐ")):
            for first in range(0, len(members), 2000):
                done = uploads.send_list(self.base, username, members[first : first + 2000], title=title, places=names, random=self.random, story=self.story)
                self.story.add("registered_by_list", done)

    def place(self, key: str) -> str:
        unit = self.units[key]
        return getattr(unit, "path", "") or unit.full_name

    def register_by_phone(self, one: Visitor) -> bool:
        """A citizen registers through the portal; says whether the code came."""
        silent = self.gateway is not None and self.gateway.silent
        with Browser(self.base, counter=self.counter) as browser:
            browser.gateway = self.gateway
            register(browser, one.person, self.place(one.person.commune_key), patience=4 if silent else 60)
        self.story.add("registered_without_code" if silent else "registered_by_portal")
        return not silent

    def plan(self, day: int, site: int) -> Planned:
        """Plan the session of a point, by the planner's page."""
        invited = sum(one.way == "invited" for one in of_day(self.crowd, day, site))
        on, site_id, vaccine = self.day(day), str(self.city.sites[site]), VACCINES[site % len(VACCINES)]
        places = invited + (LATER if day else SPARE)
        tables = max(TABLES, -(-places // AT_A_TABLE))
        found = officers.plan_session(
            self.planner, site_id=site_id, vaccine=vaccine, shift="whole_day", starts=clock.at_local(on, 7, 30), ends=clock.at_local(on, 17),
            tables=tables, per_table=-(-places // tables), mode="walk_in" if (day, site) == self.walk_in_day else "invited",
        )  # fmt: skip
        if not found:
            raise Surprise(f"point {site + 1}: the session of day {day + 1} cannot be planned")
        planned = Planned(found, site + 1, site_id, vaccine, POINTS[site][0], on)
        if (day, site) != self.walk_in_day:
            uploads.allocate(self.planner, planned, self.story)
        return planned

    def supply(self, day: int, site: int, *, second: bool) -> list[LotInfo]:
        """The store brings what the day needs: the lots to inject from, the first to be used first."""
        vaccine, on = VACCINES[site % len(VACCINES)], self.day(day)
        need = sum(1 for _ in of_day(self.crowd, day, site)) + RESERVE
        lots = []
        for letter in "AB" if second else "A":
            number = f"DT{on:%y%m%d}{letter}{vaccine[:1]}"
            self._receive(str(self.city.sites[site]), vaccine, number, need, on, site)
            found = stock.lot_by_number(vaccine, number)
            if found is None:
                raise Surprise(f"point {site + 1}: the lot of day {day + 1} did not arrive")
            lots.append(found)
        return lots

    def _receive(self, site_id: str, vaccine: str, number: str, doses: int, on: date, site: int) -> None:
        page = self.keeper.get(f"/dieu-phoi/kho/{site_id}")
        form = next((form for form in page.forms if form.values.get("act") == ["receive"]), None)
        if form is None:
            raise Surprise(f"point {site + 1}: nothing can be received ({page.status})")
        until, made = on + timedelta(days=150), on - timedelta(days=60)
        told = {"vaccine": vaccine, "lot": number, "doses": doses, "document": f"DT-{on:%y%m%d}-{number}-{site + 1:02d}"}
        for name, when in (("expires_on", until), ("manufactured_on", made), ("day", on)):
            told |= {f"{name}_day": when.day, f"{name}_month": when.month, f"{name}_year": when.year}
        done = self.keeper.send(page, form, told)
        if done.status != 200 or "xong=receive" not in done.url:
            raise Surprise(f"point {site + 1}: the vaccine of the day is not received ({done.status})")

    # The response centre

    def prepare_help(self) -> None:
        """The ministry posts the supporter of the first point at every second one: the others are helped from the district."""
        with Officer(self.base, "boyte", counter=self.counter) as ministry:
            page = ministry.get("/dieu-phoi/nhan-luc")
            page = ministry.send(page, page.form("text"), {"text": "Lưu Hỗ Trợ"})
            link = next(href for href, name in page.links if re.search(r"/nhan-luc/[0-9a-f-]{36}$", href) and name == "Lưu Hỗ Trợ")
            for site in range(2, self.sites, 2):
                page = ministry.get(link)
                if POINTS[site][1] in page.text:
                    continue
                told = {"role": "t1_supporter", "kind": "site", "place": POINTS[site][1], "office": "Hỗ trợ tại điểm"}
                ministry.send(page, page.form("role", "kind"), told, button="give")

    def settle(self, what: str, done: Callable[[], bool], *, seconds: float = 60) -> float | None:
        """Wait on the machine's clock; returns the seconds, None where it never came."""
        began = time.monotonic()
        while not done():
            if time.monotonic() - began > seconds:
                self.tell(f"{what}: not within {seconds:.0f} s")
                return None
            time.sleep(0.1)
        return time.monotonic() - began

    def recall_lot(self, lot_id: UUID) -> None:
        """Operations ask for the recall of a lot in the whole city, the planner confirms it."""
        with Officer(self.base, "hotro3", counter=self.counter) as asks:
            page = asks.get("/dieu-phoi/kho/thu-hoi", lo=str(lot_id))
            page = asks.send(page, page.form("scope", "reason"), {"scope": "0", "reason": "Diễn tập: nghi lẫn dị vật", "document": "DT-01", "sure": "on"})
            found = re.search(r"/thu-hoi/([0-9a-f-]{36})", page.url)
            if not found:
                raise Surprise(f"a recall cannot be asked for ({page.status})")
        page = self.planner.get(f"/dieu-phoi/kho/thu-hoi/{found.group(1)}")
        form = next((form for form in page.forms if any(value == "confirm" for _, value in form.buttons) or form.values.get("act") == ["confirm"]), None)
        if form is None:
            raise Surprise(f"a recall cannot be confirmed ({page.status})")
        done = self.planner.send(page, form, {}, button="confirm")
        if done.status != 200:
            raise Surprise(f"a recall is not confirmed ({done.status})")

    def server_parts(self) -> dict[str, list[int]]:
        """The processes that the server fault kills: the web server, PostgreSQL."""
        data = settings.DATA
        parts = {"web": product.pids_of(data, "granian")}
        if not os.environ.get("DATABASE_URL"):
            parts["database"] = product.postmaster_of(data)
        return parts
