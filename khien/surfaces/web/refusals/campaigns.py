"""Refusals about the campaign, apart from those of the rules' own check."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "campaigns.rule_needs_source": _("Mời ghi văn bản làm căn cứ của quy định."),
    "campaigns.rule_needs_reason": _("Mời ghi lý do thay đổi."),
    "campaigns.no_such_rule": _("Không có quy định “{key}” đang có hiệu lực vào ngày này."),
    "campaigns.unknown_province": _("Không có tỉnh, thành phố này."),
    "campaigns.round_going_on": _("Đợt {number} của nơi này chưa đóng. Đóng đợt đó rồi mở đợt mới."),
    "campaigns.round_overlaps": _("Đợt trước kéo đến {last_on}: đợt mới bắt đầu sau ngày đó."),
    "campaigns.round_unknown": _("Không có đợt này."),
    "campaigns.round_closed": _("Đợt đã đóng."),
    "campaigns.round_ends_ahead": _("Ngày cuối của đợt chưa tới: đóng đợt khi ngày đó đã xong."),
    "campaigns.round_ends_before": _("Đợt bắt đầu ngày {first_on}: ngày cuối không thể trước ngày đó."),
    "campaigns.unknown_campaign": _("Không có chiến dịch này."),
    "campaigns.rule_in_force": _("Quy định đã có hiệu lực từ {since}: không rút lại được, hãy ghi bản mới."),
    "campaigns.consent_text_missing": _("Mời ghi ký hiệu bản và nội dung bằng hai thứ tiếng."),
    "campaigns.consent_version_taken": _("Đã có bản {version}: lời đồng ý người dân đã ký không sửa được, hãy đặt ký hiệu mới."),
    "campaigns.no_consent_text": _("Không có bản nội dung đồng ý tiêm này."),
}
