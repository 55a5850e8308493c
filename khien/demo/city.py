"""The demo's city: facilities, ten points in ten districts, organisations, staff, lots."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from khien.access import actions as access
from khien.demo import figures
from khien.demo.accounts import DESKS, OFFICES, PASSWORD, Account, totp_secret
from khien.kernel import clock
from khien.kernel.refs import SYSTEM, Performed, Scope
from khien.places import actions as places
from khien.places import queries as where
from khien.stock import actions as stock

# district of 2021, name of the point, kind, tables
POINTS = (
    ("770", "Điểm tiêm Nhà văn hóa Lao động Quận 3", "fixed", 4),
    ("760", "Điểm tiêm Trường THCS Tân Định", "fixed", 3),
    ("765", "Điểm tiêm Nhà thi đấu Bình Thạnh", "fixed", 6),
    ("764", "Điểm tiêm Trung tâm văn hóa Gò Vấp", "fixed", 4),
    ("771", "Điểm tiêm Nhà thi đấu Phú Thọ", "fixed", 8),
    ("769", "Điểm tiêm lưu động Thủ Đức", "mobile", 2),
    ("777", "Điểm tiêm Khu công nghiệp Tân Tạo", "fixed", 5),
    ("785", "Điểm tiêm lưu động Bình Chánh", "mobile", 2),
    ("773", "Điểm tiêm Trường tiểu học Quận 4", "fixed", 2),
    ("787", "Điểm tiêm lưu động Cần Giờ", "mobile", 1),
)
HOSPITALS = {"770": ("Bệnh viện Bình Dân", "028 3839 4747")}
LOTS = (
    ("AZ", "ABV5297", 10, 180), ("AZ", "ABV7003", 10, 12), ("PFIZER", "FK0112", 6, 120), ("MODERNA", "3005694", 10, 150),
    ("VERO", "202107B1715", 1, 300),
)  # fmt: skip


@dataclass(frozen=True)
class City:
    """What the rest of the demo builds on."""

    sites: tuple[UUID, ...]
    facilities: tuple[UUID, ...]
    communes: tuple[tuple[str, ...], ...]
    firm: UUID
    ward: UUID
    lots: dict[str, UUID]

    def as_mark(self) -> dict[str, object]:
        """The city as JSON."""
        lots = {vaccine: str(lot) for vaccine, lot in self.lots.items()}
        ids = {"sites": [str(i) for i in self.sites], "facilities": [str(i) for i in self.facilities]}
        return {**ids, "communes": self.communes, "firm": str(self.firm), "ward": str(self.ward), "lots": lots}

    @classmethod
    def from_mark(cls, mark: dict[str, Any]) -> "City":
        """The city as it was kept."""
        return cls(
            tuple(UUID(i) for i in mark["sites"]), tuple(UUID(i) for i in mark["facilities"]), tuple(tuple(c) for c in mark["communes"]),
            UUID(mark["firm"]), UUID(mark["ward"]), {vaccine: UUID(lot) for vaccine, lot in mark["lots"].items()},
        )  # fmt: skip


def build(today: date, at: datetime) -> City:
    """Build the city once."""
    sites, facilities, communes = [], [], []
    for i, (district, name, kind, tables) in enumerate(POINTS):
        keys = tuple(unit.key for unit in where.children(f"2021-{district}"))
        facility = places.add_facility(
            code=f"79{100 + i}", name=f"Trung tâm Y tế {_district(district)}", unit_key=keys[0], phone="028 3990 0000",
            address="1 Đường Trung Tâm", by=SYSTEM, at=at,
        )  # fmt: skip
        unit = where.unit(keys[0])
        hospital, phone = HOSPITALS.get(district, (f"Bệnh viện {_district(district)}", "028 3990 0115"))
        site = places.add_site(
            facility_id=facility, name=name, name_en=f"Vaccination point {i + 1}", kind=kind, commune_key=keys[0],
            commune_2025=next((key.code for key, _ in where.successors(keys[0])), ""), tables=tables, phone=f"028 3990 01{i:02d}",
            address=f"{12 + i} Đường Điểm Tiêm", hospital=hospital, hospital_phone=phone,
            lat=getattr(unit, "lat", None), lon=getattr(unit, "lon", None), by=SYSTEM, at=at,
        )  # fmt: skip
        sites.append(site)
        facilities.append(facility)
        communes.append(keys)
    firm = places.add_organization(
        name="Công ty May Sông Tiên", kind="firm", commune_key=communes[6][0], contact_name="Mai Nhân Sự", contact_phone="0901000001",
        address="Lô 9 Khu công nghiệp Tân Tạo", by=SYSTEM, at=at,
    )  # fmt: skip
    ward = places.add_organization(
        name=f"Ủy ban nhân dân {_commune(communes[0][0])}", kind="ward", commune_key=communes[0][0], contact_name="Cao Văn Phường",
        contact_phone="0901000002", by=SYSTEM, at=at,
    )  # fmt: skip
    city = City(tuple(sites), tuple(facilities), tuple(communes), firm, ward, _lots(tuple(sites), today, at))
    _stops(city, today, at)
    _staff(city, at)
    figures.build(today, at)
    return city


def _district(code: str) -> str:
    unit = where.unit(f"2021-{code}")
    return unit.full_name if unit else code


def _commune(key: str) -> str:
    unit = where.unit(key)
    return unit.full_name if unit else key


def _lots(sites: tuple[UUID, ...], today: date, at: datetime) -> dict[str, UUID]:
    lots: dict[str, UUID] = {}
    for vaccine, number, per_vial, days in LOTS:
        lot = stock.add_lot(
            vaccine=vaccine, number=number, manufactured_on=today - timedelta(days=120), expires_on=today + timedelta(days=days),
            doses_per_vial=per_vial, by=SYSTEM, at=at,
        )  # fmt: skip
        lot_id = getattr(lot, "id", lot)
        lots.setdefault(vaccine, lot_id)
        for i, site in enumerate(sites):
            if vaccine in ("AZ", "PFIZER") or i % 2:
                stock.receive(
                    site_id=site, lot_id=lot_id, doses=600 - 20 * i, document=f"PXK-{today:%y%m}-{number[-3:]}-{i + 1:02d}",
                    performed=Performed(at - timedelta(days=9), clock.on_date(at - timedelta(days=9)), by_name="Trịnh Thủ Kho"), by=SYSTEM, at=at,
                )  # fmt: skip
    return lots


def _stops(city: City, today: date, at: datetime) -> None:
    """A route for each mobile point through this week's days."""
    for i, (_, _, kind, _) in enumerate(POINTS):
        if kind != "mobile":
            continue
        for day in range(-1, 7):
            on = today + timedelta(days=day)
            commune = city.communes[i][(on.toordinal()) % len(city.communes[i])]
            places.add_stop(
                site_id=city.sites[i], on_date=on, starts_at=clock.at_local(on, 7, 30), ends_at=clock.at_local(on, 17, 0),
                name=f"Nhà văn hóa {_commune(commune)}", commune_key=commune, by=SYSTEM, at=at,
            )  # fmt: skip


def _staff(city: City, at: datetime) -> None:
    for account in OFFICES:
        open_account(account, _scope(account.scope, city), at)
    for i, site in enumerate(city.sites):
        for suffix, role, title in DESKS:
            account = Account(f"diem{i + 1:02d}.{suffix}", _PEOPLE[suffix][i % 3], (role,), Scope("site", str(site)), POINTS[i][1])
            open_account(account, Scope("site", str(site)), at, title=title)


_PEOPLE = {
    "truong": ("Lê Thị Trưởng Điểm", "Phan Văn Trưởng Điểm", "Vũ Trưởng Điểm"),
    "tiepdon": ("Nguyễn Thị Tiếp Đón", "Bùi Tiếp Đón", "Đỗ Thị Tiếp Đón"),
    "bacsi": ("Trần Bác Sĩ", "Hồ Thị Bác Sĩ", "Ngô Bác Sĩ"),
    "tiem": ("Phạm Thị Điều Dưỡng", "Dương Điều Dưỡng", "Lý Thị Điều Dưỡng"),
    "theodoi": ("Đặng Theo Dõi", "Võ Thị Theo Dõi", "Huỳnh Theo Dõi"),
    "nhaplieu": ("Đoàn Nhập Liệu", "Trương Thị Nhập Liệu", "Hoàng Nhập Liệu"),
}


def _scope(scope: Scope | str, city: City) -> Scope:
    if isinstance(scope, Scope):
        return scope
    kind, number = scope.split(":")
    if kind == "site":
        return Scope("site", str(city.sites[int(number)]))
    if kind == "organization":
        return Scope("organization", str(city.firm))
    if kind == "commune":
        return Scope("commune", city.communes[int(number)][0].removeprefix("2021-"), "2021")
    return Scope("district", POINTS[int(number)][0], "2021")


def open_account(account: Account, scope: Scope, at: datetime, title: str = "") -> None:
    """Open an account with its posts."""
    staff = access.add_staff(
        username=account.username, full_name=account.full_name, password=PASSWORD, title=title or account.office,
        totp_secret=totp_secret(account.username), by=SYSTEM, at=at,
    )  # fmt: skip
    for role in account.roles:
        access.give_post(staff_id=staff.staff_id, role=role, scope=scope, office=account.office, by=SYSTEM, at=at)
