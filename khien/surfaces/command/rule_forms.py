"""A rule as a form: one field for each thing it says, for each kind of rule; and the data that the form tells."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.places import queries as places
from khien.surfaces.command.rule_words import DOSE_TYPES, EXCLUSIONS, LABELS, PLATFORMS, UNITS
from khien.surfaces.web.forms import DayField, PageForm
from khien.surfaces.web.whole import WholeField

MOST_INTERVALS = 5
Data = Mapping[str, Any]


class RuleForm(PageForm):
    """What every edit says beside the rule itself: from which day, on what paper, why."""

    parts: ClassVar[tuple[Callable[[], dict[str, forms.Field]], ...]] = ()
    since = DayField(label=_("Có hiệu lực từ"), help_text=_("Ngày sau hôm nay: quy định sắp có hiệu lực"))
    until = DayField(label=_("Đến hết ngày"), required=False)
    source = forms.CharField(label=_("Văn bản"), max_length=300, help_text=_("Số và ngày của quyết định"))
    reason = forms.CharField(label=_("Vì sao đổi"), max_length=300)

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        for part in self.parts:
            self.base_fields = self.base_fields | part()
        super().__init__(*args, **kwargs)
        rules = campaigns.rulebook(on)
        self.vaccines = [(code, one.short_vi) for code, one in sorted(rules.vaccines.items())]
        for name, field in self.fields.items():
            if isinstance(field, (forms.ChoiceField, forms.MultipleChoiceField)) and name in ("vaccine", "before", "after", "codes"):
                field.choices = self.vaccines

    @property
    def own(self) -> list[Any]:
        """The fields of the rule itself, as bound fields."""
        return [self[name] for name in self.fields if name not in RuleForm.base_fields and not name.startswith("gap_")]

    @property
    def spans(self) -> list[tuple[str, list[Any]]]:
        """The rows of intervals, each with its words."""
        numbers = sorted({name.split("_")[1] for name in self.fields if name.startswith("gap_")})
        named = {"0": gettext("Khoảng cách")} if numbers == ["0"] else {n: gettext("Mũi %(a)s đến mũi %(b)s") % {"a": n, "b": int(n) + 1} for n in numbers}
        return [(named[n], [self[f"gap_{n}_{part}"] for part in ("least", "start", "end", "unit")]) for n in numbers]

    @classmethod
    def told(cls, data: Data) -> dict[str, Any]:
        """What the boxes hold for this data."""
        return {name: value for name, value in data.items() if not isinstance(value, (dict, list))}

    def rule_data(self, old: Data) -> dict[str, Any]:
        """The rule as data: what the form asks, over what the rule already says."""
        kept = dict(old)
        for name in self.fields:
            if name not in RuleForm.base_fields and not name.startswith("gap_"):
                kept[name] = _plain(self.cleaned_data[name])
        return kept

    def key(self) -> str:
        """The key of a new rule, made of what it says."""
        return ""

    def interval(self, number: int) -> dict[str, Any] | None:
        """One row of an interval; None where it is blank."""
        least, start, end = (self.cleaned_data.get(f"gap_{number}_{part}") for part in ("least", "start", "end"))
        if least is None and start is None:
            return None
        least = start if least is None else least
        return {"least": least, "start": least if start is None else start, "end": end, "unit": self.cleaned_data[f"gap_{number}_unit"] or "day"}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return None if value == "" else value


def _text(name: str, required: bool = True, **more: Any) -> forms.CharField:
    return forms.CharField(label=LABELS[name], required=required, max_length=300, **more)


def _whole(name: str, required: bool = True, **more: Any) -> forms.IntegerField:
    return WholeField(label=LABELS[name], required=required, min_value=0, max_value=10_000, **more)


def _number(name: str, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(label=LABELS[name], required=required, max_digits=7, decimal_places=2)


def _ages() -> dict[str, forms.Field]:
    return {"age_from": _whole("age_from"), "age_to": _whole("age_to", False, help_text=_("Bỏ trống: không hạn tuổi"))}


def _interval(number: int, needed: bool = False) -> dict[str, forms.Field]:
    """The four boxes of one interval."""
    return {
        f"gap_{number}_least": WholeField(label=LABELS["least"], required=needed, min_value=0, max_value=3660),
        f"gap_{number}_start": WholeField(label=LABELS["start"], required=needed, min_value=0, max_value=3660),
        f"gap_{number}_end": WholeField(label=LABELS["end"], required=False, min_value=0, max_value=3660),
        f"gap_{number}_unit": forms.ChoiceField(label=LABELS["unit"], choices=list(UNITS.items()), required=False),
    }  # fmt: skip


def _gap_told(number: int, data: Data) -> dict[str, Any]:
    return {f"gap_{number}_{part}": data.get(part) for part in ("least", "start", "end")} | {f"gap_{number}_unit": data.get("unit") or "day"}


def _choice() -> dict[str, forms.Field]:
    return {
        "same": forms.BooleanField(label=LABELS["same"], required=False),
        "platforms": forms.MultipleChoiceField(label=LABELS["platforms"], choices=list(PLATFORMS.items()), required=False),
        "codes": forms.MultipleChoiceField(label=LABELS["codes"], required=False),
    }


def _pick(name: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=LABELS[name])


class VaccineForm(RuleForm):
    """A product: its names, how it is kept and handled, its codes abroad."""

    short_vi, short_en, name, maker = _text("short_vi"), _text("short_en"), _text("name"), _text("maker")
    platform = forms.ChoiceField(label=LABELS["platform"], choices=list(PLATFORMS.items()))
    doses_per_vial = _text("doses_per_vial", False, help_text=_("Nhiều loại lọ: cách nhau bằng dấu phẩy, ví dụ 8, 10"))
    use_within_hours, observation_minutes = _whole("use_within_hours", False), _whole("observation_minutes")
    storage_vi, storage_en = _text("storage_vi"), _text("storage_en")
    storage_low_c, storage_high_c = _number("storage_low_c", False), _number("storage_high_c", False)
    thawed_days, booster_ml = _whole("thawed_days", False), _number("booster_ml", False)
    not_when = forms.MultipleChoiceField(label=LABELS["not_when"], choices=list(EXCLUSIONS.items()), required=False)
    components = _text("components", False)
    eu_mp, eu_ma, eu_vp, cvx = _text("eu_mp", False), _text("eu_ma", False), _text("eu_vp", False), _text("cvx", False)
    code = forms.CharField(label=_("Mã vắc xin"), max_length=20, required=False, help_text=_("Chữ in không dấu, ví dụ ABDALA; không đổi được về sau"))

    @classmethod
    def told(cls, data: Data) -> dict[str, Any]:
        lists = {name: ", ".join(map(str, data.get(name) or ())) for name in ("doses_per_vial", "components")}
        return super().told(data) | lists | {"not_when": data.get("not_when") or []}

    def clean_doses_per_vial(self) -> list[int]:
        """Whole numbers."""
        parts = [part.strip() for part in self.cleaned_data["doses_per_vial"].replace(";", ",").split(",") if part.strip()]
        if not all(part.isdecimal() and len(part) < 5 for part in parts):
            raise forms.ValidationError(gettext("Mời ghi số liều, cách nhau bằng dấu phẩy"))
        return [int(part) for part in parts]

    def clean_components(self) -> list[str]:
        """Words between commas."""
        return [part.strip() for part in self.cleaned_data["components"].split(",") if part.strip()]

    def rule_data(self, old: Data) -> dict[str, Any]:
        found = super().rule_data(old)
        found.pop("code", None)
        return {"course": "covid-19"} | found

    def key(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()


class ScheduleForm(RuleForm):
    """The primary doses of one vaccine at one age."""

    vaccine, doses = _pick("vaccine"), _whole("doses")
    volume_ml = _number("volume_ml")
    finish = forms.BooleanField(label=LABELS["finish"], required=False)
    parts = (_ages, *(partial(_interval, number) for number in range(1, MOST_INTERVALS + 1)))

    @classmethod
    def told(cls, data: Data) -> dict[str, Any]:
        found = super().told(data)
        for number, one in enumerate(data.get("intervals") or (), 1):
            found |= _gap_told(number, one)
        return found

    def rule_data(self, old: Data) -> dict[str, Any]:
        rows = [self.interval(number) for number in range(1, int(self.cleaned_data["doses"]))] if self.cleaned_data["doses"] <= MOST_INTERVALS + 1 else []
        return super().rule_data(old) | {"intervals": [row for row in rows if row], "finish": bool(self.cleaned_data["finish"])}

    def key(self) -> str:
        return f"{self.cleaned_data['vaccine']}/{_band(self.cleaned_data)}"


class MixingForm(RuleForm):
    """Going on with another vaccine."""

    before, after = _pick("before"), _pick("after")
    needs_consent = forms.BooleanField(label=LABELS["needs_consent"], required=False)
    parts = (_ages, partial(_interval, 0, True))

    @classmethod
    def told(cls, data: Data) -> dict[str, Any]:
        return super().told(data) | _gap_told(0, data.get("interval") or {})

    def rule_data(self, old: Data) -> dict[str, Any]:
        return super().rule_data(old) | {"interval": self.interval(0)}

    def key(self) -> str:
        return f"{self.cleaned_data['before']}>{self.cleaned_data['after']}"


class _ChoiceForm(RuleForm):
    """A dose after the primary ones, with the vaccines that may be chosen."""

    @classmethod
    def told(cls, data: Data) -> dict[str, Any]:
        chosen = data.get("choice") or {}
        picked = {"same": chosen.get("same"), "platforms": chosen.get("platforms") or [], "codes": chosen.get("codes") or []}
        return super().told(data) | _gap_told(0, data.get("interval") or {}) | picked | ({"after": data["after"]} if "after" in data else {})

    def rule_data(self, old: Data) -> dict[str, Any]:
        found = super().rule_data(old) | {"interval": self.interval(0)}
        choice = {name: found.pop(name) for name in ("same", "platforms", "codes")}
        return found | {"choice": choice if choice["codes"] else {name: choice[name] for name in ("same", "platforms")}}

    def key(self) -> str:
        return _band(self.cleaned_data)


class AdditionalForm(_ChoiceForm):
    """The dose that completes a series which protected less."""

    immune_deficient = forms.BooleanField(label=LABELS["immune_deficient"], required=False)
    after = forms.MultipleChoiceField(label=LABELS["after_list"], required=False)
    parts = (_ages, _choice, partial(_interval, 0, True))


class BoosterForm(_ChoiceForm):
    """One booster, by its ordinal and age."""

    ordinal = _whole("ordinal")
    parts = (_ages, _choice, partial(_interval, 0, True))

    def key(self) -> str:
        return f"{self.cleaned_data['ordinal']}/{_band(self.cleaned_data)}"


class InfectionForm(RuleForm):
    """How long a dose waits after an infection."""

    parts = (_ages,)
    dose_types = forms.MultipleChoiceField(label=LABELS["dose_types"], choices=list(DOSE_TYPES.items()))
    ordinal, months = _whole("ordinal", False, help_text=_("Bỏ trống: mọi mũi của loại này")), _whole("months")

    @classmethod
    def told(cls, data: Data) -> dict[str, Any]:
        return super().told(data) | {"dose_types": data.get("dose_types") or []}

    def key(self) -> str:
        ordinal = self.cleaned_data["ordinal"]
        return f"{self.cleaned_data['dose_types'][0]}{f'-{ordinal}' if ordinal else ''}/{_band(self.cleaned_data)}"


class LocalIntervalForm(RuleForm):
    """A province's own interval."""

    vaccine, province = _pick("vaccine"), _pick("province")
    start, end = _whole("start"), _whole("end", False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["province"].choices = [(one.code, one.full_name) for one in places.children("", "2021")]  # type: ignore[attr-defined]
        self.fields["start"].label, self.fields["end"].label = gettext("Khuyến cáo từ (ngày)"), gettext("Khuyến cáo đến (ngày)")

    def key(self) -> str:
        return f"{self.cleaned_data['vaccine']}/{self.cleaned_data['province']}"


class GroupForm(RuleForm):
    """A priority group's name and place in the order."""

    vi, en, order = _text("vi"), _text("en"), _whole("order", help_text=_("Số nhỏ được gọi trước"))


class PolicyForm(RuleForm):
    """A number of the whole campaign: only the boxes that this rule has."""

    minutes, days, under_age, doses = _whole("minutes", False), _whole("days", False), _whole("under_age", False), _whole("doses_a_table", False)

    def only(self, data: Data) -> "PolicyForm":
        """Keep the boxes of this policy."""
        for name in ("minutes", "days", "under_age", "doses"):
            if name not in data:
                del self.fields[name]
            else:
                self.fields[name].required = True
        return self


FORMS: dict[str, type[RuleForm]] = {
    "vaccine": VaccineForm, "schedule": ScheduleForm, "mixing": MixingForm, "additional": AdditionalForm, "booster": BoosterForm,
    "infection_wait": InfectionForm, "local_interval": LocalIntervalForm, "priority_group": GroupForm, "policy": PolicyForm,
}  # fmt: skip
MADE = ("vaccine", "schedule", "mixing", "additional", "booster", "infection_wait", "local_interval")  # kinds of which a new rule may be made


def form_of(kind: str, posted: Any = None, *, on: date, old: Data | None = None, **initial: Any) -> RuleForm:
    """The form of this kind, filled with what the rule says."""
    chosen = FORMS[kind]
    form = chosen(posted, on=on, initial=(chosen.told(old) if old else {}) | initial)
    if isinstance(form, PolicyForm):
        form.only(old or {})
    if isinstance(form, VaccineForm) and old is not None:
        del form.fields["code"]
    elif isinstance(form, VaccineForm):
        form.fields["code"].required = True
    if old is not None:
        for name in ("vaccine", "before", "after", "province", "ordinal"):
            if kind in ("schedule", "mixing", "booster", "local_interval"):
                form.fields.pop(name, None)
    return form


def _band(told: Mapping[str, Any]) -> str:
    """An age band as keys write it: 18+ or 12-17."""
    return f"{told['age_from']}-{told['age_to']}" if told.get("age_to") is not None else f"{told['age_from']}+"
