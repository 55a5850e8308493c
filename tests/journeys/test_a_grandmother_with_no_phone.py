"""A grandmother without a phone: from the ward's list to a paper certificate whose QR anyone can check."""

from io import BytesIO
from pathlib import Path

import openpyxl

from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.people import queries as people
from khien.plumbing.models import AccessLog
from khien.registration import queries as registrations
from tests import make
from tests.journeys import steps
from tests.journeys.town import Town, codes_of, id_of, paper

GRANDMOTHER = "Trần Thị Mận"
PLACE = {9: "Phường 22", 10: "Quận Bình Thạnh", 11: "Thành phố Hồ Chí Minh"}


def neighbourhood(template: bytes) -> bytes:
    """The ward's template, filled in by hand: few phones, a year for a birthday, an old number, none at all."""
    book = openpyxl.load_workbook(BytesIO(template))
    sheet = book["Danh sách"]
    told = [
        {2: GRANDMOTHER, 3: "1938", 4: "Nữ", 5: "023990451", 8: "Tổ 5", 17: ""},
        {2: "Phạm Văn Ngôn", 3: "1941", 4: "Nam", 5: "", 8: "Tổ 5", 17: "mất"},
        {2: "Lê Thị Sáu", 3: "02/09/1962", 4: "Nữ", 5: make.make_number(year=1962, sex="female").value, 6: "0903 990 017", 8: "Tổ 6"},
    ]
    for line, row in enumerate(told, start=3):
        for column, value in {1: line - 2, **row, **PLACE}.items():
            sheet.cell(line, column, value)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_grandmother_with_no_phone_holds_a_paper_certificate_that_anyone_can_check(town: Town, tmp_path: Path) -> None:
    ward = make.make_organization(kind="ward", name="Ủy ban nhân dân Phường 22")
    point = steps.a_point(steps.WEDNESDAY, per_table=3)
    keeper = town.office("list_keeper", scope=Scope("commune", make.WARD[5:], "2021"))

    # the ward's clerk fills the template in and sends it: three neighbours, one phone among them
    keeper.go("/to-chuc/danh-sach")
    address = steps.send_list(keeper, ward, "to-5-to-6.xlsx", neighbourhood(keeper.fetch("Tải mẫu Excel")))
    keeper.press("Gửi đăng ký 3 người")
    town.until(lambda: registrations.list_view(id_of(address)).state == "sent", "the list is sent")
    keeper.go(address + "?loc=sent").sees(GRANDMOTHER, "Đang chờ đến lượt")

    # somebody goes from door to door with the call sheet on paper, and enters what each said
    keeper.go("/dieu-phoi/goi").sees(GRANDMOTHER, "không có số")
    assert GRANDMOTHER in paper(keeper.fetch("In danh sách gọi"))
    (her,) = [row.person_id for row in registrations.call_sheet([Scope("commune", make.WARD[5:], "2021")]) if row.full_name == GRANDMOTHER]
    keeper.press(f"Gặp được, sẽ đến {GRANDMOTHER}")
    assert registrations.of_person(her).call_outcome == "reached"

    # the district allocates tomorrow's places; no text can reach her, so the ward prints her slip
    steps.allocate(town.office("planner", scope=Scope("district", make.BINH_THANH, "2021")), f"2021-{make.BINH_THANH}", point.session_id)
    keeper.go(f"/dieu-phoi/buoi/{point.session_id}")
    slips = keeper.file(f"/dieu-phoi/buoi/{point.session_id}/giay-moi.pdf")
    assert GRANDMOTHER in paper(slips)
    assert len(codes_of(slips)) == 3

    # at the point she says her name; a namesake of hers would be told apart by the birth year
    town.at(steps.WEDNESDAY, 8, 5)
    desks = steps.at_the_desks(town, point)
    card, confirmation = desks.through("tran thi man")
    assert card.person_id == her
    words = paper(confirmation)
    for fact in (GRANDMOTHER, "1938", "023 990 451", "AstraZeneca", "15/12/2021"):
        assert fact in words
    assert card.code in codes_of(confirmation)

    # nobody has seen a paper that names her for sure: the certificate waits, and says for what
    held = town.until(lambda: certificates.by_record(card.record_id), "a certificate or its hold")
    assert (held.state, held.hold) == ("held", "identity_unverified")
    keeper.go(f"/dieu-phoi/ho-so/{her}?vi=identity").sees("Chưa ai xem giấy tờ tùy thân")
    keeper.follow("Xem giấy tờ", exact=True).tick("Đối chiếu sổ hộ tịch, cơ sở dữ liệu dân cư").press("Ghi đã xem giấy tờ")
    issued = town.until(lambda: (one := certificates.by_record(card.record_id)) and one.state == "issued" and one, "the certificate")

    # the ward prints it for her; whoever reads its QR knows that it is true
    keeper.go(f"/dieu-phoi/ho-so/{her}?vi=certificate")
    sheet = keeper.fetch("In chứng nhận 15/12/2021")
    assert GRANDMOTHER.upper() in paper(sheet)
    (text,) = codes_of(sheet)
    assert text == certificates.view(issued.id).text
    officer = town.visitor().go("/kiem-tra").type("Đoạn chữ bắt đầu bằng HC1:", text).press("Kiểm tra").sees("Hợp lệ")
    assert "Mận" in officer.reads()
    verdict = town.judged(text, tmp_path)
    assert (verdict["valid"], verdict["reason"]) == (True, "ok")

    # what the record says: one person, one dose, and every look at it
    (dose,) = immunizations.history(her, clock.on_date(clock.now())).doses
    assert (dose.vaccine, dose.dose_type, dose.validity) == ("AZ", "primary", "valid")
    assert people.details(her).phone == ""
    seen = set(AccessLog.objects.filter(person_id=her).values_list("purpose", flat=True))
    assert seen >= {"call_sheet", "search", "screening", "injection", "closing", "identity", "certificate"}
