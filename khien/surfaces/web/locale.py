"""The language of the page that is being made."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import translation

_settled: ContextVar[str] = ContextVar("khien_language", default="")


def lang() -> str:
    """The language of this page: vi or en."""
    return _settled.get() or ("en" if (translation.get_language() or "vi").startswith("en") else "vi")


@contextmanager
def settled() -> Iterator[None]:
    """Ask for the language once: while one page is drawn it does not change."""
    token = _settled.set("")
    _settled.set(lang())
    try:
        yield
    finally:
        _settled.reset(token)
