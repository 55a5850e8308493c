"""Makes what tests need, through the rooms' own actions. Each room adds its own `make_*`; people are synthetic."""

import itertools
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from khien.access import actions as access
from khien.access import queries as access_queries
from khien.access.permissions import StaffRef
from khien.kernel.refs import SYSTEM, Actor, PlaceFacts, Scope
from khien.places import actions as places
from khien.places import queries as places_queries

AT = datetime(2021, 12, 14, 1, 30, tzinfo=UTC)  # 08:30 in Viet Nam, Tuesday 14 December 2021
BY: Actor = SYSTEM
NATION = Scope("nation")
BINH_THANH = "765"  # a district of Ho Chi Minh City
WARD = "2021-26956"
OTHER_PROVINCE = "01"
PASSWORD = "thong tuan mua la xanh"
_numbers = itertools.count(1)


def number() -> int:
    """The next number of this run."""
    return next(_numbers)


def make_facility(*, unit_key: str = f"2021-{BINH_THANH}", at: datetime = AT, **more: Any) -> UUID:
    """A health centre of a district."""
    count = number()
    more = {"code": f"{10000 + count}", "name": f"Trung tâm Y tế thử {count}"} | more
    return places.add_facility(unit_key=unit_key, by=BY, at=at, **more)


def make_site(*, facility_id: UUID | None = None, commune_key: str = WARD, kind: str = "fixed", at: datetime = AT, **more: Any) -> UUID:
    """A point where people are vaccinated, in its own facility unless one is named."""
    count = number()
    more = {"name": f"Điểm tiêm thử {count}", "address": f"{count} Đường Thử", "tables": 2} | more
    facility_id = facility_id or make_facility(unit_key=commune_key, at=at)
    return places.add_site(facility_id=facility_id, kind=kind, commune_key=commune_key, by=BY, at=at, **more)


def make_organization(*, commune_key: str = WARD, kind: str = "firm", at: datetime = AT, **more: Any) -> UUID:
    """A firm that sends lists."""
    more = {"name": f"Công ty thử {number()}"} | more
    return places.add_organization(kind=kind, commune_key=commune_key, by=BY, at=at, **more)


def make_staff(*roles: str, scope: Scope = NATION, at: datetime = AT, office: str = "Phòng thử") -> StaffRef:
    """A staff member with these roles at one place, without a password: for the `by` of actions and the sessions of pages."""
    count = number()
    staff_id = _plain_staff(f"canbo{count}", f"Cán Bộ Thử {_letters(count)}", at)
    for role in roles:
        access.give_post(staff_id=staff_id, role=role, scope=scope, office=office, by=BY, at=at)
    found = access_queries.staff_ref(staff_id, at=at)
    assert found is not None
    return found


def _plain_staff(username: str, full_name: str, at: datetime) -> UUID:
    from khien.access.models import Staff

    return Staff.objects.create(username=username, full_name=full_name, password="!", created_at=at, created_by=BY.text).id


def _letters(count: int) -> str:
    """A number as letters: names hold no digits."""
    return "".join(chr(ord("A") + int(digit)) for digit in str(count))


def site_scope(site_id: UUID) -> Scope:
    """The scope of one point."""
    return Scope("site", str(site_id))


def place_of_site(site_id: UUID) -> PlaceFacts:
    """Where a point stands."""
    found = places_queries.site_place(site_id)
    assert found is not None
    return found
