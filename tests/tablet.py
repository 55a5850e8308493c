"""A tablet of a point: a Chromium with a profile of its own on the disk, enrolled, with a line that is really cut and a process that is really killed."""

import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from django.core import signing
from django.db import connection

from khien.access import devices
from khien.access.permissions import StaffRef
from khien.kernel import clock
from tests import browser, make
from tests.journeys.town import cookie_of, put_clock
from tests.make_day import Day

PATIENT = 20_000  # ms: only a fault takes as long
PASSPHRASE = "bốn chữ của tôi"
ARGS = ("--no-sandbox", "--disable-dev-shm-usage", "--lang=vi", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--headless=new")


class Server:
    """The application at one address, which can be stopped and started again."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.address = self._stack.enter_context(browser.serving())

    def stop(self) -> None:
        self._stack.close()

    def start(self) -> None:
        self._stack.enter_context(browser.serving(int(self.address.rpartition(":")[2])))


@dataclass
class Tablet:
    """One Chromium on the desk; `page` is its first window."""

    server: Server
    folder: Path
    play: Any
    secret: str = ""
    process: Any = None
    context: Any = None
    page: Any = None
    faults: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start the browser on its profile, as after a power cut or for the first time."""
        port = free_port()
        assert browser.CHROMIUM
        self.process = subprocess.Popen(
            [browser.CHROMIUM, *ARGS, f"--remote-debugging-port={port}", f"--user-data-dir={self.folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        until(lambda: answers(f"http://127.0.0.1:{port}/json/version"), "a browser")
        self.context = self.play.chromium.connect_over_cdp(f"http://127.0.0.1:{port}").contexts[0]
        if self.secret:  # Chromium writes cookies to the disk every 30 s: this one has been there for longer than the test
            self._known()
        self.page = self.window()

    def window(self) -> Any:
        """Another window of the same tablet."""
        page = self.context.new_page()
        page.set_viewport_size({"width": 1280, "height": 800})
        page.set_default_timeout(PATIENT)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda one: self.heard(one, "asked"))
        page.on("requestfailed", lambda one: self.heard(one, f"failed: {one.failure}"))
        page.on("response", lambda one: self.heard(one, str(one.status)))
        page.on("console", lambda said: self.faults.append(said.text) if "Policy" in said.text else None)
        return page

    def kill(self) -> None:
        """The browser dies in the middle of whatever it does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def quit(self) -> None:
        """Close it as people do, so that everything is on the disk."""
        if self.process and self.process.poll() is None:
            self.context.browser.new_browser_cdp_session().send("Browser.close")
            self.process.wait(timeout=20)

    def heard(self, one: Any, outcome: str) -> None:
        """What went over the line: shown beside a failed test."""
        if "/static/" in one.url:
            return
        print(f"{datetime.now():%H:%M:%S.%f} {self.folder.name} {one.url.partition('?')[0]} {outcome}")

    # The line
    def cut(self) -> None:
        self.context.set_offline(True)

    def join(self) -> None:
        self.context.set_offline(False)

    # People
    def enrol(self, site_id: Any) -> None:
        """The lead enrols this tablet."""
        _device, self.secret = devices.enrol(name="Máy thử", site_id=site_id, by=make.BY, at=clock.now())
        self._known()

    def _known(self) -> None:
        self.cookie("khien_diem", signing.get_cookie_signer(salt="khien_diem").sign(self.secret))

    def sits(self, staff: StaffRef) -> None:
        """Somebody is signed in on it."""
        self.cookie("khien", cookie_of(staff))

    def leaves(self) -> None:
        self.context.clear_cookies(name="khien")

    def cookie(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.server.address, "expires": 4_000_000_000}])

    # What is done at it
    def open(self, day: Day) -> None:
        self.page.goto(f"{self.server.address}/diem/{day.session_id}")

    def stands(self) -> None:
        """The desks stand on the screen."""
        self.page.wait_for_selector(".kh-stations a[aria-current]")

    def bring(self, passphrase: str = PASSPHRASE) -> None:
        """Take the session along, as the first person on this tablet."""
        self.page.click("#may-nay")
        self.press("Mang buổi này về máy")
        self.page.fill("#mk-moi", passphrase)
        self.page.fill("#mk-lai", passphrase)
        self.page.keyboard.press("Enter")
        self.page.get_by_text("Đã về máy:").wait_for()
        self.page.wait_for_function("navigator.serviceWorker.controller")

    def brought(self, passphrase: str = PASSPHRASE) -> None:
        """Take the session along and go back to the desks."""
        self.bring(passphrase)
        self.press("Xong")

    def unlock(self, passphrase: str = PASSPHRASE, who: str = "") -> None:
        self.page.wait_for_selector("#mat-khau")
        if who:
            self.page.locator("label[for^=ai-]", has_text=who).click()
        self.page.fill("#mat-khau", passphrase)
        self.page.keyboard.press("Enter")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def sees(self, *texts: str) -> None:
        for text in texts:
            self.page.get_by_text(text, exact=False).first.wait_for()

    def desk(self, number: int) -> None:
        self.page.keyboard.press(f"Alt+{number}")

    def line(self, text: str) -> None:
        """The line of the log at the top says this."""
        self.page.locator("#dong-bo", has_text=text).wait_for()

    def leave(self, number: int) -> None:
        """At desk 4: this person's minutes are over."""
        self.page.get_by_role("button", name=f"Mời ra về, số {number}", exact=True).click()

    def green(self, text: str) -> None:
        """What was done last says that the server's receipt is held."""
        self.page.locator("#vua-lam li", has_text=text).locator(".kh-state--ready").first.wait_for()

    def waits(self, holds: Callable[[], Any]) -> None:
        """Wait for something that comes of what the page asks."""
        for _ in range(PATIENT // 50):
            if holds():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("not in time")

    def shelf(self, name: str) -> list[Any]:
        """What lies on a shelf of the vault, as JSON can say it."""
        return list(self.page.evaluate(READ, name))


READ = """name => new Promise((done, fail) => {
  const asked = indexedDB.open("khien-desk");
  asked.onerror = () => fail(asked.error);
  asked.onsuccess = () => {
    const base = asked.result;
    const got = base.transaction(name).objectStore(name).getAll();
    got.onsuccess = () => (base.close(), done(JSON.parse(JSON.stringify(got.result))));
  };
})"""


def until[T](holds: Callable[[], T], what: str) -> T:
    """Wait for something that another process does; returns it."""
    for _ in range(PATIENT // 50):
        if found := holds():
            return found
        threading.Event().wait(0.05)
    raise AssertionError(f"not in time: {what}")


def answers(url: str) -> bool:
    try:
        with urlopen(url):  # noqa: S310
            return True
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def tablets(folder: Path) -> Iterator[Callable[[str], Tablet]]:
    """Tablets by name beside one server; `make.AT` on the clock."""
    if browser.CHROMIUM is None:
        browser.missing("Chromium is not installed (apt install chromium)")
    from playwright.sync_api import sync_playwright

    put_clock(make.AT)
    server = Server()
    made: list[Tablet] = []
    with sync_playwright() as play:

        def tablet(name: str) -> Tablet:
            one = Tablet(server, folder / name, play)
            made.append(one)
            one.start()
            return one

        try:
            yield tablet
        finally:
            for one in made:
                if one.process.poll() is None:
                    one.kill()
                shutil.rmtree(one.folder, ignore_errors=True)
            server.stop()
            clock.shift_by(timedelta)
            connection.close()  # the one of Playwright's loop: nobody else sees it
    faults = [fault for one in made for fault in one.faults]
    assert not faults, faults
