"""A citizen's browser without JavaScript: reads pages, fills in their forms, keeps cookies."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

from khien.rehearsal.gateway import Gateway

_NAMES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[A-Z0-9.-]*[0-9]{4,}[^/]*")  # what names one thing in an address
AWAY = 503
PATIENCE = 60.0  # seconds that a person tries again before giving up


class Surprise(Exception):
    """The product answered what its user did not expect; the text says where and what, without a person's data."""


def named(error: Exception) -> str:
    """What went wrong, without a person's data: a surprise in its own words, anything else by its kind and its last line."""
    if isinstance(error, Surprise):
        return str(error)
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    where = f" at {Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last else ""
    return f"{type(error).__name__}{where}"


class Away(Surprise):
    """The line is cut, and whoever works knows it: nothing was answered, and nobody waits for it."""


@dataclass
class Form:
    """A form as it stands on a page: fields with their present values, radios with their choices."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    ticks: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.title = ""
        self._form: Form | None = None
        self._select = ""
        self._area = ""
        self._silent = 0
        self._in_title = False
        self._link: str | None = None
        self._label: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: C901, PLR0912
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(found.get("action", ""), found.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a" and "href" in found:
            self._link, self._label = found["href"], []
        elif tag in ("style", "script", "svg"):
            self._silent += 1
        elif tag == "title":
            self._in_title = True
        if self._form is None:
            return
        name = found.get("name", "")
        if tag == "input" and name:
            self._input(name, found, dict(attrs))
        elif tag == "select" and name:
            self._select = name
            self._form.choices.setdefault(name, [])
        elif tag == "option" and self._select:
            value = found.get("value", "")
            self._form.choices[self._select].append(value)
            if "selected" in dict(attrs):
                self._form.values[self._select] = [value]
        elif tag == "textarea" and name:
            self._area = name
            self._form.values[name] = [""]
        elif tag == "button" and name and found.get("type", "submit") == "submit":
            self._form.buttons.append((name, found.get("value", "")))

    def _input(self, name: str, found: dict[str, str], raw: dict[str, str | None]) -> None:
        form = self._form
        assert form is not None
        kind = found.get("type", "text")
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(found.get("value", "on"))
            if kind == "checkbox":
                form.ticks.add(name)
            if "checked" in raw:
                form.values.setdefault(name, []).append(found.get("value", "on"))
        elif kind == "file":
            form.files.add(name)
        elif kind == "submit":
            form.buttons.append((name, found.get("value", "")))
        else:
            form.values[name] = [found.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "title":
            self._in_title = False
        elif tag == "a" and self._link is not None:
            self.links.append((self._link, " ".join(" ".join(self._label).split())))
            self._link = None
        elif tag in ("style", "script", "svg") and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif self._area and self._form is not None:
            self._form.values[self._area] = [self._form.values[self._area][0] + data.removeprefix("\n")]
        elif not self._silent:
            self.text.append(data)
        if self._link is not None:
            self._label.append(data)


class Page:
    """One answer of the product."""

    def __init__(self, response: httpx.Response) -> None:
        self.response, self.status, self.url = response, response.status_code, str(response.url)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.text = self.title = ""
        if "html" in response.headers.get("content-type", ""):
            reader = _Reader()
            reader.feed(response.text)
            self.forms, self.links, self.title = reader.forms, reader.links, reader.title.strip()
            self.text = " ".join(" ".join(reader.text).split())

    @property
    def path(self) -> str:
        return self.response.url.path

    def form(self, *names: str) -> Form:
        """The form that holds all these fields (the first that posts, when none is named)."""
        for form in self.forms:
            fields = {*form.values, *form.choices, *form.files}
            if names and set(names) <= fields:
                return form
            if not names and form.method == "post" and "ngon-ngu" not in form.action:
                return form
        raise Surprise(f"{self.path} has no form with {names or 'anything to send'}")

    def link(self, pattern: str) -> str:
        """The first link whose address matches."""
        for href, _ in self.links:
            if re.search(pattern, href):
                return href
        raise Surprise(f"{self.path} has no link to {pattern}")


def _never() -> bool:
    return False


class Browser:
    """Goes to pages and sends forms; counts what it did."""

    username = "a helper"  # who sits here, where no account is named

    def __init__(self, base: str, *, counter: "Counter | None" = None) -> None:
        self.base, self.counter = base, counter or Counter()
        self.cut: Callable[[], bool] = _never  # whether the line is known to be cut
        self.gateway: Gateway | None = None  # where the texts of the phones arrive, else the demo's page of messages
        self.http = httpx.Client(base_url=base, follow_redirects=True, timeout=60, trust_env=False)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *rest: object) -> None:
        self.http.close()

    def get(self, path: str, **params: Any) -> Page:
        return self._read(self._ask("GET", path, params=params or None))

    def send(self, page: Page, form: Form, answers: Mapping[str, Any], *, files: Mapping[str, tuple[str, bytes, str]] | None = None,
             button: str = "") -> Page:  # fmt: skip
        """Send a form with these answers over what stands in it; an answer that is a list ticks several."""
        values = {name: list(stands) for name, stands in form.values.items()}
        for name, answer in answers.items():
            if name in values or name in form.choices:
                values[name] = [str(one) for one in answer] if isinstance(answer, (list, tuple)) else [str(answer)]
        for name, value in form.buttons:
            if button and button in (name, value):
                values[name] = [value]
        target = urljoin(page.url, form.action or page.url)
        flat = {name: stands if len(stands) != 1 else stands[0] for name, stands in values.items() if stands}
        if form.method == "get":
            return self._read(self._ask("GET", target, params=flat))
        return self._read(self._ask("POST", target, data=flat, files=files or None, headers={"referer": page.url}))

    def post_json(self, path: str, body: Any, *, page: Page | None = None) -> httpx.Response:
        """Send JSON as a desk does, with the page's CSRF token."""
        found = re.search(r'data-csrf="([^"]+)"', page.response.text) if page else None
        token = found.group(1) if found else ""
        answer = self._ask("POST", path, json=body, headers={"x-csrftoken": token, "referer": urljoin(self.base, path)})
        self.counter.add(answer)
        return answer

    def fetch(self, path: str) -> httpx.Response:
        """An answer that is no page: a PDF, a pack."""
        answer = self._ask("GET", path)
        self.counter.add(answer)
        return answer

    def _ask(self, method: str, target: str, **what: Any) -> httpx.Response:
        """Ask, and ask again while the line or the database is away: what is sent twice the product takes once."""
        until = time.monotonic() + PATIENCE
        while True:
            began = time.monotonic()
            try:
                answer = self.http.request(method, target, **what)
                self.counter.took(method, answer.url.path, time.monotonic() - began)
                if answer.status_code != AWAY or time.monotonic() > until:
                    return answer
            except httpx.TransportError as error:
                if self.cut():
                    raise Away(f"{method} {httpx.URL(target).path}: the line is cut") from None
                if time.monotonic() > until:
                    raise Surprise(f"{method} {httpx.URL(target).path}: {type(error).__name__}") from None
            self.counter.broke()
            time.sleep(0.5)

    def _read(self, response: httpx.Response) -> Page:
        self.counter.add(response)
        if response.status_code >= 500:
            raise Surprise(f"{response.request.method} {response.url.path} answered {response.status_code}")
        return Page(response)


class Counter:
    """Requests and answers, counted over all browsers."""

    def __init__(self) -> None:
        self.requests = 0
        self.broken_lines = 0
        self.by_status: dict[int, int] = {}
        self.by_door: dict[str, tuple[int, float]] = {}  # how often each kind of page was asked for, and the seconds that took in all
        self._lock = threading.Lock()

    def broke(self) -> None:
        with self._lock:
            self.broken_lines += 1

    def took(self, method: str, path: str, seconds: float) -> None:
        door = f"{method} {_NAMES.sub('*', path)}"
        with self._lock:
            times, whole = self.by_door.get(door, (0, 0.0))
            self.by_door[door] = (times + 1, whole + seconds)

    def slowest(self, most: int = 12) -> list[tuple[str, int, float]]:
        """Where the time of all browsers went: kinds of pages, how often, seconds in all; the dearest first."""
        rows = sorted(((door, times, round(whole, 1)) for door, (times, whole) in self.by_door.items()), key=lambda row: -row[2])
        return rows[:most]

    def add(self, response: httpx.Response) -> None:
        with self._lock:
            self.requests += 1
            self.by_status[response.status_code] = self.by_status.get(response.status_code, 0) + 1
