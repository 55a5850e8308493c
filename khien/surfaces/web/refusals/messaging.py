"""Refusals about messages."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "messaging.message_unknown": _("Không tìm thấy tin nhắn này."),
    "messaging.cannot_replay": _("Tin nhắn này đã gửi được, hoặc đã quá hạn nên không gửi lại."),
}
