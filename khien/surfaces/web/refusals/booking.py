"""Refusals about sessions, places and draws."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "booking.reserve_first": _(
        "Vắc xin {vaccine}: có {on_hand} liều, {due} người ở đây đến hạn mũi sau trong 28 ngày. Mời {wanted} người mũi 1 sẽ lấy vào phần để dành. "
        "Chọn ít chỗ hơn, hoặc ghi quyết định cho dùng phần để dành."
    ),
    "booking.kept_for_later": _("Vắc xin ở đây đang để dành cho người đến hạn mũi 2. Mời chọn nơi khác, hoặc chờ đợt vắc xin sau."),
    "booking.decision_missing": _("Mời ghi quyết định: số văn bản, ai quyết định."),
    "booking.decision_over": _("Mời chọn ngày hết hiệu lực từ hôm nay trở đi."),
    "booking.decision_unknown": _("Không có quyết định này ở đây. Xin mở lại trang kế hoạch."),
    "booking.decision_of_one": _("Quyết định là của một tỉnh hoặc của một buổi."),
    "booking.slot_full": _("Khung giờ này vừa hết chỗ. Mời chọn giờ khác."),
    "booking.slot_past": _("Khung giờ này đã qua. Mời chọn giờ khác."),
    "booking.slot_unknown": _("Không tìm thấy khung giờ này. Mời chọn lại."),
    "booking.same_slot": _("Lịch hẹn đã ở đúng khung giờ này."),
    "booking.not_open": _("Buổi tiêm này tiêm theo lời mời. Mời chờ tin nhắn mời, hoặc chọn buổi tiêm mở đặt chỗ."),
    "booking.offer_over": _("Giờ đã chọn để quá lâu. Mời xem lại các giờ còn chỗ và chọn lần nữa."),
    "booking.already_booked": _("Người này đã có lịch hẹn lúc {starts_at}. Muốn đổi, mời dời hoặc hủy lịch hẹn đó."),
    "booking.registration_not_waiting": _("Đăng ký này không còn trong hàng chờ. Mời xem lại đăng ký của người này."),
    "booking.not_due": _("{sentence}"),
    "booking.session_closed": _("Buổi tiêm ngày {on_date} đã đóng hoặc đã hủy."),
    "booking.session_unknown": _("Không tìm thấy buổi tiêm này."),
    "booking.session_exists": _("Điểm tiêm đã có buổi tiêm này vào ngày {on_date}. Mời mở buổi đó để sửa."),
    "booking.session_overlaps": _("Điểm tiêm đã có buổi tiêm từ {starts_at} đến {ends_at}. Mời chọn giờ khác."),
    "booking.site_unknown": _("Không tìm thấy điểm tiêm này, hoặc điểm đã ngừng hoạt động."),
    "booking.no_vaccine": _("Mời chọn ít nhất một loại vắc xin cho buổi tiêm."),
    "booking.vaccine_unknown": _("Vắc xin {vaccine} không có trong danh mục."),
    "booking.hours_wrong": _("Giờ kết thúc phải sau giờ bắt đầu, trong cùng ngày của buổi tiêm."),
    "booking.day_past": _("Ngày {on_date} đã qua. Mời chọn từ hôm nay trở đi."),
    "booking.mode_unknown": _("Mời chọn cách tiếp nhận: theo lời mời, tự đặt chỗ hoặc đến trực tiếp."),
    "booking.shift_unknown": _("Mời chọn buổi: sáng, chiều, tối hoặc cả ngày."),
    "booking.state_unknown": _("Không có trạng thái này của buổi tiêm."),
    "booking.over_capacity_needs_reason": _("Mỗi bàn tiêm không nên quá {most} người một buổi. Nếu vẫn cần, mời ghi lý do."),
    "booking.reason_missing": _("Mời ghi lý do."),
    "booking.appointment_unknown": _("Không tìm thấy lịch hẹn này."),
    "booking.not_active": _("Lịch hẹn này không còn hiệu lực."),
    "booking.criteria_unknown": _("Không có tiêu chí “{name}”."),
    "booking.no_sessions": _("Mời chọn ít nhất một buổi tiêm để phân bổ."),
    "booking.session_not_allocatable": _("Buổi tiêm ngày {on_date} không nhận phân bổ: đã đóng, đã qua hoặc không cần hẹn."),
    "booking.no_candidates": _("Không có ai đang chờ hợp với các tiêu chí này."),
    "booking.allocation_unknown": _("Không có đợt phân bổ mang mã {code}."),
    "booking.allocation_done": _("Đợt phân bổ {code} đã rút hoặc đã bỏ, không rút lại được."),
    "booking.allocation_not_drawn": _("Đợt phân bổ {code} chưa rút."),
}
