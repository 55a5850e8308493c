"""Words of lists that stand for codes: priority groups, ethnic groups, sessions.

Sources: Decision 3355/QD-BYT of 2021-07-08 (16 groups, short names ours); the statistics list of 54 ethnic groups.
"""

import re
from functools import cache, lru_cache

from khien.kernel import vietnamese

PRIORITY_GROUPS = {
    "1": "Người làm việc trong cơ sở y tế", "2": "Người tham gia phòng chống dịch", "3": "Lực lượng Quân đội", "4": "Lực lượng Công an",
    "5": "Cán bộ ngoại giao và thân nhân", "6": "Hải quan, cán bộ xuất nhập cảnh", "7": "Người cung cấp dịch vụ thiết yếu",
    "8": "Giáo viên, học sinh, sinh viên, cơ quan hành chính", "9": "Người mắc bệnh mạn tính; người trên 65 tuổi",
    "10": "Người sinh sống tại vùng có dịch", "11": "Người nghèo, đối tượng chính sách xã hội", "12": "Người đi công tác, học tập, lao động ở nước ngoài",
    "13": "Người lao động tại doanh nghiệp và thân nhân", "14": "Chức sắc, chức việc tôn giáo", "15": "Người lao động tự do",
    "16": "Đối tượng khác theo quyết định",
}

_GROUP_WORDS = {
    "nhan vien y te": "1", "y te": "1", "quan doi": "3", "bo doi": "3", "cong an": "4", "ngoai giao": "5", "hai quan": "6", "giao vien": "8",
    "hoc sinh": "8", "sinh vien": "8", "benh man tinh": "9", "nguoi mac benh man tinh": "9", "nguoi tren 65 tuoi": "9", "tren 65 tuoi": "9",
    "benh nen": "9", "nguoi cao tuoi": "9", "nguoi ngheo": "11", "doi tuong chinh sach xa hoi": "11", "doi tuong chinh sach": "11",
    "cong nhan": "13", "nguoi lao dong tai doanh nghiep": "13", "chuc sac": "14", "lao dong tu do": "15", "doi tuong khac": "16",
}

ETHNIC_GROUPS = {
    "01": "Kinh", "02": "Tày", "03": "Thái", "04": "Hoa", "05": "Khơ-me", "06": "Mường", "07": "Nùng", "08": "Mông", "09": "Dao", "10": "Gia-rai",
    "11": "Ngái", "12": "Ê-đê", "13": "Ba-na", "14": "Xơ-đăng", "15": "Sán Chay", "16": "Cơ-ho", "17": "Chăm", "18": "Sán Dìu", "19": "Hrê",
    "20": "Mnông", "21": "Ra-glai", "22": "Xtiêng", "23": "Bru-Vân Kiều", "24": "Thổ", "25": "Giáy", "26": "Cơ-tu", "27": "Gié-Triêng", "28": "Mạ",
    "29": "Khơ-mú", "30": "Co", "31": "Tà-ôi", "32": "Chơ-ro", "33": "Kháng", "34": "Xinh-mun", "35": "Hà Nhì", "36": "Chu-ru", "37": "Lào",
    "38": "La Chí", "39": "La Ha", "40": "Phù Lá", "41": "La Hủ", "42": "Lự", "43": "Lô Lô", "44": "Chứt", "45": "Mảng", "46": "Pà Thẻn",
    "47": "Cơ Lao", "48": "Cống", "49": "Bố Y", "50": "Si La", "51": "Pu Péo", "52": "Brâu", "53": "Ơ Đu", "54": "Rơ-măm", "55": "Người nước ngoài",
}
_ETHNIC_WORDS = {
    "hmong": "08", "meo": "08", "khmer": "05", "khome": "05", "khomer": "05", "jrai": "10", "jarai": "10", "gialai": "10", "rade": "12", "bahnar": "13", "sedang": "14", "kho": "16",
    "koho": "16", "cham": "17", "mnong": "20", "raglai": "21", "stieng": "22", "vankieu": "23", "bruvankieu": "23", "katu": "26", "xodang": "14",
    "nguoihoa": "04", "viet": "01", "foreigner": "55", "nuocngoai": "55",
}

# Words by which a list says that a person has no papers yet.
NO_NUMBER = {"khong", "khong co", "chua co", "chua", "ko co", "ko", "k co", "none", "no", "n a", "na", "x", "mat", "chua lam", "dang lam", "khong nho", "khong ro", "0"}
# Those of them that do not say whether there are papers: the number is asked for, as where the cell is blank.
NO_REASON = {"x", "0", "n a", "na", "khong nho", "khong ro"}
NO_PAPERS_WORDS = {"mat": "lost", "dang lam": "being_issued", "chua lam": "never_issued", "chua co": "never_issued", "so sinh": "newborn",
                   "moi sinh": "newborn", "tre so sinh": "newborn"}


@cache
def _group_names() -> dict[str, str]:
    return {vietnamese.letters(name): number for number, name in PRIORITY_GROUPS.items()} | {
        f"nguoi {word}" if not word.startswith("nguoi") else word: number for word, number in _GROUP_WORDS.items()} | _GROUP_WORDS


@lru_cache(maxsize=1024)
def read_groups(text: str) -> tuple[str, ...] | None:
    """Numbers of the groups named ("15. Người lao động tự do", "9; 15", "nhóm 16.02"); None when a word is not understood.

    Local codes under 16 are kept as written ("16.02").
    """
    bare = re.sub(r"(?<=\d)\.0$", "", vietnamese.clean(text))
    found: list[str] = []
    numbered = re.fullmatch(r"(?:(?:nhóm|nhom|group)\s*)?(\d{1,2}(?:\.\d{1,2})?)\s*(?:[.:)\-–]+\s*\D.*|\s+\D.*)?", bare, re.IGNORECASE)
    pieces = [numbered[1]] if numbered else [piece for piece in re.split(r"\s*[;,/+&\n]\s*", bare) if piece]
    whole = _group_names().get(vietnamese.letters(bare))
    for piece in [whole] if whole else pieces:
        number = re.match(r"(?:(?:nhóm|nhom|group)\s*)?(\d{1,2}(?:\.\d{1,2})?)(?!\d)", piece, re.IGNORECASE)
        code = number[1] if number else _group_names().get(vietnamese.letters(piece))
        if code is None or not 1 <= int(code.split(".")[0]) <= 16 or ("." in code and not code.startswith("16.")):
            return None
        code = code.lstrip("0")
        if code not in found:
            found.append(code)
    return tuple(found) or None


@cache
def _ethnic_names() -> dict[str, str]:
    return {vietnamese.letters(name).replace(" ", ""): code for code, name in ETHNIC_GROUPS.items()} | _ETHNIC_WORDS


@lru_cache(maxsize=1024)
def read_ethnic(text: str) -> str | None:
    """The group's two-digit code from its name or code; None when not known."""
    word = vietnamese.letters(re.sub(r"\.0$", "", text)).removeprefix("dan toc ").replace(" ", "")
    if word.isdigit():
        return word.zfill(2) if word.zfill(2) in ETHNIC_GROUPS else None
    return _ethnic_names().get(word)


@lru_cache(maxsize=1024)
def read_session(text: str) -> str | None:
    """morning, afternoon or day; None when not known."""
    word = vietnamese.letters(text)
    for code, words in {"day": ("ca ngay", "whole day", "full day", "ca 2", "sang chieu"), "morning": ("sang", "morning", "am"),
                        "afternoon": ("chieu", "afternoon", "pm")}.items():
        if any(known == word or word.endswith(" " + known) or word.startswith(known + " ") for known in words):
            return code
    return None
