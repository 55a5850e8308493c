"""The rehearsal's citizens: they register by themselves, read the code from their phone, look themselves up."""

import re
import time
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from khien.kernel import clock, phones
from khien.rehearsal.browser import Browser, Form, Page, Surprise
from khien.synthetic.crowd import Somebody


class NoCode(Surprise):
    """Nothing came to the phone in time."""


_CODE = re.compile(r"\b(\d{6,8})\b")


def register(browser: Browser, one: Somebody, commune: str, *, prove: bool = True, start: str = "/dang-ky", patience: float = 60) -> str:
    """Register one person through the questions of the portal or the health book; returns the code on the slip.

    Whoever waits longer than `patience` seconds for the code leaves without it: the registration stands, unproven.
    """
    page = browser.get(start)
    answers, since = _answers(one, commune), clock.now()
    for _ in range(60):
        if page.path.endswith("/xong"):
            return slip_code(page)
        if page.path.endswith("/xac-nhan"):
            page = _prove(browser, page, one.phone, since, patience) if prove else browser.get(f"{start}/xong")
            prove = prove and not page.path.endswith("/xac-nhan")
            continue
        since = clock.now()
        page = _answer(browser, page, answers)
    raise Surprise(f"the questions do not end: {page.path}")


def _answers(one: Somebody, commune: str) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "whom": "self", "full_name": one.full_name, "birth_year": one.birth.year, "birth_month": one.birth.month or "",
        "birth_day": one.birth.day or "", "sex": one.sex, "paper": "cccd" if one.cccd else "none", "number": one.cccd, "phone": one.phone,
        "address": one.address, "neighbourhood": one.neighbourhood, "occupation": one.occupation, "groups": list(one.groups), "dose": "first",
        "q": commune, "agree": "on", "nationality": "VN",
    }  # fmt: skip
    if one.birth.month is None:
        answers["only_year"] = "on"
    return answers


def _answer(browser: Browser, page: Page, answers: Mapping[str, Any]) -> Page:
    form = _question(page)
    told = dict(answers)
    for name, choices in form.choices.items():
        if name not in told and name not in form.ticks and not form.values.get(name):
            told[name] = "no" if "no" in choices else choices[0]
    return browser.send(page, form, told)


def _question(page: Page) -> Form:
    posts = [form for form in page.forms if form.method == "post" and "csrfmiddlewaretoken" in form.values]
    if not posts:
        raise Surprise(f"{page.path} asks nothing: {page.title}")
    return max(posts, key=lambda form: len(form.values) + len(form.choices))


def _prove(browser: Browser, page: Page, phone: str, since: datetime, patience: float) -> Page:
    """Type the code; where a family's phone got two codes at once, the other one is tried. The same page where none came in time."""
    tried: set[str] = set()
    for _ in range(3):
        try:
            code = read_code(browser, phone, since=since, but=tried, seconds=patience)
        except NoCode:
            if patience >= 60:
                raise
            return page
        done = browser.send(page, page.form("code"), {"code": code})
        if not done.path.endswith("/xac-nhan"):
            return done
        tried.add(code)
    raise Surprise("the right code is not taken")


def codes_of(browser: Browser, phone: str) -> list[tuple[str, str]]:
    """Codes that came to this phone, newest first, each with its moment."""
    messages = browser.fetch(f"/demo/tin-nhan?so={phone}&dang=json").json()
    found = [(message["at"], _CODE.search(message["text"])) for message in messages if "code" in message["template"] or "otp" in message["template"]]
    return [(code.group(1), at) for at, code in found if code]


def read_code(browser: Browser, phone: str, *, since: datetime, seconds: float = 60, but: Collection[str] = ()) -> str:
    """The newest code that came after `since`; waits for the worker as a person waits for the message."""
    until = time.monotonic() + seconds
    if browser.gateway is not None:
        first = time.monotonic() - (clock.now() - since).total_seconds()
        if found := browser.gateway.code(phones.read_phone(phone).e164, since=first, seconds=seconds, but=but):
            return found
    while browser.gateway is None and time.monotonic() < until:
        for code, at in codes_of(browser, phone):
            if code not in but and datetime.fromisoformat(at) >= since:
                return code
        time.sleep(0.3)
    raise NoCode("no code came to the phone")


def slip_code(page: Page) -> str:
    """The code on the slip that a page shows: eleven digits, in groups."""
    found = re.search(r"\b(\d{3}[ \u00a0\u202f]\d{4}[ \u00a0\u202f]\d{4}|\d{4}[ \u00a0\u202f]\d{4}[ \u00a0\u202f]\d{3}|\d{11})\b", page.text)
    if not found:
        raise Surprise(f"{page.path} shows no code")
    return re.sub(r"\D", "", found.group(1))
