"""The states of a certificate, as data."""

TITLE = "Certificate"
START = "held"
NEXT: dict[str, tuple[str, ...]] = {
    "held": ("issued", "withdrawn"),
    "issued": ("revoked", "superseded", "expired"),
    "revoked": (),
    "superseded": (),
    "expired": (),
    "withdrawn": (),
}
LIVE = ("held", "issued")
LABELS = {
    "held": ("Tạm giữ", "Held by a named reason"),
    "issued": ("Đã cấp", "Issued"),
    "revoked": ("Đã thu hồi", "Revoked"),
    "superseded": ("Đã gia hạn", "Renewed by another"),
    "expired": ("Hết hạn", "Expired"),
    "withdrawn": ("Đã rút", "Withdrawn before issue"),
}
