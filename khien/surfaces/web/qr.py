"""QR codes for pages and papers, drawn when shown."""

from collections.abc import Iterator

import segno
from markupsafe import Markup

QUIET = 4  # modules of white around a code (ISO/IEC 18004)


def matrix(text: str, error: str = "m") -> list[list[bool]]:
    """The modules of a code, without its quiet zone; True is dark."""
    return [[bool(cell) for cell in row] for row in segno.make(text, error=error, micro=False, boost_error=False).matrix]


def runs(rows: list[list[bool]]) -> Iterator[tuple[int, int, int]]:
    """Dark stretches as (x, y, length)."""
    for y, row in enumerate(rows):
        start = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield start, y, x - start
                start = None


def svg(text: str, label: str, *, error: str = "m") -> Markup:
    """One inline SVG in the theme's class, black on its white ground in light and dark pages; `label` is read aloud."""
    rows = matrix(text, error)
    side = len(rows) + 2 * QUIET
    path = "".join(f"M{x + QUIET} {y + QUIET}h{n}v1h-{n}z" for x, y, n in runs(rows))
    return Markup(
        '<svg class="kh-qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"><path fill="#fff" d="M0 0h{0}v{0}H0z"/><path d="{2}"/></svg>'
    ).format(side, label, path)
