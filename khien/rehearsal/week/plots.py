"""Drawings of the score sheet: inline SVG, no script, readable when printed grey. Pure."""

from collections.abc import Mapping, Sequence
from html import escape

HOURS = range(7, 18)
WIDTH, HEIGHT = 260, 96


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _told(value: float) -> str:
    """A number as Viet Nam writes it."""
    return _n(value).replace(".", ",")


def hours(served: Mapping[int, int], *, label: str, top: int) -> str:
    """How many were served in each hour, as bars; `top` is the height of the tallest one of all such drawings."""
    step = WIDTH / len(HOURS)
    bars = []
    for place, hour in enumerate(HOURS):
        count = served.get(hour, 0)
        height = (HEIGHT - 26) * count / max(top, 1)
        x = place * step
        if count:
            bars.append(f'<rect x="{_n(x + 2)}" y="{_n(HEIGHT - 14 - height)}" width="{_n(step - 4)}" height="{_n(height)}"/>')
            bars.append(f'<text class="n" x="{_n(x + step / 2)}" y="{_n(HEIGHT - 17 - height)}">{count}</text>')
        bars.append(f'<text x="{_n(x + step / 2)}" y="{HEIGHT - 2}">{hour}</text>')
    line = f'<path d="M0 {HEIGHT - 13.5}H{WIDTH}"/>'
    return f'<svg class="bars" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">{line}{"".join(bars)}</svg>'


def spread(rows: Sequence[tuple[str, float, float]], *, label: str) -> str:
    """A median and a 95th percentile for each name, as a mark and a line to the end, in minutes."""
    top = max([10.0, *(high for _, _, high in rows)])
    height = 22 * len(rows) + 18
    parts = []
    for place, (name, middle, high) in enumerate(rows):
        y = 14 + place * 22
        left, right = 150 + 300 * middle / top, 150 + 300 * high / top
        parts.append(f'<text x="0" y="{y + 4}">{escape(name)}</text><path class="bed" d="M150 {y}H450"/>')
        parts.append(f'<path class="reach" d="M{_n(left)} {y}H{_n(max(right, left + 0.5))}"/><circle cx="{_n(left)}" cy="{y}" r="5"/>')
        parts.append(f'<text class="n" x="460" y="{y + 4}">{_told(middle)} / {_told(high)}</text>')
    return f'<svg class="spread" viewBox="0 0 540 {height}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def timeline(faults: Sequence[tuple[str, float, float, float | None]], *, label: str) -> str:
    """A day from 7 to 18 o'clock: each fault as a bar, and the time until all was as before as a lighter one (minutes of the day)."""
    height = 22 * len(faults) + 22

    def x(minute: float) -> float:
        return 180 + 450 * min(max((minute - 420) / 660, 0), 1)

    parts = []
    for hour in range(7, 19):
        parts.append(f'<path class="grid" d="M{_n(x(hour * 60))} 4V{height - 16}"/><text class="h" x="{_n(x(hour * 60))}" y="{height - 3}">{hour}</text>')
    for place, (name, begins, ends, recovered) in enumerate(faults):
        y = 6 + place * 22
        parts.append(f'<text x="0" y="{y + 11}">{escape(name)}</text>')
        parts.append(f'<rect class="fault" x="{_n(x(begins))}" y="{y}" width="{_n(max(x(ends) - x(begins), 3))}" height="13"/>')
        if recovered is not None and recovered > ends:
            parts.append(f'<rect class="after" x="{_n(x(ends))}" y="{y}" width="{_n(max(x(recovered) - x(ends), 2))}" height="13"/>')
    return f'<svg class="line" viewBox="0 0 642 {height}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
