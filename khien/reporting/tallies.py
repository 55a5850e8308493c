"""Moves a subject's cells in a rollup: order-free, and the same however often it is asked."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from khien.plumbing import sqlcall
from khien.reporting import rules

type Moved = dict[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Tally:
    """A rollup: its table and the columns of a cell. All of them are its key: a province does not follow from a commune that nobody knows."""

    table: str
    columns: tuple[str, ...]

    @property
    def add(self) -> str:
        """The statement that adds to one cell."""
        names = ", ".join(f'"{name}"' for name in self.columns)
        values = ", ".join(["%s"] * len(self.columns))
        return (
            f"INSERT INTO {self.table} ({names}, count, updated_at) VALUES ({values}, %s, %s) "
            f"ON CONFLICT ({names}) DO UPDATE SET count = {self.table}.count + EXCLUDED.count, updated_at = EXCLUDED.updated_at"
        )


DAY = Tally(
    "day_count", ("on_date", "site_id", "session_id", "indicator", "vaccine", "dose", "group", "home_2021", "home_2025", *rules.PLACE)
)  # fmt: skip
TIMES = Tally("timeliness_count", ("on_date", "site_id", "hour", "way", "bucket"))
COVERAGE = Tally(
    "coverage_count",
    ("month", "dose", "vaccine", "age_band", "home_2021", "home_2025", "at_2021", "at_2025", "elsewhere",
     *(f"{side}_{name}" for side in ("home", "at") for name in ("province_2021", "district_2021", "province_2025"))),
)  # fmt: skip
QUEUE = Tally("queue_count", (*rules.PLACE, "state"))
TOTAL = Tally("total_count", ("topic", "value", "age_band", *rules.PLACE))
ALL = (DAY, TIMES, COVERAGE, QUEUE, TOTAL)
SUMMED = {DAY: rules.totals, COVERAGE: rules.coverage_totals}


type _Added = dict[tuple[Tally, tuple[str, ...]], tuple[int, datetime]]
_gathered: ContextVar[_Added | None] = ContextVar("khien_tallies", default=None)


@contextmanager
def gathering() -> Iterator[None]:
    """Let what many subjects move in one transaction reach each cell once, when the block ends: whoever waits for a subject holds no cell."""
    if _gathered.get() is not None:
        yield
        return
    token = _gathered.set({})
    try:
        yield
        _write(_gathered.get() or {})
    finally:
        _gathered.reset(token)


def move(tally: Tally, subject: UUID, kind: str, after: Sequence[Sequence[str]], *, at: datetime) -> Moved:
    """Let this subject count as exactly these cells from now on; return what changed."""
    now = [list(cell) for cell in after]
    with connection.cursor() as cursor:
        before = _counted(cursor, subject, kind)
        if before is None:
            new = "INSERT INTO counted (subject_id, kind, cells) VALUES (%s, %s, %s) ON CONFLICT (subject_id, kind) DO NOTHING"
            cursor.execute(new, [subject, kind, json.dumps(now)])
            if not cursor.rowcount:  # another has just counted it first
                before = _counted(cursor, subject, kind)
        moved = rules.difference(before or [], now)
        if moved and before is not None:
            cursor.execute("UPDATE counted SET cells = %s WHERE subject_id = %s AND kind = %s", [json.dumps(now), subject, kind])
    added: _Added = {(tally, key): (change, at) for key, change in moved.items()}
    if tally in SUMMED:
        added |= {(TOTAL, key): (change, at) for key, change in SUMMED[tally](moved).items()}
    gathered = _gathered.get()
    if gathered is None:
        _write(added)
    else:
        for cell, (change, _) in added.items():
            gathered[cell] = (gathered.get(cell, (0, at))[0] + change, at)
    return moved


def _counted(cursor: Any, subject: UUID, kind: str) -> list[list[str]] | None:
    cursor.execute("SELECT cells FROM counted WHERE subject_id = %s AND kind = %s FOR UPDATE", [subject, kind])
    row = cursor.fetchone()
    found: list[list[str]] | None = sqlcall.read(row[0]) if row else None
    return found


def counting(subjects: Sequence[UUID], kind: str) -> list[UUID]:
    """Those of these that count as something now, in one order for everybody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_id FROM counted WHERE subject_id = ANY(%s) AND kind = %s AND cells <> '[]' ORDER BY subject_id", [list(subjects), kind]
        )
        return [row[0] for row in cursor.fetchall()]


def _write(added: _Added) -> None:
    """Add to the cells, in one order for everybody."""
    with connection.cursor() as cursor:
        for tally in ALL:
            rows: list[list[Any]] = sorted([*key, change, at] for (one, key), (change, at) in added.items() if one is tally and change)
            if rows:
                cursor.executemany(tally.add, rows)
