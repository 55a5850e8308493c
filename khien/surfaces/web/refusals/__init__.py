"""Refusals in words. Each module here holds WORDING: {"room.reason": sentence with {fact} places}, msgids in Vietnamese.

A room's refusals stand in the module of its name; modules are found by themselves.
"""

import logging
import pkgutil
import string
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from importlib import import_module
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from khien.kernel.errors import Refused
from khien.surfaces.web import say

log = logging.getLogger("khien.web.refusals")
GENERAL = _("Chưa làm được việc này. Mời xem lại thông tin; cần giúp thì gọi 1900 9095.")


@cache
def wording() -> Mapping[str, Any]:
    """Every sentence of every module in this package, by code."""
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(__path__):
        found.update(import_module(f"{__name__}.{module.name}").WORDING)
    return found


def word(refusal: Refused, lang: str | None = None) -> str:
    """Say a refusal in a language (the active one by default); facts are said as people read them.

    Of facts told in both languages (items_vi, items_en) `{items}` is the one of this language.
    """
    lang = lang or translation.get_language() or "vi"
    with translation.override(lang):
        sentence = wording().get(refusal.code)
        if sentence is None:
            log.warning("refusal without words: %s", refusal.code)
            return str(GENERAL)
        facts = {name: _said(value, lang) for name, value in refusal.facts.items()}
        facts |= {name[:-3]: value for name, value in facts.items() if name.endswith(f"_{lang[:2]}")}
        return _Gentle().vformat(str(sentence), (), facts)


def _said(value: Any, lang: str) -> str:
    if isinstance(value, datetime):
        return say.dmyhm(value)
    if isinstance(value, date):
        return say.dmy(value)
    if isinstance(value, time):
        return say.hm(value)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):  # years and small counts stay as they are
        return say.thousands(value, lang) if abs(value) >= 10_000 else str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_said(item, lang) for item in value)
    return str(getattr(value, "label", value))


class _Gentle(string.Formatter):
    """A fact that is missing leaves an ellipsis, never an error page."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "…")
