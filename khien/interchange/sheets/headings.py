"""Find the heading of a list among titles and blanks, and tell what each column holds."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from khien.interchange.sheets.types import Cell, Column, as_text
from khien.kernel import legacy_text, vietnamese

SEARCHED_ROWS = 60
ORIGINAL_ROW, REASON = "_row", "_reason"
ORDINAL = "_ordinal"

Merged = Sequence[tuple[tuple[int, int], tuple[int, int]]]

_LIVES = r"( (noi|cho|dia chi))?( (thuong tru|tam tru|cu tru|dang o|o|hien (nay|tai)|ho khau|hktt))+"

# In this order, on the folded heading; the first that fits wins. "" is a column known not to be ours.
_PATTERNS: tuple[tuple[str, str], ...] = (
    (ORIGINAL_ROW, r"dong goc\b.*"),
    (REASON, r"ly do can sua\b.*"),
    (ORDINAL, r"(stt|tt|so tt|so thu tu)( no)?|no|ordinal|index"),
    ("", r".*\b((ngay|noi|co quan) cap|ngay het han|(date|place) of issue|expir\w*|chu ho|ngay lap|ngay vao)\b.*"),
    ("guardian_phone", r"(?=.*\b(giam ho|phu huynh|cha|me|bo|nguoi than|guardian|parent)\b).*\b(dien thoai|sdt|so dt|dt|phone)\b.*"),
    ("guardian_name", r"(?=.*\b(giam ho|phu huynh|nguoi than|guardian|parent)\b).*"),
    ("", r".*\b(ho (va )?ten|ten) (cha|me|bo)\b.*"),
    ("", r".*\b(ho (va )?ten|ten) (nguoi )?(lien he|lien lac|bao tin)\b.*|loai|loai gt"),
    ("no_papers", r".*\b(khong co giay to|chua co giay to)\b.*"),
    ("", r".*\b(loai giay to|loai id|type of (id|paper)\w*|id type)\b.*"),
    ("insurance", r".*\b(bhyt|bao hiem|bhxh|insurance)\b.*"),
    ("identifier", r"(?=.*\b(cccd|can cuoc|dinh danh)\b).*\b(cmnd|cmt|cmtnd|chung minh|ho chieu|passport|hc)\b.*"),
    ("identifier", r"(?=.*\b(cmnd|cmt|cmtnd|chung minh)\b).*\b(ho chieu|passport|hc)\b.*"),
    ("identifier", r".*\b(giay to tuy than|so giay to|national id|identity|id (no|number|card)|personal (id|number)|identifier)\b.*|id|giay to( ca nhan)?"),
    ("passport", r".*\b(ho chieu|passport)\b.*"),
    ("cccd", r".*\b(cccd|can cuoc|dinh danh|citizen id)\b.*|(so )?c c c d|(so |the )?cc"),
    ("cmnd", r".*\b(cmnd|cmt|cmtnd|chung minh)\b.*|(so )?(c m n d|c m t)"),
    ("", r".*\b(que quan|nguyen quan|que goc|native (place|land)|place of (birth|origin))\b.*"),
    ("commune", r"(xa|phuong|xa phuong|phuong xa|thi tran|xa phuong (tt|thi tran))" + _LIVES),
    ("district", r"(quan|huyen|quan huyen|huyen quan|quan huyen (tp|tx|thi xa|thanh pho))" + _LIVES),
    ("province", r"(tinh|thanh pho|tp|tinh tp|tinh thanh( pho)?)" + _LIVES),
    ("wished_session", r"(?!.*\bngay\b).*\b(buoi|ca tiem|session)\b.*"),
    ("wished_date", r".*\bngay\b.*\b(muon tiem|dang ky tiem|dk tiem)\b.*|(?=.*\bngay\b)(?=.*\btiem\b).*\b(mong muon|du kien)\b.*|ngay (mong muon|du kien)|.*\b(preferred|wished)\b.*"),
    ("birth_date", r".*\b(ngay( thang)?( nam)? sinh|sinh ngay|date of birth|birth ?da(te|y)|dob|d o b|ntns)\b.*|ngay thang nam|sinh|(ng|n|ntn) ?sinh|ns"),
    ("birth_year", r".*\b(nam sinh|year of birth|birth ?year)\b.*"),
    ("sex", r".*\b(gioi tinh|sex|gender|phai)\b.*|gt|g tinh|m f|nam\W*(hay|hoac)?\W*nu"),
    ("email", r".*\b(e ?mail|thu dien tu)\b.*"),
    ("family_name", r"ho|(ho (va )?)?(chu |ten )?(dem|lot)|ho (va )?(chu |ten )?(dem|lot)|ho va ten (dem|lot)|last ?name|family ?name|surname"),
    ("given_name", r"ten|first ?name|given ?names?|ten goi"),
    ("full_name", r"ho( chu)? (dem )?(va )?ten\b.*|ho (va )?(chu |ten )?(dem|lot),? (va )?ten\b.*|(full )?name\b.*|fullname|ten (nguoi|cong dan|cong nhan|nhan vien|hoc sinh|day du|doi tuong)\b.*|hoten|ho ten\b.*|h ten\b.*|ten (nld|nv|hs)|(employee|staff|worker|student|patient)( s)? name"),
    ("phone", r".*\b(dien thoai|sdt|so dt|so dtdd|dtdd|di dong|phone|mobile|tel)\b.*|dt|d t|s d t|so lien he"),
    ("nationality", r".*\b(quoc tich|nationality|quoc gia|country)\b.*"),
    ("ethnic", r".*\b(dan toc|ethnic\w*)\b.*"),
    ("occupation", r".*\b(nghe nghiep|nghe|occupation|job|chuc vu|chuc danh|cong viec)\b.*"),
    ("priority_group", r".*\b(nhom|doi tuong|uu tien|priority|group)\b.*"),
    ("work_unit", r".*\b(don vi|co quan|noi lam viec|noi cong tac|cong ty|work ?(unit|place)|employer|company|phong ban|bo phan|lop|class|truong|khoa)\b.*"),
    ("address", r".*\b(dia chi|noi o|cho o|noi cu tru|thuong tru|tam tru|ho khau|\w*hktt|dktt|address|residence|so nha|duong)\b.*|d ?c( nha)?"),
    ("commune", r".*\b(xa phuong|phuong xa|xa|phuong|thi tran|commune|ward)\b.*"),
    ("district", r".*\b(quan huyen|huyen|quan(?! (ly|he|so))|district|thi xa)\b.*"),
    ("province", r".*\b(tinh|thanh pho|tp|province|city)\b.*"),
    ("neighbourhood", r".*\b(to dan pho|khu pho|thon|ap|khom|khu vuc|to)\b.*"),
    ("note", r".*\b(ghi chu|note|notes|remarks?|comment)\b.*"),
)
# What a child's list tells of its parents is nobody's own: their numbers, births, homes.
_ANOTHERS = re.compile(
    r"(?=.*\b(cha|me|(?<!can )bo(?! (phan|doi))|phu huynh|giam ho|nguoi than|guardian|parents?|mother|father)\b)"
    r"(?=.*\b(cccd|can cuoc|cmnd|cmt|cmtnd|chung minh|dinh danh|ho chieu|giay to|so cc|sinh|id|birth|nghe|nghe nghiep|noi lam viec|don vi)\b).{0,60}"
)
# The day on which a child is expected is neither its mother's birth nor anybody's wish.
_EXPECTED = re.compile(r"(?!.*\btiem\b)(?=.*\b(du kien|expected|estimated)\b).*((?<!hoc )(?<!so )\bsinh\b(?! vien)|\b(birth|delivery)\b).*|.*\b(ngay du sinh|due date)\b.*")
_PARENT = re.compile(r"((thong tin|ve) )*(cha|me|bo|cha me|bo me|(nguoi )?giam ho|phu huynh|cha me nguoi giam ho|nguoi than)( (hoc sinh|tre|chau))?")
_NAME_OF_PARENT = re.compile(r"(ho (va )?)?ten( cua)? (cha|me|bo|phu huynh|nguoi giam ho)\b.*")
_COMPILED = tuple((field, re.compile(pattern)) for field, pattern in _PATTERNS)

# A heading over others: what the smaller words below it mean.
_BELOW = {
    "birth_date": {"ngay": "birth_day", "thang": "birth_month", "nam": "birth_year", "nu": "birth_female", "day": "birth_day",
                   "month": "birth_month", "year": "birth_year"},
    "birth_year": {"nam": "birth_male", "nu": "birth_female", "male": "birth_male", "female": "birth_female"},
    "sex": {"nam": "sex_male", "nu": "sex_female", "male": "sex_male", "female": "sex_female"},
}
# Headings of one level that only mean something beside each other.
_BARE = {"ngay": "birth_day", "thang": "birth_month", "nam": "birth_year", "nu": "sex_female", "ngay sinh": "birth_day",
         "thang sinh": "birth_month", "nam sinh": "birth_year"}
_PROOF = ("birth_date", "birth_year", "birth_day", "birth_male", "sex", "sex_male", "identifier", "cccd", "cmnd", "passport", "phone", "insurance")
_OWN = (ORIGINAL_ROW, REASON, ORDINAL, "")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a heading was found (row from 0, last row of it) and its columns."""

    first: int
    last: int
    columns: tuple[Column, ...]

    @property
    def fields(self) -> set[str]:
        return {column.field for column in self.columns} - set(_OWN)


def heading_text(cell: Cell) -> str:
    """A heading as written, mended when an old font or a wrong decoding spoilt it."""
    if not isinstance(cell, str):
        return as_text(cell)
    text = vietnamese.clean(cell)
    mended = legacy_text.repair(text)
    return vietnamese.clean(mended[0]) if mended else text


@lru_cache(maxsize=2000)
def field_of(heading: str) -> str | None:
    """The field that a heading names; None when it names nothing we know, "" when it is of somebody else."""
    if _ANOTHERS.fullmatch(vietnamese.letters(heading)) or _EXPECTED.fullmatch(vietnamese.letters(heading)):
        return ""
    if vietnamese.clean(heading).casefold() == "giới":
        return "sex"
    for text in (re.sub(r"\(.*?\)|\[.*?\]", " ", heading), heading):
        words = vietnamese.letters(text)
        if not words or len(words) > 90:
            continue
        for field, pattern in _COMPILED:
            if pattern.fullmatch(words):
                return field
    return None


def find_heading(rows: Sequence[Sequence[Cell]], merged: Merged) -> Heading | None:
    """The best heading in the first rows: one with a name and something else of a person; None when there is none."""
    best: Heading | None = None
    for place in range(min(SEARCHED_ROWS, len(rows))):
        if sum(cell is not None for cell in rows[place]) < 2:
            continue
        for found in (_one_level(rows, place), _two_levels(rows, place, merged)):
            if found and _is_list(found.fields) and (best is None or _weight(found, rows, merged) > _weight(best, rows, merged)):
                best = found
    return best


def _weight(found: Heading, rows: Sequence[Sequence[Cell]], merged: Merged) -> tuple[int, bool]:
    """How much of a person a heading names; of two alike, the one whose lower row stands wholly under wide headings."""
    wide = {column for (top, left), (bottom, right) in merged if top == bottom == found.first and right > left for column in range(left, right + 1)}
    below = {place for place, cell in enumerate(rows[found.last]) if cell is not None} if found.last > found.first else set()
    return len(found.fields), bool(below) and below <= wide


def _is_list(fields: set[str]) -> bool:
    """A name and at least one more fact of a person."""
    return "full_name" in fields and any(field in fields for field in _PROOF)


def _one_level(rows: Sequence[Sequence[Cell]], place: int) -> Heading:
    """Read one row as a heading."""
    texts = _as_neighbours(rows[place], [heading_text(cell) for cell in rows[place]])
    return Heading(place, place, _columns(texts, [_one_field(text) if text else None for text in texts]))


def _one_field(text: str) -> str | None:
    """What a heading names; "Ngày sinh - Tháng" is a wider heading and its smaller word, as the file of errors writes them."""
    wide, sign, small = text.rpartition(" - ")
    parent = field_of(wide) if sign else None
    return _under(parent, small) if parent in _BELOW and vietnamese.letters(small) in _BELOW[parent] else field_of(text)


def _as_neighbours(cells: Sequence[Cell], texts: list[str]) -> list[str]:
    """Read a heading that nothing mended in the old font of its neighbours: some of its letters are letters of ours too."""
    old = any(isinstance(cell, str) and (mended := legacy_text.repair(vietnamese.clean(cell))) and mended[1] == "tcvn3" for cell in cells)
    if not old:
        return texts
    read = [legacy_text.from_tcvn3(text) for text in texts]
    return [again if field_of(text) is None and field_of(again) else text for text, again in zip(texts, read, strict=True)]


def _two_levels(rows: Sequence[Sequence[Cell]], place: int, merged: Merged) -> Heading | None:
    """Read two rows as a heading with smaller words under wider ones ("Ngày sinh" over "Ngày", "Tháng", "Năm")."""
    if place + 1 >= len(rows):
        return None
    width = max(len(rows[place]), len(rows[place + 1]))
    above = _spread(_padded(rows[place], width), place, merged)
    below = [heading_text(cell) for cell in _padded(rows[place + 1], width)]
    fields: list[str | None] = []
    for top, small in zip(above, below, strict=True):
        parent = field_of(top) if top else None
        if parent in ("full_name", "family_name", "given_name") and small and field_of(small) not in ("full_name", "family_name", "given_name"):
            return None  # the row below holds a person already
        of_parent = small and _PARENT.fullmatch(vietnamese.letters(top))
        fields.append(field_of(f"{small} {top}") if of_parent else _under(parent, small) if small else parent)
    texts = [" - ".join(dict.fromkeys(text for text in pair if text)) for pair in zip(above, below, strict=True)]
    return Heading(place, place + 1, _columns(texts, fields))


def _under(parent: str | None, small: str) -> str | None:
    """What a smaller word means under its wider one."""
    words = vietnamese.letters(small)
    if parent == "birth_date" and words == "nam" and vietnamese.clean(small).casefold() == "nam":
        return "birth_male"
    if parent in _BELOW and words in _BELOW[parent]:
        return _BELOW[parent][words]
    named = field_of(small)
    return parent if named is None else named  # "" names a column that is not ours, whatever stands above it


def _padded(row: Sequence[Cell], width: int) -> list[Cell]:
    return [*row, *[None] * (width - len(row))]


def _spread(row: list[Cell], place: int, merged: Merged) -> list[str]:
    """Write a wide heading over every column that it spans; without merge marks, over the blanks to its right."""
    texts = [heading_text(cell) for cell in row]
    spans = [(left, right) for (top, left), (bottom, right) in merged if top <= place <= bottom and right > left]
    for left, right in spans:
        for column in range(left + 1, min(right + 1, len(texts))):
            texts[column] = texts[column] or (texts[left] if left < len(texts) else "")
    if not spans:
        for column in range(1, len(texts)):
            texts[column] = texts[column] or texts[column - 1]
    return texts


def _columns(texts: Sequence[str], fields: Iterable[str | None]) -> tuple[Column, ...]:
    """Settle the fields that depend on their neighbours."""
    settled = [field or "" for field in fields]
    words = [vietnamese.letters(text) for text in texts]
    for place in range(1, len(settled)):
        if settled[place] == "full_name" and settled[place - 1] in ("full_name", "name_part") and words[place] == words[place - 1]:
            settled[place] = "name_part"  # a name's heading once wrote over both of its columns
    if "full_name" not in settled and "given_name" in settled and "family_name" not in settled:
        settled[settled.index("given_name")] = "full_name"
    if "given_name" in settled and "family_name" in settled and "full_name" not in settled:
        settled[settled.index("given_name")] = "full_name"  # both parts are joined when the row is read
    elif "full_name" in settled and "given_name" in settled and "family_name" not in settled:
        # "Họ và tên" over the family part, "Tên" over the given one: a frequent layout of class lists.
        settled[settled.index("full_name")] = "family_name"
        settled[settled.index("given_name")] = "full_name"
    if {"thang", "thang sinh"} & set(words) and {"nam", "nam sinh"} & set(words):
        for place, word in enumerate(words):
            if word in _BARE and word != "nu" and not (word == "nam" and "nam sinh" in words):
                settled[place] = _BARE[word]
    _settle_parents(settled, words)
    _settle_sexes(settled, words)
    return tuple(Column(place, text, settled[place]) for place, text in enumerate(texts) if text or settled[place])


def _settle_parents(settled: list[str], words: Sequence[str]) -> None:
    """Beside a parent's name a birth, number or occupation that the person has a column for already is the parent's."""
    begin = next((place for place, word in enumerate(words) if _NAME_OF_PARENT.fullmatch(word)), len(words))
    if "full_name" not in settled[:begin]:
        return
    for kind in (("birth_date", "birth_year"), ("cccd", "cmnd", "identifier", "passport"), ("occupation",)):
        if any(field in kind for field in settled[:begin]):
            for place in range(begin, len(settled)):
                settled[place] = "" if settled[place] in kind else settled[place]


def _settle_sexes(settled: list[str], words: Sequence[str]) -> None:
    """A column of each sex, or one of the women alone, whose cells are ticked."""
    if "nu" in words and not {"sex", "birth_male", "birth_female", "sex_male", "sex_female"} & set(settled):
        settled[words.index("nu")] = "sex_female"
        if "nam" in words:
            settled[words.index("nam")] = "sex_male"


def is_numbering(row: Sequence[Cell]) -> bool:
    """Say whether the row only numbers the columns: (1) (2) (3), 1 2 3, A B C."""
    texts = [vietnamese.letters(as_text(cell)) for cell in row if cell is not None]
    if len(texts) < 3:
        return False
    if all(text.isdecimal() and len(text) < 6 for text in texts):
        numbers = [int(text) for text in texts]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return texts == [chr(ord("a") + place) for place in range(len(texts))]
