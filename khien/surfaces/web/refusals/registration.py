"""Refusals and remarks of the registration room and of its lists."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "registration.unknown": _("Không tìm thấy đăng ký này."),
    "registration.ended": _("Đăng ký này đã kết thúc, không sửa được nữa."),
    "registration.person_died": _("Hồ sơ ghi người này đã mất. Nếu ghi nhầm, mời báo phường hoặc gọi 1900 9095."),
    "registration.group_unknown": _("Không có nhóm ưu tiên số {group}. Hãy chọn trong danh sách."),
    "registration.answer_unknown": _("Có một câu hỏi về sức khỏe chưa đọc được câu trả lời. Hãy chọn Có, Không hoặc Không rõ."),
    "registration.reason_unknown": _("Hãy chọn lý do."),
    "registration.outcome_unknown": _("Hãy chọn kết quả cuộc gọi."),
    "registration.draft_over": _("Tờ khai này đã gửi hoặc đã quá 7 ngày. Mời bắt đầu lại."),
    "registration.slip_not_matched": _("Số giấy tờ và mã trên phiếu không khớp với nhau. Mời xem lại cả hai."),
    "registration.code_not_matched": _("Mã này không phải của một đăng ký bằng số điện thoại đang dùng. Mời xem lại mã trên phiếu."),
    "registration.list_unknown": _("Không tìm thấy danh sách này."),
    "registration.list_empty": _("Tệp này trống."),
    "registration.list_busy": _("Danh sách đang được đọc hoặc đang gửi. Chờ xong rồi làm tiếp."),
    "registration.nothing_to_send": _("Chưa có dòng nào gửi được: {refused} dòng cần sửa, {possible} dòng cần quyết định."),
    "registration.no_errors": _("Danh sách này không có dòng nào cần sửa."),
    "registration.row_unknown": _("Không tìm thấy dòng này."),
    "registration.row_wiped": _("Dòng này đã quá 90 ngày nên thông tin đã được xóa. Mời gửi lại danh sách."),
    "registration.row_sent": _("Dòng này đã gửi. Muốn sửa thông tin, hãy sửa trên hồ sơ của người đó."),
    "registration.row_refused": _("Dòng này còn lỗi. Sửa xong mới quyết định được."),
    "registration.decision_unknown": _("Hãy chọn: người mới, cùng một người, hoặc bỏ qua."),
    "registration.person_not_shown": _("Hãy chọn một trong những hồ sơ được hiện ra."),
    "registration.guardian_missing": _("Chưa ghi cha, mẹ hoặc người giám hộ của trẻ. Điểm tiêm sẽ hỏi lại."),
    "registration.known_person": _("Người này đã có hồ sơ: dòng này chỉ thêm đăng ký, không ghi đè hồ sơ."),
    "registration.shared_phone": _(
        "Số điện thoại này có ở nhiều dòng hoặc là số của người lập danh sách: chỉ dùng để gọi, không mở được hồ sơ của ai."
    ),
}
