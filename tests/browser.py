"""A real Chromium for tests that look at pages: pictures at two widths, and axe-core's judgement.

with browser.chromium() as chrome:
    page = chrome.new_page()
    page.goto(f"{server}/dang-ky")
    browser.look(page, "/a/folder/dang-ky")
    assert browser.axe(page) == []
"""

import mimetypes
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

WIDTHS = (360, 1280)
PATIENT = 30_000  # milliseconds; a busy machine is no failure
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Chrome:
    """One running Chromium; every page has a context of its own, closed with it."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def new_page(self, *, width: int = 1280, height: int = 800, **context: Any) -> Any:
        """A page of a fresh visitor: Vietnamese, in Viet Nam's time; the site's CSP stays in force."""
        context.setdefault("locale", "vi-VN")
        context.setdefault("timezone_id", "Asia/Ho_Chi_Minh")
        page = self.browser.new_context(viewport={"width": width, "height": height}, **context).new_page()
        page.set_default_timeout(PATIENT)
        return page


@contextmanager
def chromium() -> Iterator[Chrome]:
    """Start Chromium; without one the test skips aloud, in CI it fails."""
    if CHROMIUM is None:
        missing("Chromium is not installed (apt install chromium)")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENT)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--lang=vi"])
        try:
            yield Chrome(browser)
        finally:
            browser.close()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def _with_static(application: Callable[..., Any]) -> Callable[..., Any]:
    """Serve /static/ as granian does in front of the application."""
    from khien.surfaces.web.assets import FOLDER

    def wrapped(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/static/"):
            return application(environ, start)
        file = (FOLDER / path.removeprefix("/static/")).resolve()
        if not file.is_relative_to(FOLDER) or not file.is_file():
            start("404 Not Found", [])
            return [b""]
        start("200 OK", [("Content-Type", mimetypes.guess_type(file.name)[0] or "application/octet-stream")])
        return [file.read_bytes()]

    return wrapped


@contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """Serve the application from this process; yields its address. Use the `committed` fixture beside it. A port of before: the same address again."""
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", port, _with_static(get_wsgi_application()), server_class=_Threads, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def missing(what: str) -> None:
    """Skip aloud, or fail in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def led(page: Any, act: Callable[[], Any]) -> None:
    """Do something, and stand on the page that answers when it leads to one.

    A click alone may return before its form is sent: an address read then is the old one, and a page opened then breaks off the sending.
    """
    from playwright.sync_api import Error

    asked: list[Any] = []
    ended: list[Any] = []
    ears = {
        "request": lambda request: asked.append(request) if request.is_navigation_request() else None,
        "requestfailed": lambda request: ended.append(request) if request.is_navigation_request() else None,
        "framenavigated": lambda frame: ended.append(frame),  # noqa: PLW0108 - the browser marks the function it is given
    }
    for event, ear in ears.items():
        page.on(event, ear)
    try:
        act()
        for _ in range(2):  # what the page still had to do when the click returned is done before it answers, or the page is gone
            with suppress(Error):
                page.evaluate("0")
        until = time.monotonic() + PATIENT / 1000
        while asked and not ended and time.monotonic() < until:
            page.wait_for_timeout(10)
        page.wait_for_load_state()
    finally:
        for event, ear in ears.items():
            page.remove_listener(event, ear)


def look(page: Any, path_prefix: str | Path, widths: tuple[int, ...] = WIDTHS) -> list[Path]:
    """Take the whole page's picture at each width: `<prefix>-360.png`, `<prefix>-1280.png`."""
    before = page.viewport_size
    paths = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("document.fonts.ready.then(() => true)")
        path = Path(f"{path_prefix}-{width}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(path), full_page=True)
        paths.append(path)
    page.set_viewport_size(before)
    return paths


def overflow(page: Any, width: int = 320) -> int:
    """How many pixels the page is wider than a window of this width: 0 when it folds as it must."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 800})
    wider = page.evaluate("document.documentElement.scrollWidth") - width
    page.set_viewport_size(before)
    return max(0, wider)


def axe(page: Any, *, only: list[str] | None = None) -> list[dict[str, Any]]:
    """Run axe-core on the page as it stands; returns violations as {id, help, where}.

    The script is evaluated by the debugger, so the page's Content-Security-Policy needs no hole.
    `only` are rule tags, such as ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]; default: all rules.
    """
    script = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(f"if (!window.axe) {{ {script} }}; void 0")
    options = {"runOnly": {"type": "tag", "values": only}} if only else {}
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        {"id": v["id"], "help": v["help"], "where": [node["html"][:160] for node in v["nodes"][:5]]}
        for v in result["violations"]
    ]
