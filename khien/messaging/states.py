"""The states of a message, as data."""

TITLE = "Message"
START = "pending"
NEXT: dict[str, tuple[str, ...]] = {
    "pending": ("leased", "suppressed", "expired", "dead"),
    "leased": ("submitted", "delivered", "pending", "failed_permanent", "unknown"),
    "unknown": ("pending", "submitted", "delivered", "failed_permanent", "dead"),
    "submitted": ("delivered", "failed_permanent"),
    "failed_permanent": ("pending",),
    "delivered": (),
    "suppressed": (),
    "expired": (),
    "dead": (),
}
LABELS = {
    "pending": ("Chờ gửi", "Waiting"),
    "leased": ("Đang gửi", "Being sent"),
    "unknown": ("Chưa rõ", "Outcome unknown"),
    "submitted": ("Nhà mạng đã nhận", "Taken by the provider"),
    "delivered": ("Đã đến", "Delivered"),
    "failed_permanent": ("Không gửi được", "Refused for good"),
    "suppressed": ("Không gửi", "Not to be sent"),
    "expired": ("Quá hạn", "No longer worth sending"),
    "dead": ("Bỏ sau nhiều lần", "Given up after several tries"),
}
