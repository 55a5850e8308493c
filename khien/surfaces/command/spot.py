"""Which place, which day and which geography a board shows."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.surfaces.command.frame import Here, reach, unit_scope
from khien.surfaces.command.where import NATION
from khien.surfaces.web import days

EPOCHS = ("2021", "2025")
UNITS = ("province", "district", "commune")


@dataclass(frozen=True)
class Spot:
    """A unit ("" is the country, or everything within `scopes`) on a day, in one of the two geographies."""

    unit_key: str
    epoch: str
    on: date
    today: date
    scopes: tuple[Scope, ...] | None
    own: bool = False  # the whole of what this person's posts reach, not one unit

    @property
    def reach(self) -> tuple[Scope, ...] | None:
        """The place as the rooms' reads take it; None for the country."""
        return self.scopes if self.own else unit_scope(self.unit_key)

    @property
    def board_scopes(self) -> tuple[Scope, ...] | None:
        """What narrows the board: in the other geography the unit that answers to this one may be wider."""
        unit = places.unit(self.unit_key) if self.unit_key else None
        return self.reach if self.own or (unit and unit.epoch != self.epoch) else None

    def href(self, name: str = "command:unit", **changes: object) -> str:
        """The address of a page of this place, with the same day and geography unless changed."""
        unit_key = str(changes.pop("unit_key", self.unit_key) or NATION)
        args = {key: changes.pop(key) for key in ("kind",) if key in changes}
        mine = {"command:unit": "command:home"}.get(name, f"{name}_mine")
        path = reverse(mine, kwargs=args) if self.own and unit_key == NATION else reverse(name, kwargs={"unit_key": unit_key, **args})
        usual = unit_key[:4] if unit_key[:4] in EPOCHS else EPOCHS[0]  # a unit is shown in its own geography unless the other is asked for
        query = {"ngay": self.on.isoformat() if self.on != self.today else None, "ky": self.epoch if self.epoch != EPOCHS[0] or usual != self.epoch else None}
        query |= {key: value for key, value in changes.items()}
        told = urlencode({key: value for key, value in query.items() if value})
        return f"{path}?{told}" if told else path


def read_day(text: str | None, otherwise: date) -> date:
    """A day of an address (2021-12-14) or as typed (14/12/2021); one of no calendar of ours counts as none."""
    return days.read(text) or otherwise


def chosen(request: HttpRequest, at: Here, unit_key: str | None = None) -> Spot:
    """The place that was asked for; without one, the place of this person's own post."""
    on = read_day(request.GET.get("ngay"), at.on)
    epoch = request.GET.get("ky", "")
    if unit_key is not None:
        key = "" if unit_key == NATION else unit_key
        return Spot(key, epoch if epoch in EPOCHS else key[:4] or EPOCHS[0], on, at.on, None)
    mine = at.scopes
    units = [scope for scope in mine if scope.kind in UNITS]
    if reach(mine) is None:
        return Spot("", epoch if epoch in EPOCHS else EPOCHS[0], on, at.on, None)
    if units and len(mine) == len(units):
        first = units[0]
        return Spot(f"{first.epoch}-{first.key}", epoch if epoch in EPOCHS else first.epoch, on, at.on, None)
    return Spot("", epoch if epoch in EPOCHS else EPOCHS[0], on, at.on, mine, own=True)
