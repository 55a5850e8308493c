"""Real requests to every staff address with real things in it: who may pass here is stopped at any other place."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings

from khien.access.permissions import StaffRef
from khien.access.roles import PERMISSIONS, ROLES
from khien.kernel.refs import Scope
from tests import make
from tests.house.routes import Route, staff_routes
from tests.house.samples import SAMPLES, World

ELSEWHERE = Scope("province", make.OTHER_PROVINCE, "2021")
STOPPED = {403, 404}
# Addresses without a thing of their own, or whose argument is no thing at a place: their lists are narrowed by the scopes.
NO_THING = {"on", "day", "code", "kind", "key", "page", "name", "state", "step", "section", "unit_key"}


@pytest.fixture(scope="module")
def world():
    """One point and the people who work there and elsewhere; nothing is left afterwards."""
    with transaction.atomic():
        yield World(make.make_site())
        transaction.set_rollback(True)


def address(route: Route, world: World) -> str:
    pattern = route.pattern
    for argument in route.arguments:
        value = str(SAMPLES[argument](world))
        start = next(
            i for i in range(len(pattern)) if pattern.startswith("<", i) and pattern[i:].split(">")[0].endswith(argument)
        )
        pattern = pattern[:start] + value + pattern[pattern.index(">", start) + 1 :]
    return f"/{pattern}"


def client_of(staff: StaffRef, made: dict[Any, Client]) -> Client:
    if staff.id not in made:
        client = Client(raise_request_exception=False)
        session = client.session
        session["staff_id"] = str(staff.id)
        session.save()
        client.cookies["khien"] = session.session_key
        made[staff.id] = client
    return made[staff.id]


def ask(client: Client, method: str, url: str) -> int:
    """The status of one request; whatever it did is undone."""
    try:
        with transaction.atomic():
            status = getattr(client, method)(url).status_code
            transaction.set_rollback(True)
    except Exception as error:
        raise AssertionError(f"{method} {url}: {error!r}") from error
    return status


def able(route: Route) -> str:
    return min(PERMISSIONS.get(route.guard.may, ROLES))


def unable(route: Route) -> str | None:
    return min(set(ROLES) - PERMISSIONS[route.guard.may], default=None) if route.guard.may != "signed_in" else None


def test_every_argument_of_a_staff_address_has_a_sample():
    lacking = {argument: route.name for route in staff_routes() for argument in route.arguments if argument not in SAMPLES}
    assert lacking == {}, "add a line to tests/house/samples.py"


def test_staff_without_the_right_are_stopped_at_every_address(world):
    made: dict[Any, Client] = {}
    people = {role: make.make_staff(role, scope=make.NATION) for role in ROLES}
    let_in = []
    for route in staff_routes():
        role = unable(route)
        for method in ("get", "post") if role else ():
            if ask(client_of(people[role], made), method, address(route, world)) not in STOPPED:
                let_in.append(f"{method} {route.name} as {role}")
    assert let_in == []


def test_staff_of_another_province_are_stopped_at_every_thing_of_this_point(world):
    made: dict[Any, Client] = {}
    people = {role: make.make_staff(role, scope=ELSEWHERE) for role in ROLES}
    let_in = []
    for route in staff_routes():
        if not set(route.arguments) - NO_THING or route.guard.may == "signed_in":
            continue
        for method in ("get", "post"):
            if ask(client_of(people[able(route)], made), method, address(route, world)) not in STOPPED:
                let_in.append(f"{method} {route.name} as {able(route)}")
    assert let_in == []


def test_staff_with_the_right_open_every_page_of_their_place(world):
    made: dict[Any, Client] = {}
    people = {role: make.make_staff(role, scope=make.NATION) for role in ROLES}
    shut = []
    for route in staff_routes():
        status = ask(client_of(people[able(route)], made), "get", address(route, world))
        if status == 403 or status >= 500:
            shut.append(f"{route.name} as {able(route)}: {status}")
    assert shut == []


def test_who_is_not_signed_in_sees_no_staff_page(world):
    seen = []
    for route in staff_routes():
        for method in ("get", "post"):
            status = ask(Client(raise_request_exception=False), method, address(route, world))
            if status != 302:
                seen.append(f"{method} {route.name}: {status}")
    assert seen == []


def test_pages_of_the_demo_are_absent_in_production(world):
    from tests.house.routes import routes

    with override_settings(DEMO=False):
        for route in routes():
            if route.guard and route.guard.kind == "demo" and not route.arguments:
                assert ask(Client(raise_request_exception=False), "get", address(route, world)) == 404, route.name
