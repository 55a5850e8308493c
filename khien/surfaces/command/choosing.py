"""The place that a list or a plan is about: chosen by name among those that a right reaches, kept in the address by its code."""

from dataclasses import dataclass

from django.http import HttpRequest

from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.places.types import Unit
from khien.surfaces.command import where
from khien.surfaces.command.frame import Here, reach, unit_scope
from khien.surfaces.command.spot import UNITS


@dataclass(frozen=True)
class Chosen:
    """The unit in use (None: everything that the right reaches), what was searched, and what was found."""

    unit: Unit | None
    text: str
    found: tuple[Unit, ...]
    scopes: tuple[Scope, ...] | None

    @property
    def key(self) -> str:
        """The unit's key, or ""."""
        return self.unit.key if self.unit else ""


def choose(request: HttpRequest, at: Here) -> Chosen:
    """Read `noi` (a unit's key) and `q` (words of its name); a unit outside my places is not chosen."""
    told = request.GET.get("noi", request.POST.get("noi", ""))
    unit = places.unit(told) if told else None
    if unit is not None and not at.staff.may(at.may, where.unit(unit.key)):
        unit = None
    text = request.GET.get("q", "").strip()
    found: tuple[Unit, ...] = ()
    if text:
        all_found = [one for level in ("commune", "district", "province") for one in places.search_units(text, level=level, limit=12)]
        found = tuple(one for one in all_found if at.staff.may(at.may, where.unit(one.key)))
    return Chosen(unit, text, found, unit_scope(unit.key) if unit else reach(at.scopes))


def own_unit(at: Here) -> str:
    """The key of the unit of this person's own post, or "" where it is no unit."""
    first = next((scope for scope in at.scopes if scope.kind in UNITS), None)
    return f"{first.epoch}-{first.key}" if first else ""
