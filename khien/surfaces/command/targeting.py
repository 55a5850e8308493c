"""Targets by priority group, typed on a unit's plan: the newest stand in their boxes, what is known is proposed beside."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.planning import queries
from khien.planning.types import Target
from khien.surfaces.command import frame
from khien.surfaces.web import say
from khien.surfaces.web.forms import DayField, PageForm
from khien.surfaces.web.locale import lang
from khien.surfaces.web.whole import WholeField

BASES = {
    "share": _("đề xuất %(n)s: phần của nơi này trong chỉ tiêu cấp trên, theo dân số"),
    "over_65": _("đề xuất %(n)s: dân số từ 65 tuổi"),
    "adults": _("đề xuất %(n)s: dân số từ 18 tuổi"),
}


class Targets(PageForm):
    """People of each group; a field for each group of the unit."""

    as_of = DayField(label=_("Chỉ tiêu của ngày"))
    source = forms.CharField(label=_("Theo văn bản, ai giao"), max_length=300)

    def __init__(self, *args: Any, told: list[Target], names: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = {f"g_{one.group.replace('.', '_')}": one.group for one in told}
        for (name, code), one in zip(self.codes.items(), told, strict=True):
            hint = BASES[one.basis] % {"n": say.thousands(one.proposed, lang())} if one.basis else ""
            self.fields[name] = WholeField(label=names.get(code, code), min_value=0, max_value=200_000_000, required=False, help_text=hint)

    @property
    def group_fields(self) -> list[Any]:
        """The fields of people, one for each group."""
        return [self[name] for name in self.codes]

    def people(self) -> dict[str, int]:
        """People by group, of those with a number."""
        return {code: self.cleaned_data[name] for name, code in self.codes.items() if self.cleaned_data.get(name) is not None}


def form_of(data: Any, unit_key: str, at: frame.Here, letter: str) -> Targets:
    """The form for a unit ("" is the nation): recorded numbers, or what is proposed where none is."""
    told = queries.targets(unit_key, on=at.on)
    every = campaigns.rulebook(at.on).on(at.on).groups
    names = {one.code: f"{one.code}. {one.en if lang() == 'en' else one.vi}" for one in every}
    form = Targets(data, told=told, names=names, auto_id="ct_%s")
    known = {name: one.people if one.people is not None else one.proposed for name, one in zip(form.codes, told, strict=True)}
    form.initial = {"as_of": at.on, "source": letter} | known
    return form
