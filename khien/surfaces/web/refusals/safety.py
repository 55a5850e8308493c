"""Refusals of the safety room's actions."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "safety.source_unknown": _("Không rõ phản ứng được báo từ đâu."),
    "safety.nothing_told": _("Chọn ít nhất một dấu hiệu, hoặc kể bằng lời."),
    "safety.onset_in_future": _("Giờ bắt đầu chưa tới. Mời xem lại giờ."),
    "safety.record_unknown": _("Không tìm thấy mũi tiêm này."),
    "safety.reaction_unknown": _("Không tìm thấy phản ứng này."),
    "safety.outcome_unknown": _("Chọn tình trạng hiện tại của người tiêm."),
}
