"""A visitor of the running demo in a real browser: signs in as any of its accounts, follows links by the route they lead to."""

import contextlib
import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import pyotp
from django.urls import Resolver404, resolve, reverse

from khien.demo.accounts import PASSWORD, totp_secret
from khien.kernel import clock

JUST_NOW = timedelta(seconds=5)
TURN = 31  # a code of an authenticator serves once; the next comes within this many seconds


class Lost(Exception):
    """The visitor did not find the way; the text says where and what was looked for."""


class Walk:
    """One browser context; `kept` carries what one stop tells the next."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.seen: dict[str, Any] = {}
        self.kept: dict[str, Any] = {}

    def to(self, path: str) -> None:
        """Open a path of the demo; an error page is a lost visitor."""
        answer = self.page.goto(self.base + path if path.startswith("/") else path)
        if answer is not None and answer.status >= 400:
            raise Lost(f"{urlsplit(path).path} answered {answer.status}")
        self.remember()

    def remember(self) -> None:
        """Keep the arguments of the address where one stands."""
        with contextlib.suppress(Resolver404):
            self.seen.update(resolve(urlsplit(self.page.url).path).kwargs)

    @property
    def route(self) -> str:
        """The route of the page where one stands."""
        return resolve(urlsplit(self.page.url).path).view_name

    def links(self, route: str, text: str = "") -> list[str]:
        """The addresses on this page that lead to `route`, in order, each once."""
        pairs = self.page.eval_on_selector_all("a[href]", "all => all.map(a => [new URL(a.getAttribute('href'), location).href, a.innerText || ''])")
        found = []
        for href, words in pairs:
            parts = urlsplit(href)
            if f"{parts.scheme}://{parts.netloc}" != self.base or text not in words:
                continue
            try:
                if resolve(parts.path).view_name == route:
                    found.append(href)
            except Resolver404:
                continue
        return list(dict.fromkeys(found))

    def link(self, route: str, *, nth: int = 0, text: str = "") -> str:
        """One of these links."""
        found = self.links(route, text)
        if len(found) <= (nth if nth >= 0 else -nth - 1):
            raise Lost(f"{urlsplit(self.page.url).path} has no link {nth} to {route}")
        return found[nth]

    def address(self, route: str, **fixed: Any) -> str:
        """The address of `route` for the things seen last."""
        known = {**self.seen, **fixed}
        for names in _arguments(route):
            if all(name in known for name in names):
                return reverse(route, kwargs={name: known[name] for name in names})
        raise Lost(f"nothing seen yet for {route}")

    def press_main(self) -> None:
        """Press the page's one main button."""
        with self.page.expect_navigation():
            self.page.locator("main button.kh-button--main").first.click()

    def staff(self, account: str) -> None:
        """Sign in as a demo account; a code that was used already is waited out."""
        for _ in range(2):
            self.to("/dieu-phoi/dang-nhap")
            self.page.fill("#username", account)
            self.page.fill("#password", PASSWORD)
            self.page.fill("#totp", pyotp.TOTP(totp_secret(account)).at(clock.now()))
            self.press_main()
            if not self.page.url.endswith("/dang-nhap"):
                self.remember()
                return
            time.sleep(TURN - time.time() % 30)
        raise Lost(f"{account} is not let in: {self.page.inner_text('main')[:200]}")

    def code_sent_to(self, phone: str) -> str:
        """The code that a phone was just sent, from the demo's page of messages; earlier ones open nothing any more."""
        since = datetime.now(UTC) - JUST_NOW
        for _ in range(60):
            with urlopen(f"{self.base}/demo/tin-nhan?dang=json&so={quote(phone)}") as answer:  # noqa: S310
                for message in json.load(answer):
                    found = re.search(r"\b(\d{6,8})\b", message["text"])
                    if found and message["template"] == "code" and datetime.fromisoformat(message["at"]) > since:
                        return found.group(1)
            self.page.wait_for_timeout(500)
        raise Lost("no code came to the phone")


def _arguments(route: str) -> list[tuple[str, ...]]:
    from tests.house.routes import routes

    return [one.arguments for one in routes() if one.name == route]
