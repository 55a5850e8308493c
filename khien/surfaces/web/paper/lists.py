"""Lists on paper: people to call, and invitation slips to cut apart."""

from collections.abc import Sequence
from datetime import datetime

from khien.surfaces.web import say
from khien.surfaces.web.paper.facts import CallRow, SlipRow
from khien.surfaces.web.paper.sheet import INK, SOFT, TEAL, Sheet

LEFT, RIGHT, BOTTOM = 12.0, 198.0, 282.0
WIDE = RIGHT - LEFT
CALL = (9.0, 52.0, 21.0, 29.0, 28.0, 31.0, 16.0)
SLIP_WIDE, SLIP_HIGH = 105.0, 99.0  # six to a page of A4


def call_sheet_pdf(rows: Sequence[CallRow], *, title: str, site: str, made: datetime) -> bytes:
    """A4 pages: who to call, when they are expected, boxes for reached and coming. The head stands on each page."""
    sheet = Sheet("A4", title=title, made=made)
    y = _call_head(sheet, title, site, made)
    for number, row in enumerate(rows, start=1):
        cells = (str(number), row.name, row.born, row.phone, row.when, row.note, "")
        high = max(sheet.height_of(text, 9.5, width - 2) for text, width in zip(cells, CALL, strict=True)) + 3.2
        if y + high > BOTTOM:
            y = _call_head(sheet, title, site, made)
        middle = y + high / 2 - 1.8
        y = max(sheet.row(LEFT, y, cells, CALL, 9.5), y + 8)
        sheet.box(RIGHT - 15, middle)
        sheet.box(RIGHT - 7, middle)
    if not rows:
        sheet.write_at(LEFT, y + 4, "Không có ai cần gọi.", 10.5, width=WIDE)
    return sheet.octets()


def _call_head(sheet: Sheet, title: str, site: str, made: datetime) -> float:
    sheet.add_page()
    sheet.mark(LEFT, 11, 8)
    y = sheet.write_at(LEFT + 12, 10, title, 14, bold=True, width=WIDE - 50)
    y = sheet.write_at(LEFT + 12, y, site, 9.5, colour=SOFT, width=WIDE - 50)
    sheet.write_at(RIGHT - 40, 10, f"In lúc {say.dmyhm(made)}\nTrang {sheet.page_no()}", 8.5, colour=SOFT, width=40, align="R")
    y = sheet.row(
        LEFT, max(y, 22) + 2, ("", "Họ và tên", "Sinh", "Điện thoại", "Hẹn", "Ghi chú", "Nghe / Đến"), CALL, 8.5, bold=True
    )
    sheet.rule(LEFT, y, WIDE, thick=0.5, colour=INK)
    return y


def slips_pdf(rows: Sequence[SlipRow], *, made: datetime) -> bytes:
    """Invitation slips, six to a page of A4, with lines to cut along."""
    sheet = Sheet("A4", title="Giấy mời tiêm", made=made)
    for number, row in enumerate(rows):
        place = number % 6
        if place == 0:
            sheet.add_page()
            _cuts(sheet)
        _slip(sheet, row, place % 2 * SLIP_WIDE, place // 2 * SLIP_HIGH)
    if not rows:
        sheet.add_page()
        sheet.write_at(LEFT, 20, "Không có giấy mời nào.", 10.5)
    return sheet.octets()


def _cuts(sheet: Sheet) -> None:
    sheet.set_draw_color(*SOFT)
    sheet.set_line_width(0.15)
    with sheet.local_context():
        sheet.set_dash_pattern(dash=1.5, gap=1.5)
        sheet.line(SLIP_WIDE, 4, SLIP_WIDE, 293)
        for row in (1, 2):
            sheet.line(4, row * SLIP_HIGH, 206, row * SLIP_HIGH)


def _slip(sheet: Sheet, row: SlipRow, left: float, top: float) -> None:
    x, width = left + 9, SLIP_WIDE - 18
    sheet.mark(x, top + 8, 6.5)
    sheet.write_at(x + 9, top + 8.5, "Giấy mời tiêm vắc xin", 11, bold=True, colour=TEAL, width=width - 9)
    y = sheet.fitted(x, top + 18, row.name, 13, width, bold=True)
    y = sheet.write_at(x, y + 0.5, row.when, 11.5, bold=True, width=width)
    sheet.code(row.qr, left + SLIP_WIDE - 9 - 27, top + 40, 27)
    sheet.fitted(left + SLIP_WIDE - 9 - 33, top + 70.5, say.groups(row.code), 9.5, 33, bold=True, align="R")
    narrow = width - 31
    y = sheet.write_at(x, max(y + 1, top + 33), row.place, 9.5, bold=True, width=width if y < top + 30 else narrow)
    y = sheet.write_at(x, max(y, top + 40), row.address, 9, width=narrow)
    y = sheet.write_at(x, y + 1.2, f"Vắc xin: {row.vaccine}", 9, width=narrow)
    sheet.write_at(x, y + 1.2, f"Mang theo: {row.bring}", 9, width=narrow)
    note = f"Bận thì gọi {row.hotline} để đổi giờ. Tiêm miễn phí."
    sheet.write_at(x, top + 83, note, 8.5, colour=SOFT, width=width)
