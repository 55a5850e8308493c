"""Why staff open a person's record, as codes that the access log keeps and words that the citizen reads."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PURPOSES: dict[str, Any] = {
    "reception": _("Tiếp đón tại điểm tiêm"),
    "screening": _("Khám sàng lọc"),
    "injection": _("Tiêm"),
    "observation": _("Theo dõi sau tiêm"),
    "closing": pgettext_lazy("mục đích", "In giấy xác nhận"),
    "data_entry": _("Nhập phiếu giấy"),
    "search": _("Tìm người tại điểm tiêm"),
    "list": _("Xem danh sách người được mời"),
    "registration": _("Xem đăng ký tiêm"),
    "call_sheet": _("Gọi điện mời tiêm"),
    "allocation": _("Xếp lịch tiêm"),
    "correction": _("Sửa thông tin theo yêu cầu"),
    "dose_review": _("Quyết định mũi tiêm cần xem lại"),
    "duplicate": _("Xem hai hồ sơ có thể trùng"),
    "identity": _("Kiểm tra giấy tờ"),
    "certificate": _("Ký hoặc in chứng nhận"),
    "contact": _("Trả lời câu hỏi của bà con"),
    "contact_search": _("Tìm người gọi đến, chỉ thấy tên viết tắt"),
    "caller": _("Xác minh người gọi đến"),
    "case": _("Giải quyết yêu cầu"),
    "reaction": _("Theo dõi phản ứng sau tiêm"),
    "report": _("Lập báo cáo"),
    "recall": _("Tìm người đã tiêm lô bị thu hồi"),
    "link": _("Nối sổ với điện thoại"),
}
OTHER = _("Xem hồ sơ")


def word(code: str) -> str:
    """The purpose as the citizen reads it."""
    return str(PURPOSES.get(code, OTHER))
