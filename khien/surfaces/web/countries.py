"""Which country: some 250 options, put in order and drawn once in each language."""

from functools import lru_cache
from typing import Any

from django import forms
from markupsafe import Markup

from khien.kernel import vietnamese
from khien.kernel.countries import COUNTRIES
from khien.surfaces.web.locale import lang

FIRST = "VN"


@lru_cache(maxsize=4)
def named(language: str) -> tuple[tuple[str, str], ...]:
    """Countries by their name in a language, in that language's order (Áo stands under A, Đức after D); our own first."""
    rows = [(country.code, country.en if language == "en" else country.vi) for country in COUNTRIES.values()]
    return tuple(sorted(rows, key=lambda row: (row[0] != FIRST, vietnamese.sort_key(row[1]))))


@lru_cache(maxsize=4)
def _drawn(language: str) -> Markup:
    return Markup("").join(Markup('<option value="{}">{}</option>\n').format(code, name) for code, name in named(language))


class CountryField(forms.ChoiceField):
    """A country's code; it draws its own options."""

    def _names(self) -> tuple[tuple[str, str], ...]:
        return named(lang())

    # Django would look through them all for groups each time a form is made.
    choices: Any = property(_names, lambda self, value: setattr(self, "_choices", ()))

    def options(self, chosen: str) -> Markup:
        """The options of a select, this one chosen."""
        mark = Markup('value="{}"').format(chosen)
        return _drawn(lang()).replace(mark, mark + Markup(" selected"), 1)
