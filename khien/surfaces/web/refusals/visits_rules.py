"""Refusals of screening and of a visit's moves."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "visits.unknown_vital": _("Không có số đo “{vital}”."),
    "visits.vital_unreadable": _("Không đọc được số đo. Mời ghi bằng chữ số, ví dụ 36,5 hoặc 120."),
    "visits.vital_impossible": _("{value} {unit} không thể đúng (từ {least} đến {most}). Mời đo hoặc ghi lại."),
    "visits.pressure_half": _("Huyết áp cần cả hai số, tâm thu và tâm trương."),
    "visits.pressure_reversed": _("Huyết áp tâm trương ({diastolic}) phải nhỏ hơn tâm thu ({systolic})."),
    "visits.answer_unreadable": _("Câu {item}: mời chọn Có hoặc Không."),
    "visits.unknown_item": _("Phiếu {form} không có câu {item}."),
    "visits.unknown_background": _("Phiếu {form} không có mục “{background}”."),
    "visits.pregnancy_weeks_impossible": _("Số tuần thai phải là số từ 0 đến {most}."),
    "visits.screening_incomplete": _("Phiếu khám còn {count} mục chưa trả lời hoặc chưa đo."),
    "visits.decision_needs_reason": _("Quyết định khác với đề nghị của máy: mời ghi lý do."),
    "visits.observation_too_short": _("Theo dõi ít nhất {least} phút."),
    "visits.observation_too_long": _("Theo dõi tại điểm nhiều nhất {most} phút; lâu hơn thì chuyển bệnh viện."),
    "visits.wrong_state": _("Lượt này đã sang bước khác nên việc này không ghi thêm. Mở lại số này để xem đang ở bước nào."),
    "visits.cannot_undo": _("Không lùi được về bước đó. Mời trưởng điểm sửa."),
}
