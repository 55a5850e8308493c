"""Refusals about certificates; the names of holds are worded here too, each with what frees it."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "certificates.person_died": _("Người này đã mất nên không cấp chứng nhận mới."),
    "certificates.dose_invalid": _("Mũi này không được tính nên chưa có chứng nhận. Mời xem lý do ở lịch sử tiêm."),
    "certificates.dose_uncertain": _("Mũi này còn chờ làm rõ (lô, trùng mũi hoặc ngày sinh) nên chưa có chứng nhận."),
    "certificates.given_abroad": _("Mũi tiêm ở nước ngoài do nước đó cấp chứng nhận."),
    "certificates.identity_disputed": _(
        "Số giấy tờ đang có hai người cùng khai. Chứng nhận được cấp ngay khi trung tâm hỗ trợ làm rõ."
    ),
    "certificates.identity_unverified": _(
        "Chưa ai xem giấy tờ tùy thân. Mời mang thẻ căn cước đến điểm tiêm hoặc trạm y tế để được cấp chứng nhận."
    ),
    "certificates.waiting_facility_signature": _("Đang chờ cơ sở tiêm ký xác nhận mũi tiêm."),
    "certificates.waiting_central_signature": _("Đang chờ Bộ Y tế ký số."),
    "certificates.record_unknown": _("Không tìm thấy mũi tiêm này."),
    "certificates.not_found": _("Không tìm thấy chứng nhận này."),
    "certificates.not_issued": _("Chứng nhận này chưa được cấp hoặc không còn hiệu lực."),
    "certificates.reason_missing": _("Mời ghi lý do thu hồi."),
    "certificates.picture_too_large": _("Hình nặng hơn {megabytes} MB. Mời cắt hình chỉ còn mã QR, hoặc chụp màn hình lúc đang mở hình rồi gửi hình đó."),
    "certificates.picture_too_many_pixels": _(
        "Hình lớn hơn {megapixels} triệu điểm ảnh. Mời cắt hình chỉ còn mã QR, hoặc chụp màn hình lúc đang mở hình rồi gửi hình đó."
    ),
    "certificates.picture_is_pdf": _("Đây là tệp PDF, không phải hình. Mời mở tệp, chụp màn hình chỗ có mã QR rồi gửi hình đó."),
    "certificates.picture_not_one": _(
        "Tệp này không mở được như một hình ({formats}), hoặc bị hỏng khi chép. Mời mở hình trên điện thoại, chụp màn hình rồi gửi hình đó."
    ),
    "certificates.picture_without_code": _(
        "Không thấy mã QR nào đọc được trong hình. Mời chụp lại: giấy phẳng, đủ sáng, không lóa, thấy cả mã và đủ gần để mã chiếm gần hết hình."
    ),
    "certificates.nothing_to_sign": _("Không còn chứng nhận nào chờ chữ ký này. Mời tải lại danh sách."),
}
