"""The slip of a registration, A5: the code to say or to scan, and what happens next. In Vietnamese, as all papers."""

from dataclasses import dataclass
from datetime import datetime

from khien.surfaces.web import say
from khien.surfaces.web.paper.sheet import SOFT, TEAL, Sheet

LEFT, WIDE = 12.0, 124.0


@dataclass(frozen=True, slots=True)
class RegistrationPaper:
    """Who registered, under which code, when."""

    name: str
    code: str
    at: datetime
    hotline: str = "1900 9095"


def registration_pdf(facts: RegistrationPaper, *, made: datetime) -> bytes:
    """One page of A5."""
    sheet = Sheet("A5", title="Phiếu đăng ký tiêm", made=made)
    sheet.add_page()
    sheet.mark(LEFT, 12, 9)
    sheet.write_at(LEFT + 13, 12.5, "Khiên, tiêm chủng toàn dân", 10.5, colour=SOFT, width=100)
    y = sheet.write_at(LEFT, 28, "Phiếu đăng ký tiêm vắc xin", 17, bold=True, colour=TEAL, width=WIDE)
    y = sheet.fitted(LEFT, y + 4, facts.name, 15, WIDE, bold=True)
    y = sheet.write_at(LEFT, y + 1, f"Đăng ký lúc {say.hm(facts.at)}, {say.day_in_words(facts.at)}", 10.5, width=WIDE)
    sheet.code(facts.code, LEFT, y + 6, 42)
    sheet.write_at(LEFT + 48, y + 12, "Mã đăng ký", 10.5, colour=SOFT, width=76)
    sheet.write_at(LEFT + 48, y + 18, say.groups(facts.code), 19, bold=True, width=76)
    y += 54
    for head, text in (
        ("Chờ đến lượt.", "Xếp theo nhóm ưu tiên, tuổi và nơi ở; cách xếp được công khai."),
        ("Nhận tin hoặc giấy mời.", "Có ngày, giờ và nơi tiêm. Bận thì gọi để đổi giờ."),
        ("Đến tiêm.", "Mang phiếu này hoặc căn cước. Ăn no, uống thuốc như mọi ngày."),
    ):
        y = sheet.write_at(LEFT, y, head, 11, bold=True, width=WIDE)
        y = sheet.write_at(LEFT, y, text, 10.5, width=WIDE) + 3
    sheet.write_at(LEFT, y + 3, f"Hỏi đáp {facts.hotline}. Tiêm miễn phí, không ai được thu tiền.", 10.5, bold=True, width=WIDE)
    return sheet.octets()
