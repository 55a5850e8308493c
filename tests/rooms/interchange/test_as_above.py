"""A cell that says "as above" is the cell above, and says so; nobody lives at "nt"."""

import pytest

from khien.interchange.sheets.reading import read_table
from tests.rooms.interchange.messy_lists import HEAD, OTHER, PERSON, codes, csv, staged, xls, xlsx

PLACE = ["Địa chỉ", "Phường", "Quận", "Tỉnh/TP"]
HOME = ["12 Lê Lợi", "Phường 05", "Quận 3", "TP HCM"]
THIRD = [3, "Lê Văn Tư", "05/06/1987", "Nam", "079087990003", "0901990003"]


@pytest.mark.parametrize("mark", ["nt", "-nt-", "NT", "Như trên", '"', "''", "//", "〃", "- // -", "”"])
@pytest.mark.parametrize("write", [xlsx, xls])
def test_marks_for_the_cell_above_are_written_out_and_said(write, mark):
    data = write([*HEAD, *PLACE], [*PERSON, *HOME], [*OTHER, *[mark] * 4], [*THIRD, *[mark] * 4])
    first, *others = staged(data)
    for row in others:
        assert {key: row.values[key] for key in ("address", "commune", "district")} == {key: first.values[key] for key in ("address", "commune", "district")}
        assert ("address", mark, "12 Lê Lợi", "sheets.as_above") in [(one.field, one.before, one.after, one.why) for one in row.repairs]
        assert row.state == "repaired"


def test_the_file_of_errors_has_what_the_mark_stood_for():
    table = read_table(csv([*HEAD, "Địa chỉ"], [*PERSON, "12 Lê Lợi"], [*OTHER, "nt"]), "ds.csv")
    assert table.rows[1].texts[-1] == "12 Lê Lợi"


def test_a_mark_that_points_to_nothing_is_empty_and_asked_about_and_one_for_a_person_is_refused():
    for row in staged(xlsx([*HEAD, "Địa chỉ"], [*PERSON, "nt"], [*OTHER, "nt"])):
        assert ("address" in row.values, row.state) == (False, "accepted")
        assert ("address", "sheets.nothing_above") in [(one.field, one.code) for one in row.warnings]
    _, same = staged(xlsx(HEAD, PERSON, [2, "Trần Văn Đức", "nt", "nt", "nt", "nt"]))
    assert {field for field, _ in codes(same)} == {"birth", "sex", "identifier"}
    assert same.values["phone"] == "+84901990001"
