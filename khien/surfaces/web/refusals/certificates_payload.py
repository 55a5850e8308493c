"""Refusals of a certificate's content: each is shown as the reason for which the certificate is held."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "certificates.vaccine_without_code": _("Vắc xin {vaccine} chưa có mã trong danh mục quốc tế nên chưa cấp được chứng nhận."),
    "certificates.name_not_writable": _("Họ tên chưa viết được bằng chữ cái La-tinh. Mời bổ sung họ tên như trên hộ chiếu."),
    "certificates.birth_out_of_range": _("Năm sinh {year} nằm ngoài khoảng 1900 đến 2099 mà chứng nhận ghi được."),
}
