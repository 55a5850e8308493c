"""Refusals that belong to no room."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "web.unknown": _("Không tìm thấy. Mời xem lại đường dẫn hoặc mã."),
    "web.unwritable": _("Có ký tự hoặc con số không ghi được vào sổ. Chưa ghi gì cả; mời xem lại những ô vừa điền."),
    "web.number_unreadable": _("Không đọc được số “{text}”. Mời ghi số nguyên, ví dụ 1.200."),
    "web.number_negative": _("Số này không thể nhỏ hơn 0."),
    "web.number_too_great": _("Số này lớn quá {most}. Mời xem lại."),
}
