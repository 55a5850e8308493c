"""Refusals of the machinery."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "plumbing.too_many_tries": _("Đã thử quá nhiều lần. Mời đợi {minutes} phút rồi thử lại."),
    "plumbing.file_too_large": _("Tệp lớn hơn {megabytes} MB. Mời chia nhỏ hoặc giảm kích thước rồi gửi lại."),
}
