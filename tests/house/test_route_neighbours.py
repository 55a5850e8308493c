"""Real requests with ids from next door: an officer of another district, of another commune of 2025, of another point."""

from typing import Any

import pytest
from django.db import transaction

from khien.kernel.refs import Scope
from tests import make
from tests.house.routes import staff_routes
from tests.house.samples import World
from tests.house.test_route_places import NO_THING, STOPPED, able, address, ask, client_of

# The samples stand in Binh Thanh district of Ho Chi Minh City (2021) and in what became of its ward (2025).
NEIGHBOURS = {
    "another district of the same city": Scope("district", "760", "2021"),
    "another commune of 2025 of the same city": Scope("commune", "26506", "2025"),
    "another province of 2025": Scope("province", "01", "2025"),
}


@pytest.fixture(scope="module")
def world():
    """One point with its things; nothing is left afterwards."""
    with transaction.atomic():
        yield World(make.make_site())
        transaction.set_rollback(True)


@pytest.mark.parametrize("where", NEIGHBOURS)
def test_who_works_next_door_is_stopped_at_every_person_visit_case_and_list_of_this_place(world, where):
    made: dict[Any, Any] = {}
    staff: dict[str, Any] = {}
    let_in = []
    for route in staff_routes():
        if not set(route.arguments) - NO_THING or route.guard.may == "signed_in" or route.guard.place is None:
            continue
        role = able(route)
        if role not in staff:
            staff[role] = make.make_staff(role, scope=NEIGHBOURS[where])
        if ask(client_of(staff[role], made), "post", address(route, world)) not in STOPPED:
            let_in.append(f"post {route.name} as {role}")
    assert let_in == []


def test_the_board_of_a_unit_opens_only_from_above_it(world):
    made: dict[Any, Any] = {}
    inside = [Scope("district", "765", "2021"), Scope("province", "79", "2021"), Scope("province", "79", "2025"), Scope("nation")]
    outside = [Scope("district", "760", "2021"), Scope("province", "01", "2021"), Scope("province", "01", "2025")]
    for scope in inside + outside:
        staff = make.make_staff("planner", scope=scope)
        status = ask(client_of(staff, made), "get", "/dieu-phoi/dia-ban/2021-765")
        assert (status in STOPPED) == (scope in outside), (scope, status)
