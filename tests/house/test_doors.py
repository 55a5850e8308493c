"""Doors: who may enter which room, by what; checked by import-linter's contracts and by reading every import."""

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "khien"
# The doors of every room, and those that one room has besides.
DOORS = {"actions", "queries", "types", "rules", "events", "states"}
MORE_DOORS = {
    "booking": {"offers"},
    "access": {"permissions", "roles", "devices", "commands"},
    "campaigns": {"rulebook", "book_types"},
    "immunizations": {"due"},
    "certificates": {"verify", "command", "qr", "picture"},
    "interchange": {"e2b", "exports", "lists", "sheets"},
    "registration": {"sending"},
    "rehearsal": {"invariants"},
    "safety": {"core"},
    "visits": {"arrivals", "bodies", "checklist", "commands", "evidence", "offline", "telling", "views"},
}
OPEN = {"kernel", "plumbing"}
# Synthetic crowds of a million are written by COPY, table by table, for the bench and the rehearsal only.
BESIDE_THE_HOUSE = {"synthetic", "demo", "config", "bench", "rehearsal", "practice"}
PURE = {"rules", "types", "events"}
STANDARD = set(sys.stdlib_module_names)


def modules() -> Iterator[tuple[Path, str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.relative_to(PACKAGE).parts[0], ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that this one imports, in full ("khien.people.queries"); names imported from a room's package too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module.startswith("khien.") and node.module.count(".") == 1:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def test_layers_and_surfaces_keep_the_contracts():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_rooms_enter_each_other_by_their_doors_only():
    by_the_window = []
    for path, room, tree in modules():
        for name in imported(tree):
            parts = name.split(".")
            if (
                parts[0] != "khien"
                or len(parts) < 3
                or room in BESIDE_THE_HOUSE
                or parts[1] in OPEN | BESIDE_THE_HOUSE | {room, "surfaces"}
            ):
                continue
            if parts[2] not in DOORS | MORE_DOORS.get(parts[1], set()):
                by_the_window.append(f"{path.relative_to(ROOT)}: {name}")
    assert not by_the_window


def test_no_surface_knows_a_table():
    knowing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, room, tree in modules()
        if room == "surfaces"
        for name in imported(tree)
        if name.endswith(".models")
        or name.startswith("django.db.models")
        or (name == "django.db" and path.name != "middleware.py")
    ]
    assert not knowing


def test_kernel_rules_types_and_events_need_the_standard_library_only():
    wrong = []
    for path, room, tree in modules():
        if room != "kernel" and (path.stem not in PURE or room in {"surfaces", "plumbing"}):
            continue
        for name in imported(tree):
            if name.split(".")[0] not in STANDARD | {"khien"}:
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert not wrong


def test_rooms_take_their_moment_from_the_caller():
    """No clock in a room's own code: it comes in as an argument."""
    asking = []
    for path, room, tree in modules():
        if room in BESIDE_THE_HOUSE | {"surfaces", "plumbing", "__main__.py"} or {
            "commands",
            "command",
            "clock",
            "providers",
        } & set(path.with_suffix("").parts):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"now", "today", "utcnow"}
            ):
                value = node.func.value
                if isinstance(value, ast.Name) and value.id in {"clock", "datetime", "date", "timezone"}:
                    asking.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not asking


def listed_functions() -> dict[str, int]:
    """Every function that the one list names, with how many arguments it is given."""
    from khien.config import subscriptions as listed

    found = {path: 2 for paths in listed.SUBSCRIPTIONS.values() for path in paths}
    found |= dict.fromkeys(listed.JOBS.values(), 3)
    found |= dict.fromkeys(getattr(listed, "PERIODIC", {}), 1)
    return found


def test_whoever_is_listed_to_hear_an_event_can_hear_it():
    deaf = []
    for path, arguments in listed_functions().items():
        module, name = path.rsplit(".", 1)
        function = getattr(importlib.import_module(f"khien.{module}"), name, None)
        if function is None:
            deaf.append(f"{path}: not there")
            continue
        parameters = inspect.signature(function).parameters.values()
        needed = [p for p in parameters if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        if len(needed) != arguments and not any(p.kind is p.VAR_POSITIONAL for p in parameters):
            deaf.append(f"{path}: takes {len(needed)} of {arguments}")
    assert not deaf
