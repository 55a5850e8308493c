"""Birth dates as people have them: a day, a month, or only a year."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from khien.kernel import vietnamese
from khien.kernel.clock import VIETNAM
from khien.kernel.errors import Refused

EARLIEST_YEAR, LATEST_YEAR = 1850, 2150
OLDEST = 125  # years; nobody documented has been older than 122
_SERIAL_START = date(1899, 12, 30)  # day 0 of Excel's 1900 system for every day after its false 29/02/1900
_SERIALS = range(LATEST_YEAR + 1, 80_000)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date whose day, or day and month, may be unknown.

    Raises Refused: births.no_such_day, births.year_out_of_range.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not EARLIEST_YEAR <= self.year <= LATEST_YEAR:
            raise Refused("births.year_out_of_range", earliest=EARLIEST_YEAR, latest=LATEST_YEAR)
        if (self.day is not None if self.month is None else not 1 <= self.month <= 12):
            raise Refused("births.no_such_day")
        if self.day is not None and not 1 <= self.day <= calendar.monthrange(self.year, self.month or 1)[1]:
            raise Refused("births.no_such_day")

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """A whole date."""
        return cls(day.year, day.month, day.day)

    @classmethod
    def from_iso(cls, text: str) -> PartialDate:
        """Read YYYY, YYYY-MM or YYYY-MM-DD, as we store and as certificates carry. Raises Refused births.unreadable."""
        found = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", text)
        if not found:
            raise Refused("births.unreadable")
        return cls(*(int(part) if part else None for part in found.groups()))  # type: ignore[arg-type]

    @property
    def precision(self) -> str:
        """"day", "month" or "year"."""
        return "day" if self.day else "month" if self.month else "year"

    def earliest(self) -> date:
        """The first day it can have been."""
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date:
        """The last day it can have been."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def age_min(self, on: date) -> int:
        """Whole years surely reached on that day: the rule for a minimum age. Born on 29/02: 01/03 in other years."""
        return max(0, _years(self.latest(), on))

    def age_max(self, on: date) -> int:
        """Whole years possibly reached on that day: the rule for a maximum age."""
        return max(0, _years(self.earliest(), on))

    def ages(self, on: date) -> tuple[int, int]:
        """Whole years surely and possibly reached on that day."""
        least = self.age_min(on)
        return (least, least) if self.day else (least, self.age_max(on))

    def is_after(self, on: date) -> bool:
        """Say whether it surely lies after that day."""
        return self.earliest() > on

    def agrees_with(self, other: PartialDate) -> bool:
        """Say whether both can be the same day, each as far as it is known."""
        return self.earliest() <= other.latest() and other.earliest() <= self.latest()

    def swapped(self) -> PartialDate | None:
        """Day and month changed about, when that is another real day: a frequent slip to test and suggest."""
        if self.day is None or self.month is None or self.day > 12 or self.day == self.month:
            return None
        return PartialDate(self.year, self.day, self.month)

    def iso(self) -> str:
        """YYYY-MM-DD, YYYY-MM or YYYY: the form of storage and of the EU certificate."""
        parts = [f"{self.year:04}"] + [f"{part:02}" for part in (self.month, self.day) if part]
        return "-".join(parts)

    def display(self) -> str:
        """dd/MM/yyyy, MM/yyyy or yyyy, day first as in Viet Nam."""
        return "/".join([f"{part:02}" for part in (self.day, self.month) if part] + [f"{self.year:04}"])

    def __str__(self) -> str:
        return self.display()


@dataclass(frozen=True, slots=True)
class ReadBirth:
    """A birth date read; repairs are codes: excel_serial, century_added, month_first, unknown_parts, leading_zero, time_dropped, typo."""

    value: PartialDate
    repairs: tuple[str, ...] = ()


def _years(born: date, on: date) -> int:
    """Whole years between two days."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def read_birth(raw: str | int | float | date | datetime, *, today: date | None = None, month_first: bool = False) -> ReadBirth:
    """Read a birth date from a form or a cell; day first unless the whole column is known to be month first.

    Without `today` a two-digit year is refused; with it, it is read when only one century is possible.
    Raises Refused: births.empty, births.unreadable, births.no_such_day, births.two_digit_year, births.in_future,
    births.too_old, births.year_out_of_range.
    """
    read = _read(raw, today, month_first)
    if today and read.value.is_after(today):
        raise Refused("births.in_future")
    if today and read.value.age_min(today) > OLDEST:
        raise Refused("births.too_old", oldest=OLDEST)
    return read


def read_parts(day: str | int | float | None, month: str | int | float | None, year: str | int | float | None, *,
               today: date | None = None) -> ReadBirth:
    """Read a birth date from three cells or boxes; day, or day and month, may be empty. Raises as `read_birth`."""
    texts = [_plain(part) for part in (day, month, year)]
    if not any(texts):
        raise Refused("births.empty")
    if not texts[2]:
        raise Refused("births.no_year")
    return read_birth("/".join(part or "0" for part in texts[:2]) + "/" + texts[2] if any(texts[:2]) else texts[2], today=today)


def _plain(raw: str | int | float | None) -> str:
    """A cell as text without a float's tail."""
    text = "" if raw is None else unicodedata.normalize("NFKC", str(raw)).strip().strip("'")
    return re.sub(r"[.,]0+$", "", text)


def _plain_day(raw: date) -> date:
    return raw.date() if isinstance(raw, datetime) else raw


def _read(raw: str | int | float | date | datetime, today: date | None, month_first: bool) -> ReadBirth:
    if isinstance(raw, date) and (year := (_plain_day(raw) - _SERIAL_START).days) in range(1900, (today.year if today else LATEST_YEAR) + 1):
        # 1990 typed into a cell of dates is shown as 12/06/1905; whoever was born then is 116 and more.
        return ReadBirth(PartialDate(year), ("year_became_date",))
    if isinstance(raw, datetime):
        day = raw.astimezone(VIETNAM).date() if raw.tzinfo else raw.date()
        return ReadBirth(PartialDate.of(day), ("time_dropped",) if raw.tzinfo or raw.time().replace(microsecond=0) != datetime.min.time() else ())
    if isinstance(raw, date):
        return ReadBirth(PartialDate.of(raw))
    if isinstance(raw, int | float):
        return _number(float(raw))
    text = vietnamese.clean(unicodedata.normalize("NFKC", raw)).strip("'\"., ")
    if not text:
        raise Refused("births.empty")
    if re.fullmatch(r"\d+[.,]\d+", text) and len(re.split(r"[.,]", text)[0]) >= 4:
        return _number(float(text.replace(",", ".")))
    if re.fullmatch(r"\d+", text):
        return _digits(text)
    return _text(text, today, month_first)


def _number(value: float) -> ReadBirth:
    """A number in a cell: a year, an Excel serial of the 1900 system, or ddMMyyyy."""
    whole = int(value) if 0 < value < 1e9 else 0
    if EARLIEST_YEAR <= whole <= LATEST_YEAR:
        return ReadBirth(PartialDate(whole))
    if whole in _SERIALS:
        tail = ("time_dropped",) if value != whole else ()
        return ReadBirth(PartialDate.of(_SERIAL_START + timedelta(days=whole)), ("excel_serial", *tail))
    return _digits(str(whole))


def _digits(text: str) -> ReadBirth:
    """Digits alone: yyyy, a serial, ddMMyyyy, yyyyMMdd, or ddMMyyyy that lost its first zero."""
    if len(text) in (4, 5):
        number = int(text)
        if EARLIEST_YEAR <= number <= LATEST_YEAR or number in _SERIALS:
            return _number(number)
    if len(text) == 7:
        return ReadBirth(_day_first("0" + text), ("leading_zero",))
    if len(text) == 8:
        if EARLIEST_YEAR <= int(text[4:]) <= LATEST_YEAR:
            value = _day_first(text)
            return ReadBirth(value, ("unknown_parts",) if value.day is None else ())
        return ReadBirth(PartialDate(int(text[:4]), int(text[4:6]), int(text[6:])))
    if len(text) == 2 and text != "00":
        raise Refused("births.two_digit_year")
    raise Refused("births.unreadable")


def _day_first(text: str) -> PartialDate:
    """ddMMyyyy; zeros stand for parts that nobody knows."""
    day, month, year = int(text[:2]), int(text[2:4]), int(text[4:])
    return PartialDate(year, month or None, (day or None) if month else None)


_ISO = re.compile(r"(\d{4})[-/.\s](\d{1,2})(?:[-/.\s](\d{1,2}))?(?:[T\s]\d{1,2}:\d\d.*)?")
_WORDS = re.compile(r"(?:(?:sinh )?ngay )?(?:(\d{1,2}) )?(?:thang )?(\d{1,2}) nam (\d{4})")
_YEAR_WORDS = re.compile(r"(?:(?:sinh )?nam|ns|sn|sinh nam|khoang|khoang nam)\s*:?\s*(\d{4})")
_LED_IN = re.compile(r"^(?:sinh\s+)?ng[àa]y\s*:?\s*(?=\d)", re.IGNORECASE)  # "ngày 12/3/1984"
# As Excel shows a date that it wrote itself: 02-Jan-1990, 2-thg 1-1990.
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = re.compile(
    rf"(?<=\d)[-/.\s]+(?:(?:thg|th|tháng|thang)\.?\s*(\d{{1,2}})|({'|'.join(_MONTHS)})[a-z]*)[-/.,\s]+(?=\d{{2}}(?:\d{{2}})?$)", re.IGNORECASE)
_UNKNOWN = re.compile(r"0{1,2}|[-_?x.]{1,4}", re.IGNORECASE)


def _text(text: str, today: date | None, month_first: bool) -> ReadBirth:
    if found := _ISO.fullmatch(text):
        if re.search(r"Z$|[+-]\d\d:?\d\d$", text) and "T" in text:
            return _moment(text)
        year, month, day = (int(part) if part else None for part in found.groups())
        tail = ("time_dropped",) if re.search(r"[1-9]", text[found.end(3):] if found[3] else "") else ()
        return ReadBirth(PartialDate(year or 0, month, day), tail)
    worded = vietnamese.letters(text)
    if found := _WORDS.fullmatch(worded):
        day, month, year = (int(part) if part else None for part in found.groups())
        return ReadBirth(PartialDate(year or 0, month, day))
    if found := _YEAR_WORDS.fullmatch(worded):
        return ReadBirth(PartialDate(int(found[1])))
    text = _MONTH_NAME.sub(lambda found: f"/{found[1] or _MONTHS.index(found[2][:3].lower()) + 1}/", _LED_IN.sub("", text))
    repairs: list[str] = []
    stripped = re.sub(r"[T\s]+\d{1,2}:\d\d(:\d\d)?(\.\d+)?\s*([AaPp][Mm]|SA|CH)?$", "", text)
    if stripped != text:
        text = stripped
        repairs.append("time_dropped")
    fixed = re.sub(r"(?<=[\d/.-])[oO]|[oO](?=[\d/.-])", "0", text)
    fixed = re.sub(r"(?<=[\d/.-])[lI]|[lI](?=[\d/.-])", "1", fixed)
    if fixed != text:
        text = fixed
        repairs.append("typo")
    parts = [part for part in re.split(r"[/\\.,\s-]+", text) if part] if re.match(r"\d", text) else re.split(r"[/\\\s]+", text)
    return _parts(parts, repairs, today, month_first)


def _moment(text: str) -> ReadBirth:
    """A moment with its zone (an export of a web system): the day it was in Viet Nam."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("births.unreadable") from None
    return ReadBirth(PartialDate.of(moment.astimezone(VIETNAM).date()), ("time_dropped",))


def _parts(parts: list[str], repairs: list[str], today: date | None, month_first: bool) -> ReadBirth:
    """Day, month and year, or month and year."""
    if not 2 <= len(parts) <= 3 or not re.fullmatch(r"\d{2}|\d{4}", parts[-1]):
        raise Refused("births.unreadable")
    for place, part in enumerate(parts[:-1]):
        if _UNKNOWN.fullmatch(part):
            parts[place] = ""
            repairs.append("unknown_parts")
        elif not re.fullmatch(r"\d{1,2}", part):
            raise Refused("births.unreadable")
    year = int(parts[-1]) if len(parts[-1]) == 4 else _century(int(parts[-1]), today, repairs)
    month = int(parts[-2]) if parts[-2] else None
    day = int(parts[0]) if len(parts) == 3 and parts[0] and month else None
    if day and month and (month_first or (month > 12 >= day)):
        day, month = month, day
        repairs.append("month_first")
    return ReadBirth(PartialDate(year, month, day), tuple(dict.fromkeys(repairs)))


def _century(short: int, today: date | None, repairs: list[str]) -> int:
    """The only century in which a two-digit year is not in the future; refused when two are possible."""
    if today is None or 2000 + short <= today.year:
        raise Refused("births.two_digit_year")
    repairs.append("century_added")
    return 1900 + short
