"""The vaccination certificate, A4: the code, and the eleven fields in Vietnamese and English."""

from khien.surfaces.web import say
from khien.surfaces.web.paper.facts import CertificateFacts
from khien.surfaces.web.paper.sheet import SOFT, TEAL, Sheet

LEFT, RIGHT = 18.0, 192.0
WIDE = RIGHT - LEFT
CODE = 66.0


def certificate_pdf(facts: CertificateFacts) -> bytes:
    """Draw the certificate on one page."""
    sheet = Sheet("A4", title=f"Chứng nhận tiêm chủng COVID-19, {facts.certificate_id}", made=facts.issued)
    sheet.add_page()
    if facts.sample:
        sheet.sample()
    y = _head(sheet)
    sheet.code(facts.qr, RIGHT - CODE, y, CODE, error="q")
    sheet.write_at(RIGHT - CODE, y + CODE + 3.5, "Quét để kiểm tra / Scan to verify", 9, colour=SOFT, width=CODE, align="C")
    low = _fields(sheet, facts, y, WIDE - CODE - 8, y + CODE + 10)
    low = max(low, y + CODE + 12)
    sheet.rule(LEFT, low + 4, WIDE)
    words = f"Cấp ngày / Issued on: {say.dmy(facts.issued)}"
    if facts.expires_on:
        words += f"     Mã có hạn đến / Code valid until: {say.dmy(facts.expires_on)}"
    y = sheet.write_at(LEFT, low + 7, words, 10, width=WIDE)
    y = sheet.write_at(LEFT, y, f"Nơi cấp / Issuer: {facts.issuer}", 10, bold=True, width=WIDE)
    note = (
        "Chứng nhận được ký số; giá trị nằm trong mã QR. Giấy này không thay giấy tờ tùy thân. / "
        "This certificate is signed digitally; the QR code is what counts. It is not a travel or identity document."
    )
    sheet.write_at(LEFT, y + 4, note, 9, colour=SOFT, width=WIDE)
    return sheet.octets()


def _head(sheet: Sheet) -> float:
    sheet.mark(LEFT, 16, 15)
    y = sheet.write_at(LEFT + 21, 15, "Chứng nhận tiêm chủng COVID-19", 21, bold=True, width=WIDE - 21)
    y = sheet.write_at(LEFT + 21, y - 1, "COVID-19 vaccination certificate", 13, colour=SOFT, width=WIDE - 21)
    sheet.rule(LEFT, y + 4, WIDE, thick=0.6, colour=TEAL)
    return y + 11


def _fields(sheet: Sheet, facts: CertificateFacts, y: float, narrow: float, wide_from: float) -> float:
    rows = (
        ("Họ và tên", "Name", facts.name, 15.0),
        ("Ngày sinh", "Date of birth", facts.born, 11.5),
        ("Quốc tịch", "Nationality", facts.nationality, 11.5),
        ("Bệnh", "Disease targeted", facts.disease, 11.5),
        ("Số mũi đã tiêm", "Doses received", facts.doses_received, 11.5),
        ("Ngày tiêm", "Date of vaccination", facts.given_on, 11.5),
        ("Mũi số", "Dose number", facts.dose_number, 11.5),
        ("Vắc xin", "Vaccine", facts.vaccine, 11.5),
        ("Sản phẩm", "Medicinal product", facts.product, 11.5),
        ("Nhà sản xuất", "Manufacturer", facts.maker, 11.5),
        ("Mã chứng nhận", "Certificate identifier", facts.certificate_id, 10.5),
    )
    for number, (vi, en, value, size) in enumerate(rows, start=1):
        width = narrow if y < wide_from else WIDE
        below = sheet.write_at(LEFT, y, f"{number}. {vi} / {en}", 9, colour=SOFT, width=width)
        y = sheet.write_at(LEFT, below, value, size, bold=True, width=width) + 2.6
    return y
