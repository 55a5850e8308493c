"""Refusals about staff and sign-in; a wrong name, password or code gets one answer."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "access.sign_in_failed": _(
        "Không đăng nhập được: tên, mật khẩu hoặc mã một lần không đúng. Mã một lần đổi sau mỗi 30 giây và chỉ dùng được một lần."
    ),
    "access.no_post": _("Tài khoản này hiện chưa được giao vị trí nào. Mời liên hệ người phụ trách."),
    "access.device_not_enrolled": _("Máy này chưa được ghi danh tại điểm tiêm. Trưởng điểm ghi danh máy trong một phút."),
    "access.password_weak": _(
        "Mật khẩu cần ít nhất {least} ký tự, không chỉ gồm chữ số, không chứa tên tài khoản và không phải mật khẩu hay gặp."
    ),
    "access.username_bad": _("Tên tài khoản dài từ {least} đến {most} ký tự: chữ không dấu, chữ số và . - _ @"),
    "access.username_taken": _("Tên tài khoản này đã có người dùng. Mời chọn tên khác."),
    "access.no_such_staff": _("Không tìm thấy tài khoản này."),
    "access.unknown_role": _("Không có vai trò này."),
    "access.unknown_place": _("Không tìm thấy nơi giao vị trí. Mời chọn lại."),
    "access.ends_before_start": _("Ngày kết thúc phải sau ngày bắt đầu."),
    "access.no_such_post": _("Không tìm thấy vị trí này."),
    "access.not_a_desk_role": _(
        "Người hỗ trợ trong ngày chỉ nhận vị trí ở bàn: tiếp đón, nhập liệu, khám sàng lọc, tiêm, theo dõi, bác sĩ trực."
    ),
    "access.place_not_yours": _("Nơi này ngoài phạm vi quản lý của bạn."),
    "access.demo_only": _("Việc này chỉ có ở bản trình diễn."),
}
