"""A firm's clerk sends 500 workers from a messy workbook; nothing is lost, doubled or guessed; a draw invites those who fit."""

import unicodedata
from io import BytesIO

import openpyxl

from khien.access import actions as access
from khien.booking import queries as bookings
from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.kernel.refs import Scope
from khien.people import queries as people
from khien.people.models import Person
from khien.registration import queries as registrations
from khien.registration.models import Registration
from tests import make
from tests.journeys import steps
from tests.journeys.town import Hands, Town, id_of

CLERK_PHONE, WORKERS, DOUBLES = "0938990500", 500, 10
GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang", "Hạnh", "Hòa", "Khánh", "Lượng", "Mỹ", "Ngọc", "Phượng", "Quý", "Sương", "Thủy", "Tuấn", "Uyên", "Vũ", "Xuyến", "Yến")
MIDDLE = ("Thị Kim", "Văn", "Hữu", "Thị Ngọc", "Quốc", "Minh", "Thị Bích", "Đức", "Thanh", "Công", "Thị Mỹ", "Trọng", "Gia", "Bảo", "Thị Thu", "Tấn", "Hoàng", "Thị Ánh",
          "Xuân", "Thế", "Ngọc", "Đình", "Thị Diễm", "Phúc", "Thị Lệ")  # fmt: skip


def worker(number: int) -> list[object]:
    """One row as the firm keeps it: a name nobody else has, a birth date, a number; written in the ways that clerks write."""
    female = number % 2 == 0
    day, month, year = number % 28 + 1, number % 12 + 1, 1970 + number % 30
    name = f"Nguyễn {MIDDLE[number // 20]} {GIVEN[number % 20]}"
    id_number = make.make_number(year=year, sex="female" if female else "male").value
    return [
        number + 1, unicodedata.normalize("NFD", name) if number % 3 == 0 else name, f"{day:02}/{month:02}/{year}", "Nữ" if female else "Nam",
        float(id_number) if number % 4 == 0 else id_number.lstrip("0") if number % 4 == 1 else id_number, CLERK_PHONE, "Phường 22", "Quận Bình Thạnh",
        "Thành phố Hồ Chí Minh",
    ]  # fmt: skip


def workbook(rows: list[list[object]]) -> bytes:
    """Merged titles, an empty column on the left, the header on the sixth row, a sum at the end."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.cell(1, 2, "CÔNG TY MAY THỬ")
    sheet.merge_cells("B1:F1")
    sheet.cell(3, 2, "DANH SÁCH CÔNG NHÂN ĐĂNG KÝ TIÊM")
    sheet.merge_cells("B3:J3")
    heads = ["TT", "Họ tên", "Ngày tháng năm sinh", "Nam/Nữ", "Số CMND/CCCD", "SĐT", "Xã/Phường", "Quận/Huyện", "Tỉnh/TP"]
    for line, row in enumerate([heads, *rows], start=6):
        for column, value in enumerate(row, start=2):
            sheet.cell(line, column, value)
    sheet.cell(8 + len(rows), 3, f"Tổng cộng: {len(rows)} người")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def messy() -> bytes:
    """500 rows: 490 workers; 5 rows that cannot be read, 5 doubles with their number, 5 without it."""
    rows = [worker(number) for number in range(WORKERS - DOUBLES)]
    for line, (column, wrong) in zip((40, 140, 240, 340, 440), ((2, "31/02/1980"), (2, "trẻ"), (1, ""), (2, "mùa hè"), (4, "12345")), strict=True):
        rows[line][column] = wrong
    doubles = [list(rows[index * 7 + 1]) for index in range(DOUBLES)]
    for double in doubles[5:]:
        double[4] = ""
    return workbook(rows + doubles)


def mended(errors: bytes) -> bytes:
    """The error file as the clerk gives it back: what was left of the refused cells, put right."""
    book = openpyxl.load_workbook(BytesIO(errors))
    for row in book.active.iter_rows():
        for cell in row:
            right = {"trẻ": "01/09/1990", "mùa hè": "05/05/1980", "12345": make.make_number(year=1990, sex="female").value}.get(str(cell.value))
            if right:
                cell.value = right
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def sign_in(town: Town, firm: object) -> Hands:
    """The clerk's account, opened by the ministry, and its first sign-in by password and code."""
    import pyotp

    made = access.add_staff(username="congtymay", full_name="Đỗ Thị Kế Thử", password=make.PASSWORD, by=make.BY, at=make.AT)
    access.give_post(staff_id=made.staff_id, role="organization_clerk", scope=Scope("organization", str(firm)), by=make.BY, at=make.AT)
    hands = town.visitor(width=1280).go("/to-chuc").follow("Đăng nhập")
    hands.type("Tài khoản", "congtymay").type("Mật khẩu", make.PASSWORD)
    hands.type("Mã 6 số", pyotp.TOTP(made.totp_secret).at(clock.now())).press("Vào làm việc").sees("Công ty May Thử")
    return hands


def test_a_firm_sends_five_hundred_workers_and_a_draw_that_repeats_invites_them(town: Town) -> None:
    firm = make.make_organization(name="Công ty May Thử")
    known = make.make_person("Nguyễn Thị Kim Chi", birth=PartialDate(1972, 3, 3), sex="female", identifier=None, no_identifier_reason="lost")
    clerk = sign_in(town, firm)
    assert openpyxl.load_workbook(BytesIO(clerk.fetch("Tải mẫu Excel")))["Danh sách"].max_column >= 9

    # given: 500 rows as the firm keeps them; when: uploaded; then: read in the background, every row with its verdict
    address = steps.send_list(clerk, firm, "cong-nhan.xlsx", messy())
    list_id = id_of(address)
    first = registrations.totals(list_id)
    assert (first.refused, first.possible, first.accepted + first.repaired) == (10, 6, WORKERS - 16)
    assert first.repaired > 200
    clerk.go(f"{address}?loc=refused").sees("Không có ngày này trong lịch")

    # two rows mended on the page, the others in the error file, sent back
    clerk.follow("Sửa dòng này 47").type("Ngày sinh", "13/05/1980").press("Lưu dòng này")
    nameless = next(row for row in registrations.list_rows(list_id, "refused") if any(one["field"] == "full_name" for one in row.refusals))
    clerk.go(f"/to-chuc/dong/{nameless.id}").type("Họ và tên", "Nguyễn Quên Tên Thử").press("Lưu dòng này")
    errors = clerk.go(f"{address}?loc=refused").fetch("Tải tệp báo lỗi")
    clerk.upload("Tệp báo lỗi đã sửa", "dong-can-sua.xlsx", mended(errors))
    steps.until_done(clerk.press("Gửi lại tệp đã sửa"))
    left = [(row.source_row, [one["code"] for one in row.refusals]) for row in registrations.list_rows(list_id, "refused")]
    assert len(left) == 5, left

    # a number that stands twice is one person: its second row is left out
    for _ in range(5):
        clerk.go(f"{address}?loc=refused").sees("đã có ở dòng").press("Bỏ dòng này")

    # whoever may be there already is shown, masked, and decided by a person
    for _ in range(6):
        clerk.go(f"{address}?loc=possible").sees("có thể trùng, chờ quyết định")
        if clerk.page.get_by_role("button", name="Cùng một người").count():
            assert "Nguyễn Thị Kim Chi" not in clerk.page.inner_text(".kh-pair")
            clerk.press("Cùng một người")
        else:
            clerk.press("Bỏ dòng này")
    assert "chờ quyết định" not in clerk.go(address).reads()

    sendable = registrations.list_view(list_id).sendable
    steps.until_done(clerk.go(address).press(f"Gửi đăng ký {sendable} người"))
    assert registrations.list_view(list_id).state == "sent"
    clerk.go(f"{address}?loc=sent").sees("Đang chờ đến lượt")

    # then: each worker is one person, once in the queue, and the one who was there keeps the record
    waiting = Registration.objects.filter(state="waiting").count()
    assert waiting == Registration.objects.values("person_id").distinct().count() == WORKERS - DOUBLES
    assert Person.objects.count() == WORKERS - DOUBLES
    assert registrations.of_person(known) is not None
    assert people.person(known).full_name == "Nguyễn Thị Kim Chi"

    # the clerk's phone stands on 500 rows and opens nobody's record
    nosy = town.visitor()
    steps.sign_in(nosy, CLERK_PHONE)
    nosy.go("/so/gia-dinh").sees("Chưa có ai")

    # the district draws 60 places; the public page and the command come to the same result
    point = steps.a_point(steps.WEDNESDAY, per_table=60)
    code = steps.allocate(town.office("planner", scope=Scope("district", make.BINH_THANH, "2021")), f"2021-{make.BINH_THANH}", point.session_id)
    town.operator("allocation", "replay", code)
    assert bookings.session(point.session_id).free == 0
    town.visitor().go(f"/minh-bach/{code}").sees("Được mời", "60")
    clerk.go(f"{address}?loc=sent").sees("Đã có hẹn")
