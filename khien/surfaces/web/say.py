"""How dates, times and numbers are said to people, in Vietnamese and English; days are those of Viet Nam."""

import re
from datetime import date, datetime, time
from typing import Any

from khien.kernel import phones
from khien.kernel.countries import COUNTRIES
from khien.kernel.wording import day_of, time_of
from khien.kernel.wording import dmy as dmy
from khien.kernel.wording import dmyhm as dmyhm
from khien.kernel.wording import hm as hm
from khien.kernel.wording import thousands as thousands

WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
SHORT_WEEKDAYS = {
    "vi": ("Th. Hai", "Th. Ba", "Th. Tư", "Th. Năm", "Th. Sáu", "Th. Bảy", "CN"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def dm(value: date | datetime | None) -> str:
    """dd/MM, where the year is plain from the page."""
    return f"{day_of(value):%d/%m}" if value else ""


def weekday(value: date | datetime | None, lang: str = "vi") -> str:
    """The name of the day of the week."""
    return WEEKDAYS[_lang(lang)][day_of(value).weekday()] if value else ""


def short_weekday(value: date | datetime | None, lang: str = "vi") -> str:
    """The weekday as a calendar leaf writes it."""
    return SHORT_WEEKDAYS[_lang(lang)][day_of(value).weekday()] if value else ""


def long_day(value: date | datetime | None, lang: str = "vi") -> str:
    """Weekday and date: "thứ Ba 14/12/2021"."""
    return f"{weekday(value, lang)} {dmy(value)}" if value else ""


def day_in_words(value: date | datetime | None, lang: str = "vi") -> str:
    """The date as papers write it: "ngày 14 tháng 12 năm 2021"."""
    if not value:
        return ""
    day = day_of(value)
    if _lang(lang) == "en":
        return f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"
    return f"ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"


def spoken_time(value: datetime | time | None, lang: str = "vi") -> str:
    """The hour as people say it: "8 giờ 30"; "8:30" in English."""
    if value is None:
        return ""
    at = time_of(value)
    if _lang(lang) == "en":
        return f"{at.hour}:{at.minute:02d}"
    return f"{at.hour} giờ {at.minute:02d}" if at.minute else f"{at.hour} giờ"


def partial_date(year: int, month: int | None = None, day: int | None = None) -> str:
    """A birth date of which only the year, or the month, may be known."""
    if month and day:
        return f"{day:02d}/{month:02d}/{year}"
    return f"{month:02d}/{year}" if month else str(year)


def percent(share: float | None, lang: str = "vi", digits: int = 1) -> str:
    """A share between 0 and 1 as a percentage: "78,4 %" (with a no-break space), "78.4%" in English."""
    if share is None:
        return ""
    return thousands(share * 100, lang, digits) + ("%" if _lang(lang) == "en" else "\u00a0%")


def groups(value: Any, size: int = 4) -> str:
    """A code in groups that can be read aloud, the odd ones first: "VX 7M4Q 29KD", "123 4567 8901"."""
    text = str(value or "").replace(" ", "").replace("-", "")
    odd = len(text) % size
    return " ".join(filter(None, [text[:odd], *(text[i : i + size] for i in range(odd, len(text), size))]))


def identity_number(value: Any) -> str:
    """A 12-digit card number by threes, any other as it is."""
    text = str(value or "")
    return groups(text, 3) if text.isdigit() and len(text) in (9, 12) else text


def country(code: str, lang: str = "vi") -> str:
    """A country as people name it; a code that is none stays."""
    found = COUNTRIES.get(code)
    return code if found is None else found.en if lang == "en" else found.vi


def phone(value: Any) -> str:
    """A Vietnamese number as people read it: "0900 000 132", a landline "028 3812 3456"; others as they are."""
    text = str(value or "").replace(" ", "").replace(".", "")
    found = re.fullmatch(r"(?:\+84|0)(2[0-9]{8,9}|[1-9][0-9]{8})", text)
    return phones.display("+84" + found[1]) if found else str(value or "")


def tail(value: Any, size: int = 3) -> str:
    """The last characters of a number, for telling it apart without showing it."""
    return str(value or "")[-size:]


def file_size(octets: int | None, lang: str = "vi") -> str:
    """The size of a file: "40 kB", "1,2 MB"."""
    if octets is None:
        return ""
    if octets < 1_000_000:
        return f"{thousands(max(1, round(octets / 1000)), lang)} kB"
    return f"{thousands(octets / 1_000_000, lang, 1)} MB"


def _lang(lang: str) -> str:
    return "en" if str(lang).startswith("en") else "vi"
