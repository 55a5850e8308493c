"""Files that a page hands over: a PDF opens in the browser, a table is kept; nothing of it stays in a cache."""

from django.http import HttpResponse

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8", "pdf": "application/pdf",
}  # fmt: skip


def answer(data: bytes, name: str) -> HttpResponse:
    """The file as a download (a PDF opens in the browser)."""
    kind = name.rsplit(".", 1)[-1]
    response = HttpResponse(data, content_type=TYPES[kind])
    response["Content-Disposition"] = f'{"inline" if kind == "pdf" else "attachment"}; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
