"""The demo's staff: one account for every post; printed by `up`."""

from typing import NamedTuple

from khien.kernel.refs import Scope

PASSWORD = "khien-demo-2021"
TOTP_SECRET_OF = "KHIENDEMO"

DESKS = (
    ("truong", "point_lead", "Trưởng điểm"),
    ("tiepdon", "reception", "Tiếp đón"),
    ("bacsi", "screener", "Bác sĩ khám sàng lọc"),
    ("tiem", "injector", "Điều dưỡng tiêm"),
    ("theodoi", "observer", "Theo dõi sau tiêm"),
    ("nhaplieu", "data_clerk", "Nhập liệu"),
)


class Account(NamedTuple):
    """A demo account: its posts hold at `scope`; "site:N" and "district:N" are filled in when the city is built."""

    username: str
    full_name: str
    roles: tuple[str, ...]
    scope: Scope | str
    office: str


CITY = Scope("province", "79", "2021")
OFFICES: tuple[Account, ...] = (
    Account("boyte", "Đinh Thị Quản Trị", ("administrator", "planner"), Scope("nation"), "Bộ Y tế"),
    Account("thanhpho", "Lâm Kế Hoạch", ("planner", "reporter"), CITY, "Sở Y tế Thành phố Hồ Chí Minh"),
    Account("quan3", "Tô Thị Danh Sách", ("planner", "list_keeper"), "district:0", "Trung tâm Y tế Quận 3"),
    Account("phuong", "Cao Văn Phường", ("list_keeper",), "commune:0", "Trạm Y tế phường"),
    Account("congty", "Mai Nhân Sự", ("organization_clerk",), "organization:0", "Công ty May Sông Tiên"),
    Account("kho", "Trịnh Thủ Kho", ("stock_keeper",), CITY, "Kho vắc xin Thành phố"),
    Account("kyten", "Quách Chữ Ký", ("signer",), Scope("nation"), "Cục Y tế dự phòng"),
    Account("tongdai", "Kiều Tổng Đài", ("contact_agent",), CITY, "Tổng đài tiêm chủng"),
    Account("giamsat", "Hà Giám Sát", ("supervisor",), CITY, "Tổng đài tiêm chủng"),
    Account("antoan", "Vương Thị An Toàn", ("safety_officer",), CITY, "Phòng Nghiệp vụ Y, Sở Y tế Thành phố Hồ Chí Minh"),
    Account("hoidong", "Nghiêm Hội Đồng", ("safety_council",), CITY, "Hội đồng tư vấn chuyên môn Thành phố"),
    Account("hotro1", "Lưu Hỗ Trợ", ("t1_supporter",), "site:0", "Người hỗ trợ tại điểm tiêm"),
    Account("hotro2", "Tạ Kỹ Thuật", ("t2_technician",), CITY, "Bộ phận kỹ thuật, Sở Y tế Thành phố Hồ Chí Minh"),
    Account("hotro3", "Thái Điều Hành", ("t3_operations",), CITY, "Ban chỉ đạo tiêm chủng Thành phố"),
)

ACCOUNTS: tuple[tuple[str, str], ...] = (
    ("boyte", "ministry: rules, staff, demo pages"),
    ("thanhpho", "city: plans, allocates, reports"),
    ("quan3", "district: lists, sessions"),
    ("phuong", "commune: neighbourhood lists, calls"),
    ("congty", "a firm's clerk: its workers' list"),
    ("kho", "vaccine stock"),
    ("kyten", "signer"),
    ("tongdai", "contact desk"),
    ("giamsat", "supervisor of the response centre"),
    ("antoan hoidong", "adverse events: safety officer, expert council"),
    ("hotro1 hotro2 hotro3", "supporters of the three tiers"),
    ("diem01.truong", "lead of point 1; also .tiepdon .bacsi .tiem .theodoi .nhaplieu .truc (doctor on duty); diem02 ... diem10"),
)


def totp_secret(username: str) -> str:
    """A secret that is the same each time the demo is built (base32)."""
    import base64
    import hashlib

    return base64.b32encode(hashlib.sha256(f"{TOTP_SECRET_OF}:{username}".encode()).digest()[:20]).decode()
