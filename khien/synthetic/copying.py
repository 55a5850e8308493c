"""Fast loads of synthetic rows: COPY of text made here, inside one transaction, plain indexes made again at its end."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

NULL, CHUNK = "\\N", 2_000
_SPECIAL = re.compile(r"[\\\n\r\t]")
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _plain(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPED[found[0]], text) if _SPECIAL.search(text) else text


def _array(values: list[Any] | tuple[Any, ...]) -> str:
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return _plain("{" + ",".join(f'"{value}"' for value in quoted) + "}")


class _Writers(dict[type, Callable[[Any], str]]):
    def __missing__(self, kind: type) -> Callable[[Any], str]:
        self[kind] = lambda value: _plain(str(value))
        return self[kind]


_TEXT = _Writers({
    str: _plain, int: str, float: repr, bool: lambda value: "t" if value else "f", type(None): lambda value: NULL, UUID: lambda value: value.hex,
    bytes: lambda value: "\\\\x" + value.hex(), datetime: datetime.isoformat, date: date.isoformat, list: _array, tuple: _array,
})  # fmt: skip


class Rows:
    """Rows of one model on their way into a COPY; fields not named take what is the `same` in all, else the model's default."""

    def __init__(self, model: type[models.Model], **same: Any) -> None:
        fields = model._meta.concrete_fields
        self.table = model._meta.db_table
        self.columns = [field.column for field in fields]
        self._json = {field.attname for field in fields if isinstance(field, models.JSONField)}
        self._made = {
            field.attname: field.default for field in fields if field.has_default() and callable(field.default) and field.attname not in self._json
        }
        self._defaults = [NULL if field.attname in self._made else self._default(field) for field in fields]
        self._place = {field.attname: i for i, field in enumerate(fields)}
        for name, value in same.items():
            self._defaults[self._place[name]] = _text(value)
        self.rows: list[str] = []

    @staticmethod
    def _default(field: models.Field) -> str:
        value = field.get_default() if field.has_default() else None
        return _text(json.dumps(value) if isinstance(field, models.JSONField) else value)

    def add(self, **values: Any) -> None:
        row, place = self._defaults.copy(), self._place
        for name, make in self._made.items():
            if name not in values:
                row[place[name]] = _text(make())
        for name, value in values.items():
            row[place[name]] = _plain(json.dumps(value)) if name in self._json else _TEXT[value.__class__](value)
        self.rows.append("\t".join(row))

    def flush(self) -> None:
        """Send the collected rows."""
        if not self.rows:
            return
        columns = ", ".join(f'"{column}"' for column in self.columns)
        with connection.cursor() as cursor, cursor.copy(f'COPY "{self.table}" ({columns}) FROM STDIN') as copy:
            for first in range(0, len(self.rows), CHUNK):
                copy.write("\n".join(self.rows[first : first + CHUNK]) + "\n")
        self.rows = []


def _text(value: Any) -> str:
    """A value as COPY's text format writes it."""
    return _TEXT[value.__class__](value)


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """Drop the plain indexes of these tables and make them again at the end; call it inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique AND NOT i.indisprimary",
            [list(tables)],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, definition in found:
            cursor.execute(definition)
