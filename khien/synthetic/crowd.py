"""A seeded crowd: households that share a phone, namesakes, people without papers, years without a birthday.

Identity numbers carry the serial 99xxxx, which marks them as synthetic.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from pathlib import Path
from random import Random

from khien.kernel.births import PartialDate

_NAMES = json.loads((Path(__file__).parent / "data" / "given_names.json").read_text())
_FAMILIES = (
    ("Nguyễn", 33), ("Trần", 11), ("Lê", 9), ("Phạm", 7), ("Huỳnh", 6), ("Hoàng", 5), ("Phan", 4), ("Vũ", 3), ("Võ", 5),
    ("Đặng", 3), ("Bùi", 2), ("Đỗ", 2), ("Hồ", 2), ("Ngô", 2), ("Dương", 2), ("Lý", 1), ("Đoàn", 1), ("Trương", 2),
)  # fmt: skip
_FAMILY_NAMES = [name for name, _ in _FAMILIES]
_FAMILY_SHARES = list(accumulate(weight for _, weight in _FAMILIES))
_MIDDLES = {"male": ("Văn", "Hữu", "Đức", "Minh", "Quốc", ""), "female": ("Thị", "Thị", "Ngọc", "Thị Kim", "Mỹ", "")}
_PROVINCES = ("079",) * 12 + ("001", "036", "038", "040", "042", "046", "048", "051", "052", "056", "060", "068", "070",
    "072", "074", "075", "077", "079", "080", "082", "083", "084", "086", "087", "089", "092", "094", "096")  # fmt: skip
_MOBILE = ("090", "091", "093", "094", "096", "097", "098", "032", "033", "035", "037", "038", "070", "077", "079", "081", "083", "085")
_STREETS = ("Nguyễn Trãi", "Lê Lợi", "Cách Mạng Tháng Tám", "Phan Xích Long", "Lý Thường Kiệt", "Hoàng Văn Thụ", "Nguyễn Thị Minh Khai",
    "Trần Hưng Đạo", "Điện Biên Phủ", "Bùi Viện", "Tôn Đản", "Phạm Văn Đồng")  # fmt: skip
_JOBS = (("Công nhân", "13"), ("Giáo viên", "8"), ("Tài xế", "7"), ("Buôn bán", "15"), ("Nhân viên văn phòng", "13"), ("Y tá", "1"),
    ("Bảo vệ", "13"), ("Phụ hồ", "15"), ("Nội trợ", "10"), ("Bán vé số", "15"))  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    """One synthetic person, as they would fill in a form."""

    number: int
    full_name: str
    sex: str
    birth: PartialDate
    cccd: str
    phone: str
    household: str
    head: bool
    commune_key: str
    address: str
    neighbourhood: str
    occupation: str
    groups: tuple[str, ...]
    risk: bool
    no_papers: bool = False
    extra: dict[str, str] = field(default_factory=dict)


class Crowd:
    """Makes people one household after another; the same seed makes the same people."""

    def __init__(
        self, seed: int, communes: list[str], *, today: date, adults_only: bool = False, first_serial: int = 0, scattered: bool = False
    ) -> None:
        self.random = Random(seed)
        self._first, self._scattered = first_serial, scattered  # apart from other crowds in one database
        self._used: set[str] = set()
        self.communes, self.today, self.adults_only = communes, today, adults_only
        self._serials: dict[str, int] = {}
        self._number = 0
        self._phones = self.random.randrange(10**6)

    def people(self, count: int) -> Iterator[Somebody]:
        """Yield exactly `count` people."""
        made = 0
        while made < count:
            for somebody in self._household():
                yield somebody
                made += 1
                if made == count:
                    return

    def _household(self) -> Iterator[Somebody]:
        rng = self.random
        size = rng.choices((1, 2, 3, 4, 5, 6, 9), (20, 22, 22, 20, 10, 4, 2))[0]
        commune = rng.choice(self.communes)
        household = f"H{rng.randrange(16**10):010x}"
        phone = self.phone()
        address = f"{rng.randint(1, 399)}/{rng.randint(1, 60)} {rng.choice(_STREETS)}"
        block = f"Tổ {rng.randint(1, 40)}"
        family = self._family()
        for place in range(size):
            own = phone if place == 0 or rng.random() < 0.7 else self.phone()
            yield self._one(place, family if place != 1 else self._family(), own, household, commune, address, block)

    def _one(self, place: int, family: str, phone: str, household: str, commune: str, address: str, block: str) -> Somebody:
        rng = self.random
        sex = rng.choice(("male", "female"))
        age = self._age(place)
        year = self.today.year - age
        birth = PartialDate(year) if age > 60 and rng.random() < 0.2 else PartialDate(year, rng.randint(1, 12), rng.randint(1, 28))
        job, group = rng.choice(_JOBS)
        if age < 18:
            job, group = "Học sinh", "8"
        elif age > 65:
            job, group = "Hưu trí", "9"
        risk = rng.random() < (0.45 if age > 60 else 0.08)
        no_papers = rng.random() < 0.02
        self._number += 1
        return Somebody(
            number=self._number, full_name=self._name(family, sex), sex=sex, birth=birth,
            cccd="" if no_papers else self.cccd(sex, year), phone=phone, household=household, head=place == 0, commune_key=commune,
            address=address, neighbourhood=block, occupation=job, groups=tuple(dict.fromkeys((group, "9") if risk else (group,))),
            risk=risk, no_papers=no_papers,
        )  # fmt: skip

    def _age(self, place: int) -> int:
        rng = self.random
        if place in (0, 1):
            return rng.choices((rng.randint(19, 35), rng.randint(36, 60), rng.randint(61, 92)), (40, 42, 18))[0]
        low = 19 if self.adults_only else 12
        return rng.choices((rng.randint(low, 22), rng.randint(23, 45), rng.randint(60, 90)), (45, 30, 25))[0]

    def _family(self) -> str:
        return self.random.choices(_FAMILY_NAMES, cum_weights=_FAMILY_SHARES)[0]

    def _name(self, family: str, sex: str) -> str:
        rng = self.random
        return " ".join(part for part in (family, rng.choice(_MIDDLES[sex]), rng.choice(_NAMES[sex])) if part)

    def cccd(self, sex: str, year: int) -> str:
        """A personal number whose province, sex and year agree, with the synthetic serial 99xxxx."""
        gender = 2 * (year // 100 - 19) + (sex == "female")
        for _ in range(200):
            stem = f"{self.random.choice(_PROVINCES)}{gender}{year % 100:02d}"
            serial = self.random.randrange(self._first, 10_000) if self._scattered else self._serials.get(stem, self._first)
            number = f"{stem}99{serial:04d}"
            if serial < 10_000 and number not in self._used:
                self._serials[stem] = serial + 1
                if self._scattered:
                    self._used.add(number)
                return number
        raise OverflowError("no synthetic number is left for this year of birth")

    def phone(self) -> str:
        """A mobile number in Viet Nam's numbering plan; the demo sends nothing to it."""
        self._phones = (self._phones + 7919) % 10_000_000
        return self.random.choice(_MOBILE) + f"{self._phones:07d}"
