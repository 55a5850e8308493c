"""Refusals in words. Each module here holds WORDING: {"room.reason": sentence with {fact} places}, msgids in Vietnamese.

A room's refusals stand in the module of its name; modules are found by themselves.
"""

import logging
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from khien.kernel import wording as wording_of
from khien.kernel.errors import Refused

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
        return wording_of.fill(str(sentence), refusal.facts, lang)
