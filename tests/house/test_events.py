"""Events carry ids and codes only: never a name, a number, a phone, an address or a birth date."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from khien.config.subscriptions import SUBSCRIPTIONS

PACKAGE = Path(__file__).resolve().parents[2] / "khien"
ENVELOPE = {"at", "key", "delay"}
# What an event may say besides ids: states, codes of reasons, counts, days.
CODES = {
    "also",
    "case_kind", "anaphylaxis", "asked_by", "changed", "channel", "course", "desk", "dose_type", "doses", "end", "evidence", "fields", "handlers", "how", "id", "kept", "kind",
    "last_error", "marks", "on_date", "ordinal", "origin", "outcome", "priority", "purpose", "reason", "return_on", "severity", "state",
    "tier", "type", "urgency", "vaccine", "version", "way", "warning", "first",
}  # fmt: skip
# What was found missing has no verb.
NOT_VERBS = {"stock.shortfall"}
_SQL_OBJECT = re.compile(r"(?:outbox_publish|booking_tell)\(.*?;", re.S)


def published() -> Iterator[tuple[str, str]]:
    """Every key of every event's data, with where it is published."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "publish":
                for keyword in node.keywords:
                    if keyword.arg and keyword.arg not in ENVELOPE:
                        yield f"{path.relative_to(PACKAGE)}:{node.lineno}", keyword.arg
    for path in sorted(PACKAGE.rglob("*.sql")):
        for call in _SQL_OBJECT.findall(path.read_text(encoding="utf-8")):
            for built in re.findall(r"jsonb_build_object\((.*?)\)", call, re.S):
                for key in re.findall(r"(?:^|,)\s*'(\w+)',", built):
                    yield str(path.relative_to(PACKAGE)), key


def plain(key: str) -> bool:
    return key in CODES or key.endswith(("_id", "_ids", "_code"))


def test_events_hold_ids_and_codes_only():
    assert [f"{where}: {key}" for where, key in published() if not plain(key)] == []


def test_the_search_for_events_finds_them():
    found = {key for _, key in published()}
    assert {"visit_id", "person_id", "reaction_id"} <= found


def test_events_are_named_by_their_room_in_the_past_tense():
    rooms = {path.parent.name for path in PACKAGE.glob("*/models.py")}
    for kind in SUBSCRIPTIONS:
        room, name = kind.split(".")
        assert room in rooms, kind
        last = name.split("_")[-1]
        assert last.endswith(("ed", "en", "ne", "de", "wn", "nt")) or kind in NOT_VERBS, kind


def test_every_published_kind_is_in_the_one_list():
    said = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="publish"), args=[ast.Constant(value=kind), *_]):
                    said.add(kind)
    assert said - set(SUBSCRIPTIONS) == set()
