"""Refusals of reports on reactions."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "safety.unknown_sign": _("Không có dấu hiệu “{sign}” trong danh mục."),
    "safety.onset_before_dose": _("Phản ứng không thể bắt đầu trước lúc tiêm."),
}
