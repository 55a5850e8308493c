"""Names of units as people write them: "P.5 Q3", "phuong 05, quan 3", "tp HCM" all mean the same words."""

import re

from khien.kernel import vietnamese

KINDS = {
    "tinh": "Tỉnh",
    "thanh-pho": "Thành phố",
    "quan": "Quận",
    "huyen": "Huyện",
    "thi-xa": "Thị xã",
    "phuong": "Phường",
    "xa": "Xã",
    "thi-tran": "Thị trấn",
    "dac-khu": "Đặc khu",
}
_KIND_WORDS = {"tinh": 1, "thanh pho": 2, "quan": 1, "huyen": 1, "thi xa": 2, "phuong": 1, "xa": 1, "thi tran": 2, "dac khu": 2}
_GLUED = re.compile(r"\b(p|q|f)(\d{1,2})\b")
_SHORT = {
    "p": "phuong", "f": "phuong", "q": "quan", "h": "huyen", "x": "xa", "t": "tinh", "tp": "thanh pho", "tx": "thi xa",
    "tt": "thi tran", "dk": "dac khu", "hcm": "ho chi minh", "tphcm": "thanh pho ho chi minh", "hn": "ha noi", "sg": "ho chi minh",
    "tphn": "thanh pho ha noi", "brvt": "ba ria vung tau", "ward": "phuong", "commune": "xa", "district": "quan",
}  # fmt: skip
_NAMED = {"sai gon": "ho chi minh", "tt hue": "thua thien hue", "br vt": "ba ria vung tau"}


def path_key(names: list[str]) -> str:
    """The keys of a unit and those above it; what an apostrophe joins is also there in parts ("Ea H'leo": hleo, h leo)."""
    joined = "".join(key(name)[:-1] for name in names)
    parted = "".join(key(name.replace("'", " "))[:-1] for name in map(vietnamese.clean, names) if "'" in name)
    return f"{joined}{parted} "


def key(text: str) -> str:
    """The folded words with a space around each; numbers without leading zeros ("Phường 05" -> " phuong 5 ")."""
    words = (
        word.lstrip("0") or "0" if word.isdigit() else word
        for word in vietnamese.letters(vietnamese.clean(text).replace("'", "")).split()
    )
    return f" {' '.join(words)} "


def readings(query: str) -> list[list[str]]:
    """What the parts of a query must be found as in a unit's `path_key`: the likeliest reading first, looser ones after it.

    A kind stays with the word after it (" phuong 5 ", " quan tan"); a number is whole, a word may be the beginning of one.
    """
    typed = _GLUED.sub(r"\1 \2", key(query))
    called = typed
    for said, meant in _NAMED.items():
        called = called.replace(f" {said} ", f" {meant} ")
    loose = [_begins(word) for word in typed.split()]
    spelled = [_begins(word) for word in _in_full(called)]
    found = [_phrases(_in_full(typed)), _phrases(_in_full(called)), spelled, loose]
    return [reading for place, reading in enumerate(found) if reading and reading not in found[:place]]


def _in_full(text: str) -> list[str]:
    return [part for word in text.split() for part in _spelled(word, text).split()]


def _phrases(words: list[str]) -> list[str]:
    found: list[str] = []
    while words:
        taken = _kind_length(words)
        if taken and len(words) > taken:
            taken += 1
        found.append(_begins(" ".join(words[: max(taken, 1)])))
        words = words[max(taken, 1) :]
    return found


def _begins(phrase: str) -> str:
    """A number must be whole; a word may go on."""
    return f" {phrase} " if phrase[-1].isdigit() else f" {phrase}"


def _spelled(word: str, text: str) -> str:
    """An abbreviation in full; "x" alone or a lone letter that ends the query stays as typed."""
    return _SHORT.get(word, word) if text.strip() != word else word


def _kind_length(words: list[str]) -> int:
    """How many of the first words name a kind of unit."""
    for count in (2, 1):
        if _KIND_WORDS.get(" ".join(words[:count])) == count:
            return count
    return 0
