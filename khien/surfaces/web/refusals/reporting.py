"""Refusals of the reporting room, in words."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "reporting.figure_kind": _("Chọn loại số liệu: dân số hoặc đối tượng tiêm."),
    "reporting.source_needed": _("Mời ghi nguồn của số liệu (văn bản, ngày)."),
    "reporting.figures_empty": _("Tệp không có dòng số liệu nào."),
    "reporting.unit_unknown": _("Dòng {line}: không có đơn vị hành chính này."),
    "reporting.unit_not_yours": _("Dòng {line}: đơn vị này ngoài địa bàn của bạn."),
    "reporting.figure_line": _("Dòng {line}: cần bốn cột: mã hoặc tên đơn vị, từ tuổi, đến tuổi, số người."),
    "reporting.unit_ambiguous": _("Dòng {line}: có {count} nơi tên “{text}”. Mời ghi thêm quận, tỉnh, hoặc ghi mã."),
    "reporting.number_unreadable": _("Dòng {line}: “{text}” không phải số nguyên. Ví dụ: 150.000"),
    "reporting.group_unknown": _("Dòng {line}: không có nhóm ưu tiên “{group}”. Số hàng nghìn ghi 150.000, đừng dùng dấu phẩy trong dòng dán."),
    "reporting.ages_wrong": _("Dòng {line}: tuổi phải từ 0 đến 150, tuổi đầu không lớn hơn tuổi cuối."),
    "reporting.people_negative": _("Dòng {line}: số người phải từ 0 trở lên."),
    "reporting.no_sessions": _("Điểm này không có buổi tiêm trong ngày đó."),
    "reporting.day_ahead": _("Ngày đó chưa tới: ký khi các buổi đã kết thúc."),
    "reporting.sessions_open": _("Còn {count} buổi chưa kết thúc. Kết thúc buổi ở trang điểm tiêm rồi ký."),
    "reporting.still_counting": _("Số liệu đang được cộng từ hồ sơ. Xin thử lại sau vài giây."),
    "reporting.nothing_new": _("Báo cáo đã ký với đúng những số này, không cần ký lại."),
    "reporting.signed_meanwhile": _("Người khác vừa ký. Xin mở lại trang để xem."),
    "reporting.round_unknown": _("Không có đợt này."),
    "reporting.round_open": _("Đợt còn đang tiêm: đóng đợt trước khi ký báo cáo kết thúc."),
    "reporting.round_goes_on": _("Đợt còn đến ngày {last_on}: ký khi ngày đó đã xong."),
    "reporting.figure_twice": _("Dòng {line}: đơn vị và nhóm tuổi này đã có ở dòng trên."),
}
