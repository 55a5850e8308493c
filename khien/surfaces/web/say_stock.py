"""Words of stock that several systems say."""

from typing import Any

from django.utils.translation import gettext_lazy as _

WASTES: dict[str, Any] = {
    "open_vial": _("Lọ mở quá giờ, không dùng hết"), "short_vial": _("Lọ không đủ liều"), "spilled": _("Rơi, đổ khi rút"), "broken": _("Vỡ"),
    "expired": _("Hết hạn"), "cold_chain": _("Đứt dây chuyền lạnh"), "frozen": _("Đông đá"), "contaminated": _("Nhiễm bẩn"), "label_lost": _("Mất nhãn"),
    "recalled": _("Thu hồi"), "other": _("Lý do khác"),
}  # fmt: skip
