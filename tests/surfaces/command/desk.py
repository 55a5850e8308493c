"""An officer at a browser: signed in, at a place, with the pages of the command surface."""

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.test import Client

from khien.access.permissions import StaffRef
from khien.kernel.refs import Scope
from tests import make

ROOT = "/dieu-phoi"
CITY = Scope("province", "79", "2021")
DISTRICT = Scope("district", make.BINH_THANH, "2021")
FAR = Scope("province", make.OTHER_PROVINCE, "2021")


def officer(*roles: str, scope: Scope = CITY) -> Client:
    """A browser in which a staff member with these roles is signed in."""
    return browser_of(make.make_staff(*roles, scope=scope))


def browser_of(staff: StaffRef) -> Client:
    client = Client()
    session = client.session
    session["staff_id"] = str(staff.id)
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def read(client: Client, path: str, **query: Any) -> str:
    """The page as text without tags; it must open."""
    answer = client.get(f"{ROOT}{path}", query)
    assert answer.status_code == 200, (path, answer.status_code)
    return words(answer)


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text.replace("&#39;", "'"))


def send(client: Client, path: str, **facts: Any) -> Any:
    return client.post(f"{ROOT}{path}", facts)


def day(name: str, on: Any) -> dict[str, str]:
    """The three boxes of a date."""
    return {f"{name}_day": str(on.day), f"{name}_month": str(on.month), f"{name}_year": str(on.year)}


def reads_of(person_id: UUID) -> list[str]:
    """Why staff opened this record, as the person sees it."""
    from khien.people import queries as people
    from khien.plumbing import access_log

    return [one.purpose for one in access_log.reads_of(people.ids_of(person_id))]
