"""Draw a certificate's QR code, when it is shown and never when it is issued (2 ms a code).

Error correction Q, as the EU's guidelines advise for paper that is folded and carried.
"""

import io
from itertools import groupby
from math import isqrt

import zxingcpp
from PIL import Image

QUIET = 4  # modules of white around a code (ISO/IEC 18004)
DARK = 0


def modules(text: str) -> list[bytes]:
    """The rows of a code without its quiet zone: byte 0 is a dark module, 255 a light one."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    data = memoryview(code.to_image(scale=1, add_quiet_zones=False)).tobytes()
    side = isqrt(len(data))
    return [data[start : start + side] for start in range(0, len(data), side)]


def svg(text: str, *, label: str = "") -> str:
    """The code as one inline SVG without style or script: black on white in light and dark pages; `label` is read aloud."""
    rows = modules(text)
    side = len(rows) + 2 * QUIET
    path = "".join(_stroke(row, number) for number, row in enumerate(rows))
    spoken = f' role="img" aria-label="{_attribute(label)}"' if label else ' aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"{spoken}>'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{path}"/></svg>'
    )


def png(text: str, *, scale: int = 6) -> bytes:
    """The code as PNG, `scale` pixels a module."""
    rows = modules(text)
    plain = Image.frombytes("L", (len(rows), len(rows)), b"".join(rows))
    canvas = Image.new("L", (len(rows) + 2 * QUIET,) * 2, 255)
    canvas.paste(plain, (QUIET, QUIET))
    side = canvas.width * scale
    out = io.BytesIO()
    canvas.resize((side, side), Image.Resampling.NEAREST).convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()


def _stroke(row: bytes, number: int) -> str:
    """One row's dark runs as a broken line through the middle of its modules."""
    commands = [f"M{QUIET} {number + QUIET}.5"]
    for shade, run in groupby(row):
        length = sum(1 for _ in run)
        commands.append(f"h{length}" if shade == DARK else f"m{length} 0")
    return "".join(commands)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
