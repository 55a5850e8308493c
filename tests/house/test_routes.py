"""Every address has a guard, and the guard keeps the one table of rights: role x place x address, for GET and POST."""

import re
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from khien.access.permissions import PostRef, StaffRef
from khien.access.roles import PERMISSIONS, ROLES
from khien.kernel.refs import PlaceFacts, Scope
from khien.surfaces.web import guard
from tests.house.routes import Route, routes, staff_routes

KINDS = {"public", "citizen", "session", "device", "tablet", "staff", "demo"}
METHODS = ("get", "post")
FACILITY, SITE, SESSION, ORGANIZATION, OTHER = (UUID(int=n) for n in range(1, 6))
HERE = PlaceFacts("79", "765", "26956", "79", "26929", FACILITY, SITE, SESSION, ORGANIZATION)
# Where a post may hold, seen from the thing in the address: its own place, those above it, and those that are not above it.
COVERING = {
    "own site": Scope("site", str(SITE)), "own session": Scope("session", str(SESSION)), "own facility": Scope("facility", str(FACILITY)),
    "own organisation": Scope("organization", str(ORGANIZATION)), "parent commune": Scope("commune", "26956", "2021"),
    "parent commune of 2025": Scope("commune", "26929", "2025"), "parent district": Scope("district", "765", "2021"),
    "parent province": Scope("province", "79", "2021"), "nation": Scope("nation"),
}  # fmt: skip
ELSEWHERE = {
    "sibling site": Scope("site", str(OTHER)), "sibling session": Scope("session", str(OTHER)), "sibling facility": Scope("facility", str(OTHER)),
    "sibling commune": Scope("commune", "26929", "2021"), "sibling district": Scope("district", "760", "2021"),
    "other province": Scope("province", "01", "2021"), "other province of 2025": Scope("province", "01", "2025"),
    "no epoch": Scope("province", "79", ""), "other organisation": Scope("organization", str(OTHER)),
}  # fmt: skip


def expected(route: Route, role: str, covers: bool) -> int:
    """What the table of rights says, worked out apart from the guard."""
    may = route.guard.may
    if may == "signed_in":
        return 200
    if role not in PERMISSIONS[may]:
        return 403
    return 200 if covers or route.guard.place is None else 403


@pytest.fixture
def stubbed(monkeypatch):
    """The guard with its real decision; behind it no page, and the place of every thing is HERE."""
    monkeypatch.setattr(guard, "refuse", lambda request, status: HttpResponse(status=status))
    monkeypatch.setattr(guard, "reverse", lambda name: f"/{name}")
    for route in routes():
        if route.guard:
            monkeypatch.setattr(route.guard, "view", lambda request, **kwargs: HttpResponse("passed"))
            if route.guard.place:
                monkeypatch.setattr(route.guard, "place", lambda **kwargs: HERE)


def answer(route: Route, method: str, staff: StaffRef | None = None, account: object = None) -> HttpResponse:
    request = getattr(RequestFactory(), method)("/")
    request.__dict__["_khien_who"] = SimpleNamespace(staff=staff, account=account)
    return route.callback(request, **dict.fromkeys(route.arguments, "x"))


def staff_with(role: str, scope: Scope) -> StaffRef:
    return StaffRef(OTHER, "Cán Bộ Thử", (PostRef(OTHER, role, scope),))


def test_every_address_has_a_guard():
    unguarded = [route.pattern for route in routes() if route.guard is None or route.guard.kind not in KINDS]
    assert unguarded == []


def test_every_address_has_a_name_of_its_own():
    names = [route.name for route in routes()]
    assert len(names) == len(set(names))
    assert not [route.pattern for route in routes() if route.name.endswith(":None")]


def test_no_address_carries_personal_data():
    personal = re.compile(r"name|phone|birth|address|cccd|identifier|email|ho_ten|sdt")
    assert [route.pattern for route in routes() if any(personal.search(argument) for argument in route.arguments)] == []


def wrong_answers(some: list[Route]) -> list[str]:
    """Where the guard answers otherwise than the table of rights."""
    wrong = []
    for route in some:
        for role in ROLES:
            for where, scope in (COVERING | ELSEWHERE).items():
                for method in METHODS:
                    got = answer(route, method, staff_with(role, scope)).status_code
                    if got != expected(route, role, where in COVERING):
                        wrong.append(f"{method} {route.name} as {role} at {where}: {got}")
    return wrong


def test_the_matrix_of_roles_places_and_addresses_is_the_table_of_rights(stubbed):
    assert wrong_answers(staff_routes()) == []


def a_route(place: object) -> Route:
    made = guard.staff(
        "thu/<uuid:site_id>", lambda request, site_id: HttpResponse("passed"), "thu", may="plan.sessions", place=place
    )
    return Route("test:thu", "thu/<uuid:site_id>", made.callback, ("site_id",))


def test_the_matrix_passes_a_guard_that_knows_its_place(stubbed):
    assert wrong_answers([a_route(lambda site_id: HERE)]) == []


def test_the_matrix_catches_a_guard_at_the_wrong_place(stubbed):
    wrong = wrong_answers([a_route(lambda site_id: PlaceFacts("01", "001", "00001", "01", ""))])
    assert "get test:thu as planner at own site: 403" in wrong
    assert "post test:thu as planner at other province: 200" in wrong


def test_a_post_elsewhere_adds_nothing_to_a_post_here(stubbed):
    """Two posts are never mixed: the right of one at the place of the other."""
    for route in staff_routes():
        if route.guard.place is None or route.guard.may == "signed_in":
            continue
        able = min(PERMISSIONS[route.guard.may])
        unable = min(set(ROLES) - PERMISSIONS[route.guard.may])
        posts = (PostRef(OTHER, able, ELSEWHERE["other province"]), PostRef(OTHER, unable, COVERING["nation"]))
        for method in METHODS:
            assert answer(route, method, StaffRef(OTHER, "Cán Bộ Thử", posts)).status_code == 403, route.name


def test_who_is_not_signed_in_is_led_to_the_door(stubbed):
    for route in routes():
        for method in METHODS:
            response = answer(route, method)
            door = {"staff": "/command:sign_in", "citizen": "/healthbook:sign_in"}.get(route.guard.kind)
            if door:
                assert response.status_code == 302, route.name
                assert response["Location"].startswith(door), route.name
            else:
                assert response.status_code == (401 if route.guard.kind in ("session", "device", "tablet") else 200), route.name


def test_staff_are_no_citizens_and_citizens_no_staff(stubbed):
    for route in routes():
        for method in METHODS:
            if route.guard.kind == "citizen":
                assert answer(route, method, staff_with("administrator", COVERING["nation"])).status_code == 302, route.name
                assert answer(route, method, account=object()).status_code == 200, route.name
            if route.guard.kind == "staff":
                assert answer(route, method, account=object()).status_code == 302, route.name


def test_a_thing_that_is_not_there_is_not_found(stubbed, monkeypatch):
    for route in staff_routes():
        if route.guard.place:
            monkeypatch.setattr(route.guard, "place", lambda **kwargs: None)
            assert answer(route, "get", staff_with("administrator", COVERING["nation"])).status_code == 404, route.name


def test_a_tablet_is_heard_by_its_own_cookie_whoever_is_signed_in_on_it(stubbed, monkeypatch):
    sealed = [route for route in routes() if route.guard.kind == "tablet"]
    assert sealed
    for route in sealed:
        for method in METHODS:
            assert answer(route, method, staff_with("administrator", COVERING["nation"])).status_code == 401, route.name
    monkeypatch.setattr(guard.visitor, "enrolled", lambda request: "secret")
    for route in sealed:
        for method in METHODS:
            assert answer(route, method).status_code == 200, route.name


def test_what_a_demo_shows_is_absent_in_production(stubbed):
    with override_settings(DEMO=False):
        for route in routes():
            if route.guard.kind == "demo":
                assert answer(route, "get").status_code == 404, route.name
