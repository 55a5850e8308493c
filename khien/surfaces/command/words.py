"""What officers' pages call things: scopes, roles, sessions, numbers."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from khien.access.permissions import PostRef
from khien.access.roles import ROLES
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.places.types import Unit

INDICATORS: dict[str, Any] = {
    "registered": _("Đăng ký"), "invited": _("Được mời"), "received": _("Đã đến"), "injected": _("Mũi tiêm"), "observed": _("Theo dõi đủ"),
    "deferred": _("Hoãn"), "referred": _("Chuyển viện"), "contraindicated": _("Chống chỉ định"), "refused": _("Không đồng ý"),
    "withdrawn": _("Rút lại"), "left_early": _("Về sớm"), "no_show": _("Không đến"), "reactions": _("Phản ứng"), "severe": _("Phản ứng nặng"),
}  # fmt: skip
SHIFTS: dict[str, Any] = {"morning": _("Sáng"), "afternoon": _("Chiều"), "evening": _("Tối"), "whole_day": _("Cả ngày")}
MODES: dict[str, Any] = {"invited": _("Theo giấy mời"), "open": _("Tự đặt chỗ"), "walk_in": _("Đến là tiêm")}
SESSION_STATES: dict[str, tuple[Any, str]] = {
    "planned": (_("Chưa mở"), ""), "open": (_("Đang tiêm"), "ready"), "paused": (_("Tạm dừng"), "wait"), "closed": (_("Đã kết thúc"), ""),
    "cancelled": (_("Đã hủy"), "stop"),
}  # fmt: skip
APPOINTMENT_STATES: dict[str, Any] = {
    "active": _("Đang chờ đến"), "arrived": _("Đã đến"), "done": _("Đã xong"), "no_show": _("Không đến"), "cancelled": _("Đã hủy"),
    "declined": _("Đã từ chối"), "moved": _("Đã đổi giờ"),
}  # fmt: skip
VISIT_STATES: dict[str, Any] = {
    "checked_in": _("Đã tiếp đón"), "consented": _("Đã đồng ý"), "cleared": _("Đủ điều kiện"), "dosed": _("Đang theo dõi"), "observed": _("Theo dõi đủ"),
    "closed": _("Đã về"), "refused": _("Không đồng ý"), "deferred": _("Hoãn"), "referred": _("Chuyển viện"), "contraindicated": _("Chống chỉ định"),
    "left_early": _("Về sớm"), "withdrawn": _("Rút lại"),
}  # fmt: skip
REGISTRATION_STATES: dict[str, Any] = {
    "waiting": _("Đang chờ"), "booked": _("Đã có hẹn"), "done": _("Đã xong các mũi"), "withdrawn": _("Rút lại"), "closed": _("Đã đóng"),
}  # fmt: skip
WAYS: dict[str, Any] = {
    "portal": _("Cổng thông tin"), "health_book": _("Sổ sức khỏe"), "organization": _("Danh sách đơn vị"), "ward": _("Danh sách tổ dân phố"),
    "staff": _("Nhân viên ghi"), "hotline": _("Tổng đài"), "walk_in": _("Đến thẳng điểm tiêm"),
}  # fmt: skip
OUTCOMES: dict[str, Any] = {
    "reached": _("Gặp được, sẽ đến"), "no_answer": _("Không nghe máy"), "refused": _("Không tiêm"), "moved": _("Đã chuyển đi"), "dead": _("Đã mất"),
}  # fmt: skip
IDENTITY: dict[str, tuple[Any, str]] = {
    "verified": (_("Đã xem giấy tờ"), "ready"), "claimed": (_("Tự khai, chưa xem giấy"), "wait"), "disputed": (_("Số giấy tờ đang tranh chấp"), "stop"),
    "none": (_("Chưa có giấy tờ"), "wait"), "former": (_("Số cũ"), ""),
}  # fmt: skip
VALIDITY: dict[str, tuple[Any, str]] = {
    "valid": (_("Hợp lệ"), "ready"), "uncertain": (_("Cần xem lại"), "wait"), "invalid": (_("Không tính"), "stop"),
}  # fmt: skip
SCOPES: dict[str, Any] = {
    "nation": _("Toàn quốc"), "province": _("Tỉnh, thành phố"), "district": _("Quận, huyện"), "commune": _("Xã, phường"),
    "facility": _("Cơ sở y tế"), "site": _("Điểm tiêm"), "session": _("Một buổi tiêm"), "organization": _("Đơn vị"),
}  # fmt: skip
LEVELS: dict[str, Any] = {
    "nation": _("Theo tỉnh"), "province": _("Theo tỉnh"), "district": _("Theo quận, huyện"), "commune": _("Theo xã, phường"), "": _("Theo nơi"),
}  # fmt: skip
LOT_STATES: dict[str, tuple[Any, str]] = {
    "released": (_("Được dùng"), "ready"), "quarantined": (_("Tạm giữ"), "wait"), "recalled": (_("Thu hồi"), "stop"),
}  # fmt: skip
MOVEMENTS: dict[str, Any] = {
    "received": _("Nhận"), "came_back": _("Hàng quay về"), "matched": _("Khớp phiếu"), "drawn": _("Dùng"), "drawn_back": _("Trả lại sổ"),
    "extra": _("Liều rút thêm"), "extra_back": _("Bỏ liều rút thêm"), "wasted": _("Hủy"), "returned": _("Gửi trả"), "sent": _("Gửi đi"),
    "counted_up": _("Kiểm kê thừa"), "counted_down": _("Kiểm kê thiếu"),
}  # fmt: skip


def scope_words(scope: Scope) -> str:
    """Where a post holds, as people call it."""
    if scope.kind == "nation":
        return now_("toàn quốc")
    if scope.kind in ("province", "district", "commune"):
        unit = places.unit(f"{scope.epoch}-{scope.key}")
        return _unit_words(unit) if unit else scope.key
    if scope.kind == "session":
        return now_("một buổi tiêm")
    return _named(scope) or scope.key


def _unit_words(unit: Unit) -> str:
    """A commune with its district (a city has ten of one name); a unit of since July 2025 says so, for it may bear an old one's name."""
    if unit.epoch == "2025":
        return now_("%(name)s (từ 7/2025)") % {"name": unit.full_name}
    return ", ".join(unit.path.split(", ")[:2]) if unit.level == "commune" else unit.full_name


def _named(scope: Scope) -> str:
    try:
        thing = UUID(scope.key)
    except ValueError:
        return ""
    reads: dict[str, Any] = {"site": places.site, "facility": places.facility, "organization": places.organization}
    found = reads[scope.kind](thing) if scope.kind in reads else None
    return found.name if found else ""


def post_words(post: PostRef) -> str:
    """A post in one line: role and place."""
    return f"{ROLES.get(post.role, post.role)}, {scope_words(post.scope)}"


def both(table: dict[str, tuple[Any, str]], code: str) -> tuple[str, str]:
    """The words and the tone of a state; the code itself where there are none."""
    words, tone = table.get(code, (code, ""))
    return str(words), tone


def one(table: dict[str, Any], code: str) -> str:
    """The words of a code, or the code."""
    return str(table.get(code, code))
