"""Doses that a province keeps for second doses, and the named decision that lets first doses use them."""

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.booking import queries
from khien.booking.types import Decision, Kept
from khien.kernel.refs import PlaceFacts
from khien.places import queries as places
from khien.places.types import Unit
from khien.surfaces.command import frame, where
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import DayField, PageForm


class Deciding(PageForm):
    """A decision: on what grounds, of which product, up to which day."""

    vaccine = forms.ChoiceField(label=_("Vắc xin"), required=False)
    until = DayField(label=_("Hiệu lực đến hết ngày"))
    decision = forms.CharField(label=_("Quyết định: số văn bản, ai quyết định, vì sao"), max_length=300)


@dataclass(frozen=True, slots=True)
class Shown:
    """The reserve of the province of a unit as its plan shows it."""

    key: str
    name: str
    kept: list[Kept]
    decisions: list[Decision]
    form: Deciding | None


def shown(unit: Unit | None, at: frame.Here, form: Deciding | None = None) -> list[Shown]:
    """The reserve of the unit's province, of each that was merged into it; of every province for who plans for the nation."""
    if unit is None:
        return [_nation(at, form)] if at.staff.may("command.board", PlaceFacts()) else []
    found = [_province(code, at, form) for code in places.old_provinces(unit.key)]
    return [one for one in found if one.kept or one.decisions]


def _province(code: str, at: frame.Here, form: Deciding | None) -> Shown:
    key = f"2021-{code}"
    kept = queries.kept_doses(code)
    province = places.unit(key)
    may = at.staff.may("plan.sessions", where.unit(key))
    return Shown(
        key, province.full_name if province else "", kept, queries.reserve_decisions(province=code, on=at.on),
        (form or form_of(None, kept, at, key)) if may else None,
    )  # fmt: skip


def _nation(at: frame.Here, form: Deciding | None) -> Shown:
    kept = queries.kept_doses(queries.NATION)
    may = at.staff.may("plan.sessions", PlaceFacts())
    return Shown(
        where.NATION, gettext("cả nước"), kept, queries.reserve_decisions(province=queries.NATION, on=at.on),
        (form or form_of(None, kept, at)) if may else None,
    )  # fmt: skip


def province_of(unit_key: str) -> str:
    """The province whose reserve a decision of this unit is about; every province for the nation."""
    place = where.unit(unit_key)
    return queries.NATION if unit_key == where.NATION else place.province_2021 if place else ""


def form_of(told: object, kept: list[Kept], at: frame.Here, key: str = "") -> Deciding:
    """The form of a decision; for a week unless told otherwise, of any product that is kept. `key` keeps several on one page apart."""
    form = Deciding(told, initial={"until": at.on + timedelta(days=7)}, auto_id=f"{key}-%s" if key else "%s")
    form.fields["vaccine"].choices = [("", _("Mọi loại")), *((one.vaccine, short_vaccine(one.vaccine)) for one in kept)]  # type: ignore[attr-defined]
    return form
