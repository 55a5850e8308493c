"""The environment of our pages: Jinja2 with Vietnamese sentences, our words for dates and numbers, and the sprite."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, Template, Undefined, pass_context
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from khien.kernel import clock
from khien.surfaces.web import assets, banners, charts, days, forms, icons, maps, qr, say, say_doses
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.locale import lang, settled

FOOT_LINKS = ("/tro-giup", "/quyen-rieng-tu", "/tro-nang", "/tinh-trang", "/ma-nguon")


_CELL = re.compile(r"<(t[dh])(?=[ >])")


class Page(Template):
    """A template whose result carries the pictograms it uses."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        with settled():
            return icons.dress(super().render(*args, **kwargs))

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        """Macros are one module for every page: none of our templates is loaded with globals of its own."""
        return super()._get_default_module()


class Missing(Undefined):
    """An absent name may be asked about, but printing it is a mistake that must be heard."""

    __str__ = __html__ = Undefined._fail_with_undefined_error  # type: ignore[assignment]


class PageEnvironment(Environment):
    template_class = Page


def gettext(sentence: str, /, **facts: Any) -> Markup:
    """Translate; facts are escaped and put in with %(name)s. Without facts a lone % needs no doubling."""
    return _words(lang(), sentence) % facts if facts else _sentence(lang(), sentence)


def ngettext(one: str, many: str, num: int, /, **facts: Any) -> Markup:
    """Translate by number; %(num)s holds it, grouped by threes."""
    facts.setdefault("num", say.thousands(num, lang()))
    return _ours(translation.ngettext(one, many, num)) % facts


def pgettext(sense: str, sentence: str, /, **facts: Any) -> Markup:
    """Translate a sentence that means different things in different places."""
    text = _ours(translation.pgettext(sense, sentence))
    return text % facts if facts else text.replace("%%", "%")


def npgettext(sense: str, one: str, many: str, num: int, /, **facts: Any) -> Markup:
    """Translate by sense and number."""
    facts.setdefault("num", say.thousands(num, lang()))
    return _ours(translation.npgettext(sense, one, many, num)) % facts


def _ours(text: str) -> Markup:
    return Markup(text)  # noqa: S704 (our catalogue and our macros; facts are escaped)


@lru_cache(maxsize=16_384)
def _words(language: str, sentence: str) -> Markup:
    """A sentence of the catalogue, found once in each language (the one that is active)."""
    return _ours(translation.gettext(sentence))


@lru_cache(maxsize=16_384)
def _sentence(language: str, sentence: str) -> Markup:
    return _words(language, sentence).replace("%%", "%")


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page."""
    if not args and all(type(value) is UUID for value in kwargs.values()):
        return _address(name, tuple(kwargs)).format(**kwargs)
    return reverse(name, args=args or None, kwargs=kwargs or None)


@lru_cache(maxsize=2_048)
def _address(name: str, ids: tuple[str, ...]) -> str:
    """A named page's address with a place for each id: whichever ids come, the rest of it stays."""
    places = {id: UUID(int=number) for number, id in enumerate(ids, 1)}
    path = reverse(name, kwargs=places or None)
    for id, place in places.items():
        path = path.replace(str(place), f"{{{id}}}")
    return path


@lru_cache(maxsize=1_024)
def _still(macro: Macro, language: str, facts: tuple[Any, ...]) -> Markup:
    return _ours(macro(*facts))


def still(macro: Macro, *facts: str | bool | type) -> Markup:
    """What a macro draws of fixed words, drawn once in each language. Never of anything about a person."""
    return _still(macro, lang(), facts)


def labelled(cells: Any, cols: Any) -> Markup:
    """Give each cell of a row its column's words, for phones, where a row folds into labelled lines."""
    words = iter([col[1] for col in cols])
    told = _CELL.sub(lambda cell: Markup('<{} data-th="{}"').format(cell.group(1), next(words, "")), str(cells))
    return Markup(told)  # noqa: S704 (the cells were drawn and escaped by the page)


@pass_context
def switch_lang_url(context: Context) -> str:
    """Where this page's twin in the other language is asked for; it comes back here."""
    request = context.get("request")
    here = request.get_full_path() if request is not None else "/"
    return f"/ngon-ngu/{'vi' if lang() == 'en' else 'en'}?tiep={quote(here, safe='/')}"


@pass_context
def with_query(context: Context, **changes: Any) -> str:
    """This page's query with some values changed (None removes): "?xep=-ngay&trang=2"."""
    request = context.get("request")
    pairs = dict(request.GET.items()) if request is not None else {}
    pairs.update({key: str(value) for key, value in changes.items() if value is not None})
    for key, value in changes.items():
        if value is None:
            pairs.pop(key, None)
    return "?" + urlencode(pairs)


@pass_context
def typed_day(context: Context, name: str) -> str:
    """The day that this page's query names, as it was typed."""
    request = context.get("request")
    return "" if request is None else str(request.GET.get(name, ""))[:40]


def hotlines() -> dict[str, str]:
    """Names and numbers to call."""
    return dict(getattr(settings, "HOTLINES", {"ministry": "1900 9095", "emergency": "115"}))


def demo() -> bool:
    """Whether this instance shows invented people."""
    return bool(getattr(settings, "DEMO", False))


def practice() -> bool:
    """Whether this is a practice copy of a point."""
    return bool(settings.PRACTICE)


def tel(number: str) -> str:
    """The address that dials a number."""
    return "tel:" + "".join(c for c in number if c.isdigit() or c == "+")


def spoken(function: Any) -> Any:
    """A filter that says a value in the page's language."""

    def filtered(value: Any, *args: Any, **kwargs: Any) -> str:
        return function(value, lang(), *args, **kwargs)

    return filtered


FILTERS: dict[str, Any] = {
    "dmy": say.dmy,
    "dm": say.dm,
    "hm": say.hm,
    "dmyhm": say.dmyhm,
    "weekday": spoken(say.weekday),
    "short_weekday": spoken(say.short_weekday),
    "long_day": spoken(say.long_day),
    "day_in_words": spoken(say.day_in_words),
    "spoken_time": spoken(say.spoken_time),
    "thousands": spoken(say.thousands),
    "percent": spoken(say.percent),
    "file_size": spoken(say.file_size),
    "phone": say.phone,
    "code_groups": say.groups,
    "identity_number": say.identity_number,
    "tail": say.tail,
    "tel": tel,
    "upfirst": lambda text: str(text)[:1].upper() + str(text)[1:],
    "lowfirst": lambda text: str(text)[:1].lower() + str(text)[1:],
}
GLOBALS: dict[str, Any] = {
    "static": assets.static,
    "url": url,
    "still": still,
    "lang": lang,
    "switch_lang_url": switch_lang_url,
    "with_query": with_query,
    "typed_day": typed_day,
    "now": clock.now,
    "demo": demo,
    "practice": practice,
    "hotlines": hotlines,
    "foot_links": FOOT_LINKS,
    "icon": icons.icon,
    "mark": icons.mark,
    "art": icons.art,
    "charts": charts,
    "maps": maps,
    "sprite": Markup(icons.PLACE),  # noqa: S704
    "qr": qr.svg,
    "dose_name": say_doses.dose_name,
    "banners": banners.current,
    "day_of": days.read,
    "problems": forms.problems,
    "part_errors": forms.part_errors,
}


def environment(**options: Any) -> Environment:
    """Build the environment that Django's Jinja2 backend asks for."""
    options |= {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True, "undefined": Missing}
    env = PageEnvironment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"], **options)
    env.policies["ext.i18n.trimmed"] = True
    env.newstyle_gettext = True  # type: ignore[attr-defined]
    env.globals.update(GLOBALS)
    env.globals.update(gettext=gettext, ngettext=ngettext, pgettext=pgettext, npgettext=npgettext, _=gettext)
    env.filters.update(FILTERS)
    env.filters |= {"vaccine": short_vaccine, "labelled": labelled}
    return env
