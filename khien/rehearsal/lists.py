"""Lists as wards and firms really send them: titles above the header, numbers that lost a zero, dates as serials and text."""

import io
import unicodedata
from collections.abc import Sequence
from datetime import date
from random import Random

import xlsxwriter

from khien.synthetic.crowd import Somebody

HEADER = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD/CMND", "Số điện thoại", "Nơi ở hiện tại", "Nghề nghiệp", "Nhóm ưu tiên")


def workbook(people: Sequence[Somebody], *, title: str, places: dict[str, str], random: Random) -> tuple[bytes, int]:
    """A messy .xlsx of these people; returns it and how many of its rows cannot be read as they stand."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("DANH SÁCH")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.merge_range(0, 0, 0, 6, title)
    sheet.write(1, 0, "Kèm theo công văn số 12/CV")
    for column, name in enumerate(HEADER):
        sheet.write(3, column, unicodedata.normalize("NFD", name) if column == 1 else name)
    broken = 0
    for i, one in enumerate(people):
        row = 4 + i
        broken += _row(sheet, row, i, one, places[one.commune_key], day, random)
    twice = next((i for i, one in enumerate(people) if one.cccd and i > 4), None)
    if twice is not None:  # somebody copied a line down
        broken += 1 + _row(sheet, 4 + len(people), twice, people[twice], places[people[twice].commune_key], day, random)
    book.close()
    return buffer.getvalue(), broken


def _row(sheet: xlsxwriter.worksheet.Worksheet, row: int, i: int, one: Somebody, place: str, day: object, random: Random) -> int:
    sheet.write_number(row, 0, i + 1)
    name = one.full_name.upper() if i % 5 == 0 else f"  {one.full_name} " if i % 7 == 0 else one.full_name
    sheet.write_string(row, 1, unicodedata.normalize("NFD", name) if i % 11 == 0 else name)
    _birth(sheet, row, i, one, day)
    sheet.write_string(row, 3, ("Nam", "nam", "NAM")[i % 3] if one.sex == "male" else ("Nữ", "nu", "NỮ")[i % 3])
    broken = 0
    if one.cccd and i == 3:
        sheet.write_string(row, 4, one.cccd[:10])  # two digits are missing: somebody must look at the card
        broken = 1
    elif one.cccd and i % 4 == 1:
        sheet.write_number(row, 4, float(int(one.cccd)))
    else:
        sheet.write_string(row, 4, one.cccd)
    phone = one.phone
    if i % 6 == 2:
        sheet.write_number(row, 5, float(int(phone)))
    else:
        sheet.write_string(row, 5, f"+84{phone[1:]}" if i % 6 == 4 else phone)
    sheet.write_string(row, 6, place)
    sheet.write_string(row, 7, one.occupation)
    sheet.write_string(row, 8, random.choice((one.groups[0], f"{one.groups[0]}. Nhóm {one.groups[0]}")))
    return broken


def _birth(sheet: xlsxwriter.worksheet.Worksheet, row: int, i: int, one: Somebody, day: object) -> None:
    birth = one.birth
    if birth.month is None or birth.day is None:
        sheet.write_number(row, 2, birth.year)
    elif i % 3 == 0:
        sheet.write_number(row, 2, (date(birth.year, birth.month, birth.day) - date(1899, 12, 30)).days, day)
    elif i % 3 == 1:
        sheet.write_string(row, 2, f"{birth.day}/{birth.month}/{birth.year}")
    else:
        sheet.write_string(row, 2, f"{birth.day:02d}-{birth.month:02d}-{birth.year}")
