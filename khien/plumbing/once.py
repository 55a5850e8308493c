"""What one page reads is read once; where several rooms tell of the same people, in one statement.

Only while a page is read (`reading`, which the frame opens for GET), or an event heard by who writes nothing that it reads again; any other
write keeps nothing but what it cannot change (`acting`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.base import ModelState

from khien.plumbing import sqlcall

_kept: ContextVar[dict[str, dict[Any, Any]] | None] = ContextVar("khien_once", default=None)
_only: ContextVar[frozenset[str] | None] = ContextVar("khien_once_only", default=None)

# What a command of a desk never changes while it runs: who became whom, which rules are in force, where a point stands.
STANDING = frozenset({"people.current", "people.ids", "campaigns.rules", "places.site"})


@contextmanager
def reading() -> Iterator[None]:
    """Keep what is read for as long as the block lasts; inside another block, as long as that one."""
    if is_reading():
        yield
        return
    token, wide = _kept.set({}), _only.set(None)
    try:
        yield
    finally:
        _kept.reset(token)
        _only.reset(wide)


@contextmanager
def acting() -> Iterator[None]:
    """Keep, for one write, only what it cannot change (STANDING)."""
    token, narrow = _kept.set({}), _only.set(STANDING)
    try:
        yield
    finally:
        _kept.reset(token)
        _only.reset(narrow)


def is_reading() -> bool:
    """Say whether answers are kept now."""
    return _kept.get() is not None and _only.get() is None


def shelf(name: str) -> dict[Any, Any]:
    """The answers kept under this name; outside `reading` an empty shelf that nobody sees again."""
    kept, only = _kept.get(), _only.get()
    return {} if kept is None or (only is not None and name not in only) else kept.setdefault(name, {})


def rows[R](name: str, ids: Iterable[UUID], fetch: Callable[[list[UUID]], Iterable[tuple[UUID, R]]]) -> list[R]:
    """The rows that belong to these ids: those kept, and the others by `fetch`, which gives (id, row) pairs."""
    kept, wanted = shelf(name), list(dict.fromkeys(ids))
    missing = [id for id in wanted if id not in kept]
    if missing:
        kept.update({id: [] for id in missing})
        for owner, row in fetch(missing):
            kept[owner].append(row)
    return [row for id in wanted for row in kept[id]]


def keep(name: str, ids: Iterable[UUID], pairs: Iterable[tuple[UUID, Any]]) -> None:
    """Keep the rows of these ids; who has none has none."""
    kept = shelf(name)
    kept.update({id: [] for id in ids})
    for owner, row in pairs:
        kept[owner].append(row)


@dataclass(frozen=True)
class Part:
    """One room's part of a common read: an expression over `x.ids`, and what keeps its answer (the ids, the JSON read)."""

    sql: str
    keep: Callable[[list[UUID], Any], None]
    params: tuple[Any, ...] = ()


def ask(ids: str, params: Sequence[Any], parts: Sequence[Part]) -> list[UUID]:
    """Read all parts of the people whom the expression `ids` names (uuid[]), in one statement; returns these ids."""
    columns = ", ".join(part.sql for part in parts)
    told = [value for part in parts for value in part.params]
    row = sqlcall.call(f"SELECT x.ids, {columns} FROM (SELECT {ids} AS ids OFFSET 0) x", [*told, *params])
    found: list[UUID] = list(row[0] or [])
    for part, answer in zip(parts, row[1:], strict=True):
        part.keep(found, sqlcall.read(answer))
    return found


def instance[M: models.Model](model: type[M], told: dict[str, Any]) -> M:
    """A row as `to_jsonb` told it, put together without the model's own beginning: a page makes many and no signal is heard."""
    made = model.__new__(model)
    values = made.__dict__
    for name, column, read in _readers(model):
        value = told[column]
        values[name] = value if read is None or value is None else read(value)
    state = values["_state"] = ModelState()
    state.adding, state.db = False, "default"
    return made


@cache
def _readers(model: type[models.Model]) -> list[tuple[str, str, Callable[[Any], Any] | None]]:
    return [(field.attname, field.column, _reader(field)) for field in model._meta.concrete_fields]  # type: ignore[misc]


def _reader(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    kinds: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
        (models.UUIDField, UUID), (models.DateTimeField, datetime.fromisoformat), (models.DateField, date.fromisoformat),
        (models.BinaryField, lambda text: bytes.fromhex(text[2:])), (models.DecimalField, lambda number: Decimal(str(number))),
    )  # fmt: skip
    return next((read for kind, read in kinds if isinstance(field, kind)), None)
