"""Files of loggers as they come: signs, letters, headings and decimal commas of every make; a line read in two ways is kept aside whole."""

import pytest

from khien.kernel.errors import Refused
from khien.surfaces.web import reading_files

AT = "2021-12-14 07:30"


def read(text: str | bytes, default: str = "TL1") -> list[tuple[str, str, str]]:
    return list(reading_files.rows(text if isinstance(text, bytes) else text.encode(), default=default))


@pytest.mark.parametrize("text", [
    f"device,at,celsius\nTL1,{AT},4.5", f"\ufeffdevice;at;celsius\r\nTL1;{AT};4.5\r\n", f"Tủ\tGiờ đo\tNhiệt độ (°C)\nTL1\t{AT}\t4.5",
    f"Thiết bị;Thời gian;Nhiệt độ\nTL1;{AT};4.5", f"Mã thiết bị,Giờ,Nhiệt độ\nTL1,{AT},4.5",
    f"Date Time,Temperature °C\n{AT},4.5", f"\n\nTL1,{AT},4.5\n\n", f"{AT};4.5", f"Thời gian,Độ ẩm,NHIỆT ĐỘ\n{AT},60,4.5",
])  # fmt: skip
def test_a_file_is_read_with_its_own_signs_and_headings(text):
    named = "TL1" in text
    assert read(text, default="?" if named else "TL1") == [("TL1", AT, "4.5")]


@pytest.mark.parametrize("text", [f"device,at,celsius\nTL1,{AT},4,5", f"TL1,{AT},4,5", f'device,at,celsius\nTL1,{AT},"4,5"', f"device;at;celsius\nTL1;{AT};4,5"])
def test_a_decimal_comma_is_never_cut_off(text):
    assert read(text) == [("TL1", AT, "4,5")]


def test_letters_of_windows_and_of_two_bytes_are_read_too():
    told = f"device;at;Temperature (°C)\nTL1;{AT};4,5"
    assert read(told.encode("cp1252")) == read(told.encode("utf-16")) == [("TL1", AT, "4,5")]


def test_a_line_with_too_much_is_kept_whole_and_one_with_too_little_too():
    assert read(f"device,at,celsius\nTL1,{AT},4.5,7.1\nTL1,{AT}\nTL1,{AT},4.5,") == [
        ("TL1", f"TL1 {AT} 4.5 7.1", ""), ("TL1", f"TL1 {AT}", ""), ("TL1", AT, "4.5"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "\n\n", "một,hai,ba,bốn,năm", b"\xff\xfe\x00", "at,celsius\n2021,\"" + "x" * 200_000])
def test_what_is_no_file_of_readings_is_refused_by_name(text):
    with pytest.raises(Refused, match=r"stock\.file_unreadable"):
        read(text)
