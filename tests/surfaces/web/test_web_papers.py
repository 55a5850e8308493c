"""Papers: one page where one page is promised, the facts readable as text, the code readable by a scanner."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import segno
from pypdf import PdfReader

from khien.surfaces.web import paper, qr
from khien.surfaces.web.paper import fonts
from khien.surfaces.web.paper.sheet import Sheet

MADE = datetime(2021, 12, 14, 4, 0, tzinfo=UTC)
DOSES = (
    paper.PaperDose("1", "12/10/2021", "AstraZeneca", "AZ99-0391", "Trạm y tế Vĩnh Phương"),
    paper.PaperDose(
        "2", "14/12/2021", "AstraZeneca", "AZ99-0412", "Nhà văn hóa Vĩnh Phương", at="10:44", volume="0,5 ml", new=True
    ),
)
CONFIRMATION = paper.ConfirmationFacts(
    facility="Trạm y tế xã Vĩnh Phương", facility_address="Thành phố Nha Trang, tỉnh Khánh Hòa.", facility_code="56099",
    serial="123 4567 8901", qr="12345678901", name="Trần Thị Mận", born="27/03/1951", id_label="Số căn cước",
    id_number="056 151 990 132", phone="0900 000 132", address="Xã Vĩnh Phương, TP. Nha Trang, Khánh Hòa", doses=DOSES,
    done="Đã đủ 2 mũi cơ bản.", next="Mũi nhắc từ 14/06/2022, sẽ nhắn tin mời.", sign_place="Vĩnh Phương", issued=MADE,
)  # fmt: skip
CERTIFICATE = paper.CertificateFacts(
    name="LÊ THU HÀ / LE THU HA", born="09/08/1996", nationality="Việt Nam / VNM", disease="COVID-19", doses_received="2",
    given_on="03/11/2021", dose_number="2/2", vaccine="SARS-CoV-2 mRNA vaccine", product="Comirnaty", maker="Biontech Manufacturing GmbH",
    certificate_id="URN:UVCI:01:VN:ABCDEF0123456789#K", qr="HC1:" + "6BF%RN" * 70, issuer="Bộ Y tế", issued=MADE,
    expires_on=date(2022, 11, 3),
)  # fmt: skip
FORM = paper.PaperForm(
    site="Nhà văn hóa xã Vĩnh Phương", session="Sáng thứ Ba 14/12/2021", title="Phiếu tiêm chủng COVID-19", basis="Quyết định 4355/QĐ-BYT",
    consent=("Vắc xin có thể không phòng được bệnh hoàn toàn.",), items=tuple((str(n), "Phụ nữ mang thai ≥ 13 tuần " * 3) for n in range(1, 12)),
    guardian=True,
)  # fmt: skip


def _read(octets: bytes) -> tuple[int, str]:
    pages = PdfReader(io.BytesIO(octets)).pages
    return len(pages), " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_confirmation_is_one_page_of_a5_that_says_everything():
    octets = paper.confirmation_pdf(CONFIRMATION)
    count, text = _read(octets)
    assert count == 1
    for fact in (
        "Trần Thị Mận",
        "27/03/1951",
        "056 151 990 132",
        "AZ99-0412",
        "0,5 ml",
        "10:44",
        "ngày 14 tháng 12 năm 2021",
        "115",
    ):
        assert fact in text
    box = PdfReader(io.BytesIO(octets)).pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (148, 210)


def test_seven_doses_and_the_longest_names_still_fit_on_one_page():
    many = tuple(
        paper.PaperDose(
            str(n),
            f"{n:02}/12/2021",
            "Pfizer-BioNTech Comirnaty",
            "PCA0012345",
            "Trung tâm văn hóa thể thao Quận Bình Thạnh",
            at="10:44",
            volume="0,3 ml",
            new=n == 7,
        )
        for n in range(1, 8)
    )
    long = replace(CONFIRMATION, doses=many, name="Công Tằng Tôn Nữ Hoàng Thị Phương Thảo Nguyên Khánh", address="Số 123/45/6 đường Nguyễn Thị Minh Khai, tổ dân phố số 17, Phường Hiệp Bình Chánh, Thành phố Thủ Đức, Thành phố Hồ Chí Minh", sample=True)  # fmt: skip
    count, text = _read(paper.confirmation_pdf(long))
    assert count == 1
    assert text.count("PCA0012345") == 7
    assert "Bản mẫu" in text


def test_the_certificate_shows_its_eleven_fields_in_two_languages():
    count, text = _read(paper.certificate_pdf(CERTIFICATE))
    assert count == 1
    for number, label in enumerate(
        (
            "Name",
            "Date of birth",
            "Nationality",
            "Disease",
            "Doses received",
            "Date of vaccination",
            "Dose number",
            "Vaccine",
            "Medicinal product",
            "Manufacturer",
            "Certificate identifier",
        ),
        start=1,
    ):
        assert f"{number}. " in text
        assert label in text
    assert "URN:UVCI:01:VN:ABCDEF0123456789#K" in text
    assert "03/11/2022" in text


def test_paper_forms_are_one_page_a_serial_and_each_serial_is_its_own():
    serials = [paper.PaperSerialText(f"000000012{n:03}9", f"00000 0012 {n:03}9") for n in range(1, 4)]
    count, text = _read(paper.paper_form_pdf(serials, FORM, made=MADE))
    assert count == 3
    assert all(serial.shown in text for serial in serials)
    assert "≥ 13 tuần" in text
    assert "giám hộ" in text


def test_a_call_sheet_repeats_its_head_and_loses_nobody():
    rows = [paper.CallRow(f"Người {n:03}", "1951", "0900 000 132", "08:30 14/12", "ghi chú dài " * 5) for n in range(70)]
    count, text = _read(paper.call_sheet_pdf(rows, title="Danh sách gọi", site="Trạm y tế", made=MADE))
    assert text.count("Danh sách gọi") == count > 2
    assert all(f"Người {n:03}" in text for n in range(70))
    assert _read(paper.call_sheet_pdf([], title="Danh sách gọi", site="x", made=MADE))[0] == 1


def test_slips_stand_six_to_a_page():
    row = paper.SlipRow(
        "Trần Thị Mận",
        "8 giờ 30, thứ Ba 14/12/2021",
        "Nhà văn hóa",
        "Vĩnh Phương",
        "AstraZeneca, mũi 2",
        "12345678901",
        "12345678901",
    )
    count, text = _read(paper.slips_pdf([row] * 8, made=MADE))
    assert count == 2
    assert text.count("123 4567 8901") == 8


def test_a_name_in_letters_the_face_lacks_is_printed_without_its_marks():
    _, text = _read(paper.confirmation_pdf(replace(CONFIRMATION, name="Čapek Łukasz 王")))
    assert "Capek" in text
    assert "?" in text


def test_the_same_facts_give_the_same_paper():
    assert paper.confirmation_pdf(CONFIRMATION) == paper.confirmation_pdf(CONFIRMATION)


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_the_face_holds_every_vietnamese_letter(weight):
    from fontTools.ttLib import TTFont

    known = TTFont(fonts.path(weight)).getBestCmap()
    letters = "".join(chr(c) for c in range(0x1EA0, 0x1EFA)) + "ĂÂĐÊÔƠƯăâđêôơưÀÁÃÈÉÌÍĨÒÓÕÙÚŨÝàáãèéìíĩòóõùúũý“”–…°≥≤"
    assert [letter for letter in letters if ord(letter) not in known] == []


def test_codes_are_drawn_from_the_text_they_are_given():
    rows = qr.matrix("12345678901")
    assert rows == [
        [bool(cell) for cell in row] for row in segno.make("12345678901", error="m", micro=False, boost_error=False).matrix
    ]


def test_only_what_does_not_fit_is_broken_letter_by_letter(monkeypatch):
    looked, breaks = [], Sheet.multi_cell
    monkeypatch.setattr(Sheet, "multi_cell", lambda self, *told, **how: looked.append(told[2]) or breaks(self, *told, **how))
    paper.confirmation_pdf(CONFIRMATION)
    assert not [text for text in looked if text in ("Họ và tên", "Trần Thị Mận", "Số")]
    assert len(looked) <= 9, "a confirmation has about forty lines, and thousands of them are printed in a day"
