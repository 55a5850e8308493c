"""Log lines without personal data: of an exception they keep its kind and its way, never its text."""

import logging
import os
import traceback
from types import TracebackType


class Lines(logging.Formatter):
    """One line a record; a fault adds its frames and its kind, and for the database the SQLSTATE and the constraint.

    A database's text may hold the row that it refuses; a ValueError's the value. KHIEN_TRACE=1 shows them, for developers.
    """

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        if os.environ.get("KHIEN_TRACE") == "1" or ei[1] is None:
            return super().formatException(ei)
        return "\n".join(_chain(ei[1]))


def _chain(error: BaseException) -> list[str]:
    """The kinds of an error and of its causes, the first cause first, each with its frames."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    parts: list[list[str]] = []
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(current.__traceback__)]
        parts.append([*frames, _kind(current)])
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    for part in reversed(parts):
        lines += part
    return lines


def _kind(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    facts = [str(fact) for fact in (getattr(error, "sqlstate", None), _constraint(error)) if fact]
    return f"{name} ({', '.join(facts)})" if facts else name


def _constraint(error: BaseException) -> str | None:
    return getattr(getattr(error, "diag", None), "constraint_name", None)
