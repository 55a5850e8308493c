"""A file in several sheets, and a row mended in part: nothing of it is lost between the page and the file."""

from io import BytesIO

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from khien.registration import queries
from tests import make
from tests.surfaces.portal.test_portal_lists import clerk, firm, rows, text  # noqa: F401

HEAD = ["Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD"]
LAST = "Thành phố Hồ Chí Minh"


def uploaded(clerk, firm, book):  # noqa: F811
    out = BytesIO()
    book.save(out)
    page = clerk.post(f"/to-chuc/{firm}", {"file": SimpleUploadedFile("ba-to.xlsx", out.getvalue()), "known": "on"}, follow=True)
    make.work()
    return page.redirect_chain[-1][0]


def test_a_sheet_that_was_not_read_is_told_before_the_rows(clerk, firm):  # noqa: F811
    book = openpyxl.Workbook()
    book.active.title = "Tổ 1"
    for name, head in (("Tổ 1", HEAD), ("Tổ 2", None), ("Tổ 3", HEAD), ("Tổ 4", HEAD)):
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        if head:
            sheet.append(head)
        sheet.append(["Nguyễn Thị Lan", "12/03/1984", "Nữ", make.make_number(sex="female").value])
    book["Tổ 4"].sheet_state = "hidden"
    page = text(clerk.get(uploaded(clerk, firm, book)))
    assert "Trang “Tổ 2” chưa được đọc" in page
    assert "Trang “Tổ 4” đang ẩn" in page
    assert "trang “Tổ 3”" in page


def test_what_was_mended_in_part_is_in_the_next_file_of_errors(clerk, firm):  # noqa: F811
    list_id = make.make_list("Lê Văn S4i,31/02/1988,Nam,,", organization_id=firm)
    clerk.post(f"/to-chuc/dong/{rows(list_id)[0].id}", {"full_name": "Lê Văn Sai", "birth_date": "31/02/1988", "sex": "Nam"})
    book = openpyxl.load_workbook(BytesIO(clerk.get(f"/to-chuc/danh-sach/{list_id}/dong-can-sua.xlsx").content))
    cells = [cell.value for row in book.active.iter_rows() for cell in row]
    assert "Lê Văn Sai" in cells
    assert "Lê Văn S4i" not in cells
    assert "31/02/1988" in cells


def test_the_cells_too_many_are_shown_and_come_back_until_they_are_put_right(clerk, firm):  # noqa: F811
    list_id = make.make_list("Lê Văn An,12/03/1988,Nam,,,12 Lê Lợi", organization_id=firm)  # its comma moved every cell after it
    assert f"“{LAST}”" in text(clerk.get(f"/to-chuc/danh-sach/{list_id}"))
    book = openpyxl.load_workbook(BytesIO(clerk.get(f"/to-chuc/danh-sach/{list_id}/dong-can-sua.xlsx").content))
    wrong = next(cell for row in book.active.iter_rows() for cell in row if cell.value == LAST)
    for value, states in ((LAST, {"refused"}), (None, {"accepted", "repaired"})):
        wrong.value = value
        out = BytesIO()
        book.save(out)
        clerk.post(f"/to-chuc/danh-sach/{list_id}/sua", {"file": SimpleUploadedFile("sua.xlsx", out.getvalue())})
        make.work()
        assert rows(list_id)[0].state in states
        assert (LAST in rows(list_id)[0].cells) is (value == LAST)


def test_a_birth_date_in_three_cells_is_mended_whole_on_the_page(clerk, firm):  # noqa: F811
    book = openpyxl.Workbook()
    for row in (["Họ và tên", "Ngày sinh", None, None, "Giới tính"], [None, "Ngày", "Tháng", "Năm", None], ["Lê Thị Hai", 29, 2, 1981, "Nữ"]):
        book.active.append(row)
    book.active.merge_cells("B1:D1")
    address = uploaded(clerk, firm, book)
    row = rows(address.rstrip("/").split("/")[-1])[0]
    assert "29/2/1981" in text(clerk.get(f"/to-chuc/dong/{row.id}"))
    assert "“29/2/1981”" in text(clerk.get(address))
    file = clerk.get(f"{address}/dong-can-sua.xlsx").content
    book = openpyxl.load_workbook(BytesIO(file))
    next(cell for line in book.active.iter_rows() for cell in line if cell.value == "29").value = "28"
    out = BytesIO()
    book.save(out)
    clerk.post(f"{address}/sua", {"file": SimpleUploadedFile("sua.xlsx", out.getvalue())})
    make.work()
    assert queries.list_row(row.id).values["birth"] == "1981-02-28"


def test_a_sex_taken_from_the_number_is_said_in_words(clerk, firm):  # noqa: F811
    list_id = make.make_list(f"Nguyễn Thị Lan,12/03/1984,,{make.make_number(sex='female').value},", organization_id=firm)
    page = text(clerk.get(f"/to-chuc/danh-sach/{list_id}"))
    assert "female" not in page
    assert "lấy theo số CCCD" in page


def test_the_rows_that_are_hidden_in_the_file_are_told_before_the_rows(clerk, firm):  # noqa: F811
    book = openpyxl.Workbook()
    book.active.title = "Tổ 1"
    for row in (HEAD, *[["Nguyễn Thị Lan", "12/03/1984", "Nữ", make.make_number(sex="female").value] for _ in range(3)]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = book.active.row_dimensions[4].hidden = True
    page = text(clerk.get(uploaded(clerk, firm, book)))
    assert "Trang “Tổ 1” có 2 dòng đang ẩn trong tệp" in page
    assert page.count("Dòng này đang ẩn trong tệp.") == 2
    assert "không có người" not in page
