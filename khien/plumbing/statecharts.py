"""Draw a table of states as Mermaid text, the same text for the same table, so that docs can be compared with code."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def mermaid(table: Mapping[str, Collection[str]], *, start: str | None = None,
            labels: Mapping[str, tuple[str, str]] | None = None) -> str:
    """A state diagram: states in the table's order, moves sorted by it; a state without moves is an end."""
    order = list(dict.fromkeys([*table, *(after for moves in table.values() for after in sorted(moves))]))
    rank = {state: place for place, state in enumerate(order)}
    lines = ["stateDiagram-v2"]
    for state in order:
        vi, en = (labels or {}).get(state, ("", ""))
        lines.append(f"    {_name(state)}: {vi} / {en}" if vi else f"    {_name(state)}: {_name(state)}")
    if start is not None:
        lines.append(f"    [*] --> {_name(start)}")
    for state in order:
        moves = sorted(table.get(state, ()), key=lambda after: rank[after])
        lines += [f"    {_name(state)} --> {_name(after)}" for after in moves]
        if not moves:
            lines.append(f"    {_name(state)} --> [*]")
    return "\n".join(lines) + "\n"


def page(title: str, about: str, table: Mapping[str, Collection[str]], *, start: str | None = None,
         labels: Mapping[str, tuple[str, str]] | None = None) -> str:
    """A Markdown page with the drawing; written to docs/states and compared in the tests."""
    return f"# {title}\n\n{about}\n\n```mermaid\n{mermaid(table, start=start, labels=labels)}```\n"


def _name(state: str) -> str:
    """The state's plain name (of a StrEnum, its value)."""
    return str(state)
