"""docs/pages.md: every page, who stands there, its pictures; and the addresses that are no page, each with its reason."""

from collections.abc import Iterator
from pathlib import Path

from tests.house.routes import Route, routes
from tests.pictures import unpictured
from tests.pictures.taking import WIDTHS
from tests.pictures.tour import VISITS

DOCS = Path(__file__).resolve().parents[2] / "docs"
SURFACES = {"portal": "Portal", "so": "Health book", "diem": "The point", "dieu-phoi": "Command", "mcc": "Response centre"}
HEAD = """# Every page
Drawn by `bin/dev pictures` of the demo, in Vietnamese at 360 and 1280 px (links lead to the pictures; "dark" is the health book's dark mode).
Each page has its English twin at the same address. People, numbers and phones are invented.
"""


def files() -> Iterator[str]:
    """Every picture that there should be, below docs/pictures."""
    for visit in VISITS:
        for stop in visit.stops:
            for mark in ("", "-toi") if stop.dark else ("",):
                for width in WIDTHS:
                    yield f"{visit.surface}/{stop.name}{mark}-{width}.webp"


def text() -> str:
    """The page itself."""
    known = {route.name: route for route in routes()}
    parts = [HEAD]
    for surface, title in SURFACES.items():
        parts.append(f"\n## {title}\n| address | what | who | pictures |\n|---|---|---|---|\n")
        for visit in VISITS:
            for stop in visit.stops if visit.surface == surface else ():
                links = [f"[{width}](pictures/{surface}/{stop.name}-{width}.webp)" for width in WIDTHS]
                if stop.dark:
                    links.append(f"[dark](pictures/{surface}/{stop.name}-toi-360.webp)")
                parts.append(f"| `{_address(known[stop.route])}` | {stop.tells} | {visit.who} | {' '.join(links)} |\n")
    parts.append("\n## Addresses without a picture\n| address | why |\n|---|---|\n")
    for name, why in unpictured.REASONS.items():
        if name in known:
            parts.append(f"| `{_address(known[name])}` | {why} |\n")
    return "".join(parts)


def _address(route: Route) -> str:
    return "/" + route.pattern.replace("|", "\\|")


def write() -> None:
    """Write docs/pages.md."""
    (DOCS / "pages.md").write_text(text(), encoding="utf-8")
