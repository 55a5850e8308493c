"""The moved clock of a demo: one number in the data folder, read by every process; a real instance never looks at it."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

NAME = "clock"  # seconds by which the demo's clock stands ahead of the machine's


def shift(data: Path) -> timedelta:
    """How far the demo's clock stands ahead; nothing where it was never moved."""
    with suppress(OSError, ValueError):
        return timedelta(seconds=max(0.0, float((data / NAME).read_text())))
    return timedelta()


def move(data: Path, ahead: timedelta) -> timedelta:
    """Move the demo's clock ahead, never back: what is recorded stays in the past. Returns how far it stands ahead now."""
    standing = shift(data)
    if ahead <= standing:
        return standing
    scratch = data / f"{NAME}.new"
    scratch.write_text(f"{ahead.total_seconds():.3f}")
    scratch.replace(data / NAME)
    return ahead


def reader(data: Path) -> Callable[[], timedelta]:
    """Read the shift again whenever the file was replaced: one `stat` for each look at the clock."""
    place, seen, kept = str(data / NAME), (0, 0), timedelta()

    def read() -> timedelta:
        nonlocal seen, kept
        try:
            found = os.stat(place)  # noqa: PTH116 (every look at the clock goes through here)
        except OSError:
            return kept
        if (found.st_ino, found.st_mtime_ns) != seen:
            seen, kept = (found.st_ino, found.st_mtime_ns), shift(data)
        return kept

    return read
