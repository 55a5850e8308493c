"""Messy lists made in code, as firms, wards and schools send them. Every person is made up (serials 99xxxx)."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import xlwt

from khien.interchange.sheets.gazetteer import Gazetteer, Unit
from khien.interchange.sheets.reading import read_table
from khien.interchange.sheets.staging import stage_table
from khien.interchange.sheets.types import StagedRow, Table

HEAD = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại"]
PERSON = [1, "Nguyễn Thị Hoà", "02/01/1990", "Nữ", "079190990001", "0901990001"]
OTHER = [2, "Trần Văn Đức", "03/04/1985", "Nam", "079085990002", "0901990002"]

PLACES = Gazetteer([
    Unit("2021", "province", "79", "", "Thành phố Hồ Chí Minh"), Unit("2021", "province", "01", "", "Thành phố Hà Nội"),
    Unit("2021", "district", "760", "79", "Quận 1"), Unit("2021", "district", "770", "79", "Quận 3"), Unit("2021", "district", "769", "79", "Thành phố Thủ Đức"),
    Unit("2021", "commune", "26740", "760", "Phường Bến Nghé"), Unit("2021", "commune", "26743", "760", "Phường Bến Thành"),
    Unit("2021", "commune", "27151", "770", "Phường 05"), Unit("2021", "commune", "27160", "770", "Phường 01"),
    Unit("2025", "province", "79", "", "Thành phố Hồ Chí Minh"), Unit("2025", "commune", "26740", "79", "Phường Sài Gòn"),
    Unit("2025", "commune", "26743", "79", "Phường Bến Thành"), Unit("2025", "province", "01", "", "Thành phố Hà Nội"),
])


def xlsx(*rows: Sequence[Any], merge: Sequence[str] = (), name: str = "Sheet1", more: dict[str, list[Sequence[Any]]] | None = None) -> bytes:
    """A workbook of these rows; `merge` are ranges, `more` are further sheets."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    for area in merge:
        sheet.merge_cells(area)
    for title, others in (more or {}).items():
        extra = book.create_sheet(title)
        for row in others:
            extra.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(*rows: Sequence[Any]) -> bytes:
    """The same in the old format."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Danh sach")
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(place, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv(*rows: Sequence[Any], separator: str = ",", encoding: str = "utf-8", newline: str = "\r\n") -> bytes:
    text = newline.join(separator.join("" if value is None else str(value) for value in row) for row in rows) + newline
    return text.encode(encoding)


def staged(data: bytes, filename: str = "danh-sach.xlsx", **options: Any) -> list[StagedRow]:
    return list(stage_table(read_table(data, filename), PLACES, **options))


def fields(table: Table) -> dict[str, str]:
    """Heading -> field of the first section."""
    return {column.heading: column.field for column in table.sections[0].columns}


def codes(row: StagedRow) -> set[tuple[str, str]]:
    return {(remark.field, remark.code) for remark in row.refusals}
