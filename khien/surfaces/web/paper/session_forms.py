"""Sheets to print before a session: consent, screening, dose and observation of one person, found again by the serial."""

from collections.abc import Sequence
from datetime import datetime

from khien.surfaces.web.paper.facts import PaperForm, PaperSerialText
from khien.surfaces.web.paper.sheet import INK, SOFT, TEAL, Sheet

LEFT, RIGHT = 12.0, 198.0
WIDE = RIGHT - LEFT
PITCH = 7.6  # room to write by hand


def paper_form_pdf(serials: Sequence[PaperSerialText], form: PaperForm, *, made: datetime) -> bytes:
    """Draw one A4 page for each serial; a long form makes the text smaller, never a second page."""
    ratio = 1.0
    while ratio > 0.6:
        sheet = _sheet(form, made, ratio)
        if _page(sheet, form, serials[0]) <= 287:
            break
        ratio -= 0.05
    sheet = _sheet(form, made, ratio)
    for serial in serials:
        _page(sheet, form, serial)
    return sheet.octets()


def _sheet(form: PaperForm, made: datetime, ratio: float) -> Sheet:
    return Sheet("A4", title=f"{form.title}, {form.session}", made=made, ratio=ratio)


def _page(sheet: Sheet, form: PaperForm, serial: PaperSerialText) -> float:
    sheet.add_page()
    y = _head(sheet, form, serial)
    y = _person(sheet, form, serial, y + 1.5)
    y = _consent(sheet, form, y + 2.5)
    y = _screening(sheet, form, y + 2.5)
    y = _dose(sheet, y + 2.5)
    return _observation(sheet, y + 2.5)


def _head(sheet: Sheet, form: PaperForm, serial: PaperSerialText) -> float:
    sheet.mark(LEFT, 10, 9)
    y = sheet.write_at(LEFT + 13, 9, form.title, 14, bold=True, width=WIDE - 78)
    y = sheet.write_at(LEFT + 13, y, f"{form.site}. {form.session}", 9.5, width=WIDE - 78)
    y = sheet.write_at(LEFT + 13, y, form.basis, 8.5, colour=SOFT, width=WIDE - 78)
    sheet.code(serial.serial, RIGHT - 20, 9, 20)
    sheet.fitted(RIGHT - 74, 13, "Số phiếu", 9, 49, colour=SOFT, align="R")
    sheet.fitted(RIGHT - 74, 17.5, serial.shown, 13, 49, bold=True, align="R")
    y = max(y, 32.5) + 1
    sheet.rule(LEFT, y, WIDE, thick=0.5, colour=TEAL)
    return y


def _title(sheet: Sheet, y: float, number: int, text: str) -> float:
    return sheet.write_at(LEFT, y, f"{number}. {text}", 11, bold=True, colour=TEAL, width=WIDE)


def _blank(sheet: Sheet, x: float, y: float, label: str, width: float, value: str = "") -> float:
    """A label and a line to write on; returns the y below."""
    sheet.style(9.5)
    own = sheet.get_string_width(sheet.clean(label)) + 2
    below = sheet.write_at(x, y, label, 9.5, width=own + 1)
    if value:
        sheet.fitted(x + own, y, value, 10.5, width - own - 2, bold=True)
    sheet.rule(x + own, y + 5.2, width - own - 3, colour=SOFT)
    return max(below, y + PITCH)


def _tick(sheet: Sheet, x: float, y: float, text: str) -> float:
    """A box to tick and its word; returns the x after it."""
    sheet.box(x, y + 0.6)
    sheet.write_at(x + 5, y, text, 9.5, width=60)
    sheet.style(9.5)
    return x + 5 + sheet.get_string_width(sheet.clean(text)) + 5


def _person(sheet: Sheet, form: PaperForm, serial: PaperSerialText, y: float) -> float:
    y = _title(sheet, y, 1, "Người được tiêm")
    _blank(sheet, LEFT, y, "Họ và tên", 118, serial.name)
    y = _blank(sheet, LEFT + 118, y, "Ngày sinh", 68, serial.born)
    _blank(sheet, LEFT, y, "Số căn cước / giấy tờ", 92)
    _blank(sheet, LEFT + 92, y, "Điện thoại", 50, serial.phone)
    x = _tick(sheet, LEFT + 146, y, "Nam")
    _tick(sheet, x, y, "Nữ")
    y = _blank(sheet, LEFT, y + PITCH, "Nơi ở", WIDE)
    if form.guardian:
        _blank(sheet, LEFT, y, "Cha mẹ / người giám hộ", 118)
        y = _blank(sheet, LEFT + 118, y, "Điện thoại", 68)
    return y


def _consent(sheet: Sheet, form: PaperForm, y: float) -> float:
    y = _title(sheet, y, 2, "Đồng ý tiêm")
    for number, point in enumerate(form.consent, start=1):
        y = sheet.write_at(LEFT, y, f"{number}) {point}", 9, width=WIDE)
    y += 1
    x = _tick(sheet, LEFT, y, "Đồng ý tiêm")
    _tick(sheet, x, y, "Không đồng ý")
    return _blank(sheet, LEFT + 78, y, "Ngày, ký và ghi rõ họ tên", WIDE - 78)


def _screening(sheet: Sheet, form: PaperForm, y: float) -> float:
    y = _title(sheet, y, 3, "Khám sàng lọc")
    sheet.write_at(RIGHT - 32, y - 5.2, "Không", 8.5, colour=SOFT, width=16, align="C")
    sheet.write_at(RIGHT - 16, y - 5.2, "Có", 8.5, colour=SOFT, width=16, align="C")
    for number, question in form.items:
        top = y
        sheet.write_at(LEFT, y + 0.7, number, 9.5, width=8)
        y = max(sheet.write_at(LEFT + 8, y + 0.7, question, 9.5, width=WIDE - 44) + 0.7, top + 5)
        middle = (top + y) / 2 - 1.8
        sheet.box(RIGHT - 26, middle)
        sheet.box(RIGHT - 10, middle)
        sheet.rule(LEFT, y, WIDE)
    y += 1.2
    width = WIDE / max(1, len(form.vitals))
    for place, vital in enumerate(form.vitals):
        _blank(sheet, LEFT + place * width, y, vital, width)
    y += PITCH
    x = LEFT
    for verdict in form.verdicts:
        x = _tick(sheet, x, y, verdict)
    y = _blank(sheet, LEFT, y + 6, "Lý do, hẹn lại", 104)
    _blank(sheet, LEFT + 104, y - PITCH, "Bác sĩ, ký", 82)
    return y


def _dose(sheet: Sheet, y: float) -> float:
    y = _title(sheet, y, 4, "Tiêm")
    _blank(sheet, LEFT, y, "Vắc xin", 62)
    _blank(sheet, LEFT + 62, y, "Lô", 46)
    _blank(sheet, LEFT + 108, y, "Mũi thứ", 24)
    y = _blank(sheet, LEFT + 132, y, "Giờ tiêm", 54)
    x = _tick(sheet, LEFT, y, "Tay trái")
    _tick(sheet, x, y, "Tay phải")
    return _blank(sheet, LEFT + 62, y, "Người tiêm, ký", 124)


def _observation(sheet: Sheet, y: float) -> float:
    y = _title(sheet, y, 5, "Theo dõi ít nhất 30 phút")
    x = _tick(sheet, LEFT, y, "Bình thường")
    x = _tick(sheet, x, y, "Có phản ứng")
    _blank(sheet, x, y, "Giờ và dấu hiệu", RIGHT - x)
    _blank(sheet, LEFT, y + PITCH, "Giờ ra về", 62)
    y = _blank(sheet, LEFT + 62, y + PITCH, "Người theo dõi, ký", 124)
    return sheet.write_at(
        LEFT,
        y + 0.5,
        "Phiếu được nhập vào sổ quốc gia trong ngày, kể cả khi người được tiêm bị hoãn.",
        8,
        colour=INK,
        width=WIDE,
    )
