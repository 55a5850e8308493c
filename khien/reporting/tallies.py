"""Moves a subject's cells in a rollup: order-free, and the same however often it is asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from khien.reporting import rules

type Moved = dict[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Tally:
    """A rollup: its table, the columns of a cell, and those of them that are its key."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def add(self) -> str:
        """The statement that adds to one cell."""
        names, key = (", ".join(f'"{name}"' for name in some) for some in (self.columns, self.key))
        values = ", ".join(["%s"] * len(self.columns))
        return (
            f"INSERT INTO {self.table} ({names}, count, updated_at) VALUES ({values}, %s, %s) "
            f"ON CONFLICT ({key}) DO UPDATE SET count = {self.table}.count + EXCLUDED.count, updated_at = EXCLUDED.updated_at"
        )


_DAY = ("on_date", "site_id", "session_id", "indicator", "vaccine", "dose", "group", "home_2021", "home_2025")
DAY = Tally("day_count", (*_DAY, *rules.PLACE), (*_DAY, "commune_2021", "commune_2025"))
_TIMES = ("on_date", "site_id", "hour", "way", "bucket")
TIMES = Tally("timeliness_count", _TIMES, _TIMES)
_COVERAGE = ("month", "dose", "vaccine", "age_band", "home_2021", "home_2025", "at_2021", "at_2025", "elsewhere")
COVERAGE = Tally(
    "coverage_count",
    (*_COVERAGE, *(f"{side}_{name}" for side in ("home", "at") for name in ("province_2021", "district_2021", "province_2025"))),
    _COVERAGE,
)
QUEUE = Tally("queue_count", (*rules.PLACE, "state"), (*rules.PLACE, "state"))
_TOTAL = ("topic", "value", "age_band", *rules.PLACE)
TOTAL = Tally("total_count", _TOTAL, _TOTAL)
ALL = (DAY, TIMES, COVERAGE, QUEUE, TOTAL)
SUMMED = {DAY: rules.totals, COVERAGE: rules.coverage_totals}


def move(tally: Tally, subject: UUID, kind: str, after: Sequence[Sequence[str]], *, at: datetime) -> Moved:
    """Let this subject count as exactly these cells from now on; return what changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO counted (subject_id, kind, cells) VALUES (%s, %s, '[]') ON CONFLICT (subject_id, kind) DO NOTHING", [subject, kind]
        )
        cursor.execute("SELECT cells FROM counted WHERE subject_id = %s AND kind = %s FOR UPDATE", [subject, kind])
        stored = cursor.fetchone()[0]
        before = json.loads(stored) if isinstance(stored, str) else stored
        moved = rules.difference(before, [list(cell) for cell in after])
        if not moved:
            return {}
        for kept, change in ((tally, moved), (TOTAL, SUMMED[tally](moved) if tally in SUMMED else {})):
            for key in sorted(change):
                cursor.execute(kept.add, [*key, change[key], at])
        cells = json.dumps([list(cell) for cell in after])
        cursor.execute("UPDATE counted SET cells = %s WHERE subject_id = %s AND kind = %s", [cells, subject, kind])
    return moved
