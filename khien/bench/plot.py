"""`python -m khien.bench.plot OUT.svg 1000=a.json 100000=b.json ...`: lists and boards at several sizes beside each other, as one drawing."""

import json
import math
import sys
from html import escape
from pathlib import Path
from typing import Any

COLOURS = ("#8fc1b9", "#d98a2b", "#0b3f3a")
LEFT, ROW, WIDTH, HEAD = 190, 24, 860, 84
GRID = (3, 10, 30, 100, 300, 1_000, 3_000)  # milliseconds, on a scale of powers


def main(argv: list[str]) -> int:
    """Read the benches' JSON and write the drawing."""
    out, *told = argv
    series = [(name, _worked(json.loads(Path(path).read_text()))) for name, _eq, path in (one.partition("=") for one in told)]
    Path(out).write_text(draw(series))
    return 0


def _worked(lines: list[dict[str, Any]]) -> dict[str, float]:
    return {line["name"]: float(line["cpu_us"]) / 1e3 for line in lines}


def draw(series: list[tuple[str, dict[str, float]]]) -> str:
    """The drawing: one row for each page, a dot for each size; milliseconds on a scale of powers, those of the largest size in figures."""
    names = list(series[-1][1])
    foot = HEAD + ROW * len(names)
    title = "Milliseconds of processor (Python and PostgreSQL) of one call, by people in the database"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {foot + 16}" width="{WIDTH}" height="{foot + 16}" role="img" aria-label="{title}" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#12312e">',
        f'<rect width="{WIDTH}" height="{foot + 16}" fill="#fff"/><text x="12" y="24" font-size="15" font-weight="600">{title}</text>',
    ]
    for place, (name, _values) in enumerate(series):
        x = LEFT + place * 150
        parts.append(f'<circle cx="{x + 6}" cy="43" r="5" fill="{COLOURS[place % 3]}"/><text x="{x + 18}" y="47">{escape(name)}</text>')
    for told in GRID:
        x = _x(told)
        parts.append(f'<line x1="{x:.1f}" y1="{HEAD - 8}" x2="{x:.1f}" y2="{foot}" stroke="#d5dedc"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEAD - 14}" text-anchor="middle" font-size="10">{told:,}</text>')
    for row, page in enumerate(names):
        y = HEAD + row * ROW + 10
        parts.append(f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(page)}</text>')
        known = [values[page] for _name, values in series if page in values]
        parts.append(f'<line x1="{_x(min(known)):.1f}" y1="{y}" x2="{_x(max(known)):.1f}" y2="{y}" stroke="#8a9a97"/>')
        for place, (_name, values) in enumerate(series):
            if page in values:
                parts.append(f'<circle cx="{_x(values[page]):.1f}" cy="{y}" r="5" fill="{COLOURS[place % 3]}"/>')
        parts.append(f'<text x="{WIDTH - 12}" y="{y + 4}" text-anchor="end" font-size="10">{known[-1]:,.0f}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(milliseconds: float) -> float:
    """Where so many milliseconds stand."""
    least, most = math.log10(GRID[0]), math.log10(GRID[-1])
    share = (math.log10(min(max(milliseconds, GRID[0]), GRID[-1])) - least) / (most - least)
    return LEFT + share * (WIDTH - LEFT - 60)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
