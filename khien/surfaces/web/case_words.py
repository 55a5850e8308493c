"""What cases are called on pages: subjects, kinds, priorities, states, tiers, lines of the story, results."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SUBJECTS: dict[str, Any] = {
    "identity.disputed": _("Một số giấy tờ, hai người"),
    "reaction.urgent": _("Phản ứng nặng sau tiêm"),
    "reaction.reported": _("Phản ứng sau tiêm"),
    "reaction.unknown_person": _("Phản ứng của người chưa rõ hồ sơ"),
    "desk.help": _("Bàn làm việc cần hỗ trợ"),
    "record.marked_dose": _("Mũi tiêm cần xem lại"),
    "record.second_injection": _("Hai mũi tiêm cho một người trong buổi"),
    "sync.kept_apart": _("Máy bảng gửi lên, chờ người quyết định"),
    "sync.waited": _("Đã chờ một ngày, bước trước chưa gửi lên"),
    "stock.shortfall": _("Thiếu liều trên sổ kho"),
    "evidence.confirm_dose": _("Xác nhận mũi tiêm khai từ nơi khác"),
    "duplicate.same_dose_twice": _("Hai lần ghi cho một mũi"),
    "asked.registration": _("Hỏi về đăng ký"),
    "asked.appointment": _("Hỏi về lịch hẹn"),
    "asked.certificate": _("Hỏi về chứng nhận"),
    "asked.record": _("Hỏi về mũi tiêm"),
    "asked.information": _("Hỏi thông tin"),
    "asked.privacy": _("Hỏi về dữ liệu cá nhân"),
    "asked.reaction": _("Thấy khác sau tiêm"),
    "asked.danger": _("Có dấu hiệu nguy hiểm"),
    "correction.no_certificate": _("Đã tiêm nhưng chưa có chứng nhận"),
    "correction.one_shown": _("Đã tiêm hai mũi nhưng chỉ thấy một"),
    "correction.both_missing": _("Không thấy mũi nào"),
    "correction.wrong_data": _("Sai thông tin cá nhân"),
}
KINDS: dict[str, Any] = {
    "correction": _("Sửa thông tin"), "reaction": _("Phản ứng sau tiêm"), "identity": _("Giấy tờ"), "desk_help": _("Hỗ trợ bàn"),
    "registration": _("Đăng ký"), "appointment": _("Lịch hẹn"), "certificate": _("Chứng nhận"), "record": _("Hồ sơ tiêm"),
    "information": _("Hỏi thông tin"), "stock": _("Kho"), "evidence": _("Xác nhận mũi tiêm"), "duplicate": _("Trùng hồ sơ"),
    "privacy": _("Dữ liệu cá nhân"),
}  # fmt: skip
PRIORITIES: dict[str, Any] = {
    "P1": _("P1 cấp cứu"), "P2": _("P2 phản ứng"), "P3": _("P3 trong ngày"), "P4": _("P4 hồ sơ"), "P5": _("P5 thông tin"),
}  # fmt: skip
STATES: dict[str, Any] = {
    "open": _("Chờ người nhận"), "taken": _("Đang xử lý"), "waiting_citizen": _("Chờ người dân"), "resolved": _("Đã xong"),
}  # fmt: skip
CORRECTION_STATES: dict[str, Any] = {
    "asked": _("Đã yêu cầu"), "proposed": _("Chờ duyệt"), "done": _("Đã sửa"), "declined": pgettext_lazy("đã làm", "Không sửa"),
}  # fmt: skip
TIERS: dict[int, Any] = {1: _("T1 điểm tiêm"), 2: _("T2 quận, huyện"), 3: _("T3 ban chỉ đạo")}
ENTRIES: dict[str, Any] = {
    "opened": pgettext_lazy("đã làm", "Mở yêu cầu"), "told_again": _("Báo lại"), "taken": _("Có người nhận"), "assigned": _("Giao việc"),
    "answered": _("Trả lời"), "note": _("Ghi chú"), "asked_citizen": _("Hỏi thêm người dân"), "citizen_answered": _("Người dân trả lời"),
    "escalated": pgettext_lazy("đã làm", "Chuyển cấp trên"), "resolved": _("Kết thúc"), "reopened": pgettext_lazy("đã làm", "Mở lại"), "identified": _("Đã tìm thấy hồ sơ"),
    "verified": _("Đã xác minh người hỏi"),
    "proposed": pgettext_lazy("đã làm", "Đề nghị sửa"), "sent_back": _("Trả lại đề nghị"),
    "merge_undo_proposed": _("Đề nghị tách hồ sơ đã gộp"), "merge_undo_withdrawn": _("Rút đề nghị tách hồ sơ"), "merge_undone": _("Tách hồ sơ đã gộp"),
}  # fmt: skip
DESKS: dict[str, Any] = {
    "reception": _("Tiếp đón"), "screening": _("Khám sàng lọc"), "injection": _("Tiêm"), "observation": _("Theo dõi"), "closing": _("Kết thúc"), "paper": _("Phiếu giấy"),
    "lead": _("Trưởng điểm"),
}  # fmt: skip
RESOLUTIONS: dict[str, Any] = {
    "corrected": _("Đã sửa hồ sơ"), "declined": _("Không sửa, có lý do"), "settled": _("Đã làm rõ giấy tờ"),
    "confirmed": _("Đã xác nhận mũi tiêm"), "not_found": _("Cơ sở không tìm thấy mũi tiêm"), "answered": _("Đã trả lời"),
    "helped": _("Đã hỗ trợ"), "followed_up": _("Đã theo dõi"), "explained": _("Đã giải thích chênh lệch"), "referred": _("Đã chuyển đến nơi khác"),
    "duplicate": _("Trùng với yêu cầu khác"), "no_action": _("Không cần làm gì"),
}  # fmt: skip


def word(table: dict[Any, Any], code: Any) -> str:
    """The words of a code, or the code itself where there are none."""
    return str(table.get(code, code))
