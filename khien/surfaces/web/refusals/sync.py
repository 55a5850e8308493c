"""Refusals of desks without a line: what was taken along, what was sent, what is kept until somebody decides."""

from django.utils.translation import gettext_lazy as _

# What a dose recorded later carries; a person decides.
MARKS = {
    "visits.mark_clock_clamped": _("Đồng hồ của máy không đúng; giờ tiêm chưa chắc chắn"),
    "visits.mark_second_injection": _("Hai mũi tiêm cho một người trong buổi"),
}

WORDING = {
    **MARKS,
    "visits.visit_taken": _("Mã lượt này đã dùng ở buổi khác (số {number}). Tiếp đón lại người này để có mã mới."),
    "devices.key_unreadable": _("Không đọc được khóa của máy này. Tải lại trang rồi thử lại."),
    "devices.key_known": _("Máy này đã có khóa khác. Trưởng điểm ghi nhận lại máy này như máy mới."),
    "sync.device_not_enrolled": _("Máy này chưa được trưởng điểm ghi nhận. Nhờ trưởng điểm ghi nhận máy trước."),
    "sync.device_elsewhere": _("Máy này được ghi nhận ở điểm tiêm khác. Nhờ trưởng điểm ghi nhận lại ở đây."),
    "sync.key_missing": _("Máy này chưa có khóa ký. Tải lại trang rồi thử lại."),
    "sync.key_unknown": _("Niêm phong bằng khóa mà máy chủ không có. Đã giữ lại để người có trách nhiệm xem."),
    "sync.seal_broken": _("Không mở được niêm phong. Đã giữ lại để người có trách nhiệm xem."),
    "sync.other_command": _("Mã lệnh ngoài và trong niêm phong khác nhau. Đã giữ lại để người có trách nhiệm xem."),
    "sync.other_device": _("Lệnh này mang tên máy khác. Đã giữ lại để người có trách nhiệm xem."),
    "sync.bad_signature": _("Chữ ký của máy không đúng. Đã giữ lại để người có trách nhiệm xem."),
    "sync.device_unknown": _("Máy chủ không biết máy này. Đã giữ lại để người có trách nhiệm xem."),
    "sync.device_revoked": _("Máy này đã bị ngừng. Đã giữ lại để người có trách nhiệm xem."),
    "sync.no_grant": _("Người này chưa mang buổi tiêm theo máy này. Đã giữ lại để người có trách nhiệm xem."),
    "sync.actor_unknown": _("Không rõ ai đã làm. Đã giữ lại để người có trách nhiệm xem."),
    "sync.waits": _("Đã nhận và giữ an toàn. Đang chờ bước trước ở máy khác gửi lên."),
    "sync.set_aside": _("Người có trách nhiệm đã xem và không ghi lệnh này. Hỏi trưởng điểm để biết lý do."),
    "sync.held_unknown": _("Không có lệnh này."),
    "sync.judged": _("Lệnh này đã được quyết định rồi."),
    "sync.too_much_held": _("Máy này đã có quá {most} lệnh chờ quyết định. Quyết định bớt rồi gửi tiếp; máy vẫn giữ nguyên."),
    "sync.step_before_first": _("Bước trước của người này cũng đang chờ quyết định. Quyết định bước trước đã."),
    "sync.some_stay": _("Còn {count} việc chưa ghi được. Xem từng việc bên dưới."),
    "sync.number_unknown": _("Buổi này không có số {number}."),
    "sync.still_refused": _("Chưa ghi được như đã làm. Sửa điều còn thiếu rồi thử lại, hoặc để riêng kèm lý do."),
}
