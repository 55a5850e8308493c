"""What everyone must know now: the incident line under the header of every public page.

The surfaces that know of incidents register a source; a page never waits or fails for it.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

KEEP_SECONDS = 15
log = logging.getLogger("khien.web.banners")


@dataclass(frozen=True, slots=True)
class Banner:
    """One line: a bold head, the rest, and where to read more. Tone: wait or stop."""

    head: str
    text: str
    href: str = "/tinh-trang"
    tone: str = "wait"


_source: Callable[[], Sequence[Banner]] | None = None
_kept: tuple[float, Sequence[Banner]] = (0.0, ())


def provide(source: Callable[[], Sequence[Banner]]) -> None:
    """Set where banners come from (once, when the process starts)."""
    global _source, _kept
    _source, _kept = source, (0.0, ())


def current() -> Sequence[Banner]:
    """The banners to show, asked for at most every 15 seconds; none when the source fails."""
    global _kept
    if _source is None:
        return ()
    due, banners = _kept
    if time.monotonic() >= due:
        try:
            banners = tuple(_source())
        except Exception:  # a page must come even when the database does not
            log.warning("banners: source failed")
        _kept = (time.monotonic() + KEEP_SECONDS, banners)
    return banners
