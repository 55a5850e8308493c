"""Loads the administrative units that ship with the product: 63/705/10,599 of 2021 and 34/3,321 since 2025-07."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from khien.kernel import vietnamese

from . import units as remembered
from . import wording

DATA = Path(__file__).parent / "data"
LEVELS = {2: "province", 3: "district", 5: "commune"}
_UNIT_COLUMNS = (
    "key", "epoch", "level", "code", "parent_key", "province_code", "district_code", "name", "full_name", "name_key", "name_sort",
    "path", "path_key", "kind", "cccd_code", "region", "lat", "lon",
)  # fmt: skip
_SUCCESSOR_COLUMNS = ("old_key", "new_key", "divided", "is_default", "source")


@transaction.atomic
def load_units() -> int:
    """Load every unit and the successors of the old ones; what is there is brought to the shipped state. Returns the units."""
    units = list(_units())
    _copy("unit", _UNIT_COLUMNS, units, keys=1)
    _copy("unit_successor", _SUCCESSOR_COLUMNS, _successors(), keys=2)
    remembered.forget()
    return len(units)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _units() -> Iterator[tuple[Any, ...]]:
    """Each unit with what is derived from its parents, which stand before it in the file."""
    above: dict[str, tuple[str, str, list[str]]] = {}
    for row in _rows("units.csv"):
        epoch, code = row["epoch"], row["code"]
        key = f"{epoch}-{code}"
        parent = f"{epoch}-{row['parent']}" if row["parent"] else ""
        level = LEVELS[len(code)]
        province, district, names = above.get(parent, ("", "", []))
        province, district = (code if level == "province" else province), (code if level == "district" else district)
        names = [row["full_name"], *names]
        above[key] = (province, district, names)
        yield (
            key, epoch, level, code, parent, province, district, row["name"], row["full_name"], wording.key(row["name"]),
            _sort_key(row["name"]), ", ".join(names), wording.path_key(names), row["kind"], row["cccd_code"], row["region"],
            float(row["lat"]) if row["lat"] else None, float(row["lon"]) if row["lon"] else None,
        )  # fmt: skip


def _sort_key(name: str) -> str:
    """Vietnamese order; numbered wards by number."""
    return f"{int(name):04d}" if name.isdigit() else vietnamese.sort_key(name)


def _successors() -> Iterator[tuple[Any, ...]]:
    for row in _rows("successors.csv"):
        yield f"2021-{row['old']}", f"2025-{row['new']}", row["divided"] == "1", row["is_default"] == "1", row["source"]


def _copy(table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]], *, keys: int) -> None:
    """COPY into a scratch table, then merge: one pass, the same result however often it runs."""
    names = ", ".join(columns)
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns[keys:])
    old, new = (", ".join(f"{where}.{name}" for name in columns[keys:]) for where in (table, "EXCLUDED"))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE loading_{table} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")
        with cursor.copy(f"COPY loading_{table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM loading_{table}"
            f" ON CONFLICT ({', '.join(columns[:keys])}) DO UPDATE SET {changed} WHERE ({old}) IS DISTINCT FROM ({new})"
        )
        cursor.execute(f"DROP TABLE loading_{table}")
