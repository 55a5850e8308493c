"""A line of temperatures in SVG: the range as a band, what lies outside it marked; no script."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from khien.kernel import clock

WIDTH, HEIGHT, LEFT, BOTTOM = 640.0, 200.0, 40.0, 24.0
Reading = tuple[datetime, int]


def line(readings: Sequence[Reading], *, low: float, high: float, since: datetime, until: datetime, label: str) -> Markup:
    """The readings (tenths of a degree) between two moments, drawn wide with its axes."""
    bottom, top = _range(readings, low, high)
    span = (until - since).total_seconds() or 1

    def x(at: datetime) -> float:
        return LEFT + (at - since).total_seconds() / span * (WIDTH - LEFT - 4)

    def y(celsius: float) -> float:
        return 6 + (top - celsius) / (top - bottom) * (HEIGHT - BOTTOM - 6)

    inner = f'<rect class="kh-temp__band" x="{LEFT:.0f}" y="{y(high):.1f}" width="{WIDTH - LEFT - 4:.0f}" height="{y(low) - y(high):.1f}"/>'
    for mark in (low, high, bottom, top):
        inner += f'<text class="kh-temp__scale" x="{LEFT - 6:.0f}" y="{y(mark) + 4:.1f}">{_degrees(mark)}</text>'
    inner += _hours(since, until, x)
    inner += _strokes([(x(at), y(value / 10), value / 10 > high or value / 10 < low) for at, value in readings], gap=WIDTH / 24)
    return Markup(f'<svg class="kh-temp" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{escape(label)}">{inner}</svg>')  # noqa: S704


def spark(readings: Sequence[Reading], *, low: float, high: float, since: datetime, until: datetime) -> Markup:
    """The same, small and silent (the number stands beside it)."""
    bottom, top = _range(readings, low, high)
    span = (until - since).total_seconds() or 1
    points = [(((at - since).total_seconds() / span) * 158 + 1, 2 + (top - value / 10) / (top - bottom) * 32, value / 10 > high or value / 10 < low) for at, value in readings]
    upper, lower = 2 + (top - high) / (top - bottom) * 32, 2 + (top - low) / (top - bottom) * 32
    band = f'<rect class="kh-temp__band" x="0" y="{upper:.1f}" width="160" height="{lower - upper:.1f}"/>'
    return Markup(f'<svg class="kh-temp kh-temp--small" viewBox="0 0 160 36" width="160" height="36" aria-hidden="true">{band}{_strokes(points, gap=12)}</svg>')  # noqa: S704


def _range(readings: Sequence[Reading], low: float, high: float) -> tuple[float, float]:
    values = [value / 10 for _, value in readings] + [low, high]
    room = max(1.0, (max(values) - min(values)) * 0.08)
    return min(values) - room, max(values) + room


def _strokes(points: Sequence[tuple[float, float, bool]], *, gap: float) -> str:
    """Pieces of line by whether they are outside; a silence leaves a gap."""
    found, piece, outside = "", [], False
    for x, y, now in points:
        if piece and (now != outside or x - piece[-1][0] > gap):
            found += _stroke(piece, outside)
            piece = [piece[-1]] if x - piece[-1][0] <= gap else []
        outside = now
        piece.append((x, y))
    return found + _stroke(piece, outside)


def _stroke(piece: Sequence[tuple[float, float]], outside: bool) -> str:
    if not piece:
        return ""
    css = "kh-temp__line kh-temp__line--out" if outside else "kh-temp__line"
    if len(piece) == 1:
        return f'<circle class="{css}" cx="{piece[0][0]:.1f}" cy="{piece[0][1]:.1f}" r="1.5"/>'
    return f'<polyline class="{css}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in piece)}"/>'


def _hours(since: datetime, until: datetime, x: object) -> str:
    step = timedelta(hours=6) if until - since <= timedelta(days=2) else timedelta(days=1)
    at = clock.local(since).replace(minute=0, second=0, microsecond=0)
    at += timedelta(hours=(-at.hour) % max(1, int(step.total_seconds() // 3600)))
    found = ""
    while at < until:
        if at > since:
            place = x(at)  # type: ignore[operator]
            words = f"{at:%H:%M}" if step < timedelta(days=1) else f"{at:%d/%m}"
            found += f'<line class="kh-temp__tick" x1="{place:.1f}" x2="{place:.1f}" y1="6" y2="{HEIGHT - BOTTOM:.0f}"/>'
            found += f'<text class="kh-temp__hour" x="{place:.1f}" y="{HEIGHT - 6:.0f}">{words}</text>'
        at += step
    return found


def _degrees(value: float) -> str:
    return f"{value:.0f}°" if value == round(value) else f"{value:.1f}°".replace(".", ",")
