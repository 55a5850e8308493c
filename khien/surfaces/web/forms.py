"""Forms as our pages read them: Django checks, our macros draw; every message names the remedy."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word

Birth = tuple[int, int | None, int | None]
PARTS = ("day", "month", "year")
_MOST_DIGITS = 10
# Django has no Vietnamese for this one; every text box of every form asks this validator.
ProhibitNullCharactersValidator.message = gettext_lazy("Có ký tự máy không đọc được, thường do sao chép từ nơi khác. Mời xóa ô này rồi gõ lại.")


class DatePartsWidget(forms.Widget):
    """Three boxes: `name_day`, `name_month`, `name_year`. Drawn by the macro `day`, never by Django."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str, str] | None:
        parts = tuple(str(data.get(f"{name}_{part}", "")).strip() for part in PARTS)
        return parts if any(parts) else None  # type: ignore[return-value]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}_{part}" in data for part in PARTS)


class _DatePartsField(forms.Field):
    widget = DatePartsWidget
    years_ahead = 20

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, date):
            return (f"{value:%d}", f"{value:%m}", f"{value:%Y}")
        if isinstance(value, tuple) and value and isinstance(value[0], int):
            year, month, day = (*value, None, None)[:3]
            return (str(day or ""), str(month or ""), str(year))
        return value

    def _number(self, text: str, part: str, low: int, high: int, message: Any) -> int:
        # Python refuses to read a number of thousands of digits.
        if not text.isdecimal() or len(text) > _MOST_DIGITS or not low <= int(text) <= high:
            raise ValidationError(message % {"low": low, "high": high}, code=part)
        return int(text)

    def _parts(self, value: tuple[str, str, str]) -> Birth:
        day, month, year = value
        current = clock.on_date(clock.now()).year
        y = self._number(year, "year", 1900, current + self.years_ahead, gettext_lazy("Năm phải có 4 chữ số, từ %(low)s đến %(high)s"))
        m = self._number(month, "month", 1, 12, gettext_lazy("Tháng phải từ %(low)s đến %(high)s")) if month else None
        d = self._number(day, "day", 1, 31, gettext_lazy("Ngày phải từ %(low)s đến %(high)s")) if day else None
        if d and not m:
            raise ValidationError(_("Mời ghi cả tháng, hoặc bỏ trống ngày"), code="month")
        if d and m:
            try:
                date(y, m, d)
            except ValueError:
                raise ValidationError(
                    _("Tháng %(m)s/%(y)s không có ngày %(d)s") % {"m": m, "y": y, "d": d}, code="day"
                ) from None
        return y, m, d


class DayField(_DatePartsField):
    """A whole date in three boxes; gives a `date`. `earliest` and `latest` are dates."""

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.earliest, self.latest = earliest, latest

    def to_python(self, value: Any) -> date | None:
        if not value:
            return None
        if isinstance(value, date):
            return value
        for text, part, message in zip(value, PARTS, (_("Mời ghi ngày"), _("Mời ghi tháng"), _("Mời ghi năm")), strict=True):
            if not text:
                raise ValidationError(message, code=part)
        year, month, day = self._parts(value)
        return date(year, month or 1, day or 1)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and self.earliest and value < self.earliest:
            raise ValidationError(_("Ngày phải từ %(day)s trở đi") % {"day": f"{self.earliest:%d/%m/%Y}"}, code="all")
        if value and self.latest and value > self.latest:
            raise ValidationError(_("Ngày phải từ %(day)s trở về trước") % {"day": f"{self.latest:%d/%m/%Y}"}, code="all")


class BirthField(_DatePartsField):
    """A birth date of which only the year, or month and year, may be known; gives (year, month, day)."""

    years_ahead = 0

    def to_python(self, value: Any) -> Birth | None:
        if not value:
            return None
        if not isinstance(value[0], str):
            return value
        if not value[2]:
            raise ValidationError(_("Mời ghi năm sinh"), code="year")
        return self._parts(value)


class PageForm(forms.Form):
    """A form of our pages: no browser checks, ids equal names, messages that name the remedy."""

    use_required_attribute = False
    titles: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "%s")
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items() if self.is_bound else ():
            given = _own_messages(field)
            if "required" not in given:
                field.error_messages["required"] = _required(field, str(field.label or name))
            if "invalid_choice" in field.error_messages and "invalid_choice" not in given:
                field.error_messages["invalid_choice"] = _("Mời chọn một trong các câu trả lời có sẵn")
            if isinstance(field, forms.CharField):
                field.error_messages.setdefault("max_length", _("Dài quá: đang có %(show_value)d ký tự, chỉ ghi được %(limit_value)d"))

    def refused(self, refusal: Refused, field: str | None = None) -> "PageForm":
        """Add the wording of a refusal, beside a field where one is at fault."""
        self.add_error(field, ValidationError(word(refusal, lang()), code=refusal.code))
        return self


def _own_messages(field: forms.Field) -> dict[str, Any]:
    defaults: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        defaults.update(getattr(kind, "default_error_messages", {}))
    return {key: text for key, text in field.error_messages.items() if defaults.get(key) is not text}


def _required(field: forms.Field, label: str) -> str:
    low = label[:1].lower() + label[1:]
    if isinstance(field, forms.FileField):
        return _("Mời chọn tệp: %(label)s") % {"label": low}
    if isinstance(field, forms.BooleanField):
        return _("Mời đánh dấu: %(label)s") % {"label": low}
    if isinstance(field, forms.ChoiceField):
        return _("Mời chọn %(label)s") % {"label": low}
    return _("Mời ghi %(label)s") % {"label": low}


def part_errors(bound: Any) -> set[str]:
    """Which of day, month, year is wrong; all of them where the whole date is."""
    codes = {error.code for error in bound.errors.as_data()}
    return codes & set(PARTS) or (set(PARTS) if codes else set())


def problems(form: Any) -> list[tuple[str, str]]:
    """Every error of a form as (id of the control to go to, message), in the order of the page."""
    if form is None or not form.is_bound:
        return []
    found = [("", str(message)) for message in form.non_field_errors()]
    for bound in form:
        for message in bound.errors:
            found.append((_target(bound), str(message)))
    return found


def _target(bound: Any) -> str:
    if isinstance(bound.field.widget, DatePartsWidget):
        wrong = part_errors(bound)
        return f"{bound.auto_id}_{next(part for part in PARTS if part in wrong)}"
    if isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{bound.auto_id}_0"
    return str(bound.auto_id)
