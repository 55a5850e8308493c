"""Files made to break the reader are refused by name, within their limits."""

import io
import random
import struct
import zipfile

import openpyxl
import pytest
import xlwt

from khien.interchange.sheets import probes
from khien.interchange.sheets.reading import read_table
from khien.interchange.sheets.writing import error_sheets
from khien.kernel.errors import Refused
from tests.rooms.interchange.messy_lists import HEAD, OTHER, PERSON, csv, saved, xls, xlsx


def refused(data: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(Refused) as refusal:
        read_table(data, name)
    return refusal.value.code


def with_part(data: bytes, part: str, content: bytes) -> bytes:
    """The workbook with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return out.getvalue()


def test_thousands_of_digits_in_a_cell_number_no_row_and_break_nothing():
    digits = "9" * 5000
    table = read_table(xlsx([*HEAD, "Dòng gốc"], [digits] * (len(HEAD) + 1), [*PERSON, digits]), "a.xlsx")
    assert table.rows[-1].value("full_name") == PERSON[1]
    (sheet,) = error_sheets([(row, "sai") for row in table.rows])
    assert [row.number for row in sheet.rows] == [row.number for row in table.rows]


def test_two_cells_at_the_corners_of_the_largest_sheet_are_refused_before_memory_is_taken():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "x", "x"
    assert refused(saved(book)) == "sheets.too_large"
    old = xlwt.Workbook()
    sheet = old.add_sheet("x")
    sheet.write(0, 0, 1)
    sheet.write(65535, 255, 1)
    out = io.BytesIO()
    old.save(out)
    assert refused(out.getvalue(), "a.xls") == "sheets.too_large"


def test_a_zip_bomb_is_counted_while_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(probes, "MOST_UNPACKED", 3_000_000)
    assert refused(with_part(xlsx(HEAD, PERSON), "xl/media/image1.bin", b"\0" * 5_000_000)) == "sheets.too_large"


def test_a_part_that_states_a_smaller_size_than_it_has_is_still_counted(monkeypatch):
    monkeypatch.setattr(probes, "MOST_UNPACKED", 3_000_000)
    data = bytearray(with_part(xlsx(HEAD, PERSON), "xl/media/image1.bin", b"\0" * 5_000_000))
    entry = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/media/image1.bin"))
    data[entry + 24:entry + 28] = struct.pack("<I", 10)
    assert refused(bytes(data)) == "sheets.too_large"


def test_entities_in_a_sheet_are_not_expanded_without_end():
    lol = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"a" * 100 + b'">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 100) for n in range(6)) + b']><worksheet><sheetData><row r="1"><c r="A1"><v>&f;</v></c></row></sheetData></worksheet>'
    assert refused(with_part(xlsx(HEAD, PERSON), "xl/worksheets/sheet1.xml", lol)) in ("sheets.not_a_spreadsheet", "sheets.empty", "sheets.no_heading")


def test_a_workbook_with_a_password_is_refused_by_name():
    stream = "EncryptedPackage".encode("utf-16-le")
    entry = stream + b"\0" * (64 - len(stream)) + struct.pack("<H", len(stream) + 2) + b"\2\1" + b"\xff" * 12 + b"\0" * 36 + struct.pack("<III", 0, 10, 0)
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<I", head, 48, 1)
    struct.pack_into("<I", head, 56, 4096)
    struct.pack_into("<II", head, 68, 0xFFFFFFFE, 0)
    head[76:512] = struct.pack("<I", 0) + b"\xff" * 432
    fat = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * 504
    assert refused(bytes(head) + fat + entry + b"\0" * (512 - len(entry))) == "sheets.password"


def test_an_old_workbook_with_a_password_is_refused_by_name():
    data = bytearray(xls(HEAD, PERSON))
    start = data.find(struct.pack("<HH", 0x0042, 2))  # the code page's record becomes the password's
    assert start > 0
    data[start:start + 2] = struct.pack("<H", 0x002F)
    assert refused(bytes(data), "a.xls") == "sheets.password"


@pytest.mark.parametrize("whole", [xlsx(HEAD, PERSON, OTHER), xls(HEAD, PERSON, OTHER), csv(HEAD, PERSON, OTHER), csv(HEAD, PERSON, encoding="utf-16")])
def test_a_file_cut_or_scrambled_anywhere_is_read_or_refused_by_name_never_a_crash(whole):
    chance = random.Random(11)
    for _ in range(150):
        data = bytearray(whole[:chance.randint(1, len(whole))] if chance.random() < 0.4 else whole)
        for _ in range(chance.randint(0, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_table(bytes(data), "a.csv")
        except Refused as refusal:
            if not refusal.code.startswith("sheets."):
                raise


def test_a_sheet_scrambled_inside_a_sound_archive_is_read_or_refused_by_name():
    whole = xlsx(HEAD, PERSON, OTHER)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(5)
    for _ in range(150):
        part = chance.choice([name for name in parts if name.endswith((".xml", ".rels"))])
        content = bytearray(parts[part])
        for _ in range(chance.randint(1, 10)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            read_table(with_part(whole, part, bytes(content)), "a.xlsx")
        except Refused as refusal:
            if not refusal.code.startswith("sheets."):
                raise
