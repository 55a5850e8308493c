"""A list as large as a province's industrial park sends: read, staged and registered row by row, and nothing of it is lost.

KHIEN_SLOW=1 takes 50,000 rows (some minutes); otherwise a little more than one batch of the reading.
"""

import os
from io import BytesIO

import openpyxl

from khien.interchange import lists as sheets
from khien.people.models import Person
from khien.registration import actions, queries
from khien.registration.models import ListRow, Registration
from tests import make

ROWS = 50_000 if os.environ.get("KHIEN_SLOW") == "1" else 1_050
LETTERS = "ABCDEGHKLMNPQRSTUVXY"
# What every hundredth row has wrong, and the field that must say so.
WRONG = {7: ("birth", "31/02/1988"), 23: ("identifier", "7.9199E+10"), 61: ("full_name", "")}


def syllable(number: int) -> str:
    """A made-up part of a name."""
    first, rest = divmod(number, len(LETTERS))
    return (syllable(first - 1) if first else "") + LETTERS[rest].lower() + "a"


def row(number: int) -> list[object]:
    """One worker: dates as serials, numbers as floats that lost their zero; every hundredth row wrong in one cell."""
    field, spoilt = WRONG.get(number % 100, ("", ""))
    name = spoilt if field == "full_name" else f"Lê Văn {syllable(number).title()}"
    birth = spoilt if field == "birth" else 30_000 + number % 300
    card = spoilt if field == "identifier" else float(79_082_000_000 + number)
    return [number, name, birth, "Nam", card, f"0912{100_000 + number}"]


def workbook() -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Công nhân")
    sheet.append(["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại"])
    for number in range(ROWS):
        sheet.append(row(number))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_every_row_of_a_large_list_has_its_state_its_reason_and_its_registration(db):
    received = actions.receive_list(
        organization=make.make_organization(), data=workbook(), name="cong-nhan.xlsx", way="organization", by=make.BY, at=make.AT
    )
    make.work(make.AT)
    wrong = sum(number % 100 in WRONG for number in range(ROWS))
    card = queries.list_view(received.list_id)
    assert (card.state, card.rows, card.refused, card.sendable) == ("staged", ROWS, wrong, ROWS - wrong)
    refused = ListRow.objects.filter(list_id=received.list_id, state="refused")
    told = [found for found in refused if {one["field"] for one in found.refusals} == {WRONG[(found.source_row - 2) % 100][0]}]
    assert len(told) == wrong
    errors = openpyxl.load_workbook(BytesIO(sheets.error_file(received.list_id, lambda field, code, facts: code)), read_only=True).active
    assert sum(1 for _ in errors.iter_rows()) == wrong + 1
    actions.send_list(list_id=received.list_id, by=make.BY, at=make.AT)
    make.work(make.AT)
    assert queries.list_view(received.list_id).sent == ROWS - wrong
    assert Registration.objects.count() == Person.objects.count() == ROWS - wrong
