"""Draw tables of states as Mermaid text, the same text for the same table, so that docs can be compared with code.

A room's `states.py` holds `NEXT` (and may hold `START`, `LABELS`, or several tables in `CHARTS`); `bin/dev states` writes
docs/states, and a house test compares.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
DOCS = PACKAGE.parent / "docs" / "states"
Table = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing: its title, the moves, where it begins, and labels in Vietnamese and English."""

    title: str
    table: Table
    start: str | None = None
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    about: str = ""


def mermaid(chart: Chart) -> str:
    """A state diagram: states in the table's order, moves sorted by it; a state without moves is an end."""
    order = list(dict.fromkeys([*chart.table, *(after for moves in chart.table.values() for after in sorted(moves))]))
    rank = {state: place for place, state in enumerate(order)}
    lines = ["stateDiagram-v2"]
    for state in order:
        vi, en = chart.labels.get(state, ("", ""))
        lines.append(f"    {state!s}: {f'{vi} / {en}' if vi else state!s}")
    if chart.start is not None:
        lines.append(f"    [*] --> {chart.start!s}")
    for state in order:
        moves = sorted(chart.table.get(state, ()), key=lambda after: rank[after])
        lines += [f"    {state!s} --> {after!s}" for after in moves] or [f"    {state!s} --> [*]"]
    return "\n".join(lines) + "\n"


def page(charts: Collection[Chart]) -> str:
    """A Markdown page of one room's drawings."""
    parts = ["<!-- Drawn from code by bin/dev states. -->\n"]
    for chart in charts:
        about = f"{chart.about}\n\n" if chart.about else ""
        parts.append(f"# {chart.title}\n\n{about}```mermaid\n{mermaid(chart)}```\n")
    return "\n".join(parts)


def rooms() -> Iterator[tuple[str, list[Chart]]]:
    """Every room that keeps its states as data, with its charts, by name."""
    for path in sorted(PACKAGE.glob("*/states.py")):
        room = path.parent.name
        module = importlib.import_module(f"{PACKAGE.name}.{room}.states")
        charts = getattr(module, "CHARTS", None)
        if charts is None:
            title = getattr(module, "TITLE", room.capitalize())
            charts = [Chart(title, module.NEXT, getattr(module, "START", None), getattr(module, "LABELS", {}))]
        yield room, list(charts)


def pages() -> dict[Path, str]:
    """What docs/states should hold."""
    return {DOCS / f"{room}.md": page(charts) for room, charts in rooms()}


def main() -> None:
    """Write docs/states."""
    DOCS.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
