"""Whole numbers as people write them: 1.200 and 1 200 are 1200; what could be read in two ways is asked again, never guessed."""

import re
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from khien.kernel.errors import Refused

MOST = 1_000_000_000
_GROUPED = re.compile(r"[0-9]{1,3}(?:([ .,])[0-9]{3})(?:\1[0-9]{3})*", re.ASCII)
_PLAIN = re.compile(r"-?[0-9]+", re.ASCII)


def read(text: str) -> int | None:
    """The whole number these characters say: plain, or in groups of three behind one sign; None for anything else."""
    told = re.sub(r"\s", " ", text.strip())
    if _GROUPED.fullmatch(told):
        told = re.sub(r"[ .,]", "", told)
    return int(told) if _PLAIN.fullmatch(told) and len(told) < 20 else None


def of_form(text: str) -> int | None:
    """What was typed in a field for a count; None where nothing was.

    Raises Refused: web.number_unreadable (text), web.number_negative, web.number_too_great (most).
    """
    if not text.strip():
        return None
    found = read(text)
    if found is None:
        raise Refused("web.number_unreadable", text=text.strip()[:40])
    if found < 0:
        raise Refused("web.number_negative")
    if found > MOST:
        raise Refused("web.number_too_great", most=MOST)
    return found


class WholeField(forms.IntegerField):
    """A whole number of a form. Django's own reads 1.000 as 1; here it is a thousand."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": _("Mời ghi số nguyên, ví dụ 1.200")}

    def __init__(self, *, min_value: int | None = None, max_value: int | None = None, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)
        for check in self.validators:
            if isinstance(check, MinValueValidator):
                check.message = _("Mời ghi số từ %(limit_value)s trở lên")
            elif isinstance(check, MaxValueValidator):
                check.message = _("Mời ghi số nhiều nhất là %(limit_value)s")

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and value.strip():
            found = read(value)
            if found is None:
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            return found
        return cast("int | None", super().to_python(value))
