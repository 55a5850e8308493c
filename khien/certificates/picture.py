"""Read the QR codes in a picture that someone sent."""

import io
import warnings
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageOps

LARGEST_PICTURE = 12 * 1024 * 1024
MOST_PIXELS = 50_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
# A code needs a few pixels for each module; beyond this a picture only costs time.
_WORKING_SIDE = 2400
_SMALL_SIDE = 900


class Unreadable(Exception):
    """No picture, or no QR code in it; the message is one line for the person who sent it."""


def read(data: bytes) -> list[str]:
    """Return the texts of the QR codes in a PNG, JPEG, WebP, GIF, BMP or TIFF, certificates (HC1:) first.

    Raise Unreadable when it is no picture, too large, or holds no readable QR code.
    """
    if len(data) > LARGEST_PICTURE:
        raise Unreadable("the picture is larger than 12 MB")
    for attempt in _attempts(_open(data)):
        texts = _codes(attempt)
        if texts:
            return sorted(texts, key=lambda text: not text.lstrip().startswith("HC1:"))
    raise Unreadable("no QR code can be read in the picture")


def certificates(texts: list[str]) -> int:
    """How many of these texts say that they are certificates."""
    return sum(text.lstrip().startswith("HC1:") for text in texts)


def _open(data: bytes) -> Image.Image:
    """Decode the first frame as grey on white."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise Unreadable("the picture has more than 50 million pixels")
            picture.draft("L", (_WORKING_SIDE, _WORKING_SIDE))
            picture = ImageOps.exif_transpose(picture)
            if not picture.has_transparency_data:
                return _smaller(picture.convert("L"))
            layer = _smaller(picture.convert("RGBA"))
            return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("L")
    except Unreadable:
        raise
    except Exception:  # Pillow meets broken files with whatever its decoders trip over
        raise Unreadable("the file is not a picture that can be read") from None


def _smaller(picture: Image.Image) -> Image.Image:
    """A picture of no more than about twice the working side, before anything makes a second copy of it."""
    factor = max(picture.size) // _WORKING_SIDE
    return picture.reduce(factor) if factor > 1 else picture


def _attempts(picture: Image.Image) -> Iterator[Image.Image]:
    """The picture as it is, then with a quiet border, enlarged, shrunk, with more contrast, with its colours turned."""
    if max(picture.size) > _WORKING_SIDE:
        picture = _scaled(picture, _WORKING_SIDE / max(picture.size))
    yield picture
    bordered = ImageOps.expand(picture, border=max(16, max(picture.size) // 12), fill=255)
    yield bordered
    if max(bordered.size) <= _SMALL_SIDE:
        yield bordered.resize((bordered.width * 3, bordered.height * 3), Image.Resampling.NEAREST)
        yield _scaled(bordered, 3)
    for factor in (0.6, 0.35):
        if min(picture.size) * factor >= 100:
            yield _scaled(bordered, factor)
    yield ImageOps.autocontrast(bordered, cutoff=2)
    yield ImageOps.expand(ImageOps.invert(picture), border=24, fill=255)


def _scaled(picture: Image.Image, factor: float) -> Image.Image:
    size = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _codes(picture: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)  # type: ignore[arg-type]
    return list(dict.fromkeys(code.text for code in found if code.valid and code.text))
