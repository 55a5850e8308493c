"""What a sender may do with a list beside sending it: template, one row corrected on the page, the file of errors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from khien.interchange.list_jobs import gazetteer, row_in
from khien.interchange.sheets import correcting, staging, writing
from khien.interchange.sheets.types import Column, RawRow, Section
from khien.kernel import clock, phones
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.places import queries as places
from khien.registration import actions as registration
from khien.registration import queries as registrations
from khien.registration.types import ListCard, RowView

# The columns of a row as its page asks for them.
FIELDS = (
    "full_name", "birth_date", "sex", "identifier", "cmnd", "insurance", "phone", "email", "address", "neighbourhood", "commune", "district",
    "province", "ethnic", "nationality", "occupation", "work_unit", "priority_group", "wished_date", "wished_session", "guardian_name",
    "guardian_phone",
)  # fmt: skip
_VALUE_OF = {
    "birth_date": "birth", "identifier": "id_value", "cmnd": "former_id", "priority_group": "priority_groups", "wished_date": "wished_date"
}  # fmt: skip

Worded = Callable[[str, str, Mapping[str, Any]], str]


def template(kind: str = "firm") -> bytes:
    """The .xlsx that a firm, ward or school fills in."""
    return writing.write_template(kind)


def row_form(row: RowView, card: ListCard) -> dict[str, str]:
    """The row's fields as text to edit: what was understood, else what was sent."""
    sent = _sent(row, card)
    return {field: _shown(field, row.values) or sent.get(field, "") for field in FIELDS}


def _sent(row: RowView, card: ListCard) -> dict[str, str]:
    """The cells as written, by field; what stands apart in the file (name, birth date, sex) is put together."""
    fields: Sequence[str] = card.sections[row.section]["fields"] if row.section < len(card.sections) else ()
    return correcting.together(fields, row.cells)


def _shown(field: str, values: Mapping[str, str]) -> str:
    text = values.get(_VALUE_OF.get(field, field), "")
    if not text:
        return ""
    if field in ("phone", "guardian_phone"):
        return phones.display(text)
    if field in ("birth_date", "wished_date"):
        return PartialDate.from_iso(text).display()
    if field == "sex":
        return {"male": "Nam", "female": "Nữ"}.get(text, "Khác")
    if field in ("commune", "district", "province"):
        unit = places.unit(f"{values.get('epoch', '2021')}-{text}")
        return unit.full_name if unit else text
    return text


def edit_row(*, row: UUID, fields: Mapping[str, str], by: Actor, at: datetime) -> str:
    """Understand a row's corrected fields and stage them in its place; returns its state now.

    Raises Refused: registration.row_unknown, registration.row_sent.
    """
    known = registrations.list_row(row)
    if known is None:
        raise Refused("registration.row_unknown")
    names = [field for field in FIELDS if fields.get(field, "").strip()]
    section = Section("", 0, tuple(Column(place, name, name) for place, name in enumerate(names)))
    raw = RawRow(section, known.source_row, tuple(fields[name].strip() for name in names))
    staged = staging.stage_row(raw, gazetteer(), today=clock.on_date(at))
    card = registrations.list_view(known.list_id)
    columns = card.sections[known.section]["fields"] if card and known.section < len(card.sections) else ()
    cells = correcting.apart(columns, known.cells, fields)
    return registration.restage_row(row=row, told=replace(row_in(known.section, raw, staged), cells=cells), by=by, at=at)


def error_file(list_id: UUID, worded: Worded) -> bytes:
    """The refused rows with their reasons, to correct and send again; `worded` says (field, code, facts) in words.

    Raises Refused: registration.list_unknown, registration.no_errors.
    """
    card = registrations.list_view(list_id)
    if card is None:
        raise Refused("registration.list_unknown")
    grouped: dict[int, list[writing.ErrorRow]] = {}
    for row in registrations.error_rows(list_id):
        reasons = "; ".join(worded(one["field"], one["code"], one["facts"]) for one in row.refusals)
        grouped.setdefault(row.section, []).append(writing.ErrorRow(row.source_row, row.cells, reasons))
    if not grouped:
        raise Refused("registration.no_errors")
    sheets = [
        writing.ErrorSheet(str(card.sections[number]["sheet"]), card.sections[number]["headings"], rows, correcting.mark_of(list_id, number))
        for number, rows in sorted(grouped.items())
    ]
    return writing.write_error_file(sheets)
