"""Pictograms and drawings: 24 px, 2 px stroke; a page carries only the symbols that it uses."""

import re
from functools import cache

from markupsafe import Markup, escape

ICONS = {
    "arrow": '<path d="M4 12h15.5M13.5 6l6 6-6 6"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0112 0v5.5l1.5 2h-15zM10 21h4"/>',
    "book": '<path d="M5 4h13a1 1 0 011 1v15H6.5A1.5 1.5 0 015 18.5zM5 18a1.5 1.5 0 011.5-1.5H19M9 8h6"/>',
    "box": '<path d="M3.5 7.5L12 3l8.5 4.5v9L12 21l-8.5-4.5zM3.5 7.5L12 12l8.5-4.5M12 12v9"/>',
    "building": '<path d="M5 21V3.5h9V21M14 9h5v12M3 21h18M8 7.5h3M8 11.5h3M8 15.5h3"/>',
    "calendar": '<path d="M4 6h16v14.5H4zM4 10.5h16M8 3v5M16 3v5"/>',
    "camera": '<path d="M3 7.5h4.5L9.5 5h5l1.5 2.5h5v12H3z"/><circle cx="12" cy="13" r="3.5"/>',
    "chart": '<path d="M4 4v16.5h16.5M8.5 16.5v-5M13 16.5V7M17.5 16.5v-3"/>',
    "check": '<circle cx="12" cy="12" r="9.5"/><path d="M7.5 12.5l3 3 6-6.5"/>',
    "clock": '<circle cx="12" cy="12" r="9.5"/><path d="M12 6.5V12l3.5 2"/>',
    "doc": '<path d="M6 3h8l4.5 4.5V21H6zM13.5 3v5h5M9 13h6M9 17h4"/>',
    "down": '<path d="M5.5 9l6.5 6.5L18.5 9"/>',
    "eye": '<path d="M2 12c2.5-4.3 6-6.5 10-6.5s7.5 2.2 10 6.5c-2.5 4.3-6 6.5-10 6.5S4.5 16.3 2 12z"/><circle cx="12" cy="12" r="3"/>',
    "filter": '<path d="M4 5h16l-6 7.5V19l-4 2v-8.5z"/>',
    "globe": '<circle cx="12" cy="12" r="9.5"/><path d="M2.5 12h19M12 2.5c3 3 4 6 4 9.5s-1 6.5-4 9.5c-3-3-4-6-4-9.5s1-6.5 4-9.5z"/>',
    "home": '<path d="M3.5 11.5L12 4l8.5 7.5M6 10v10h12V10"/>',
    "info": '<circle cx="12" cy="12" r="9.5"/><path d="M12 11v6M12 7.5h.01"/>',
    "key": '<circle cx="8" cy="15.5" r="4.5"/><path d="M11.5 12.5L20 4M16.5 7.5l3 3M13.5 10.5l2 2"/>',
    "left": '<path d="M14.5 5.5L8 12l6.5 6.5"/>',
    "list": '<path d="M8.5 6H20.5M8.5 12H20.5M8.5 18H20.5M4 6h.01M4 12h.01M4 18h.01"/>',
    "lock": '<path d="M5 11h14v9.5H5zM8 11V8a4 4 0 018 0v3"/>',
    "mail": '<path d="M3 5.5h18v13H3zM3 6.5l9 6.5 9-6.5"/>',
    "map": '<path d="M3 6l6-2.5 6 2.5 6-2.5v14.5l-6 2.5-6-2.5-6 2.5zM9 3.5V18M15 6v14.5"/>',
    "minus": '<path d="M5 12h14"/>',
    "offline": '<path d="M3 3l18 18M5 12.5a10 10 0 013.5-2.2M2 9a15 15 0 013.5-2.3M12 6a15 15 0 0110 3.5M8.5 16a5 5 0 017 0M12 20h.01M14.5 10.4a10 10 0 014.5 2.4"/>',
    "out": '<path d="M10 4H4.5v16H10M10 12h10.5M16 7.5l4.5 4.5-4.5 4.5"/>',
    "pencil": '<path d="M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19z"/>',
    "people": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.4-4 3-6 6.5-6s6.1 2 6.5 6M15.5 4.8a3.5 3.5 0 010 6.4M18 14.6c2 .9 3.2 2.7 3.5 5.4"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.5-4.5 3.5-6.5 7.5-6.5s7 2 7.5 6.5"/>',
    "phone": '<path d="M6 3h3.5l1.5 5-2.2 1.6a13 13 0 005.6 5.6L16 13l5 1.5V18a3 3 0 01-3 3A15 15 0 013 6a3 3 0 013-3z"/>',
    "pin": '<path d="M12 21.5c4.5-4.8 7-8.4 7-11.5a7 7 0 10-14 0c0 3.1 2.5 6.7 7 11.5z"/><circle cx="12" cy="10" r="2.5"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "print": '<path d="M7 8V3.5h10V8M7 17H4V8.5h16V17h-3M7 14h10v6.5H7z"/>',
    "qr": '<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5M20 14v3M14 20h2.5M20 20h-.01"/>',
    "right": '<path d="M9.5 5.5L16 12l-6.5 6.5"/>',
    "save": '<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4 20h16"/>',
    "scan": '<path d="M3.5 8V4.5H7M17 4.5h3.5V8M20.5 16v3.5H17M7 19.5H3.5V16M3.5 12h17"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
    "send": '<path d="M3.5 11.5L21 3.5l-6 17-3.5-7.5zM11.5 13L21 3.5"/>',
    "shield": '<path d="M12 2.5c3 2 6.5 3 10 3.2v7c0 5-4 8.5-10 10-6-1.5-10-5-10-10v-7c3.5-.2 7-1.2 10-3.2z"/>',
    "stop": '<path d="M8 2.5h8l5.5 5.5v8L16 21.5H8L2.5 16V8z"/><path d="M7.5 12h9"/>',
    "swap": '<path d="M4 8.5h15M15 4.5l4 4-4 4M20 15.5H5M9 11.5l-4 4 4 4"/>',
    "sync": '<path d="M4 12a8 8 0 0113.5-5.8L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 01-13.5 5.8L4 15.5M4 20v-4.5h4.5"/>',
    "syringe": '<path d="M14.5 3.5l6 6M17.5 6.5l-3 3M18 12l-6-6-7.5 7.5V17l2.5 2.5h3.5L18 12zM5.7 18.3L2.5 21.5M9 9l2 2M7 11.5l2 2"/>',
    "talk": '<path d="M3.5 5h17v11.5H11L6.5 20.5v-4h-3z"/>',
    "therm": '<path d="M9.5 13.5V5a2.5 2.5 0 015 0v8.5a4.5 4.5 0 11-5 0zM12 9v8"/>',
    "tick": '<path d="M4.5 12.5l5 5L19.5 7"/>',
    "truck": '<path d="M2.5 6h11v11h-11zM13.5 10h4.5l3.5 3.5V17h-8M7 19.5a1.8 1.8 0 100-3.6 1.8 1.8 0 000 3.6zM17.5 19.5a1.8 1.8 0 100-3.6 1.8 1.8 0 000 3.6z"/>',
    "undo": '<path d="M8.5 5L4 9.5 8.5 14M4.5 9.5H14a5.5 5.5 0 010 11h-3"/>',
    "up": '<path d="M5.5 15.5L12 9l6.5 6.5"/>',
    "upload": '<path d="M12 15V4M7.5 8.5L12 4l4.5 4.5M4 20h16"/>',
    "vial": '<path d="M8.5 3h7M9.5 3v4l-2 2v12h9V9l-2-2V3M7.5 13h9"/>',
    "warn": '<path d="M12 3.5l9.5 17h-19z"/><path d="M12 10v4.5M12 17.5h.01"/>',
    "x": '<path d="M5.5 5.5l13 13M18.5 5.5l-13 13"/>',
}  # fmt: skip
SHIELD = "M18 1.5C22.5 4.6 28 6.2 34 6.4V19c0 9.5-6.5 16.3-16 19.8C8.5 35.3 2 28.5 2 19V6.4c6-.2 11.5-1.8 16-4.9z"
BUD = "M18 9.8c3 3.9 4.7 7.2 4.7 10.5 0 3.9-1.9 7-4.7 8.9-2.8-1.9-4.7-5-4.7-8.9 0-3.3 1.7-6.6 4.7-10.5z"
LEAVES = (
    "M6.8 17.3c1.8-.2 3.4.1 4.7.8-.1.7-.2 1.5-.2 2.2 0 4 1.8 7.3 4.7 9.6-5.7-.6-9.7-5.4-9.2-12.6z"
    "M29.2 17.3c-1.8-.2-3.4.1-4.7.8.1.7.2 1.5.2 2.2 0 4-1.8 7.3-4.7 9.6 5.7-.6 9.7-5.4 9.2-12.6z"
)
MARKS = {  # shield, bud, leaves: on white, on the dark line of a desk, on teal
    "teal": ("#00605b", "#fff", "#9bd8ce"),
    "dark": ("#9bd8ce", "#00423e", "#14212b"),
    "white": ("#fff", "#00605b", "#2c8c84"),
}
PLACE = "<!--kh:sprite-->"
_USE = re.compile(r'<use href="#i-([a-z]+)"/>')


def icon(name: str, css: str = "", title: str = "") -> Markup:
    """A pictogram beside its word; with `title` it speaks for itself."""
    if not title:
        return _beside(name, css)
    return _drawn(name, css, Markup('role="img" aria-label="{}"').format(title))


@cache
def _beside(name: str, css: str) -> Markup:
    return _drawn(name, css, Markup('aria-hidden="true"'))


def _drawn(name: str, css: str, voice: Markup) -> Markup:
    if name not in ICONS:
        raise KeyError(f"no icon {name}")
    return Markup('<svg class="{}" {} focusable="false"><use href="#i-{}"/></svg>').format(f"kh-icon {css}".strip(), voice, name)


def dress(html: str) -> str:
    """Give a page the sprite of the symbols it uses; a fragment carries its drawings itself."""
    if PLACE not in html:
        return _USE.sub(lambda m: f'<svg viewBox="0 0 24 24">{ICONS[m[1]]}</svg>', html)
    used = sorted(set(_USE.findall(html)))
    symbols = "".join(f'<symbol id="i-{name}" viewBox="0 0 24 24">{ICONS[name]}</symbol>' for name in used)
    return html.replace(PLACE, f'<svg class="kh-hide" aria-hidden="true" focusable="false">{symbols}</svg>', 1)


@cache
def mark(css: str = "kh-brand__mark", tone: str = "teal") -> Markup:
    """The shield that is also a lotus bud."""
    shield, bud, leaves = MARKS[tone]
    return Markup(  # noqa: S704 (our own drawing; what comes in is escaped)
        f'<svg class="{escape(css)}" viewBox="0 0 36 40" aria-hidden="true" focusable="false">'
        f'<path fill="{shield}" d="{SHIELD}"/><path fill="{bud}" d="{BUD}"/><path fill="{leaves}" d="{LEAVES}"/></svg>'
    )


@cache
def art(css: str, x: int, y: int, first: float, step: float, count: int, box: str = "0 0 460 360") -> Markup:
    """Concentric shields, the only ornament: on the first task, the done panel, the certificate card."""
    rings = "".join(
        f'<path d="{SHIELD}" transform="translate({x} {y}) scale({first + step * n:.2f}) translate(-18 -19)"'
        f' opacity="{0.34 * (1 - 0.9 * n / count):.3f}" vector-effect="non-scaling-stroke"/>'
        for n in range(count)
    )
    return Markup(  # noqa: S704 (our own drawing; what comes in is escaped)
        f'<svg class="{escape(css)}" viewBox="{escape(box)}" preserveAspectRatio="xMaxYMin slice" aria-hidden="true"'
        f' focusable="false" fill="none" stroke="currentColor" stroke-width="1.5">{rings}</svg>'
    )
