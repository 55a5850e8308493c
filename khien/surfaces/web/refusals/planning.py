"""Refusals of the planning room, in words."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "planning.hours_wrong": _("Giờ kết thúc phải sau giờ bắt đầu."),
    "planning.unit_unknown": _("Không có đơn vị hành chính này."),
    "planning.days_wrong": _("Ngày cuối phải từ ngày đầu trở đi."),
    "planning.vaccine_unknown": _("Không có vắc xin {vaccine} trong quy định của ngày này."),
    "planning.doses_negative": _("Số liều, số bàn và số người phải từ 0 trở lên."),
    "planning.no_weekday": _("Mời chọn ít nhất một ngày làm việc trong tuần."),
    "planning.walk_in_wrong": _("Phần trăm phải từ 0 đến 100."),
    "planning.over_allotted": _("Cấp trên chỉ còn {left} liều {vaccine} chưa giao. Giao ít hơn, hoặc ghi lý do vượt."),
    "planning.over_capacity_needs_reason": _("Mỗi bàn quá {most} người một buổi: mời ghi lý do."),
    "planning.planned_meanwhile": _("Người khác vừa ghi kế hoạch này. Xin mở lại trang để xem."),
    "planning.session_unknown": _("Không có buổi tiêm này, hoặc buổi ngoài địa bàn của bạn."),
    "planning.same_session": _("Mời chọn một buổi khác."),
    "planning.session_cancelled": _("Buổi này đã hủy, không phân công nữa."),
    "planning.role_unknown": _("Không có việc này ở bàn nào."),
    "planning.stand_nameless": _("Tên người phải có chữ và không quá 100 ký tự."),
    "planning.roster_too_long": _("Một buổi ghi nhiều nhất {most} người."),
    "planning.roster_unknown": _("Không có bản phân công này. Xin mở lại trang để xem."),
    "planning.roster_meanwhile": _("{name} vừa lưu phân công khác của buổi này. Phần bạn gõ còn ở dưới: xem lại rồi lưu lần nữa."),
    "planning.group_unknown": _("Không có nhóm ưu tiên {group} ở nơi này."),
    "planning.targets_empty": _("Mời ghi số người của ít nhất một nhóm."),
    "planning.target_date_ahead": _("Ngày của chỉ tiêu không được ở sau hôm nay."),
    "planning.no_room": _("Buổi kia không còn chỗ cho vắc xin này."),
}
