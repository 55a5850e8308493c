"""What the reports' columns, states and causes are called."""

from typing import Any

from django.utils.translation import gettext_lazy as _

COLUMNS: dict[str, Any] = {
    "invited": _("Được mời"), "received": _("Đã đến"), "referred": _("Chuyển viện"), "refused": _("Không đồng ý"), "withdrawn": _("Rút lại"),
    "deferred": _("Hoãn"), "contraindicated": _("Chống chỉ định"), "dose_1": _("Mũi 1"), "dose_2": _("Mũi 2"), "dose_3": _("Mũi 3"),
    "additional": _("Mũi bổ sung"), "booster": _("Mũi nhắc lại"), "other": _("Mũi khác"), "injected": _("Cộng mũi tiêm"),
    "used": _("Liều đã dùng"), "wasted": _("Liều đã hủy"), "common": _("Phản ứng thường gặp"), "severe": _("Phản ứng nặng"),
    "anaphylaxis": _("Trong đó phản vệ"), "left_early": _("Về sớm"), "no_show": _("Không đến"),
}  # fmt: skip
# The number that the board opens behind a column.
BEHIND = {
    "invited": "invited", "received": "received", "referred": "referred", "refused": "refused", "withdrawn": "withdrawn", "deferred": "deferred",
    "contraindicated": "contraindicated", "injected": "injected", "severe": "severe", "left_early": "left_early", "no_show": "no_show",
}  # fmt: skip
STATES: dict[str, tuple[Any, str]] = {
    "waiting": (_("Còn đang tiêm"), ""), "due": (_("Chờ ký"), "wait"), "late": (_("Trễ, chưa ký"), "stop"), "signed": (_("Đã ký"), "ready"),
    "changed": (_("Đã ký, số đã đổi"), "wait"),
}  # fmt: skip
CAUSES: dict[str, Any] = {
    "paper_keyed": _("Phiếu giấy nhập sau khi ký"), "visit_recorded": _("Lượt tiêm ghi sau khi ký"), "dose_undone": _("Mũi tiêm được hủy ghi"),
    "record_corrected": _("Hồ sơ mũi tiêm được sửa"), "appointment": _("Giấy mời đổi"), "reaction": _("Phản ứng báo sau khi ký"),
    "event_changed": _("Hồ sơ phản ứng được sửa"), "event_ended": _("Hồ sơ phản ứng được gộp hoặc rút lại"),
    "event_once": _("Nhiều lần báo của một phản ứng nay tính một"),
}  # fmt: skip
AGES: dict[str, Any] = {
    "": _("Mọi tuổi"), "0-4": _("0 đến 4"), "5-11": _("5 đến 11"), "12-17": _("12 đến 17"), "18-49": _("18 đến 49"), "50-64": _("50 đến 64"),
    "65+": _("65 trở lên"),
}  # fmt: skip
DOSES: dict[str, Any] = {
    "primary-1": _("Mũi 1"), "primary-2": _("Mũi 2"), "primary-3": _("Mũi 3"), "additional-1": _("Mũi bổ sung"), "booster-1": _("Nhắc lại 1"),
    "booster-2": _("Nhắc lại 2"),
}  # fmt: skip
BUCKETS: dict[str, Any] = {
    "2min": _("Trong 2 phút"), "10min": _("Trong 10 phút"), "1h": _("Trong 1 giờ"), "same_day": _("Trong ngày"), "later": _("Sau ngày tiêm"),
}  # fmt: skip
