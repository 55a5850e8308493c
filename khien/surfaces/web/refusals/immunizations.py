"""Refusals about the record."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "immunizations.date_in_future": _("Ngày tiêm {on_date} chưa tới. Mời xem lại ngày."),
    "immunizations.before_any_vaccine": _("Ngày tiêm {on_date} trước khi có vắc xin COVID-19 ({first}). Mời xem lại năm."),
    "immunizations.before_birth": _("Ngày tiêm {on_date} trước ngày sinh. Mời xem lại ngày tiêm hoặc ngày sinh."),
    "immunizations.vaccine_missing": _("Mời chọn loại vắc xin đã tiêm."),
    "immunizations.evidence_unknown": _("Mời chọn căn cứ: giấy xác nhận hoặc lời khai."),
    "immunizations.facility_unknown": _("Không có cơ sở tiêm mang mã {code}. Mời chọn trong danh sách, hoặc để trống và ghi nơi tiêm."),
    "immunizations.already_recorded": _("Mũi tiêm cùng loại ngày {on_date} đã có trong sổ. Nếu thông tin sai, mời sửa mũi đó."),
    "immunizations.record_unknown": _("Không tìm thấy mũi tiêm này."),
    "immunizations.entered_in_error": _("Mũi tiêm này đã được ghi là nhập nhầm, không sửa được nữa."),
    "immunizations.changed_meanwhile": _("Người khác vừa sửa mũi tiêm này. Mời xem bản mới rồi sửa lại."),
    "immunizations.nothing_changed": _("Chưa có thông tin nào được thay đổi."),
    "immunizations.reason_missing": _("Mời ghi lý do sửa."),
    "immunizations.not_correctable": _("Không sửa được thông tin này tại đây."),
}
