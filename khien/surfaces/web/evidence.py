"""Photos and scans sent as evidence: known by their first bytes, whatever the browser calls them."""

from typing import Any

PDF, JPEG, PNG, WEBP, HEIC = "application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic"
_HEIC_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")


def media_type(file: Any) -> str:
    """The type of an uploaded file; empty for one that is neither a picture nor a PDF."""
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"%PDF-"):
        return PDF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return HEIC if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS else ""
