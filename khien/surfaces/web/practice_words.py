"""Words of the practice: desks, scripts, slips and what to repeat; told to who practises and to who opened it."""

from django.utils.translation import gettext_lazy as _

DESKS = {
    "reception": _("Tiếp đón"), "screener": _("Khám sàng lọc"), "injector": _("Tiêm"), "observer": _("Theo dõi sau tiêm"),
    "data_clerk": _("Nhập liệu"), "point_lead": _("Trưởng điểm"),
}  # fmt: skip
SCRIPTS = {
    "ordinary": _("Ngày thường"), "no_papers": _("Người không giấy tờ"), "namesakes": _("Người trùng tên"), "fever": _("Sốt, dị ứng"),
    "wrong_lot": _("Lọ của lô bị thu hồi"), "fainting": _("Người ngất"), "power_cut": _("Mất điện, phiếu giấy"),
}  # fmt: skip
# A slip, and what to do again.
LESSONS = {
    "wrong_person": (_("Nhận nhầm người"), _("Trùng tên thì hỏi ngày sinh và số điện thoại rồi mới nhận.")),
    "wrong_verdict": (_("Kết luận khám không đúng với người ngồi trước mặt"), _("Làm lại kịch bản sốt, dị ứng; đọc lý do của đề xuất trước khi quyết định.")),
    "no_reason": (_("Quyết định khác đề xuất mà chưa ghi lý do"), _("Khác đề xuất thì ghi một câu lý do.")),
    "stopped_lot": (_("Dùng lọ của lô phải để riêng"), _("Đọc số lô trên lọ trước mỗi mũi; lô bị dừng thì để riêng và báo trưởng điểm.")),
    "no_reaction": (_("Không ghi người ngất"), _("Làm lại kịch bản người ngất: ghi phản ứng trước khi cho về.")),
    "wrong_sheet": (_("Nhập phiếu sai người"), _("Đọc lại họ tên và năm sinh trên phiếu sau khi nhập.")),
    "open_paper": (_("Phiếu giấy chưa giải trình"), _("Mỗi số phiếu đã in: nhập, hủy hoặc ghi là thiếu, có lý do.")),
    "not_opened": (_("Chưa mở buổi"), _("Ký bảng kiểm và mở buổi.")),
    "not_closed": (_("Chưa đóng buổi"), _("Giải trình hết người và phiếu rồi ký kết thúc buổi.")),
    "undone": (_("Lấy lại một bước vừa làm"), _("Nhìn lại tên và số trước khi bấm.")),
    "slow": (_("Chậm hơn mức thường"), _("Làm thêm một lượt ngày thường, dùng phím tắt.")),
}  # fmt: skip
# What a rehearsal found of a point, by the codes of its score sheet.
REHEARSED = {
    "wait": _("Chờ quá lâu ở một bàn"), "opened_late": _("Mở muộn"), "late_records": _("Ghi muộn"), "wrong_person": _("Lọt người sai"),
    "wasted": _("Bỏ nhiều liều"), "help": _("Gọi hỗ trợ chờ lâu"), "lost": _("Mất bản ghi"), "duplicates": _("Ghi hai lần"),
    "unaccounted": _("Liều không khớp sổ kho"), "unexplained": _("Phiếu giấy chưa giải trình"), "wrong_verdicts": _("Kết luận khám sai"),
    "wrong_days": _("Ghi sai ngày"), "surprises": _("Lỗi gặp ở các bàn"), "unsigned": _("Báo cáo ngày chưa ký"),
}  # fmt: skip
