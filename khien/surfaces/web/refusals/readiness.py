"""Refusals of the readiness room, in words."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "readiness.site_unknown": _("Không có điểm tiêm này, hoặc điểm đã ngừng."),
    "readiness.no_desk": _("Mời ghi tên ít nhất một người tập."),
    "readiness.too_many": _("Một bản tập nhận nhiều nhất {most} người."),
    "readiness.guests_count": _("Số người đến phải từ {least} đến {most}."),
    "readiness.script_unknown": _("Mời chọn lại kịch bản của bàn này."),
    "readiness.practice_open": _("Một bản tập khác đang mở. Đóng bản đó trước."),
    "readiness.practice_unknown": _("Không có bản tập này."),
    "readiness.practice_only": _("Việc này chỉ có ở bản tập."),
    "readiness.checked_meanwhile": _("Người khác vừa ghi lần kiểm của điểm này. Xin mở lại trang để xem."),
    "readiness.unit_unknown": _("Không có đơn vị hành chính này."),
    "readiness.decision_unknown": _("Mời chọn mở hay chưa mở."),
    "readiness.reasons_needed": _("Mời ghi lý do: có điểm còn việc phải làm, hoặc quyết định là chưa mở."),
    "readiness.rehearsal_unreadable": _("Tệp này không phải kết quả diễn tập. Chọn tệp .json mà lệnh diễn tập ghi ra."),
    "readiness.no_point": _("Địa bàn này chưa có điểm tiêm nào."),
    "readiness.hold_needs_fix": _("Điểm chưa mở thì ghi việc điểm đó phải làm xong."),
    "readiness.decided_meanwhile": _("Người khác vừa trình quyết định mới. Xin mở lại trang để xem."),
    "readiness.newer_version": _("Đã có bản mới hơn. Xin đọc bản mới rồi ký."),
    "readiness.already_signed": _("Bạn đã ký bản này."),
    "readiness.staff_only": _("Chỉ cán bộ có tài khoản mới ký được."),
}
