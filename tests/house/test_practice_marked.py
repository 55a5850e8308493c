"""A practice copy says what it is on every page and every paper that any address can answer; another instance never does."""

from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pypdf import PdfReader

from khien.access.roles import ROLES
from tests import make
from tests.house.routes import Route, routes
from tests.house.samples import SAMPLES, World
from tests.house.test_route_places import address
from tests.make_practice import practising

MARK = "BẢN TẬP"
FEWEST_PAPERS = 3
FEWEST = 100  # pages that the crawl must reach: a crawl that reaches few proves little


@pytest.fixture(scope="module")
def world():
    """One point with its things; nothing is left afterwards."""
    with transaction.atomic():
        yield World(make.make_site())
        transaction.set_rollback(True)


def browsers() -> dict[str, Client]:
    """One who holds every role everywhere, one with a health book, one whom nobody knows."""
    found = {"staff": Client(raise_request_exception=False), "citizen": Client(raise_request_exception=False), "nobody": Client(raise_request_exception=False)}
    for who, key, value in (("staff", "staff_id", make.make_staff(*ROLES).id), ("citizen", "account_id", make.make_account().id)):
        session = found[who].session
        session[key] = str(value)
        session.save()
        found[who].cookies["khien"] = session.session_key
    return found


def fetched(client: Client, url: str) -> Any:
    """One answer; whatever it wrote is undone."""
    with transaction.atomic():
        answer = client.get(url)
        transaction.set_rollback(True)
    return answer


def asked(world: World) -> list[Route]:
    return [route for route in routes() if all(argument in SAMPLES for argument in route.arguments)]


def unmarked(answer: Any) -> str:
    """What a page or a paper lacks of the marks; "" when it is marked, or is neither."""
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("application/pdf"):
        pages = PdfReader(BytesIO(answer.content)).pages
        return "" if all(MARK in page.extract_text() for page in pages) else "a paper without the mark"
    body = answer.content.decode() if kind.startswith("text/html") else ""
    if "<html" not in body:
        return ""
    title = body.split("<title>")[1].split("</title>")[0]
    return "" if title.startswith(MARK) and 'class="kh-practice"' in body else "a page without the mark"


def test_every_page_and_every_paper_of_a_practice_copy_carries_its_mark(world: World) -> None:
    people, wrong, pages, papers = browsers(), [], 0, 0
    with practising():
        for route in asked(world):
            answer = fetched(people[reader(route)], address(route, world))
            pages += "<html" in ("" if answer.streaming else answer.content.decode(errors="ignore"))
            papers += answer.headers.get("Content-Type", "").startswith("application/pdf")
            if found := unmarked(answer):
                wrong.append(f"{route.name}: {found}")
            assert answer.headers.get("Khien-Practice") == "1", route.name
    assert not wrong
    assert pages > FEWEST, pages
    assert papers >= FEWEST_PAPERS, papers


def reader(route: Route) -> str:
    """Whose browser asks for this address."""
    kind = route.guard.kind if route.guard else "public"
    return {"staff": "staff", "citizen": "citizen", "session": "citizen"}.get(kind, "nobody")


def test_no_page_of_another_instance_carries_the_mark_or_the_pages_of_a_practice(world: World) -> None:
    people = browsers()
    for path in ("/", "/so/", "/diem/", "/dieu-phoi/", "/mcc/"):
        answer = fetched(people["staff"], path)
        assert "kh-practice" not in answer.content.decode()
        assert "Khien-Practice" not in answer.headers
    for path in ("/diem/tap", "/diem/tap/tiep", "/diem/tap/gio"):
        assert fetched(people["staff"], path).status_code == 404


def test_a_copy_is_never_opened_from_within_a_copy(world: World) -> None:
    staff = browsers()["staff"]
    with practising():
        assert fetched(staff, "/dieu-phoi/san-sang/tap").status_code == 404
        assert fetched(staff, f"/dieu-phoi/san-sang/diem/{world.site_id}/tap").status_code == 404
