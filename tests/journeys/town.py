"""The town in which the stories play: its clock, its people at their browsers, its worker; and how a page is judged."""

import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import zxingcpp
from django.db import connection
from django.test import Client
from PIL import Image, ImageDraw
from playwright.sync_api import TimeoutError
from pypdf import PdfReader

from khien.access.permissions import StaffRef
from khien.config import worker
from khien.kernel import clock, phones
from khien.kernel.refs import Scope
from khien.messaging import queries as messaging
from tests import browser, make
from tests.operations import instance

PATIENT = 30.0  # seconds: only a fault takes as long
_judged: set[str] = set()  # pages that some story of this run has passed already


def put_clock(moment: datetime) -> None:
    """Let the pages' clock run on from this moment."""
    shift = moment - datetime.now(moment.tzinfo)
    clock.shift_by(lambda: shift)


def cookie_of(staff: StaffRef) -> str:
    """The cookie of a signed-in session of staff."""
    session = Client().session
    session["staff_id"] = str(staff.id)
    session.save()
    return str(session.session_key)


@dataclass
class Town:
    """One server, one Chromium, one worker; `faults` is what was wrong with pages that somebody passed."""

    server: str
    chrome: browser.Chrome
    database: str
    faults: dict[str, list[str]] = field(default_factory=dict)
    pages: list[Any] = field(default_factory=list)

    def at(self, day: date, hour: int, minute: int = 0) -> None:
        """It is this hour of this day in Viet Nam."""
        put_clock(clock.at_local(day, hour, minute))

    def later(self, **forward: int) -> None:
        """Time passes: minutes=31."""
        put_clock(clock.now() + timedelta(**forward))

    def visitor(self, *, width: int = 360, **context: Any) -> "Hands":
        """Somebody with a browser of their own, on a phone unless a width is named."""
        # axe cannot run where scripts are off: the same address is looked at in a browser beside, with the same cookies.
        twin = None if context.get("java_script_enabled", True) else self._page(width, {})
        return Hands(self, self._page(width, context), twin=twin)

    def office(self, *roles: str, scope: Scope = make.NATION, **context: Any) -> "Hands":
        """Staff with these roles, signed in at a desk."""
        return self.seat(make.make_staff(*roles, scope=scope, at=clock.now() - timedelta(days=1)), **context)

    def seat(self, staff: StaffRef, **context: Any) -> "Hands":
        """These staff, signed in at a desk."""
        hands = Hands(self, self._page(1280, context), staff)
        hands.page.context.add_cookies([{"name": "khien", "value": cookie_of(staff), "url": self.server}])
        return hands

    def _page(self, width: int, context: dict[str, Any]) -> Any:
        page = self.chrome.new_page(width=width, **context)
        self.pages.append(page)
        page.set_default_timeout(int(PATIENT * 1000))
        page.on("pageerror", lambda error: self._fault(page.url, f"script: {error}"))
        page.on("console", lambda said: self._fault(page.url, said.text) if "Policy" in said.text else None)
        return page

    def _fault(self, where: str, what: str) -> None:
        self.faults.setdefault(where.removeprefix(self.server), []).append(what)

    def operator(self, *words: str, stdin: str = "") -> str:
        """Run one of the operator's commands on this town; returns what it said."""
        done = instance.khien(*words, stdin=stdin, DATABASE_URL=self.database, KHIEN_DATA=os.environ["KHIEN_DATA"])
        assert done.returncode == 0, done.stderr
        return done.stdout

    def judged(self, text: str, folder: Path) -> dict[str, Any]:
        """What `certificate verify` says of a certificate's text, with the files that `certificate trust` hands out now."""
        trust, revoked = str(folder / "trust"), str(folder / "revoked.txt")
        self.operator("certificate", "trust", "--out", trust, "--revoked", revoked)
        told = self.operator("certificate", "verify", "--trust", trust, "--revoked", revoked, "--at", clock.now().isoformat(), stdin=text)
        return dict(json.loads(told))

    def until[T](self, holds: Callable[[], T], what: str) -> T:
        """Wait for the worker; returns what then holds."""
        end = time.monotonic() + PATIENT
        while time.monotonic() < end:
            if found := holds():
                return found
            threading.Event().wait(0.05)
        raise AssertionError(f"not in time: {what}")

    def texts(self, phone: str) -> list[str]:
        """What this phone received, newest first."""
        return [one.text for one in messaging.demo_messages(50, phones.read_phone(phone).e164)]

    def code(self, phone: str, *, beside: int = 0) -> str:
        """The code of the newest text that carries one, when more than `beside` such texts came."""
        def read() -> str:
            codes = [found[1] for text in self.texts(phone) if (found := re.search(r"mã(?: xác nhận)? (\d{6,8})\b", text))]
            return codes[0] if len(codes) > beside else ""

        return self.until(read, f"a code for {phone}")


@dataclass
class Hands:
    """Somebody at a browser: goes, types, presses, sees; each new page is judged as it is passed."""

    town: Town
    page: Any
    staff: StaffRef | None = None
    twin: Any = None

    def go(self, path: str) -> "Hands":
        """Open an address."""
        self.page.goto(path if path.startswith("http") else self.town.server + path)
        return self.look()

    def press(self, name: str, *, role: str = "button", exact: bool = False, within: str = "body") -> "Hands":
        """Press a button, or follow a link, and look at what comes."""
        with self._there(name):
            browser.led(self.page, self.page.locator(within).get_by_role(role, name=name, exact=exact).first.click)
        return self.look()

    def follow(self, name: str, **more: Any) -> "Hands":
        """Follow a link."""
        return self.press(name, role="link", **more)

    def type(self, label: str, text: str, *, exact: bool = False) -> "Hands":
        """Type into the box of this label."""
        with self._there(label):
            self.page.get_by_label(label, exact=exact).first.fill(text)
        return self

    def day(self, name: str, told: str) -> "Hands":
        """Type a date, dd/mm/yyyy, into its three boxes."""
        for part, text in zip(("day", "month", "year"), told.split("/"), strict=True):
            self.page.fill(f"[name={name}_{part}]", text)
        return self

    def tick(self, label: str, *, exact: bool = False) -> "Hands":
        """Tick the choice of this label."""
        with self._there(label):
            self.page.get_by_label(label, exact=exact).first.check()
        return self

    def sees(self, *texts: str) -> "Hands":
        """These words stand on the page."""
        for text in texts:
            with self._there(text):
                self.page.get_by_text(text).first.wait_for()
        return self

    @contextmanager
    def _there(self, what: str) -> Iterator[None]:
        """Say what the page shows instead, where something is not there in time."""
        try:
            yield
        except TimeoutError:
            shown = self.reads()[:1500]
            raise AssertionError(f"{what!r} is not on {self.page.url}: {shown}") from None

    def reads(self) -> str:
        """The page's words on one line."""
        return re.sub(r"\s+", " ", self.page.inner_text("body"))

    def upload(self, label: str, name: str, data: bytes, kind: str = "application/octet-stream") -> "Hands":
        """Choose a file of this device."""
        self.page.get_by_label(label).first.set_input_files({"name": name, "mimeType": kind, "buffer": data})
        return self

    def fetch(self, name: str, **more: Any) -> bytes:
        """The file behind a link, as this browser gets it."""
        href = self.page.get_by_role("link", name=name, **more).first.get_attribute("href")
        return self.file(href)

    def file(self, href: str) -> bytes:
        """A file as this browser gets it."""
        answer = self.page.request.get(href if href.startswith("http") else self.town.server + href)
        assert answer.status == 200, (href, answer.status)
        return bytes(answer.body())

    def look(self) -> "Hands":
        """Judge the page once for each address and heading: axe, and a phone of 360 px."""
        where = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4,}", "*", self.page.url.removeprefix(self.town.server).split("#")[0])
        heading = self.page.locator("h1").first
        self.judge(f"{where} {heading.inner_text() if heading.count() else ''}")
        return self

    def judge(self, name: str) -> None:
        """What is wrong with the page as it stands is kept for the end of the story; a page of this name is judged once a run."""
        if name in _judged:
            return
        _judged.add(name)
        page = self.page
        if self.twin is not None:
            page = self.twin
            page.context.add_cookies(self.page.context.cookies())
            page.goto(self.page.url)
        wrong = [f"{one['id']}: {one['where'][0]}" for one in browser.axe(page)]
        if wider := browser.overflow(page, 360):
            wrong.append(f"{wider} px wider than 360")
        if wrong:
            self.town.faults.setdefault(name, []).extend(wrong)


@contextmanager
def opened(database: str) -> Iterator[Town]:
    """A town of this database."""
    put_clock(make.AT)
    try:
        with browser.serving() as server, browser.chromium() as chrome, working():
            town = Town(server, chrome, database)
            yield town
            if folder := os.environ.get("KHIEN_SHOTS"):  # how each browser stood at the end
                for number, page in enumerate(town.pages):
                    page.screenshot(path=Path(folder) / f"story-{number}.png")
            connection.close()  # the one of Playwright's loop: nobody else sees it
    finally:
        clock.shift_by(timedelta)


@contextmanager
def working() -> Iterator[None]:
    """The worker's own steps, each in turn again and again, in a thread beside."""
    steps = {name: step for name, step in (worker._deliveries() | worker._duties()).items() if name != "periodic"}
    done = threading.Event()
    failed: list[Exception] = []

    def work() -> None:
        while not done.is_set():
            try:
                busy = [step() for step in steps.values()]
            except Exception as error:  # said by the fixture, where the story ends
                failed.append(error)
                busy = []
            if not any(busy):
                connection.close()
                done.wait(0.15)
        connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(30)
    assert not failed, failed[0]


def paper(octets: bytes) -> str:
    """The words of a PDF on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(octets)).pages).split())


def picture_of(octets: bytes, page: int = 0) -> Image.Image:
    """A page of our PDF as a scanner sees its codes: the filled black rectangles, 6 dots a point."""
    sheet, dots = PdfReader(BytesIO(octets)).pages[page], 6
    width, height = (float(sheet.mediabox.width), float(sheet.mediabox.height))
    seen = Image.new("L", (int(width * dots), int(height * dots)), 255)
    pen, black, kept = ImageDraw.Draw(seen), True, []  # a page begins with black
    for operands, operator in sheet.get_contents().operations:  # type: ignore[union-attr]
        if operator == b"q":
            kept.append(black)
        elif operator == b"Q":
            black = kept.pop()
        elif operator in (b"rg", b"g"):
            black = not any(float(one) for one in operands)
        elif operator == b"re" and black:
            x, y, w, h = (float(one) for one in operands)
            top, bottom = sorted((height - y, height - y - h))
            pen.rectangle((x * dots, top * dots, (x + w) * dots, bottom * dots), fill=0)
    return seen


def codes_of(octets: bytes) -> list[str]:
    """What a scanner reads on the pages of a PDF."""
    pages = range(len(PdfReader(BytesIO(octets)).pages))
    return [one.text for page in pages for one in zxingcpp.read_barcodes(picture_of(octets, page))]


def photographed(octets: bytes) -> bytes:
    """The first page of a PDF as a photo somebody takes of it."""
    out = BytesIO()
    picture_of(octets).save(out, "PNG")
    return out.getvalue()


def id_of(url: str) -> UUID:
    """The last id in an address."""
    return UUID(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", url)[-1])
