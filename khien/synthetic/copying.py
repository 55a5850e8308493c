"""Fast loads of synthetic rows: COPY inside one transaction, plain indexes made again at its end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models


class Rows:
    """Rows of one model on their way into a COPY; fields not named take the model's default."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        fields = model._meta.concrete_fields
        self.table = model._meta.db_table
        self.names = [field.attname for field in fields]
        self.columns = [field.column for field in fields]
        self._json = [isinstance(field, models.JSONField) for field in fields]
        self._made = {i: field.default for i, field in enumerate(fields) if field.has_default() and callable(field.default) and not self._json[i]}
        self._defaults = [self._default(field) for field in fields]
        self._place = {name: i for i, name in enumerate(self.names)}
        self.rows: list[list[Any]] = []

    @staticmethod
    def _default(field: models.Field) -> Any:
        value = field.get_default() if field.has_default() else None
        return json.dumps(value) if isinstance(field, models.JSONField) else value

    def add(self, **values: Any) -> None:
        row = self._defaults.copy()
        for i, make in self._made.items():
            row[i] = make()
        for name, value in values.items():
            i = self._place[name]
            row[i] = json.dumps(value) if self._json[i] else value
        self.rows.append(row)

    def flush(self) -> None:
        """Send the collected rows."""
        if not self.rows:
            return
        columns = ", ".join(f'"{column}"' for column in self.columns)
        with connection.cursor() as cursor, cursor.copy(f'COPY "{self.table}" ({columns}) FROM STDIN') as copy:
            for row in self.rows:
                copy.write_row(row)
        self.rows = []


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
