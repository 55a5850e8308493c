"""A row is accepted, repaired with what and why, or refused cell by cell."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khien.interchange.sheets import vocabulary
from khien.interchange.sheets.staging import stage_row
from khien.interchange.sheets.types import Column, RawRow, Section
from tests.rooms.interchange.messy_lists import HEAD, OTHER, PERSON, PLACES, codes, csv, staged, xls, xlsx

TODAY = date(2021, 12, 14)


def one(heading: str, cell, **options):
    """The person of the tests with one more column."""
    return staged(xlsx([*HEAD, heading], [*PERSON, cell]), today=TODAY, **options)[0]


def whys(row) -> set[str]:
    return {repair.why for repair in row.repairs}


def test_a_clean_row_is_accepted_as_it_is():
    row = staged(xlsx(HEAD, PERSON), today=TODAY)[0]
    assert (row.state, row.repairs, row.refusals, row.warnings) == ("accepted", (), (), ())


@pytest.mark.parametrize("book", [xlsx, xls])
def test_numbers_that_a_spreadsheet_spoilt_are_repaired_and_say_from_what_to_what(book):
    row = staged(book(HEAD, [1, "NGUYỄN THỊ HOÀ", 32875, "2", 79190990001.0, 901990001.0]), today=TODAY)[0]
    assert row.values["id_value"] == "079190990001"
    assert (row.values["full_name"], row.values["birth"], row.values["sex"], row.values["phone"]) == ("Nguyễn Thị Hoà", "1990-01-02", "female", "+84901990001")
    assert {"identifiers.leading_zero", "phones.leading_zero", "births.excel_serial", "names.case"} <= whys(row)
    zero = next(repair for repair in row.repairs if repair.why == "identifiers.leading_zero")
    assert (zero.field, zero.before, zero.after) == ("identifier", "79190990001", "079190990001")


def test_a_number_that_excel_cut_to_an_exponent_is_refused_not_guessed():
    row = staged(csv(HEAD, [1, "Nguyễn Thị Hoà", "1990", "Nữ", "7.9191E+10", "9.02E+08"]), "a.csv", today=TODAY)[0]
    assert codes(row) == {("identifier", "identifiers.exponent"), ("phone", "phones.exponent")}


def test_an_empty_name_birth_or_sex_is_refused_and_a_missing_number_is_only_warned_of():
    row = staged(xlsx(HEAD, [1, "Nguyễn Thị Hoà", None, None, None, None]), today=TODAY)[0]
    assert codes(row) == {("birth", "sheets.missing"), ("sex", "sheets.missing")}
    assert {remark.code for remark in row.warnings} == {"sheets.no_identifier"}
    assert ("identifier", "sheets.missing") in codes(staged(xlsx(HEAD, [1, "Hoà", "1990", "Nữ", None, None]), required=("full_name", "identifier"))[0])


@pytest.mark.parametrize(("cell", "reason"), [("chưa có", "never_issued"), ("mất", "lost"), ("Đang làm", "being_issued"), ("trẻ sơ sinh", "newborn")])
def test_a_person_without_papers_keeps_the_reason_that_the_list_gives(cell, reason):
    row = staged(xlsx(HEAD, [1, "Hoà", "1990", "Nữ", cell, None]), today=TODAY)[0]
    assert row.values["no_papers"] == reason
    assert not row.refusals


@pytest.mark.parametrize("cell", ["x", "X", "0", 0, 0.0, "-", "--", "...", "?", "N/A", "n/a", "không nhớ"])
def test_a_cell_that_gives_no_reason_is_an_empty_one_and_the_number_is_asked_for(cell):
    row = staged(xlsx(HEAD, [1, "Hoà", "1990", "Nữ", cell, None]), today=TODAY)[0]
    assert ("no_papers" in row.values, row.refusals, [remark.code for remark in row.warnings]) == (False, (), ["sheets.no_identifier"])


def test_a_cross_beside_a_note_that_gives_the_reason_keeps_that_reason():
    row = staged(xlsx([*HEAD, "Ghi chú"], [1, "Hoà", "1990", "Nữ", "x", None, "mất giấy tờ"]), today=TODAY)[0]
    assert (row.values["no_papers"], row.warnings) == ("lost", ())


def test_a_sex_left_empty_is_told_by_the_personal_number_and_said_so():
    row = staged(xlsx(HEAD, [1, "Hoà", "02/01/1990", None, "079190990001", None]), today=TODAY)[0]
    assert row.values["sex"] == "female"
    assert "sheets.sex_from_number" in whys(row)


def test_the_same_number_twice_in_a_file_is_refused_at_its_second_row_with_the_first():
    rows = staged(xlsx(HEAD, PERSON, OTHER, PERSON, [4, "Lê An", "1990", "Nữ", "79190990001", None]), today=TODAY)
    assert [codes(row) for row in rows] == [set(), set(), {("identifier", "sheets.same_person_twice")}, {("identifier", "sheets.number_twice")}]
    assert rows[2].refusals[-1].facts["row"] == 2


def test_the_same_name_birth_and_sex_without_numbers_is_a_question_not_a_refusal():
    rows = staged(xlsx(HEAD, [1, "Lê An", "1990", "Nữ", None, "0901990001"], [2, "LÊ AN", "1990", "Nữ", None, "0901990002"]), today=TODAY)
    assert "sheets.maybe_twice" in {remark.code for remark in rows[1].warnings}
    assert not rows[1].refusals


def test_a_family_of_nine_on_one_phone_is_nine_people():
    people = [[n, f"Nguyễn {name}", 1990 + n, "Nữ", None, "0901990001"] for n, name in enumerate(["An", "Bình", "Cúc", "Dung", "Em", "Giang", "Hà", "Khanh", "Lan"])]
    rows = staged(xlsx(HEAD, *people), today=TODAY)
    assert len(rows) == 9
    assert not any(row.refusals for row in rows)


@pytest.mark.parametrize(("cell", "groups"), [
    ("15. Người lao động tự do", "15"), (15, "15"), ("15.0", "15"), ("nhóm 15", "15"), ("9; 15", "9,15"), ("9,15", "9,15"), ("Người lao động tự do", "15"),
    ("16.02", "16.02"), ("giáo viên", "8"), ("Người mắc bệnh mạn tính; người trên 65 tuổi", "9"),
])
def test_priority_groups_are_read_from_labels_and_numbers(cell, groups):
    assert one("Nhóm đối tượng", cell).values["priority_groups"] == groups


@pytest.mark.parametrize("cell", ["17", "0", "nhóm đặc biệt", "1;99"])
def test_an_unknown_priority_group_is_refused(cell):
    assert ("priority_group", "sheets.group_unknown") in codes(one("Nhóm đối tượng", cell))


@pytest.mark.parametrize(("cell", "code"), [("Kinh", "01"), ("kinh", "01"), ("H'Mông", "08"), ("Khmer", "05"), ("Ê Đê", "12"), ("K'Ho", "16"), ("1", "01"), ("Êđê", "12")])
def test_ethnic_groups_are_read_from_names_and_spellings(cell, code):
    assert one("Dân tộc", cell).values["ethnic"] == code


def test_every_official_ethnic_name_reads_as_its_own_code():
    assert all(vocabulary.read_ethnic(name) == code for code, name in vocabulary.ETHNIC_GROUPS.items())
    assert all(vocabulary.read_groups(f"{number}. {name}") == (number,) for number, name in vocabulary.PRIORITY_GROUPS.items())
    assert all(vocabulary.read_groups(name) == (number,) for number, name in vocabulary.PRIORITY_GROUPS.items())


@pytest.mark.parametrize(("words", "unit"), [
    (("TP.HCM", "Q.1", "P. Bến Nghé"), ("2021", "79", "760", "26740")), (("79", "760", "26740"), ("2021", "79", "760", "26740")),
    (("Hồ Chí Minh", "1", "ben nghe"), ("2021", "79", "760", "26740")), (("TP Hồ Chí Minh", "Quận 3", "P5"), ("2021", "79", "770", "27151")),
    (("TPHCM", "Q3", 5), ("2021", "79", "770", "27151")), (("TP.HCM", None, "Phường Sài Gòn"), ("2025", "79", None, "26740")),
    (("HCM", "TP Thủ Đức", None), ("2021", "79", "769", None)),
])
def test_places_are_read_in_either_epoch_by_name_short_name_or_code(words, unit):
    values = staged(xlsx([*HEAD, "Tỉnh", "Quận/Huyện", "Phường/Xã"], [*PERSON, *words]), today=TODAY)[0].values
    assert (values["epoch"], values["province"], values.get("district"), values.get("commune")) == unit


def test_a_place_that_is_unknown_or_has_several_meanings_is_a_warning_and_the_row_stands():
    row = staged(xlsx([*HEAD, "Tỉnh", "Phường/Xã"], [*PERSON, "TP.HCM", "Bến Lạ"]), today=TODAY)[0]
    assert "sheets.place_unknown" in {remark.code for remark in row.warnings}
    assert row.state == "accepted"


def test_a_place_at_the_end_of_the_address_is_found_and_said_so():
    row = one("Địa chỉ", "12 Lê Lợi, Phường Bến Nghé, Quận 1, TP. HCM, Việt Nam")
    assert (row.values["commune"], row.values["district"]) == ("26740", "760")
    assert "sheets.place_from_address" in whys(row)
    assert "commune" not in one("Địa chỉ", "12 Lê Lợi").values


def test_an_old_card_beside_the_new_one_is_kept_as_the_former_number():
    row = one("CMND", "25990001")
    assert (row.values["id_value"], row.values["former_id"]) == ("079190990001", "025990001")


@pytest.mark.parametrize("heading", ["Số CCCD", "Số CCCD/CMND", "CMND"])
@pytest.mark.parametrize("cell", ["24567891", 24567891, 24567891.0, "24 567 891"])
def test_an_old_cards_number_without_its_zero_is_repaired_under_every_heading(heading, cell):
    row = staged(xlsx([*HEAD[:4], heading, *HEAD[5:]], [1, "Hoà", "1990", "Nữ", cell, None]), today=TODAY)[0]
    assert (row.values["id_type"], row.values["id_value"], row.refusals) == ("cmnd", "024567891", ())
    assert "identifiers.leading_zero" in whys(row)
    assert ("identifiers.old_card_number" in whys(row)) is (heading == "Số CCCD")


def test_eight_digits_that_kept_their_zero_are_still_asked_about():
    assert codes(staged(xlsx(HEAD, [1, "Hoà", "1990", "Nữ", "02456789", None]))[0]) == {("identifier", "identifiers.length")}


def test_a_foreigner_is_read_with_passport_and_country():
    row = staged(xlsx(["Họ tên", "Ngày sinh", "Giới tính", "CCCD/Hộ chiếu", "Quốc tịch"], ["Kim Min Ji", "02/01/1990", "F", "M12399001", "Hàn Quốc"]), today=TODAY)[0]
    assert (row.values["id_type"], row.values["id_country"], row.values["id_value"], row.values["nationality"]) == ("passport", "KR", "M12399001", "KR")


def test_a_phone_column_with_words_for_none_is_empty_and_a_second_column_is_tried():
    row = staged(xlsx([*HEAD, "SĐT người nhà khác"], [*PERSON[:5], "không có", "0901990009"]), today=TODAY)[0]
    assert not [remark for remark in row.refusals if remark.field == "phone"]


def test_dates_of_a_month_first_column_are_read_month_first_and_flagged():
    rows = staged(xlsx(HEAD, [1, "Lê An", "05/25/1990", "Nữ"], [2, "Lê Bình", "05/06/1990", "Nữ"]), today=TODAY)
    assert [row.values["birth"] for row in rows] == ["1990-05-25", "1990-05-06"]
    assert all("births.month_first" in whys(row) for row in rows)


def test_dates_that_the_spreadsheet_itself_swapped_are_asked_about():
    swapped = [[n, f"Lê {name}", date(1990, n + 1, n + 2), "Nữ"] for n, name in enumerate(["An", "Bình", "Cúc", "Dung", "Em"])]
    texts = [[n, f"Trần {name}", f"{n + 13}/01/1990", "Nữ"] for n, name in enumerate(["An", "Bình", "Cúc", "Dung", "Em"])]
    rows = staged(xlsx(HEAD, *swapped, *texts), today=TODAY)
    asked = [row for row in rows if "sheets.maybe_swapped" in {remark.code for remark in row.warnings}]
    assert len(asked) == 5


def test_an_error_in_a_note_does_not_stop_the_row():
    section = Section("", 1, (Column(0, "Họ tên", "full_name"), Column(1, "Ghi chú", "note")))
    from khien.interchange.sheets.types import FormulaError

    row = stage_row(RawRow(section, 2, ("Lê An", FormulaError())), PLACES, required=("full_name",))
    assert row.state == "accepted"
    assert {remark.code for remark in row.warnings} >= {"sheets.formula_error"}


cells = st.one_of(st.none(), st.text(max_size=30), st.floats(), st.integers(-10**13, 10**13), st.dates(), st.datetimes())
FIELDS = ["full_name", "birth_date", "birth_day", "birth_month", "birth_year", "sex", "sex_male", "identifier", "cccd", "cmnd", "passport", "insurance", "phone",
          "guardian_phone", "guardian_name", "email", "address", "commune", "district", "province", "ethnic", "nationality", "priority_group", "wished_date",
          "wished_session", "note", "work_unit", "family_name"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FIELDS), cells), max_size=12))
def test_whatever_stands_in_a_row_is_staged_or_refused_by_name(pairs):
    section = Section("", 1, tuple(Column(place, field, field) for place, (field, _) in enumerate(pairs)))
    row = stage_row(RawRow(section, 2, tuple(cell for _, cell in pairs)), PLACES, today=TODAY)
    assert all(isinstance(value, str) and value for value in row.values.values())
    assert all("." in remark.code for remark in (*row.refusals, *row.warnings))


def test_a_commune_straight_under_its_province_is_read_as_of_2025():
    values = staged(xlsx([*HEAD, "Tỉnh", "Phường/Xã"], [*PERSON, "TP.HCM", "Bến Thành"]), today=TODAY)[0].values
    assert (values["epoch"], values["commune"]) == ("2025", "26743")
