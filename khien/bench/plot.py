"""`python -m khien.bench.plot OUT.svg 1000=a.json 100000=b.json ...`: lists and boards at several sizes beside each other, as one drawing."""

import json
import sys
from html import escape
from pathlib import Path
from typing import Any

COLOURS = ("#7fb5ad", "#1d7a6f", "#0b3f3a")
LEFT, ROW, BAR, WIDTH, HEAD = 190, 34, 8, 860, 70


def main(argv: list[str]) -> int:
    """Read the benches' JSON and write the drawing."""
    out, *told = argv
    series = [(name, _medians(json.loads(Path(path).read_text()))) for name, _eq, path in (one.partition("=") for one in told)]
    Path(out).write_text(draw(series))
    return 0


def _medians(lines: list[dict[str, Any]]) -> dict[str, float]:
    return {line["name"]: float(line["p50_ms"]) for line in lines}


def draw(series: list[tuple[str, dict[str, float]]]) -> str:
    """The drawing: one row for each page, a bar for each size, milliseconds at its end."""
    names = list(series[-1][1])
    most = max((value for _name, values in series for value in values.values()), default=1.0)
    scale = (WIDTH - LEFT - 70) / most
    height = HEAD + ROW * len(names) + 30
    title = "Milliseconds of one call, by people in the database"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-label="{title}" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#12312e">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/><text x="12" y="24" font-size="15" font-weight="600">{title}</text>',
    ]
    for place, (name, _values) in enumerate(series):
        x = LEFT + place * 150
        parts.append(f'<rect x="{x}" y="38" width="14" height="10" fill="{_colour(place, series)}"/><text x="{x + 20}" y="48">{escape(name)}</text>')
    for row, page in enumerate(names):
        top = HEAD + row * ROW
        parts.append(f'<text x="{LEFT - 10}" y="{top + 18}" text-anchor="end">{escape(page)}</text>')
        for place, (_name, values) in enumerate(series):
            if page not in values:
                continue
            y, length = top + 2 + place * (BAR + 1), max(values[page] * scale, 1)
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{_colour(place, series)}"/>')
            parts.append(f'<text x="{LEFT + length + 5:.1f}" y="{y + BAR}" font-size="9">{values[page]:,.0f}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _colour(place: int, series: list[tuple[str, dict[str, float]]]) -> str:
    return COLOURS[place + max(len(COLOURS) - len(series), 0)] if len(series) <= len(COLOURS) else COLOURS[place % len(COLOURS)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
