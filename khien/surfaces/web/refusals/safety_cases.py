"""Refusals of AEFI cases, red flags and follow-up."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "safety.wrong_state": _("Hồ sơ đang ở bước khác. Mời tải lại trang."),
    "safety.flag_wrong_state": _("Báo động này đã sang bước khác. Mời tải lại trang."),
    "safety.variable_unknown": _("Không có mục “{variable}” trong phiếu."),
    "safety.aefi_unknown": _("Không tìm thấy hồ sơ phản ứng này."),
    "safety.aefi_changed": _("Người khác vừa sửa hồ sơ này. Mời tải lại trang rồi sửa tiếp."),
    "safety.aefi_ended": _("Hồ sơ này đã gộp, đã rút hoặc đã khép lại."),
    "safety.serious_unknown": _("Không có tiêu chí nghiêm trọng này."),
    "safety.nobody_told": _("Ghi ít nhất tên, điện thoại hoặc nơi ở của người có phản ứng."),
    "safety.known_already": _("Hồ sơ này đã rõ là của ai."),
    "safety.reason_missing": _("Mời ghi lý do."),
    "safety.step_in_future": _("Giờ thực hiện chưa tới. Mời xem lại giờ."),
    "safety.step_before_last": _("Bước này không thể trước bước liền trước, lúc {after}."),
    "safety.died_before_onset": _("Ngày mất phải từ ngày bắt đầu phản ứng đến hôm nay."),
    "safety.cause_unknown": _("Chọn một phân loại nguyên nhân."),
    "safety.second_pair_of_eyes": _("Người điều tra không được tự phân loại nguyên nhân: cần người khác trong hội đồng."),
    "safety.join_itself": _("Không gộp một hồ sơ vào chính nó."),
    "safety.join_other_person": _("Hai hồ sơ này của hai người khác nhau, không gộp được."),
    "safety.only_report": _("Hồ sơ chỉ có một báo cáo, không có gì để tách."),
    "safety.alarm_unknown": _("Không tìm thấy báo động này."),
    "safety.flag_before_dose": _("Số {number} chưa tiêm mũi nào ở buổi này."),
    "safety.act_unknown": _("Không có việc này trong danh mục xử trí."),
    "safety.act_in_future": _("Giờ của việc này chưa tới. Mời xem lại giờ."),
    "safety.act_before_dose": _("Việc xử trí không thể trước lúc tiêm."),
    "safety.dose_unlikely": _("Liều adrenalin phải lớn hơn 0 và không quá {most} mg cho một lần tiêm."),
    "safety.entry_unknown": _("Dòng này đã được sửa hoặc bỏ. Mời tải lại trang."),
    "safety.flag_stands": _("Còn báo động phản vệ chưa xong ở buổi này. Xử trí xong rồi mới cho tiêm lại."),
    "safety.follow_up_unknown": _("Không tìm thấy lần hỏi thăm này."),
    "safety.answer_unknown": _("Chọn một câu trả lời."),
}
