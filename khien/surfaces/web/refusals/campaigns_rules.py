"""Refusals of a rule that an officer edits."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "campaigns.rule_unknown_kind": _("Không có loại quy định “{kind}”."),
    "campaigns.rule_missing_field": _("Quy định còn thiếu mục “{field}”."),
    "campaigns.rule_unknown_field": _("Quy định loại này không có mục “{field}”."),
    "campaigns.rule_bad_value": _("Giá trị “{value}” không dùng được cho mục “{field}”."),
    "campaigns.rule_negative_days": _("Mục “{field}” không được âm ({value})."),
    "campaigns.rule_min_over_recommended": _("Khoảng tối thiểu ({least}) dài hơn khoảng khuyến cáo ({recommended})."),
    "campaigns.rule_ages_reversed": _("Tuổi đến ({age_to}) nhỏ hơn tuổi từ ({age_from})."),
    "campaigns.rule_wrong_count": _("{doses} mũi thì phải có đủ khoảng cách giữa các mũi; đang có {intervals}."),
    "campaigns.rule_dates_reversed": _("Ngày hết hiệu lực ({until}) trước ngày bắt đầu ({since})."),
    "campaigns.rule_unknown_vaccine": _("Không có vắc xin “{vaccine}” trong danh mục."),
    "campaigns.rule_bad_group": _("Mã nhóm “{group}” không đúng: 1 đến 16, hoặc nhóm của tỉnh dạng 16.79.01."),
    "campaigns.rule_overlap": _("Trùng thời gian với quy định “{key}” đang có hiệu lực từ {since}."),
    "campaigns.rule_key_missing": _("Quy định chưa có mã."),
}
