"""Addresses of static files: the content's hash in the query, so that a file may be kept for a year."""

from functools import cache
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "static"


@cache
def static(path: str) -> str:
    """The address of a file under `static/`; it changes when the file does."""
    digest = sha256((FOLDER / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={digest}"
