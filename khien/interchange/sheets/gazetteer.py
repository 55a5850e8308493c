"""Read the words of provinces, districts and communes in either epoch, as lists write them ("TP.HCM", "Q.1", "P. Bến Nghé").

Pure: the caller gives the units (from the places room) once and asks many times.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from khien.interchange.sheets.types import PlaceAnswer
from khien.kernel import names, vietnamese

_KINDS = (
    r"(tinh|thanh pho( thuoc tinh)?|tp|t p|quan|q|huyen|h|thi xa|tx|phuong|p|xa|x|thi tran|tt|dac khu|dk|city|province|district|ward|commune)"
)
_SPOKEN = {"hcm": "ho chi minh", "tphcm": "ho chi minh", "sai gon": "ho chi minh", "sg": "ho chi minh", "hn": "ha noi", "dn": "da nang",
           "hue": "thua thien hue", "ba ria": "ba ria vung tau", "brvt": "ba ria vung tau", "vung tau": "ba ria vung tau", "hp": "hai phong",
           "dac lac": "dak lak", "dac nong": "dak nong", "daklak": "dak lak", "daknong": "dak nong"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the places room knows it; `parent` is the code of the district (2021 communes) or of the province."""

    epoch: str
    level: str
    code: str
    parent: str
    full_name: str


class Gazetteer:
    """Answers what a place's words mean; the epoch tried first is the campaign's working epoch."""

    def __init__(self, units: Iterable[Unit], epochs: tuple[str, ...] = ("2021", "2025")) -> None:
        self.epochs = epochs
        self.units: dict[tuple[str, str, str], Unit] = {}
        self.names: dict[tuple[str, str, str], list[Unit]] = {}
        for unit in units:
            self.units[unit.epoch, unit.level, unit.code] = unit
            for key in {spoken(unit.full_name), bare(unit.full_name)}:
                self.names.setdefault((unit.epoch, unit.level, key), []).append(unit)
        self.levels = {key[:2] for key in self.units}
        self._find = lru_cache(maxsize=20_000)(self._answer)

    def find(self, province: str, district: str, commune: str, address: str) -> PlaceAnswer:
        """What these words or codes mean; with none of them, what the end of the address names."""
        if province or district or commune:
            return self._find(province, district, commune)
        return self._from_address(address)

    def _answer(self, province: str, district: str, commune: str) -> PlaceAnswer:
        # A commune straight under its province is how addresses are written since 2025.
        epochs = sorted(self.epochs, reverse=True) if commune and province and not district else self.epochs
        answers = [self._in_epoch(epoch, province, district, commune) for epoch in epochs]
        return next((answer for status in ("found", "several") for answer in answers if answer.status == status), answers[0])

    def _in_epoch(self, epoch: str, province: str, district: str, commune: str) -> PlaceAnswer:
        """Narrow down from the province; each level that is named must be found inside the one above."""
        if district and (epoch, "district") not in self.levels:
            return PlaceAnswer("unknown", level="district")
        above: list[Unit] = []
        for level, word in (("province", province), ("district", district), ("commune", commune)):
            if not word:
                continue
            known = [unit for unit in self._matching(epoch, level, word) if not above or any(self._inside(unit, over) for over in above)]
            if not known:
                return PlaceAnswer("unknown", level=level)
            exact = [unit for unit in known if names.spelling_key(unit.full_name).endswith(names.spelling_key(word))]
            above = exact if len(exact) == 1 else known
        if len(above) == 1:
            return self._describe(above[0])
        shared = {self._describe(unit).province for unit in above}
        candidates = tuple(self._path(unit) for unit in above[:10])
        return PlaceAnswer("several", epoch, shared.pop() if len(shared) == 1 else "", candidates=candidates)

    def _matching(self, epoch: str, level: str, word: str) -> list[Unit]:
        """Units by code, by whole name, or by name without its kind; a name with its right kind is preferred."""
        text = re.sub(r"\.0$", "", word.strip())
        if re.fullmatch(r"[0-9]+", text):
            width = {"province": 2, "district": 3, "commune": 5}[level]
            unit = self.units.get((epoch, level, text.zfill(width)))
            if unit and (level == "province" or len(text) >= 3):  # "1" under district is Quận 1, no code
                return [unit]
            text = {"district": "quan ", "commune": "phuong "}.get(level, "") + text
        if found := re.fullmatch(r"(\d{2,5})\s*[-–:.]\s*\D.*", text):
            unit = self.units.get((epoch, level, found[1]))
            if unit:
                return [unit]
        found_units = self.names.get((epoch, level, spoken(text))) or self.names.get((epoch, level, bare(text)), [])
        if not found_units and level == "province":
            found_units = self.names.get((epoch, level, _SPOKEN.get(bare(text), "")), [])
        return found_units

    def _inside(self, unit: Unit, over: Unit) -> bool:
        return over.code in self._chain(unit)[1:] if unit.level != over.level else False

    def _chain(self, unit: Unit) -> list[str]:
        """Codes of the unit and of the units above it."""
        codes = [unit.code]
        level = unit.level
        while unit.parent and level != "province":
            level = "district" if (unit.epoch, "district", unit.parent) in self.units and level == "commune" else "province"
            parent = self.units.get((unit.epoch, level, unit.parent))
            if parent is None:
                break
            codes.append(parent.code)
            unit = parent
        return codes

    def _describe(self, unit: Unit) -> PlaceAnswer:
        codes = dict.fromkeys(("province", "district", "commune"), "")
        for code, level in zip(self._chain(unit), _upwards(unit, self), strict=False):
            codes[level] = code
        return PlaceAnswer("found", unit.epoch, codes["province"], codes["district"], codes["commune"])

    def _path(self, unit: Unit) -> str:
        pairs = zip(self._chain(unit), _upwards(unit, self), strict=False)
        return ", ".join(self.units[unit.epoch, level, code].full_name for code, level in pairs)

    def _from_address(self, address: str) -> PlaceAnswer:
        """Read "..., Phường Bến Nghé, Quận 1, TP. Hồ Chí Minh" from its end; only when the province is among its parts."""
        parts = [part.strip() for part in re.split(r"[,;]|\s-\s|–", address) if part.strip()]
        if vietnamese.letters(parts[-1] if parts else "") in ("viet nam", "vietnam", "vn"):
            parts.pop()
        if len(parts) < 2:
            return PlaceAnswer("empty")
        tries = [(parts[-1], parts[-2], parts[-3])] if len(parts) >= 3 else []
        tries += [(parts[-1], "", parts[-2]), (parts[-1], parts[-2], "")]
        for words in tries:
            answer = self._find(*words)
            if answer.status == "found":
                return PlaceAnswer("found", answer.epoch, answer.province, answer.district, answer.commune, from_address=True)
        return PlaceAnswer("empty")


def _upwards(unit: Unit, gazetteer: Gazetteer) -> list[str]:
    """The levels that `_chain` walks."""
    if unit.level == "commune" and (unit.epoch, "district", unit.parent) in gazetteer.units:
        return ["commune", "district", "province"]
    return [unit.level, "province"] if unit.level != "province" else ["province"]


def spoken(text: str) -> str:
    """A name as people write it, folded, its short kind spelt out."""
    words = vietnamese.letters(text)
    short = {"q": "quan", "h": "huyen", "p": "phuong", "f": "phuong", "x": "xa", "tp": "thanh pho", "t p": "thanh pho", "tx": "thi xa", "tt": "thi tran",
             "dk": "dac khu"}
    if found := re.fullmatch(r"(t p|[qhpfx]|tp|tx|tt|dk) ?(\d{1,2}|(?<= )\D.*)", words):
        words = f"{short[found[1]]} {found[2]}"
    return re.sub(r"\b0+(\d)", r"\1", words)


def bare(text: str) -> str:
    """A name without its kind; numbers keep it ("quan 1" is not "phuong 1")."""
    words = spoken(text)
    return re.sub(rf"^{_KINDS} (?=\D)", "", words)
