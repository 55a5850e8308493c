"""Refusals that belong to no room."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "web.unknown": _("Không tìm thấy. Mời xem lại đường dẫn hoặc mã."),
}
