"""The confirmation of vaccination, A5, always one page. In Vietnamese, as the ministry prescribes it."""

from khien.surfaces.web import say
from khien.surfaces.web.paper.facts import ConfirmationFacts
from khien.surfaces.web.paper.sheet import READY, SOFT, STOP, TEAL, Sheet

LEFT, RIGHT, TOP = 10.0, 138.0, 9.0
WIDE = RIGHT - LEFT
SIGN, LOW_SIGN = 172.0, 182.0  # where the signature stands; lower when there are many doses
COLUMNS = (8.6, 22.4, 27.0, 24.0, 46.0)
TITLE = "Phiếu xác nhận đã tiêm vắc xin phòng COVID-19"


def confirmation_pdf(facts: ConfirmationFacts) -> bytes:
    """Draw the paper; long names and many doses make the text smaller, never a second page."""
    for sign, ratio in ((SIGN, 1.0), (LOW_SIGN, 0.95), (LOW_SIGN, 0.88), (LOW_SIGN, 0.8), (LOW_SIGN, 0.72), (LOW_SIGN, 0.64)):
        sheet, bottom = _draw(facts, ratio, sign)
        if bottom <= sign - 2:
            break
    return sheet.octets()


def _draw(facts: ConfirmationFacts, ratio: float, sign: float) -> tuple[Sheet, float]:
    sheet = Sheet("A5", title=f"{TITLE}, {facts.serial}", made=facts.issued, ratio=ratio)
    sheet.add_page()
    if facts.sample:
        sheet.sample()
    y = _head(sheet, facts)
    y = sheet.write_at(LEFT, y + 5 * ratio, TITLE, 15.5, bold=True, width=90 if ratio == 1 else WIDE) + 3.5 * ratio
    y = max(_who(sheet, facts, y), y + 39)
    y = _doses(sheet, facts, y + 3 * ratio)
    y = _next(sheet, facts, y + 4 * ratio)
    y = _advice(sheet, facts, y + 4 * ratio)
    _sign(sheet, facts, sign)
    return sheet, y


def _head(sheet: Sheet, facts: ConfirmationFacts) -> float:
    sheet.mark(LEFT, TOP + 2, 8.5)
    y = sheet.fitted(LEFT + 12, TOP, facts.facility, 10.5, 74, bold=True)
    y = sheet.write_at(LEFT + 12, y, facts.facility_address, 9, width=74)
    y = sheet.write_at(LEFT + 12, y, f"Mã cơ sở {facts.facility_code}", 9, width=74)
    below = sheet.write_at(RIGHT - 40, TOP + 1.5, "Số", 9, width=40, align="R")
    sheet.fitted(RIGHT - 40, below, facts.serial, 10.5, 40, bold=True, align="R")
    y = max(y, TOP + 13) + 2.5
    sheet.rule(LEFT, y, WIDE, thick=0.53, colour=TEAL)
    return y


def _who(sheet: Sheet, facts: ConfirmationFacts, y: float) -> float:
    sheet.code(facts.qr, RIGHT - 31, y, 31)
    sheet.write_at(RIGHT - 31, y + 33.2, "Quét để kiểm tra", 8.5, width=31, align="C")
    rows = (
        ("Họ và tên", facts.name, 14.0),
        ("Ngày sinh", facts.born, 10.5),
        (facts.id_label, facts.id_number, 10.5),
        ("Điện thoại", facts.phone, 10.5),
        ("Nơi ở", facts.address, 10.5),
    )
    for label, text, size in rows:
        if text:
            drop = (size - 10.5) * 0.25
            sheet.write_at(LEFT, y + drop, label, 10.5, colour=SOFT, width=25)
            y = sheet.write_at(LEFT + 25, y, text, size, bold=True, width=WIDE - 25 - 36) + 1.2
    return y


def _doses(sheet: Sheet, facts: ConfirmationFacts, y: float) -> float:
    y = sheet.row(LEFT, y, ("Mũi", "Ngày", "Vắc xin", "Lô", "Nơi tiêm"), COLUMNS, 9.5, bold=True)
    sheet.rule(LEFT, y, WIDE, thick=0.5, colour=(20, 33, 43))
    for dose in facts.doses:
        cells = (  # hour and volume of today's dose only: the others are told apart by day and lot
            dose.number,
            f"{dose.on}\n{dose.at}" if dose.at and dose.new else dose.on,
            f"{dose.vaccine}\n{dose.volume}" if dose.volume and dose.new else dose.vaccine,
            dose.lot,
            dose.place,
        )
        y = sheet.row(LEFT, y, cells, COLUMNS, 9.5, bold=dose.new, gap=1.6 * sheet.ratio)
    return y


def _next(sheet: Sheet, facts: ConfirmationFacts, y: float) -> float:
    text = f"**{facts.done}** {facts.next}".strip()
    high = sheet.style(10.5)
    sheet.set_xy(LEFT + 12, y + 2.5)
    sheet.multi_cell(WIDE - 16, high, sheet.clean(text), markdown=True, padding=0)
    bottom = sheet.get_y() + 2.5
    sheet.frame(LEFT, y, WIDE, bottom - y, colour=READY, thick=0.35, round_=2)
    sheet.sign_check(LEFT + 3.5, (y + bottom) / 2 - 2.75, 5.5)
    return bottom


def _advice(sheet: Sheet, facts: ConfirmationFacts, y: float) -> float:
    half = (WIDE - 4) / 2
    left = sheet.write_at(LEFT, y, f"Tự theo dõi {facts.watch_days} ngày", 10.5, bold=True, width=half)
    usual = "Đau chỗ tiêm, sốt nhẹ, mệt: thường gặp, tự hết sau 1 đến 3 ngày. Uống đủ nước, nghỉ ngơi."
    left = sheet.write_at(LEFT, left + 0.5, usual, 9.5, width=half)
    x = LEFT + half + 4
    sheet.sign_warn(x, y + 0.2, 4.6 * sheet.ratio)
    right = sheet.write_at(x + 6, y, "Đi cấp cứu, gọi 115", 10.5, bold=True, colour=STOP, width=half - 6)
    danger = "Khó thở, đau ngực, ngất, sưng mặt, đau đầu dữ dội, tím tái, chảy máu bất thường."
    right = sheet.write_at(x, right + 0.5, danger, 9.5, colour=STOP, width=half)
    return max(left, right)


def _sign(sheet: Sheet, facts: ConfirmationFacts, top: float) -> None:
    sheet.ratio = 1.0
    y = sheet.write_at(LEFT, top, f"Hỏi đáp {facts.hotline}", 9, bold=True, width=60)
    y = sheet.write_at(LEFT, y, "Sai thông tin? Quét mã, chọn “Sửa”.", 9, width=60)
    if facts.sample:
        sheet.write_at(LEFT, y, "Bản mẫu, không có giá trị.", 9, colour=SOFT, width=60)
    words = f"{facts.sign_place}, {say.day_in_words(facts.issued)}" if facts.sign_place else say.day_in_words(facts.issued)
    y = sheet.fitted(RIGHT - 66, top, words, 9, 66, align="C")
    y = sheet.write_at(RIGHT - 66, y, "Đại diện cơ sở tiêm", 9, bold=True, width=66, align="C")
    sheet.write_at(RIGHT - 66, y, "Ký, đóng dấu", 9, colour=SOFT, width=66, align="C")
