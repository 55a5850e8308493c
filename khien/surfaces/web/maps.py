"""Maps drawn on the server: 63 provinces of 2021, 34 of 2025, the districts of one province. Schematic, never for legal use.

Colour is the class of a value, five steps of one hue; the same numbers always stand in a table beside the map.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from khien.surfaces.web import say
from khien.surfaces.web.locale import lang

DATA = Path(__file__).parent / "data"
DA_NANG, KHANH_HOA = "48", "56"
# The archipelagos as labelled insets, in the colour of their province: box, islands (x, y, r), where the two lines stand.
HOANG_SA = (
    (316, 262, 124, 92),
    ((346, 292, 4), (360, 286, 3), (374, 296, 3.5), (396, 288, 4), (410, 300, 3), (386, 306, 2.5)),
    (326, 344),
)
TRUONG_SA = (
    (316, 574, 124, 118),
    (
        (344, 600, 3), (360, 610, 3.5), (376, 598, 2.5), (388, 618, 4), (406, 608, 3),
        (416, 630, 3.5), (370, 634, 3), (350, 628, 2.5), (396, 640, 2.5),
    ),
    (661, 680),
)  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """Four borders make five classes; `words` name them for the legend. Counts keep 0 apart from the lowest class: "nobody yet"."""

    borders: tuple[float, float, float, float]
    words: tuple[str, str, str, str, str]
    say: Callable[[float], str]
    zero_apart: bool = False

    def step(self, value: float | None) -> int:
        """The class of a value, 1 to 5; 0 where there is none."""
        return 0 if value is None else 1 + sum(value >= border for border in self.borders)

    def css(self, value: float | None) -> str:
        """How a place with this value is drawn."""
        return "zero" if self.zero_apart and value == 0 else str(self.step(value))

    @staticmethod
    def shares(a: float = 0.6, b: float = 0.7, c: float = 0.8, d: float = 0.9) -> "Scale":
        """Classes of shares between 0 and 1, named in percent."""
        names = [say.thousands(x * 100, lang(), 0 if round(x * 100, 6).is_integer() else 1) for x in (a, b, c, d)]
        return Scale((a, b, c, d), _words(names, "%" if lang() == "en" else "\u00a0%"), lambda x: say.percent(x, lang()))

    @staticmethod
    def counts(values: Sequence[float]) -> "Scale":
        """Classes of counts, cut where a fifth of the places falls, at round numbers."""
        ranked = sorted(values) or [0]
        cuts: list[float] = []
        for part in (1, 2, 3, 4):
            cut = _round_down(ranked[min(len(ranked) - 1, len(ranked) * part // 5)])
            cuts.append(max(cut, cuts[-1] + _size(cuts[-1]) if cuts else 1))
        a, b, c, d = cuts
        return Scale((a, b, c, d), _words([say.thousands(x, lang()) for x in cuts], ""), lambda x: say.thousands(x, lang()), zero_apart=True)


def _words(names: Sequence[str], unit: str) -> tuple[str, str, str, str, str]:
    a, b, c, d = names
    under, over = _("dưới %(n)s") % {"n": a + unit}, _("từ %(n)s") % {"n": d + unit}
    spans = [_("%(a)s đến %(b)s") % {"a": x, "b": y} for x, y in ((a, b), (b, c), (c, d))]
    return (under, spans[0], spans[1], spans[2], over)


def _size(value: float) -> int:
    """The place of the second figure: what a round number of this size moves by."""
    size = 1
    while value >= size * 100:
        size *= 10
    return size


def _round_down(value: float) -> float:
    return int(value // _size(value) * _size(value))


@cache
def _data(name: str) -> dict[str, Any]:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def names(epoch: str = "2021") -> dict[str, str]:
    """Names of the provinces of an epoch by code, as the map calls them."""
    return {code: unit[0] for code, unit in _data(f"provinces_{epoch}")["units"].items()}


@dataclass(frozen=True)
class Without:
    """What is said of a place without a value: of one that is listed with none, and of one that is not listed at all."""

    listed: str = ""
    unlisted: str = ""

    def words(self, listed: bool) -> str:
        """Of one place."""
        return (self.listed if listed else self.unlisted) or _("chưa có số liệu")


UNKNOWN = Without()


@dataclass(frozen=True)
class _Brush:
    values: Mapping[str, float | None]
    scale: Scale
    href: Callable[[str], str] | None
    chosen: str
    without: Without

    def shape(self, code: str, name: str, inner: str) -> str:
        value = self.values.get(code)
        words = self.scale.say(value) if value is not None else self.without.words(code in self.values)
        css = f"kh-map__{self.scale.css(value)}" + (" kh-map__on" if code == self.chosen else "")
        drawn = f'<g class="{css}">{inner}<title>{escape(name)}: {escape(words)}</title></g>'
        href = self.href(code) if self.href else ""
        if not href:
            return drawn
        # Not in the order of tabs: the table beside holds the same links for the keyboard.
        return f'<a href="{escape(href)}" tabindex="-1" aria-label="{escape(name)}: {escape(words)}">{drawn}</a>'


def _inset(brush: _Brush, code: str, place: tuple[Any, Any, Any], head: str, of: str, name: str) -> str:
    (x, y, width, height), islands, (line1, line2) = place
    circles = "".join(f'<circle cx="{cx}" cy="{cy}" r="{r}"/>' for cx, cy, r in islands)
    middle = x + width // 2
    return (
        f'<rect class="kh-map__box" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>{brush.shape(code, name, circles)}'
        f'<text class="kh-map__name" x="{middle}" y="{line1}">{head}</text><text class="kh-map__of" x="{middle}" y="{line2}">({of})</text>'
    )


def provinces(
    values: Mapping[str, float | None],
    scale: Scale,
    *,
    title: str,
    epoch: str = "2021",
    href: Callable[[str], str] | None = None,
    chosen: str = "",
    without: Without = UNKNOWN,
) -> Markup:
    """The whole country by province codes of the epoch; every region names itself and its value, and is a link with `href`."""
    data, brush = _data(f"provinces_{epoch}"), _Brush(values, scale, href, chosen, without)
    units = sorted(data["units"].items(), key=lambda item: item[0] == chosen)
    shapes = "".join(brush.shape(code, name, f'<path d="{path}"/>') for code, (name, path) in units)
    hoang_sa = _inset(brush, DA_NANG, HOANG_SA, _("QĐ. Hoàng Sa"), "Đà Nẵng", _("Quần đảo Hoàng Sa (Đà Nẵng)"))
    truong_sa = _inset(brush, KHANH_HOA, TRUONG_SA, _("QĐ. Trường Sa"), "Khánh Hòa", _("Quần đảo Trường Sa (Khánh Hòa)"))
    label = _("Bản đồ %(n)s tỉnh: %(title)s; số của từng tỉnh ở bảng bên cạnh") % {"n": len(units), "title": title}
    return _svg("0 0 442 700", label, shapes + hoang_sa + truong_sa)


def districts(
    province: str,
    values: Mapping[str, float | None],
    scale: Scale,
    *,
    title: str,
    href: Callable[[str], str] | None = None,
    chosen: str = "",
    without: Without = UNKNOWN,
) -> Markup:
    """The districts of one province of 2021; islands far out stand as labelled boxes below."""
    data, brush = _data("districts_2021")[province], _Brush(values, scale, href, chosen, without)
    x, y, width, height = data["box"]
    factor = 420 / max(width, height * 0.7)
    drawn, islands = [], []
    for code, (short, path) in sorted(data["units"].items(), key=lambda item: item[0] == chosen):
        name = _("Quận %(n)s") % {"n": short} if short.isdecimal() else short
        if path:
            drawn.append(brush.shape(code, name, f'<path d="{path}"/>'))
        else:
            islands.append((code, name))
    tall = round(height * factor)
    shapes = f'<g transform="scale({factor:.3f}) translate({-x} {-y})">{"".join(drawn)}</g>'
    for row, (code, name) in enumerate(islands):
        top = tall + 16 + row * 64
        dots = "".join(f'<circle cx="{30 + n * 16}" cy="{top + 26 + n % 2 * 8}" r="4"/>' for n in range(3))
        box = f'<rect class="kh-map__box" x="4" y="{top}" width="260" height="56" rx="6"/>'
        shapes += f'{box}{brush.shape(code, name, dots)}<text class="kh-map__name" x="164" y="{top + 34}">{escape(name)}</text>'
    label = _("Bản đồ %(n)s quận, huyện: %(title)s; số của từng nơi ở bảng bên cạnh") % {
        "n": len(data["units"]), "title": title,
    }  # fmt: skip
    return _svg(f"-2 -2 {round(width * factor) + 4} {tall + 4 + 64 * len(islands) + (16 if islands else 0)}", label, shapes)


def _svg(box: str, label: str, inner: str) -> Markup:
    role = "group" if "<a " in inner else "img"  # a picture may hold no links
    return Markup('<svg class="kh-map" viewBox="{}" role="{}" aria-label="{}">{}</svg>').format(
        box,
        role,
        label,
        Markup(inner),  # noqa: S704 (drawn above, names escaped)
    )


def legend(scale: Scale, title: str, *, below: bool = False, zero: bool = False, nothing: Sequence[str] = ()) -> Markup:
    """The five classes in words; `zero` adds the places that have none yet, `nothing` says what places without a value lack."""
    rows = [(str(step), words) for step, words in enumerate(scale.words, start=1)]
    rows = [*([("zero", "0")] if zero else []), *rows, *([("0", "; ".join(nothing))] if nothing else [])]
    items = Markup("").join(
        Markup(
            '<li><svg viewBox="0 0 20 12" aria-hidden="true"><rect class="kh-map__{}" width="20" height="12"/></svg>{}</li>'
        ).format(step, words)
        for step, words in rows
    )
    css = "kh-legend-map kh-legend-map--below" if below else "kh-legend-map"
    return Markup('<div class="{}"><p class="kh-small"><b>{}</b></p><ul class="{}">{}</ul></div>').format(
        css, title, "kh-key-list" if below else "", items
    )


def figure(
    values: Mapping[str, float | None],
    scale: Scale,
    *,
    title: str,
    epoch: str = "2021",
    province: str = "",
    href: Callable[[str], str] | None = None,
    chosen: str = "",
    without: Without = UNKNOWN,
) -> Markup:
    """A map with its legend and the note that it is schematic; with `province` its districts, else the country."""
    shown = (_data("districts_2021")[province] if province else _data(f"provinces_{epoch}"))["units"]
    nothing = list(dict.fromkeys(without.words(code in values) for code in shown if values.get(code) is None))
    zero = scale.zero_apart and any(value == 0 for value in values.values())
    if province:
        drawing = districts(province, values, scale, title=title, href=href, chosen=chosen, without=without)
    else:
        drawing = provinces(values, scale, title=title, epoch=epoch, href=href, chosen=chosen, without=without)
    return Markup('<figure class="kh-mapbox">{}{}<figcaption class="kh-map__note">{}</figcaption></figure>').format(
        drawing,
        legend(scale, title, below=bool(province), zero=zero, nothing=nothing),
        _("Bản đồ giản lược, không dùng để xác định địa giới."),
    )
