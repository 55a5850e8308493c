"""Lists sent by clerks, and the draw that invites: through the pages they use."""

import re
import time
from collections.abc import Sequence
from random import Random
from typing import Any

from django.urls import reverse

from khien.rehearsal import lists
from khien.rehearsal.browser import Page, Surprise
from khien.rehearsal.officers import Planned
from khien.rehearsal.staff import Officer
from khien.synthetic.crowd import Somebody

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROW = r"/to-chuc/dong/[0-9a-f-]{36}$"
_DECIDE = re.compile(r"/to-chuc/dong/[0-9a-f-]{36}/quyet-dinh")


def send_list(base: str, username: str, people: Sequence[Somebody], *, title: str, places: dict[str, str], random: Random, story: Any) -> int:
    """Upload a messy list, mend what was refused on the page, decide what may be twice, send; returns how many were registered."""
    book, broken = lists.workbook(people, title=title, places=places, random=random)
    with Officer(base, username, counter=story.counter) as clerk:
        page = clerk.get(reverse("portal:lists_mine"))
        if not any("file" in form.files for form in page.forms):
            page = clerk.get(page.link(r"/to-chuc/[0-9a-f-]{36}$"))
        form = page.form("file", "known")
        page = clerk.send(page, form, {"known": "on"}, files={"file": ("danh-sach.xlsx", book, EXCEL)})
        page = _ready(clerk, page)
        story.add("rows_uploaded", len(people))
        if broken:
            page = _mend(clerk, page, people, story)
        page = _decide(clerk, page, story)
        form = next((form for form in page.forms if form.action.endswith("/gui")), None)
        if form is None:
            raise Surprise(f"the list of {username} cannot be sent")
        page = _ready(clerk, clerk.send(page, form, {}))
        found = re.search(r"Đã gửi\s+([\d.]+)", page.text)
        return int(found.group(1).replace(".", "")) if found else 0


def _ready(clerk: Officer, page: Page, *, seconds: float = 240) -> Page:
    """Wait on the list's page until its job is done."""
    path = page.path
    until = time.monotonic() + seconds
    while "/tien-do" in page.response.text or "Đang đọc" in page.text or "Đang gửi" in page.text:
        if time.monotonic() > until:
            raise Surprise(f"{path}: the list is still busy after {seconds:.0f} s")
        time.sleep(0.4)
        page = clerk.get(path)
    if page.status != 200:
        raise Surprise(f"{path} answered {page.status}")
    return page


def _mend(clerk: Officer, page: Page, people: Sequence[Somebody], story: Any) -> Page:
    """The clerk looks at the card again and types the whole number; a person who stands there twice is left out once."""
    path = page.path
    page = clerk.get(path, loc="refused")
    doubled = {form.action: form for form in page.forms if _DECIDE.search(form.action) and form.values.get("decision") == ["skip"]}
    for href in [href for href, _ in page.links if re.search(_ROW, href)]:
        row = clerk.get(href)
        form = row.form("full_name", "identifier")
        short = re.sub(r"\D", "", form.values["identifier"][0])
        right = next((one.cccd for one in people if short and one.cccd.startswith(short)), "")
        if right == short:
            clerk.send(page, next(form for action, form in doubled.items() if _id(href) in action), {})
            story.add("rows_doubled")
            continue
        clerk.send(row, form, {"identifier": right})
        story.add("rows_mended")
    return clerk.get(path)


def _id(href: str) -> str:
    return href.rstrip("/").rsplit("/", 1)[-1]


def _decide(clerk: Officer, page: Page, story: Any) -> Page:
    """Two rows that may be one person: the clerk knows them, they are two."""
    path = page.path
    for _ in range(200):
        page = clerk.get(path, loc="possible")
        form = next((form for form in page.forms if _DECIDE.search(form.action) and any(value == "new" for _, value in form.buttons)), None)
        if form is None:
            break
        form.buttons = [("decision", "new")]
        clerk.send(page, form, {}, button="new")
        story.add("rows_decided")
    return clerk.get(path)


def allocate(planner: Officer, planned: Planned, story: Any) -> None:
    """Announce the criteria and the commitment, then draw: everyone who waits in the district, as far as the places reach."""
    path = reverse("command:allocation_new")
    page = planner.get(path, noi=f"2021-{planned.district}")
    form = page.form("sessions", "note")
    page = _worked(planner, planner.send(page, form, {"sessions": [planned.session_id], "note": "Diễn tập", "groups": []}))
    announced = next((form for form in page.forms if form.values.get("act") == ["draw"]), None)
    if announced is None:
        raise Surprise(f"district {planned.district}: the draw was not announced ({page.status})")
    page = _worked(planner, planner.send(page, announced, {}))
    if page.status != 200:
        raise Surprise(f"district {planned.district}: the draw answered {page.status}")
    again = next((form for form in page.forms if form.values.get("act") == ["replay"]), None)
    if again is not None:
        planner.send(page, again, {})
    story.add("draws")


def _worked(planner: Officer, page: Page, *, seconds: float = 900) -> Page:
    """A draw of thousands is work in the background: the planner looks again until the page says that it is done, and opens it."""
    until = time.monotonic() + seconds
    while "viec=" in page.url:
        done = next((href for href, label in page.links if label == "Mở đợt phân bổ"), None)
        if done is not None:
            return planner.get(done)
        if "Việc chạy nền không xong" in page.text or time.monotonic() > until:
            raise Surprise(f"{page.path}: the work in the background is not done")
        time.sleep(0.5)
        page = planner.get(str(page.url))
    return page
