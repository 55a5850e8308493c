"""Whatever is refused, repaired or asked about in a list is said in words."""

import re
from pathlib import Path

import khien.kernel
from khien.interchange import sheets
from khien.surfaces.web import refusals

REPAIRS = {
    "names": "legacy.utf8 legacy.tcvn3 legacy.vni row_number case",
    "births": "excel_serial month_first century_added unknown_parts leading_zero time_dropped typo year_became_date",
    "identifiers": "float separators case letters_for_digits leading_zero old_card_number card_is_cccd personal_number looks_made_up province_unknown "
                   "sex_mismatch year_mismatch century_mismatch country_assumed",
    "phones": "float leading_zero letters_for_digits first_of_several old_number words_dropped",
}


def sources() -> str:
    return "".join(path.read_text(encoding="utf-8") for place in (sheets, khien.kernel) for path in Path(place.__path__[0]).glob("*.py"))


def test_every_code_that_a_row_can_carry_has_words():
    written = set(re.findall(r'"(sheets\.[a-z_]+)"', sources()))
    repairs = {f"{room}.{code}" for room, codes in REPAIRS.items() for code in codes.split()}
    assert not (written | repairs) - set(refusals.wording())


def test_every_repair_that_the_kernel_names_is_listed_here():
    named = set(re.findall(r'repairs(?:\.append\(|, )"([a-z_]+)"', sources())) | set(re.findall(r'\("([a-z_]+)",\) if', sources()))
    other = {"looks_made_up", "unknown_parts", "district"}  # warnings, and the level of a unit in a file of figures
    known = {code for codes in REPAIRS.values() for code in codes.split()} | other
    assert named - known <= {"names.foreign_script"}
