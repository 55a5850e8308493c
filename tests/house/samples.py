"""One real thing for each name that an address may hold, all at one point: what the tests of the routes put into the addresses.

A new argument of a staff route needs a line in SAMPLES; the test of the samples says which is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from khien.access import devices
from tests import make

DAY = date(2021, 12, 16)


@dataclass(frozen=True)
class World:
    """One point with what may stand in an address; each thing is made when an address asks for it."""

    site_id: UUID

    def __post_init__(self) -> None:
        object.__setattr__(self, "_made", {})

    def once(self, name: str, maker: Callable[[], Any]) -> Any:
        made: dict[str, Any] = self.__dict__["_made"]
        if name not in made:
            made[name] = maker()
        return made[name]

    @cached_property
    def facility_id(self) -> UUID:
        found = make.place_of_site(self.site_id).facility_id
        assert found is not None
        return found

    @property
    def session_id(self) -> UUID:
        return self.once("session", lambda: make.make_session(site_id=self.site_id, on=DAY))

    @property
    def person_id(self) -> UUID:
        return self.once("person", make.make_person)

    @property
    def registration_id(self) -> UUID:
        return self.once("registration", lambda: make.make_registration(self.person_id))

    @property
    def organization_id(self) -> UUID:
        return self.once("organization", make.make_organization)

    @property
    def staff_id(self) -> UUID:
        return self.once("staff", lambda: make.make_staff("injector", scope=make.site_scope(self.site_id)).id)

    @property
    def device_id(self) -> UUID:
        return self.once("device", lambda: devices.enrol(name="Máy thử", site_id=self.site_id, by=make.BY, at=make.AT)[0].id)


def _visit(world: World) -> UUID:
    """A person received at the point's session, from paper: the session need not be open."""
    from khien.visits import actions
    from tests.make_day import done_at

    received = actions.check_in(
        session_id=world.session_id, person_id=world.person_id, identity_how="typed", performed=done_at(make.AT), by=make.BY, at=make.AT,
        from_paper=True,
    )  # fmt: skip
    return received.visit.visit_id


def _round(world: World) -> UUID:
    """A round of the commune where the point stands."""
    from khien.campaigns import actions

    unit_key = f"2021-{make.place_of_site(world.site_id).commune_2021}"
    return actions.open_round(unit_key=unit_key, first_on=DAY, by=make.BY, at=make.AT).id


def _case(world: World) -> UUID:
    """A request for correction at the point: every page of a case has something to show."""
    from khien.cases import actions
    from khien.cases.types import ContactPoint, CorrectionAsked

    asked = CorrectionAsked("wrong_data", right={"full_name": "Nguyễn Thị Thử"})
    place = make.place_of_site(world.site_id)
    contact = ContactPoint(phone="+84900000000")
    found = actions.ask_correction(asked=asked, contact=contact, person_id=world.person_id, by=make.BY, at=make.AT)
    from khien.cases.models import Case

    Case.objects.filter(id=found.id).update(
        site_id=place.site_id, facility_id=place.facility_id, province_2021=place.province_2021, district_2021=place.district_2021,
        commune_2021=place.commune_2021, province_2025=place.province_2025, commune_2025=place.commune_2025,
    )  # fmt: skip
    return found.id


def _follow_up(world: World) -> UUID:
    """A question to somebody who left the point early."""
    from khien.safety.models import FollowUp

    return FollowUp.objects.create(
        person_id=world.person_id, record_id=world.person_id, session_id=world.session_id, site_id=world.site_id, day=0, due_on=DAY, planned_at=make.AT,
        planned_by=make.BY.text,
    ).id  # fmt: skip


def _aefi(world: World) -> UUID:
    """A case of somebody unknown at the point."""
    from khien.safety import actions
    from khien.safety.types import ToldPatient

    place = make.place_of_site(world.site_id)
    return actions.open_unknown(told=ToldPatient(full_name="Nguyễn Thị Thử"), symptoms=("breathing",), onset_at=make.AT, place=place, by=make.BY, at=make.AT)


def _row(world: World) -> UUID:
    """The first row of the list."""
    from khien.registration import queries as registrations

    return registrations.list_rows(world.once("list", make.make_list))[0].id


def _consignment(world: World) -> UUID:
    """Goods that the point sent to itself by way of another point there."""
    from tests import make_stock

    other = world.once("other_site", lambda: make.make_site(facility_id=world.facility_id))
    lot = make.make_lot(site_id=world.site_id)
    return make_stock.send(world.site_id, other, lot, 5)


def _store(world: World) -> UUID:
    """A store of the point's facility."""
    from tests import make_stock

    return make_stock.make_store("facility", place=make.place_of_site(world.site_id))


def _hold(world: World) -> UUID:
    from khien.stock import actions

    return actions.hold(site_id=world.site_id, lot_id=make.make_lot(), reason="thử", by=make.BY, at=make.AT)


def _recall(world: World) -> UUID:
    from khien.kernel.refs import Scope
    from khien.stock import actions

    scope = Scope("province", make.place_of_site(world.site_id).province_2021, "2021")
    return actions.ask_recall(lot_id=make.make_lot(), scope=scope, reason="thử", by=make.BY, at=make.AT).id


def _fridge(world: World) -> UUID:
    from tests import make_stock

    return make_stock.make_fridge(world.site_id)[0]


SAMPLES: dict[str, Callable[[World], Any]] = {
    "site_id": lambda world: world.site_id,
    "site": lambda world: world.site_id,
    "store_id": lambda world: world.once("store", lambda: _store(world)),
    "facility_id": lambda world: world.facility_id,
    "session_id": lambda world: world.session_id,
    "session": lambda world: world.session_id,
    "person_id": lambda world: world.person_id,
    "person": lambda world: world.person_id,
    "registration_id": lambda world: world.registration_id,
    "organization_id": lambda world: world.organization_id,
    "staff_id": lambda world: world.staff_id,
    "device_id": lambda world: world.device_id,
    "round_id": lambda world: world.once("round", lambda: _round(world)),
    "aefi_id": lambda world: world.once("aefi", lambda: _aefi(world)),
    "follow_up": lambda world: world.once("follow_up", lambda: _follow_up(world)),
    "case_id": lambda world: world.once("case", lambda: _case(world)),
    "visit": lambda world: world.once("visit", lambda: _visit(world)),
    "pack": lambda world: "000000001",
    "lot_id": lambda world: make.make_lot(),
    "incoming_id": lambda world: world.once("consignment", lambda: _consignment(world)),
    "outgoing_id": lambda world: world.once("consignment", lambda: _consignment(world)),
    "hold_id": lambda world: world.once("hold", lambda: _hold(world)),
    "recall_id": lambda world: world.once("recall", lambda: _recall(world)),
    "fridge_id": lambda world: world.once("fridge", lambda: _fridge(world)),
    "list_id": lambda world: world.once("list", make.make_list),
    "record_id": lambda world: world.once("record", lambda: make.make_immunization(world.person_id)),
    "certificate_id": lambda world: world.person_id,
    "row_id": lambda world: world.once("row", lambda: _row(world)),
    "unit_key": lambda world: make.WARD,
    "on": lambda world: DAY.isoformat(),
    "day": lambda world: DAY.isoformat(),
    "kind": lambda world: "injected",
    "key": lambda world: "AZ/18+",
    "code": lambda world: "0000000",
}
