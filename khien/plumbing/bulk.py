"""Write many rows at once by COPY: five to ten times the rate of an insert statement that lists them."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection, models

FEW = 20


def insert(rows: Iterable[models.Model]) -> None:
    """Insert new rows of one model, however many; for rows that cannot clash with any that is there."""
    rows = list(rows)
    if len(rows) >= FEW:
        copy(rows)
    elif rows:
        type(rows[0])._default_manager.bulk_create(rows)


def copy(rows: Iterable[models.Model]) -> None:
    """Insert new rows of one model; always by COPY."""
    rows = list(rows)
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if field.column]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    getters = [(field.attname, isinstance(field, models.JSONField)) for field in fields]
    with connection.cursor() as cursor, cursor.copy(f'COPY "{rows[0]._meta.db_table}" ({columns}) FROM STDIN') as out:
        for row in rows:
            out.write_row([_plain(getattr(row, name), is_json) for name, is_json in getters])


def _plain(value: Any, is_json: bool) -> Any:
    return json.dumps(value, default=str) if is_json and value is not None else value


def copy_values(model: type[models.Model], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY plain values into these columns: for the narrow tables that have many rows for each thing."""
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as out:
        for row in rows:
            out.write_row(row)
