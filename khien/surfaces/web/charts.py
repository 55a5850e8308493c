"""Bars and lines drawn on the server as SVG: no script, no style attribute; the words beside them carry the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from khien.surfaces.web import say
from khien.surfaces.web.locale import lang

TONES = ("", "wait", "stop")


def _unit(value: float) -> float:
    return max(0.0, min(1.0, value))


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _svg(css: str, box: str, inner: str, *, label: str = "", extra: str = "") -> Markup:
    voice = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(f'<svg class="{css}" viewBox="{box}" {extra} {voice}>{inner}</svg>')  # noqa: S704 (texts escaped by callers)


def bar(share: float | None, *, plan: float | None = None, tone: str = "") -> Markup:
    """A bar of a share between 0 and 1; the black tick `plan` is where we should be by now. The number stands beside it."""
    return stacked([share or 0.0], plan=plan, tone=tone)


def stacked(parts: Sequence[float], *, plan: float | None = None, tone: str = "") -> Markup:
    """One bar of several shares, dark to light, with the plan's tick."""
    x, inner = 0.0, '<rect class="kh-bar__bed" y="2" width="100" height="6"/>'
    for number, part in enumerate(parts):
        width = min(_unit(part) * 100, 100 - x)
        css = "kh-bar__fill" if len(parts) == 1 else f"kh-bar__{min(number + 1, 4)}"
        inner += f'<rect class="{css}" x="{_n(x)}" y="2" width="{_n(width)}" height="6"/>'
        x += width
    if plan is not None:
        inner += f'<rect class="kh-bar__plan" x="{_n(min(99.0, _unit(plan) * 100))}" width="1" height="10"/>'
    css = f"kh-bar kh-bar--{tone}" if tone in TONES[1:] else "kh-bar"
    return _svg(css, "0 0 100 10", inner, extra='preserveAspectRatio="none"')


def keys(words: Sequence[str]) -> Markup:
    """The legend of a stacked bar, in the order of its parts."""
    items = Markup("").join(
        Markup(
            '<li><svg viewBox="0 0 16 12" aria-hidden="true"><rect class="kh-bar__{}" width="16" height="12"/></svg>{}</li>'
        ).format(min(number, 4), word)
        for number, word in enumerate(words, start=1)
    )
    return Markup('<ul class="kh-key-list">{}</ul>').format(items)


@dataclass(frozen=True)
class Line:
    """One line of a bar list: name, share of the longest bar or of the whole, the words of its value, and where it leads."""

    name: str
    share: float | None
    text: str
    href: str = ""
    plan: float | None = None
    tone: str = ""


def bars(lines: Sequence[Line]) -> Markup:
    """A list of names, bars and values; readable as a list without the drawing."""
    rows = []
    for line in lines:
        name = Markup('<a href="{}">{}</a>').format(line.href, line.name) if line.href else escape(line.name)
        drawn = bar(line.share, plan=line.plan, tone=line.tone)
        rows.append(Markup("<div><dt>{}</dt><dd>{}<b>{}</b></dd></div>").format(name, drawn, line.text))
    return Markup('<dl class="kh-bars">{}</dl>').format(Markup("").join(rows))


def spark(values: Sequence[float], *, label: str = "", width: int = 132, height: int = 36) -> Markup:
    """A small line of the last days; its last value is a dot. Without a label it is silent (the number stands beside it)."""
    points = _points(values, width - 4, height - 4, low=min(values, default=0), high=max(values, default=1))
    if not points:
        return Markup("")
    line = " ".join(f"{_n(x + 2)},{_n(y + 2)}" for x, y in points)
    last = points[-1]
    inner = f'<polyline points="{line}"/><circle cx="{_n(last[0] + 2)}" cy="{_n(last[1] + 2)}" r="2.5"/>'
    return _svg("kh-spark", f"0 0 {width} {height}", inner, label=label, extra=f'width="{width}" height="{height}"')


def _points(values: Sequence[float], width: float, height: float, *, low: float, high: float) -> list[tuple[float, float]]:
    span, step = (high - low) or 1, width / max(1, len(values) - 1)
    return [(number * step, height - (value - low) / span * height) for number, value in enumerate(values)]


def _top(values: Sequence[float]) -> float:
    """The next round number above the highest value: 1, 2 or 5 times a power of ten."""
    high, size = max([*values, 1]), 1.0
    while size * 10 <= high:
        size *= 10
    return next(size * step for step in (1, 1.5, 2, 3, 5, 8, 10) if size * step >= high)


def _short(value: float) -> str:
    if value >= 1_000_000:
        return _("%(n)s triệu") % {"n": say.thousands(value / 1_000_000, lang(), 0 if value % 1_000_000 == 0 else 1)}
    if value >= 10_000:
        return _("%(n)s nghìn") % {"n": say.thousands(value / 1000, lang(), 0 if value % 1000 == 0 else 1)}
    return say.thousands(value, lang(), 0 if float(value).is_integer() else 1)


def _frame(top: float) -> str:
    grid = '<path class="kh-chart__grid" d="M0 18H400M0 104H400M0 190H400"/>'
    return grid + f'<text class="kh-chart__y" x="0" y="13">{escape(_short(top))}</text>'


def _ticks(labels: Sequence[str], step: float, start: float) -> str:
    every = max(1, -(-len(labels) // 8))
    return "".join(
        f'<text x="{_n(start + number * step)}" y="208">{escape(text)}</text>'
        for number, text in enumerate(labels)
        if number % every == 0
    )


def columns(
    values: Sequence[float],
    labels: Sequence[str],
    *,
    label: str,
    plan: float | None = None,
    now: int | None = None,
    tones: Sequence[str] = (),
) -> Markup:
    """Columns by day or hour; `now` is the one still growing (lighter), `plan` a dashed line, `tones` colour single columns."""
    top = _top([*values, plan or 0])
    step = 400 / max(1, len(values))
    width = step * 0.8
    inner = _frame(top)
    for number, value in enumerate(values):
        tone = "now" if number == now else (tones[number] if number < len(tones) else "")
        css = "kh-chart__bar" + (f" kh-chart__bar--{tone}" if tone else "")
        high = value / top * 172
        title = escape(f"{labels[number]}: {say.thousands(value, lang())}")
        inner += (
            f'<rect class="{css}" x="{_n(number * step + (step - width) / 2)}" y="{_n(190 - high)}" width="{_n(width)}"'
            f' height="{_n(high)}" rx="2"><title>{title}</title></rect>'
        )
    if plan is not None:
        inner += f'<path class="kh-chart__plan" d="M0 {_n(190 - plan / top * 172)}H400"/>'
    return _svg("kh-chart", "0 0 400 214", inner + _ticks(labels, step, step / 2), label=label)


def lines(series: Sequence[Sequence[float]], labels: Sequence[str], *, label: str, area: bool = False) -> Markup:
    """One or two lines over time; `area` fills under the first."""
    top = _top([value for values in series for value in values])
    inner, step = _frame(top), 392 / max(1, len(labels) - 1)
    for number, values in enumerate(series):
        points = [(x + 4, y + 18) for x, y in _points(values, step * max(1, len(values) - 1), 172, low=0, high=top)]
        path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        if area and number == 0 and points:
            inner += f'<path class="kh-chart__area" d="{path}L{_n(points[-1][0])} 190L4 190z"/>'
        css = "kh-chart__line" + (f" kh-chart__line--{number + 1}" if number else "")
        inner += f'<path class="{css}" d="{path}"/>'
        if points:
            inner += f'<circle class="kh-chart__dot" cx="{_n(points[-1][0])}" cy="{_n(points[-1][1])}" r="3"/>'
    return _svg("kh-chart", "0 0 400 214", inner + _ticks(labels, step, 4), label=label)


def hours(values: Sequence[float], *, first: int, label: str, now: int | None = None, plan: float | None = None) -> Markup:
    """Columns by the hour from `first` on; `now` is the hour that is running."""
    running = None if now is None else now - first
    return columns(values, [f"{first + n}h" for n in range(len(values))], label=label, plan=plan, now=running)
