"""Words of the pages: fields of a person, and what can be done for a caller."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from khien.surfaces.web import say
from khien.surfaces.web.locale import lang

FIELDS: dict[str, Any] = {
    "full_name": _("Họ và tên"), "birth": _("Ngày sinh"), "sex": _("Giới tính"), "identifier": _("Số giấy tờ"), "phone": _("Số điện thoại"),
    "address": _("Địa chỉ"), "email": _("Email"), "place_key": _("Phường, xã"), "nationality": _("Quốc tịch"), "vaccine": _("Vắc xin"),
    "on_date": _("Ngày tiêm"), "lot_number": _("Số lô"), "dose": _("Mũi"),
}  # fmt: skip
SEXES = [("female", _("Nữ")), ("male", _("Nam")), ("other", _("Khác"))]
# What can be done for a caller: words, address, the right it needs, whether the record must be open.
DOABLE = (
    (_("Đăng ký tiêm qua điện thoại"), "response:register", "people.register", False),
    (_("Đặt, đổi hoặc hủy lịch"), "response:appointment", "people.register", True),
    (_("Gửi lại tin nhắn chứng nhận"), "response:resend", "cases.answer", True),
    (_("Khóa điện thoại bị mất"), "response:lost_phone", "people.lock_phone", True),
    (_("Ghi phản ứng sau tiêm"), "response:reaction", "cases.answer", True),
    (_("Ghi yêu cầu sửa thông tin"), "response:ask", "cases.open", True),
)  # fmt: skip


def field_words(name: str) -> str:
    """What a field is called."""
    return str(FIELDS.get(name, name))


def country_words(code: str) -> str:
    """A nationality as people say it."""
    return say.country(code, lang())
