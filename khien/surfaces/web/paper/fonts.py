"""Merge the two web subsets of Be Vietnam Pro into one TTF a weight, for PDF: python -m khien.surfaces.web.paper.fonts.

The results are committed; this needs fontTools and brotli (the `dev` extra). Licence: SIL OFL 1.1, static/fonts/OFL.txt.
"""

import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WEB = HERE.parent / "static" / "fonts"
WEIGHTS = {"400": "regular", "700": "bold"}
LAYOUT = ["GSUB", "GPOS", "GDEF", "STAT", "DSIG", "gasp", "prep", "fpgm", "cvt ", "hdmx", "VDMX"]  # fpdf2 places letters itself


def path(weight: str) -> Path:
    """Where the TTF of a weight ("regular", "bold") stands."""
    return HERE / f"be-vietnam-pro-{weight}.ttf"


def _add_or_equal(font: Any) -> None:
    """Add the two signs that the ministry's forms use and the subsets lack: a comparison over an underscore."""
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    cmap = font.getBestCmap()
    for code, base in ((0x2264, "<"), (0x2265, ">")):
        if code in cmap:
            continue
        pen = TTGlyphPen(font.getGlyphSet())
        pen.addComponent(cmap[ord(base)], (1, 0, 0, 1, 0, 70))
        pen.addComponent(cmap[ord("-")], (1.5, 0, 0, 1, -20, -220))
        name = f"uni{code:04X}"
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        font["glyf"][name] = pen.glyph()
        font["hmtx"][name] = font["hmtx"][cmap[ord(base)]]
        for table in font["cmap"].tables:
            table.cmap[code] = name


def build() -> list[Path]:
    """Write both TTFs; the bytes depend on the subsets only."""
    from fontTools.merge import Merger, Options
    from fontTools.ttLib import TTFont

    written = []
    for number, name in WEIGHTS.items():
        with tempfile.TemporaryDirectory() as folder:
            parts = []
            for subset in ("latin", "vietnamese"):
                font = TTFont(WEB / f"be-vietnam-pro-{subset}-{number}-normal.woff2")
                font.flavor = None
                parts.append(f"{folder}/{subset}.ttf")
                font.save(parts[-1])
            whole = Merger(options=Options(drop_tables=LAYOUT)).merge(parts)
            _add_or_equal(whole)
            whole["head"].created = whole["head"].modified = 3_700_000_000  # fixed, so that a rebuild changes nothing
            whole.recalcTimestamp = False
            whole.save(path(name))
        written.append(path(name))
    return written


if __name__ == "__main__":
    for made in build():
        print(made.name, made.stat().st_size)
