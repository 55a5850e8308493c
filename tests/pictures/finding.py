"""Finds, through the demo's own pages, people whose pages have something to show."""

import json
import re
from datetime import datetime, timedelta, timezone
from urllib.parse import quote
from urllib.request import urlopen

from tests.pictures.walk import Lost, Walk

BEARER = "0909000145"  # the phone that opens the family's books
# relation, the session's time, the nth of its people: vaccinated days ago, vaccinated today, invited
FAMILY = (("self", "done", 1), ("parent", "now", 0), ("grandparent", "ahead", 0))


def messages(walk: Walk, phone: str = "", template: str = "") -> list[dict[str, str]]:
    """What the demo's people were sent: to this phone, of this kind; the newest first."""
    with urlopen(f"{walk.base}/demo/tin-nhan?dang=json&so={quote(phone)}&loai={template}") as answered:  # noqa: S310
        return json.load(answered)  # type: ignore[no-any-return]


def slip_of_somebody(walk: Walk) -> tuple[str, str]:
    """Phone and slip's code of somebody who was invited and, where there is such a one, holds a certificate."""
    fallback: tuple[str, str] | None = None
    for phone in dict.fromkeys(one["address"] for one in messages(walk)):
        received = messages(walk, phone)
        code = next((found.group(1) for one in received if one["template"] == "invited" and (found := re.search(r"\b(\d{11})\b", one["text"]))), "")
        if code and any(one["template"] == "certificate" for one in received):
            return phone, code
        fallback = fallback or ((phone, code) if code else None)
    if fallback is None:
        raise Lost("nobody in the demo was sent a slip's code")
    return fallback


def link_family(walk: Walk) -> None:
    """As an officer of the district, link the family's books to one phone in person; those who are linked already stay so."""
    walk.staff("quan3")
    walk.to("/dieu-phoi/cho-tiem")
    for relation, kind, nth in FAMILY:
        if not any(_linked(walk, person, relation) for person in _people(walk, kind)[nth:]):
            raise Lost(f"nobody {kind} lives where this officer may link a phone")


def done_person(walk: Walk) -> None:
    """As an officer of the district, open somebody who was vaccinated in the last days."""
    walk.staff("quan3")
    walk.to(_people(walk, "done")[2])


def _linked(walk: Walk, person: str, relation: str) -> bool:
    try:
        walk.to(person)
        walk.to(walk.address("command:person_link"))
    except Lost:  # lives elsewhere
        return False
    walk.page.fill("#phone", BEARER)
    walk.page.check(f"input[name=relation][value={relation}]")
    walk.page.check("#seen")
    walk.press_main()
    return True


def _people(walk: Walk, kind: str) -> list[str]:
    """People of the point's last session, of the one under way, or of one to come."""
    first, last = {"done": (-7, -1), "now": (0, 0), "ahead": (1, 7)}[kind]
    walk.to(f"/dieu-phoi/buoi?tu={_day(first)}&den={_day(last)}")
    for session in reversed(walk.links("command:session")):
        walk.to(session)
        walk.to(walk.address("command:appointments") if kind == "ahead" else walk.address("command:session_number", kind="injected"))
        if len(people := walk.links("command:person")) > 1:  # a session of one is a rehearsal's
            return people
    return []


def _day(ahead: int) -> str:
    return (datetime.now(timezone(timedelta(hours=7))) + timedelta(days=ahead)).date().isoformat()

