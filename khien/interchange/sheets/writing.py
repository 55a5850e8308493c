"""Write the template that organisations fill in, and the file of rows to correct and send again.

Every cell is written as text, never as a formula: what begins with = + - @ is marked as quoted, so that it stays text when edited.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from khien.interchange.sheets import headings
from khien.interchange.sheets.types import RawRow
from khien.interchange.sheets.vocabulary import ETHNIC_GROUPS, PRIORITY_GROUPS

GUIDE = "Hướng dẫn - Guide"
KINDS = ("firm", "ward", "school")
ROW_HEADING, REASON_HEADING = "Dòng gốc / Original row", "Lý do cần sửa / What to correct"
_ROWS = 2000
_RISKY = ("=", "+", "-", "@", "\t", "\r")

# Field, heading, width, hint shown in the cell, example. "*" marks what must be filled.
_COMMON = (
    ("ordinal", "STT", 8, "", "Ví dụ / Example"),
    ("full_name", "Họ và tên *", 28, "Như trên giấy tờ, có dấu.\nAs on the ID.", "Nguyễn Thị Hoà"),
    ("birth", "Ngày sinh *", 14, "ngày/tháng/năm; chỉ nhớ năm thì ghi năm.\nday/month/year, or the year alone.", "02/01/1990"),
    ("sex", "Giới tính *", 10, "Nam / Nữ", "Nữ"),
    ("identifier", "Số CCCD / CMND / hộ chiếu", 24, "Đủ 12 số, giữ số 0 ở đầu.\nAll 12 digits, first zeros kept.", "079190990001"),
    ("phone", "Số điện thoại", 15, "Số của chính người này hoặc gia đình.\nThe person's own or the family's.", "0901 990 001"),
    ("insurance", "Số thẻ BHYT", 18, "10 số hoặc 15 ký tự.\n10 digits or 15 characters.", ""),
    ("address", "Số nhà, đường, tổ / thôn", 30, "", "12 Lê Lợi"),
    ("commune", "Xã / phường", 20, "Tên hoặc mã; tên cũ hay mới đều được.\nName or code, old or new.", "Phường Bến Nghé"),
    ("district", "Quận / huyện (bỏ trống nếu theo địa giới mới)", 20, "", "Quận 1"),
    ("province", "Tỉnh / thành phố", 22, "", "Thành phố Hồ Chí Minh"),
    ("ethnic", "Dân tộc", 14, "", "Kinh"),
    ("nationality", "Quốc tịch", 14, "Bỏ trống là Việt Nam.\nEmpty means Viet Nam.", "Việt Nam"),
)
_TAIL = (
    ("priority_group", "Nhóm đối tượng ưu tiên", 40, "Chọn trong danh sách; nhiều nhóm thì ghi số: 9; 15.\nSeveral: 9; 15.",
     "13. Người lao động tại doanh nghiệp và thân nhân"),
    ("wished_date", "Ngày muốn tiêm", 14, "ngày/tháng/năm", ""),
    ("note", "Ghi chú", 30, "", ""),
)
_OWN = {
    "firm": (("occupation", "Nghề nghiệp / chức vụ", 20, "", "Công nhân"), ("work_unit", "Phòng ban / phân xưởng / đơn vị", 24, "", "Xưởng 2")),
    "ward": (("occupation", "Nghề nghiệp", 20, "", "Buôn bán"),),
    "school": (
        ("work_unit", "Lớp / đơn vị", 14, "", "6A2"),
        ("guardian_name", "Họ tên phụ huynh / người giám hộ", 28, "", "Nguyễn Văn An"),
        ("guardian_phone", "Số điện thoại phụ huynh", 16, "", "0901 990 002"),
    ),
}
_GUIDE = (
    ("Mỗi người một dòng. Không gộp ô, không đổi tên cột; được thêm cột riêng của đơn vị ở bên phải.",
     "One person a row. Do not merge cells or rename columns; you may add columns of your own on the right."),
    ("Cột có dấu * phải có. Người chưa có giấy tờ: để trống số và ghi lý do ở cột Ghi chú.",
     "Columns with * are needed. A person without papers: leave the number empty and say why under Ghi chú."),
    ("Các ô đã để dạng văn bản nên số 0 ở đầu không mất. Khi dán từ nơi khác, chọn dán giá trị (Paste values).",
     "Cells are text, so first zeros stay. When you paste, paste values."),
    ("Ngày sinh ghi ngày/tháng/năm (02/01/1990). Chỉ nhớ năm thì ghi năm (1950), không ghi 01/01.",
     "Write birth dates day/month/year. If only the year is known write the year, not 01/01."),
    ("Số điện thoại có thể chung cho cả nhà. Số của người lập danh sách không mở được hồ sơ của ai.",
     "A family may share a phone. The list keeper's phone opens nobody's record."),
    ("Dòng ví dụ không được đọc; xoá hay để lại đều được.", "The example row is not read; delete it or leave it."),
    ("Gửi danh sách xong, dòng chưa đọc được sẽ nằm trong tệp báo lỗi, có lý do ở cột đầu: sửa ngay trong tệp đó rồi gửi lại.",
     "Rows that could not be read come back in an error file with the reason: correct them there and send that file again."),
    ("Tối đa 60.000 dòng và 20 MB mỗi tệp.", "At most 60,000 rows and 20 MB a file."),
)


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """A row to correct: where it stood, its cells as they were, and the reason in words (the caller words it)."""

    number: int
    cells: Sequence[str]
    reason: str


@dataclass(frozen=True, slots=True)
class ErrorSheet:
    """The rows to correct of one sheet, under its original headings; `mark` stands behind each row's number (`correcting.mark_of`)."""

    name: str
    headings: Sequence[str]
    rows: Sequence[ErrorRow]
    mark: str = ""


def error_sheets(problems: Iterable[tuple[RawRow, str]]) -> list[ErrorSheet]:
    """Group rows and their worded reasons by the sheet they came from; our own columns of an earlier round are left out."""
    grouped: dict[str, tuple[list[str], list[ErrorRow]]] = {}
    for raw, reason in problems:
        columns = [column for column in raw.section.columns if column.field not in (headings.ORIGINAL_ROW, headings.REASON)]
        texts = {column.place: text for column, text in zip(raw.section.columns, raw.texts, strict=False)}
        _, rows = grouped.setdefault(raw.section.sheet, ([column.heading for column in columns], []))
        number = raw.value(headings.ORIGINAL_ROW)
        rows.append(ErrorRow(int(number) if isinstance(number, int | float) or (isinstance(number, str) and number.isdecimal() and len(number) < 8) else raw.number,
                             [*(texts[column.place] for column in columns), *raw.beyond], reason))
    return [ErrorSheet(name, heads, rows) for name, (heads, rows) in grouped.items()]


def write_template(organisation_kind: str = "firm") -> bytes:
    """The .xlsx that an organisation fills in: list, guide (vi, en), drop-downs. Kinds: firm, ward, school."""
    columns = (*_COMMON, *_OWN[organisation_kind if organisation_kind in KINDS else "firm"], *_TAIL)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        look = _formats(book)
        sheet, guide, lists = book.add_worksheet("Danh sách"), book.add_worksheet(GUIDE), book.add_worksheet("Danh mục")
        _head(sheet, [column[1] for column in columns], look)
        for place, (_, _, width, hint, example) in enumerate(columns):
            sheet.set_column(place, place, width, look["text"])
            sheet.write_string(1, place, example, look["example"])
            if hint:
                sheet.data_validation(2, place, _ROWS, place, {"validate": "any", "input_message": hint[:250]})
        sheet.ignore_errors({"number_stored_as_text": "A1:Z60010"})
        _guide_sheet(guide, look)
        _choices(sheet, lists, [column[0] for column in columns])
    return out.getvalue()


def _choices(sheet: Worksheet, lists: Worksheet, fields: list[str]) -> None:
    """Drop-downs for words that we must understand; another word may still be typed, it is read or refused by name."""
    options = {
        "sex": ["Nam", "Nữ"],
        "priority_group": [f"{number}. {name}" for number, name in PRIORITY_GROUPS.items()],
        "ethnic": list(ETHNIC_GROUPS.values()),
    }
    for column, (field, values) in enumerate(options.items()):
        for row, value in enumerate(values):
            lists.write_string(row, column, value)
        letter = "ABC"[column]
        sheet.data_validation(2, fields.index(field), _ROWS, fields.index(field), {
            "validate": "list", "source": f"='Danh mục'!${letter}$1:${letter}${len(values)}", "error_type": "warning",
            "error_message": "Không có trong danh sách. Vẫn giữ?",
        })
    lists.hide()


def _guide_sheet(guide: Worksheet, look: dict[str, Format]) -> None:
    """How to fill the list, both languages side by side."""
    guide.set_column(0, 1, 70, look["wrap"])
    guide.write_string(0, 0, "Cách điền danh sách", look["head"])
    guide.write_string(0, 1, "How to fill the list", look["head"])
    for row, (vi, en) in enumerate(_GUIDE, start=1):
        guide.write_string(row, 0, vi, look["wrap"])
        guide.write_string(row, 1, en, look["wrap"])


def write_error_file(sheets: Sequence[ErrorSheet]) -> bytes:
    """Rows to correct with their original columns, the original row's number and the reason first; may be sent again as it is."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        look = _formats(book)
        for number, part in enumerate(sheets, start=1):
            sheet = book.add_worksheet(_sheet_name(part.name, number))
            _head(sheet, [ROW_HEADING, REASON_HEADING, *part.headings], look)
            sheet.set_column(0, 0, 14, look["text"])
            sheet.set_column(1, 1, 50, look["reason"])
            sheet.set_column(2, 2 + len(part.headings), 18, look["text"])
            for place, row in enumerate(part.rows, start=1):
                _text(sheet, place, 0, f"{row.number} #{part.mark}" if part.mark else str(row.number), look)
                sheet.write_string(place, 1, row.reason, look["reason"])
                for column, text in enumerate(row.cells, start=2):
                    _text(sheet, place, column, text, look)
            sheet.ignore_errors({"number_stored_as_text": "A1:ZZ60010"})
    return out.getvalue()


def _text(sheet: Worksheet, row: int, column: int, text: str, look: dict[str, Format]) -> None:
    """Write a cell as text that no spreadsheet will run."""
    if text:
        sheet.write_string(row, column, text[:32_767], look["quoted" if text.startswith(_RISKY) else "text"])


def _head(sheet: Worksheet, heads: Sequence[str], look: dict[str, Format]) -> None:
    for place, heading in enumerate(heads):
        sheet.write_string(0, place, heading, look["head"])
    sheet.set_row(0, 34)
    sheet.freeze_panes(1, 0)


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    """The few looks that we use; "@" keeps numbers as text."""
    return {
        "head": book.add_format({"bold": True, "bg_color": "#E6F0EE", "border": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@"}),
        "text": book.add_format({"num_format": "@"}),
        "quoted": book.add_format({"num_format": "@", "quote_prefix": True}),
        "example": book.add_format({"num_format": "@", "italic": True, "font_color": "#6B6B6B", "bg_color": "#F4F4F4"}),
        "reason": book.add_format({"num_format": "@", "text_wrap": True, "font_color": "#9B1C1C"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _sheet_name(name: str, number: int) -> str:
    """A legal name, unique in the file."""
    clean = "".join(c for c in name if c not in "[]:*?/\\'").strip()[:25] or "Danh sách"
    return clean if number == 1 else f"{clean} ({number})"
