"""A real tablet of a point: a Chromium with the session taken along, worked at its real screens over the point's line, on the demo's clock."""

import importlib.util
import re
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from khien.rehearsal.browser import Surprise

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGS = ("--no-sandbox", "--disable-dev-shm-usage", "--lang=vi", "--no-first-run", "--disable-background-networking", "--disable-component-update")
PATIENT = 45_000  # ms for one look at the screen: a machine that plays ten points at once is slow
SOON = 5000  # ms until what must stand there is drawn
PASSPHRASE = "bốn chữ của điểm"  # noqa: S105 (of synthetic people's tablet, on a browser that is thrown away)
TRIES = 4
LOOKS = 4  # how often a patient hand looks before the screen has failed; each look but the first is told as slow
QUIET = timedelta(minutes=10)  # untouched, then a tablet locks
MEASURES = {"temperature_c": "36,7", "pulse_bpm": "76", "bp_systolic": "124/78", "respiration_per_min": "16", "spo2_percent": "98"}
NUMBER = re.compile(r"Đã đón, số (\S+?)[.,:;]?(?:\s|$)")
# What lies in the tablet's log, by the expression `found` over its rows.
IN_THE_LOG = """() => new Promise((told, fail) => {
  const asked = indexedDB.open("khien-desk");
  asked.onerror = () => fail(asked.error);
  asked.onsuccess = () => {
    const rows = asked.result.transaction("log").objectStore("log").getAll();
    rows.onsuccess = () => { asked.result.close(); const found = rows.result; told(%s); };
  };
})"""
UNSENT = IN_THE_LOG % "found.length"
LATEST = IN_THE_LOG % "found.map((one) => one.at).sort().at(-1) || ''"


class NoScreens(Exception):
    """No browser can be started on this machine; the text says why."""


def missing() -> str:
    """What a real tablet lacks on this machine, as on most servers; "" where it can be played."""
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed (pip install playwright)"
    return "" if _chromium() else "Chromium is not installed (apt install chromium)"


def _chromium() -> str:
    return next(filter(None, map(shutil.which, NAMES)), "")


class Screens:
    """The desks on one tablet; Playwright knows one thread, so every touch goes through the tablet's own."""

    def __init__(self, base: str, session_id: str, cookies: Mapping[str, str], *, now: Callable[[], datetime]) -> None:
        self.base, self.session_id, self.cookies, self.now = base, session_id, cookies, now
        self.slow: list[str] = []  # what was waited for longer than one look
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="tablet")
        self._play: Any = None
        self._browser: Any = None
        self._page: Any = None
        self._error: type[Exception] = Exception
        self._timeout: type[Exception] = Exception
        self._where = "the start"
        self._touched = self._written = now()

    # What is done at it, each as one touch of its thread. All raise Surprise.

    def start(self) -> None:
        """Start Chromium, open the desks, take the session along."""
        self._do("take along", self._start)

    def receive(self, text: str) -> str:
        """Scan a code or a card at reception, consent; returns the queue number."""
        return str(self._do("reception", self._receive, text))

    def screen(self, number: str) -> None:
        """Ask the questions, measure, decide as the software proposes."""
        self._do("screening", self._screen, number)

    def inject(self, number: str, lot: str, *, another: bool = False) -> bool:
        """Confirm who sits there, inject from a vial of this lot (`another`: of another one than the screen stopped); False where the screen stops it."""
        return bool(self._do("injection", self._inject, number, lot, another))

    def leave(self, number: str) -> bool:
        """The minutes are over: observed, closed; False while the board still counts minutes for this person."""
        return bool(self._do("observation", self._leave, number))

    @property
    def at(self) -> datetime:
        """The latest moment that the tablet may have written: its clock stands at the last touch, and follows the server's by what it last heard of it."""
        return self._written

    def unsent(self) -> int:
        """Commands whose receipt this tablet does not hold yet."""
        return int(self._do("look", lambda: self._page.evaluate(UNSENT)))

    def refused(self) -> int:
        """What the server refused and nobody has put right on this tablet."""
        return int(self._do("look", lambda: self._page.locator(".kh-st-refused").count()))

    def empty(self, seconds: float = 60) -> bool:
        """Wait until everything is sent and answered; False where it is not in time."""
        until = time.monotonic() + seconds
        while self.unsent():
            if time.monotonic() > until:
                return False
            time.sleep(0.5)
        return True

    def close(self) -> None:
        """Shut the browser down; nothing that fails here matters any more."""
        with suppress(Exception):
            self._hand.submit(self._stop).result(30)
        self._hand.shutdown(wait=False, cancel_futures=True)

    def _do(self, what: str, step: Callable[..., Any], *words: Any) -> Any:
        from playwright.sync_api import Error

        def touch() -> Any:
            if self._page is None:
                return step(*words)
            self._open(self.now())
            done = step(*words)
            self._written = max(self._touched, self.now(), datetime.fromisoformat(self._page.evaluate(LATEST) or self._touched.isoformat()))
            return done

        try:
            return self._hand.submit(touch).result()
        except Error as error:
            raise Surprise(f"the tablet's {what}: {type(error).__name__} of {self._where}") from None

    # The tablet

    def _start(self) -> None:
        from playwright.sync_api import Error, TimeoutError, sync_playwright

        self._error, self._timeout, self._touched = Error, TimeoutError, self.now()
        self._play = sync_playwright().start()
        try:
            self._browser = self._play.chromium.launch(executable_path=_chromium(), args=list(ARGS))
        except Error as error:
            raise NoScreens(f"Chromium does not start ({type(error).__name__})") from None
        self._context = self._browser.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
        self._context.set_default_timeout(PATIENT)
        self._context.clock.set_fixed_time(self._touched)
        self._context.add_cookies([{"name": name, "value": value, "url": self.base} for name, value in self.cookies.items()])
        page = self._context.new_page()
        self._patient(lambda: page.goto(f"{self.base}/diem/{self.session_id}"))
        self._patient(lambda: page.wait_for_selector(".kh-st-desk"))
        page.click("#may-nay")
        page.get_by_role("button", name="Mang buổi này về máy").click()
        page.fill("#mk-moi", PASSPHRASE)
        page.fill("#mk-lai", PASSPHRASE)
        page.keyboard.press("Enter")
        self._page = page
        self._sees("Đã về máy:")
        self._patient(lambda: page.wait_for_function("navigator.serviceWorker.controller"))
        page.get_by_role("button", name="Xong").click()

    def _stop(self) -> None:
        if self._browser is not None:
            self._browser.close()
        if self._play is not None:
            self._play.stop()

    def _open(self, now: datetime) -> None:
        """Bring the tablet to this moment; one that nobody touched for ten minutes locks itself and is opened by its passphrase."""
        self._where = "the lock"
        slept, self._touched = now - self._touched, now
        self._context.clock.set_fixed_time(now)
        lock = self._page.locator("#mat-khau")
        if slept > QUIET:
            with suppress(self._error):
                lock.wait_for(timeout=SOON)
        if lock.is_visible():
            lock.fill(PASSPHRASE)
            self._press("Enter")
            self._patient(lambda: lock.wait_for(state="hidden"))
            self._page.wait_for_timeout(500)  # the desks are drawn again
        self._waits("#quet")
        self._slip_away()

    def _patient(self, look: Callable[[], Any], again: Callable[[], None] | None = None) -> Any:
        """Look until it is there; a machine that plays ten points at once is slow, and what was slow is told by its name."""
        for _ in range(LOOKS - 1):
            with suppress(self._timeout):
                return look()
            self.slow.append(self._where)
            if again is not None:
                again()
        return look()

    def _sees(self, *texts: str) -> None:
        for text in texts:
            self._where = f"waiting for {text!r}"
            self._patient(self._page.get_by_text(text, exact=False).first.wait_for)

    def _waits(self, selector: str) -> None:
        self._where = f"waiting for {selector}"
        self._patient(lambda: self._page.wait_for_selector(selector))

    def _finds(self, desk: str, text: str, selector: str) -> None:
        """Scan at a desk until the person stands there: a scan that met a busy screen is made again."""
        def scan() -> None:
            self._press(desk)
            self._scan(text)

        scan()
        self._where = f"waiting for {selector}"
        self._patient(lambda: self._page.wait_for_selector(selector), again=scan)

    def _press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)

    def _scan(self, text: str) -> None:
        self._press("F2")
        self._page.keyboard.insert_text(text)
        self._press("Enter")

    def _goes_on(self, selector: str) -> None:
        """Enter ends this desk's work with the person: what stood there goes, or, where there is no line, the slip for the next desk is shown."""
        self._where = f"the end of {selector}"
        here = self._page.query_selector(selector)
        self._press("Enter")
        self._patient(lambda: self._page.wait_for_function("(at) => document.querySelector('dialog[open] .kh-qr') || !at?.isConnected", arg=here))
        self._page.wait_for_timeout(300)
        self._slip_away()

    def _slip_away(self) -> None:
        if self._page.locator("dialog[open] .kh-qr").count():
            self._press("Enter")
            self._patient(lambda: self._page.wait_for_selector("dialog[open]", state="detached"))

    # The desks

    def _receive(self, text: str) -> str:
        self._press("Alt+1")
        self._scan(text)
        self._where = "the person found"
        self._patient(self._page.get_by_text(re.compile("Tiếp đón, lấy số|Người đến trực tiếp")).first.wait_for)
        self._press("Enter")
        self._sees("Đồng ý tiêm", "Đã đón, số")
        found = NUMBER.search(self._page.locator(".kh-st-main").first.inner_text())
        number = found.group(1) if found else ""
        self._goes_on(".kh-st-consent")
        return number

    def _screen(self, number: str) -> None:
        page = self._page
        self._finds("Alt+2", number, ".kh-screen")
        answered = page.locator(".kh-ask:has(input:checked)")
        for count in range(1, page.locator(".kh-ask").count() + 1):
            self._where = f"answer {count}"
            self._press("1")
            self._patient(answered.nth(count - 1).wait_for)
        self._where = "the proposal"
        for look in range(PATIENT // 100):
            if self._proposed(again=look % 50 == 49):
                break
            page.wait_for_timeout(100)
        self._press("F5")
        self._waits("#d1:checked")
        self._goes_on(".kh-screen")

    def _proposed(self, *, again: bool) -> bool:
        """Type every measure that is asked for; whether the software proposes now. What it did not take is typed `again`."""
        for box in self._page.locator("#so-do input").all():
            if again or not box.input_value():
                box.fill("")
                box.fill(MEASURES[str(box.get_attribute("id")).removeprefix("do-")])
        return bool(self._page.locator(".kh-propose__what").count() and self._page.locator(".kh-propose__cap").text_content() == "Máy đề nghị")

    def _inject(self, number: str, lot: str, another: bool) -> bool:
        self._finds("Alt+3", number, "#da-tiem, .kh-halt")
        shown = self._page.locator(".kh-dose__lot")
        if another and self._page.locator(".kh-halt").count():
            self._takes("#lo-moi", lot)
        elif shown.count() and shown.inner_text().strip() != lot:  # the table goes by a vial that is not the one in the hand
            self._page.get_by_role("button", name="Thử lọ khác").click()
            self._takes("#lo-khac", lot)
        if self._page.locator(".kh-halt").count():
            self._page.get_by_role("button", name="Về bàn, không tiêm").click()
            return False
        for place, fact in enumerate(("full_name", "birth"), 1):
            if self._page.locator(f"#hoi-{fact}").count():
                self._press(str(place))
                self._waits(f"#hoi-{fact}:checked")
        self._goes_on("#da-tiem")
        return True

    def _takes(self, box: str, lot: str) -> None:
        self._where = "the vial in the hand"
        self._page.fill(box, lot)
        self._page.get_by_role("button", name="Kiểm tra lọ").click()
        self._waits(f".kh-dose__lot:has-text('{lot}'), .kh-halt")

    def _leave(self, number: str) -> bool:
        self._press("Alt+4")
        self._where = "the board"
        done = self._page.get_by_role("button", name=f"Mời ra về, số {number}", exact=True)
        try:
            done.wait_for(timeout=SOON)
        except self._error:
            return False
        done.click()
        self._patient(lambda: done.wait_for(state="detached"))
        self._where = "the end desk"
        told = self._page.get_by_text("Hẹn mũi sau").first
        for _ in range(TRIES):  # the board may still hold the person when the number is typed: it is typed again
            self._press("Alt+5")
            self._scan(number)
            with suppress(self._error):
                told.wait_for(timeout=8000)
                break
        self._page.get_by_role("button", name="Kết thúc, in giấy").click()
        self._waits("#in-giay:not([hidden]), .kh-st-main .kh-state--wait, .kh-chip--wait")
        self._press("F4")
        return True
