"""Read uploaded lists of people in the background: the file's rows are understood here, staged by the registration room."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from khien.interchange.sheets import correcting, headings, reading, staging, writing
from khien.interchange.sheets.gazetteer import Gazetteer, Unit
from khien.interchange.sheets.types import RawRow, Section, StagedRow, Table, as_text
from khien.kernel import clock, vietnamese
from khien.kernel.errors import Refused
from khien.places import queries as places
from khien.plumbing import files
from khien.plumbing.jobs import Progress
from khien.registration import actions as registration
from khien.registration import queries as registrations
from khien.registration.sending import actor_of
from khien.registration.types import RowIn, RowView

BATCH = 1000


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Every unit of both epochs, once a process."""
    return Gazetteer(
        Unit(unit.epoch, unit.level, unit.code, unit.parent_key.partition("-")[2], unit.full_name)
        for epoch in ("2021", "2025")
        for unit in places.all_units(epoch)
    )


def read_list(progress: Progress, args: dict[str, Any], at: datetime) -> None:
    """The job that reads a list: every row staged, or the file refused with its reason."""
    list_id = UUID(args["list_id"])
    row = registration.begin_reading(list_id)
    data, name, _media = files.fetch(row.file_id)
    try:
        table = reading.read_table(data, name)
    except Refused as refusal:
        registration.unreadable(list_id, refusal)
        return
    phones = _stage(progress, list_id, table, clock.on_date(at))
    registration.finish_reading(
        list_id,
        sections=[_section(section) for section in table.sections],
        skipped_rows=_unread(table) + [{"sheet": one.sheet, "row": one.number, "why": one.why} for one in table.skipped],
        phones=phones,
        at=at,
    )
    progress.tell(len(table.rows), len(table.rows), force=True)


def _unread(table: Table) -> list[dict[str, Any]]:
    """The sheets that were not read, or not whole, or whose hidden rows and columns were read too, before the rows that were left out."""
    told = [(name, "sheet_unread") for name in table.unread_sheets if name != writing.GUIDE]
    told += [(name, "sheet_hidden") for name in table.hidden_sheets] + [(name, "sheet_doubled") for name in table.doubled_sheets]
    hidden = Counter(row.section.sheet for row in table.rows if row.hidden)
    return [{"sheet": name, "row": 0, "why": why} for name, why in told] + [
        {"sheet": name, "row": 0, "why": "rows_hidden", "count": count} for name, count in hidden.items()
    ] + [{"sheet": name, "row": 0, "why": "column_hidden", "heading": heading} for name, heading in table.hidden_columns]


def _stage(progress: Progress, list_id: UUID, table: Table, today: date) -> Counter[str]:
    """Understand and keep every row, a thousand at a time; counts each phone."""
    places_of = {id(section): number for number, section in enumerate(table.sections)}
    phones: Counter[str] = Counter()
    batch: list[RowIn] = []
    done = 0
    rows = staging.stage_table(table, gazetteer(), today=today)
    for raw, staged in zip(table.rows, rows, strict=True):
        if phone := staged.values.get("phone"):
            phones[phone] += 1
        batch.append(row_in(places_of[id(raw.section)], raw, staged))
        if len(batch) == BATCH:
            registration.store_rows(list_id, batch, done + 1)
            done += len(batch)
            batch = []
            progress.tell(done, len(table.rows))
    if batch:
        registration.store_rows(list_id, batch, done + 1)
    return phones


def row_in(section: int, raw: RawRow, staged: StagedRow) -> RowIn:
    """A staged row as plain data."""
    values = dict(staged.values)
    if neighbourhood := vietnamese.clean(as_text(raw.value("neighbourhood")))[:80]:
        values["neighbourhood"] = neighbourhood
        values["address"] = values.get("address", "").removesuffix(neighbourhood).rstrip(" ,")
    return RowIn(
        section, raw.number, raw.texts, values,
        tuple({"field": one.field, "before": one.before, "after": one.after, "why": one.why} for one in staged.repairs),
        tuple(_remark(one.field, one.code, one.facts) for one in staged.refusals),
        tuple(_remark(one.field, one.code, one.facts) for one in staged.warnings),
    )  # fmt: skip


def _remark(field: str, code: str, facts: Any) -> dict[str, Any]:
    return {"field": field, "code": code, "facts": json.loads(json.dumps(dict(facts), default=str))}


def _section(section: Section) -> dict[str, Any]:
    """A sheet's headings, as the file of errors needs them again."""
    return {
        "sheet": section.sheet, "heading_row": section.heading_row, "month_first": section.month_first,
        "headings": [column.heading for column in section.columns], "fields": [column.field for column in section.columns],
    }  # fmt: skip


def read_corrections(progress: Progress, args: dict[str, Any], at: datetime) -> None:
    """The job that reads a corrected error file: each row takes the place of the row it names. One that nobody has
    touched in the file is left as the page has it meanwhile.

    The job's note says how many found their place and how many did not; a file that cannot be read changes nothing.
    """
    list_id, by = UUID(args["list_id"]), actor_of(args["actor"])
    data, name, _media = files.fetch(UUID(args["file_id"]))
    try:
        table = reading.read_table(data, name)
    except Refused as refusal:
        progress.tell(0, 0, f"refused:{refusal.code}", force=True)
        return
    found = registrations.list_view(list_id)
    sheets = [str(section["sheet"]) for section in found.sections] if found else []
    placed = kept = 0
    for number, raw in enumerate(table.rows, start=1):
        before = _place_of(list_id, raw, sheets)
        if found is None or before is None:
            continue
        told = found.sections[before.section]
        again = correcting.under_first_headings(told, raw, before.cells)
        cells = (*again.texts[:len(told["fields"])], *again.beyond)
        if correcting.nothing_new(cells, before):
            kept += 1
            continue
        staged = staging.stage_row(again, gazetteer(), today=clock.on_date(at))
        try:
            registration.restage_row(row=before.id, told=replace(row_in(0, again, staged), cells=cells), by=by, at=at)
            placed += 1
        except Refused:  # sent meanwhile: what is registered is corrected on the person, not on the list
            continue
        progress.tell(number, len(table.rows))
    progress.tell(len(table.rows), len(table.rows), f"placed:{placed}:{len(table.rows) - placed - kept}", force=True)


def _place_of(list_id: UUID, raw: RawRow, sheets: Sequence[str]) -> RowView | None:
    """The staged row that a corrected row stands for: the one that its number's mark names, else its original row on the sheet of that name."""
    told = correcting.place_of(as_text(raw.value(headings.ORIGINAL_ROW)))
    if told is None:
        return None
    number, mark = told
    if mark:
        section = next((place for place in range(len(sheets)) if correcting.mark_of(list_id, place) == mark), None)
    else:
        section = 0 if len(sheets) == 1 else _sheet_number(raw.section.sheet, sheets)
    row = registrations.row_at(list_id, section, number) if section is not None else None
    return registrations.list_row(row) if row else None


def _sheet_number(name: str, sheets: Sequence[str]) -> int | None:
    """Which sheet of the first file this one corrects; None where no name says it, or two do."""
    named = [number for number, sheet in enumerate(sheets) if sheet == name]
    return named[0] if len(named) == 1 else None
