"""The reporting form for adverse events following immunization (WHO's form of 12/2020), A4, in Vietnamese, as filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from khien.surfaces.web import say
from khien.surfaces.web.paper.sheet import INK, SOFT, TEAL, Sheet

LEFT, RIGHT, TOP, BOTTOM = 14.0, 196.0, 12.0, 284.0
WIDE = RIGHT - LEFT
HALF = (WIDE - 6) / 2
TITLE = "Phiếu báo cáo phản ứng sau tiêm chủng (AEFI)"
# The events of the form, with the signs of ours that they stand for.
EVENTS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Phản ứng tại chỗ nặng, quá 3 ngày hoặc quá khớp gần nhất", frozenset({"severe_local"})), ("Co giật", frozenset({"seizure"})),
    ("Áp xe", frozenset()), ("Nhiễm khuẩn huyết", frozenset()), ("Bệnh não", frozenset()), ("Hội chứng sốc nhiễm độc", frozenset()),
    ("Giảm tiểu cầu, xuất huyết", frozenset({"bleeding"})), ("Phản vệ", frozenset({"anaphylaxis"})), ("Sốt từ 38 độ", frozenset({"fever", "high_fever"})),
)  # fmt: skip
SERIOUS = (
    ("death", "Tử vong"), ("life_threatening", "Đe dọa tính mạng"), ("disability", "Di chứng"), ("hospitalisation", "Nhập viện"),
    ("congenital_anomaly", "Dị tật bẩm sinh"), ("other", "Khác"),
)  # fmt: skip
OUTCOMES = (
    ("recovering", "Đang hồi phục"), ("recovered", "Đã khỏi"), ("recovered_with_sequelae", "Khỏi, di chứng"), ("not_recovered", "Chưa khỏi"),
    ("unknown", "Chưa rõ"), ("died", "Đã mất"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AefiFacts:
    """What the form says, in words; `values` are WHO's core variables by code, `more` the further fields."""

    code: str
    unique_number: str
    values: Mapping[str, str]
    more: Mapping[str, str]
    patient_phone: str
    signs: Sequence[str]
    anaphylaxis: bool
    serious: Sequence[str]
    outcome: str
    died_on: str
    site: str
    interval: str
    dates: Sequence[tuple[str, str]]
    cause: str
    made: datetime


def aefi_form_pdf(facts: AefiFacts) -> bytes:
    """Draw the form; long texts go on to a second page, nothing is cut."""
    sheet = Sheet("A4", title=f"{TITLE}, {facts.code}", made=facts.made)
    sheet.add_page()
    y = _head(sheet, facts)
    y = _two(sheet, y, "Người bệnh", _patient(facts), "Người báo cáo", _reporter(facts))
    y = _vaccine(sheet, y, facts)
    y = _events(sheet, y, facts)
    y = _choice(sheet, y, "Nghiêm trọng", SERIOUS, set(facts.serious), first="Không" if not facts.serious else "Có")
    y = _choice(sheet, y, "Tình trạng", OUTCOMES, {facts.outcome}, first=f"ngày mất {facts.died_on}" if facts.died_on else "")
    for label, text in (
        ("Diễn biến", facts.more.get("description", "")), ("Chẩn đoán", facts.more.get("diagnosis", "")), ("Xử trí, bệnh viện", ". ".join(filter(None, (facts.more.get("treatment", ""), facts.more.get("hospital", ""))))),
        ("Tiền sử", facts.values.get("history", "")), ("Vắc xin khác tiêm ngay trước", facts.values.get("other_vaccines", "")),
        ("Kết quả điều tra", facts.more.get("findings", "")), ("Khám nghiệm tử thi", facts.more.get("autopsy", "")),
        ("Ý kiến của cán bộ quốc gia", facts.values.get("comments", "")),
    ):  # fmt: skip
        y = _text(sheet, y, label, text)
    _end(sheet, y, facts)
    return sheet.octets()


def _head(sheet: Sheet, facts: AefiFacts) -> float:
    sheet.mark(LEFT, TOP, 9)
    y = sheet.write_at(LEFT + 13, TOP - 1, TITLE, 14.5, bold=True, width=WIDE - 60)
    y = sheet.write_at(LEFT + 13, y, "Theo mẫu của Tổ chức Y tế Thế giới (12/2020) và Nghị định 104/2016/NĐ-CP", 8.5, colour=SOFT, width=WIDE - 60)
    below = sheet.write_at(RIGHT - 46, TOP, "Mã duy nhất toàn cầu", 8, colour=SOFT, width=46, align="R")
    sheet.fitted(RIGHT - 46, below, facts.unique_number, 10, 46, bold=True, align="R")
    y = max(y, TOP + 12) + 1.5
    sheet.rule(LEFT, y, WIDE, thick=0.53, colour=TEAL)
    return y + 2


def _patient(facts: AefiFacts) -> list[tuple[str, str]]:
    told = facts.values
    return [
        ("Họ và tên", told.get("patient", "")), ("Nơi ở", told.get("location", "")), ("Điện thoại", facts.patient_phone), ("Giới tính", told.get("sex", "")),
        ("Ngày sinh hoặc tuổi", told.get("birth", "")), ("Mang thai, cho con bú", facts.more.get("pregnant", "")),
    ]  # fmt: skip


def _reporter(facts: AefiFacts) -> list[tuple[str, str]]:
    told = facts.values
    return [
        ("Họ và tên", told.get("reporter", "")), ("Cơ sở", told.get("institution", "")), ("Chức vụ", told.get("position", "")),
        ("Điện thoại", told.get("phone", "")), ("Thư điện tử", told.get("email", "")), ("Báo ở tuyến đầu", told.get("first_level_on", "")),
        ("Nhận lần đầu, nước", ", ".join(filter(None, (told.get("received_on", ""), told.get("country", ""))))),
    ]  # fmt: skip


def _two(sheet: Sheet, y: float, left: str, first: list[tuple[str, str]], right: str, second: list[tuple[str, str]]) -> float:
    return max(_block(sheet, LEFT, y, left, first), _block(sheet, LEFT + HALF + 6, y, right, second)) + 2


def _block(sheet: Sheet, x: float, y: float, title: str, rows: list[tuple[str, str]]) -> float:
    y = sheet.write_at(x, y, title, 10.5, bold=True, colour=TEAL, width=HALF)
    for label, text in rows:
        top = sheet.write_at(x, y + 0.4, label, 8.5, colour=SOFT, width=30)
        y = max(top, sheet.write_at(x + 31, y + 0.4, text or "........................................", 9.5, bold=bool(text), colour=INK if text else SOFT, width=HALF - 31))
    return y


def _vaccine(sheet: Sheet, y: float, facts: AefiFacts) -> float:
    told = facts.values
    y = sheet.write_at(LEFT, y, "Vắc xin", 10.5, bold=True, colour=TEAL, width=WIDE)
    widths = (38.0, 26.0, 20.0, 38.0, 60.0)
    y = sheet.row(LEFT, y, ("Vắc xin", "Số lô", "Mũi thứ", "Ngày giờ tiêm", "Nơi tiêm"), widths, 8.5, bold=True, gap=1)
    cells = tuple(told.get(code, "") for code in ("vaccine", "batch", "dose_number", "vaccinated_at"))
    y = sheet.row(LEFT, y, (*cells, facts.site), widths, 9.5, gap=1)
    if facts.more.get("diluent"):
        y = sheet.write_at(LEFT, y + 0.5, f"Dung môi: {facts.more['diluent']}", 9, width=WIDE)
    return y + 2


def _events(sheet: Sheet, y: float, facts: AefiFacts) -> float:
    told = {*facts.signs, *(("anaphylaxis",) if facts.anaphylaxis else ())}
    y = sheet.write_at(LEFT, y, "Phản ứng", 10.5, bold=True, colour=TEAL, width=WIDE)
    start, third = y + 0.5, WIDE / 3
    lowest = start
    for place, (words, signs) in enumerate(EVENTS):
        x, top = LEFT + place % 3 * third, start + place // 3 * 9
        _tick(sheet, x, top, bool(told & signs))
        lowest = max(lowest, sheet.write_at(x + 5, top - 0.6, words, 8.5, width=third - 7))
    y = sheet.write_at(LEFT, lowest + 0.8, f"Tất cả dấu hiệu: {facts.values.get('event', '')}", 9.5, width=WIDE)
    return sheet.write_at(LEFT, y + 0.3, f"Bắt đầu {facts.values.get('onset_at', '')}{f', {facts.interval} sau tiêm' if facts.interval else ''}", 9.5, width=WIDE) + 2


def _tick(sheet: Sheet, x: float, y: float, on: bool) -> None:
    sheet.box(x, y)
    if on:
        sheet.set_draw_color(*INK)
        sheet.set_line_width(0.6)
        sheet.polyline([(x + 0.7, y + 1.9), (x + 1.5, y + 2.9), (x + 3, y + 0.8)])


def _choice(sheet: Sheet, y: float, title: str, choices: Sequence[tuple[str, str]], chosen: set[str], *, first: str) -> float:
    y = sheet.write_at(LEFT, y, f"{title}{f': {first}' if first else ''}", 10.5, bold=True, colour=TEAL, width=WIDE) + 0.5
    step = WIDE / len(choices)
    for place, (code, words) in enumerate(choices):
        _tick(sheet, LEFT + place * step, y, code in chosen)
        sheet.fitted(LEFT + place * step + 5, y - 0.6, words, 8.5, step - 6)
    return y + 6.5


def _text(sheet: Sheet, y: float, label: str, text: str) -> float:
    """A field of free text; without words a line to write on, and a new page where it does not fit."""
    high = sheet.height_of(text, 9.5, WIDE) + 7
    if y + high > BOTTOM:
        sheet.add_page()
        y = TOP
    y = sheet.write_at(LEFT, y, label, 8.5, colour=SOFT, width=WIDE)
    if text:
        return sheet.write_at(LEFT, y, text, 9.5, width=WIDE) + 1.5
    sheet.rule(LEFT, y + 4.5, WIDE)
    return y + 6


def _end(sheet: Sheet, y: float, facts: AefiFacts) -> None:
    if y + 34 > BOTTOM:
        sheet.add_page()
        y = TOP
    y = sheet.write_at(LEFT, y + 1, "Thời hạn theo Nghị định 104/2016", 10.5, bold=True, colour=TEAL, width=WIDE)
    step = WIDE / len(facts.dates)
    below = y
    for place, (label, text) in enumerate(facts.dates):
        low = sheet.write_at(LEFT + place * step, y, label, 8.5, colour=SOFT, width=step - 3)
        below = max(below, sheet.write_at(LEFT + place * step, low, text or "chưa", 9.5, bold=bool(text), width=step - 3))
    if facts.cause:
        below = sheet.write_at(LEFT, below + 1, f"Phân loại nguyên nhân (WHO 2019): {facts.cause}", 9.5, bold=True, width=WIDE)
    sheet.write_at(LEFT, below + 4, f"In lúc {say.dmyhm(facts.made)}", 8.5, colour=SOFT, width=60)
    sheet.write_at(RIGHT - 70, below + 4, "Người báo cáo ký, ghi rõ họ tên", 9, width=70, align="C")
