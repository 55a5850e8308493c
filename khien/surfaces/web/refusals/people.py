"""Refusals of the people room."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "people.unknown": _("Không tìm thấy người này. Mời tìm lại theo tên, số giấy tờ hoặc điện thoại."),
    "people.reason_needed": _("Cần ghi lý do."),
    "people.nothing_changed": _("Chưa có gì thay đổi so với hồ sơ."),
    "people.field_unknown": _("Không sửa được mục này."),
    "people.how_unknown": _("Hãy chọn cách đã kiểm tra giấy tờ."),
    "people.no_number": _("Người này chưa có số giấy tờ. Hãy nhập số trên giấy tờ đã xem."),
    "people.same_record": _("Hai hồ sơ này đã là một."),
    "people.alias_unknown": _("Không tìm thấy lần gộp hồ sơ này."),
    "people.merge_undone": _("Lần gộp này đã được tách lại."),
    "people.pair_unknown": _("Không tìm thấy cặp hồ sơ này."),
    "people.second_person_needed": _("Bạn đã đề nghị gộp: cần người khác xem lại và gộp."),
    "people.second_person_to_part": _("Bạn đã đề nghị tách: cần người khác xem lại và tách."),
    "people.pair_decided": _("Cặp hồ sơ này đã có người quyết định."),
    "people.decision_unknown": _("Hãy chọn: cùng một người, hay hai người khác nhau."),
    "people.died_before_birth": _("Ngày mất không thể trước ngày sinh."),
    "people.not_dead": _("Hồ sơ này không ghi là đã mất."),
    "people.guardian_needed": _("Người dưới 18 tuổi cần có cha, mẹ hoặc người giám hộ: ghi họ tên và số điện thoại."),
    "people.link_unknown": _("Số này không còn mở được sổ. Mời tải lại trang."),
    "people.account_unknown": _("Không tìm thấy tài khoản của số điện thoại này."),
    "people.relation_unknown": _("Hãy chọn quan hệ với người có hồ sơ."),
    "people.code_wrong": _("Mã không đúng. Còn {left} lần nhập."),
    "people.code_over": _("Mã này không dùng được nữa (đã quá 5 phút, đã dùng, hoặc nhập sai nhiều lần). Hãy nhận mã mới."),
    "people.pin_length": _("Mã PIN có đúng {digits} chữ số."),
    "people.pin_weak": _("Mã PIN này dễ đoán. Mời chọn số khác, không phải dãy liền nhau hay một số lặp lại."),
    "people.pin_wrong": _("Mã PIN không đúng. Còn {left} lần nhập."),
    "people.pin_over": _("Mã PIN không còn dùng được trên máy này. Mời đăng nhập bằng mã gửi tới điện thoại."),
    "people.not_linked": _("Tài khoản này không mở được sổ của người này. Mời đăng nhập, hoặc thêm người này vào gia đình trong sổ."),
    "people.proof_over": _("Đã quá lâu từ lúc nhập mã. Hãy nhận mã mới."),
}
