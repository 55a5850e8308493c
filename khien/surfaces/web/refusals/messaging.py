"""Refusals about messages."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "messaging.message_unknown": _("Không tìm thấy tin nhắn này."),
    "messaging.not_issued": _("Chứng nhận này chưa cấp nên chưa có tin nhắn để gửi."),
    "messaging.sent_already": _("Tin nhắn này vừa được gửi trong giờ qua."),
    "messaging.cannot_replay": _("Tin nhắn này đã gửi được, hoặc đã quá hạn nên không gửi lại."),
}
